# Executions from end to end: every function of the script that takes a box is
# one.
set(script ${CMAKE_CURRENT_LIST_DIR}/e2e_run.py)
file(STRINGS ${script} cases REGEX "^def [a-z_]+\\(box\\):")
foreach(case ${cases})
  string(REGEX REPLACE "^def ([a-z_]+).*" "\\1" name ${case})
  add_test(NAME orchestrator.${name} COMMAND /usr/bin/python3 ${script}
    $<TARGET_FILE:tapedeck>
    ${PROJECT_SOURCE_DIR}/fixtures/contracts/execution.contract.yaml ${name})
  set_tests_properties(orchestrator.${name} PROPERTIES TIMEOUT 120)
endforeach()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script})
add_executable(td_render_plan ${CMAKE_CURRENT_LIST_DIR}/render_plan.c)
target_include_directories(td_render_plan PRIVATE ${PROJECT_SOURCE_DIR})
target_compile_options(td_render_plan PRIVATE ${TD_WARNINGS})
target_compile_definitions(td_render_plan PRIVATE _GNU_SOURCE)
target_link_libraries(td_render_plan PRIVATE td_orchestrator)
add_test(NAME orchestrator.rest_c COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/rest_c.py
  $<TARGET_FILE:tapedeck> $<TARGET_FILE:td_render_plan>)
set_tests_properties(orchestrator.rest_c PROPERTIES TIMEOUT 600)
foreach(case lib_c cli_c lib_c_default cli_c_optional rest_c_default rest_c_optional)
  add_test(NAME orchestrator.${case} COMMAND /usr/bin/python3
    ${CMAKE_CURRENT_LIST_DIR}/others.py
    $<TARGET_FILE:tapedeck> $<TARGET_FILE:td_render_plan> ${case})
  set_tests_properties(orchestrator.${case} PROPERTIES TIMEOUT 600)
endforeach()
