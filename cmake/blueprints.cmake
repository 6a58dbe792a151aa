# cmake -DFOLDER=blueprints -DOUT=FILE.c -P blueprints.cmake: the files of each
# folder in FOLDER as C arrays, and a table of them.
file(GLOB folders RELATIVE ${FOLDER} ${FOLDER}/*)
# The order in which they are offered.
list(SORT folders ORDER DESCENDING)
set(table "")
set(arrays "")
set(i 0)
foreach(folder ${folders})
  file(GLOB names RELATIVE ${FOLDER}/${folder} ${FOLDER}/${folder}/*)
  foreach(name ${names})
    file(READ ${FOLDER}/${folder}/${name} hex HEX)
    string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
    string(LENGTH "${hex}" digits)
    math(EXPR len "${digits} / 2")
    # What is empty is still an array.
    string(APPEND arrays "static const unsigned char text_${i}[] = {${bytes}0x00};\n")
    string(APPEND table "    {\"${folder}\", \"${name}\", text_${i}, ${len}},\n")
    math(EXPR i "${i} + 1")
  endforeach()
endforeach()
file(WRITE ${OUT} "#include \"orchestrator/blueprint/embedded.h\"

${arrays}
const struct blue_file blue_files[] = {
${table}    {NULL, NULL, NULL, 0},
};
")
