cmake_minimum_required(VERSION 3.25)

# Compiles FILE as it is, which must work, and with MISTAKE defined, which must fail as the file expects.

file(STRINGS ${FILE} expect REGEX "^// expect: ")
string(REGEX REPLACE "^// expect: " "" expect "${expect}")
list(TRANSFORM INCLUDE_DIRS PREPEND -I)
set(compile ${COMPILER} -std=c++20 -fsyntax-only -fdiagnostics-color=never ${INCLUDE_DIRS} ${FILE})

execute_process(COMMAND ${compile} RESULT_VARIABLE result ERROR_VARIABLE said)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "does not compile without the mistake:\n${said}")
endif()
execute_process(COMMAND ${compile} -DMISTAKE RESULT_VARIABLE result ERROR_VARIABLE said)
string(REGEX MATCHALL "\n" lines "${said}")
list(LENGTH lines lines)
if(result EQUAL 0)
  message(FATAL_ERROR "compiles in spite of the mistake")
elseif(expect STREQUAL "" OR NOT said MATCHES "${expect}")
  message(FATAL_ERROR "the error does not say \"${expect}\":\n${said}")
elseif(lines GREATER 25)
  message(FATAL_ERROR "the error has ${lines} lines, at most 25 are readable:\n${said}")
endif()
