/* orchestrator/provider/recorded.h - the answers on a tape, found by what was
 * asked. Inner to this folder.
 */
#ifndef ORCHESTRATOR_PROVIDER_RECORDED_H
#define ORCHESTRATOR_PROVIDER_RECORDED_H

#include "orchestrator/provider/recording.h"

struct prov_recorded; /* a tape, read */

/* One message of an answer. */
struct prov_recorded_message {
    struct td_bytes bytes;
    bool whole; /* it is the body of an answer that was not streamed */
};

/* A question with its whole answer. */
struct prov_recorded_answer {
    struct prov_recording asked;
    struct prov_recorded_message *messages;
    size_t count;
};

/* Read it. TD_IO, TD_FORMAT: no tape; TD_LIMIT: its answers have more than
 * PROV_TAPE_MAX bytes. */
TD_MUST_CHECK enum td_code prov_recorded_open(struct prov_recorded **out,
                                              const char *path,
                                              struct td_error *err);
/* NULL is fine. */
void prov_recorded_close(struct prov_recorded *tape);

/* The last answer of that key (unless it is "") or else of these parts; NULL:
 * none. */
const struct prov_recorded_answer *
prov_recorded_find(const struct prov_recorded *tape, const char *key,
                   const struct prov_parts *parts);

/* The one that differs in the fewest parts; of several the one of this task,
 * else the last. NULL: the tape has no answer. */
const struct prov_recorded_answer *
prov_recorded_nearest(const struct prov_recorded *tape, const char *task,
                      const struct prov_parts *parts);

#endif
