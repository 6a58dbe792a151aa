# The lines in docs/tape-format.md that read a tape, run as they stand, and
# what other programs make of the bytes.
add_test(NAME tape.stock_tools COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/stock_tools.py $<TARGET_FILE:tapedeck>
  $<TARGET_FILE:td_make_tape> ${PROJECT_SOURCE_DIR}/docs/tape-format.md)
set_tests_properties(tape.stock_tools PROPERTIES TIMEOUT 600)

# A writer under load, killed at random moments.
add_test(NAME tape.kill COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/kill_writer.py $<TARGET_FILE:tapedeck>
  $<TARGET_FILE:td_make_tape>)
set_tests_properties(tape.kill PROPERTIES TIMEOUT 600)

add_executable(td_make_tape ${CMAKE_CURRENT_LIST_DIR}/make_tape.c)
target_include_directories(td_make_tape PRIVATE ${PROJECT_SOURCE_DIR})
target_compile_options(td_make_tape PRIVATE ${TD_WARNINGS})
target_link_libraries(td_make_tape PRIVATE td_tape)

# Random events through all that writes or reads a tape.
add_executable(td_make_random ${CMAKE_CURRENT_LIST_DIR}/make_random.c)
target_include_directories(td_make_random PRIVATE ${PROJECT_SOURCE_DIR})
target_compile_options(td_make_random PRIVATE ${TD_WARNINGS})
target_link_libraries(td_make_random PRIVATE td_tape)
add_test(NAME tape.differential COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/differential.py $<TARGET_FILE:tapedeck>
  $<TARGET_FILE:td_make_random>)
set_tests_properties(tape.differential PROPERTIES TIMEOUT 900)
add_test(NAME tape.foreign COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_LIST_DIR}/foreign.py $<TARGET_FILE:tapedeck>)
set_tests_properties(tape.foreign PROPERTIES TIMEOUT 600)

# Not with a sanitizer's runtime, which wants to be the first library.
if(NOT CMAKE_C_FLAGS MATCHES "-fsanitize")
  add_library(td_fault SHARED ${CMAKE_CURRENT_LIST_DIR}/fault_calls.c)
  target_compile_definitions(td_fault PRIVATE _GNU_SOURCE)
  target_compile_options(td_fault PRIVATE ${TD_WARNINGS})
  target_link_libraries(td_fault PRIVATE ${CMAKE_DL_LIBS})
  add_test(NAME tape.faults COMMAND /usr/bin/python3
    ${CMAKE_CURRENT_LIST_DIR}/faults.py $<TARGET_FILE:tapedeck>
    $<TARGET_FILE:td_fault>)
  set_tests_properties(tape.faults PROPERTIES TIMEOUT 600)
endif()
