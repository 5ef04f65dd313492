# papervault::build_flags: warnings, hardening and sanitizers, the same for every module.
add_library(papervault_build_flags INTERFACE)
add_library(papervault::build_flags ALIAS papervault_build_flags)
target_compile_options(papervault_build_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual -fno-omit-frame-pointer)
if(PAPERVAULT_WERROR)
  target_compile_options(papervault_build_flags INTERFACE -Werror)
endif()
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  set(PAPERVAULT_PCH OFF)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_link_options(papervault_build_flags INTERFACE -fuse-ld=lld)
  if(PAPERVAULT_FUZZ)
    target_compile_options(papervault_build_flags INTERFACE -fsanitize=fuzzer-no-link)
  endif()
else()
  # GCC 12 warns inside its own headers at -O1 and up; clang is the compiler that decides about warnings.
  target_compile_options(papervault_build_flags INTERFACE -Wno-maybe-uninitialized -Wno-restrict -Wno-missing-field-initializers)
endif()
if(PAPERVAULT_SANITIZE)
  target_compile_options(papervault_build_flags INTERFACE -fsanitize=${PAPERVAULT_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(papervault_build_flags INTERFACE -fsanitize=${PAPERVAULT_SANITIZE})
else()
  target_compile_options(papervault_build_flags INTERFACE -fstack-protector-strong
    $<$<CONFIG:Release,RelWithDebInfo>:-D_FORTIFY_SOURCE=2>)
  target_link_options(papervault_build_flags INTERFACE -Wl,-z,relro,-z,now)
endif()
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# Without the checks of null and misaligned pointers in a target's own code: each carries the name of its type, and with the
# types of Asio, Beast and GoogleTest that costs a quarter of the time (a file of Beast: 47 against 30 s, 24 of its 90 MB; a
# file of tests: 4.3 against 3.1 s). A null pointer that is used still ends the program; the parsers' modules keep the checks.
function(papervault_leave_out_pointer_checks target)
  if(PAPERVAULT_SANITIZE MATCHES "undefined")
    target_compile_options(${target} PRIVATE -fno-sanitize=null,alignment)
  endif()
endfunction()

# Half of what clang does with a file is reading the standard library again. g++ reads it: there a missing #include shows.
function(papervault_precompile target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SHARED" "" "HEADERS")
  get_target_property(sources ${target} SOURCES)
  list(FILTER sources INCLUDE REGEX "[.]cpp$")
  list(LENGTH sources count)
  if(NOT PAPERVAULT_PCH OR (count LESS 4 AND NOT arg_SHARED))
    return()
  endif()
  target_precompile_headers(${target} PRIVATE
    <algorithm> <array> <charconv> <chrono> <cmath> <cstdint> <deque> <expected> <filesystem> <functional> <limits> <map> <memory>
    <optional> <ranges> <set> <span> <string> <string_view> <tuple> <unordered_map> <utility> <variant> <vector> ${arg_HEADERS})
  # The precompiled file must be the same bytes whenever it is made, else no compiler cache finds anything again.
  target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
endfunction()

# Under sanitizers only the inner loops are optimised: optimising everything is most of a cold build (office.cpp: 3.3 of 5.6 s;
# a file of Beast: 157 s against 38 s), and what the rest does is waiting for files and sockets. They are objects of a target of
# their own, because what is precompiled without optimisation can't be used with it.
function(papervault_optimise_under_sanitizers target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;PRECOMPILE")
  if(NOT PAPERVAULT_SANITIZE)
    return()
  endif()
  get_target_property(sources ${target} SOURCES)
  list(REMOVE_ITEM sources ${arg_SOURCES})
  set_target_properties(${target} PROPERTIES SOURCES "${sources}")
  add_library(${target}_loops OBJECT ${arg_SOURCES})
  target_sources(${target} PRIVATE $<TARGET_OBJECTS:${target}_loops>)
  target_compile_options(${target}_loops PRIVATE -O1)
  foreach(property COMPILE_FEATURES INCLUDE_DIRECTORIES LINK_LIBRARIES)
    get_target_property(value ${target} ${property})
    set_target_properties(${target}_loops PROPERTIES ${property} "${value}")
  endforeach()
  papervault_precompile(${target}_loops HEADERS ${arg_PRECOMPILE})
endfunction()
