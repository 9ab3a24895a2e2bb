cmake_minimum_required(VERSION 3.25)

# A header that is installed includes none that stays behind: HEADERS lists what is installed.

file(STRINGS ${HEADERS} headers)
foreach(header ${headers})
  string(REGEX REPLACE "^.*/include/[^/]+/" "" name ${header})
  list(APPEND installed ${name})
endforeach()
foreach(header ${headers})
  file(STRINGS ${header} lines REGEX "^ *# *include *<millrace/")
  foreach(line ${lines})
    string(REGEX REPLACE "^.*<(.*)>.*$" "\\1" included ${line})
    if(NOT included IN_LIST installed)
      message(SEND_ERROR "${header} includes <${included}>, which is not installed: list it under HEADERS, not SOURCES")
    endif()
  endforeach()
endforeach()
