# Gates from end to end: every function of the scripts that takes a box is one.
foreach(script e2e hostile)
  file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/${script}.py cases REGEX "^def [a-z_]+\\(box\\):")
  foreach(case ${cases})
    string(REGEX REPLACE "^def ([a-z_]+).*" "\\1" name ${case})
    add_test(NAME gates.${name} COMMAND /usr/bin/python3
      ${CMAKE_CURRENT_LIST_DIR}/${script}.py $<TARGET_FILE:tapedeck> ${name})
    set_tests_properties(gates.${name} PROPERTIES TIMEOUT 600)
  endforeach()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
    ${CMAKE_CURRENT_LIST_DIR}/${script}.py)
endforeach()

# What is timed is timed alone.
set_tests_properties(gates.a_and_b_are_compared_in_turn
  gates.what_others_show_decides_with_it PROPERTIES RUN_SERIAL TRUE)

# The projects of docs/gates.md, with one defect after the other.
foreach(kind cmake node)
  add_test(NAME gates.walk_${kind} COMMAND /usr/bin/python3
    ${CMAKE_CURRENT_LIST_DIR}/walk.py ${PROJECT_SOURCE_DIR} $<TARGET_FILE:tapedeck> ${kind})
  set_tests_properties(gates.walk_${kind} PROPERTIES
    LABELS slow TIMEOUT 1800 SKIP_RETURN_CODE 77)
endforeach()
