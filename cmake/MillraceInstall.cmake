# millrace::millrace, the target of users, and what an installed Millrace consists of.

get_property(layers GLOBAL PROPERTY MILLRACE_LAYERS)
list(TRANSFORM layers PREPEND millrace_ OUTPUT_VARIABLE targets)

add_library(millrace INTERFACE)
add_library(millrace::millrace ALIAS millrace)
target_link_libraries(millrace INTERFACE ${targets})

install(TARGETS millrace ${targets} EXPORT MillraceTargets FILE_SET HEADERS)
install(EXPORT MillraceTargets NAMESPACE millrace:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Millrace)

include(CMakePackageConfigHelpers)
configure_package_config_file(cmake/MillraceConfig.cmake.in MillraceConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Millrace)
write_basic_package_version_file(MillraceConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/MillraceConfig.cmake ${PROJECT_BINARY_DIR}/MillraceConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Millrace)
