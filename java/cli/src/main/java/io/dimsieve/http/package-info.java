/**
 * A model over HTTP: JSON in, JSON out, metrics, health, exchange of the model file under load. Imports {@code serve}, {@code encode} and the root package,
 * Gson and the JDK's HTTP server; knows nothing of the command line.
 */
package io.dimsieve.http;
