# cmake -DFOLDER=blueprints -DOUT=FILE.c -P blueprints.cmake: the files of each
# folder in FOLDER as C arrays, and a table of them.
include(${CMAKE_CURRENT_LIST_DIR}/arrays.cmake)
file(GLOB folders RELATIVE ${FOLDER} ${FOLDER}/*)
# The order in which they are offered.
list(SORT folders ORDER DESCENDING)
foreach(folder ${folders})
  file(GLOB names RELATIVE ${FOLDER}/${folder} ${FOLDER}/${folder}/*)
  foreach(name ${names})
    td_array(${FOLDER}/${folder}/${name} ${folder} ${name})
  endforeach()
endforeach()
file(WRITE ${OUT} "#include \"orchestrator/blueprint/embedded.h\"

${arrays}
const struct blue_file blue_files[] = {
${table}    {NULL, NULL, NULL, 0},
};
")
