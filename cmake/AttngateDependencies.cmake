# Finds what attngate builds with. It only looks; `ci/setup` brings what is missing.
#
# After it, sources link to: attngate::torch, attngate::cuda, fmt::fmt, nlohmann_json::nlohmann_json, CLI11::CLI11,
# rapidcheck, GTest::gtest, Boost::headers. ATTNGATE_HAVE_CUDA says whether LibTorch has CUDA, and so whether .cu files
# can be built.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
# Torch copies CMAKE_CXX_STANDARD here otherwise, and CMake 3.25 knows no CUDA20 for nvcc 12 and later.
set(CMAKE_CUDA_STANDARD 17)
set(CMAKE_CUDA_STANDARD_REQUIRED ON)
# LibTorch loads the shared CUDA runtime; a second, static one in the same process would have a state of its own.
set(CMAKE_CUDA_RUNTIME_LIBRARY Shared)

option(ATTNGATE_FETCH "Download the libraries that are not installed (not LibTorch or CUDA)" OFF)
# Torch's own detection asks the GPU and guesses where there is none; it ignores CMAKE_CUDA_ARCHITECTURES.
set(attngate_architectures "8.0;9.0+PTX")
if(DEFINED ENV{TORCH_CUDA_ARCH_LIST})
  set(attngate_architectures "$ENV{TORCH_CUDA_ARCH_LIST}")
endif()
set(TORCH_CUDA_ARCH_LIST "${attngate_architectures}" CACHE STRING "GPU architectures to compile for")

set(attngate_missing "")

# --- The libraries
if(EXISTS "${PROJECT_SOURCE_DIR}/.prefix/usr") # filled by `ci/setup --prefix .prefix`
  list(APPEND CMAKE_PREFIX_PATH "${PROJECT_SOURCE_DIR}/.prefix/usr")
endif()
foreach(package IN ITEMS fmt nlohmann_json CLI11 rapidcheck GTest Boost)
  find_package(${package} CONFIG QUIET)
  if(NOT ${package}_FOUND)
    if(ATTNGATE_FETCH)
      include(AttngateFetch)
      attngate_fetch(${package})
    else()
      list(APPEND attngate_missing "${package}")
    endif()
  endif()
endforeach()

# --- LibTorch and the CUDA Toolkit
include(AttngateLocate)
attngate_locate_torch()
if(NOT attngate_torch_dir)
  list(APPEND attngate_missing "LibTorch ${ATTNGATE_TORCH_VERSION} for CUDA ${ATTNGATE_CUDA_MAJOR}")
elseif(attngate_torch_cuda)
  set(ATTNGATE_HAVE_CUDA ON)
  attngate_locate_nvcc("${attngate_torch_cuda}")
  if(NOT attngate_nvcc)
    list(APPEND attngate_missing "CUDA Toolkit ${attngate_torch_cuda} (nvcc)")
  endif()
else()
  set(ATTNGATE_HAVE_CUDA OFF)
endif()

if(attngate_missing)
  list(JOIN attngate_missing ", " attngate_missing)
  string(JOIN ", " attngate_rejected ${attngate_torch_rejected} ${attngate_nvcc_rejected})
  if(attngate_rejected)
    string(PREPEND attngate_rejected "\nFound and not used: ")
  endif()
  message(FATAL_ERROR "Missing: ${attngate_missing}.${attngate_rejected}\n"
    "Run ci/setup, which installs what is missing, or name the place: -DTorch_DIR=DIR, -DCMAKE_CUDA_COMPILER=NVCC, "
    "-DCMAKE_PREFIX_PATH=DIR for the libraries (-DATTNGATE_FETCH=ON downloads those).")
endif()

if(ATTNGATE_HAVE_CUDA)
  # Torch looks for the toolkit with two finders of different tastes; they must agree on the one that fits.
  get_filename_component(attngate_cuda_root "${attngate_nvcc}" REALPATH)
  get_filename_component(attngate_cuda_root "${attngate_cuda_root}/../.." ABSOLUTE)
  set(CMAKE_CUDA_COMPILER "${attngate_nvcc}" CACHE FILEPATH "nvcc")
  set(CUDAToolkit_ROOT "${attngate_cuda_root}" CACHE PATH "CUDA Toolkit")
  set(CUDA_TOOLKIT_ROOT_DIR "${attngate_cuda_root}" CACHE PATH "CUDA Toolkit")
  enable_language(CUDA)
  # enable_language sets this, and Torch warns whenever it is set. TORCH_CUDA_ARCH_LIST has taken its place.
  unset(CMAKE_CUDA_ARCHITECTURES)
  unset(CMAKE_CUDA_ARCHITECTURES CACHE)
endif()

set(Torch_DIR "${attngate_torch_dir}" CACHE PATH "Folder of TorchConfig.cmake")
# Only static builds have a kineto library beside them. Torch warns when it finds none; this is what it would add.
set(kineto_LIBRARY torch)
set(CMAKE_MESSAGE_LOG_LEVEL WARNING) # Torch reports two dozen lines on every run
find_package(Torch REQUIRED)
unset(CMAKE_MESSAGE_LOG_LEVEL)
if(ATTNGATE_HAVE_CUDA)
  set(CMAKE_CUDA_ARCHITECTURES OFF) # Torch has put the flags for TORCH_CUDA_ARCH_LIST into CMAKE_CUDA_FLAGS
endif()

# --- What sources link to. Imported targets are system headers to those who link them: no warnings from inside.
add_library(attngate_torch INTERFACE)
add_library(attngate::torch ALIAS attngate_torch)
target_link_libraries(attngate_torch INTERFACE ${TORCH_LIBRARIES})
target_compile_definitions(attngate_torch INTERFACE ATTNGATE_HAVE_CUDA=$<BOOL:${ATTNGATE_HAVE_CUDA}>)
include(AttngateFmt)
attngate_use_fmt_of_libtorch(attngate_torch)
if(TORCH_CXX_FLAGS)
  separate_arguments(attngate_torch_flags NATIVE_COMMAND "${TORCH_CXX_FLAGS}")
  target_compile_options(attngate_torch INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:${attngate_torch_flags}>")
endif()

add_library(attngate_cuda INTERFACE)
add_library(attngate::cuda ALIAS attngate_cuda)
if(ATTNGATE_HAVE_CUDA)
  target_link_libraries(attngate_cuda INTERFACE CUDA::cudart)
endif()

# Debian's RapidCheck relies on <cstdint> coming with other headers, which libstdc++ 13 ended.
if(NOT (CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13))
  target_compile_options(rapidcheck INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:SHELL:-include cstdint>")
endif()

message(STATUS "LibTorch ${attngate_torch_version} (CUDA: ${attngate_torch_cuda}): ${attngate_torch_dir}")
if(ATTNGATE_HAVE_CUDA)
  message(STATUS "CUDA Toolkit ${CUDAToolkit_VERSION} for ${TORCH_CUDA_ARCH_LIST}: ${attngate_cuda_root}")
endif()
