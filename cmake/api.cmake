# The public headers, by library, and what is made of them: installed copies and
# the lists of names that the libraries export. Whatever is not here is private.
set(TD_API_tapedeck-schema
  core/buf.h core/clock.h core/error.h core/event.h core/json.h core/jsonx.h core/rand.h
  schema/program/options.h schema/report/report.h schema/schema.h
  schema/value/equal.h)
set(TD_API_tapedeck
  core/timerq.h
  tape/line.h tape/options.h tape/reader.h tape/state.h tape/writer.h
  core/jsonx_object.h
  wire/client/client.h wire/http/http.h wire/net/block.h
  wire/net/tls_options.h wire/net/transport.h
  wire/server/access.h wire/server/groups.h wire/server/request.h
  wire/server/server.h
  validator/check/check.h validator/check/options.h validator/contract/load.h
  validator/verdict/verdict.h)

# td_api_header(HEADER OUT): a copy of the header as it is installed: it includes
# its neighbours as <tapedeck/...>, its guard has a prefix, and C++ may read it.
function(td_api_header header out)
  file(READ ${header} text)
  # A list would be cut at each ; and mended at each [.
  string(REGEX REPLACE "#include \"([^\"]+)\"" "#include <tapedeck/\\1>" text "${text}")
  string(REGEX REPLACE "(#ifndef|#define) ([A-Z0-9_]+_H)\n" "\\1 TAPEDECK_\\2\n"
    text "${text}")
  string(REGEX MATCH ".*\n#include [^\n]+\n" head "${text}")
  if(head STREQUAL "")
    string(REGEX MATCH "^.*#define TAPEDECK_[A-Z0-9_]+_H\n" head "${text}")
  endif()
  string(LENGTH "${head}" at)
  string(SUBSTRING "${text}" ${at} -1 body)
  string(REGEX REPLACE "#endif\n$" "" body "${body}")
  file(WRITE ${out} "${head}
#ifdef __cplusplus
extern \"C\" {
#endif
${body}#ifdef __cplusplus
}
#endif

#endif
")
endfunction()

# td_api_names(OUT HEADER...): the functions that the headers declare, and that
# are not inline: one a line, sorted.
function(td_api_names out)
  set(names "")
  foreach(header ${ARGN})
    file(READ ${header} text)
    string(REGEX REPLACE "\\\\\n" " " text "${text}")
    string(REGEX REPLACE "/[*]([^*]|[*]+[^*/])*[*]+/" " " text "${text}")
    string(REGEX REPLACE "(^|\n)[ \t]*#[^\n]*" "\n" text "${text}")
    string(REGEX REPLACE "[][]" " " text "${text}")
    foreach(depth RANGE 8)
      string(REGEX REPLACE "{[^{}]*}" ";" text "${text}")
    endforeach()
    foreach(statement ${text})
      string(REGEX REPLACE "TD_(PRINTF|MUST_CHECK|RARE|APART)([(][^)]*[)])?" " "
        statement "${statement}")
      if(NOT statement MATCHES "typedef|static"
         AND statement MATCHES "([A-Za-z_][A-Za-z0-9_]*)[ \t\n]*[(]")
        list(APPEND names ${CMAKE_MATCH_1})
      endif()
    endforeach()
  endforeach()
  list(SORT names)
  list(REMOVE_DUPLICATES names)
  list(JOIN names "\n" lines)
  file(CONFIGURE OUTPUT ${out} CONTENT "${lines}\n" @ONLY)
endfunction()

# cmake -DLIBRARY=NAME -DROOT=SOURCES -DOUT=FOLDER -P api.cmake: both of them,
# FOLDER/include/tapedeck/... and FOLDER/NAME.names.
if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  cmake_minimum_required(VERSION 3.25)
  foreach(header ${TD_API_${LIBRARY}})
    td_api_header(${ROOT}/${header} ${OUT}/include/tapedeck/${header})
    list(APPEND headers ${ROOT}/${header})
  endforeach()
  td_api_names(${OUT}/${LIBRARY}.names ${headers})
endif()
