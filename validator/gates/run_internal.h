/* validator/gates/run_internal.h - a run while it goes on. */
#ifndef VALIDATOR_GATES_RUN_INTERNAL_H
#define VALIDATOR_GATES_RUN_INTERNAL_H

#include "validator/gates/child.h"
#include "validator/gates/git.h"
#include "validator/gates/limit.h"
#include "validator/gates/paths.h"
#include "validator/gates/places.h"
#include "validator/gates/read/read.h"
#include "validator/gates/run.h"
#include "validator/gates/words.h"

#include <sys/stat.h>

/* Held: it is measured, and how sure that is depends on what others measure. */
enum gates_phase { GATES_WAITING, GATES_RUNNING, GATES_HELD, GATES_DONE };

struct gates_tests;  /* judge_tests.c */
struct gates_series; /* judge_series.c */

struct gates_job {
    const struct gates_check *check;
    struct verdict_gate *gate;
    enum gates_phase phase;
    bool again;    /* the judge wants another run */
    unsigned runs; /* that have ended */
    char *out;     /* absolute path of $OUT */
    char *log;     /* absolute path */
    struct gates_child child;
    uint64_t begun_ns;      /* monotonic, of the first run */
    uint64_t begun_file_ns; /* td_file_ns() of the last run */
    const char *failed;     /* names of tests for the next run, as $FAILED */
    struct gates_tests *tests;
    struct gates_series *series;
    bool is_compared; /* its p is known */
    double p;
    /* For the baseline. */
    bool has_covered;
    struct gates_covered covered;
    const char *tool;          /* of lint */
    struct gates_known *fresh; /* findings that are not known */
    size_t fresh_len;
    struct gates_place *places; /* of all findings */
    size_t places_len;
    struct gates_counted *counted;
    size_t counted_len;
};

struct gates_session {
    const struct gates_options *how;
    const struct gates_file *file;
    struct verdict_document *doc;
    struct td_arena arena; /* ends with the run */
    char *root;            /* absolute, without links */
    struct gates_paths *paths;
    struct gates_facts facts;
    bool has_changes;
    struct gates_changes changes;     /* blanks as they matter */
    struct gates_changes with_blanks; /* all */
    bool asked_since;
    const struct gates_changes *since; /* the baseline; NULL: not known */
    struct gates_job *jobs;
    size_t len;
    unsigned measured; /* gates that compare a with b */
    bool settling;     /* nothing more is measured for now */
    uint64_t faults;   /* findings that were kept */
    int lock;
};

/* A gate of a session, for callbacks. */
struct gates_pair {
    struct gates_session *s;
    struct gates_job *job;
};

/* The job of a name; NULL: it is not in this run. */
struct gates_job *gates_job_of(struct gates_session *s, const char *name,
                               size_t len);

/* Begin a gate: its command runs then, or it is judged and done. Its command
 * has ended: judge it, run the next. It is done, its outcome set. */
void gates_job_begin(struct gates_session *s, struct gates_job *job);
void gates_job_ended(struct gates_session *s, struct gates_job *job);
void gates_job_finish(struct gates_session *s, struct gates_job *job);

/* Its command wrote something; self is a pair. */
void gates_job_hear(void *self, struct td_bytes text);

/* Make a directory; one that is there is fine. TD_IO. */
enum td_code gates_make_dir(const char *path, struct td_error *err);

/* Reasons are one line; the first that is set of an outcome stays. */
void gates_conclude(struct gates_session *s, struct gates_job *job,
                    enum check_outcome outcome, const char *fmt, ...)
    TD_PRINTF(4, 5);

/* It warns, beside what was concluded. */
void gates_remark(struct gates_session *s, struct gates_job *job,
                  const char *fmt, ...) TD_PRINTF(3, 4);

/* The gates that wait for others are judged by what is known. True: there were
 * some. */
bool gates_settle_held(struct gates_session *s);

/* A path as people in the project's root name it; NULL stays. */
const char *gates_from_root(const struct gates_session *s, const char *path);

/* Variables of a gate replaced; NULL and the gate is an error. */
const char *gates_fill(struct gates_session *s, struct gates_job *job,
                       const char *text);

/* Is the status among those of that list, or the default? */
bool gates_exit_is(const struct gates_exits *exits, int status, int preset);

/* Read all files of the gate. false: it is concluded with an error. */
struct gates_reading {
    struct read_sink sink; /* what hears of the leaves */
    unsigned read;         /* reports so far, with the one that is read */
    uint64_t leaves;
    uint64_t files; /* that the tools looked at */
    bool has_work;  /* a tool says that it came to its end */
    bool hollow; /* one of them is empty, and its tool always says something */
    bool stale;
    const char *trouble; /* the first, of partial, wrong and empty ones */
    bool empty;          /* nothing worse than no leaf */
    const char *format;  /* of the first file */
    const char *tool;    /* name and version, or NULL */
};
bool gates_read_inputs(struct gates_session *s, struct gates_job *job,
                       struct gates_reading *reading);

/* Can what the gate's command writes be of this run? If not, why. */
bool gates_is_of_run(const struct gates_job *job, const struct stat *st);
#define GATES_NOT_OF_RUN                                                       \
    "it is older than this run: the command did not write it"

/* Does the gate speak of a file, by include and exclude? */
bool gates_in_scope(const struct gates_check *check, const char *path);

/* What is common to gates that read: the report against the exit status.
 * faults: what is wrong by the report. True: it may be judged further. */
bool gates_weigh(struct gates_session *s, struct gates_job *job,
                 const struct gates_reading *reading, uint64_t faults);

/* Outcome of the measures, if nothing was concluded. */
void gates_judge_measures(struct gates_session *s, struct gates_job *job);

/* Has the baseline a count of the gate that this run has not? */
bool gates_is_missing(const struct gates_job *job,
                      const struct gates_counted *was);

/* Add a finding, if there is room; NULL: it was counted. */
struct verdict_finding *gates_find_fault(struct gates_session *s,
                                         const char *gate, const char *rule,
                                         enum check_level level);

/* One each kind: judge a gate whose command has ended or that has none. */
void gates_judge_tests(struct gates_session *s, struct gates_job *job);
void gates_judge_coverage(struct gates_session *s, struct gates_job *job);
void gates_judge_lint(struct gates_session *s, struct gates_job *job);
void gates_judge_performance(struct gates_session *s, struct gates_job *job);
void gates_judge_stream(struct gates_session *s, struct gates_job *job);
void gates_judge_custom(struct gates_session *s, struct gates_job *job);

/* The next command of a series of measurements, or NULL: it is over. */
const struct verdict_words *gates_series_next(struct gates_job *job);
/* What became of it: its time. */
void gates_series_took(struct gates_session *s, struct gates_job *job,
                       uint64_t ns);

/* Tell what the baseline has and the tools no longer find, once all gates that
 * read a tool were judged: of the gate that found it, or, where the baseline
 * does not say which that was, of the first that reads the tool.
 */
void gates_tell_fixed(struct gates_session *s);

/* Change the baseline by what was found, as the options say. */
void gates_update(struct gates_session *s);

/* What a gate keeps between its runs; NULL is fine. */
void gates_tests_free(struct gates_tests *tests);
void gates_series_free(struct gates_series *series);

/* A signal came: begin nothing more. */
bool gates_is_told_to_end(const struct gates_session *s);

/* The text as one line that cannot steer a terminal, in the document. */
const char *gates_line(struct gates_session *s, struct td_bytes text);

#endif
