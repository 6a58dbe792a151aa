/* validator/engine/engine_internal.h - what the files of the fold share: fold.c
 * hands out messages, engine_state.c has streams and states, engine_key.c the
 * keys of states, engine_scope.c what a message does to a state, rule_note.c
 * what a rule says.
 */
#ifndef VALIDATOR_ENGINE_ENGINE_INTERNAL_H
#define VALIDATOR_ENGINE_ENGINE_INTERNAL_H

#include "schema/value/intern.h"
#include "validator/engine/engine.h"

/* Findings that count only if the scope comes to its end. */
struct engine_pending {
    uint64_t judged;
    uint64_t failed;
    struct check_finding *list; /* as many as may be kept */
    size_t len;
};

/* A rule and a key, or a rule without keys. */
struct engine_instance {
    uint32_t key;
    uint32_t opens; /* of engine_states, that this one knows of */
    bool active;    /* within the scope */
    struct engine_pending *pending; /* between: while it is active */
    struct engine_instance *next;   /* of those that are free, or of `within` */
    struct engine_instance *prev;   /* NULL: it is not listed in `within` */
    max_align_t state[];            /* state_size bytes */
};

/* Memory of many instances. */
struct engine_block {
    struct engine_block *next;
    max_align_t bytes[];
};

/* A rule in one stream. */
struct engine_states {
    struct engine_instance **list; /* by key; NULL: none */
    uint32_t len;
    uint32_t live;
    void *shared;
    uint32_t opens; /* scope: messages without the key, which are of all */
    bool closed;    /* one of them has ended it */
    bool active;    /* what the last of them did */
    struct engine_instance *within; /* keys that one of them would end, in the
                                     order they came; the first one's prev is
                                     the last, whose next is NULL */
};

/* Keys of one `by`. */
struct engine_keys {
    const struct check_group_by *by;
    struct schema_intern keys;
    uint32_t *refs; /* instances of each key */
    uint32_t refs_len;
    uint64_t message;     /* what `at` is true of */
    uint32_t at;          /* key of the message, or SCHEMA_NO_KEY */
    uint32_t last;        /* key of the last message that had one */
    struct td_bytes text; /* of `last`; ptr NULL: it is not there any more */
};

struct engine_partition {
    struct engine_keys *keys;     /* one a `by` of the contract */
    struct engine_states *states; /* one a rule */
    uint64_t messages;            /* since it began */
    bool ended;                   /* it came to its end once */
};

/* Where a rule's word goes. */
struct check_place {
    struct check_engine *engine;
    struct engine_partition *partition;
    uint32_t partition_index;
    uint32_t rule;
    struct engine_instance *instance; /* NULL: a message without the key */
};

/* What a rule is in this check. The run, and its place, are about the message
 * at hand, and stay about its key until one of another key comes.
 */
struct engine_rule {
    struct check_run run;
    struct check_place place;
    struct engine_states *states; /* of the rule in the lane of the place */
    struct engine_keys *keys;     /* of its `by` there; NULL: it has none */
    uint32_t key;                 /* of the instance of the place */
    struct check_result *result;
    void (*on_message)(struct check_run *run, const struct check_message *m,
                       uint64_t roles);
    uint64_t special;    /* roles that do more than be handed to the verb */
    bool off;            /* it is not chosen */
    bool idle;           /* it is off, or done (check_rule_done()) */
    uint64_t idle_since; /* messages that came before */
    bool keyless;        /* an event of it came without its key */
    bool outside;        /* one came where its scope was not */
    bool no_time;        /* it asked for one, and the input has none */
    bool has_last;
    int64_t last;                 /* time of its last message */
    struct engine_instance *free; /* to use again */
    struct td_histogram spread;   /* what it measured, of all streams */
    struct engine_block *blocks;  /* all of them */
    uint32_t block_len;           /* instances of the last block */
};

#define ENGINE_NOBODY                                                          \
    (SCHEMA_NO_KEY - 1) /* no key: the instance must be found                  \
                         */

struct dead_key {
    struct engine_keys *keys;
    uint32_t key;
};

