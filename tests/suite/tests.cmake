# Documents of others, from the packages of package.json; without them it is
# skipped and says so.
add_test(NAME suite.asyncapi COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/asyncapi.py $<TARGET_FILE:tapedeck>)
set_tests_properties(suite.asyncapi PROPERTIES
  LABELS interop TIMEOUT 600 SKIP_RETURN_CODE 77)

add_test(NAME suite.regex COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/regex.py $<TARGET_FILE:tapedeck>)
set_tests_properties(suite.regex PROPERTIES
  LABELS interop TIMEOUT 900 SKIP_RETURN_CODE 77)
