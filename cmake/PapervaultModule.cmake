# Every module is declared the same way, with its dependencies in plain sight.
#   HEADERS      public headers, under include/papervault/<name>/
#   SOURCES      private sources
#   MAY_USE      modules of ours that it may include (cmake/check_layering.py holds the map)
#   PUBLIC_LIBS  third-party libraries whose types its public headers show
#   PRIVATE_LIBS third-party libraries hidden in its sources
#   PRECOMPILE   headers that many of its sources include, beside the standard library's
function(papervault_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "HEADERS;SOURCES;MAY_USE;PUBLIC_LIBS;PRIVATE_LIBS;PRECOMPILE")
  add_library(papervault_${name} STATIC ${arg_SOURCES})
  add_library(papervault::${name} ALIAS papervault_${name})
  target_sources(papervault_${name} PUBLIC FILE_SET HEADERS BASE_DIRS include FILES ${arg_HEADERS})
  target_include_directories(papervault_${name} PRIVATE src)
  target_compile_features(papervault_${name} PUBLIC cxx_std_23)
  list(TRANSFORM arg_MAY_USE PREPEND papervault::)
  target_link_libraries(papervault_${name} PUBLIC ${arg_MAY_USE} ${arg_PUBLIC_LIBS}
                        PRIVATE papervault::build_flags ${arg_PRIVATE_LIBS})
  set_target_properties(papervault_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  papervault_precompile(papervault_${name} HEADERS ${arg_PRECOMPILE})
endfunction()

# A program in build/<preset>/bin.
function(papervault_program target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "OUTPUT_NAME" "SOURCES;USES;LIBS")
  add_executable(${target} ${arg_SOURCES})
  if(arg_OUTPUT_NAME)
    set_target_properties(${target} PROPERTIES OUTPUT_NAME ${arg_OUTPUT_NAME})
  endif()
  list(TRANSFORM arg_USES PREPEND papervault::)
  target_link_libraries(${target} PRIVATE papervault::build_flags ${arg_USES} ${arg_LIBS})
endfunction()
