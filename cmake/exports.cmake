# cmake -DNM=NM -DVERSION=X.Y.Z -DNODE=NAME -DNAMES=FILE -DOUT=FILE
#       [-DFROM=OBJECT -DTO=OBJECT] -P exports.cmake
# What a library exports: the names in NAMES, and apart from them what the object
# TO, which is of a library on top of it, needs of its object FROM. OUT.map is
# that as a version script, OUT.keep as a list of names.
cmake_minimum_required(VERSION 3.25)
set(private "")
file(STRINGS ${NAMES} public)
if(FROM)
  # nm -P: "NAME TYPE VALUE SIZE", of what is undefined "NAME U".
  execute_process(COMMAND ${NM} -P -g ${FROM} OUTPUT_VARIABLE from
    COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND ${NM} -P -u ${TO} OUTPUT_VARIABLE to
    COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "[A-Za-z0-9_]+ [A-TV-Z] " from "${from}")
  string(REGEX REPLACE " [A-Z] " "" from "${from}")
  string(REGEX MATCHALL "[A-Za-z0-9_]+ U" to "${to}")
  string(REGEX REPLACE " U" "" to "${to}")
  foreach(name ${to})
    if(name IN_LIST from AND NOT name IN_LIST public)
      list(APPEND private ${name})
    endif()
  endforeach()
endif()
list(JOIN public ";\n    " lines)
set(map "${NODE}_${VERSION} {\n  global:\n    ${lines};\n  local:\n    *;\n};\n")
if(private)
  list(JOIN private ";\n    " lines)
  string(APPEND map "TAPEDECK_PRIVATE_${VERSION} {\n  global:\n    ${lines};\n};\n")
endif()
file(WRITE ${OUT}.map "${map}")
list(JOIN public "\n" keep)
list(JOIN private "\n" more)
file(WRITE ${OUT}.keep "${keep}\n${more}\n")
