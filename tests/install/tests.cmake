add_test(NAME install.program COMMAND ${CMAKE_CURRENT_LIST_DIR}/program.sh
  ${PROJECT_BINARY_DIR})
set_tests_properties(install.program PROPERTIES TIMEOUT 600)
# Compiles the libraries in a folder of their own, which the next run finds again.
add_test(NAME install.library COMMAND ${CMAKE_CURRENT_LIST_DIR}/library.sh
  ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/library ${CMAKE_C_COMPILER})
set_tests_properties(install.library PROPERTIES TIMEOUT 900 PROCESSORS 2)
# Of what that has compiled.
add_test(NAME install.static COMMAND ${CMAKE_CURRENT_LIST_DIR}/static.sh
  ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/library ${CMAKE_C_COMPILER})
set_tests_properties(install.library PROPERTIES FIXTURES_SETUP library)
set_tests_properties(install.static PROPERTIES TIMEOUT 600 SKIP_RETURN_CODE 77
  FIXTURES_REQUIRED library)
