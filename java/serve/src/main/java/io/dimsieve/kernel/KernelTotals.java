package io.dimsieve.kernel;

/**
 * What a kernel took while a {@link Profiler} looked on.
 *
 * @param name of the kernel, as in {@code native/kernels.def}
 * @param bytes least that its calls had to move, as {@code native/cpu/work.h} counts them
 * @param flops that its calls had to do
 */
public record KernelTotals(String name, long calls, double seconds, double bytes, double flops) {}
