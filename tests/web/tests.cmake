# The page in a browser (Debian's chromium, driven by playwright-core) and its
# modules in node. Without the npm packages the browser's tests are skipped.
add_executable(td_page ${CMAKE_CURRENT_LIST_DIR}/make_page.c)
target_include_directories(td_page PRIVATE ${PROJECT_SOURCE_DIR})
target_compile_options(td_page PRIVATE ${TD_WARNINGS})
target_link_libraries(td_page PRIVATE td_cli td_reports td_validator td_schema
  td_tape td_core)
find_program(TD_NODE node)
if(TD_NODE)
  add_test(NAME web.modules COMMAND ${TD_NODE} --test
    ${CMAKE_CURRENT_LIST_DIR}/test_modules.mjs)
  add_test(NAME web.rules COMMAND ${TD_NODE} --test
    ${CMAKE_CURRENT_LIST_DIR}/test_rules.mjs)
  add_test(NAME web.pack COMMAND ${CMAKE_COMMAND} -E env
    TD_PACK=$<TARGET_FILE:td_pack> ${TD_NODE} --test
    ${CMAKE_CURRENT_LIST_DIR}/test_pack.mjs)
  add_test(NAME web.page COMMAND ${CMAKE_COMMAND} -E env
    TD_PAGE=$<TARGET_FILE:td_page> ${TD_NODE}
    ${CMAKE_CURRENT_LIST_DIR}/test_page.mjs)
  set_tests_properties(web.page PROPERTIES TIMEOUT 900 SKIP_RETURN_CODE 77)
endif()
