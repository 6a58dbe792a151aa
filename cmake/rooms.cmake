# td_room(NAME LIBS...): the static library td_NAME from NAME/*.c.
# Files are found by globbing, so that adding one touches no shared list.
function(td_room name)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${name}/*.c)
  if(NOT sources)
    add_library(td_${name} INTERFACE)
    target_link_libraries(td_${name} INTERFACE ${ARGN})
    return()
  endif()
  add_library(td_${name} STATIC ${sources})
  target_include_directories(td_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_compile_definitions(td_${name} PUBLIC _GNU_SOURCE)
  target_compile_options(td_${name} PRIVATE ${TD_WARNINGS})
  target_link_libraries(td_${name} PUBLIC ${ARGN})
endfunction()

# td_metaschemas(ROOM): the JSON files of ROOM/metaschemas/ as a table in C.
function(td_metaschemas room)
  file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${room}/metaschemas/*.json)
  set(script ${PROJECT_SOURCE_DIR}/cmake/metaschemas.cmake)
  set(out ${PROJECT_BINARY_DIR}/gen/schema_metas.c)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -P ${script} ${files}
    DEPENDS ${script} ${files} VERBATIM)
  target_sources(td_${room} PRIVATE ${out})
endfunction()

# td_program(NAME): the binary from cli/*.c. Every cli/cmd_X.c defines
# `const struct cli_command cli_cmd_X`; the table of them is generated. All but
# main.c is a library, so that tests can reach it.
function(td_program name)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/cli/*.c)
  list(REMOVE_ITEM sources ${PROJECT_SOURCE_DIR}/cli/main.c)
  file(GLOB verbs CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/cli/cmd_*.c)
  set(table "")
  foreach(file ${verbs})
    get_filename_component(verb ${file} NAME_WE)
    string(REPLACE "cmd_" "" verb ${verb})
    string(APPEND table "X(${verb})\n")
    list(APPEND names ${verb})
  endforeach()
  set(TD_VERBS "${names}" PARENT_SCOPE)
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/gen/cli_verbs.inc CONTENT "${table}")
  add_library(td_cli STATIC ${sources})
  target_include_directories(td_cli PRIVATE ${PROJECT_BINARY_DIR}/gen)
  target_compile_definitions(td_cli PUBLIC TD_VERSION="${PROJECT_VERSION}")
  # Each verb's table is declared where the list of them is generated.
  target_compile_options(td_cli PRIVATE ${TD_WARNINGS}
    $<$<C_COMPILER_ID:Clang>:-Wno-missing-variable-declarations>)
  target_link_libraries(td_cli PUBLIC
    td_recorder td_replayer td_reports td_validator td_wire td_tape td_core)
  add_executable(${name} cli/main.c)
  target_compile_options(${name} PRIVATE ${TD_WARNINGS})
  target_link_libraries(${name} PRIVATE td_cli)
endfunction()
