# Headers that are read once and not in every source: parsing LibTorch's takes longer than compiling what uses them.
#
# Every target of ours is of one of two kinds, and all of a kind share one precompiled header, with the same flags.

include(AttngateWarnings)
find_package(Threads REQUIRED)

# What precedes every precompiled header here. What few sources include is left to them: the templates that a header's
# inline functions use are instantiated anew in every source, used or not
# (nlohmann/json 1.1 s, ATen/record_function 1 s).
set(attngate_standard_headers
  <algorithm> <array> <atomic> <charconv> <chrono> <cmath> <cstdint> <cstdlib> <cstring> <filesystem> <fstream>
  <functional> <iostream> <limits> <map> <memory> <numeric> <optional> <ostream> <set> <span> <sstream> <stdexcept>
  <string> <string_view> <utility> <vector>)

# What a source of each kind links to and may include.
add_library(attngate_plain_cpp INTERFACE)
target_link_libraries(attngate_plain_cpp INTERFACE
  attngate_warnings fmt::fmt nlohmann_json::nlohmann_json Boost::headers rapidcheck Threads::Threads)
target_include_directories(attngate_plain_cpp INTERFACE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_BINARY_DIR}/generated")

add_library(attngate_libtorch INTERFACE)
target_link_libraries(attngate_libtorch INTERFACE attngate::torch attngate::cuda attngate_plain_cpp)

# attngate_add_precompiled(NAME LIBRARY HEADER...): an object library that owns a precompiled header.
function(attngate_add_precompiled name library)
  file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/generated/${name}.cpp" CONTENT "// Compiles ${name}'s header.\n")
  add_library(${name} OBJECT "${PROJECT_BINARY_DIR}/generated/${name}.cpp")
  target_link_libraries(${name} PRIVATE ${library})
  target_precompile_headers(${name} PRIVATE ${ARGN})
endfunction()

set(attngate_libtorch_headers
  <ATen/Parallel.h> <ATen/core/Tensor.h> <ATen/ops/arange.h> <ATen/ops/cat.h> <ATen/ops/empty.h> <ATen/ops/equal.h>
  <ATen/ops/full.h> <ATen/ops/index_select.h> <ATen/ops/linear.h> <ATen/ops/matmul.h>
  <ATen/ops/scaled_dot_product_attention.h> <ATen/ops/softmax.h> <ATen/ops/where.h> <ATen/ops/zeros.h>
  <c10/core/Device.h> <c10/core/InferenceMode.h> <c10/util/Exception.h>)

attngate_add_precompiled(attngate_precompiled_plain attngate_plain_cpp ${attngate_standard_headers} <fmt/format.h>)
attngate_add_precompiled(attngate_precompiled_libtorch attngate_libtorch
  ${attngate_libtorch_headers} ${attngate_standard_headers})

# attngate_use_plain_cpp(target): sources without LibTorch.
function(attngate_use_plain_cpp target)
  target_link_libraries(${target} PUBLIC attngate_plain_cpp)
  target_precompile_headers(${target} REUSE_FROM attngate_precompiled_plain)
endfunction()

# attngate_use_libtorch(target): sources that may include LibTorch.
function(attngate_use_libtorch target)
  target_link_libraries(${target} PUBLIC attngate_libtorch)
  target_precompile_headers(${target} REUSE_FROM attngate_precompiled_libtorch)
endfunction()

if(BUILD_TESTING)
  # Tests are compiled with less optimisation, half of their time otherwise, and so have precompiled headers of their
  # own.
  add_library(attngate_plain_test INTERFACE)
  target_link_libraries(attngate_plain_test INTERFACE attngate_plain_cpp GTest::gtest)
  target_compile_options(attngate_plain_test INTERFACE ${ATTNGATE_TEST_FLAGS})
  target_include_directories(attngate_plain_test INTERFACE "${PROJECT_SOURCE_DIR}/tests")
  add_library(attngate_libtorch_test INTERFACE)
  target_link_libraries(attngate_libtorch_test INTERFACE attngate_libtorch attngate_plain_test)
  target_include_directories(attngate_libtorch_test INTERFACE "${PROJECT_SOURCE_DIR}/tests/torch")
  attngate_add_precompiled(attngate_precompiled_plain_test attngate_plain_test
    <gtest/gtest.h> ${attngate_standard_headers})
  attngate_add_precompiled(attngate_precompiled_libtorch_test attngate_libtorch_test
    <gtest/gtest.h> ${attngate_libtorch_headers} ${attngate_standard_headers})
endif()

# attngate_use_test_of(target plain_cpp|libtorch): the same for the sources of tests.
function(attngate_use_test_of target kind)
  if(kind STREQUAL "plain_cpp")
    target_link_libraries(${target} PRIVATE attngate_plain_test)
    target_precompile_headers(${target} REUSE_FROM attngate_precompiled_plain_test)
  else()
    target_link_libraries(${target} PRIVATE attngate_libtorch_test)
    target_precompile_headers(${target} REUSE_FROM attngate_precompiled_libtorch_test)
  endif()
endfunction()

# attngate_compile_together(target FOLDER... [UNITS count]): one unit, or so many, for all of the target's tests in each
# of these folders (of the current one; "." for itself), see ATTNGATE_UNITY_BUILD. Tests of one folder share no name in
# their anonymous namespaces.
function(attngate_compile_together target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "UNITS" "")
  if(NOT ATTNGATE_UNITY_BUILD)
    return()
  endif()
  if(NOT arg_UNITS)
    set(arg_UNITS 1)
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  foreach(folder IN LISTS arg_UNPARSED_ARGUMENTS)
    get_filename_component(path "${folder}" ABSOLUTE)
    get_filename_component(name "${path}" NAME)
    file(GLOB sources CONFIGURE_DEPENDS "${path}/*_test.cpp")
    set(index 0)
    foreach(source IN LISTS sources)
      math(EXPR unit "${index} % ${arg_UNITS} + 1")
      set_source_files_properties("${source}" PROPERTIES UNITY_GROUP "${name}_${unit}")
      math(EXPR index "${index} + 1")
    endforeach()
  endforeach()
endfunction()
