/* validator/rule/read.h - what verbs read of a rule object.
 *
 * All errors are TD_USAGE (or TD_LIMIT) with FILE:LINE:COLUMN of the value.
 */
#ifndef VALIDATOR_RULE_READ_H
#define VALIDATOR_RULE_READ_H

#include "schema/value/rational.h"
#include "validator/rule/rule.h"

/* What a key takes, and what is written to the object that is read into. */
enum check_key_kind {
    CHECK_KEY_LATER,      /* nothing: check_verb.load reads it */
    CHECK_KEY_ROLE,       /* nothing: a selector, heard in the next role */
    CHECK_KEY_FIELD_ROLE, /* SELECTOR.FIELD, the same; uint32_t: the field */
    CHECK_KEY_FIELD,      /* uint32_t */
    CHECK_KEY_FIELDS,     /* struct check_group_by */
    CHECK_KEY_TEXT,       /* char *, to be freed */
    CHECK_KEY_NAMES,      /* struct check_names */
    CHECK_KEY_COUNT,      /* uint64_t; with `most` from 1 to that */
    CHECK_KEY_DURATION,   /* int64_t, nanoseconds or messages */
    CHECK_KEY_CHOICE,     /* uint32_t: which of `choices` */
    CHECK_KEY_FLAG,       /* bool */
    CHECK_KEY_NUMBER,     /* struct check_number */
    CHECK_KEY_OBJECT,     /* an object of the rows `keys`, into the same */
    CHECK_KEY_OWN,        /* what read() does */
};

/* A row: one key of a rule, or of an object in it. */
struct check_key {
    const char *name; /* NULL ends a table */
    enum check_key_kind kind;
    size_t to;        /* offset of what is written */
    size_t has;       /* offset of a bool, true if the key is there; 0: none */
    const char *what; /* the error of a text, names, choice or object */
    const char *need; /* the error if the key is not there; NULL: it need not */
    const char *hint; /* what is said with it, or NULL */
    uint64_t most;
    const char *const *choices; /* ends with NULL */
    const struct check_key *keys;
    enum td_code (*read)(struct check_rule *rule, struct check_loader *l,
                         uint32_t at);
};

/* A number of a rule, exact, and as it is written there. Release both. */
struct check_number {
    struct schema_rational value; /* 0 if there is none */
    char *text;                   /* NULL: there is none */
};

#define CHECK_KEYS 16 /* rows of one object, at most */

/* Read the keys of object `at` into `base` in the order of the rows. Keys that
 * are in no row are passed over.
 */
TD_MUST_CHECK enum td_code check_read_keys(struct check_rule *rule,
                                           struct check_loader *l, uint32_t at,
                                           const struct check_key *keys,
                                           void *base);

/* The value of a key of object `at`; 0: it has none. */
uint32_t check_read_key(const struct check_loader *l, uint32_t at,
                        const char *key);

/* True if value `at` is this text. */
bool check_read_is(const struct check_loader *l, uint32_t at, const char *text);

/* A fresh copy of text `at`; what says what it should be. */
TD_MUST_CHECK enum td_code check_read_text(struct check_loader *l, uint32_t at,
                                           const char *what, char **out);

/* A name, or a list of them, added to *names. */
TD_MUST_CHECK enum td_code check_read_names(struct check_loader *l, uint32_t at,
                                            const char *what,
                                            struct check_names *names);

/* An integer from 0. */
TD_MUST_CHECK enum td_code check_read_count(struct check_loader *l, uint32_t at,
                                            const char *what, uint64_t *out);

/* Which of the texts (ends with NULL) it is; what lists them for people. */
TD_MUST_CHECK enum td_code check_read_choice(struct check_loader *l,
                                             uint32_t at,
                                             const char *const *texts,
                                             const char *what, uint32_t *out);

/* A field, as check_field_read() reads it. */
TD_MUST_CHECK enum td_code check_read_field(struct check_loader *l, uint32_t at,
                                            uint32_t *out);

/* One field or a list of 1 to CHECK_GROUP_BY_MAX. */
TD_MUST_CHECK enum td_code check_read_fields(struct check_loader *l,
                                             uint32_t at,
                                             struct check_group_by *out);

/* A duration like 250ms, 2s, 5m, 1h, 1d (also us and ns, also 1.5s) in
 * nanoseconds; for rules that count messages a number of them.
 */
TD_MUST_CHECK enum td_code check_read_duration(struct check_loader *l,
                                               const struct check_rule *rule,
                                               uint32_t at, int64_t *out);

/* A clock: recorded, sequence, event:/POINTER, or {event: /POINTER, unit: ms}.
 */
TD_MUST_CHECK enum td_code check_read_clock(struct check_loader *l, uint32_t at,
                                            struct check_time_source *out);

/* A selector, heard in the next role. */
TD_MUST_CHECK enum td_code check_read_role(struct check_loader *l, uint32_t at,
                                           struct check_rule *rule,
                                           bool shared);

/* SELECTOR.FIELD: the selector heard in the next role, and the field. */
TD_MUST_CHECK enum td_code check_read_field_role(struct check_loader *l,
                                                 uint32_t at,
                                                 struct check_rule *rule,
                                                 bool shared, uint32_t *field);

/* A value as a message says it: at most that many nanoseconds as people read
 * them ("1.5s"); of rules that count messages "3 messages".
 */
void check_write_duration(struct td_buf *out, const struct check_rule *rule,
                          int64_t ns);

#endif
