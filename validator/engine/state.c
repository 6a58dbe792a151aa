/* What is kept of a stream: a state for each rule and key. */
#include "core/mem.h"
#include "schema/value/canonical.h"
#include "validator/engine/engine_internal.h"

#include <stdio.h>
#include <stdlib.h>

#define BLOCK_MAX 63 /* instances that are made at once */

static const struct check_rule *rule_at(const struct check_fold *f, uint32_t i)
{
    return &f->set->rules[i];
}

void fold_add_lane(struct check_fold *f)
{
    const struct check_ruleset *c = f->set;
    struct fold_lane *lane = td_calloc(1, sizeof(*lane));

    lane->keys = td_calloc((size_t)c->bys.len + 1, sizeof(*lane->keys));
    lane->states = td_calloc((size_t)c->rules_len + 1, sizeof(*lane->states));
    for (uint32_t i = 0; i < c->bys.len; i++)
        lane->keys[i].by = &c->bys.list[i];
    for (uint32_t i = 0; i < c->rules_len; i++) {
        if (c->rules[i].shared_size > 0)
            lane->states[i].shared = td_calloc(1, c->rules[i].shared_size);
    }
    if ((f->lanes_len & (f->lanes_len - 1)) == 0)
        f->lanes = td_realloc(f->lanes, (size_t)(f->lanes_len + 1) * 2 *
                                            sizeof(struct fold_lane *));
    f->lanes[f->lanes_len++] = lane;
}

/* The stream of the message: that of its key; without one, that of the message
 * before. CHECK_NO_KEY: there are too many.
 */
uint32_t fold_lane_of(struct check_fold *f)
{
    uint32_t at = check_field_at(f->fields, f->set->key);
    uint32_t key;

    if (f->lane != 0 &&
        (at == CHECK_NO_VALUE ||
         td_bytes_equal(td_json_raw(f->doc, at),
                        check_keys_text(&f->streams, f->lane - 1))))
        return f->lane;
    td_buf_clear(&f->key);
    if (at != CHECK_NO_VALUE)
        check_canon(&f->key, f->doc, at);
    if (f->streams.live == CHECK_STREAMS_MAX &&
        check_keys_find(&f->streams, td_buf_bytes(&f->key)) == CHECK_NO_KEY)
        return CHECK_NO_KEY;
    key = check_keys_add(&f->streams, td_buf_bytes(&f->key), NULL);
    if (key + 1 == f->lanes_len)
        fold_add_lane(f);
    return key + 1;
}

/* Instances are made many at a time, and used again. */
static struct fold_instance *take_instance(struct check_fold *f, uint32_t rule)
{
    size_t size = sizeof(struct fold_instance) + rule_at(f, rule)->state_size;
    struct fold_rule *r = &f->rules[rule];
    struct fold_instance *instance;
    struct fold_block *block;

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

static struct fold_instance *new_instance(struct check_fold *f, uint32_t rule,
                                          struct fold_states *all)
{
    const struct check_rule *r = rule_at(f, rule);
    struct fold_instance *instance = take_instance(f, rule);

    instance->opens = all->opens;
    if (r->scope == CHECK_GLOBALLY ||
        (r->scope == CHECK_BEFORE ? !all->closed : all->active))
        fold_enter(r, all, instance);
    return instance;
}

static void make_room(struct fold_states *s, uint32_t key)
{
    uint32_t len = s->len ? s->len : 1;

    if (key < s->len)
        return;
    while (len <= key)
        len *= 2;
    s->list = td_realloc(s->list, len * sizeof(struct fold_instance *));
    memset(s->list + s->len, 0,
           (len - s->len) * sizeof(struct fold_instance *));
    s->len = len;
}

/* The instance of the rule and key of the run; NULL: there are too many. */
struct fold_instance *fold_need_instance(struct check_run *run, uint32_t key)
{
    struct check_place *p = run->place;
    struct fold_states *s = &p->lane->states[p->rule];

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
    s->list[key] = new_instance(p->fold, p->rule, s);
    s->list[key]->key = key;
    s->live++;
    if (run->rule->by != CHECK_NO_VALUE)
        fold_hold_key(&p->lane->keys[run->rule->by], key);
    return s->list[key];
}

void fold_set_instance(struct check_run *run, struct fold_instance *instance)
{
    run->place->instance = instance;
    run->state = instance ? instance->state : NULL;
    fold_aim(run);
}

void fold_give_back(struct check_run *run)
{
    struct check_place *p = run->place;
    struct fold_states *s = &p->lane->states[p->rule];
    struct fold_instance *instance = p->instance;

    fold_leave(s, instance);
    s->list[instance->key] = NULL;
    s->live--;
    instance->next = p->fold->rules[p->rule].free;
    p->fold->rules[p->rule].free = instance;
    fold_set_instance(run, NULL);
}

/* The last message of a key: what it is worth is decided, and forgotten. */
void fold_end_key(struct check_run *run)
{
    struct check_place *p = run->place;
    struct fold_instance *instance = p->instance;

    fold_finish(run, CHECK_ENDED);
    if (run->rule->by == CHECK_NO_VALUE) {
        instance->active = run->rule->scope == CHECK_GLOBALLY;
        return;
    }
    fold_let_key(p->fold, &p->lane->keys[run->rule->by], instance->key);
    fold_give_back(run);
}

void fold_clear_lane(struct check_fold *f, uint32_t index)
{
    struct fold_lane *lane = f->lanes[index];

    for (uint32_t i = 0; i < f->set->rules_len; i++) {
        const struct check_rule *rule = rule_at(f, i);
        struct fold_states *s = &lane->states[i];

        if (rule->every_stream)
            continue;
        s->opens = 0;
        s->closed = s->active = false;
        if (s->shared && rule->verb->clear_shared)
            rule->verb->clear_shared(rule, s->shared);
        if (s->shared)
            memset(s->shared, 0, rule->shared_size);
    }
    for (uint32_t i = 0; i < f->set->bys.len; i++)
        fold_clear_keys(&lane->keys[i]);
    lane->messages = 0;
    lane->ended = true;
    if (index > 0)
        check_keys_remove(&f->streams, index - 1);
    f->lane = 0;
}
