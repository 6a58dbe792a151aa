# td_embed(TARGET NAME FILE): the bytes of FILE as `const unsigned char NAME[]`
# and `const size_t NAME_len`, compiled into TARGET.
function(td_embed target name file)
  set(out ${PROJECT_BINARY_DIR}/gen/${name}.c)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} bytes HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
  file(CONFIGURE OUTPUT ${out} @ONLY CONTENT "#include <stddef.h>
extern const unsigned char ${name}[];
extern const size_t ${name}_len;
const unsigned char ${name}[] = {@bytes@};
const size_t ${name}_len = sizeof(${name});
")
  target_sources(${target} PRIVATE ${out})
endfunction()

# td_web(TARGET NAME LIST LIMIT): the modules of web/LIST packed by web/pack.c
# (its head says what comes out), of at most LIMIT bytes, compiled into TARGET.
# The files of the list are followed, so that a change packs again.
function(td_web target name list limit)
  set(out ${PROJECT_BINARY_DIR}/gen/${name}.c)
  set(file ${PROJECT_SOURCE_DIR}/web/${list})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(STRINGS ${file} modules REGEX "^[^#]")
  list(TRANSFORM modules PREPEND ${PROJECT_SOURCE_DIR}/web/)
  if(NOT TARGET td_pack)
    add_executable(td_pack ${PROJECT_SOURCE_DIR}/web/pack.c)
    target_compile_options(td_pack PRIVATE ${TD_WARNINGS})
    target_compile_definitions(td_pack PRIVATE _GNU_SOURCE)
    target_link_libraries(td_pack PRIVATE PkgConfig::OPENSSL)
  endif()
  add_custom_command(OUTPUT ${out}
    COMMAND td_pack ${file} ${name} ${limit} ${out}
    DEPENDS td_pack ${file} ${modules} VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()
