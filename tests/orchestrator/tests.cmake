# Executions from end to end: every function of the script that takes a box is
# one.
set(script ${CMAKE_CURRENT_LIST_DIR}/e2e_run.py)
file(STRINGS ${script} cases REGEX "^def [a-z_]+\\(box\\):")
foreach(case ${cases})
  string(REGEX REPLACE "^def ([a-z_]+).*" "\\1" name ${case})
  add_test(NAME orchestrator.${name} COMMAND /usr/bin/python3 ${script}
    $<TARGET_FILE:tapedeck>
    ${PROJECT_SOURCE_DIR}/fixtures/contracts/execution.contract.yaml ${name})
  set_tests_properties(orchestrator.${name} PROPERTIES TIMEOUT 120)
endforeach()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script})
