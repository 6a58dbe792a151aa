/* replayer/refusals.h - how many were not let in, and why. */
#ifndef REPLAYER_REFUSALS_H
#define REPLAYER_REFUSALS_H

#include "core/buf.h"
#include "core/json_writer.h"

#define PLAY_REFUSALS_KINDS 32 /* the rest counts as the last of them */

struct play_refusals {
    uint64_t count;
    struct {
        int status;      /* of HTTP; 0 = it was refused otherwise */
        const char *why; /* static */
        uint64_t count;
    } kinds[PLAY_REFUSALS_KINDS]; /* in the order in which they came */
    size_t len;
};

/* One more, for a reason that is compared as text. */
void play_refusals_add(struct play_refusals *refusals, int status,
                       const char *why);

/* Append "refused 7 times: 5 with 403: WHY; 2 with 401: WHY\n", or nothing. */
void play_refusals_text(const struct play_refusals *refusals,
                        struct td_buf *out);

/* Member `key`: [{"status":N|null,"why":"..","count":N}]. */
void play_refusals_json(const struct play_refusals *refusals,
                        struct td_json_writer *w, const char *key);

#endif
