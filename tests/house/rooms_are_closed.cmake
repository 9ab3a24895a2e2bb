cmake_minimum_required(VERSION 3.25)

# Inside a folder, a file of one room includes only from its own room and from rooms before it: ROOMS are in order, each
# with its folder, such as rdd/core/records. A room may not include from outside of all rooms of its folder either: the
# facade and the operators stand above them.

set(before "")
foreach(room ${ROOMS})
  string(REGEX MATCH "^[^/]+" folder ${room})
  list(APPEND before ${room})
  file(GLOB_RECURSE files ${SOURCE_DIR}/${room}/*.hpp ${SOURCE_DIR}/${room}/*.cpp)
  if(NOT files)
    message(SEND_ERROR "the room ${room} is empty")
  endif()
  foreach(file ${files})
    file(STRINGS ${file} includes REGEX "^ *# *include *<millrace/${folder}/")
    foreach(include ${includes})
      string(REGEX REPLACE "^.*<millrace/(.*)/[^/]*>.*$" "\\1" from "${include}")
      if(NOT from IN_LIST before)
        message(SEND_ERROR "${file} includes from ${from}: a file of ${room} may use only ${before}")
      endif()
    endforeach()
  endforeach()
endforeach()
