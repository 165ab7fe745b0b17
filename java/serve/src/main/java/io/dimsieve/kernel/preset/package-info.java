/** What JavaCPP needs to know to bind the native interface; used at build time and for the name of the library. */
package io.dimsieve.kernel.preset;
