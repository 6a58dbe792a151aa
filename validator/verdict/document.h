/* validator/verdict/document.h - verdict.json in memory: one verdict about a
 * project, its streams and its gates.
 *
 * Source: docs/verdict.md, version 1. reports/ reads and writes it. All texts
 * are in its arena, may be NULL where it says so, and lists are linked in the
 * order in which they were added.
 */
#ifndef VALIDATOR_VERDICT_DOCUMENT_H
#define VALIDATOR_VERDICT_DOCUMENT_H

#include "core/arena.h"
#include "validator/verdict/verdict.h"

#define VERDICT_VERSION 1

/* X(name, text): what kind of gate. */
#define VERDICT_KINDS(X)                                                       \
    X(TESTS, "tests")                                                          \
    X(COVERAGE, "coverage")                                                    \
    X(LINT, "lint")                                                            \
    X(PERFORMANCE, "performance")                                              \
    X(STREAM, "stream")                                                        \
    X(CUSTOM, "custom")

enum verdict_kind {
#define VERDICT_KIND_ENUM(name, text) VERDICT_##name,
    VERDICT_KINDS(VERDICT_KIND_ENUM)
#undef VERDICT_KIND_ENUM
};

/* A finding against the baseline. */
enum verdict_state { VERDICT_NEW, VERDICT_KNOWN, VERDICT_FIXED };

/* A number that may be absent; of a fraction also its exact parts. */
struct verdict_number {
    bool known;
    double value;
    uint64_t part;  /* of a fraction: covered, failed... */
    uint64_t whole; /* 0: not a fraction */
};

struct verdict_words {
    const char **list;
    size_t len;
};

/* A file that a gate read. */
struct verdict_input {
    struct verdict_input *next;
    const char *path;
    const char *format; /* "junit", "lcov", ... */
    uint64_t bytes;
    const char *sha256; /* hex, or NULL */
    const char *state;  /* "ok", "partial", "stale", "empty" */
};

/* What was measured and compared. */
struct verdict_measure {
    struct verdict_measure *next;
    const char *id; /* "failed", "lines", "changed", "new", "slower"... */
    struct verdict_number value;
    struct verdict_number limit; /* unknown: told, not compared */
    const char *op;              /* "<=", ">=", "ratchet"; NULL if told only */
    struct verdict_number base;  /* of the baseline */
    const char *unit;            /* "1", "%", "ms" */
    bool warns;                  /* a breach warns only */
    bool holds;
};

/* A rule of a stream's contract, or of a tool that counts by rule. */
struct verdict_rule {
    struct verdict_rule *next;
    const char *id;
    const char *what;
    enum check_level level;
    enum check_outcome outcome;
    uint64_t applied;
    uint64_t judged;
    uint64_t total;
    const char *note;   /* or NULL */
    const char *where;  /* "FILE:LINE" of the contract, or NULL */
    const char *reason; /* or NULL */
};

/* How long what a rule measures took: percentiles, in ns. */
struct verdict_latency {
    struct verdict_latency *next;
    const char *id;   /* of the rule */
    const char *what; /* "from A to B it takes at most 1s" */
    struct check_spread spread;
};

/* A field of the events of a name. */
struct verdict_field {
    struct verdict_field *next;
    const char *path;           /* JSON Pointer in the payload; "*": elements */
    uint64_t present;           /* events that have it, of those looked at; 0:
                                   the contract speaks of it, none has it */
    struct verdict_words types; /* "number", "string", "true", ... */
    struct verdict_words samples;
};

/* The events of one name. */
struct verdict_name {
    struct verdict_name *next;
    const char *name;
    uint64_t events; /* 0: the contract speaks of it, none came */
    uint64_t looked; /* of them were looked at for fields */
    uint64_t cut;    /* values for which there was no room */
    struct verdict_field *fields;
};

/* A wave of an orchestrator, in ns of tape time. */
struct verdict_wave {
    uint64_t number;
    uint64_t from_ns;
    uint64_t to_ns;
};

/* Density of a stream for the timeline: counts by bin and name. */
struct verdict_timeline {
    uint64_t start_ns;
    uint64_t end_ns;
    uint32_t bins_len;
    struct verdict_words names; /* the last is "other" if there are more */
    uint32_t *counts;           /* bins_len rows of names.len */
    uint64_t (*gaps)[2];        /* from, to in ns: the longest, in order */
    size_t gaps_len;
    struct verdict_wave *waves; /* by their beginnings; they may overlap */
    size_t waves_len;
};

struct verdict_gate {
    struct verdict_gate *next;
    const char *name;
    enum verdict_kind kind;
    enum check_outcome outcome;
    bool warned;        /* passed, with warnings */
    const char *reason; /* one line: why; NULL if it passed with no remark */
    uint64_t ms;
    bool exited;
    int exit;
    int signal; /* 0: none */
    struct verdict_words needs;
    struct verdict_words command; /* argv; len 0: none was run */
    struct verdict_input *inputs;
    struct verdict_measure *measures;
    struct verdict_rule *rules;
    const char *log;   /* file with the output, or NULL */
    const char *repro; /* a command for a shell, or NULL */
    /* of a stream */
    uint64_t events;
    bool lossy;
    struct verdict_timeline *timeline; /* or NULL */
    struct verdict_name *names;        /* the most frequent first */
    struct verdict_latency *latencies;
};

struct verdict_witness {
    uint64_t seq;
    bool has_t;
    uint64_t t_ns;
    const char *value; /* or NULL */
};

/* An event beside one that a finding is about. */
struct verdict_event {
    struct verdict_event *next;
    uint64_t seq;
    bool has_t;
    uint64_t t_ns;
    const char *value; /* name and payload, cut */
};

