/* validator/compat/compat.h - whether what one side says is what the other side
 * takes: a proof is a message that the one accepts and the other refuses.
 *
 * A side is what tapes were like (a schema is made of it: types, required
 * members, choices) or a contract. Messages are made of what the first side
 * has seen or declared, one change at a time; each is judged by both sides with
 * the engine that validates. So `no` is proved, and `yes` says that none of so
 * many messages spoke against it.
 */
#ifndef VALIDATOR_COMPAT_COMPAT_H
#define VALIDATOR_COMPAT_COMPAT_H

#include "core/arena.h"
#include "validator/audit/profile.h"
#include "validator/contract/contract.h"

#define COMPAT_TRIES_MAX     5000        /* messages of one event */
#define COMPAT_BYTES_MAX     (16u << 20) /* of all of them together */
#define COMPAT_FURTHER_NAMES 3
#define COMPAT_PROOFS_MAX    200 /* events; further ones are counted */

struct compat_side {
    const struct audit_profile *profile; /* of the contract: audit_declare() */
    const struct check_contract *contract; /* NULL: tapes */
    const char *dialect;                   /* of the contract, or NULL */
};

struct compat_proof {
    const char *event;
    const char *message;     /* JSON */
    const char *why;         /* the refusing side: where, expected, found */
    const char *accepted_by; /* that schema of tapes, as JSON; or NULL */
    const char *refused_by;
};

/* One direction. */
struct compat_way {
    uint64_t tried;   /* messages that the first side accepts */
    uint32_t untried; /* events that no such message could be made of */
    uint32_t
        further; /* that the second side, tapes, never had: they are taken */
    const char *further_names[COMPAT_FURTHER_NAMES]; /* the first */
    struct compat_proof *proofs; /* the first of each event */
    uint32_t proofs_len;
    uint32_t left_out; /* events with further ones */
};

struct compat {
    struct td_arena arena;
    struct compat_way backward; /* what the old side says, by the new one */
    struct compat_way forward;  /* what the new side says, by the old one */
};

/* Try both directions. TD_USAGE: a schema that was made does not compile. To
 * be released, also after an error.
 */
TD_MUST_CHECK enum td_code compat_judge(struct compat *out,
                                        const struct compat_side *old,
                                        const struct compat_side *now,
                                        struct td_error *err);
void compat_release(struct compat *compat);

/* Whether anything was found out: a proof, or messages that spoke against none.
 */
bool compat_is_known(const struct compat_way *way);

/* "full", "backward", "forward", "none"; "unknown" where neither holds and one
 * is not known.
 */
const char *compat_class(const struct compat *compat);

#endif
