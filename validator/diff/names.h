/* validator/diff/names.h - names of events, each once, as a small number. */
#ifndef VALIDATOR_DIFF_NAMES_H
#define VALIDATOR_DIFF_NAMES_H

#include "core/arena.h"
#include "validator/diff/masks.h"

#define DIFF_NAMES_MAX   ((uint32_t)1 << 20) /* of both streams together */
#define DIFF_NAMES_BYTES ((size_t)64 << 20)  /* of their text */

/* What identifies an event among those of its name. */
struct diff_identity {
    const char *fields[DIFF_IDENTITY_MAX]; /* as people write them */
    uint32_t len;
    bool guessed;
};

struct diff_name {
    struct td_bytes text;               /* unescaped */
    const struct diff_event_rule *rule; /* of the masks, or NULL */
    struct diff_identity identity;
};

struct diff_names;

/* masks are borrowed. */
struct diff_names *diff_names_new(const struct diff_masks *masks);
/* NULL is fine. */
void diff_names_free(struct diff_names *names);

/* The number of a name, added if it is new. TD_LIMIT. */
TD_MUST_CHECK enum td_code diff_names_add(struct diff_names *names,
                                          struct td_bytes text, uint32_t *out,
                                          struct td_error *err);

/* Valid until the next add. */
struct diff_name *diff_names_at(const struct diff_names *names, uint32_t name);
uint32_t diff_names_len(const struct diff_names *names);

/* Room for texts that live as long as the names. */
struct td_arena *diff_names_arena(struct diff_names *names);

#endif
