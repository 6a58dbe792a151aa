add_test(NAME learn.evaluate COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/evaluate.py $<TARGET_FILE:tapedeck>)

# Ajv has its word on what was learned; without it the test is skipped.
add_test(NAME learn.ajv COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/ajv.py $<TARGET_FILE:tapedeck>
  ${PROJECT_SOURCE_DIR}/fixtures ${PROJECT_SOURCE_DIR}/tests/reports/node_modules)
set_tests_properties(learn.ajv PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 900)

add_test(NAME learn.orders COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/orders.py $<TARGET_FILE:tapedeck>)
set_tests_properties(learn.orders PROPERTIES TIMEOUT 900)

add_test(NAME learn.truth COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/truth.py $<TARGET_FILE:tapedeck>)
set_tests_properties(learn.truth PROPERTIES TIMEOUT 600)
