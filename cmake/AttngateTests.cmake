# Registers the property tests: labels, device, timeout and resources in one place.

# attngate_add_property_tests(PROPERTY name... DEVICE cpu|cuda DTYPES ... CASES n SECONDS n [COST n] [LABEL label]
#                             [SMALL_CORPUS] [MODULES])
#
# One CTest test per dtype, property.<name>.<dtype>.<device>. CASES and SECONDS are its budget of random cases,
# whichever is used up first; ATTNGATE_CASES and ATTNGATE_SECONDS take their place. Tests of greater COST, about the
# seconds that one takes, start first, so that none of the long ones runs alone at the end. LABEL comes beside the usual
# ones. SMALL_CORPUS: without the cases of the corpus that cost more than a random case may on the CPU.
# MODULES: needs what attngate_add_modules_fixture(DEVICE ...) makes.
function(attngate_add_property_tests)
  cmake_parse_arguments(PARSE_ARGV 0 arg "MODULES;SMALL_CORPUS" "DEVICE;CASES;SECONDS;COST;LABEL" "PROPERTY;DTYPES")
  # Shrinking, start-up and the corpus come on top of the budget.
  math(EXPR timeout "${arg_SECONDS} * 2 + 120")
  foreach(property IN LISTS arg_PROPERTY)
    foreach(dtype IN LISTS arg_DTYPES)
      set(name "property.${property}.${dtype}.${arg_DEVICE}")
      attngate_add_property_test("${name}" "${name}" ${timeout} ${arg_LABEL})
      if(arg_MODULES)
        set_tests_properties(${name} PROPERTIES FIXTURES_REQUIRED modules.${arg_DEVICE})
        set_property(TEST modules.reused.${arg_DEVICE} APPEND PROPERTY DEPENDS ${name})
      endif()
    endforeach()
  endforeach()
endfunction()

# attngate_add_modules_fixture(DEVICE cpu|cuda [ONLY DTYPE:HEADSxHEAD_DIM...])
#
# fixture.modules.<device> compiles what the compiled paths load, once: what is there stays there. ONLY: not all dtypes
# in all head shapes, but these.
# modules.reused.<device> runs behind the tests that need it, and fails where anything would have to be compiled anew.
# Both skip without the Python that LibTorch came from.
function(attngate_add_modules_fixture)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "DEVICE" "ONLY")
  set(script "${PROJECT_SOURCE_DIR}/ci/export_modules.py"
    --device ${arg_DEVICE} --folder "${PROJECT_BINARY_DIR}/modules")
  if(arg_ONLY)
    list(APPEND script --only ${arg_ONLY})
  endif()
  attngate_python_of_torch(python)
  set(compile fixture.modules.${arg_DEVICE})
  set(reuse modules.reused.${arg_DEVICE})
  add_test(NAME ${compile} COMMAND "${python}" ${script})
  add_test(NAME ${reuse} COMMAND "${python}" ${script} --reuse-only)
  # On the CPU 14 files take about 150 s of one core; 13 took 300 s at low priority beside three compilers.
  set_tests_properties(${compile} PROPERTIES FIXTURES_SETUP modules.${arg_DEVICE} TIMEOUT 600 COST 150)
  set_tests_properties(${reuse} PROPERTIES FIXTURES_REQUIRED modules.${arg_DEVICE} TIMEOUT 60)
  foreach(test IN ITEMS ${compile} ${reuse})
    # One folder for all devices: two that find it stale would each empty it.
    set_tests_properties(${test} PROPERTIES SKIP_RETURN_CODE 77 PROCESSORS 1 RESOURCE_LOCK modules)
    attngate_set_device(${test} ${arg_DEVICE} modules)
  endforeach()
endfunction()

