# Taste, checked by programs: each prints one line per breach.
find_program(TD_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)
find_program(TD_CLANG_FORMAT NAMES clang-format-14 clang-format REQUIRED)
set(tools ${PROJECT_SOURCE_DIR}/tools)

add_test(NAME laws.layers COMMAND ${TD_PYTHON} ${tools}/check_layers.py ${PROJECT_SOURCE_DIR})
add_test(NAME laws.symbols COMMAND ${TD_PYTHON} ${tools}/check_symbols.py
  ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
add_test(NAME laws.size COMMAND ${TD_PYTHON} ${tools}/check_size.py ${PROJECT_SOURCE_DIR})
add_test(NAME laws.words COMMAND ${TD_PYTHON} ${tools}/check_words.py ${PROJECT_SOURCE_DIR})
add_test(NAME laws.headers COMMAND ${TD_PYTHON} ${tools}/check_headers.py
  ${PROJECT_SOURCE_DIR} ${CMAKE_C_COMPILER})
add_test(NAME laws.format COMMAND ${tools}/format.sh --check)
set_tests_properties(laws.format PROPERTIES
  ENVIRONMENT CLANG_FORMAT=${TD_CLANG_FORMAT})
# The checks themselves, on trees that break each law once.
add_test(NAME laws.checks COMMAND ${TD_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/test_checks.py)

# What script/packages promises to the scripts that build.
foreach(script build test)
  add_test(NAME laws.alone.${script} COMMAND ${TD_PYTHON} ${tools}/check_alone.py
    ${PROJECT_SOURCE_DIR} script/${script} ${PROJECT_BINARY_DIR})
  set_tests_properties(laws.alone.${script} PROPERTIES SKIP_RETURN_CODE 77)
endforeach()
