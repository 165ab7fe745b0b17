/** Readers of raw rows, one file per format; each gives a {@link io.dimsieve.data.RowSource}. */
package io.dimsieve.cli.input;
