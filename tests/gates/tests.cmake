# Gates from end to end: every function of the script that takes a box is one.
file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/e2e.py cases REGEX "^def [a-z_]+\\(box\\):")
foreach(case ${cases})
  string(REGEX REPLACE "^def ([a-z_]+).*" "\\1" name ${case})
  add_test(NAME gates.${name} COMMAND /usr/bin/python3
    ${CMAKE_CURRENT_LIST_DIR}/e2e.py $<TARGET_FILE:tapedeck> ${name})
  set_tests_properties(gates.${name} PROPERTIES TIMEOUT 120)
endforeach()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  ${CMAKE_CURRENT_LIST_DIR}/e2e.py)
