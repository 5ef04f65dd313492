# papervault::build_flags: warnings, hardening and sanitizers, the same for every module.
add_library(papervault_build_flags INTERFACE)
add_library(papervault::build_flags ALIAS papervault_build_flags)
target_compile_options(papervault_build_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual -fno-omit-frame-pointer)
if(PAPERVAULT_WERROR)
  target_compile_options(papervault_build_flags INTERFACE -Werror)
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

# Asio and Beast instantiate so much that optimising them under sanitizers takes minutes a file (157 s against 38 s measured); what they do
# is waiting for sockets, so the sanitizer builds leave them unoptimised.
function(papervault_leave_unoptimised_under_sanitizers)
  if(PAPERVAULT_SANITIZE)
    set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS "-O0")
  endif()
endfunction()