# Sets `result` to the Python whose packages hold the LibTorch in use, else to `python3`.
function(attngate_python_of_torch result)
  set(${result} python3)
  # PREFIX/lib/python3.x/site-packages/torch/share/cmake/Torch
  get_filename_component(prefix "${Torch_DIR}/../../../../../../.." ABSOLUTE)
  if(Torch_DIR MATCHES "-packages/torch/share/cmake/Torch$" AND EXISTS "${prefix}/bin/python3")
    set(${result} "${prefix}/bin/python3")
  endif()
  set(${result} "${${result}}" PARENT_SCOPE)
endfunction()

# attngate_add_property_group(NAME group PROPERTY name... DEVICE cpu|cuda DTYPES ... CASES n SECONDS n [COST n]
#                             [SMALL_CORPUS])
#
# One CTest test per dtype for all of the properties together, property.<group>.<dtype>.<device>: they share a process
# and its worker, so that the device's start and the loading of kernels are paid once. The budget is each property's.
function(attngate_add_property_group)
  cmake_parse_arguments(PARSE_ARGV 0 arg "SMALL_CORPUS" "NAME;DEVICE;CASES;SECONDS;COST" "PROPERTY;DTYPES")
  list(LENGTH arg_PROPERTY count)
  # The corpus comes on top of each property's budget, 9 s in fp16 on two shared cores, and shrinking.
  math(EXPR timeout "(${arg_SECONDS} * 2 + 20) * ${count} + 120")
  foreach(dtype IN LISTS arg_DTYPES)
    list(TRANSFORM arg_PROPERTY REPLACE "(.+)" "property.\\1.${dtype}.${arg_DEVICE}" OUTPUT_VARIABLE members)
    list(JOIN members ":" filter)
    attngate_add_property_test("property.${arg_NAME}.${dtype}.${arg_DEVICE}" "${filter}" ${timeout})
  endforeach()
endfunction()

# attngate_add_property_test(name gtest_filter timeout [label...]), within a function that has arg_DEVICE, arg_CASES,
# arg_SECONDS, arg_COST and arg_SMALL_CORPUS.
function(attngate_add_property_test name filter timeout)
  set(corpus "--corpus=${PROJECT_SOURCE_DIR}/tests/corpus")
  if(arg_SMALL_CORPUS)
    list(APPEND corpus --small-corpus)
  endif()
  add_test(NAME ${name} COMMAND attngate_property_tests
    "--gtest_filter=${filter}" --cases=${arg_CASES} --seconds=${arg_SECONDS}
    "--results=${PROJECT_BINARY_DIR}/results" ${corpus} --ctest-measurements)
  set_tests_properties(${name} PROPERTIES TIMEOUT ${timeout} SKIP_RETURN_CODE 77 PROCESSORS 1)
  if(DEFINED arg_COST)
    set_tests_properties(${name} PROPERTIES COST ${arg_COST})
  endif()
  attngate_set_device(${name} ${arg_DEVICE} property ${ARGN})
  set_property(GLOBAL APPEND_STRING PROPERTY ATTNGATE_PROPERTY_TESTS ":${filter}")
endfunction()

# attngate_add_property_registration_test(LEFT_OUT test...): fails when a property exists that CTest never runs.
function(attngate_add_property_registration_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "LEFT_OUT")
  get_property(registered GLOBAL PROPERTY ATTNGATE_PROPERTY_TESTS)
  list(JOIN arg_LEFT_OUT ":" left_out)
  add_test(NAME unit.property_registration COMMAND attngate_property_tests "--all-of=${registered}:${left_out}")
  set_tests_properties(unit.property_registration PROPERTIES LABELS "unit;quick" TIMEOUT 60)
endfunction()

# attngate_set_device(test cpu|cuda [label...]): the device's label and, for a GPU, its claim on one.
function(attngate_set_device test device)
  if(device STREQUAL "cuda")
    set_tests_properties(${test} PROPERTIES LABELS "gpu;${ARGN}" RESOURCE_GROUPS "gpus:1")
  else()
    set_tests_properties(${test} PROPERTIES LABELS "cpu;${ARGN}")
  endif()
endfunction()
