/* validator/golden/golden.h - the golden tests of a folder.
 *
 * Source: docs/regression.md, "The golden file". A golden NAME is
 * NAME.golden.yaml, read here, and beside it NAME.golden.tape.gz, what the
 * stream must be; NAME.masks.yaml, what may differ (or the file that `masks`
 * names); NAME.pending.tape.gz and NAME.pending.masks.yaml, what was seen and
 * waits to be accepted. They are found by name. Nothing is run here.
 */
#ifndef VALIDATOR_GOLDEN_GOLDEN_H
#define VALIDATOR_GOLDEN_GOLDEN_H

#include "core/arena.h"

#include <stdbool.h>

#define GOLDEN_MAX     10000                 /* goldens of a folder */
#define GOLDEN_WORDS   1000                  /* of a command */
#define GOLDEN_TIMEOUT UINT64_C(60000000000) /* ns, if none is said */

struct golden {
    const char *name;
    const char *file; /* NAME.golden.yaml; this and the others with the folder
                         in front */
    const char *tape;
    const char *masks;         /* NULL: none is named, none is there */
    const char *masks_file;    /* where accepted ones go */
    const char *pending;       /* tape */
    const char *pending_masks; /* file */
    bool has_tape;
    bool is_pending;      /* one of both is there */
    const char **command; /* NULL-terminated; NULL: nothing is run */
    const char *serve;    /* tape that is played to the command, or NULL */
    const char *answer;   /* or that answers its requests, or NULL */
    const char *stdio;    /* or whose requests, or lines, it hears, or NULL */
    const char *speed;    /* of that, as --speed */
    const char *writes;   /* file the command leaves the stream in; NULL: it
                             is its standard output */
    uint64_t timeout_ns;
    const char *contract; /* as --contract, or NULL */
};

/* All zeroes is valid and empty. */
struct golden_folder {
    struct td_arena arena;
    const char *dir;
    struct golden *list; /* by name */
    uint32_t len;
    const char **stray; /* files of goldens that have no NAME.golden.yaml */
    uint32_t stray_len;
};

/* Read the goldens of a folder; *folder must be empty; release also after an
 * error. TD_IO: there is no such folder; TD_USAGE: a mistake in a golden file,
 * with line and column; TD_LIMIT.
 */
TD_MUST_CHECK enum td_code golden_folder_read(struct golden_folder *folder,
                                              const char *dir,
                                              struct td_error *err);
void golden_folder_release(struct golden_folder *folder);

/* The golden of that name; NULL: there is none. */
struct golden *golden_find(const struct golden_folder *folder,
                           const char *name);

#endif
