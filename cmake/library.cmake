# daybook_library(NAME SOURCES ... [OBJECTS ...] [PUBLIC ...] [PRIVATE ...]): compiles the sources once, and makes of
# them a static library NAME and a shared one NAME_shared. In this tree everything links the static one.
#
# OBJECTS are object libraries whose files go into both. They are given as files and not linked: linking an object
# library would put its files also into whatever links this one, a second copy of every symbol in a shared library.
function(daybook_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;OBJECTS;PUBLIC;PRIVATE" ${ARGN})
  string(REPLACE "daybook_" "" short ${name})
  add_library(${name}_objects OBJECT ${arg_SOURCES})
  target_link_libraries(${name}_objects PUBLIC ${arg_PUBLIC} PRIVATE daybook_flags ${arg_OBJECTS} ${arg_PRIVATE})
  target_include_directories(${name}_objects PUBLIC ${PROJECT_SOURCE_DIR}/include)
  if(DAYBOOK_COVERAGE)
    target_compile_options(${name}_objects PRIVATE --coverage -fprofile-update=atomic)
  endif()

  set(files $<TARGET_OBJECTS:${name}_objects>)
  foreach(object ${arg_OBJECTS})
    list(APPEND files $<TARGET_OBJECTS:${object}>)
  endforeach()
  add_library(${name} STATIC ${files})
  add_library(${name}_shared SHARED ${files})
  foreach(kind "" _shared)
    target_include_directories(${name}${kind} INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                                        $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    target_compile_features(${name}${kind} INTERFACE cxx_std_23)
    target_link_libraries(${name}${kind} PRIVATE ${arg_PRIVATE})
    foreach(public ${arg_PUBLIC})
      target_link_libraries(${name}${kind} PUBLIC ${public}${kind})
    endforeach()
  endforeach()
  add_library(daybook::${short} ALIAS ${name})
  set_target_properties(${name} PROPERTIES EXPORT_NAME ${short}_static)
  set_target_properties(${name}_shared PROPERTIES OUTPUT_NAME ${name} EXPORT_NAME ${short}_shared
                                                  INSTALL_RPATH $ORIGIN
                                                  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
endfunction()
