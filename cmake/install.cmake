# What `cmake --install` leaves: the binary with its pages and completions, and
# libtapedeck (the rooms core, tape, wire, schema and validator) with headers and
# a pkg-config file.
set(TD_LIBRARY_ROOMS core tape wire schema validator)
set(objects "")
foreach(room ${TD_LIBRARY_ROOMS})
  get_property(part GLOBAL PROPERTY td_${room}_objects)
  list(APPEND objects ${part})
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${room}
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tapedeck FILES_MATCHING PATTERN "*.h")
endforeach()
add_library(tapedeck_archive STATIC ${objects})
set_target_properties(tapedeck_archive PROPERTIES OUTPUT_NAME tapedeck)
install(TARGETS tapedeck_archive tapedeck)

set(TD_PC_LIBS "")
if(ISAL_FOUND)
  set(TD_PC_LIBS libisal)
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/tapedeck.pc.in
  ${PROJECT_BINARY_DIR}/gen/tapedeck.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/gen/tapedeck.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# Editors check contracts with it.
install(FILES ${PROJECT_SOURCE_DIR}/docs/contract.schema.json
  DESTINATION ${CMAKE_INSTALL_DATADIR}/tapedeck)

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
")
