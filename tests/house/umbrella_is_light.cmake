cmake_minimum_required(VERSION 3.25)

# What a program includes costs it time at each compilation: the largest standard headers stay out of the umbrella, each
# for the reason that stands beside it.

set(heavy
  "mutex=keep what is locked in a source, as NodeQueue does"
  "condition_variable=keep what waits in a source"
  "thread=keep threads in a source"
  "iostream=write in a source"
  "random=rdd/core/numbers/random.hpp"
  "emmintrin.h=base/bytes16.hpp")

set(includes "")
foreach(dir ${DIRS})
  list(APPEND includes -I ${dir})
endforeach()
file(WRITE ${WORK_DIR}/umbrella.cpp "#include <millrace/millrace.hpp>\n")
execute_process(COMMAND ${COMPILER} -std=c++20 -M ${includes} umbrella.cpp
  WORKING_DIRECTORY ${WORK_DIR} OUTPUT_VARIABLE reached COMMAND_ERROR_IS_FATAL ANY)
if(NOT reached MATCHES "/millrace/rdd/rdd\\.hpp" OR NOT reached MATCHES "/memory[ \n]")
  message(FATAL_ERROR "the list of headers that the compiler gave is none: ${reached}")
endif()
foreach(entry ${heavy})
  string(REGEX MATCH "^(.*)=(.*)$" entry ${entry})
  set(header ${CMAKE_MATCH_1})
  set(cure ${CMAKE_MATCH_2})
  if(reached MATCHES "/c\\+\\+/[0-9.]+/${header}[ \n]|/include/${header}[ \n]")
    message(SEND_ERROR "<millrace/millrace.hpp> reaches <${header}>: ${cure}")
  endif()
endforeach()
