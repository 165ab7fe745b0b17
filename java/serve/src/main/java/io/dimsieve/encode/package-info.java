/**
 * From raw column text to table rows: schema, bucketizers, vocabularies, feature hash. Training and serving use these same
 * classes. Imports the root package, the JDK and Gson only.
 */
package io.dimsieve.encode;
