# What all tests include, precompiled once.
function(papervault_precompile_for_tests)
  file(WRITE "${CMAKE_BINARY_DIR}/tests/precompiled.cpp" "int main() {}\n")
  add_executable(test_precompiled EXCLUDE_FROM_ALL "${CMAKE_BINARY_DIR}/tests/precompiled.cpp")
  target_link_libraries(test_precompiled PRIVATE papervault::build_flags Boost::json GTest::gmock_main)
  target_compile_features(test_precompiled PRIVATE cxx_std_23)
  papervault_precompile(test_precompiled SHARED HEADERS <boost/json.hpp> <gmock/gmock.h>)
endfunction()

# papervault_test(<name> SOURCES … USES <modules> [LIBS …] [LABELS …]): one GoogleTest program, cases found when ctest runs.
function(papervault_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "SOURCES;USES;LIBS;LABELS")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  add_executable(test_${name} ${arg_SOURCES})
  list(TRANSFORM arg_USES PREPEND papervault::)
  target_link_libraries(test_${name} PRIVATE papervault::build_flags ${arg_USES} ${arg_LIBS} GTest::gmock_main)
  target_include_directories(test_${name} PRIVATE "${CMAKE_SOURCE_DIR}/tests")
  if(PAPERVAULT_PCH)
    target_precompile_headers(test_${name} REUSE_FROM test_precompiled)
  endif()
  target_compile_definitions(test_${name} PRIVATE
    PAPERVAULT_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
    PAPERVAULT_BIN_DIR="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}"
    PAPERVAULT_SHARED_DATA_DIR="${CMAKE_SOURCE_DIR}/../shared/data")
  include(GoogleTest)
  gtest_discover_tests(test_${name} DISCOVERY_MODE PRE_TEST
    PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}")
endfunction()

# papervault_fuzz(<name> SOURCES <file with LLVMFuzzerTestOneInput> USES <modules>): with the fuzz preset a libFuzzer
# program; in every other build a test that replays tests/fuzz/corpus/<name>/.
function(papervault_fuzz name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;USES;LIBS")
  add_executable(fuzz_${name} ${arg_SOURCES})
  list(TRANSFORM arg_USES PREPEND papervault::)
  target_link_libraries(fuzz_${name} PRIVATE papervault::build_flags ${arg_USES} ${arg_LIBS})
  if(PAPERVAULT_FUZZ)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(fuzz_${name} PRIVATE "${CMAKE_SOURCE_DIR}/tests/fuzz/replay_main.cpp")
  endif()
  add_test(NAME Fuzz.${name}.Corpus
           COMMAND fuzz_${name} $<$<BOOL:${PAPERVAULT_FUZZ}>:-runs=0> "${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name}")
  set_tests_properties(Fuzz.${name}.Corpus PROPERTIES LABELS fuzz TIMEOUT 120)
endfunction()
