add_test(NAME install.example COMMAND ${CMAKE_CURRENT_LIST_DIR}/run.sh
  ${PROJECT_BINARY_DIR} ${CMAKE_C_COMPILER})
set_tests_properties(install.example PROPERTIES TIMEOUT 120
  ENVIRONMENT "CFLAGS=${CMAKE_C_FLAGS}")
