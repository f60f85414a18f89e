# Your own attention among the paths under test: -DATTNGATE_USER_PATHS=FILE[;FILE...]
#
# Each file registers its paths with `static attngate::RegisterPaths`; examples/my_attention/my_attention.cpp shows how.
# The command `attngate` and the property tests link to attngate::user_paths, which is empty when no file is named.
# Objects and no static library: a linker takes from a library only what somebody asks for, and nobody asks for a
# registrar.

# FILEPATH: CMake makes a relative name absolute, from the folder that cmake is called in.
set(ATTNGATE_USER_PATHS "" CACHE FILEPATH "C++ or CUDA sources with attention paths of your own, separated by ;")

# Stops with one message unless the file can be built.
function(attngate_check_user_path file)
  string(CONCAT advice "ATTNGATE_USER_PATHS takes C++ or CUDA sources, separated by semicolons; "
    "empty (-DATTNGATE_USER_PATHS=) takes none.")
  if(NOT EXISTS "${file}")
    message(FATAL_ERROR "ATTNGATE_USER_PATHS: there is no file ${file}. ${advice}")
  elseif(IS_DIRECTORY "${file}" OR NOT file MATCHES "\\.(cpp|cc|cxx|cu)$")
    message(FATAL_ERROR "ATTNGATE_USER_PATHS: ${file} is not a .cpp, .cc, .cxx or .cu file. ${advice}")
  elseif(file MATCHES "\\.cu$" AND NOT ATTNGATE_HAVE_CUDA)
    message(FATAL_ERROR "ATTNGATE_USER_PATHS: ${file} needs a LibTorch with CUDA, and this one has none. ${advice}")
  endif()
endfunction()

if(ATTNGATE_USER_PATHS)
  set(attngate_user_sources "${ATTNGATE_USER_PATHS}")
  list(REMOVE_DUPLICATES attngate_user_sources)
  foreach(file IN LISTS attngate_user_sources)
    attngate_check_user_path("${file}")
    message(STATUS "Your paths: ${file}")
  endforeach()
  add_library(attngate_user_paths OBJECT ${attngate_user_sources})
  target_link_libraries(attngate_user_paths PRIVATE attngate::paths)
else()
  add_library(attngate_user_paths INTERFACE)
endif()
add_library(attngate::user_paths ALIAS attngate_user_paths)
