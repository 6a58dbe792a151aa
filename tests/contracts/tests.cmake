# The contract of executions, on the streams of fixtures/execution.
foreach(check streams rules tables made)
  add_test(NAME contracts.execution-${check} COMMAND /usr/bin/python3
    ${CMAKE_CURRENT_LIST_DIR}/execution.py $<TARGET_FILE:tapedeck>
    ${PROJECT_SOURCE_DIR} ${check})
  set_tests_properties(contracts.execution-${check} PROPERTIES TIMEOUT 900)
endforeach()
add_test(NAME contracts.shelf COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/shelf.py $<TARGET_FILE:tapedeck> ${PROJECT_SOURCE_DIR}/fixtures
  ${PROJECT_SOURCE_DIR}/docs)
