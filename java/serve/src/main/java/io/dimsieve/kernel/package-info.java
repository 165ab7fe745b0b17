/**
 * The native kernels as Java sees them: which back end runs, its memory, its status codes. The calls themselves are the static methods of the
 * generated {@code binding.Native}, one per line of {@code native/kernels.def}. The only package that imports JavaCPP.
 */
package io.dimsieve.kernel;
