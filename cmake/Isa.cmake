# Every kernel file is compiled once per instruction set, into a namespace of that name.
set(DIMSIEVE_ISAS baseline avx2 avx512)
set(DIMSIEVE_ISA_FLAGS_baseline "")
set(DIMSIEVE_ISA_FLAGS_avx2 -mavx2 -mfma)
# GCC 12 takes its own undefined AVX-512 registers for uninitialised variables.
set(DIMSIEVE_ISA_FLAGS_avx512 -mavx2 -mfma -mavx512f -mavx512vl -mavx512bw -mavx512dq -mprefer-vector-width=512 -Wno-maybe-uninitialized -Wno-uninitialized)

# dimsieve_kernels(<library> <source>...) adds the sources to the library, once per instruction set.
function(dimsieve_kernels library)
  foreach(isa ${DIMSIEVE_ISAS})
    add_library(${library}_${isa} OBJECT ${ARGN})
    dimsieve_defaults(${library}_${isa})
    target_compile_definitions(${library}_${isa} PRIVATE DS_ISA=${isa})
    target_compile_options(${library}_${isa} PRIVATE ${DIMSIEVE_ISA_FLAGS_${isa}})
    target_link_libraries(${library} PRIVATE ${library}_${isa})
  endforeach()
endfunction()
