# libtapedeck-schema (what of core it needs, and the room schema) and libtapedeck
# on top of it (the rest of core, tape, wire and validator): static and shared,
# with headers and pkg-config files. No object is in both, so that a program may
# link both. They are compiled apart from the binary, as position-independent
# code; what they export is what the public headers declare (cmake/api.cmake).
set(gen ${PROJECT_BINARY_DIR}/gen/library)
set(TD_SONAME ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})

# Of core, what JSON Schema stands on.
set(TD_SCHEMA_CORE alternatives b64 buf clock error fs hex ink json json_scan json_shape
  json_shape_learn json_text json_writer jsonx jsonx_scalar jsonx_yaml log mem rand suggest take utf8)
list(TRANSFORM TD_SCHEMA_CORE REPLACE "(.+)" "${PROJECT_SOURCE_DIR}/core/\\1.c")

# td_room_sources(OUT ROOM...): all that the rooms are compiled from.
function(td_room_sources out)
  set(sources "")
  foreach(room ${ARGN})
    get_property(parts GLOBAL PROPERTY td_${room}_parts)
    # These are of the program: no public header leads to them.
    list(FILTER parts EXCLUDE REGEX "^td_validator_(gates|diff|golden|audit|compat|learn|coverage)")
    foreach(part ${parts})
      get_target_property(files ${part} SOURCES)
      list(APPEND sources ${files})
    endforeach()
  endforeach()
  set(${out} ${sources} PARENT_SCOPE)
endfunction()

