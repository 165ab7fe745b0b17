/** Quality of predictions over a whole set, in float64. NaN where a metric is undefined. Imports the JDK only. */
package io.dimsieve.metric;
