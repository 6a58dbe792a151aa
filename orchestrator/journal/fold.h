/* orchestrator/journal/fold.h - a journal read back.
 *
 * Reads all segments of a journal, also one that is torn or still growing, and
 * tells its lines as what they were written from. What it cannot make sense of
 * is an error with its place: a journal that was tampered with is not resumed.
 */
#ifndef ORCHESTRATOR_JOURNAL_FOLD_H
#define ORCHESTRATOR_JOURNAL_FOLD_H

#include "core/json.h"
#include "orchestrator/journal/journal.h"
#include "tape/seal.h"

/* An execution event: data is at `data` of doc. */
struct journal_said {
    struct td_bytes type;
    const struct td_json_doc *doc;
    uint32_t data;
    uint32_t task; /* its task_id; 0: it has none */
    uint64_t seq;
    uint64_t wall_ns;            /* its timestamp */
    const struct td_event *line; /* its time is that of the execution */
};

/* Each is called in the order of the lines, or is NULL; another code than TD_OK
 * ends the reading and is its result. */
struct journal_listener {
    /* A line as it stands, before it is told as what it is. */
    enum td_code (*line)(void *ctx, const struct td_event *line,
                         struct td_error *err);
    /* Of the first. plan is one object in the language of plans. */
    enum td_code (*created)(void *ctx, struct td_bytes plan,
                            struct td_bytes options, struct td_error *err);
    enum td_code (*event)(void *ctx, const struct sched_event *ev,
                          struct td_error *err);
    enum td_code (*spawned)(void *ctx, uint32_t task, int64_t pid,
                            uint64_t start, struct td_error *err);
    enum td_code (*said)(void *ctx, const struct journal_said *said,
                         struct td_error *err);
    /* Another line of kind "run". */
    void (*noted)(void *ctx, const struct td_event *line);
};

struct journal_found {
    struct td_buf boot; /* of the machine when it was created */
    uint64_t start_wall_ns;
    struct journal_mark mark; /* to continue it; at_ns by the wall clock, not
                                 before the last line */
    uint64_t lines;
    bool finished; /* all tasks have ended */
    int exit;  /* what they come to, as an exit status; -1: it is not told */
    bool torn; /* its writer was killed: it is to be sealed, */
    struct tape_noted noted; /* with these events in its last segment, */
    struct tape_state state; /* and whatever else is wrong with it */
};

/* TD_IO; TD_FORMAT: no tape, no journal, or one that cannot be. `where` is
 * "PATH: line N". *found is to be released. */
TD_MUST_CHECK enum td_code journal_fold(const char *path,
                                        const struct td_clock *clock,
                                        const struct journal_listener *listener,
                                        void *ctx, struct journal_found *found,
                                        struct td_error *err);
void journal_found_release(struct journal_found *found);

/* Give one that is torn an end, as it was found: what cannot be read is cut
 * off. TD_IO. */
TD_MUST_CHECK enum td_code journal_seal(const char *path,
                                        struct journal_found *found,
                                        struct td_error *err);

/* One event of a journal as a sched_event, if it is one: kind "run" and a word
 * of those. TD_END: another line of kind "run"; TD_FORMAT. */
TD_MUST_CHECK enum td_code journal_read_event(struct td_json_doc *doc,
                                              const struct td_event *line,
                                              uint32_t tasks,
                                              struct sched_event *ev,
                                              struct td_error *err);

#endif
