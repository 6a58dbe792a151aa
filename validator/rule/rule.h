/* validator/rule/rule.h - a rule verb, and a rule of a contract.
 *
 * A verb is one `struct check_verb` in a rule_*.c file; rule.c has the table.
 * A rule is read only after loading, so that several checks may share it; what
 * it remembers of a stream is in states, which fold.c keeps, one for each key
 * and scope.
 *
 * Loading: the verb reads its keys of the rule object with rule_read.h, says
 * with check_rule_listen() which messages it wants to see, each in a role, and
 * sets state_size and, if it needs one, shared_size and body.
 *
 * Running: on_message() is called for messages that match a role, once with all
 * roles that matched as a mask of CHECK_ROLE(n). Roles that are shared come
 * first and without state. Whatever is judged is said with one of
 *
 *     check_rule_pass(run)             it held once more
 *     if (check_rule_fail(run)) ...    it did not; true: put it into words with
 *                                      a struct check_note
 *     check_rule_open(run, why)        nobody can know any more
 *     check_rule_undecided(run, why)   a limit was reached
 *
 * A rule that never said anything is vacuous.
 */
#ifndef VALIDATOR_RULE_RULE_H
#define VALIDATOR_RULE_RULE_H

#include "core/jsonx.h"
#include "schema/schema.h"
#include "validator/expr/selector.h"
#include "validator/verdict/verdict.h"

#define CHECK_ROLES     60      /* of one rule */
#define CHECK_BY        8       /* fields of one key */
#define CHECK_RULE_KEYS 1000000 /* live keys of one rule unless max_keys */
#define CHECK_ROLE(n)   (UINT64_C(1) << (n))

/* Where the times of a rule come from. */
enum check_clock {
    CHECK_CLOCK_STREAM,   /* stream.clock; without it recorded */
    CHECK_CLOCK_RECORDED, /* of the tape */
    CHECK_CLOCK_EVENT,    /* a field */
    CHECK_CLOCK_SEQUENCE, /* messages are counted; durations are numbers */
};

/* What a message without a field does that the rule needs. */
enum check_missing {
    CHECK_MISSING_UNSAID, /* a key: is passed over; else: is a finding */
    CHECK_MISSING_FAIL,
    CHECK_MISSING_SKIP,
};

/* The stretches of the stream that a rule speaks of. The message that begins or
 * ends one is not part of it.
 */
enum check_scope {
    CHECK_GLOBALLY,
    CHECK_AFTER,       /* the first `opens`, to the end */
    CHECK_BEFORE,      /* the first `closes`, or the end */
    CHECK_BETWEEN,     /* each `opens` that a `closes` follows, up to it */
    CHECK_AFTER_UNTIL, /* the same, or to the end */
};

/* A clock: which, and for a field how to read it. */
struct check_time_source {
    enum check_clock clock;
    uint32_t field;
    int64_t unit; /* nanoseconds that a number counts; texts are RFC 3339 */
};

struct check_role {
    struct check_selector *selector; /* NULL: every message */
    bool shared;                     /* whatever its key is, also none */
};

struct check_names {
    char **list;
    uint32_t len;
};

struct check_rule {
    const struct check_verb *verb;
    char *id;
    char *what; /* as it stands in the contract: "first: a" */
    char *note; /* or NULL */
    enum check_level level;
    uint64_t max_report; /* UINT64_MAX: not said */
    uint64_t mostly;     /* of CHECK_WHOLE */
    struct check_names profiles;
    struct check_names dialects;
    uint32_t by; /* of the contract's lists of fields; CHECK_NO_VALUE: none */
    bool every_stream; /* by: [] - not for each stream.key on its own */
    uint64_t max_keys;
    enum check_missing missing;
    struct check_time_source time;
    bool timed; /* it asks for times */
    enum check_scope scope;
    struct check_selector *opens;
    struct check_selector *closes;
    struct check_selector *ends; /* the last message of a key, or NULL */
    struct check_role *roles;
    uint32_t roles_len;
    uint64_t shared_roles; /* those of them that are, as a mask */
    size_t state_size;
    size_t shared_size;
    void *body; /* the verb's own */
};

/* Lists of fields that rules have in `by`, each once. */
struct check_by {
    uint32_t fields[CHECK_BY];
    uint32_t len;
};

struct check_bys {
    struct check_by *list;
    uint32_t len;
};

/* What loading a rule needs. */
struct check_loader {
    const struct td_jsonx *doc;
    struct check_words *words;
    struct check_bys *bys;
    struct td_error *err;
    struct check_schemas *schemas; /* of the contract */
    uint32_t events; /* indexes below are those that the contract lists */
};

enum check_ending {
    CHECK_ENDED, /* the stream, the scope or the key has come to its end */
    CHECK_CUT,   /* it may go on where we cannot see it */
};

/* What a verb's functions get. */
struct check_run {
    const struct check_rule *rule;
    void *state;  /* of the key and scope, zeroed before the first message */
    void *shared; /* of the rule */
    struct check_eval *eval;
    struct check_field_cache *fields;
    struct check_schema_run *schemas; /* the contract's */
    struct check_place *place;        /* of fold.c: where findings go */
    uint64_t *judged;                 /* of that place: how often it was */
};

