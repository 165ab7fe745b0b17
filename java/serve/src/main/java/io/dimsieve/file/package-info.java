/**
 * Files that are either whole or refused: atomic replacement and the one tensor container behind datasets, models and checkpoints
 * (layout in FORMAT.md). May import {@code io.dimsieve}, {@code memory} and {@code encode}.
 */
package io.dimsieve.file;
