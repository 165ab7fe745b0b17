# -DDIMSIEVE_SANITIZE=address;undefined or thread
set(DIMSIEVE_SANITIZE "" CACHE STRING "sanitizers to build everything with")

function(dimsieve_sanitize target)
  foreach(sanitizer ${DIMSIEVE_SANITIZE})
    target_compile_options(${target} PRIVATE -fsanitize=${sanitizer} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(${target} PRIVATE -fsanitize=${sanitizer})
  endforeach()
  if(DIMSIEVE_SANITIZE)
    target_compile_options(${target} PRIVATE -O1)
  endif()
endfunction()
