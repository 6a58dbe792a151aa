# The verb from the outside: one entry a case of e2e.py and e2e_expect.py.
foreach(case lines serve catch_up catch_up_in_a_loop live stay to_url unfit changed refused unfit_to_url early goodbye record passes
    exits port_in_use signals slow keys audience)
  add_test(NAME replay.${case} COMMAND /usr/bin/python3
    ${CMAKE_CURRENT_LIST_DIR}/e2e.py $<TARGET_FILE:tapedeck> ${case})
  set_tests_properties(replay.${case} PROPERTIES TIMEOUT 600)
endforeach()
foreach(case pass_and_fail silent nobody fail_fast linger gone_early url socket_io
    misuse)
  add_test(NAME replay.expect.${case} COMMAND /usr/bin/python3
    ${CMAKE_CURRENT_LIST_DIR}/e2e_expect.py $<TARGET_FILE:tapedeck> ${case})
  set_tests_properties(replay.expect.${case} PROPERTIES TIMEOUT 600)
endforeach()
# Talks, exchanges, faults: every function of a script that takes a box is a
# case.
foreach(script stdio stdio_fault answer answer_fault dialogue mode fault reported)
  set(path ${CMAKE_CURRENT_LIST_DIR}/e2e_${script}.py)
  file(STRINGS ${path} cases REGEX "^def [a-z_0-9]+\\(box\\):")
  foreach(case ${cases})
    string(REGEX REPLACE "^def ([a-z_0-9]+).*" "\\1" name ${case})
    add_test(NAME replay.${script}.${name} COMMAND /usr/bin/python3 ${path}
      $<TARGET_FILE:tapedeck> ${name})
    set_tests_properties(replay.${script}.${name} PROPERTIES TIMEOUT 600)
  endforeach()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
endforeach()
