# A room is a folder of src/attngate and the library that is made of it.

# attngate_add_room(FOLDER [LIBTORCH] [PUBLIC target...] [PRIVATE target...])
#
# Makes the library attngate::<folder> (a / becomes _) of all sources and headers in that folder; subfolders are rooms
# of their own. A new file is found by itself.
# LIBTORCH: its sources may include LibTorch. Only then are there files for one kind of LibTorch: *_cuda.* and *.cu, or
# cpu_only.cpp in their place. A room without it compiles in a tenth of the time, and stays that way.
function(attngate_add_room folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "LIBTORCH" "" "PUBLIC;PRIVATE")
  string(REPLACE "/" "_" room "${folder}")
  set(target "attngate_${room}")
  file(GLOB sources CONFIGURE_DEPENDS "${folder}/*.cpp" "${folder}/*.cu")
  file(GLOB headers CONFIGURE_DEPENDS "${folder}/*.h" "${folder}/*.cuh")
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  if(ATTNGATE_HAVE_CUDA)
    list(FILTER sources EXCLUDE REGEX "/cpu_only\\.cpp$")
  else()
    list(FILTER sources EXCLUDE REGEX "(_cuda\\.cpp|\\.cu)$")
  endif()
  add_library(${target} STATIC ${sources})
  add_library(attngate::${room} ALIAS ${target})
  # Each header is one that can be included alone: `ci/lint` compiles it so.
  list(FILTER headers EXCLUDE REGEX "\\.cuh$")
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/src" FILES ${headers})
  set_target_properties(${target} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  target_link_libraries(${target} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
  if(arg_LIBTORCH)
    attngate_use_libtorch(${target})
  else()
    attngate_use_plain_cpp(${target})
  endif()
endfunction()
