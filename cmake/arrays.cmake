# td_array(FILE MEMBERS...): adds the bytes of FILE to `arrays`, as a C array,
# and a row {MEMBERS..., array, length} to `table`. What is empty is still an
# array, so each has a byte more than its length.
set(arrays "")
set(table "")
set(array_count 0)
function(td_array file)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(LENGTH "${hex}" digits)
  math(EXPR len "${digits} / 2")
  set(members "")
  foreach(member ${ARGN})
    string(APPEND members "\"${member}\", ")
  endforeach()
  set(name text_${array_count})
  set(arrays "${arrays}static const unsigned char ${name}[] = {${bytes}0x00};\n"
      PARENT_SCOPE)
  set(table "${table}    {${members}${name}, ${len}},\n" PARENT_SCOPE)
  math(EXPR next "${array_count} + 1")
  set(array_count ${next} PARENT_SCOPE)
endfunction()
