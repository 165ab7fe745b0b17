/**
 * The differentiable operations, one file each: shapes, a forward call and a backward call into a kernel. Operations know variables and tables,
 * not the tape that runs them.
 */
package io.dimsieve.op;
