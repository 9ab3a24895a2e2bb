cmake_minimum_required(VERSION 3.25)

# Every source belongs to a target, and every header of the layers to the headers of its layer.

file(STRINGS ${LISTED} listed)
set(sources "")
foreach(folder base rdd io dstream continuous contexts)
  file(GLOB_RECURSE found ${SOURCE_DIR}/${folder}/*.hpp ${SOURCE_DIR}/${folder}/*.cpp)
  list(APPEND sources ${found})
endforeach()
foreach(folder samples tools tests bench)
  file(GLOB_RECURSE found ${SOURCE_DIR}/${folder}/*.cpp)
  list(APPEND sources ${found})
endforeach()
list(REMOVE_ITEM sources ${listed})
if(sources)
  list(JOIN sources "\n  " sources)
  message(FATAL_ERROR "in no CMakeLists.txt:\n  ${sources}")
endif()
