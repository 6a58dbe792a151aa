/* cli/verbs/gates_script.h - how the scripts of a package.json call a tool.
 *
 *     "test": "cross-env NODE_ENV=test nyc mocha -R spec --recursive test/unit"
 *
 * calls mocha with --recursive test/unit and NODE_ENV=test.
 */
#ifndef CLI_VERBS_GATES_SCRIPT_H
#define CLI_VERBS_GATES_SCRIPT_H

#include "core/buf.h"
#include "core/event.h"

#include <stdbool.h>

struct cli_script_call {
    struct td_buf words; /* " --recursive test/unit", as they are written */
    struct td_buf env;   /* "NODE_ENV: \"test\"", members of YAML's {} */
};

/* The first call of the tool, in the script `test` before the others; `also`
 * is a word that must be in it, or NULL. Options in `without` are left out,
 * with the word behind them if they end with "=" there; a NULL ends the list.
 * False, and the call is empty: there is none, or it needs a shell. The caller
 * releases the call either way.
 */
bool cli_script_find(struct cli_script_call *call, struct td_bytes package,
                     const char *tool, const char *also,
                     const char *const *without);
void cli_script_release(struct cli_script_call *call);

#endif
