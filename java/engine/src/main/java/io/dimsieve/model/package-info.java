/** CTR models: what each computes ({@link io.dimsieve.model.Architecture}, one file each) and how one is built with its memory. */
package io.dimsieve.model;
