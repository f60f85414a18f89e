# Downloads a library at a pinned version: for machines that are not Debian (-DATTNGATE_FETCH=ON).
include(FetchContent)

FetchContent_Declare(fmt SYSTEM
  GIT_REPOSITORY https://github.com/fmtlib/fmt.git GIT_TAG 10.2.1 GIT_SHALLOW ON)
FetchContent_Declare(nlohmann_json SYSTEM
  GIT_REPOSITORY https://github.com/nlohmann/json.git GIT_TAG v3.11.3 GIT_SHALLOW ON)
FetchContent_Declare(CLI11 SYSTEM
  GIT_REPOSITORY https://github.com/CLIUtils/CLI11.git GIT_TAG v2.4.2 GIT_SHALLOW ON)
FetchContent_Declare(GTest SYSTEM
  GIT_REPOSITORY https://github.com/google/googletest.git GIT_TAG v1.14.0 GIT_SHALLOW ON)
# RapidCheck makes no releases; this is the commit that package managers pin.
FetchContent_Declare(rapidcheck SYSTEM
  GIT_REPOSITORY https://github.com/emil-e/rapidcheck.git GIT_TAG ff6af6fc683159deb51c543b065eba14dfcf329b)
# Of Boost only Boost.Math, which stands alone since 1.76. The SOURCE_SUBDIR that does not exist keeps its own
# CMakeLists out: it names its target otherwise than an installed Boost.
FetchContent_Declare(Boost SYSTEM
  GIT_REPOSITORY https://github.com/boostorg/math.git GIT_TAG boost-1.83.0 GIT_SHALLOW ON SOURCE_SUBDIR headers-only)
set(CMAKE_POLICY_VERSION_MINIMUM 3.5) # RapidCheck asks for a CMake older than CMake 4 accepts

macro(attngate_fetch package)
  message(STATUS "${package} is not installed: downloading it")
  FetchContent_MakeAvailable(${package})
  if("${package}" STREQUAL "Boost")
    add_library(Boost::headers INTERFACE IMPORTED GLOBAL)
    target_include_directories(Boost::headers INTERFACE "${boost_SOURCE_DIR}/include")
    target_compile_definitions(Boost::headers INTERFACE BOOST_MATH_STANDALONE)
  endif()
endmacro()
