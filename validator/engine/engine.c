#include "validator/engine/engine.h"

#include "core/mem.h"
#include "validator/engine/engine_internal.h"
#include "validator/rule/dispatch.h"

#include <stdio.h>
#include <stdlib.h>

__extension__ typedef unsigned __int128 wide;

static const struct check_rule *rule_at(const struct check_engine *f,
                                        uint32_t i)
{
    return &f->set->rules[i];
}

/* --- the end of a stream --- */

/* Calls `each` for every instance of a rule in a stream. */
static void for_instances(struct check_engine *f, uint32_t partition,
                          uint32_t rule,
                          void (*each)(struct check_run *run, void *with),
                          void *with)
{
    struct check_place place = {.engine = f,
                                .partition = f->partitions[partition],
                                .partition_index = partition,
                                .rule = rule};
    struct check_run run = {.rule = rule_at(f, rule),
                            .eval = f->eval,
                            .fields = f->fields,
                            .schemas = f->schemas,
                            .place = &place};
    struct engine_states *s = &place.partition->states[rule];

    run.shared = s->shared;
    for (uint32_t i = 0; i < s->len; i++) {
        if (!s->list[i])
            continue;
        engine_set_instance(&run, s->list[i]);
        each(&run, with);
    }
}

static void finish(struct check_run *run, void *with)
{
    engine_finish(run, *(const bool *)with ? CHECK_CUT : CHECK_ENDED);
}

/* What a rule has to say of all keys of a stream together. */
static void close_rule(struct check_engine *f, uint32_t partition,
                       uint32_t rule, bool cut)
{
    struct check_place place = {.engine = f,
                                .partition = f->partitions[partition],
                                .partition_index = partition,
                                .rule = rule};
    struct check_run run = {.rule = rule_at(f, rule),
                            .shared = place.partition->states[rule].shared,
                            .eval = f->eval,
                            .fields = f->fields,
                            .place = &place};

    engine_aim(&run);
    if (run.rule->verb->on_close)
        run.rule->verb->on_close(&run, cut ? CHECK_CUT : CHECK_ENDED);
}

/* A rule without keys is judged also if no message came. */
static void need_one(struct check_engine *f, uint32_t partition, uint32_t rule)
{
    struct check_place place = {
        .engine = f, .partition = f->partitions[partition], .rule = rule};
    struct check_run run = {.rule = rule_at(f, rule), .place = &place};
    bool all = f->set->key == CHECK_NO_VALUE || run.rule->every_stream;

    if (run.rule->by == CHECK_NO_VALUE && all == (partition == 0))
        (void)engine_need_instance(&run, 0);
}

/* What an idle rule would have been told is counted all the same. */
static void wake(struct check_engine *f, uint32_t rule)
{
    struct engine_rule *r = &f->rules[rule];

    f->verdict->rules[f->first + rule].applied += f->messages - r->idle_since;
    r->idle = false;
}

/* A rule has seen all of a stream. */
static void finish_rule(struct check_engine *f, uint32_t partition,
                        uint32_t rule, bool cut)
{
    if (f->partitions[partition]->ended &&
        f->partitions[partition]->messages == 0 &&
        !rule_at(f, rule)->every_stream)
        return;
    need_one(f, partition, rule);
    for_instances(f, partition, rule, finish, &cut);
    close_rule(f, partition, rule, cut);
}

static void give_back(struct check_run *run, void *with)
{
    (void)with;
    engine_give_back(run);
}

/* The last event of a stream came: it is judged, and forgotten. */
static void end_stream(struct check_engine *f, uint32_t partition)
{
    engine_drop_dead(f);
    for (uint32_t i = 0; i < f->set->rules_len; i++) {
        if (f->rules[i].off || rule_at(f, i)->every_stream)
            continue;
        finish_rule(f, partition, i, false);
        for_instances(f, partition, i, give_back, NULL);
        f->rules[i].key = ENGINE_NOBODY;
    }
    engine_clear_partition(f, partition);
}

/* --- messages --- */

