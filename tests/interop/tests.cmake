# The official peers (tests/interop/package.json and Debian's python3-socketio).
# One entry a test file; without the npm packages it is skipped and says so.
file(GLOB files CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/test_*.py)
foreach(file ${files})
  get_filename_component(name ${file} NAME_WE)
  string(REPLACE "test_" "" name ${name})
  add_test(NAME interop.${name} COMMAND ${CMAKE_COMMAND} -E env
    TAPEDECK=$<TARGET_FILE:tapedeck> /usr/bin/python3 ${file})
  set_tests_properties(interop.${name} PROPERTIES
    LABELS interop TIMEOUT 300 SKIP_RETURN_CODE 77)
endforeach()
