# A room is a folder of src/attngate and the library that is made of it.
#
# Each header can be included alone. The preset ci compiles it so, by two targets that are in no other build:
# all_verify_interface_header_sets, which is CMake's, for the rooms without LibTorch (0.9 s of one core each); and
# attngate_libtorch_headers for the others, behind the precompiled header, since LibTorch's own headers take 4 s to
# read. That one finds what lacks an include of ours, and not what lacks one of LibTorch's or the standard library's.

# attngate_verify_headers(ROOM HEADER...): a unit of its own for each header, in attngate_libtorch_headers.
function(attngate_verify_headers room)
  set(units "")
  foreach(header IN LISTS ARGN)
    file(RELATIVE_PATH name "${PROJECT_SOURCE_DIR}/src" "${header}")
    set(unit "${PROJECT_BINARY_DIR}/generated/headers/${name}.cpp")
    file(CONFIGURE OUTPUT "${unit}" CONTENT "#include \"${name}\"\n")
    list(APPEND units "${unit}")
  endforeach()
  add_library(${room}_headers OBJECT EXCLUDE_FROM_ALL ${units})
  target_link_libraries(${room}_headers PRIVATE ${room})
  attngate_use_libtorch(${room}_headers)
  if(NOT TARGET attngate_libtorch_headers)
    add_custom_target(attngate_libtorch_headers)
  endif()
  add_dependencies(attngate_libtorch_headers ${room}_headers)
endfunction()

# Sources of one room are compiled fourteen at a time, which makes one or two units of most rooms: most of a unit's time
# goes to the templates of the precompiled header, which each unit instantiates anew. OFF compiles each alone, for
# clang-tidy and for who edits one room all day.
option(ATTNGATE_UNITY_BUILD "Compile the sources of a room together" ON)

# attngate_add_room(FOLDER [LIBTORCH] [PUBLIC target...] [PRIVATE target...] [ALONE source...])
#
# Makes the library attngate::<folder> (a / becomes _) of all sources and headers in that folder; subfolders are rooms
# of their own. A new file is found by itself.
# LIBTORCH: its sources may include LibTorch. Only then are there files for one kind of LibTorch: *_cuda.* and *.cu, or
# cpu_only.cpp in their place. A room without it compiles in a tenth of the time, and stays that way.
# ALONE: sources that are compiled each by itself: they share names with others in their anonymous namespace, or are
# edited one at a time; `ALONE all` for a whole room.
function(attngate_add_room folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "LIBTORCH" "" "PUBLIC;PRIVATE;ALONE")
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
  if(ATTNGATE_UNITY_BUILD AND NOT arg_ALONE STREQUAL "all")
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 14)
    list(TRANSFORM arg_ALONE PREPEND "${folder}/")
    set_source_files_properties(${arg_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
  list(FILTER headers EXCLUDE REGEX "\\.cuh$")
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/src" FILES ${headers})
  target_link_libraries(${target} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
  if(arg_LIBTORCH)
    attngate_use_libtorch(${target})
    attngate_verify_headers(${target} ${headers})
  else()
    attngate_use_plain_cpp(${target})
    set_target_properties(${target} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  endif()
endfunction()