/* Those of `maybe` that the message has. */
static uint64_t ask_roles(const struct check_engine *f,
                          const struct check_rule *rule, uint64_t maybe,
                          const struct check_message *m)
{
    uint64_t roles = 0;

    for (uint64_t left = maybe; left; left &= left - 1) {
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

/* The run of the rule is about this stream. */
static void enter_partition(struct check_engine *f, struct engine_rule *r,
                            uint32_t index)
{
    struct engine_partition *partition = f->partitions[index];
    uint32_t by = r->run.rule->by;

    r->place.partition = partition;
    r->place.partition_index = index;
    r->states = &partition->states[r->place.rule];
    r->run.shared = r->states->shared;
    r->keys = by == CHECK_NO_VALUE ? NULL : &partition->keys[by];
    r->key = ENGINE_NOBODY;
}

/* A key that is new, a message without one, and what begins and ends scopes and
 * keys.
 */
static void run_special(struct engine_rule *r, uint32_t key, uint64_t roles,
                        const struct check_message *m)
{
    const struct check_rule *rule = r->run.rule;
    struct check_run *run = &r->run;

    if (!r->place.instance && key != SCHEMA_NO_KEY &&
        (roles & ~rule->shared_roles))
        engine_set_instance(run, engine_need_instance(run, key));
    engine_deliver(run, m, roles);
    if ((roles & CHECK_ROLE_ENDS) && r->place.instance)
        engine_end_key(run);
    if (key != SCHEMA_NO_KEY ||
        !(roles & ~(CHECK_ROLE_EDGES | rule->shared_roles | rule->heard_roles)))
        return;
    r->keyless = true;
    if (rule->missing == CHECK_MISSING_FAIL)
        engine_miss_key(run, m);
}

/* Another key than the last time, or more to do than to tell the verb. */
TD_APART static void turn_to(struct engine_rule *r, uint32_t key,
                             uint64_t roles, const struct check_message *m)
{
    const struct engine_states *states = r->states;
    struct engine_instance *instance =
        key < states->len ? states->list[key] : NULL;

    if (!instance || (roles & r->special)) {
        engine_set_instance(&r->run, instance);
        r->key = ENGINE_NOBODY;
        run_special(r, key, roles, m);
        return;
    }
    r->key = key;
    r->result = engine_result(&r->run);
    r->result->applied++;
    r->run.judged = &r->result->judged; /* nothing is pending without a scope */
    r->run.state = instance->state;
    r->place.instance = instance;
    r->on_message(&r->run, m, roles);
}

static inline uint32_t key_of(struct check_engine *f,
                              const struct engine_rule *r)
{
    return r->keys ? engine_key_of(f, r->keys) : 0;
}

/* Also with filters, another stream, another key, scopes. */
TD_APART static void run_rule(struct check_engine *f,
                              const struct check_sub *sub, uint32_t partition,
                              const struct check_message *m)
{
    struct engine_rule *r = &f->rules[sub->rule];
    uint64_t roles = sub->sure;

    if (sub->maybe)
        roles |= ask_roles(f, r->run.rule, sub->maybe, m);
    if (!roles)
        return;
    if (r->place.partition_index != partition && !r->run.rule->every_stream)
        enter_partition(f, r, partition);
    turn_to(r, key_of(f, r), roles, m);
}

/* Most messages are about the key of the one before, and about no scope. */
static void run_rules(struct check_engine *f, uint32_t partition,
                      const struct check_message *m)
{
    const struct check_dispatch *d = &f->set->dispatch;
    uint32_t event = m->event < d->events ? m->event : d->events;
    const struct check_sub *end = d->subs + d->first[event + 1];

    for (const struct check_sub *sub = d->subs + d->first[event]; sub < end;
         sub++) {
        struct engine_rule *r = &f->rules[sub->rule];

        if (r->idle)
            continue;
        if (sub->plain && r->place.partition_index == partition &&
            key_of(f, r) == r->key) {
            r->result->applied++;
            r->on_message(&r->run, m, sub->sure);
        } else {
            run_rule(f, sub, partition, m);
        }
    }
}

/* What stream.clock says. */
static void read_clock(struct check_engine *f, struct check_message *m)
{
    m->has_clock = f->set->timed && f->set->time.clock == CHECK_CLOCK_EVENT &&
                   engine_read_time(f, &f->set->time, m, &m->clock_ns);
    if (m->has_clock) {
        f->has_clock = true;
        f->clock_ns = m->clock_ns;
    }
    if (m->has_t) {
        f->has_t = true;
        f->t_ns = m->t_ns;
    }
}

static void too_many_streams(struct check_engine *f)
{
    for (uint32_t i = 0; i < f->set->rules_len; i++) {
        if (!f->rules[i].off)
            check_verdict_settle(f->verdict, f->first + i, CHECK_ERROR,
                                 "too many streams (values of stream.key)");
    }
}

void check_engine_message(struct check_engine *engine, struct check_message *m)
{
    const struct check_ruleset *c = engine->set;
    uint32_t partition = 0;

    if (engine->dead.len)
        engine_drop_dead(engine);
    engine->doc = m->doc;
    m->number = ++engine->messages;
    check_eval_begin(engine->eval, m);
    read_clock(engine, m);
    if (c->key != CHECK_NO_VALUE)
        partition = engine_partition_of(engine);
    if (partition == SCHEMA_NO_KEY) {
        too_many_streams(engine);
        return;
    }
    engine->partition = partition;
    engine->partitions[partition]->messages++;
    run_rules(engine, partition, m);
    if (c->ends && check_selector_matches(c->ends, engine->eval, m))
        end_stream(engine, partition);
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

static void switch_off(struct check_engine *f, uint32_t rule, const char *what,
                       const struct check_names *names)
{
    char why[120];

    f->rules[rule].off = true;
    f->rules[rule].idle = true;
    (void)snprintf(why, sizeof(why), "%s %.60s%s is not chosen", what,
                   names->list[0], names->len > 1 ? " or another of it" : "");
    check_verdict_settle(f->verdict, f->first + rule, CHECK_SKIPPED, why);
}

static void choose_rules(struct check_engine *f,
                         const struct check_engine_options *how)
{
    const char *const dialect[] = {how->dialect, NULL};

    for (uint32_t i = 0; i < f->set->rules_len; i++) {
        const struct check_rule *r = rule_at(f, i);

        if (!is_chosen(&r->profiles, how->profiles))
            switch_off(f, i, "profile", &r->profiles);
        else if (!is_chosen(&r->dialects, dialect))
            switch_off(f, i, "dialect", &r->dialects);
    }
}

static void init_rule(struct check_engine *f, uint32_t i)
{
    const struct check_rule *rule = rule_at(f, i);
    struct engine_rule *r = &f->rules[i];

    r->run = (struct check_run){.rule = rule,
                                .eval = f->eval,
                                .fields = f->fields,
                                .schemas = f->schemas,
                                .place = &r->place};
    r->place = (struct check_place){.engine = f, .rule = i};
    r->on_message = rule->verb->on_message;
    r->special = check_dispatch_special(rule);
    enter_partition(f, r, 0);
}

struct check_engine *check_engine_new(const struct check_ruleset *set,
                                      struct check_verdict *verdict,
                                      uint32_t first,
                                      const struct check_engine_options *how)
{
    struct check_engine *f = td_calloc(1, sizeof(*f));

    f->set = set;
    f->verdict = verdict;
    f->first = first;
    f->eval = check_eval_new(set->words);
    f->fields = check_eval_fields(f->eval);
    f->schemas = schema_run_new(set->schemas);
    f->rules = td_calloc((size_t)set->rules_len + 1, sizeof(*f->rules));
    engine_add_partition(f);
    for (uint32_t i = 0; i < set->rules_len; i++)
        init_rule(f, i);
    choose_rules(f, how);
    return f;
}

/* Enough of what was judged held. */
static void settle_share(struct check_engine *f, uint32_t rule)
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

/* Why a rule had nothing to judge. */
static const char *why_vacuous(const struct check_engine *f, uint32_t rule)
{
    const struct check_verb *verb = rule_at(f, rule)->verb;

    if (f->verdict->rules[f->first + rule].applied > 0)
        return verb->vacuous ? verb->vacuous : "there was nothing to judge";
    if (f->rules[rule].outside)
        return "such events came only outside of its scope";
    if (f->rules[rule].keyless)
        return "such events came, but without the `by` field";
    return "no such event came";
}

static void settle(struct check_engine *f, uint32_t rule)
{
    struct check_result *r = &f->verdict->rules[f->first + rule];

    settle_share(f, rule);
    engine_tell_spread(&f->rules[rule].spread, &r->spread);
    if (r->judged > 0 || r->total > 0 || r->outcome != CHECK_PASS)
        return;
    if (f->rules[rule].no_time)
        check_verdict_settle(f->verdict, f->first + rule, CHECK_SKIPPED,
                             "the input has no times: name stream.clock");
    else
        check_verdict_settle(f->verdict, f->first + rule, CHECK_VACUOUS,
                             why_vacuous(f, rule));
}

void check_engine_end(struct check_engine *engine, bool cut)
{
    for (uint32_t i = 0; i < engine->set->rules_len; i++) {
        if (engine->rules[i].off)
            continue;
        if (engine->rules[i].idle)
            wake(engine, i);
        for (uint32_t partition = 0; partition < engine->partitions_len;
             partition++)
            finish_rule(engine, partition, i, cut);
        settle(engine, i);
    }
}

static void discard(struct check_run *run, void *with)
{
    (void)with;
    engine_reset(run);
}

static void free_partition(struct check_engine *f, uint32_t index)
{
    struct engine_partition *partition = f->partitions[index];

    for (uint32_t i = 0; i < f->set->rules_len; i++) {
        const struct check_rule *rule = rule_at(f, i);

        for_instances(f, index, i, discard, NULL);
        if (rule->verb->clear_shared && partition->states[i].shared)
            rule->verb->clear_shared(rule, partition->states[i].shared);
        free(partition->states[i].shared);
        free(partition->states[i].list);
    }
    for (uint32_t i = 0; i < f->set->group_bys.len; i++)
        engine_release_keys(&partition->keys[i]);
    free(partition->keys);
    free(partition->states);
    free(partition);
}

void check_engine_free(struct check_engine *engine)
{
    if (!engine)
        return;
    for (uint32_t i = 0; i < engine->partitions_len; i++)
        free_partition(engine, i);
    for (uint32_t i = 0; i < engine->set->rules_len; i++) {
        td_histogram_release(&engine->rules[i].spread);
        while (engine->rules[i].blocks) {
            struct engine_block *next = engine->rules[i].blocks->next;

            free(engine->rules[i].blocks);
            engine->rules[i].blocks = next;
        }
    }
    free(engine->rules);
    free(engine->partitions);
    schema_intern_release(&engine->streams);
    schema_run_free(engine->schemas);
    check_eval_free(engine->eval);
    td_buf_release(&engine->key);
    td_buf_release(&engine->dead);
    free(engine);
}
