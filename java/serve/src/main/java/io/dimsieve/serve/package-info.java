/**
 * Scoring: runs the flat program a model file carries, on the same operations and the same encoder as training. Knows neither tape, model, trainer nor
 * search, so a new model needs no change here.
 */
package io.dimsieve.serve;
