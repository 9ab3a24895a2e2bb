cmake_minimum_required(VERSION 3.25)

# Clang's thread-safety analysis finds nothing in the LAYERS: what base/thread_annotations.hpp says of mutexes is true. That
# it would find something, SEEDED shows.

find_program(CLANG clang++-16)
if(NOT CLANG)
  message(FATAL_ERROR "clang++-16 is not installed; scripts/setup test installs it")
endif()
list(TRANSFORM DIRS PREPEND -I)
list(TRANSFORM DEFINITIONS PREPEND -D)
set(analyse ${CLANG} -std=c++20 -fsyntax-only -fdiagnostics-color=never -Wthread-safety -Wthread-safety-beta -Werror
  ${DEFINITIONS} ${DIRS})

file(STRINGS ${SEEDED} expect REGEX "^// expect: ")
string(REGEX REPLACE "^// expect: " "" expect ${expect})
execute_process(COMMAND ${analyse} ${SEEDED} RESULT_VARIABLE result ERROR_VARIABLE said)
string(FIND "${said}" "${expect}" found)
if(result EQUAL 0 OR found EQUAL -1)
  message(FATAL_ERROR "of ${SEEDED} the analysis does not say: ${expect}\n${said}")
endif()

set(files "")
foreach(layer ${LAYERS})
  file(GLOB_RECURSE all ${SOURCE_DIR}/${layer}/*.hpp ${SOURCE_DIR}/${layer}/*.cpp)
  list(APPEND files ${all})
endforeach()
foreach(file ${files})
  file(STRINGS ${file} unchecked REGEX "std::(recursive_mutex|mutex|condition_variable)")
  if(unchecked AND NOT file MATCHES "/base/(recursive_)?mutex\\.hpp$")
    message(SEND_ERROR "${file}: the analysis does not know it; take Mutex and ConditionVariable (base/mutex.hpp): ${unchecked}")
  endif()
endforeach()

list(FILTER files INCLUDE REGEX "\\.cpp$")
list(JOIN files "\n" lines)
file(WRITE ${WORK_DIR}/thread_safety.txt "${lines}\n")
execute_process(COMMAND ${CMAKE_CURRENT_LIST_DIR}/compile_each.sh ${WORK_DIR}/thread_safety.txt ${analyse}
  RESULT_VARIABLE result ERROR_VARIABLE said)
if(NOT result EQUAL 0)
  message("${said}")
  message(FATAL_ERROR "a guarded member is used without its mutex, or a mutex left locked; see base/thread_annotations.hpp")
endif()
