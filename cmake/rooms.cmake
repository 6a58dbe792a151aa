# td_objects(NAME FOLDER LIBS...): the object library NAME from FOLDER/*.c.
# Files are found by globbing, so that adding one touches no shared list.
function(td_objects name folder)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.c)
  list(REMOVE_ITEM sources ${PROJECT_SOURCE_DIR}/cli/main.c)
  if(NOT sources)
    return()
  endif()
  add_library(${name} OBJECT ${sources})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_compile_definitions(${name} PUBLIC _GNU_SOURCE)
  target_compile_options(${name} PRIVATE ${TD_WARNINGS})
  target_link_libraries(${name} PRIVATE ${ARGN})
endfunction()

# td_room(NAME LIBS...): an object library for the room and for each folder in
# it, to two levels, td_NAME_FOLDER, and the static library td_NAME of all of them. The
# folders' libraries are also the global property td_NAME_parts.
function(td_room name)
  file(GLOB folders RELATIVE ${PROJECT_SOURCE_DIR} CONFIGURE_DEPENDS
    ${PROJECT_SOURCE_DIR}/${name}/* ${PROJECT_SOURCE_DIR}/${name}/*/*)
  set(objects "")
  set(parts "")
  foreach(folder ${name} ${folders})
    string(REPLACE "/" "_" part "td_${folder}")
    if(folder STREQUAL name)
      set(part td_${name}_door)
    endif()
    if(IS_DIRECTORY ${PROJECT_SOURCE_DIR}/${folder})
      td_objects(${part} ${folder} ${ARGN})
    endif()
    if(TARGET ${part})
      list(APPEND objects $<TARGET_OBJECTS:${part}>)
      list(APPEND parts ${part})
    endif()
  endforeach()
  set_property(GLOBAL PROPERTY td_${name}_parts ${parts})
  add_library(td_${name} STATIC ${objects})
  target_include_directories(td_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_compile_definitions(td_${name} PUBLIC _GNU_SOURCE)
  target_link_libraries(td_${name} PUBLIC ${ARGN})
endfunction()

# What the scripts that write arrays have in common.
set(TD_ARRAYS ${PROJECT_SOURCE_DIR}/cmake/arrays.cmake)

# td_metaschemas(FOLDER): the JSON files of FOLDER/metaschemas/ as a table in C.
function(td_metaschemas folder)
  file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/metaschemas/*.json)
  set(script ${PROJECT_SOURCE_DIR}/cmake/metaschemas.cmake)
  set(out ${PROJECT_BINARY_DIR}/gen/metaschemas.c)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -P ${script} ${files}
    DEPENDS ${script} ${TD_ARRAYS} ${files} VERBATIM)
  string(REPLACE "/" "_" part ${folder})
  target_sources(td_${part} PRIVATE ${out})
endfunction()

# td_shelf(FOLDER FILE...): the contracts of contracts/std/, and FILEs beside them,
# as a table in C.
function(td_shelf folder)
  file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/contracts/std/*.contract.yaml)
  set(script ${PROJECT_SOURCE_DIR}/cmake/shelf.cmake)
  set(out ${PROJECT_BINARY_DIR}/gen/shelf.c)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -P ${script} ${files} ${ARGN}
    DEPENDS ${script} ${TD_ARRAYS} ${files} ${ARGN} VERBATIM)
  string(REPLACE "/" "_" part ${folder})
  target_sources(td_${part} PRIVATE ${out})
endfunction()

# td_blueprints(FOLDER): the folders of blueprints/ as a table in C.
function(td_blueprints folder)
  set(blueprints ${PROJECT_SOURCE_DIR}/blueprints)
  file(GLOB files CONFIGURE_DEPENDS ${blueprints}/*/*)
  set(script ${PROJECT_SOURCE_DIR}/cmake/blueprints.cmake)
  set(out ${PROJECT_BINARY_DIR}/gen/blueprints.c)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DFOLDER=${blueprints} -DOUT=${out} -P ${script}
    DEPENDS ${script} ${TD_ARRAYS} ${files} VERBATIM)
  string(REPLACE "/" "_" part ${folder})
  target_sources(td_${part} PRIVATE ${out})
endfunction()

# td_program(NAME LIBS...): the binary from cli/. Every cli/verbs/cmd_X.c defines
# `const struct cli_command cli_cmd_X`; the table of them is generated. All but
# main.c is a library, so that tests can reach it.
function(td_program name)
  file(GLOB verbs CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/cli/verbs/cmd_*.c)
  set(table "")
  foreach(file ${verbs})
    get_filename_component(verb ${file} NAME_WE)
    string(REPLACE "cmd_" "" verb ${verb})
    string(APPEND table "X(${verb})\n")
    list(APPEND names ${verb})
  endforeach()
  set(TD_VERBS "${names}" PARENT_SCOPE)
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/gen/cli_verbs.inc CONTENT "${table}")
  td_room(cli ${ARGN})
  target_compile_definitions(td_cli PUBLIC TD_VERSION="${PROJECT_VERSION}")
  foreach(part td_cli_options td_cli_help td_cli_shared td_cli_verbs)
    target_compile_definitions(${part} PRIVATE TD_VERSION="${PROJECT_VERSION}")
    target_include_directories(${part} PRIVATE ${PROJECT_BINARY_DIR}/gen)
    # Each verb's table is declared where the list of them is generated.
    target_compile_options(${part} PRIVATE
      $<$<C_COMPILER_ID:Clang>:-Wno-missing-variable-declarations>)
  endforeach()
  add_executable(${name} cli/main.c)
  target_compile_options(${name} PRIVATE ${TD_WARNINGS})
  target_link_libraries(${name} PRIVATE td_cli)
endfunction()
