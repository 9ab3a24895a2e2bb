# How we build while we develop. Only for the top project: nothing of it reaches one that includes this one.

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_program(MILLRACE_CCACHE ccache)
if(MILLRACE_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  # Precompiled headers need the sloppiness: ccache(1), "Precompiled headers". Paths below the top are taken relatively, so
  # that a checkout gets what another one has compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
    ${MILLRACE_CCACHE})
endif()

if(MILLRACE_SANITIZER)
  add_compile_options(-fsanitize=${MILLRACE_SANITIZER} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${MILLRACE_SANITIZER})
endif()
