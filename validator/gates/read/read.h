/* validator/gates/read/read.h - what readers of foreign reports have in common.
 *
 * A reader is pure: it is given the bytes of a file, piece by piece, and calls
 * a sink for each test, line, finding or sample. It opens nothing, keeps
 * nothing that grows with the file beyond named limits, and says at the end
 * whether it understood all of it. Texts in what a sink gets live during that
 * call only and are bytes as the tool wrote them, with XML and JSON undone.
 *
 * Source: docs/gates.md, "What is read".
 */
#ifndef VALIDATOR_GATES_READ_READ_H
#define VALIDATOR_GATES_READ_READ_H

#include "core/buf.h"
#include "core/error.h"
#include "validator/verdict/document.h"

#define READ_TEXT_MAX  (64 * 1024) /* of one message, key or path; cut there */
#define READ_DEPTH_MAX 64

/* A leaf: never a suite or a parent. */
struct read_test {
    struct td_bytes suite; /* path of suites, outermost first, " > " between */
    struct td_bytes class_name;
    struct td_bytes name;
    enum verdict_result result; /* of this attempt */
    bool flaky;                 /* the tool says that it passed on a rerun */
    int64_t ns;                 /* -1: not told */
    struct td_bytes message;    /* first line of why */
    struct td_bytes detail;     /* the rest, or empty */
    struct td_bytes file;
    uint64_t line; /* 0: not told */
};

/* Hits of a line; several of one line are summed by the sink. */
struct read_line {
    struct td_bytes file;
    uint64_t line;
    uint64_t hits;
};

struct read_branch {
    struct td_bytes file;
    uint64_t line;
    uint64_t block;
    uint64_t branch;
    uint64_t taken;
};

struct read_finding {
    struct td_bytes rule; /* empty: the tool has none */
    enum check_level level;
    struct td_bytes message;
    struct td_bytes file;
    uint64_t line;
    uint64_t column;
    bool broken; /* the tool could not look: a syntax error, a crash */
};

/* Measurements of one benchmark, in the order of the report. */
struct read_sample {
    struct td_bytes name;
    const char *unit; /* "ns", "instructions", ... */
    double value;
    int exit;            /* of the measured command; 0 if not told */
    struct td_bytes why; /* it could not be measured; empty: nothing is told */
};

/* Functions that are not wanted are NULL. */
struct read_sink {
    void *self;
    void (*test)(void *self, const struct read_test *test);
    void (*line)(void *self, const struct read_line *line);
    void (*branch)(void *self, const struct read_branch *branch);
    void (*finding)(void *self, const struct read_finding *finding);
    void (*sample)(void *self, const struct read_sample *sample);
};

enum read_state {
    READ_OK,
    READ_PARTIAL, /* leaves before `line` stand, the rest is not known */
    READ_EMPTY,   /* no bytes, or well-formed and without a leaf */
    READ_WRONG,   /* not this format at all */
};

/* What the report says of itself. */
struct read_end {
    enum read_state state;
    char reason[256]; /* of all but READ_OK, one line */
    uint64_t line;    /* where, from 1; 0: nowhere */
    uint64_t leaves;
    uint64_t unknown; /* records of kinds that are passed over */
    bool has_claim;
    uint64_t claimed; /* leaves that its header promises */
    bool stale;       /* results of an earlier run, as "(cached)" */
    char tool[64];    /* name and version, if told */
    uint64_t files;   /* that the tool says it looked at; 0: not told */
    bool has_work;    /* a sign that the tool did its work to the end */
    bool silent;      /* such tools write nothing at all when all is well */
};

struct read_reader;

/* One format. */
struct read_format {
    const char *name; /* as in `reads:` of gates.yaml */
    enum verdict_kind kind;
    const char *what; /* "JUnit XML of pytest, ctest, ..." */
    struct read_reader *(*open)(const struct read_sink *sink);
    /* The next bytes. TD_OK, or an error after which only end is called. */
    enum td_code (*put)(struct read_reader *reader, struct td_bytes piece);
    /* No more is coming; frees the reader. */
    void (*end)(struct read_reader *reader, struct read_end *end);
};

/* All formats, in the order of docs/gates.md; NULL at the end. */
extern const struct read_format *const read_formats[];

/* The format of that name, or NULL. */
const struct read_format *read_find(const char *name);

#endif
