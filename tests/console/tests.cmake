# The console on a terminal and with a server, and what it keeps: every function
# of the scripts that takes a box is one test.
foreach(part e2e keeping slow)
  set(script ${CMAKE_CURRENT_LIST_DIR}/${part}.py)
  file(STRINGS ${script} cases REGEX "^def [a-z_]+\\(box\\):")
  foreach(case ${cases})
    string(REGEX REPLACE "^def ([a-z_]+).*" "\\1" name ${case})
    add_test(NAME console.${name} COMMAND /usr/bin/python3 ${script}
      $<TARGET_FILE:tapedeck> ${PROJECT_SOURCE_DIR} ${name})
    set_tests_properties(console.${name} PROPERTIES TIMEOUT 900
      ENVIRONMENT "TD_FULL=$<TARGET_FILE:td_full>")
  endforeach()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script})
endforeach()

# Scenes in tmux: every function of the script that takes a stage is one test.
set(script ${CMAKE_CURRENT_LIST_DIR}/scenes.py)
file(STRINGS ${script} cases REGEX "^def [a-z_]+\\(stage\\):")
foreach(case ${cases})
  string(REGEX REPLACE "^def ([a-z_]+).*" "\\1" name ${case})
  add_test(NAME console.scene_${name} COMMAND /usr/bin/python3 ${script}
    $<TARGET_FILE:tapedeck> ${PROJECT_SOURCE_DIR} ${name})
  set_tests_properties(console.scene_${name} PROPERTIES TIMEOUT 900)
endforeach()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script})

find_program(TD_NODE node)
if(TD_NODE)
  add_test(NAME console.cast_in_a_page COMMAND ${TD_NODE}
    ${CMAKE_CURRENT_LIST_DIR}/test_cast.mjs $<TARGET_FILE:tapedeck>
    ${PROJECT_SOURCE_DIR}/fixtures/tapes/socketio-build.tape.gz)
  set_tests_properties(console.cast_in_a_page PROPERTIES TIMEOUT 900
    SKIP_RETURN_CODE 77)
endif()
