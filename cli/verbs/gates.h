/* cli/verbs/gates.h - what can be done to a gates.yaml without running it: the
 * words behind `tapedeck gates`.
 */
#ifndef CLI_VERBS_GATES_H
#define CLI_VERBS_GATES_H

#include "cli/options/command.h"
#include "core/buf.h"

/* Append a gates.yaml for the project in dir: for what it finds there (CMake,
 * Meson, Make, npm, Python, cargo, Go). TD_USAGE: nothing that it knows; TD_IO:
 * dir is none that can be read.
 */
TD_MUST_CHECK enum td_code cli_gates_draft(struct td_buf *out, const char *dir,
                                           struct td_error *err);

#endif
