# Executions from end to end: every function of these scripts that takes a box is
# a test.
add_library(td_full MODULE ${CMAKE_CURRENT_LIST_DIR}/full.c)
target_compile_options(td_full PRIVATE -Wall -Wextra -Wno-pedantic)
target_compile_definitions(td_full PRIVATE _GNU_SOURCE)
target_link_libraries(td_full PRIVATE ${CMAKE_DL_LIBS})
add_library(td_steps MODULE ${CMAKE_CURRENT_LIST_DIR}/steps.c)
target_compile_options(td_steps PRIVATE -Wall -Wextra -Wno-pedantic)
target_compile_definitions(td_steps PRIVATE _GNU_SOURCE)
target_link_libraries(td_steps PRIVATE ${CMAKE_DL_LIBS})
foreach(part e2e_run e2e_look e2e_hard)
  set(script ${CMAKE_CURRENT_LIST_DIR}/${part}.py)
  file(STRINGS ${script} cases REGEX "^def [a-z_]+\\(box\\):")
  foreach(case ${cases})
    string(REGEX REPLACE "^def ([a-z_]+).*" "\\1" name ${case})
    add_test(NAME orchestrator.${name} COMMAND /usr/bin/python3 ${script}
      $<TARGET_FILE:tapedeck>
      ${PROJECT_SOURCE_DIR}/fixtures/contracts/execution.contract.yaml ${name})
    set_tests_properties(orchestrator.${name} PROPERTIES TIMEOUT 600
      ENVIRONMENT
        "TD_FULL=$<TARGET_FILE:td_full>;TD_STEPS=$<TARGET_FILE:td_steps>")
  endforeach()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script})
endforeach()
add_executable(td_render_plan ${CMAKE_CURRENT_LIST_DIR}/render_plan.c)
target_include_directories(td_render_plan PRIVATE ${PROJECT_SOURCE_DIR})
target_compile_options(td_render_plan PRIVATE ${TD_WARNINGS})
target_compile_definitions(td_render_plan PRIVATE _GNU_SOURCE)
target_link_libraries(td_render_plan PRIVATE td_orchestrator)
add_test(NAME orchestrator.rest_c COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/rest_c.py
  $<TARGET_FILE:tapedeck> $<TARGET_FILE:td_render_plan>)
set_tests_properties(orchestrator.rest_c PROPERTIES TIMEOUT 600)
foreach(case lib_c cli_c lib_c_default cli_c_optional cli_c_names rest_c_names rest_c_default rest_c_optional)
  add_test(NAME orchestrator.${case} COMMAND /usr/bin/python3
    ${CMAKE_CURRENT_LIST_DIR}/others.py $<TARGET_FILE:tapedeck> ${case})
  set_tests_properties(orchestrator.${case} PROPERTIES TIMEOUT 600)
endforeach()
add_test(NAME orchestrator.plan_schema COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/plan_schema.py ${PROJECT_SOURCE_DIR} $<TARGET_FILE:tapedeck>)
set_tests_properties(orchestrator.plan_schema PROPERTIES TIMEOUT 600 SKIP_RETURN_CODE 77)
