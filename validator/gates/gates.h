/* validator/gates/gates.h - what a gates.yaml says, in memory.
 *
 * Source: docs/gates.md and docs/gates.schema.json. Texts live in the file's
 * arena; what the file did not say has its default here.
 */
#ifndef VALIDATOR_GATES_GATES_H
#define VALIDATOR_GATES_GATES_H

#include "core/jsonx.h"
#include "validator/verdict/document.h"

#define GATES_VERSION    1
#define GATES_CHECKS_MAX 1000
#define GATES_WORDS_MAX  10000 /* of one list or command */
#define GATES_TIMES_MAX  10    /* retries of one gate */
#define GATES_BLOCKS_MAX 60    /* exact statistics stay exact */
#define GATES_TIMEOUT_NS (UINT64_C(600) * 1000000000)
#define GATES_BLOCKS     20
#define GATES_LEVELS_MAX 64  /* of directories that are searched */
#define GATES_NAME_MAX   100 /* bytes; names are names of directories too */

enum gates_pool { GATES_CPU, GATES_EXCLUSIVE };

/* What becomes of changed source that a coverage report does not know. */
enum gates_unmeasured {
    GATES_UNMEASURED_TELL,
    GATES_UNMEASURED_WARN,
    GATES_UNMEASURED_FAIL
};

enum gates_op { GATES_AT_MOST, GATES_AT_LEAST, GATES_RATCHET };

/* One line of `fail:` or `warn:`. */
struct gates_limit {
    const char *measure; /* "failed", "lines", "core/" ... */
    enum gates_op op;
    double value; /* a share in percent, a count, or nanoseconds; of a ratchet
                   * by how much the share may fall */
    const char *text; /* as it was written */
    bool warns;
};

struct gates_input {
    const char *format;
    const char *glob;
};

struct gates_exits {
    int *list;
    size_t len; /* 0: the default of the kind */
};

struct gates_check {
    const char *name;
    uint32_t at; /* of its name in the document */
    enum verdict_kind kind;
    struct verdict_words run; /* len 0: nothing is run */
    struct verdict_words a;
    struct verdict_words b;
    bool shell; /* run is one text for sh -c */
    const char *dir;
    struct verdict_words env; /* "NAME=VALUE" */
    uint64_t timeout_ns;
    struct verdict_words needs;
    enum gates_pool pool;
    struct gates_input *inputs;
    size_t inputs_len;
    struct verdict_words newer_than;
    struct verdict_words roots;
    struct verdict_words include;
    struct verdict_words exclude;
    enum gates_unmeasured unmeasured;
    bool whitespace; /* blanks are changes too */
    uint64_t min;
    bool allow_empty;
    uint64_t must_see;
    struct gates_exits clean;
    struct gates_exits found;
    uint64_t retry_times;
    const char *retry_known;        /* file, or NULL */
    struct verdict_words retry_run; /* len 0: run itself */
    uint64_t blocks;
    struct gates_limit *limits;
    size_t limits_len;
    const char *tape;
    const char *contract;
};

struct gates_file {
    struct td_arena arena;
    struct td_jsonx doc;
    const char *path; /* of the file itself */
    const char *root; /* of the project: the file's directory, or the one above
                         if that is named .tapedeck */
    struct gates_check *checks; /* in the order of the file */
    size_t len;
};

/* What `fail:` and `warn:` may name. */
struct gates_measure {
    const char *name;
    const char *what;   /* for people: "of the lines are covered" */
    char unit;          /* '1' a count, '%' a share, 't' a time */
    enum gates_op bare; /* what a number without an operator means */
    bool ratchet;       /* may be compared with the baseline */
};

/* The measures of a kind, ends with a NULL name. */
const struct gates_measure *gates_measures(enum verdict_kind kind);

/* The measure of a limit; of "core/" that of "folder". NULL: none. */
const struct gates_measure *gates_measure(enum verdict_kind kind,
                                          const char *name);

/* The check of that name, or NULL. */
const struct gates_check *gates_find(const struct gates_file *file,
                                     const char *name);

#endif
