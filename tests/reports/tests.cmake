# Every report read by what other people read it with.
add_test(NAME reports.readers COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/readers.py ${PROJECT_SOURCE_DIR} $<TARGET_FILE:tapedeck>)
set_tests_properties(reports.readers PROPERTIES
  LABELS interop TIMEOUT 900 SKIP_RETURN_CODE 77)
