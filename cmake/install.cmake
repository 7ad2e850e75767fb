# The program, the library as savvy::savvy with its CMake package, and the public headers. Headers in
# format/detail and format/types are private.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

add_library(savvy_library INTERFACE)
set_target_properties(savvy_library PROPERTIES EXPORT_NAME savvy)
target_link_libraries(savvy_library INTERFACE savvy_readers savvy_redistribute savvy_writers savvy_format)

install(TARGETS savvy RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS savvy_library savvy_readers savvy_redistribute savvy_writers savvy_format
  EXPORT savvyTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT savvyTargets
  NAMESPACE savvy::
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/savvy)

foreach(folder format readers redistribute writers)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${folder}
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/savvy
    FILES_MATCHING PATTERN "*.h"
    PATTERN detail EXCLUDE
    PATTERN types EXCLUDE)
endforeach()

configure_package_config_file(cmake/savvyConfig.cmake.in savvyConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/savvy)
write_basic_package_version_file(savvyConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/savvyConfig.cmake ${PROJECT_BINARY_DIR}/savvyConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/savvy)