# td_library_objects(NAME LIBS SOURCES...): the objects of NAME, as NAME.objects
# and linked into one, and the public headers with their names.
function(td_library_objects name libs)
  add_library(${name}.objects OBJECT ${ARGN})
  target_include_directories(${name}.objects PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_definitions(${name}.objects PRIVATE _GNU_SOURCE
    $<$<BOOL:${ISAL_FOUND}>:TD_HAVE_ISAL=1>)
  target_compile_options(${name}.objects PRIVATE ${TD_WARNINGS}
    -ffunction-sections -fdata-sections)
  target_link_libraries(${name}.objects PRIVATE ${libs})
  set_target_properties(${name}.objects PROPERTIES POSITION_INDEPENDENT_CODE ON)
  add_custom_command(OUTPUT ${gen}/${name}.all.o
    COMMAND ${CMAKE_LINKER} -r -o ${gen}/${name}.all.o $<TARGET_OBJECTS:${name}.objects>
    DEPENDS $<TARGET_OBJECTS:${name}.objects> COMMAND_EXPAND_LISTS VERBATIM)
  list(TRANSFORM TD_API_${name} PREPEND ${PROJECT_SOURCE_DIR}/ OUTPUT_VARIABLE headers)
  set(script ${PROJECT_SOURCE_DIR}/cmake/api.cmake)
  add_custom_command(OUTPUT ${gen}/${name}.names
    COMMAND ${CMAKE_COMMAND} -DLIBRARY=${name} -DROOT=${PROJECT_SOURCE_DIR}
      -DOUT=${gen} -P ${script}
    DEPENDS ${script} ${headers} VERBATIM)
endfunction()

# td_library(NAME NODE BELOW LIBS ARGS...): libNAME.a and libNAME.so of them. LIBS
# are the libraries of others, BELOW is ours; ARGS are for exports.cmake.
function(td_library name node below libs)
  set(script ${PROJECT_SOURCE_DIR}/cmake/exports.cmake)
  set(archive ${PROJECT_BINARY_DIR}/lib${name}.a)
  add_custom_command(OUTPUT ${gen}/${name}.map ${gen}/${name}.keep
    COMMAND ${CMAKE_COMMAND} -DNM=${CMAKE_NM} -DVERSION=${PROJECT_VERSION}
      -DNODE=${node} -DNAMES=${gen}/${name}.names -DOUT=${gen}/${name} ${ARGN}
      -P ${script}
    DEPENDS ${script} ${gen}/${name}.names ${gen}/tapedeck.all.o
      ${gen}/tapedeck-schema.all.o VERBATIM)
  add_custom_command(OUTPUT ${archive}
    COMMAND ${CMAKE_OBJCOPY} --keep-global-symbols=${gen}/${name}.keep
      ${gen}/${name}.all.o ${gen}/${name}.o
    COMMAND ${CMAKE_COMMAND} -E rm -f ${archive}
    COMMAND ${CMAKE_AR} rcs ${archive} ${gen}/${name}.o
    DEPENDS ${gen}/${name}.all.o ${gen}/${name}.keep VERBATIM)
  add_custom_target(${name}.exports DEPENDS ${gen}/${name}.map)
  add_custom_target(${name}.static ALL DEPENDS ${archive})
  add_library(${name}.shared SHARED $<TARGET_OBJECTS:${name}.objects>)
  add_dependencies(${name}.shared ${name}.exports)
  set_target_properties(${name}.shared PROPERTIES OUTPUT_NAME ${name}
    LINKER_LANGUAGE C VERSION ${PROJECT_VERSION} SOVERSION ${TD_SONAME}
    LINK_DEPENDS ${gen}/${name}.map)
  target_link_options(${name}.shared PRIVATE -Wl,-z,defs -Wl,--as-needed
    -Wl,--version-script=${gen}/${name}.map)
  target_link_libraries(${name}.shared PRIVATE ${below} ${libs})
  add_dependencies(libraries ${name}.shared ${name}.static)

  install(TARGETS ${name}.shared COMPONENT library)
  install(FILES ${archive} DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library)
  set(folder ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
  # Relative, so that the tree can be installed under any prefix, and be moved.
  file(RELATIVE_PATH TD_PC_PREFIX /${folder} /)
  string(REGEX REPLACE "/$" "" TD_PC_PREFIX "${TD_PC_PREFIX}")
  configure_file(${PROJECT_SOURCE_DIR}/cmake/${name}.pc.in ${gen}/${name}.pc @ONLY)
  install(FILES ${gen}/${name}.pc DESTINATION ${folder} COMPONENT library)
endfunction()

set(TD_SCHEMA_LIBS PkgConfig::YAML PkgConfig::PCRE2 PkgConfig::IDN2 PkgConfig::GMP
  Threads::Threads)
set(TD_TAPEDECK_LIBS PkgConfig::ZLIB PkgConfig::OPENSSL PkgConfig::LWS Threads::Threads)
set(TD_PC_ISAL "")
if(ISAL_FOUND)
  list(APPEND TD_TAPEDECK_LIBS PkgConfig::ISAL)
  set(TD_PC_ISAL libisal)
endif()

td_room_sources(schema schema)
td_library_objects(tapedeck-schema "${TD_SCHEMA_LIBS}" ${TD_SCHEMA_CORE} ${schema})
td_room_sources(rest core tape wire validator)
# What is drawn on a terminal is of the program too.
list(REMOVE_ITEM rest ${TD_SCHEMA_CORE} ${PROJECT_SOURCE_DIR}/core/terminal.c
  ${PROJECT_SOURCE_DIR}/core/width.c)
# Headers of the schema's own libraries are seen through its inner ones.
td_library_objects(tapedeck "${TD_TAPEDECK_LIBS};${TD_SCHEMA_LIBS}" ${rest})

add_custom_target(libraries)
td_library(tapedeck-schema TAPEDECK_SCHEMA "" "${TD_SCHEMA_LIBS}"
  -DFROM=${gen}/tapedeck-schema.all.o -DTO=${gen}/tapedeck.all.o)
td_library(tapedeck TAPEDECK tapedeck-schema.shared "${TD_TAPEDECK_LIBS};${TD_SCHEMA_LIBS}")
install(DIRECTORY ${gen}/include/tapedeck DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT library)
