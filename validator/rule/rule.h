/* validator/rule/rule.h - a rule verb, and a rule of a contract.
 *
 * A verb is one `struct check_verb` in a file of validator/verb/. A rule is
 * read only after loading, so that several checks may share it; what it
 * remembers of a stream is in states, which the engine keeps, one for each key
 * and scope.
 *
 * Loading: the keys of the rule object are read into the body as the rows of
 * the verb say (rule/read.h); then load() judges them together. Messages that
 * the verb wants to see it hears in roles, in the order of the rows, and of
 * what load() adds with check_rule_listen().
 *
 * Running: on_message() is called for messages that match a role, once with all
 * roles that matched as a mask of CHECK_ROLE(n). Roles that are shared come
 * first and without state. What it may call is in engine/run.h.
 */
#ifndef VALIDATOR_RULE_RULE_H
#define VALIDATOR_RULE_RULE_H

#include "core/jsonx.h"
#include "schema/schema.h"
#include "validator/expr/selector.h"
#include "validator/verdict/verdict.h"

#define CHECK_ROLES         60      /* of one rule */
#define CHECK_GROUP_BY_MAX  8       /* fields of one key */
#define CHECK_RULE_KEYS     1000000 /* live keys of one rule unless max_keys */
#define CHECK_RULE_OWN      UINT32_MAX       /* of the contract itself */
#define CHECK_RULE_ASYNCAPI (UINT32_MAX - 1) /* of the document it reads */
#define CHECK_ROLE(n)       (UINT64_C(1) << (n))

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
    uint32_t import;     /* of the contract's imports, or as below */
    uint32_t at;         /* the object in the document it is of */
    bool dropped;        /* whoever imports it does without it */
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
    uint64_t heard_roles;  /* those that only tell a key something: also the
                              messages that begin and end a scope do */
    size_t state_size;
    size_t shared_size;
    void *body; /* the verb's own */
};

/* Lists of fields that rules have in `by`, each once. */
struct check_group_by {
    uint32_t fields[CHECK_GROUP_BY_MAX];
    uint32_t len;
};

struct check_group_bys {
    struct check_group_by *list;
    uint32_t len;
};

/* What loading a rule needs. */
struct check_loader {
    const struct td_jsonx *doc;
    struct check_words *words;
    struct check_group_bys *group_bys;
    struct td_error *err;
    struct schema_set *schemas; /* of the contract */
    uint32_t events; /* indexes below are those that the contract lists */
};

enum check_ending {
    CHECK_ENDED, /* the stream, the scope or the key has come to its end */
    CHECK_CUT,   /* it may go on where we cannot see it */
};

/* A key of a rule (validator/rule/read.h). */
struct check_key;

/* A rule that is put into words (validator/rule/say.h), and who hears of what
 * is doubtful in one (validator/rule/doubt.h).
 */
struct check_writer;
struct check_doubter;

/* What a verb gets while it runs (validator/engine/run.h). */
struct check_run;

struct check_verb {
    const char *name;
    const struct check_key *keys; /* rule/read.h: the verb, then its own keys */
    const char *vacuous; /* why it may have had nothing to judge, or NULL */
    size_t body_size;    /* 0: there is none; zeroed before the keys are read */
    size_t state_size;
    size_t shared_size;
    bool timed;     /* it asks for times, whatever the rule says */
    bool hears_all; /* role 0 is every message, before those of the keys */
    /* The keys of rule object `at` are read: judge them together; NULL: nothing
     * to judge.
     */
    enum td_code (*load)(struct check_rule *rule, struct check_loader *l,
                         uint32_t at);
    /* Append the clause of a rule whose key of this name has the value `at`,
     * without capital and full stop: "every b comes after a".
     */
    void (*say)(const struct check_writer *s, uint32_t at);
    /* Doubts about a rule that was loaded from object `at`; NULL: none. */
    void (*doubt)(const struct check_rule *rule, const struct check_doubter *d,
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

/* For load(): messages that selector (taken over; NULL is every message)
 * matches are wanted. The number of the role; there must be room, which
 * check_rule_room() tells.
 */
uint32_t check_rule_listen(struct check_rule *rule,
                           struct check_selector *selector, bool shared);
bool check_rule_room(const struct check_rule *rule);

/* Frees what it owns. */
void check_rule_release(struct check_rule *rule);

/* Frees the names; there are none left. */
void check_names_release(struct check_names *names);

#endif
