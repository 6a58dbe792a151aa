# The page in a browser (Debian's chromium, driven by playwright-core) and its
# modules in node. Without the npm packages the browser's tests are skipped.
add_executable(td_page ${CMAKE_CURRENT_LIST_DIR}/make_page.c
  ${CMAKE_CURRENT_LIST_DIR}/page_stream.c)
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
  add_test(NAME web.lint COMMAND ${TD_NODE} --test
    ${CMAKE_CURRENT_LIST_DIR}/test_lint.mjs)
  add_test(NAME web.pack COMMAND ${CMAKE_COMMAND} -E env
    TD_PACK=$<TARGET_FILE:td_pack> ${TD_NODE} --test
    ${CMAKE_CURRENT_LIST_DIR}/test_pack.mjs)
  add_test(NAME web.page COMMAND ${CMAKE_COMMAND} -E env
    TD_PAGE=$<TARGET_FILE:td_page> TD_TAPEDECK=$<TARGET_FILE:tapedeck> ${TD_NODE}
    ${CMAKE_CURRENT_LIST_DIR}/test_page.mjs)
  add_test(NAME web.har COMMAND ${CMAKE_COMMAND} -E env
    TD_TAPEDECK=$<TARGET_FILE:tapedeck> ${TD_NODE}
    ${CMAKE_CURRENT_LIST_DIR}/test_har.mjs)
  set_tests_properties(web.har PROPERTIES TIMEOUT 900 SKIP_RETURN_CODE 77)
  add_test(NAME web.answer COMMAND ${CMAKE_COMMAND} -E env
    TD_TAPEDECK=$<TARGET_FILE:tapedeck> ${TD_NODE}
    ${CMAKE_CURRENT_LIST_DIR}/test_answer.mjs)
  set_tests_properties(web.answer PROPERTIES TIMEOUT 900 SKIP_RETURN_CODE 77)
  add_test(NAME web.recorded COMMAND ${CMAKE_COMMAND} -E env
    TD_TAPEDECK=$<TARGET_FILE:tapedeck> ${TD_NODE}
    ${CMAKE_CURRENT_LIST_DIR}/test_recorded.mjs)
  set_tests_properties(web.recorded PROPERTIES TIMEOUT 900 SKIP_RETURN_CODE 77)
  add_test(NAME web.player COMMAND ${CMAKE_COMMAND} -E env
    TD_TAPEDECK=$<TARGET_FILE:tapedeck> ${TD_NODE}
    ${CMAKE_CURRENT_LIST_DIR}/test_player.mjs)
  set_tests_properties(web.page web.player PROPERTIES TIMEOUT 900
    SKIP_RETURN_CODE 77)
endif()
add_test(NAME web.texts COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/texts.py $<TARGET_FILE:td_page>)
