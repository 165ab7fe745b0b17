/** Off-heap memory: blocks with an address and an owner. Knows nothing of kernels; a back end supplies the device allocator. */
package io.dimsieve.memory;
