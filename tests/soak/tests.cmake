# What misbehaving peers cost the real program; `soak.py BINARY soak` alone is
# the long run (600 s, 200 peers), of which this is a few seconds.
# What a sanitizer keeps aside is not the program's, so there is no bound to hold
# under one.
if(CMAKE_C_FLAGS MATCHES "-fsanitize")
  return()
endif()
foreach(run "each" "serve" "record" "soak 5 200")
  separate_arguments(run)
  list(GET run 0 name)
  add_test(NAME soak.${name} COMMAND /usr/bin/python3
    ${CMAKE_CURRENT_LIST_DIR}/soak.py $<TARGET_FILE:tapedeck> ${run})
  set_tests_properties(soak.${name} PROPERTIES TIMEOUT 900)
endforeach()
