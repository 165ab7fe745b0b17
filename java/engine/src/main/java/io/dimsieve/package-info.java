/** What every package shares: the five kinds of error and the progress listener. */
package io.dimsieve;
