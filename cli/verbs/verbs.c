#include "cli/verbs/verbs.h"

#include <stddef.h>

#define X(verb) extern const struct cli_command cli_cmd_##verb;
#include "cli_verbs.inc"
#undef X

const struct cli_command *const cli_verbs[] = {
#define X(verb) &cli_cmd_##verb,
#include "cli_verbs.inc"
#undef X
    NULL,
};
