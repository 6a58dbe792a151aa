# The official peers (tests/interop/package.json and Debian's python3-socketio).
# One entry a test file; without the npm packages it is skipped and says so.
add_executable(td_ask ${PROJECT_SOURCE_DIR}/tests/orchestrator/provider/ask.c
  ${PROJECT_SOURCE_DIR}/tests/support/attempt_scene.c
  ${PROJECT_SOURCE_DIR}/tests/support/tapes.c)
target_include_directories(td_ask PRIVATE ${PROJECT_SOURCE_DIR})
target_compile_options(td_ask PRIVATE ${TD_WARNINGS})
target_link_libraries(td_ask PRIVATE td_orchestrator)
add_library(td_few_threads MODULE ${CMAKE_CURRENT_LIST_DIR}/few_threads.c)
target_compile_options(td_few_threads PRIVATE -Wall -Wextra -Wno-pedantic)
target_compile_definitions(td_few_threads PRIVATE _GNU_SOURCE)
target_link_libraries(td_few_threads PRIVATE ${CMAKE_DL_LIBS})
file(GLOB files CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/test_*.py)
foreach(file ${files})
  get_filename_component(name ${file} NAME_WE)
  string(REPLACE "test_" "" name ${name})
  add_test(NAME interop.${name} COMMAND ${CMAKE_COMMAND} -E env
    TAPEDECK=$<TARGET_FILE:tapedeck> TD_ASK=$<TARGET_FILE:td_ask>
    TD_FEW_THREADS=$<TARGET_FILE:td_few_threads> /usr/bin/python3 ${file})
  set_tests_properties(interop.${name} PROPERTIES
    LABELS interop TIMEOUT 900 SKIP_RETURN_CODE 77)
endforeach()
