/* cli/verbs/gates_show.h - what is printed about gates. */
#ifndef CLI_VERBS_GATES_SHOW_H
#define CLI_VERBS_GATES_SHOW_H

#include "cli/options/command.h"
#include "validator/gates/gates.h"

/* Append what would run: names, or (commands) what each runs too. */
void cli_gates_plan(struct td_buf *out, const struct gates_check *const *order,
                    size_t len, bool commands, bool json);

/* Print the verdict as the call wants it: text, JSON, or nothing (-q). */
TD_MUST_CHECK enum td_code cli_gates_show(const struct verdict_document *doc,
                                          const struct cli_args *args,
                                          struct td_error *err);

/* One line about a verdict whose code is not TD_OK. */
void cli_gates_say(const struct verdict_document *doc, enum td_code code,
                   const char *path, struct td_error *err);

#endif
