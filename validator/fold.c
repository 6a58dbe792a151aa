#include "validator/fold.h"

#include "core/mem.h"
#include "validator/canon.h"
#include "validator/dispatch.h"
#include "validator/fold_int.h"
#include "validator/instant.h"

#include <stdio.h>
#include <stdlib.h>

__extension__ typedef unsigned __int128 wide;

static const struct check_rule *rule_at(const struct check_fold *f, uint32_t i)
{
    return &f->contract->rules[i];
}

/* --- streams --- */

static void add_lane(struct check_fold *f)
{
    const struct check_contract *c = f->contract;
    struct fold_lane *lane = td_calloc(1, sizeof(*lane));

    lane->keys = td_calloc((size_t)c->bys.len + 1, sizeof(*lane->keys));
    lane->states = td_calloc((size_t)c->rules_len + 1, sizeof(*lane->states));
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
static uint32_t lane_of(struct check_fold *f)
{
    uint32_t at = check_field_at(f->fields, f->contract->key);
    bool is_new;
    uint32_t key;

    if (at == CHECK_NO_VALUE && f->lane != 0)
        return f->lane;
    td_buf_clear(&f->key);
    if (at != CHECK_NO_VALUE)
        check_canon(&f->key, f->doc, at);
    if (f->streams.live == CHECK_STREAMS_MAX &&
        check_keys_find(&f->streams, td_buf_bytes(&f->key)) == CHECK_NO_KEY)
        return CHECK_NO_KEY;
    key = check_keys_add(&f->streams, td_buf_bytes(&f->key), &is_new);
    if (is_new)
        add_lane(f);
    return key + 1;
}

/* --- keys --- */

static void remember_dead(struct check_fold *f, struct fold_lane *lane,
                          uint32_t by, uint32_t key)
{
    struct dead_key dead = {lane, by, key};

    (void)td_buf_add(&f->dead, &dead, sizeof(dead));
}

/* Keys that no rule knows any more leave, once the message is done with. */
static void drop_dead(struct check_fold *f)
{
    for (size_t i = 0; i < f->dead.len; i += sizeof(struct dead_key)) {
        struct dead_key dead;
        struct fold_keys *keys;

        memcpy(&dead, f->dead.ptr + i, sizeof(dead));
        keys = &dead.lane->keys[dead.by];
        if (keys->refs[dead.key] == 0)
            check_keys_remove(&keys->keys, dead.key);
    }
    td_buf_clear(&f->dead);
}

/* The key of the message as canonical JSON: its value, or a list of several.
 * False: it lacks a field.
 */
static bool write_key(struct check_fold *f, const struct check_by *by)
{
    td_buf_clear(&f->key);
    for (uint32_t i = 0; i < by->len; i++) {
        uint32_t at = check_field_at(f->fields, by->fields[i]);

        if (at == CHECK_NO_VALUE)
            return false;
        if (by->len > 1)
            (void)td_buf_add_byte(&f->key, i ? ',' : '[');
        check_canon(&f->key, f->doc, at);
    }
    if (by->len > 1)
        (void)td_buf_add_byte(&f->key, ']');
    return true;
}

static uint32_t key_of(struct check_fold *f, struct fold_lane *lane,
                       uint32_t by)
{
    struct fold_keys *keys = &lane->keys[by];
    bool is_new = false;

    if (keys->message == f->messages)
        return keys->at;
    keys->message = f->messages;
    keys->at = CHECK_NO_KEY;
    if (!write_key(f, &f->contract->bys.list[by]))
        return CHECK_NO_KEY;
    keys->at = check_keys_add(&keys->keys, td_buf_bytes(&f->key), &is_new);
    if (keys->at >= keys->refs_len) {
        uint32_t len = keys->refs_len ? keys->refs_len * 2 : 16;

        keys->refs = td_realloc(keys->refs, len * sizeof(*keys->refs));
        memset(keys->refs + keys->refs_len, 0,
               (len - keys->refs_len) * sizeof(*keys->refs));
        keys->refs_len = len;
    }
    if (is_new) /* unless an instance takes it */
        remember_dead(f, lane, by, keys->at);
    return keys->at;
}

/* --- instances --- */

static struct fold_instance *new_instance(struct check_fold *f, uint32_t rule,
                                          const struct fold_states *all)
{
    const struct check_rule *r = rule_at(f, rule);
    struct fold_instance *instance = f->rules[rule].free;

    if (instance)
        f->rules[rule].free = instance->next;
    else
        instance = td_calloc(1, sizeof(*instance) + r->state_size);
    instance->opens = all->opens;
    instance->closes = all->closes;
    instance->active =
        r->scope == CHECK_GLOBALLY ||
        (r->scope == CHECK_BEFORE ? all->closes == 0 : all->active);
    if (instance->active && r->scope == CHECK_BETWEEN)
        instance->pending = td_calloc(1, sizeof(*instance->pending));
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
static struct fold_instance *need_instance(struct check_run *run, uint32_t key)
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
        p->lane->keys[run->rule->by].refs[key]++;
    return s->list[key];
}

static void set_instance(struct check_run *run, struct fold_instance *instance)
{
    run->place->instance = instance;
    run->state = instance ? instance->state : NULL;
}

/* The last message of a key: what it is worth is decided, and forgotten. */
static void end_key(struct check_run *run)
{
    struct check_place *p = run->place;
    struct fold_states *s = &p->lane->states[p->rule];
    struct fold_instance *instance = p->instance;

    fold_finish(run, CHECK_ENDED);
    if (run->rule->by == CHECK_NO_VALUE) {
        instance->active = run->rule->scope == CHECK_GLOBALLY;
        return;
    }
    if (--p->lane->keys[run->rule->by].refs[instance->key] == 0)
        remember_dead(p->fold, p->lane, run->rule->by, instance->key);
    s->list[instance->key] = NULL;
    s->live--;
    instance->next = p->fold->rules[p->rule].free;
    p->fold->rules[p->rule].free = instance;
}

/* --- messages --- */

static uint64_t roles_of(const struct check_fold *f,
                         const struct check_rule *rule,
                         const struct check_sub *sub,
                         const struct check_message *m)
{
    uint64_t roles = sub->sure;

    for (uint64_t left = sub->maybe; left; left &= left - 1) {
        uint64_t role = left & (~left + 1);
        const struct check_selector *selector =
            role == CHECK_ROLE_OPENS    ? rule->opens
            : role == CHECK_ROLE_CLOSES ? rule->closes
            : role == CHECK_ROLE_ENDS
                ? rule->ends
                : rule->roles[__builtin_ctzll(role)].selector;

        if (check_selector_matches(selector, f->eval, m))
            roles |= role;
    }
    return roles;
}

static uint64_t own_roles(const struct check_rule *rule, uint64_t roles)
{
    return roles & ~(CHECK_ROLE_OPENS | CHECK_ROLE_CLOSES | CHECK_ROLE_ENDS) &
           ~rule->shared_roles;
}

static void run_rule(struct check_fold *f, const struct check_sub *sub,
                     uint32_t lane, const struct check_message *m)
{
    const struct check_rule *rule = rule_at(f, sub->rule);
    uint64_t roles = roles_of(f, rule, sub, m);
    struct check_place place = {.fold = f, .rule = sub->rule};
    struct check_run run = {.rule = rule,
                            .eval = f->eval,
                            .fields = f->fields,
                            .schemas = f->schemas,
                            .place = &place};
    uint32_t key = 0;

    if (!roles)
        return;
    place.lane_index = rule->every_stream ? 0 : lane;
    place.lane = f->lanes[place.lane_index];
    run.shared = place.lane->states[sub->rule].shared;
    if (rule->by != CHECK_NO_VALUE)
        key = key_of(f, place.lane, rule->by);
    /* What is shared is of no key, and makes none known. */
    if (key != CHECK_NO_KEY && (roles & ~rule->shared_roles))
        set_instance(&run, need_instance(&run, key));
    fold_deliver(&run, m, roles);
    if ((roles & CHECK_ROLE_ENDS) && place.instance)
        end_key(&run);
    if (key == CHECK_NO_KEY && rule->missing == CHECK_MISSING_FAIL &&
        own_roles(rule, roles))
        fold_miss_key(&run, m);
}

/* What stream.clock says. */
static void read_clock(struct check_fold *f, struct check_message *m)
{
    m->has_clock = f->contract->timed &&
                   f->contract->time.clock == CHECK_CLOCK_EVENT &&
                   fold_read_time(f, &f->contract->time, m, &m->clock_ns);
    if (m->has_clock) {
        f->has_clock = true;
        f->clock_ns = m->clock_ns;
    }
    if (m->has_t) {
        f->has_t = true;
        f->t_ns = m->t_ns;
    }
}

static void too_many_streams(struct check_fold *f)
{
    for (uint32_t i = 0; i < f->contract->rules_len; i++) {
        if (!f->rules[i].off)
            check_verdict_settle(f->verdict, f->first + i, CHECK_ERROR,
                                 "too many streams (values of stream.key)");
    }
}

void check_fold_message(struct check_fold *fold, struct check_message *m)
{
    const struct check_contract *c = fold->contract;
    const struct check_dispatch *d = &c->dispatch;
    uint32_t lane = 0;
    uint32_t event;

    drop_dead(fold);
    fold->doc = m->doc;
    m->number = ++fold->messages;
    m->event = check_event_find(c->words, m->name);
    check_eval_begin(fold->eval, m);
    read_clock(fold, m);
    if (c->key != CHECK_NO_VALUE)
        lane = lane_of(fold);
    if (lane == CHECK_NO_KEY) {
        too_many_streams(fold);
        return;
    }
    fold->lane = lane;
    event = m->event == CHECK_NO_EVENT ? d->events : m->event;
    for (uint32_t i = d->first[event]; i < d->first[event + 1]; i++) {
        if (!fold->rules[d->subs[i].rule].off)
            run_rule(fold, &d->subs[i], lane, m);
    }
}

/* --- the beginning and the end --- */

static bool is_chosen(const struct check_names *names,
                      const char *const *chosen)
{
    for (uint32_t i = 0; i < names->len; i++) {
        for (size_t k = 0; chosen && chosen[k]; k++) {
            if (!strcmp(names->list[i], chosen[k]))
                return true;
        }
    }
    return names->len == 0;
}

static void switch_off(struct check_fold *f, uint32_t rule, const char *what,
                       const struct check_names *names)
{
    char why[120];

    f->rules[rule].off = true;
    (void)snprintf(why, sizeof(why), "%s %.60s%s is not chosen", what,
                   names->list[0], names->len > 1 ? " or another of it" : "");
    check_verdict_settle(f->verdict, f->first + rule, CHECK_SKIPPED, why);
}

static void choose_rules(struct check_fold *f,
                         const struct check_fold_options *how)
{
    const char *const dialect[] = {how->dialect, NULL};

    for (uint32_t i = 0; i < f->contract->rules_len; i++) {
        const struct check_rule *r = rule_at(f, i);

        if (!is_chosen(&r->profiles, how->profiles))
            switch_off(f, i, "profile", &r->profiles);
        else if (!is_chosen(&r->dialects, dialect))
            switch_off(f, i, "dialect", &r->dialects);
    }
}

struct check_fold *check_fold_new(const struct check_contract *contract,
                                  struct check_verdict *verdict, uint32_t first,
                                  const struct check_fold_options *how)
{
    struct check_fold *f = td_calloc(1, sizeof(*f));

    f->contract = contract;
    f->verdict = verdict;
    f->first = first;
    f->eval = check_eval_new(contract->words);
    f->fields = check_eval_fields(f->eval);
    f->schemas = check_schema_run_new(contract->schemas);
    f->rules = td_calloc((size_t)contract->rules_len + 1, sizeof(*f->rules));
    add_lane(f);
    choose_rules(f, how);
    return f;
}

/* Calls `each` for every instance of a rule in a stream. */
static void for_instances(struct check_fold *f, uint32_t lane, uint32_t rule,
                          void (*each)(struct check_run *run, void *with),
                          void *with)
{
    struct check_place place = {
        .fold = f, .lane = f->lanes[lane], .lane_index = lane, .rule = rule};
    struct check_run run = {.rule = rule_at(f, rule),
                            .eval = f->eval,
                            .fields = f->fields,
                            .schemas = f->schemas,
                            .place = &place};
    struct fold_states *s = &place.lane->states[rule];

    run.shared = s->shared;
    for (uint32_t i = 0; i < s->len; i++) {
        if (!s->list[i])
            continue;
        set_instance(&run, s->list[i]);
        each(&run, with);
    }
}

static void finish(struct check_run *run, void *with)
{
    fold_finish(run, *(const bool *)with ? CHECK_CUT : CHECK_ENDED);
}

/* What a rule has to say of all keys of a stream together. */
static void close_rule(struct check_fold *f, uint32_t lane, uint32_t rule,
                       bool cut)
{
    struct check_place place = {
        .fold = f, .lane = f->lanes[lane], .lane_index = lane, .rule = rule};
    struct check_run run = {.rule = rule_at(f, rule),
                            .shared = place.lane->states[rule].shared,
                            .eval = f->eval,
                            .fields = f->fields,
                            .place = &place};

    if (run.rule->verb->on_close)
        run.rule->verb->on_close(&run, cut ? CHECK_CUT : CHECK_ENDED);
}

/* A rule without keys is judged also if no message came. */
static void need_one(struct check_fold *f, uint32_t lane, uint32_t rule)
{
    struct check_place place = {
        .fold = f, .lane = f->lanes[lane], .rule = rule};
    struct check_run run = {.rule = rule_at(f, rule), .place = &place};
    bool all = f->contract->key == CHECK_NO_VALUE || run.rule->every_stream;

    if (run.rule->by == CHECK_NO_VALUE && all == (lane == 0))
        (void)need_instance(&run, 0);
}

/* Enough of what was judged held. */
static void settle_share(struct check_fold *f, uint32_t rule)
{
    struct check_result *r = &f->verdict->rules[f->first + rule];
    uint64_t held = r->judged - r->total;
    char text[120];

    if (r->mostly == CHECK_WHOLE || r->total == 0)
        return;
    (void)snprintf(text, sizeof(text),
                   "%llu of %llu held, %.7g %% are asked for",
                   (unsigned long long)held, (unsigned long long)r->judged,
                   (double)r->mostly * 100 / (double)CHECK_WHOLE);
    check_verdict_settle(f->verdict, f->first + rule,
                         (wide)held * CHECK_WHOLE >= (wide)r->mostly * r->judged
                             ? CHECK_PASS
                             : CHECK_FAIL,
                         text);
}

static void settle(struct check_fold *f, uint32_t rule)
{
    struct check_result *r = &f->verdict->rules[f->first + rule];
    const struct check_verb *verb = rule_at(f, rule)->verb;

    settle_share(f, rule);
    if (r->judged > 0 || r->total > 0 || r->outcome != CHECK_PASS)
        return;
    if (f->rules[rule].no_time)
        check_verdict_settle(f->verdict, f->first + rule, CHECK_SKIPPED,
                             "the input has no times: name stream.clock");
    else
        check_verdict_settle(f->verdict, f->first + rule, CHECK_VACUOUS,
                             r->applied > 0 && verb->vacuous
                                 ? verb->vacuous
                                 : "nothing it speaks of came");
}

void check_fold_end(struct check_fold *fold, bool cut)
{
    for (uint32_t i = 0; i < fold->contract->rules_len; i++) {
        for (uint32_t lane = 0; lane < fold->lanes_len && !fold->rules[i].off;
             lane++) {
            need_one(fold, lane, i);
            for_instances(fold, lane, i, finish, &cut);
            close_rule(fold, lane, i, cut);
        }
        if (!fold->rules[i].off)
            settle(fold, i);
    }
}

static void discard(struct check_run *run, void *with)
{
    (void)with;
    fold_reset(run);
    free(run->place->instance);
}

static void free_lane(struct check_fold *f, uint32_t index)
{
    struct fold_lane *lane = f->lanes[index];

    for (uint32_t i = 0; i < f->contract->rules_len; i++) {
        const struct check_rule *rule = rule_at(f, i);

        for_instances(f, index, i, discard, NULL);
        if (rule->verb->clear_shared && lane->states[i].shared)
            rule->verb->clear_shared(rule, lane->states[i].shared);
        free(lane->states[i].shared);
        free(lane->states[i].list);
    }
    for (uint32_t i = 0; i < f->contract->bys.len; i++) {
        check_keys_release(&lane->keys[i].keys);
        free(lane->keys[i].refs);
    }
    free(lane->keys);
    free(lane->states);
    free(lane);
}

void check_fold_free(struct check_fold *fold)
{
    if (!fold)
        return;
    for (uint32_t i = 0; i < fold->lanes_len; i++)
        free_lane(fold, i);
    for (uint32_t i = 0; i < fold->contract->rules_len; i++) {
        while (fold->rules[i].free) {
            struct fold_instance *next = fold->rules[i].free->next;

            free(fold->rules[i].free);
            fold->rules[i].free = next;
        }
    }
    free(fold->rules);
    free(fold->lanes);
    check_keys_release(&fold->streams);
    check_schema_run_free(fold->schemas);
    check_eval_free(fold->eval);
    td_buf_release(&fold->key);
    td_buf_release(&fold->dead);
    free(fold);
}
