# What tests include, precompiled once for those that see the vault and once for the others, and their main().
function(papervault_prepare_tests)
  add_library(test_main STATIC "${CMAKE_SOURCE_DIR}/tests/main.cpp")
  target_link_libraries(test_main PUBLIC papervault::build_flags GTest::gmock)
  if(NOT PAPERVAULT_FUZZ)
    add_library(fuzz_replay STATIC "${CMAKE_SOURCE_DIR}/tests/fuzz/replay_main.cpp")
    target_link_libraries(fuzz_replay PRIVATE papervault::build_flags)
  endif()
  set(headers_of_engine <papervault/engine/batch.hpp> <papervault/engine/blueprint.hpp> <papervault/engine/form.hpp>
      <papervault/engine/json.hpp>)
  set(headers_of_vault ${headers_of_engine} <papervault/crypto/hash.hpp> <papervault/vault/draws.hpp> <papervault/vault/package.hpp>)
  foreach(module engine vault)
    add_executable(test_precompiled_${module} EXCLUDE_FROM_ALL "${CMAKE_SOURCE_DIR}/tests/main.cpp")
    papervault_leave_out_pointer_checks(test_precompiled_${module})
    target_link_libraries(test_precompiled_${module} PRIVATE papervault::${module} test_main)
    papervault_precompile(test_precompiled_${module} SHARED HEADERS <boost/json.hpp> <gmock/gmock.h> ${headers_of_${module}})
  endforeach()
endfunction()

# What every program of tests has: its flags, its folders and the precompiled headers.
function(papervault_set_up_test target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "USES;LIBS")
  list(TRANSFORM arg_USES PREPEND papervault::)
  target_link_libraries(${target} PUBLIC papervault::build_flags ${arg_USES} ${arg_LIBS})
  target_include_directories(${target} PUBLIC "${CMAKE_SOURCE_DIR}/tests")
  papervault_leave_out_pointer_checks(${target})
  if(PAPERVAULT_PCH)
    set(seen engine)
    if("papervault::vault" IN_LIST arg_USES OR "papervault::server" IN_LIST arg_USES)
      set(seen vault)
    endif()
    target_precompile_headers(${target} REUSE_FROM test_precompiled_${seen})
  endif()
  target_compile_definitions(${target} PRIVATE
    PAPERVAULT_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
    PAPERVAULT_BIN_DIR="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}"
    PAPERVAULT_SHARED_DATA_DIR="${CMAKE_SOURCE_DIR}/../shared/data")
endfunction()

# papervault_test_support(<name> SOURCES … USES <modules> [LIBS …]): what several test programs share, compiled once.
function(papervault_test_support name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;USES;LIBS")
  add_library(${name} OBJECT ${arg_SOURCES})
  # As a program's own files are: what is precompiled for these can't be used for a library's.
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${name} PRIVATE -fPIE)
  papervault_set_up_test(${name} USES ${arg_USES} LIBS ${arg_LIBS} GTest::gmock)
endfunction()

# papervault_test(<name> SOURCES … USES <modules> [LIBS …] [LABELS …]): one GoogleTest program, suites found when ctest runs.
function(papervault_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "SOURCES;USES;LIBS;LABELS")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  add_executable(test_${name} ${arg_SOURCES})
  papervault_set_up_test(test_${name} USES ${arg_USES} LIBS ${arg_LIBS} test_main)
  set(suites "${CMAKE_CURRENT_BINARY_DIR}/test_${name}_suites.cmake")
  file(GENERATE OUTPUT "${suites}" CONTENT "set(program \"$<TARGET_FILE:test_${name}>\")
set(properties TIMEOUT ${arg_TIMEOUT} SKIP_RETURN_CODE 77 LABELS \"${arg_LABELS}\")
include(\"${CMAKE_SOURCE_DIR}/cmake/DiscoverSuites.cmake\")
")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${suites}")
endfunction()

# papervault_fuzz(<name> SOURCES <file with LLVMFuzzerTestOneInput> USES <modules>): with the fuzz preset a libFuzzer
# program; in every other build a test that replays tests/fuzz/corpus/<name>/.
function(papervault_fuzz name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;USES;LIBS")
  add_executable(fuzz_${name} ${arg_SOURCES})
  if(PAPERVAULT_FUZZ)
    set(main -fsanitize=fuzzer)
  else()
    set(main fuzz_replay)
  endif()
  papervault_set_up_test(fuzz_${name} USES ${arg_USES} LIBS ${arg_LIBS} ${main})
  add_test(NAME Fuzz.${name}.Corpus
           COMMAND fuzz_${name} $<$<BOOL:${PAPERVAULT_FUZZ}>:-runs=0> "${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name}")
  set_tests_properties(Fuzz.${name}.Corpus PROPERTIES LABELS fuzz TIMEOUT 120)
endfunction()
