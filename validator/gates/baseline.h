/* validator/gates/baseline.h - what was there before: .tapedeck/baseline.json.
 *
 * Source: docs/gates.md, "The baseline". A file of version 1, sorted, an entry
 * a line, renamed into place.
 */
#ifndef VALIDATOR_GATES_BASELINE_H
#define VALIDATOR_GATES_BASELINE_H

#include "core/arena.h"
#include "core/error.h"
#include "validator/verdict/document.h"

#define GATES_BASELINE_VERSION 1
#define GATES_BASELINE_MAX     ((size_t)256 << 20) /* bytes */

/* Findings that are alike: as many as `count` are known. */
struct gates_known {
    const char *fp;
    const char *tool; /* the reader's name */
    const char *rule;
    const char *path;
    const char *gate; /* that found it last; or NULL */
    uint64_t count;
    const char *note;  /* or NULL */
    const char *until; /* "2026-12-31": known up to that day; or NULL */
    uint64_t *lines;   /* where they stood in the commit; as many as known */
    size_t lines_len;
    uint64_t seen; /* in this run */
    bool spent;    /* until has passed */
    size_t order;  /* while they are sorted */
};

struct gates_covered {
    const char *gate;
    const char *format;
    uint64_t lines[2]; /* hit, total */
    uint64_t branches[2];
};

/* Of the benchmark `name` of a gate. */
struct gates_counted {
    const char *gate;
    const char *name;
    uint64_t instructions;
};

struct gates_baseline {
    struct td_arena arena;
    bool exists;
    const char *project;       /* root commit, or NULL */
    const char *commit;        /* of when it was written, or NULL */
    struct gates_known *known; /* sorted by fp once it is settled */
    bool unsettled;            /* some are out of order, or count none */
    size_t known_len;
    size_t known_cap;
    struct gates_covered *covered;
    size_t covered_len;
    size_t covered_cap;
    struct gates_counted *counted;
    size_t counted_len;
    size_t counted_cap;
};

/* Read path into *base, all zeroes before. A file that is not there is an empty
 * baseline. first: the root commit of the project, or NULL if that is not
 * known; today: "2026-11-29". TD_USAGE: half a file, a newer version, another
 * project's. TD_IO, TD_LIMIT.
 */
TD_MUST_CHECK enum td_code
gates_baseline_read(struct gates_baseline *base, const char *path,
                    const char *first, const char *today, struct td_error *err);

/* The same of a text that is there; name is what errors call it. */
TD_MUST_CHECK enum td_code
gates_baseline_parse(struct gates_baseline *base, const char *name,
                     struct td_bytes text, const char *first, const char *today,
                     struct td_error *err);

/* Append it as it is written down. TD_LIMIT. */
TD_MUST_CHECK enum td_code gates_baseline_text(struct gates_baseline *base,
                                               struct td_buf *out);

/* Write it, in the place of what is there. TD_IO. */
TD_MUST_CHECK enum td_code gates_baseline_write(struct gates_baseline *base,
                                                const char *path,
                                                struct td_error *err);

/* Frees everything; *base is empty. */
void gates_baseline_release(struct gates_baseline *base);

/* Of a finding with that fingerprint: is it one of those that are known? Each
 * call counts one. */
bool gates_baseline_knows(struct gates_baseline *base, const char *fp);

/* The entry of that fingerprint, or NULL. Valid until one is added. */
struct gates_known *gates_baseline_find(struct gates_baseline *base,
                                        const char *fp);

/* Add as many alike to what is known; texts are borrowed. Many may be added in
 * any order: they are put into theirs when somebody looks.
 */
void gates_baseline_add(struct gates_baseline *base,
                        const struct gates_known *known);

/* Have the entries sorted by fp, one of each, none of them without a count. */
void gates_baseline_settle(struct gates_baseline *base);

/* The entry of a gate, or of a benchmark of it; NULL if there is none and none
 * is to be added. Valid until the next one is added.
 */
struct gates_covered *gates_baseline_covered(struct gates_baseline *base,
                                             const char *gate, bool add);
struct gates_counted *gates_baseline_counted(struct gates_baseline *base,
                                             const char *gate, const char *name,
                                             bool add);

/* Take off what was known and not seen in this run, of those tools only. */
void gates_baseline_tighten(struct gates_baseline *base, const char *tool);

#endif
