/* cli/shared/tape_paths.h - tapes that are named one by one, or by their
 * folder.
 */
#ifndef CLI_SHARED_TAPE_PATHS_H
#define CLI_SHARED_TAPE_PATHS_H

#include "core/arena.h"
#include "core/error.h"

#include <stdbool.h>

#define CLI_TAPE_PATHS_MAX 100000 /* names of one folder that are looked at */

/* All zeroes is empty. */
struct cli_tape_paths {
    struct td_arena arena;
    const char **list; /* ends with NULL behind len, once there is one */
    uint32_t len;
};

/* Whether a file of that name, without a folder, is one of those below. */
bool cli_names_tape(const char *name);

/* Add a path; of a folder the tapes and NDJSON that are in it, not below, by
 * name: .tape, .ndjson, .jsonl, each also with .gz, that do not begin with a
 * dot and are no pipes. path outlives the list. TD_USAGE: the folder has none
 * of them; TD_IO, TD_LIMIT.
 */
TD_MUST_CHECK enum td_code cli_tape_paths_add(struct cli_tape_paths *paths,
                                              const char *path,
                                              struct td_error *err);
/* Frees everything; it is empty. */
void cli_tape_paths_release(struct cli_tape_paths *paths);

#endif
