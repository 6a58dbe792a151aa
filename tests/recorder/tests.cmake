# Recordings from end to end: every function of a script that takes a box is
# one.
foreach(script e2e e2e_call e2e_check e2e_keys e2e_proxy e2e_secrets e2e_stdio)
  file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/${script}.py cases
    REGEX "^def [a-z_]+\\(box\\):")
  foreach(case ${cases})
    string(REGEX REPLACE "^def ([a-z_]+).*" "\\1" name ${case})
    add_test(NAME recorder.${name} COMMAND /usr/bin/python3
      ${CMAKE_CURRENT_LIST_DIR}/${script}.py $<TARGET_FILE:tapedeck> ${name})
    set_tests_properties(recorder.${name} PROPERTIES TIMEOUT 600)
  endforeach()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
    ${CMAKE_CURRENT_LIST_DIR}/${script}.py)
endforeach()
