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
