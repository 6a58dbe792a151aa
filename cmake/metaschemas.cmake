# cmake -DOUT=FILE.c -P metaschemas.cmake FILE.json ...: the files as C arrays
# and a table of them by the URI in their $id (draft 4: id).
include(${CMAKE_CURRENT_LIST_DIR}/arrays.cmake)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(n RANGE 1 ${last})
  set(file "${CMAKE_ARGV${n}}")
  if(NOT file MATCHES "[.]json$")
    continue()
  endif()
  file(READ ${file} text)
  string(JSON uri ERROR_VARIABLE none GET "${text}" "$id")
  if(none)
    string(JSON uri GET "${text}" "id")
  endif()
  string(REGEX REPLACE "#$" "" uri "${uri}")
  td_array(${file} ${uri})
endforeach()
file(WRITE ${OUT} "#include \"schema/load/metaschemas.h\"

${arrays}
const struct schema_meta schema_metas[] = {
${table}    {NULL, NULL, 0},
};
")