struct verdict_finding {
    struct verdict_finding *next;
    const char *gate;
    const char *rule;
    enum check_level level;
    enum verdict_state state;
    const char *fp; /* fingerprint "1:HEX", or NULL */
    const char *message;
    const char *file; /* or NULL */
    uint64_t line;    /* 0: none */
    uint64_t column;  /* 0: none */
    const char *was;  /* "FILE:LINE" in the baseline's commit; NULL: here */
    const char *test; /* key of the test, or NULL */
    uint64_t seq;     /* event; 0: none */
    bool has_t;
    uint64_t t_ns;
    const char *key;  /* of a partition, or NULL */
    const char *path; /* JSON Pointer, or NULL */
    const char *schema_path;
    const char *expected;
    const char *found;
    const char *excerpt;
    struct verdict_witness witness[CHECK_RELATED_MAX];
    size_t witness_len;
    struct verdict_event *around; /* in the order of the stream */
    const char *repro;            /* or NULL */
};

/* X(name, text): what became of a test, from the best to the worst. */
#define VERDICT_RESULTS(X)                                                     \
    X(SKIP, "skip")                                                            \
    X(XFAIL, "xfail")                                                          \
    X(PASS, "pass")                                                            \
    X(XPASS, "xpass")                                                          \
    X(FLAKY, "flaky")                                                          \
    X(FAIL, "fail")                                                            \
    X(ERROR, "error")

enum verdict_result {
#define VERDICT_RESULT_ENUM(name, text) VERDICT_RESULT_##name,
    VERDICT_RESULTS(VERDICT_RESULT_ENUM)
#undef VERDICT_RESULT_ENUM
};

struct verdict_attempt {
    struct verdict_attempt *next;
    enum verdict_result result;
    int64_t ns; /* -1: not told */
    const char *message;
};

struct verdict_test {
    struct verdict_test *next;
    const char *gate;
    const char *key;
    enum verdict_result result;
    bool is_new_failure;
    int64_t ns;                       /* -1: not told */
    struct verdict_attempt *attempts; /* NULL: one */
};

struct verdict_range {
    uint64_t from;
    uint64_t to; /* inclusive */
};

struct verdict_file {
    struct verdict_file *next;
    const char *path;
    uint64_t lines[2];    /* hit, total */
    uint64_t branches[2]; /* taken, total */
    struct verdict_range *uncovered;
    size_t uncovered_len;
    struct verdict_range *changed; /* changed and uncovered */
    size_t changed_len;
    const char **source; /* text of the changed lines, or NULL */
};

struct verdict_coverage {
    struct verdict_coverage *next;
    const char *gate;
    uint64_t lines[2];
    uint64_t branches[2];
    bool has_changed;
    uint64_t changed[2];
    struct verdict_words unmeasured;
    struct verdict_file *files;
};

struct verdict_perf {
    struct verdict_perf *next;
    const char *gate;
    const char *name;
    double ratio; /* of B to A: 1.1 is ten percent slower */
    double p;
    double floor; /* noise that was measured */
    uint32_t n;
    uint32_t rounds;
    enum check_outcome outcome;
    const char *reason;
};

struct verdict_run {
    const char *id;
    uint64_t at_ns; /* wall */
    uint64_t ms;
    const char *tool;    /* version of tapedeck */
    const char *project; /* or NULL */
    const char *prefix;  /* its folder in its repository, "sub/"; or NULL */
    const char *commit;  /* or NULL */
    const char *base;    /* or NULL */
    bool dirty;
    bool strict;
};

struct verdict_document {
    struct td_arena arena;
    enum check_outcome outcome;
    int exit;
    struct verdict_run run;
    struct verdict_gate *gates;
    struct verdict_finding *findings;
    struct verdict_test *tests;
    struct verdict_coverage *coverage;
    struct verdict_perf *perf;
    uint64_t truncated_tests;
    uint64_t truncated_findings;
    /* Where the next of each list goes. */
    struct verdict_gate **gates_end;
    struct verdict_finding **findings_end;
    struct verdict_test **tests_end;
    struct verdict_coverage **coverage_end;
    struct verdict_perf **perf_end;
};

/* An empty document; release frees all that is in it. */
void verdict_document_init(struct verdict_document *doc);
void verdict_document_release(struct verdict_document *doc);

/* Add a zeroed one to the end of its list. */
struct verdict_gate *verdict_add_gate(struct verdict_document *doc);
struct verdict_finding *verdict_add_finding(struct verdict_document *doc);
struct verdict_test *verdict_add_test(struct verdict_document *doc);
struct verdict_coverage *verdict_add_coverage(struct verdict_document *doc);
struct verdict_perf *verdict_add_perf(struct verdict_document *doc);

/* Each list in the order of its gates, and of those as it was: gates that ran
 * side by side ended in any order. What is of no gate comes last. */
void verdict_sort(struct verdict_document *doc);

/* The same of a gate's lists. */
struct verdict_input *verdict_add_input(struct verdict_document *doc,
                                        struct verdict_gate *gate);
struct verdict_measure *verdict_add_measure(struct verdict_document *doc,
                                            struct verdict_gate *gate);

/* Decide the outcome and the exit status of the whole from the gates:
 * cancelled 130, then 1 for a failure, 7 for an error, 8 for flaky, 0.
 */
void verdict_document_close(struct verdict_document *doc, bool cancelled);

/* How bad an outcome is: 0 of a pass, up to CHECK_ERROR of a failure. */
unsigned verdict_badness(enum check_outcome outcome);

/* Their words in verdict.json. */
const char *verdict_kind_text(enum verdict_kind kind);
const char *verdict_result_text(enum verdict_result result);
const char *verdict_state_text(enum verdict_state state);

#endif
