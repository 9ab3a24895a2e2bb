# One function per kind of target. File lists are explicit; the test house.every_file_is_listed finds what they miss.

# millrace_layer(<folder> USES <layers> ROOMS <folders> LINKS <libraries> UMBRELLA <file> HEADERS <files> SOURCES <files>)
#
# The shared library of a folder, millrace::<folder>. Its include directory holds a single link, millrace/<folder>, and
# it sees other folders only through the layers it uses: a wrong include does not compile. ROOMS are folders inside it, in
# order: a file of one includes only from it and from those before it (house.rooms_are_closed); files outside of all rooms
# include from each. LINKS stay private, so no header may need them; the only public need is threads. The UMBRELLA header is included as <millrace/file>, without the
# folder. HEADERS are what it includes, and what is installed; others are among the SOURCES.
function(millrace_layer layer)
  cmake_parse_arguments(arg "" "UMBRELLA" "USES;ROOMS;LINKS;HEADERS;SOURCES" ${ARGN})
  set(target millrace_${layer})
  set(include_dir ${PROJECT_BINARY_DIR}/include/${layer})
  file(MAKE_DIRECTORY ${include_dir}/millrace)
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${include_dir}/millrace/${layer} SYMBOLIC)

  add_library(${target} SHARED ${arg_SOURCES})
  add_library(millrace::${layer} ALIAS ${target})
  millrace_list_files(${arg_HEADERS} ${arg_UMBRELLA} ${arg_SOURCES})
  list(TRANSFORM arg_HEADERS PREPEND ${include_dir}/millrace/${layer}/)
  if(arg_UMBRELLA)
    configure_file(${arg_UMBRELLA} ${include_dir}/millrace/${arg_UMBRELLA} COPYONLY)
    list(APPEND arg_HEADERS ${include_dir}/millrace/${arg_UMBRELLA})
  endif()
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS ${include_dir} FILES ${arg_HEADERS})
  list(TRANSFORM arg_USES PREPEND millrace_)
  target_link_libraries(${target} PUBLIC ${arg_USES} Threads::Threads PRIVATE Boost::headers ${arg_LINKS})
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_compile_options(${target} PRIVATE -fvisibility-inlines-hidden -fno-semantic-interposition)
  target_link_options(${target} PRIVATE -Wl,--version-script=${PROJECT_SOURCE_DIR}/cmake/exports.map)
  set_target_properties(${target} PROPERTIES
    EXPORT_NAME ${layer}
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
    LINK_DEPENDS ${PROJECT_SOURCE_DIR}/cmake/exports.map
    INSTALL_RPATH $ORIGIN
    CXX_EXTENSIONS OFF)
  millrace_house_rules(${target})
  if(MILLRACE_UNITY AND MILLRACE_SANITIZER)
    # A class of a source holds what is in that source's unnamed namespace: in a batch the compiler takes it for a header's.
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 12)
  endif()
  set_property(GLOBAL APPEND PROPERTY MILLRACE_LAYERS ${layer})
  list(TRANSFORM arg_ROOMS PREPEND ${layer}/)
  set_property(GLOBAL APPEND PROPERTY MILLRACE_ROOMS ${arg_ROOMS})
endfunction()

# millrace_protobuf(<layer> <file>.proto)
#
# Adds what protoc makes of the file to the layer, whose sources include it as <millrace/layer/file.pb.h>; no header may. It
# is made while configuring, so that checks of the sources find it before anything is built.
function(millrace_protobuf layer proto)
  set(root ${PROJECT_BINARY_DIR}/proto)
  string(REGEX REPLACE "\\.proto$" "" name ${proto})
  set(made ${root}/millrace/${layer}/${name}.pb)
  get_filename_component(directory ${made} DIRECTORY)
  file(MAKE_DIRECTORY ${directory})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${proto})
  if(NOT EXISTS ${made}.cc OR ${CMAKE_CURRENT_SOURCE_DIR}/${proto} IS_NEWER_THAN ${made}.cc)
    get_filename_component(source ${CMAKE_CURRENT_SOURCE_DIR}/${proto} DIRECTORY)
    execute_process(COMMAND ${Protobuf_PROTOC_EXECUTABLE} --proto_path=${source} --cpp_out=${directory}
      ${CMAKE_CURRENT_SOURCE_DIR}/${proto} COMMAND_ERROR_IS_FATAL ANY)
  endif()
  set_source_files_properties(${made}.cc PROPERTIES COMPILE_OPTIONS -w SKIP_UNITY_BUILD_INCLUSION ON)
  target_sources(millrace_${layer} PRIVATE ${made}.cc)
  target_include_directories(millrace_${layer} SYSTEM PRIVATE ${root})
endfunction()

