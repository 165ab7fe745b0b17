/**
 * The dataset: from rows of text to a verified file of ids, and from the file to prefetched, reproducibly shuffled batches.
 * May import {@code io.dimsieve}, {@code memory}, {@code encode} and {@code file}.
 */
package io.dimsieve.data;
