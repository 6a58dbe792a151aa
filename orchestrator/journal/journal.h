/* orchestrator/journal/journal.h - the memory of an execution: a tape.
 *
 * Two kinds of lines. Those of kind "run" are what happened and what was
 * decided, one for each struct sched_event and a few more; the state is a fold
 * over them. The others are what consoles hear: the execution events, each with
 * its envelope and its own gapless number `seq`.
 *
 *     {"s":7,"t":0,"d":"out","c":0,"k":"run","ev":"launch",
 *      "json":{"task":1,"attempt":1}}
 *     {"s":15,"t":2100,"d":"out","c":0,"ev":"error","json":{"type":"error",
 *      "timestamp":"...","data":{"task_id":"task_001",...,"seq":6}}}
 *
 * Nothing is said or done before journal_commit() has come back: then it is in
 * the file, and on the disk unless fsync is never. A tape that was torn by
 * kill -9 or a power cut is sealed when it is continued, and a segment begins.
 * Source: docs/journal.md.
 */
#ifndef ORCHESTRATOR_JOURNAL_JOURNAL_H
#define ORCHESTRATOR_JOURNAL_JOURNAL_H

#include "core/clock.h"
#include "core/event.h"
#include "core/json_writer.h"
#include "orchestrator/sched/sched.h"

#define JOURNAL_KIND   "run"
#define JOURNAL_STREAM "stream"

/* Lines of kind "run" that are no struct sched_event. */
#define JOURNAL_CREATED                                                        \
    "created"                     /* {"plan":{..},"options":{..},"boot":".."}  \
                                   */
#define JOURNAL_RESUMED "resumed" /* {"segment":2,"seq":6,"at":NS} */
/* {"task":1,"pid":4711,"start":309657}; where its launch "waits", the attempt,
 * once */
#define JOURNAL_SPAWNED "spawned"
/* Of the validate phase (docs/journal.md). */
#define JOURNAL_JUDGING      "validation_started"
#define JOURNAL_GATE_STARTED "gate_started"
#define JOURNAL_GATE_ENDED   "gate_finished"
#define JOURNAL_JUDGED       "validation_finished"

struct journal;

struct journal_options {
    const struct td_clock *clock; /* NULL: the real one */
    const char *id;               /* of the execution */
    const char *source;           /* "plan:nightly" */
    bool fsync;                   /* a commit is on the disk */
};

/* Where a journal that is continued stands: what the fold has found. */
struct journal_mark {
    uint64_t segment; /* the one to be begun, from 2 */
    uint64_t seq;     /* the last one that was said */
    uint64_t at_ns;   /* of the execution: when the new segment begins */
    uint64_t said_ns; /* wall time of the last one; they never go back */
};

/* Make the file; it must not be there. TD_IO. */
TD_MUST_CHECK enum td_code journal_create(struct journal **out,
                                          const char *path,
                                          const struct journal_options *options,
                                          struct td_error *err);

/* Go on with one: a segment is begun and "resumed" noted.
 * TD_IO: it cannot be written, or another process has it. */
TD_MUST_CHECK enum td_code
journal_continue(struct journal **out, const char *path,
                 const struct journal_options *options,
                 const struct journal_mark *mark, struct td_error *err);

/* Who wants to know of every line once it is committed; or NULL. ev->seq is the
 * number of an execution event, and 0 of other lines. */
void journal_on_event(struct journal *j,
                      void (*event)(void *ctx, const struct td_event *ev),
                      void *ctx);

/* Nanoseconds since the execution began, as the lines have it. */
uint64_t journal_now(const struct journal *j);
/* The timestamp of what is being said or was said last: wall clock, in whole
 * milliseconds; they never go back. */
uint64_t journal_said_ns(const struct journal *j);
/* The last number that was said. */
uint64_t journal_seq(const struct journal *j);

/* A line of kind "run". `more` is further members of its object, as JSON
 * without braces, or "". TD_IO and TD_LIMIT stay: journal_commit() tells them.
 */
void journal_note(struct journal *j, const struct plan *plan,
                  const struct sched_event *ev, const char *more);
/* The same of one that is no sched_event; json is one object. */
void journal_note_json(struct journal *j, const char *word,
                       struct td_bytes json);

/* A message of a stream that a task had with somebody, as it came: its kind is
 * "stream", its connection the task's place. */
void journal_note_stream(struct journal *j, uint32_t place,
                         const struct td_event *ev);

/* Begin an execution event: its envelope is open, and the writer that comes
 * back stands in "data". journal_said() puts "execution_id", "seq" and "schema"
 * behind and closes it. */
struct td_json_writer *journal_say(struct journal *j, const char *type);
void journal_said(struct journal *j);

/* All lines so far are in the file. TD_IO: the disk failed; final, and nothing
 * of what was noted may be acted on. */
TD_MUST_CHECK enum td_code journal_commit(struct journal *j,
                                          struct td_error *err);
/* Anything that is not committed yet? */
bool journal_is_dirty(const struct journal *j);

/* Write the end. how: it was finished, or is left for a resume. */
TD_MUST_CHECK enum td_code journal_close(struct journal *j, bool finished,
                                         struct td_error *err);

#endif
