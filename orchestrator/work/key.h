/* orchestrator/work/key.h - the key of the cache: one hash of all that a task's
 * outputs depend on.
 *
 * It is made of parts, each a name and the sha256 of its value, and is the
 * sha256 of them all: format, provider, version, run, dir, with, each variable
 * of the environment, outputs, and each input's path, x bit and contents. No
 * times. Values themselves, secrets among them, are nowhere.
 */
#ifndef ORCHESTRATOR_WORK_KEY_H
#define ORCHESTRATOR_WORK_KEY_H

#include "orchestrator/work/files.h"

#define WORK_KEY_FORMAT "1"

struct work_part {
    const char *name; /* "run", "env PATH", "input clean" */
    char mode;        /* of an input: x may be executed, - may not, d is a
                         folder, l a link; else a space */
    uint8_t sha256[WORK_SHA256];
};

/* All zeroes is valid and empty. */
struct work_key {
    struct td_arena arena;
    struct work_part *parts; /* in the order above; env and inputs sorted */
    uint32_t count;
    char hex[WORK_HEX]; /* the key; "" if there is none */
};

struct work_key_of {
    const struct plan_task *task;
    const char *provider;
    const char *version;
    char *const *env; /* all of it, from work_env(); NULL: none */
    const struct work_files *inputs;
};

/* *key must be all zeroes, or of an earlier make that was released. */
void work_key_make(struct work_key *key, const struct work_key_of *of);
void work_key_release(struct work_key *key);

/* Append why `now` is not `then`, of which `from` says where it is from:
 * "input clean is 2cf24dba, was 5e884898 in x6; same: run, dir, with, 4 env, 1
 * input". Equal keys: "nothing changed since x6". TD_OK or TD_LIMIT.
 */
enum td_code work_key_why(struct td_buf *out, const struct work_key *now,
                          const struct work_key *then, const char *from);

#endif
