/* cli/verbs/spec.h - what `tapedeck spec` shows, in text and in JSON. */
#ifndef CLI_VERBS_SPEC_H
#define CLI_VERBS_SPEC_H

#include "cli/options/command.h"
#include "orchestrator/spec/spec.h"

/* "api_backend (API); 0 %; Which resources?" and a LF. */
void cli_spec_line(const struct spec *spec, struct td_buf *out);

/* Everything that is known and what is still asked. */
void cli_spec_show(const struct spec *spec, struct td_buf *out);

/* The same as an object on one line. */
void cli_spec_json(const struct spec *spec, struct td_buf *out);

/* Names of the required categories that are not answered; "" if none. */
void cli_spec_missing(const struct spec *spec, struct td_buf *out);

#endif