struct check_verb {
    const char *name;
    const char *const *keys; /* its own keys beside the verb; ends with NULL */
    const char *vacuous;     /* why it may have had nothing to judge, or NULL */
    /* Read the rule object `at`; rule->what is there. */
    enum td_code (*load)(struct check_rule *rule, struct check_loader *l,
                         uint32_t at);
    /* Frees what the body owns, but not the body; NULL: nothing. */
    void (*unload)(struct check_rule *rule);
    void (*on_message)(struct check_run *run, const struct check_message *m,
                       uint64_t roles);
    /* state is judged and then cleared; NULL: nothing to say. */
    void (*on_end)(struct check_run *run, enum check_ending how);
    /* The stream is over for all keys: what `shared` has gathered is judged,
     * without state; NULL: nothing to say.
     */
    void (*on_close)(struct check_run *run, enum check_ending how);
    /* Frees what a state, the shared one, owns; NULL: nothing. */
    void (*clear)(const struct check_rule *rule, void *state);
    void (*clear_shared)(const struct check_rule *rule, void *shared);
};

/* X(name): every verb; check_verb_name is in a rule_*.c file. A rule has the
 * verb whose key it has; of several the first one here.
 */
#define CHECK_VERBS(X)                                                         \
    X(first)                                                                   \
    X(last)                                                                    \
    X(count)                                                                   \
    X(absent)                                                                  \
    X(conforms)                                                                \
    X(before)                                                                  \
    X(response)                                                                \
    X(unique)                                                                  \
    X(no_duplicate)                                                            \
    X(requires)                                                                \
    X(monotonic)                                                               \
    X(step)                                                                    \
    X(constant)                                                                \
    X(contiguous)                                                              \
    X(on)                                                                      \
    X(sequence)                                                                \
    X(states)                                                                  \
    X(gap)                                                                     \
    X(rate)                                                                    \
    X(latency)                                                                 \
    X(clock_skew)

#define CHECK_VERB_EXTERN(name)                                                \
    extern const struct check_verb check_verb_##name;
CHECK_VERBS(CHECK_VERB_EXTERN)
#undef CHECK_VERB_EXTERN

/* Read the rule at `at` of a contract; *rule is to be released also after an
 * error. TD_USAGE, TD_LIMIT.
 */
TD_MUST_CHECK enum td_code check_rule_load(struct check_rule *rule,
                                           struct check_loader *l, uint32_t at);
/* Frees what it owns. */
void check_rule_release(struct check_rule *rule);

/* For load(): messages that selector (taken over; NULL is every message)
 * matches are wanted. The number of the role; there must be room, which
 * check_rule_room() tells.
 */
uint32_t check_rule_listen(struct check_rule *rule,
                           struct check_selector *selector, bool shared);
bool check_rule_room(const struct check_rule *rule);

/* For on_message() and on_end(). */
static inline void check_rule_pass(struct check_run *run)
{
    ++*run->judged;
}
/* It did not hold. */
TD_MUST_CHECK bool check_rule_fail(struct check_run *run);
void check_rule_open(struct check_run *run, const char *why);
void check_rule_undecided(struct check_run *run, const char *why);
/* Whatever this key and scope still bring, nothing more will be said of it: the
 * verb need not be told.
 */
void check_rule_done(struct check_run *run);

/* The time of m for this rule, in nanoseconds (messages, if the clock is the
 * sequence). False: it has none, and the rule says so at the end.
 */
TD_MUST_CHECK bool check_rule_time(struct check_run *run,
                                   const struct check_message *m, int64_t *at);
/* The time of the last message of the stream that had one. */
TD_MUST_CHECK bool check_rule_end_time(const struct check_run *run,
                                       int64_t *at);

/* The value of a field, or CHECK_NO_VALUE; then, unless the rule says
 * otherwise, that is a finding.
 */
uint32_t check_rule_field(struct check_run *run, const struct check_message *m,
                          uint32_t field);

/* The key of the run, or that of its stream, as canonical JSON (canon.h); len
 * 0: there is none. Lives until the key ends.
 */
struct td_bytes check_rule_key(const struct check_run *run);

/* What the field is called. */
const char *check_rule_field_text(const struct check_run *run, uint32_t field);

/* A message to remember. */
struct check_seen {
    uint64_t seq; /* 0: none */
    bool has_t;
    uint64_t t_ns;
};

/* m, to remember. */
static inline struct check_seen check_seen(const struct check_message *m)
{
    return (struct check_seen){m->seq, m->has_t, m->t_ns};
}

/* A finding that is put into words:
 *
 *     if (!check_rule_fail(run))
 *         return;
 *     check_note_begin(&note, run, m, at);
 *     (void)td_buf_addf(&note.expected, "at least %d", 1);
 *     ...
 *     check_note_end(&note);
 */
struct check_note {
    struct check_run *run;
    const struct check_message *m;
    uint32_t at;
    struct td_buf expected;
    struct td_buf found;
    struct td_buf values[CHECK_WITNESSES];
    struct check_seen seen[CHECK_WITNESSES];
    size_t witnesses;
    struct check_seen about; /* without m: the message it is about, if any */
};

/* m: the message it is about; NULL: the whole stream, or key. at: the value in
 * it; CHECK_NO_VALUE: the message.
 */
void check_note_begin(struct check_note *note, struct check_run *run,
                      const struct check_message *m, uint32_t at);
/* Another message it rests on, in the order of the stream and before m, which
 * is the last by itself. value: what of it matters; may be empty. What does not
 * fit is left out.
 */
void check_note_witness(struct check_note *note, const struct check_seen *seen,
                        struct td_bytes value);
/* Without m: it is about a message that was remembered. */
void check_note_about(struct check_note *note, const struct check_seen *seen);
/* Reports and releases. */
void check_note_end(struct check_note *note);

/* Append the start of a value of m as it stands there, or "nothing". */
void check_note_value(struct td_buf *out, const struct check_message *m,
                      uint32_t at);
/* Append the name of an event in quotes. */
void check_note_name(struct td_buf *out, struct td_bytes name);
/* Append to what was expected where: " after \"a\"". */
void check_note_scope(struct check_note *note);

#endif
