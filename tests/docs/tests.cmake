add_test(NAME docs.current COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/check_docs.py ${PROJECT_SOURCE_DIR} $<TARGET_FILE:tapedeck>)
set_tests_properties(docs.current PROPERTIES LABELS slow)

# Shown as typed and printed; to write down what is seen: tour.py --bless.
add_test(NAME docs.first_contract COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/tour.py ${PROJECT_SOURCE_DIR} $<TARGET_FILE:tapedeck>
  README.md "Your first contract in five minutes")
add_test(NAME docs.verbs COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/tour.py ${PROJECT_SOURCE_DIR} $<TARGET_FILE:tapedeck>
  docs/contract.md "Every verb at work")

foreach(kind cmake node)
  string(REPLACE cmake CMake heading ${kind})
  string(REPLACE node Node heading ${heading})
  add_test(NAME docs.gates_${kind} COMMAND /usr/bin/python3
    ${CMAKE_CURRENT_LIST_DIR}/tour.py ${PROJECT_SOURCE_DIR} $<TARGET_FILE:tapedeck>
    docs/gates.md "Five minutes with a ${heading} project")
endforeach()
add_test(NAME docs.ci COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/ci.py ${PROJECT_SOURCE_DIR} $<TARGET_FILE:tapedeck>)
add_test(NAME docs.verdict COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/tour.py ${PROJECT_SOURCE_DIR} $<TARGET_FILE:tapedeck>
  docs/verdict.md "At work")
add_test(NAME docs.reports COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/tour.py ${PROJECT_SOURCE_DIR} $<TARGET_FILE:tapedeck>
  docs/reports.md "At work")
add_test(NAME docs.blueprints COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/tour.py ${PROJECT_SOURCE_DIR} $<TARGET_FILE:tapedeck>
  docs/blueprints.md "A blueprint of your own in ten minutes")
