/* cli/verbs/gates_tape.h - a run of gates as events on a tape.
 *
 *     validation_started  {"gates":"gates.yaml","checks":[{"gate":"unit",
 *                          "kind":"tests","needs":["build"]}]}
 *     gate_started        {"gate":"unit","kind":"tests","command":["ctest"]}
 *     gate_output         {"gate":"unit","text":"..."}
 *     gate_finished       {"gate":"unit","verdict":"pass","reason":null,"ms":9}
 *     validation_finished {"verdict":"pass","exit":0}
 */
#ifndef CLI_VERBS_GATES_TAPE_H
#define CLI_VERBS_GATES_TAPE_H

#include "cli/options/command.h"
#include "validator/gates/gates.h"

struct cli_gates_tape;

/* What will run: gates of a file in the order in which they begin, then the
 * tapes that the call names.
 */
struct cli_gates_plan {
    const struct gates_file *file;
    const struct gates_check *const *order;
    size_t len;
    const struct cli_args *args;
};

/* The tape begins with what will run. TD_IO: it exists, or cannot be written.
 * What fails later is told at close.
 */
TD_MUST_CHECK enum td_code
cli_gates_tape_open(struct cli_gates_tape **out, const char *path,
                    const struct cli_gates_plan *plan, struct td_error *err);
void cli_gates_tape_started(struct cli_gates_tape *tape,
                            const struct gates_check *check);
void cli_gates_tape_output(struct cli_gates_tape *tape,
                           const struct gates_check *check,
                           struct td_bytes text);
void cli_gates_tape_finished(struct cli_gates_tape *tape,
                             const struct verdict_gate *gate);
void cli_gates_tape_tick(struct cli_gates_tape *tape);
TD_MUST_CHECK enum td_code
cli_gates_tape_close(struct cli_gates_tape *tape,
                     const struct verdict_document *doc, struct td_error *err);

#endif
