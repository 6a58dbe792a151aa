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
add_test(NAME docs.gates_cmake_kinds COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/tour.py ${PROJECT_SOURCE_DIR} $<TARGET_FILE:tapedeck>
  docs/gates.md "Every kind of gate with a CMake project")
add_test(NAME docs.gates_node_kinds COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/tour.py ${PROJECT_SOURCE_DIR} $<TARGET_FILE:tapedeck>
  docs/gates.md "Every kind of gate with a Node project"
  ${PROJECT_SOURCE_DIR}/tests/gates/node_modules)
set_tests_properties(docs.gates_node_kinds PROPERTIES SKIP_RETURN_CODE 77)
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
add_test(NAME docs.guide COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/tour.py ${PROJECT_SOURCE_DIR} $<TARGET_FILE:tapedeck>
  docs/guide.md "A run, from its plan to its verdict")
add_test(NAME docs.regression COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/tour.py ${PROJECT_SOURCE_DIR} $<TARGET_FILE:tapedeck>
  docs/regression.md "A golden test in five minutes")
add_test(NAME docs.regression_runners COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/runners.py ${PROJECT_SOURCE_DIR} $<TARGET_FILE:tapedeck>)
add_test(NAME docs.conversations COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/tour.py ${PROJECT_SOURCE_DIR} $<TARGET_FILE:tapedeck>
  docs/conversations.md "At work")
add_test(NAME docs.audit COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/tour.py ${PROJECT_SOURCE_DIR} $<TARGET_FILE:tapedeck>
  docs/audit.md "At work")
add_test(NAME docs.shelf COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/tour.py ${PROJECT_SOURCE_DIR} $<TARGET_FILE:tapedeck>
  docs/shelf.md "What others have captured")
