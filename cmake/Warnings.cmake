# One place for how every target is compiled.
function(dimsieve_defaults target)
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/include)
  set_target_properties(${target} PROPERTIES CXX_STANDARD 17 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Werror -O3 -g1 -ffp-contract=off -ffile-prefix-map=${CMAKE_SOURCE_DIR}=native)
  dimsieve_sanitize(${target})
endfunction()
