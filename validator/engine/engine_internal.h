/* validator/engine/engine_internal.h - what the files of the fold share: fold.c
 * hands out messages, fold_state.c has streams and states, fold_key.c the keys
 * of states, fold_scope.c what a message does to a state, rule_note.c what a
 * rule says.
 */
#ifndef VALIDATOR_ENGINE_ENGINE_INTERNAL_H
#define VALIDATOR_ENGINE_ENGINE_INTERNAL_H

#include "schema/value/intern.h"
#include "validator/engine/engine.h"

/* Findings that count only if the scope comes to its end. */
struct fold_pending {
    uint64_t judged;
    uint64_t failed;
    struct check_finding *list; /* as many as may be kept */
    size_t len;
};

/* A rule and a key, or a rule without keys. */
struct fold_instance {
    uint32_t key;
    uint32_t opens;               /* of fold_states, that this one knows of */
    bool active;                  /* within the scope */
    struct fold_pending *pending; /* between: while it is active */
    struct fold_instance *next;   /* of those that are free, or of `within` */
    struct fold_instance *prev;   /* NULL: it is not listed in `within` */
    max_align_t state[];          /* state_size bytes */
};

/* Memory of many instances. */
struct fold_block {
    struct fold_block *next;
    max_align_t bytes[];
};

/* A rule in one stream. */
struct fold_states {
    struct fold_instance **list; /* by key; NULL: none */
    uint32_t len;
    uint32_t live;
    void *shared;
    uint32_t opens; /* scope: messages without the key, which are of all */
    bool closed;    /* one of them has ended it */
    bool active;    /* what the last of them did */
    struct fold_instance *within; /* keys that one of them would end, in the
                                     order they came; the first one's prev is
                                     the last, whose next is NULL */
};

/* Keys of one `by`. */
struct fold_keys {
    const struct check_by *by;
    struct check_keys keys;
    uint32_t *refs; /* instances of each key */
    uint32_t refs_len;
    uint64_t message;     /* what `at` is true of */
    uint32_t at;          /* key of the message, or CHECK_NO_KEY */
    uint32_t last;        /* key of the last message that had one */
    struct td_bytes text; /* of `last`; ptr NULL: it is not there any more */
};

struct fold_lane {
    struct fold_keys *keys;     /* one a `by` of the contract */
    struct fold_states *states; /* one a rule */
    uint64_t messages;          /* since it began */
    bool ended;                 /* it came to its end once */
};

/* Where a rule's word goes. */
struct check_place {
    struct check_fold *fold;
    struct fold_lane *lane;
    uint32_t lane_index;
    uint32_t rule;
    struct fold_instance *instance; /* NULL: a message without the key */
};

/* What a rule is in this check. The run, and its place, are about the message
 * at hand, and stay about its key until one of another key comes.
 */
struct fold_rule {
    struct check_run run;
    struct check_place place;
    struct fold_states *states; /* of the rule in the lane of the place */
    struct fold_keys *keys;     /* of its `by` there; NULL: it has none */
    uint32_t key;               /* of the instance of the place */
    struct check_result *result;
    void (*on_message)(struct check_run *run, const struct check_message *m,
                       uint64_t roles);
    uint64_t special;    /* roles that do more than be handed to the verb */
    bool off;            /* it is not chosen */
    bool idle;           /* it is off, or done (check_rule_done()) */
    uint64_t idle_since; /* messages that came before */
    bool no_time;        /* it asked for one, and the input has none */
    bool has_last;
    int64_t last;               /* time of its last message */
    struct fold_instance *free; /* to use again */
    struct fold_block *blocks;  /* all of them */
    uint32_t block_len;         /* instances of the last block */
};

#define FOLD_NOBODY                                                            \
    (CHECK_NO_KEY - 1) /* no key: the instance must be found                   \
                        */

struct dead_key {
    struct fold_keys *keys;
    uint32_t key;
};

struct check_fold {
    const struct check_ruleset *set;
    struct check_verdict *verdict;
    uint32_t first;
    struct check_eval *eval;
    struct check_field_cache *fields;
    struct check_schema_run *schemas;
    const struct td_json_doc *doc; /* of the message at hand */
    struct fold_rule *rules;
    struct check_keys streams; /* values of stream.key */
    struct fold_lane **lanes;  /* 0: rules of all streams; then one each */
    uint32_t lanes_len;
    uint32_t lane; /* that of the last message */
    uint64_t messages;
    bool has_t;
    uint64_t t_ns; /* of the last message */
    bool has_clock;
    int64_t clock_ns;
    struct td_buf key;  /* scratch */
    struct td_buf dead; /* struct dead_key of keys that may go */
};

/* Room for another stream. */
void fold_add_lane(struct check_fold *f);
/* The stream of the message: that of its key; without one, that of the message
 * before. CHECK_NO_KEY: there are too many.
 */
uint32_t fold_lane_of(struct check_fold *f);
/* All of a stream is forgotten but the memory; its instances were given back.
 */
void fold_clear_lane(struct check_fold *f, uint32_t index);

/* The key of the message at hand, or CHECK_NO_KEY. */
uint32_t fold_find_key(struct check_fold *f, struct fold_keys *keys);
/* The same, once a message. */
static inline uint32_t fold_key_of(struct check_fold *f, struct fold_keys *keys)
{
    return keys->message == f->messages ? keys->at : fold_find_key(f, keys);
}
/* One more instance has the key, or one less. */
void fold_hold_key(struct fold_keys *keys, uint32_t key);
void fold_let_key(struct check_fold *f, struct fold_keys *keys, uint32_t key);
/* Keys that no rule knows any more leave, once the message is done with. */
void fold_drop_dead(struct check_fold *f);
/* No key is known any more. */
void fold_clear_keys(struct fold_keys *keys);
void fold_release_keys(struct fold_keys *keys);

/* What the verdict says of the rule of the run. */
static inline struct check_result *fold_result(const struct check_run *run)
{
    const struct check_fold *f = run->place->fold;

    return &f->verdict->rules[f->first + run->place->rule];
}
/* What check_rule_pass() counts in: findings of this scope that are pending, or
 * the result. To be called when the instance or its scope has changed.
 */
void fold_aim(struct check_run *run);

/* The instance of the rule and key of the run; NULL: there are too many. */
struct fold_instance *fold_need_instance(struct check_run *run, uint32_t key);
/* The run is about this instance; NULL: about none. */
void fold_set_instance(struct check_run *run, struct fold_instance *instance);
/* The instance is used for another key; its state was reset. */
void fold_give_back(struct check_run *run);
/* The last message of a key: what it is worth is decided, and forgotten. */
void fold_end_key(struct check_run *run);

/* The instance is within the scope from now on, or not any more. */
void fold_enter(const struct check_rule *rule, struct fold_states *states,
                struct fold_instance *instance);
void fold_leave(struct fold_states *states, struct fold_instance *instance);

/* Frees a state and its memory of findings; the instance can begin anew. */
void fold_reset(struct check_run *run);

/* Hand a message to a rule: roles that matched, and the instance of its key
 * (NULL: it has none).
 */
void fold_deliver(struct check_run *run, const struct check_message *m,
                  uint64_t roles);

/* The stream is over for the instance of the run. */
void fold_finish(struct check_run *run, enum check_ending how);

/* A message that the rule speaks of lacks its key: a finding. */
void fold_miss_key(struct check_run *run, const struct check_message *m);

/* The time of m by a clock that is a field; false: it has none. */
bool fold_read_time(struct check_fold *f, const struct check_time_source *time,
                    const struct check_message *m, int64_t *ns);

#endif
