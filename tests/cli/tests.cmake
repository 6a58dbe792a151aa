# One entry a case: CASE.sh and what it must say (see run.py, also to bless).
file(GLOB cases CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.sh)
foreach(case ${cases})
  get_filename_component(name ${case} NAME_WE)
  add_test(NAME cli.${name} COMMAND /usr/bin/python3
    ${CMAKE_CURRENT_LIST_DIR}/run.py $<TARGET_FILE:tapedeck> ${case})
  set_tests_properties(cli.${name} PROPERTIES TIMEOUT 600)
endforeach()

# Bad input, verb by verb: every function of bad_input.py that takes a box.
file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/bad_input.py cases REGEX "^def [a-z_]+\\(box\\):")
foreach(case ${cases})
  string(REGEX REPLACE "^def ([a-z_]+).*" "\\1" name ${case})
  add_test(NAME cli.bad.${name} COMMAND /usr/bin/python3
    ${CMAKE_CURRENT_LIST_DIR}/bad_input.py $<TARGET_FILE:tapedeck> ${name})
  set_tests_properties(cli.bad.${name} PROPERTIES TIMEOUT 600)
endforeach()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  ${CMAKE_CURRENT_LIST_DIR}/bad_input.py)

# Three shells complete our words.
add_test(NAME cli.complete COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/complete.py $<TARGET_FILE:tapedeck>)
set_tests_properties(cli.complete PROPERTIES TIMEOUT 600)

# Killed at each of its writes.
add_test(NAME cli.golden_kill COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/golden_kill.py $<TARGET_FILE:tapedeck>)
set_tests_properties(cli.golden_kill PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600)
