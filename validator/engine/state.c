/* What is kept of a stream: a state for each rule and key. */
#include "core/mem.h"
#include "schema/value/canonical.h"
#include "validator/engine/engine_internal.h"

#include <stdio.h>
#include <stdlib.h>

#define BLOCK_MAX 63 /* instances that are made at once */

static const struct check_rule *rule_at(const struct check_engine *f,
                                        uint32_t i)
{
    return &f->set->rules[i];
}

void engine_add_partition(struct check_engine *f)
{
    const struct check_ruleset *c = f->set;
    struct engine_partition *partition = td_calloc(1, sizeof(*partition));

    partition->keys =
        td_calloc((size_t)c->group_bys.len + 1, sizeof(*partition->keys));
    partition->states =
        td_calloc((size_t)c->rules_len + 1, sizeof(*partition->states));
    for (uint32_t i = 0; i < c->group_bys.len; i++)
        partition->keys[i].by = &c->group_bys.list[i];
    for (uint32_t i = 0; i < c->rules_len; i++) {
        if (c->rules[i].shared_size > 0)
            partition->states[i].shared = td_calloc(1, c->rules[i].shared_size);
    }
    f->partitions = td_list_room(f->partitions, f->partitions_len,
                                 sizeof(struct engine_partition *));
    f->partitions[f->partitions_len++] = partition;
}

/* The stream of the message: that of its key; without one, that of the message
 * before. SCHEMA_NO_KEY: there are too many.
 */
uint32_t engine_partition_of(struct check_engine *f)
{
    uint32_t at = check_field_at(f->fields, f->set->key);
    uint32_t key;

    if (f->partition != 0 &&
        (at == CHECK_NO_VALUE ||
         td_bytes_equal(td_json_raw(f->doc, at),
                        schema_intern_text(&f->streams, f->partition - 1))))
        return f->partition;
    td_buf_clear(&f->key);
    if (at != CHECK_NO_VALUE)
        schema_canonical(&f->key, f->doc, at);
    if (f->streams.live == CHECK_STREAMS_MAX &&
        schema_intern_find(&f->streams, td_buf_bytes(&f->key)) == SCHEMA_NO_KEY)
        return SCHEMA_NO_KEY;
    key = schema_intern_add(&f->streams, td_buf_bytes(&f->key), NULL);
    if (key + 1 == f->partitions_len)
        engine_add_partition(f);
    return key + 1;
}

/* Instances are made many at a time, and used again. */
static struct engine_instance *take_instance(struct check_engine *f,
                                             uint32_t rule)
{
    size_t size = sizeof(struct engine_instance) + rule_at(f, rule)->state_size;
    struct engine_rule *r = &f->rules[rule];
    struct engine_instance *instance;
    struct engine_block *block;

    size = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) *
           sizeof(max_align_t);
    if (!r->free) {
        r->block_len =
            r->block_len < BLOCK_MAX ? r->block_len * 2 + 1 : BLOCK_MAX;
        block = td_calloc(1, sizeof(*block) + r->block_len * size);
        block->next = r->blocks;
        r->blocks = block;
        for (uint32_t i = 0; i < r->block_len; i++) {
            void *at = (unsigned char *)block->bytes + i * size;

            instance = at;
            instance->next = r->free;
            r->free = instance;
        }
    }
    instance = r->free;
    r->free = instance->next;
    return instance;
}

static struct engine_instance *
new_instance(struct check_engine *f, uint32_t rule, struct engine_states *all)
{
    const struct check_rule *r = rule_at(f, rule);
    struct engine_instance *instance = take_instance(f, rule);

    instance->opens = all->opens;
    if (r->scope == CHECK_GLOBALLY ||
        (r->scope == CHECK_BEFORE ? !all->closed : all->active))
        engine_enter(r, all, instance);
    return instance;
}

static void make_room(struct engine_states *s, uint32_t key)
{
    uint32_t len = s->len ? s->len : 1;

    if (key < s->len)
        return;
    while (len <= key)
        len *= 2;
    s->list = td_realloc(s->list, len * sizeof(struct engine_instance *));
    memset(s->list + s->len, 0,
           (len - s->len) * sizeof(struct engine_instance *));
    s->len = len;
}

/* The instance of the rule and key of the run; NULL: there are too many. */
struct engine_instance *engine_need_instance(struct check_run *run,
                                             uint32_t key)
{
    struct check_place *p = run->place;
    struct engine_states *s = &p->partition->states[p->rule];

    make_room(s, key);
    if (s->list[key])
        return s->list[key];
    if (s->live >= run->rule->max_keys) {
        char why[80];

        (void)snprintf(why, sizeof(why), "more than %llu keys at once",
                       (unsigned long long)run->rule->max_keys);
        check_rule_undecided(run, why);
        return NULL;
    }
    s->list[key] = new_instance(p->engine, p->rule, s);
    s->list[key]->key = key;
    s->live++;
    if (run->rule->by != CHECK_NO_VALUE)
        engine_hold_key(&p->partition->keys[run->rule->by], key);
    return s->list[key];
}

void engine_set_instance(struct check_run *run,
                         struct engine_instance *instance)
{
    run->place->instance = instance;
    run->state = instance ? instance->state : NULL;
    engine_aim(run);
}

void engine_give_back(struct check_run *run)
{
    struct check_place *p = run->place;
    struct engine_states *s = &p->partition->states[p->rule];
    struct engine_instance *instance = p->instance;

    engine_leave(s, instance);
    s->list[instance->key] = NULL;
    s->live--;
    instance->next = p->engine->rules[p->rule].free;
    p->engine->rules[p->rule].free = instance;
    engine_set_instance(run, NULL);
}

/* The last message of a key: what it is worth is decided, and forgotten. */
void engine_end_key(struct check_run *run)
{
    struct check_place *p = run->place;
    struct engine_instance *instance = p->instance;

    engine_finish(run, CHECK_ENDED);
    if (run->rule->by == CHECK_NO_VALUE) {
        instance->active = run->rule->scope == CHECK_GLOBALLY;
        return;
    }
    engine_let_key(p->engine, &p->partition->keys[run->rule->by],
                   instance->key);
    engine_give_back(run);
}

void engine_clear_partition(struct check_engine *f, uint32_t index)
{
    struct engine_partition *partition = f->partitions[index];

    for (uint32_t i = 0; i < f->set->rules_len; i++) {
        const struct check_rule *rule = rule_at(f, i);
        struct engine_states *s = &partition->states[i];

        if (rule->every_stream)
            continue;
        s->opens = 0;
        s->closed = s->active = false;
        if (s->shared && rule->verb->clear_shared)
            rule->verb->clear_shared(rule, s->shared);
        if (s->shared)
            memset(s->shared, 0, rule->shared_size);
    }
    for (uint32_t i = 0; i < f->set->group_bys.len; i++)
        engine_clear_keys(&partition->keys[i]);
    partition->messages = 0;
    partition->ended = true;
    if (index > 0)
        schema_intern_remove(&f->streams, index - 1);
    f->partition = 0;
}
