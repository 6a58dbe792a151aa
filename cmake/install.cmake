# What `cmake --install` leaves: the binary with its pages and completions
# (component `program`), and the libraries (component `library`).
if(TD_LIBRARIES)
  include(cmake/api.cmake)
  include(cmake/library.cmake)
endif()
install(TARGETS tapedeck COMPONENT program)

# Editors check contracts and plans with them.
install(FILES ${PROJECT_SOURCE_DIR}/docs/contract.schema.json
  ${PROJECT_SOURCE_DIR}/docs/plan.schema.json
  DESTINATION ${CMAKE_INSTALL_DATADIR}/tapedeck COMPONENT program)

# The binary knows its own pages.
install(CODE "
  set(tapedeck \"$<TARGET_FILE:tapedeck>\")
  set(man \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_MANDIR}/man1\")
  set(share \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}\")
  file(MAKE_DIRECTORY \${man} \${share}/bash-completion/completions
    \${share}/zsh/vendor-completions \${share}/fish/vendor_completions.d)
  macro(td_say file)
    execute_process(COMMAND \${tapedeck} \${ARGN} OUTPUT_FILE \${file}
      COMMAND_ERROR_IS_FATAL ANY)
    message(STATUS \"Installing: \${file}\")
  endmacro()
  td_say(\${man}/tapedeck.1 help --man)
  foreach(verb ${TD_VERBS})
    td_say(\${man}/tapedeck-\${verb}.1 help --man \${verb})
  endforeach()
  td_say(\${share}/bash-completion/completions/tapedeck completion bash)
  td_say(\${share}/zsh/vendor-completions/_tapedeck completion zsh)
  td_say(\${share}/fish/vendor_completions.d/tapedeck.fish completion fish)
" COMPONENT program)