struct check_engine {
    const struct check_ruleset *set;
    struct check_verdict *verdict;
    uint32_t first;
    struct check_eval *eval;
    struct check_field_cache *fields;
    struct schema_run *schemas;
    const struct td_json_doc *doc; /* of the message at hand */
    struct engine_rule *rules;
    struct schema_intern streams; /* values of stream.key */
    struct engine_partition *
        *partitions; /* 0: rules of all streams; then one each */
    uint32_t partitions_len;
    uint32_t partition; /* that of the last message */
    uint64_t messages;
    bool has_t;
    uint64_t t_ns; /* of the last message */
    bool has_clock;
    int64_t clock_ns;
    struct td_buf key;  /* scratch */
    struct td_buf dead; /* struct dead_key of keys that may go */
};

/* Room for another stream. */
void engine_add_partition(struct check_engine *f);
/* The stream of the message: that of its key; without one, that of the message
 * before. SCHEMA_NO_KEY: there are too many.
 */
uint32_t engine_partition_of(struct check_engine *f);
/* All of a stream is forgotten but the memory; its instances were given back.
 */
void engine_clear_partition(struct check_engine *f, uint32_t index);

/* The key of the message at hand, or SCHEMA_NO_KEY. */
uint32_t engine_find_key(struct check_engine *f, struct engine_keys *keys);
/* The same, once a message. */
static inline uint32_t engine_key_of(struct check_engine *f,
                                     struct engine_keys *keys)
{
    return keys->message == f->messages ? keys->at : engine_find_key(f, keys);
}
/* One more instance has the key, or one less. */
void engine_hold_key(struct engine_keys *keys, uint32_t key);
void engine_let_key(struct check_engine *f, struct engine_keys *keys,
                    uint32_t key);
/* Keys that no rule knows any more leave, once the message is done with. */
void engine_drop_dead(struct check_engine *f);
/* No key is known any more. */
void engine_clear_keys(struct engine_keys *keys);
void engine_release_keys(struct engine_keys *keys);

/* What the verdict says of the rule of the run. */
static inline struct check_result *engine_result(const struct check_run *run)
{
    const struct check_engine *f = run->place->engine;

    return &f->verdict->rules[f->first + run->place->rule];
}
/* Percentiles of what a rule measured; nothing if that is nothing. */
void engine_tell_spread(struct td_histogram *samples, struct check_spread *out);
/* What check_rule_pass() counts in: findings of this scope that are pending, or
 * the result. To be called when the instance or its scope has changed.
 */
void engine_aim(struct check_run *run);

/* The instance of the rule and key of the run; NULL: there are too many. */
struct engine_instance *engine_need_instance(struct check_run *run,
                                             uint32_t key);
/* The run is about this instance; NULL: about none. */
void engine_set_instance(struct check_run *run,
                         struct engine_instance *instance);
/* The instance is used for another key; its state was reset. */
void engine_give_back(struct check_run *run);
/* The last message of a key: what it is worth is decided, and forgotten. */
void engine_end_key(struct check_run *run);

/* The instance is within the scope from now on, or not any more. */
void engine_enter(const struct check_rule *rule, struct engine_states *states,
                  struct engine_instance *instance);
void engine_leave(struct engine_states *states,
                  struct engine_instance *instance);

/* Frees a state and its memory of findings; the instance can begin anew. */
void engine_reset(struct check_run *run);

/* Hand a message to a rule: roles that matched, and the instance of its key
 * (NULL: it has none).
 */
void engine_deliver(struct check_run *run, const struct check_message *m,
                    uint64_t roles);

/* The stream is over for the instance of the run. */
void engine_finish(struct check_run *run, enum check_ending how);

/* A message that the rule speaks of lacks its key: a finding. */
void engine_miss_key(struct check_run *run, const struct check_message *m);

/* The time of m by a clock that is a field; false: it has none. */
bool engine_read_time(struct check_engine *f,
                      const struct check_time_source *time,
                      const struct check_message *m, int64_t *ns);

#endif
