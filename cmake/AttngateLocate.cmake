# Where LibTorch and the CUDA Toolkit that fits it are. This file only looks and never installs.
#
# AttngateDependencies.cmake includes it, and `ci/setup` runs it as a script to learn what is missing
# (`cmake [-DTorch_DIR=DIR] -P cmake/AttngateLocate.cmake`): one search order, so that the two always agree.
if(CMAKE_SCRIPT_MODE_FILE)
  cmake_minimum_required(VERSION 3.25)
endif()

# The releases that attngate is written for. ci/setup installs the first of them.
set(ATTNGATE_TORCH_VERSION 2.11)
set(ATTNGATE_CUDA_MAJOR 13)

get_filename_component(attngate_root "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
file(GLOB attngate_venv_packages "${attngate_root}/.venv/lib/python3*/site-packages")

# Reads `prefix`_version ("2.11.0") and `prefix`_cuda ("13.0"; empty for a CPU-only build, "unknown" where no file
# says it) of the LibTorch whose TorchConfig.cmake is in `dir`.
function(attngate_read_torch dir prefix)
  get_filename_component(root "${dir}/../../.." ABSOLUTE)
  set(version "")
  set(cuda "")
  if(EXISTS "${root}/version.py") # a Python package
    file(READ "${root}/version.py" text)
    if(text MATCHES "__version__ = '([0-9.]+)")
      set(version "${CMAKE_MATCH_1}")
    endif()
    if(text MATCHES "cuda[^\n]*= '([0-9.]+)'")
      set(cuda "${CMAKE_MATCH_1}")
    endif()
  elseif(EXISTS "${root}/build-version") # the LibTorch archive
    file(READ "${root}/build-version" text)
    if(text MATCHES "^([0-9.]+)")
      set(version "${CMAKE_MATCH_1}")
    endif()
    if(text MATCHES "\\+cu([0-9]+)([0-9])")
      set(cuda "${CMAKE_MATCH_1}.${CMAKE_MATCH_2}")
    endif()
  else() # built from source
    file(STRINGS "${dir}/TorchConfigVersion.cmake" text REGEX "PACKAGE_VERSION \"")
    if(text MATCHES "PACKAGE_VERSION \"([0-9.]+)")
      set(version "${CMAKE_MATCH_1}")
    endif()
    if(EXISTS "${root}/lib/libtorch_cuda.so")
      set(cuda unknown)
    endif()
  endif()
  set(${prefix}_version "${version}" PARENT_SCOPE)
  set(${prefix}_cuda "${cuda}" PARENT_SCOPE)
endfunction()

# Sets `result` to the folder of the TorchConfig.cmake that the user names, and `origin` to how, or to nothing.
function(attngate_named_torch result origin)
  set(${result} "" PARENT_SCOPE)
  foreach(name IN ITEMS Torch_DIR ENV{Torch_DIR} Torch_ROOT ENV{Torch_ROOT} CMAKE_PREFIX_PATH ENV{CMAKE_PREFIX_PATH})
    set(folders "${${name}}")
    if(name MATCHES "^ENV{(.*)}$")
      string(REPLACE ":" ";" folders "$ENV{${CMAKE_MATCH_1}}")
    endif()
    foreach(folder IN LISTS folders)
      foreach(candidate IN ITEMS "${folder}" "${folder}/Torch" "${folder}/share/cmake/Torch")
        if(EXISTS "${candidate}/TorchConfig.cmake")
          set(${result} "${candidate}" PARENT_SCOPE)
          set(${origin} "${name}" PARENT_SCOPE)
          return()
        endif()
      endforeach()
    endforeach()
    if(folders AND name MATCHES "Torch_") # a folder that is named for nothing else must hold it
      message(FATAL_ERROR "${name} is '${folders}', and no TorchConfig.cmake is there. "
        "Name the folder that holds it; if LibTorch has moved since the build folder was made, "
        "delete the build folder.")
    endif()
  endforeach()
endfunction()

# The LibTorch that pip finished installing into .venv: pip writes RECORD last.
function(attngate_venv_torch result)
  set(${result} "" PARENT_SCOPE)
  foreach(packages IN LISTS attngate_venv_packages)
    file(GLOB record "${packages}/torch-*.dist-info/RECORD")
    if(record AND EXISTS "${packages}/torch/share/cmake/Torch/TorchConfig.cmake")
      set(${result} "${packages}/torch/share/cmake/Torch" PARENT_SCOPE)
    endif()
  endforeach()
endfunction()

# The LibTorch that `python3 -c "import torch"` would load; found without loading it, which takes seconds.
function(attngate_python_torch result)
  set(${result} "" PARENT_SCOPE)
  execute_process(
    COMMAND python3 -c "import importlib.util as u; spec = u.find_spec('torch'); print(spec.origin if spec else '')"
    OUTPUT_VARIABLE file OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE status)
  get_filename_component(package "${file}" DIRECTORY)
  if(status EQUAL 0 AND EXISTS "${package}/share/cmake/Torch/TorchConfig.cmake")
    set(${result} "${package}/share/cmake/Torch" PARENT_SCOPE)
  endif()
endfunction()

# Sets attngate_torch_dir (empty: not found), _origin, _version, _cuda; and attngate_torch_rejected, which
# describes one that was found but is another release. A LibTorch that the user names is taken as it is.
macro(attngate_locate_torch)
  set(attngate_torch_rejected "")
  attngate_named_torch(attngate_torch_dir attngate_torch_origin)
  if(attngate_torch_dir)
    attngate_read_torch("${attngate_torch_dir}" attngate_torch)
  else()
    foreach(attngate_origin IN ITEMS .venv python3)
      if(attngate_origin STREQUAL ".venv")
        attngate_venv_torch(attngate_candidate)
      else()
        attngate_python_torch(attngate_candidate)
      endif()
      if(attngate_candidate)
        attngate_read_torch("${attngate_candidate}" attngate_candidate)
        if(attngate_candidate_version MATCHES "^${ATTNGATE_TORCH_VERSION}([.]|$)"
            AND attngate_candidate_cuda MATCHES "^${ATTNGATE_CUDA_MAJOR}[.]")
          set(attngate_torch_dir "${attngate_candidate}")
          set(attngate_torch_origin ${attngate_origin})
          set(attngate_torch_version ${attngate_candidate_version})
          set(attngate_torch_cuda ${attngate_candidate_cuda})
          break()
        endif()
        set(attngate_torch_rejected
          "${attngate_origin} has LibTorch ${attngate_candidate_version}, CUDA ${attngate_candidate_cuda}")
      endif()
    endforeach()
  endif()
endmacro()

# Sets `result` to "13.0" for the nvcc of CUDA 13.0, or to nothing where `nvcc` does not run.
function(attngate_read_nvcc nvcc result)
  set(${result} "" PARENT_SCOPE)
  execute_process(COMMAND "${nvcc}" --version OUTPUT_VARIABLE text ERROR_QUIET RESULT_VARIABLE status)
  if(status EQUAL 0 AND text MATCHES "release ([0-9]+[.][0-9]+)")
    set(${result} "${CMAKE_MATCH_1}" PARENT_SCOPE)
  endif()
endfunction()

# Sets attngate_nvcc (empty: not found) to the compiler of the CUDA Toolkit `version`, and attngate_nvcc_rejected,
# which describes one of another version. A CMAKE_CUDA_COMPILER that the user names is taken as it is.
macro(attngate_locate_nvcc version)
  set(attngate_nvcc "${CMAKE_CUDA_COMPILER}")
  set(attngate_nvcc_rejected "")
  if(NOT attngate_nvcc)
    find_program(attngate_path_nvcc nvcc NO_CACHE)
    set(attngate_candidates "$ENV{CUDACXX}" "${attngate_path_nvcc}" "$ENV{CUDA_HOME}/bin/nvcc"
      "/usr/local/cuda/bin/nvcc" "/usr/local/cuda-${version}/bin/nvcc")
    foreach(attngate_packages IN LISTS attngate_venv_packages)
      # ci/setup makes this link last: without it the PyPI toolkit is unfinished.
      if(EXISTS "${attngate_packages}/nvidia/cu13/lib64/libcudart.so")
        list(APPEND attngate_candidates "${attngate_packages}/nvidia/cu13/bin/nvcc")
      endif()
    endforeach()
    foreach(attngate_candidate IN LISTS attngate_candidates)
      if(EXISTS "${attngate_candidate}")
        attngate_read_nvcc("${attngate_candidate}" attngate_candidate_version)
        if(attngate_candidate_version STREQUAL "${version}" OR "${version}" STREQUAL unknown)
          set(attngate_nvcc "${attngate_candidate}")
          break()
        endif()
        set(attngate_nvcc_rejected "${attngate_candidate} is CUDA ${attngate_candidate_version}")
      endif()
    endforeach()
  endif()
endmacro()

if(CMAKE_SCRIPT_MODE_FILE)
  attngate_locate_torch()
  attngate_locate_nvcc("${attngate_torch_cuda}")
  foreach(name IN ITEMS torch_dir torch_origin torch_version torch_cuda torch_rejected nvcc nvcc_rejected)
    message(STATUS "${name}=${attngate_${name}}") # "-- torch_dir=..." on standard output
  endforeach()
endif()
