add_test(NAME docs.current COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/check_docs.py ${PROJECT_SOURCE_DIR} $<TARGET_FILE:tapedeck>)
set_tests_properties(docs.current PROPERTIES LABELS slow)
