# The official suites of the protocols, and official clients, against wire/server.
# Without the suites, or without the packages of package.json, they are skipped and
# say so.
add_executable(td_echo ${CMAKE_CURRENT_LIST_DIR}/echo.c)
target_include_directories(td_echo PRIVATE ${PROJECT_SOURCE_DIR})
target_compile_options(td_echo PRIVATE ${TD_WARNINGS})
target_link_libraries(td_echo PRIVATE td_wire)
foreach(suite engine.io socket.io)
  add_test(NAME protocol.${suite} COMMAND /usr/bin/python3
    ${CMAKE_CURRENT_LIST_DIR}/suite.py $<TARGET_FILE:td_echo> ${suite})
  set_tests_properties(protocol.${suite} PROPERTIES
    LABELS interop TIMEOUT 900 RUN_SERIAL TRUE SKIP_RETURN_CODE 77)
endforeach()
add_test(NAME protocol.owner COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/owner.py $<TARGET_FILE:td_echo>)
set_tests_properties(protocol.owner PROPERTIES
  LABELS interop TIMEOUT 900 SKIP_RETURN_CODE 77)
