# cmake -DOUT=FILE.c -P metaschemas.cmake FILE.json ...: the files as C arrays
# and a table of them by the URI in their $id (draft 4: id).
set(table "")
set(arrays "")
set(i 0)
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
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(APPEND arrays "static const unsigned char text_${i}[] = {${bytes}};\n")
  string(APPEND table "    {\"${uri}\", text_${i}, sizeof(text_${i})},\n")
  math(EXPR i "${i} + 1")
endforeach()
file(WRITE ${OUT} "#include \"schema/load/metaschemas.h\"

${arrays}
const struct schema_meta schema_metas[] = {
${table}    {NULL, NULL, 0},
};
")
