/* validator/verdict/verdict.h - what a check has to say; rendered by reports/.
 *
 * One verdict covers one stream. It owns all its texts.
 */
#ifndef VALIDATOR_VERDICT_VERDICT_H
#define VALIDATOR_VERDICT_VERDICT_H

#include "core/buf.h"
#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(name, text) */
#define CHECK_OUTCOMES(X)                                                      \
    X(PASS, "pass")                                                            \
    X(VACUOUS, "vacuous") /* there was nothing it could apply to */            \
    X(OPEN, "open")       /* the stream was cut before it could be decided */  \
    X(SKIPPED, "skipped") /* not run; reason says why */                       \
    X(FLAKY, "flaky")     /* failed and passed on the same state */            \
    X(FAIL, "fail")                                                            \
    X(ERROR, "error") /* could not be decided: a limit was reached */

enum check_outcome {
#define CHECK_OUTCOME_ENUM(name, text) CHECK_##name,
    CHECK_OUTCOMES(CHECK_OUTCOME_ENUM)
#undef CHECK_OUTCOME_ENUM
};

enum check_level { CHECK_LEVEL_ERROR, CHECK_LEVEL_WARN, CHECK_LEVEL_INFO };

/* An event that a finding rests on. */
struct check_related {
    uint64_t seq;
    bool has_t;
    uint64_t t_ns; /* tape time */
    char *value;   /* what of it matters; NULL: only that it is there */
};

/* Durations in ns: how many, and what so many percent of them do not exceed. */
struct check_spread {
    uint64_t n; /* 0: none were measured */
    uint64_t p50;
    uint64_t p95;
    uint64_t p99;
    uint64_t max;
};

#define CHECK_RELATED_MAX 4

/* A share of 1, exact to nine digits: what a rule with `mostly` must hold of.
 */
#define CHECK_WHOLE UINT64_C(1000000000)

struct check_finding {
    uint32_t rule; /* index into the verdict's rules */
    uint64_t seq;  /* event, or line of NDJSON from 1; 0 = the whole stream */
    bool has_t;
    uint64_t t_ns;
    char *key;         /* "task_id = \"t1\"", or "" */
    char *path;        /* JSON Pointer within the message; "" = all of it */
    char *schema_path; /* FILE#POINTER of the keyword, or "" */
    char *expected;
    char *found;
    char *excerpt;     /* of the message, or "" */
    const char *alike; /* not NULL: only the first finding of these words is
                          kept; of a copy always NULL */
    struct check_related related[CHECK_RELATED_MAX];
    size_t related_len;
};

#define CHECK_GROUPS 100 /* keywords of one rule that are told apart */

/* The findings of a rule that one keyword of a schema made, or that are about
 * events of one name.
 */
struct check_group {
    char *schema_path; /* or, if alike, what was found */
    bool alike;        /* only the first of them is kept */
    uint64_t total;
    uint64_t kept; /* of them are among the verdict's findings */
};

/* A state that a rule names, and a step from one to another that it allows. */
struct check_move {
    char *from; /* NULL: the state itself */
    char *to;
    bool taken; /* it came */
};

struct check_result {
    char *id;
    char *what; /* "first: execution_started" */
    enum check_level level;
    enum check_outcome outcome;
    uint64_t applied;           /* events it looked at */
    uint64_t judged;            /* times it held or not; rules of a contract */
    uint64_t total;             /* findings, also those that are not kept */
    uint64_t max;               /* findings to keep */
    uint64_t mostly;            /* of CHECK_WHOLE, the share that must hold */
    struct check_group *groups; /* in the order they came */
    uint32_t groups_len;
    bool optional; /* nothing is wrong if it had nothing to judge */
    char *note;    /* what the contract says of it for people, or NULL */
    char *where;   /* "FILE:LINE" of the contract; NULL: it is in none */
    struct check_spread spread; /* of what it measures */
    struct check_move *moves;   /* in the order of the contract */
    uint32_t moves_len;
    char *reason; /* "" or why it is open, vacuous, skipped or an error */
};

struct verdict_lens; /* validator/verdict/lens.h */

struct check_verdict {
    char *input; /* file name, "-" */
    /* The command that shows event N of the input, cut where N belongs; both
     * NULL if there is none. */
    char *show_before;
    char *show_after;
    enum check_outcome outcome;
    bool lossy;  /* the tape is torn, damaged or lacks events */
    long writer; /* the process that still records the tape; 0: none does */
    bool strict; /* warnings and rules without a subject fail it too */
    bool failed; /* there is a finding that fails it, whatever comes */
    uint64_t events;
    struct check_result *rules;
    uint32_t rules_len;
    struct check_finding *findings;
    size_t findings_len;
    struct verdict_lens *lens; /* of the check's options, or NULL */
};

/* "pass", "fail", ... */
const char *check_outcome_text(enum check_outcome outcome);

/* "error", "warn", "info". */
const char *check_level_text(enum check_level level);

/* An empty verdict about input. */
void check_verdict_init(struct check_verdict *v, const char *input);
/* Frees everything; *v is empty. */
void check_verdict_release(struct check_verdict *v);

/* Add a rule that passes so far; its index. Texts are copied. */
uint32_t check_verdict_rule(struct check_verdict *v, const char *id,
                            const char *what, enum check_level level,
                            uint64_t max);

/* True if a finding of level error and no share to spare, or in a strict
 * verdict of level warn, fails the verdict.
 */
bool check_verdict_is_fatal(const struct check_verdict *v, uint32_t rule);

/* True if the rule has no room for another finding: then it was counted, and
 * need not be put into words.
 */
bool check_verdict_only_counts(struct check_verdict *v, uint32_t rule);

/* The same of a finding that a keyword made. There is always room for the first
 * one of each keyword, so that a common fault does not hide a rare one.
 */
bool check_verdict_only_counts_of(struct check_verdict *v, uint32_t rule,
                                  const char *schema_path);

/* The same of one that is like all of these words. */
bool check_verdict_only_counts_alike(struct check_verdict *v, uint32_t rule,
                                     const char *alike);

/* Count a finding of f->rule, and keep a copy if there is room. */
void check_verdict_find(struct check_verdict *v, const struct check_finding *f);

/* Move number `index` of a rule, which is told in order, once for each stream:
 * whether it came on this one.
 */
void check_verdict_move(struct check_verdict *v, uint32_t rule, uint32_t index,
                        const char *from, const char *to, bool taken);

/* A limit was reached at the event of that number and name ("" if it has none):
 * its reason names the first such event, and the rule is an error, unless
 * something fails it.
 */
void check_verdict_gave_up(struct check_verdict *v, uint32_t rule, uint64_t seq,
                           struct td_bytes name, const char *reason);

/* Set the outcome of a rule that found nothing worse, and why. */
void check_verdict_settle(struct check_verdict *v, uint32_t rule,
                          enum check_outcome outcome, const char *reason);

/* Copy a finding; release one. */
struct check_finding check_finding_copy(const struct check_finding *f);
void check_finding_release(struct check_finding *f);

/* Decide the outcome of the whole. */
void check_verdict_close(struct check_verdict *v);

/* Exit code: TD_FAILED, TD_TOOL (undecided), TD_LOSSY or TD_OK. */
enum td_code check_verdict_code(const struct check_verdict *v);

#endif
