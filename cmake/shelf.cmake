# cmake -DOUT=FILE.c -P shelf.cmake NAME.contract.yaml ...: the contracts as C
# arrays, and a table of them by name.
include(${CMAKE_CURRENT_LIST_DIR}/arrays.cmake)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(n RANGE 1 ${last})
  if(CMAKE_ARGV${n} MATCHES "[.]contract[.]yaml$")
    get_filename_component(file "${CMAKE_ARGV${n}}" NAME)
    string(REPLACE ".contract.yaml" "" name ${file})
    list(APPEND names ${name})
    set(path_${name} "${CMAKE_ARGV${n}}")
  endif()
endforeach()
list(SORT names)
foreach(name ${names})
  td_array(${path_${name}} ${name})
endforeach()
file(WRITE ${OUT} "#include \"validator/shelf/embedded.h\"

${arrays}
const struct shelf_contract shelf_contracts[] = {
${table}    {NULL, NULL, 0},
};
")
