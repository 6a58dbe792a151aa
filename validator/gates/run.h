/* validator/gates/run.h - run the gates of a file and judge what they say.
 *
 *     struct gates_options how = {.file = &file, .jobs = 2};
 *     gates_run(&doc, &how, &err);
 *
 * Commands run in process groups of their own, as many at once as there are
 * jobs, in the order of their needs; one of the pool `exclusive` runs alone.
 * What a command writes is kept in .tapedeck/out/NAME.log, its beginning and
 * its end; its directory $OUT is .tapedeck/out/NAME, empty before.
 *
 * Source: docs/gates.md.
 */
#ifndef VALIDATOR_GATES_RUN_H
#define VALIDATOR_GATES_RUN_H

#include "validator/gates/baseline.h"
#include "validator/gates/gates.h"
#include "validator/gates/git.h"

#define GATES_TESTS_KEPT 100000 /* in the verdict; those that failed first */
#define GATES_FOUND_KEPT 10000  /* findings in the verdict */
#define GATES_RETRY_MOST 10     /* failures that are tried again */

/* Who hears of it while it goes on. Functions may be NULL. */
struct gates_listener {
    void *self;
    void (*started)(void *self, const struct gates_check *check);
    void (*output)(void *self, const struct gates_check *check,
                   struct td_bytes text);
    void (*finished)(void *self, const struct gates_check *check,
                     const struct verdict_gate *gate);
    void (*tick)(void *self); /* a few times a second */
};

/* Who gets the verdict about a stream, and says which gate it became. */
struct gates_taker {
    struct verdict_gate *(*take)(void *self, const struct check_verdict *v);
    void *self;
};

/* Judge the tape, by the contract if that is not NULL, hand the verdict to
 * the taker while it lives, and add to its gate what was read. An error: it
 * could not be judged.
 */
typedef enum td_code gates_stream(void *self, const char *tape,
                                  const char *contract,
                                  const struct gates_taker *taker,
                                  struct td_error *err);

struct gates_options {
    const struct gates_file *file;
    const char *const *picks; /* names or kinds, ends with NULL; or NULL: all */
    bool strict;
    const char *changed_since;       /* a revision, or NULL */
    const struct gates_facts *facts; /* of git; NULL: they are asked for */
    struct gates_baseline *baseline;
    bool update;        /* tighten the baseline by what this run found */
    const char *accept; /* also take what is worse or fresh: the reason */
    const char *until;  /* and the day on which that ends */
    unsigned jobs;
    const volatile int *stop; /* 1: end, 2: at once; or NULL */
    struct gates_listener listener;
    gates_stream *stream;
    void *stream_self;
    const char *today; /* "2026-11-29", for what expires */
};

/* Which checks would run, in the order in which they begin if one runs at a
 * time: the picks and what they need. *order is an array in arena. TD_USAGE: a
 * pick is no gate and no kind.
 */
TD_MUST_CHECK enum td_code gates_order(const struct gates_options *how,
                                       struct td_arena *arena,
                                       const struct gates_check ***order,
                                       size_t *len, struct td_error *err);

/* Add a gate for each check to doc, with all that is known of it, and facts of
 * the run to doc->run. The document is not closed. TD_OK whatever the gates
 * say, also when it was told to end; TD_USAGE (a pick), TD_TOOL (the revision),
 * TD_IO (.tapedeck/out cannot be written, or another run uses it).
 */
TD_MUST_CHECK enum td_code gates_run(struct verdict_document *doc,
                                     const struct gates_options *how,
                                     struct td_error *err);

#endif
