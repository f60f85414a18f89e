# attngate_use_fmt_of_libtorch(target): which fmt a source gets that includes LibTorch.
#
# LibTorch ships its own, newer fmt headers without a library, and they come first. fmt's version is part of its
# namespace, so that they do not clash with fmt::fmt, which the rooms without LibTorch use. Where cmake/libtorch_fmt.cpp
# is all that those headers lack, it is compiled once; else (another LibTorch, another fmt) each source has all of fmt.
function(attngate_use_fmt_of_libtorch target)
  set(sources "${PROJECT_SOURCE_DIR}/cmake/libtorch_fmt.cpp")
  if(NOT DEFINED ATTNGATE_FMT_OF_LIBTORCH_LINKS)
    get_target_property(include_folders torch INTERFACE_INCLUDE_DIRECTORIES)
    try_compile(ATTNGATE_FMT_OF_LIBTORCH_LINKS "${PROJECT_BINARY_DIR}/libtorch_fmt"
      SOURCES ${sources} "${PROJECT_SOURCE_DIR}/cmake/libtorch_fmt_test.cpp"
      CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${include_folders}"
      CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON)
  endif()
  if(NOT ATTNGATE_FMT_OF_LIBTORCH_LINKS)
    message(STATUS "fmt of LibTorch: from headers alone, which makes the build slower")
    target_compile_definitions(${target} INTERFACE FMT_HEADER_ONLY=1)
    return()
  endif()
  add_library(attngate_fmt_of_libtorch STATIC ${sources})
  target_compile_features(attngate_fmt_of_libtorch PUBLIC cxx_std_20)
  target_include_directories(attngate_fmt_of_libtorch SYSTEM PRIVATE
    $<TARGET_PROPERTY:torch,INTERFACE_INCLUDE_DIRECTORIES>)
  target_link_libraries(${target} INTERFACE attngate_fmt_of_libtorch)
endfunction()