# millrace_test(<folder> LINKS <libraries> THREADED <files> PLAIN <files> [IN_BATCHES] [PROPERTIES <of each test>])
#
# One GoogleTest program per folder of tests. THREADED are the files that ThreadSanitizer has to see too. IN_BATCHES: files
# share most of what they instantiate, and where MILLRACE_UNITY is on, eight of them are compiled as one, so that names
# outside the tests themselves have to differ, as in a namespace.
#
# Each file named *_test.cpp can be built alone too: rdd/ops/map_test.cpp is the target rdd.ops.map_test.
function(millrace_test folder)
  cmake_parse_arguments(arg "IN_BATCHES" "" "LINKS;THREADED;PLAIN;PROPERTIES" ${ARGN})
  list(TRANSFORM arg_THREADED PREPEND ${folder}/)
  list(TRANSFORM arg_PLAIN PREPEND ${folder}/)
  millrace_list_files(${arg_THREADED} ${arg_PLAIN})
  set(sources ${arg_THREADED})
  if(NOT MILLRACE_SANITIZER STREQUAL "thread")
    list(APPEND sources ${arg_PLAIN})
  endif()
  if(NOT sources)
    return()
  endif()
  set(target ${folder}_tests)
  add_executable(${target} ${sources})
  target_link_libraries(${target} PRIVATE ${arg_LINKS} millrace_test_support GTest::gtest_main)
  target_precompile_headers(${target} REUSE_FROM millrace_test_pch)
  if(arg_IN_BATCHES AND MILLRACE_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
  endif()
  millrace_house_rules(${target})
  gtest_discover_tests(${target} TEST_PREFIX ${folder}. DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 120 ${arg_PROPERTIES})
  list(FILTER sources INCLUDE REGEX "_test\\.cpp$")
  foreach(file ${sources})
    string(REGEX REPLACE "\\.cpp$" "" alone ${file})
    string(REPLACE "/" "." alone ${alone})
    add_executable(${alone} EXCLUDE_FROM_ALL ${file})
    target_link_libraries(${alone} PRIVATE ${arg_LINKS} millrace_test_support GTest::gtest_main)
    target_precompile_headers(${alone} REUSE_FROM millrace_test_pch)
    millrace_house_rules(${alone})
  endforeach()
endfunction()

# millrace_compile_failure(<name>)
#
# <name>.cpp compiles; with MISTAKE defined it does not, and the compiler says, in one error of at most 25 lines, what
# the file's line "// expect: <regex>" asks for.
function(millrace_compile_failure name)
  millrace_list_files(${name}.cpp)
  add_test(NAME compile_failure.${name}
    COMMAND ${CMAKE_COMMAND} -DCOMPILER=${CMAKE_CXX_COMPILER} -DFILE=${CMAKE_CURRENT_SOURCE_DIR}/${name}.cpp
      "-DINCLUDE_DIRS=$<TARGET_PROPERTY:millrace,INTERFACE_INCLUDE_DIRECTORIES>"
      -P ${PROJECT_SOURCE_DIR}/tests/compile/check.cmake)
  set_tests_properties(compile_failure.${name} PROPERTIES LABELS house)
endfunction()

# millrace_sample(<name>): samples/<name>.cpp, a program that users read.
function(millrace_sample name)
  add_executable(${name} ${name}.cpp)
  millrace_list_files(${name}.cpp)
  target_link_libraries(${name} PRIVATE millrace::millrace)
  millrace_house_rules(${name})
endfunction()

# millrace_bench(<name> LINKS <libraries> SOURCES <files>): a program that measures.
function(millrace_bench name)
  cmake_parse_arguments(arg "" "" "LINKS;SOURCES" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  millrace_list_files(${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINKS})
  millrace_house_rules(${name})
  if(MILLRACE_TESTS AND NOT MILLRACE_SANITIZER)
    list(TRANSFORM arg_SOURCES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
    millrace_compile_each(house.${name}_compiles "${arg_SOURCES}"
      "-I$<JOIN:$<TARGET_PROPERTY:${name},INCLUDE_DIRECTORIES>,$<SEMICOLON>-I>"
      "$<$<BOOL:$<TARGET_PROPERTY:${name},COMPILE_DEFINITIONS>>:-D$<JOIN:$<TARGET_PROPERTY:${name},COMPILE_DEFINITIONS>,$<SEMICOLON>-D>>")
  endif()
endfunction()

# millrace_compile_each(<test> <files> <arguments of the compiler>...): a test that the compiler accepts each file by itself,
# by its syntax check, which takes a fraction of what compiling it does.
function(millrace_compile_each name files)
  list(JOIN files "\n" files)
  file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/${name}.txt "${files}\n")
  add_test(NAME ${name} COMMAND ${PROJECT_SOURCE_DIR}/tests/house/compile_each.sh ${CMAKE_CURRENT_BINARY_DIR}/${name}.txt
    ${CMAKE_CXX_COMPILER} -std=c++20 -fsyntax-only -x c++ ${ARGN} COMMAND_EXPAND_LISTS)
  set_tests_properties(${name} PROPERTIES LABELS house COST 1000 PROCESSORS 2)
endfunction()

# Warnings and their like: ours while we develop, never those of a project that includes this one. The presets make errors
# of them; a plain build does not, since compilers and levels of optimisation that we do not know have warnings of their own.
function(millrace_house_rules target)
  if(PROJECT_IS_TOP_LEVEL)
    # g++ 12 has false alarms of -Wrestrict on strings at -O3 (GCC bug 105651).
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow
                           $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
    set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  endif()
endfunction()

# Remembers files as belonging to a target.
function(millrace_list_files)
  list(TRANSFORM ARGN PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  set_property(GLOBAL APPEND PROPERTY MILLRACE_FILES ${ARGN})
endfunction()
