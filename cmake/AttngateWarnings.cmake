# One interface target for warnings and for the arithmetic that every machine must share.
add_library(attngate_warnings INTERFACE)
option(ATTNGATE_WERROR "Treat warnings as errors" OFF)
target_compile_options(attngate_warnings INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual>
  # No fused multiply-add behind our back: generated cases are the same on every processor.
  $<$<COMPILE_LANGUAGE:CXX>:-ffp-contract=off>
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<BOOL:${ATTNGATE_WERROR}>>:-Werror>)
