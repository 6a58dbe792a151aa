/* validator/verdict/around.h - the events around those that findings are about,
 * kept while a stream is read, in memory that does not grow with it.
 *
 *     struct verdict_around *around = verdict_around_new();
 *
 *     verdict_around_put(around, &event);                   for each event
 *     verdict_around_want(around, seq, has_t, t_ns);        for each finding
 *     verdict_around_tell(around, doc, first);              when all is judged
 *     verdict_around_free(around);
 *
 * An event is told apart by its number and time: numbers alone begin again with
 * each segment of a tape. A finding may come some time after its event: the
 * last VERDICT_AROUND_KEPT events are remembered; what is older has no
 * neighbours.
 */
#ifndef VALIDATOR_VERDICT_AROUND_H
#define VALIDATOR_VERDICT_AROUND_H

#include "core/event.h"
#include "validator/verdict/document.h"

#define VERDICT_AROUND_KEPT 256 /* events */
#define VERDICT_AROUND_SIDE 2   /* before, and after */
#define VERDICT_AROUND_MOST 200 /* events that findings are about */
#define VERDICT_AROUND_TEXT 200 /* bytes of one, name included */

struct verdict_around;

struct verdict_around_event {
    uint64_t seq;
    bool has_t;
    uint64_t t_ns;
    struct td_bytes name; /* may be empty */
    struct td_bytes text;
};

/* Never NULL; verdict_around_free() takes it, NULL too. */
struct verdict_around *verdict_around_new(void);
void verdict_around_free(struct verdict_around *around);

/* The next event of the stream. */
void verdict_around_put(struct verdict_around *around,
                        const struct verdict_around_event *event);

/* A finding is about this event, of those that were put. */
void verdict_around_want(struct verdict_around *around, uint64_t seq,
                         bool has_t, uint64_t t_ns);

/* Give the findings from `first` on their neighbours; texts are copied. */
void verdict_around_tell(const struct verdict_around *around,
                         struct verdict_document *doc,
                         struct verdict_finding *first);

#endif
