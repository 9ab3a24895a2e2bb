cmake_minimum_required(VERSION 3.25)

# Builds and starts the programs of a foreign project. HOW is find_package, on what BUILD_DIR installs, or add_subdirectory.

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}:\n${said}")
  endif()
  set(said "${said}" PARENT_SCOPE)
endfunction()

# Building Millrace anew, as a folder, takes long enough with one program.
set(programs network_word_count)
if(HOW STREQUAL "find_package")
  list(APPEND programs custom_receiver hdfs_word_count page_view_stream queue_stream stateful_network_word_count windowed_word_count)
endif()

list(JOIN programs "," list)

file(REMOVE_RECURSE ${WORK_DIR})
set(configure ${CMAKE_COMMAND} -G Ninja -S ${SOURCE_DIR}/tests/install -B ${WORK_DIR}/build
  -DSAMPLES=${SOURCE_DIR}/samples -DPROGRAMS=${list} -DCMAKE_CXX_COMPILER=${COMPILER}
  -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER} "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror")
if(HOW STREQUAL "find_package")
  run(${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${WORK_DIR}/prefix)
  run(${configure} -DCMAKE_PREFIX_PATH=${WORK_DIR}/prefix)
else()
  run(${configure} -DMILLRACE_SOURCE=${SOURCE_DIR})
endif()
cmake_host_system_information(RESULT cores QUERY NUMBER_OF_LOGICAL_CORES)
run(${CMAKE_COMMAND} --build ${WORK_DIR}/build --parallel ${cores})

foreach(program ${programs})
  run(${WORK_DIR}/build/${program} --help)
endforeach()

if(HOW STREQUAL "find_package")
  # A consumer needs threads, nothing else; and it gets all headers from the prefix.
  # One sample uses Asio itself.
  run(ninja -C ${WORK_DIR}/build -t deps)
  string(REGEX REPLACE "[^\n]*custom_receiver[^\n]*\n(    [^\n]*\n)*" "" said "${said}")
  # libstdc++ asks whether <tbb/tbb.h> exists, which Clang counts as a dependency; who includes it gets others of TBB too.
  string(REGEX REPLACE "[^ \n]*/include/tbb/tbb\\.h" "" said "${said}")
  if(said MATCHES "/include/(tbb|oneapi|spdlog|fmt|boost)/")
    message(FATAL_ERROR "a public header includes ${CMAKE_MATCH_0}")
  endif()
  # A compiler cache may have made the paths relative.
  string(REPLACE "${WORK_DIR}/prefix/" "" said "${said}")
  string(REPLACE "../prefix/" "" said "${said}")
  if(said MATCHES "/[^ \n]*/millrace/[^ \n]*hpp")
    message(FATAL_ERROR "a header does not come from the prefix: ${CMAKE_MATCH_0}")
  endif()
  # Decision 0001: the libraries show names of Millrace only.
  file(GLOB libraries ${WORK_DIR}/prefix/lib*/libmillrace_*.so ${WORK_DIR}/prefix/lib*/*/libmillrace_*.so)
  if(NOT libraries)
    message(FATAL_ERROR "no library is installed")
  endif()
  foreach(library ${libraries})
    run(nm --dynamic --defined-only --format=just-symbols --demangle ${library})
    string(REGEX REPLACE "[^\n]*millrace::[^\n]*\n" "" foreign "${said}")
    if(NOT foreign STREQUAL "")
      message(FATAL_ERROR "${library} shows what is not its own:\n${foreign}")
    endif()
  endforeach()
endif()
