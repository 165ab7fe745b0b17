# One place for how every target is compiled.
function(dimsieve_defaults target)
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/include ${CMAKE_BINARY_DIR}/include)
  set_target_properties(${target} PROPERTIES CXX_STANDARD 17 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON
    CUDA_STANDARD 17 CUDA_STANDARD_REQUIRED ON CUDA_VISIBILITY_PRESET hidden
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  set(flags -Wall -Wextra -Werror -O3 -g1 -ffp-contract=off -ffile-prefix-map=${CMAKE_SOURCE_DIR}=native)
  list(JOIN flags "," host_flags)
  # Device code rounds after every operation, as the CPU's does; a kernel that wants the fused form says fmaf.
  target_compile_options(${target} PRIVATE "$<$<COMPILE_LANGUAGE:CXX>:${flags}>"
    "$<$<COMPILE_LANGUAGE:CUDA>:-O3;-fmad=false;-Xcompiler=${host_flags};$<$<BOOL:${DIMSIEVE_CUDA_LINES}>:-lineinfo>;$<$<BOOL:${DIMSIEVE_CUDA_RESOURCES}>:-Xptxas=-v>>")
  dimsieve_sanitize(${target})
endfunction()
