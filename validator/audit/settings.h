/* validator/audit/settings.h - audit.yaml: what an audit is to let pass, how
 * large messages may be, and what fails it.
 *
 *     audit: 1
 *     fail_on: [renamed, two-types]
 *     budget: {progress_update: 4KiB, "*": 64KiB}
 *     silence:
 *     - {kind: renamed, event: file, path: /data/path, until: 2026-12-31,
 *        why: agreed with the consumers}
 *
 * Source: docs/audit.md. Names and paths are globs; of budgets the first one
 * counts whose name is that of the event.
 */
#ifndef VALIDATOR_AUDIT_SETTINGS_H
#define VALIDATOR_AUDIT_SETTINGS_H

#include "core/jsonx_object.h"
#include "validator/audit/remark.h"

#define AUDIT_SILENCES_MAX 1000
#define AUDIT_BUDGETS_MAX  1000

struct audit_silence {
    bool any_kind;
    enum audit_remark_kind kind;
    const char *event; /* a glob; NULL: any */
    const char *path;
    int64_t until_ns; /* the end of its last day; INT64_MAX: for ever */
    uint32_t line;
    uint32_t hits;
};

struct audit_budget {
    const char *event; /* a glob */
    uint64_t bytes;
};

/* All zeroes is empty. */
struct audit_settings {
    struct td_arena arena;
    char *name;     /* of the file */
    uint32_t kinds; /* that fail it: a bit each */
    struct audit_silence *silences;
    uint32_t silences_len;
    struct audit_budget *budgets;
    uint32_t budgets_len;
};

/* Read a document. TD_USAGE with the line. Release also after an error. */
TD_MUST_CHECK enum td_code audit_settings_read(struct audit_settings *settings,
                                               const struct td_jsonx *doc,
                                               struct td_error *err);
/* Frees everything; it is empty. */
void audit_settings_release(struct audit_settings *settings);

/* The bit of a kind's word; 0: there is none. "any": of all that need you. */
uint32_t audit_kinds_of(const char *word);

/* Add what is beyond its budget, take away the remarks that are silenced at
 * that time, and count them. Silences that have ended, and those that nothing
 * needs, are remarks.
 */
void audit_settle(const struct audit_settings *settings,
                  const struct audit_sides *sides, int64_t wall_ns,
                  struct audit_remarks *remarks);

#endif
