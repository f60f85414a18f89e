# compute-sanitizer as CTest's memory checker: `ctest -T MemCheck` runs tests under it, see ci/sanitize.
find_program(ATTNGATE_COMPUTE_SANITIZER compute-sanitizer HINTS ${CUDAToolkit_BIN_DIR} /usr/local/cuda/bin)
mark_as_advanced(ATTNGATE_COMPUTE_SANITIZER)
if(ATTNGATE_COMPUTE_SANITIZER)
  set(MEMORYCHECK_TYPE CudaSanitizer)
  set(MEMORYCHECK_COMMAND "${ATTNGATE_COMPUTE_SANITIZER}")
  # An error fails the test. cuBLAS asks the driver things that it may refuse: such calls are no errors of ours.
  # LibTorch keeps its memory until the process ends: no leak either.
  set(MEMORYCHECK_COMMAND_OPTIONS "--tool memcheck --leak-check no --report-api-errors no --error-exitcode 86")
endif()
