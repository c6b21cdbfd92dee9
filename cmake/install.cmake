# cmake --install: headers, both kinds of each library, the binary, a CMake package, pkg-config files, examples.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/daybook)

# Two sets, so that a program that links the shared libraries needs none of the packages behind them.
foreach(kind static shared)
  set(targets daybook_core daybook_net daybook_client daybook_log daybook_projections daybook_server)
  if(kind STREQUAL shared)
    list(TRANSFORM targets APPEND _shared)
  endif()
  install(TARGETS ${targets} EXPORT daybook_${kind} ARCHIVE LIBRARY)
  install(EXPORT daybook_${kind} NAMESPACE daybook:: DESTINATION ${package_dir})
endforeach()
install(TARGETS daybook RUNTIME)
install(DIRECTORY ${CMAKE_BINARY_DIR}/man/man1 DESTINATION ${CMAKE_INSTALL_MANDIR})
install(DIRECTORY include/daybook DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY examples/ OPTIONAL DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)

configure_package_config_file(cmake/daybook-config.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/daybook-config.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/daybook-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/daybook-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/daybook-config-version.cmake
        DESTINATION ${package_dir})

file(RELATIVE_PATH DAYBOOK_PC_TO_PREFIX /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
foreach(name core client log projections server)
  configure_file(cmake/daybook-${name}.pc.in daybook-${name}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/daybook-${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()
