cmake_minimum_required(VERSION 3.25)

# A random test that fails has to be repeated: it draws its seed from support/seed.hpp, which prints it, and takes it from
# MILLRACE_SEED.

file(GLOB_RECURSE files ${SOURCE_DIR}/tests/*.hpp ${SOURCE_DIR}/tests/*.cpp)
list(FILTER files EXCLUDE REGEX "/tests/support/seed\\.[a-z]+$")
foreach(file ${files})
  file(STRINGS ${file} drawn REGEX "random_device")
  if(drawn)
    message(SEND_ERROR "${file} draws a seed of its own: take a test::Seed of support/seed.hpp")
  endif()
endforeach()
