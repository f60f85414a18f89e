# One interface target for warnings and for the arithmetic that every machine must share.
# CMAKE_COMPILE_WARNING_AS_ERROR, which the preset ci sets, makes errors of the warnings.
add_library(attngate_warnings INTERFACE)
target_compile_options(attngate_warnings INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual>
  # No fused multiply-add behind our back: generated cases are the same on every processor.
  $<$<COMPILE_LANGUAGE:CXX>:-ffp-contract=off>)
