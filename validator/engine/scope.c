/* What a message does to a rule: scopes begin and end, states are judged. */
#include "core/mem.h"
#include "validator/engine/engine_internal.h"
#include "validator/rule/dispatch.h"

#include <stdlib.h>

static struct engine_states *states_of(const struct check_run *run)
{
    return &run->place->partition->states[run->place->rule];
}

static void drop_pending(struct engine_instance *instance)
{
    struct engine_pending *p = instance->pending;

    for (size_t i = 0; p && i < p->len; i++)
        check_finding_release(&p->list[i]);
    if (p)
        free(p->list);
    free(p);
    instance->pending = NULL;
}

void engine_aim(struct check_run *run)
{
    struct engine_instance *instance = run->place->instance;

    run->judged = instance && instance->pending ? &instance->pending->judged
                                                : &engine_result(run)->judged;
}

/* The scope came to its end as it should: what was found in it counts. */
static void flush_pending(struct check_run *run)
{
    struct check_verdict *v = run->place->engine->verdict;
    uint32_t rule = run->place->engine->first + run->place->rule;
    struct engine_pending *p = run->place->instance->pending;

    if (!p)
        return;
    engine_result(run)->judged += p->judged;
    for (size_t i = 0; i < p->len; i++)
        check_verdict_find(v, &p->list[i]);
    for (uint64_t i = p->len; i < p->failed; i++)
        (void)check_verdict_only_counts(v, rule);
}

void engine_reset(struct check_run *run)
{
    drop_pending(run->place->instance);
    engine_aim(run);
    if (run->rule->verb->clear)
        run->rule->verb->clear(run->rule, run->state);
    memset(run->state, 0, run->rule->state_size);
}

/* Only keys can be many, and only of them a message may have none. */
static void list_within(struct engine_states *states,
                        struct engine_instance *instance)
{
    struct engine_instance *first = states->within;

    instance->next = NULL;
    instance->prev = first ? first->prev : instance;
    if (first) {
        first->prev->next = instance;
        first->prev = instance;
    } else {
        states->within = instance;
    }
}

void engine_enter(const struct check_rule *rule, struct engine_states *states,
                  struct engine_instance *instance)
{
    instance->active = true;
    if (rule->scope == CHECK_BETWEEN)
        instance->pending = td_calloc(1, sizeof(*instance->pending));
    if (rule->closes && rule->by != CHECK_NO_VALUE)
        list_within(states, instance);
}

void engine_leave(struct engine_states *states,
                  struct engine_instance *instance)
{
    struct engine_instance *first = states->within;

    instance->active = false;
    if (!instance->prev)
        return;
    if (instance == first)
        states->within = instance->next;
    else
        instance->prev->next = instance->next;
    if (instance->next)
        instance->next->prev = instance->prev;
    else if (instance != first)
        first->prev = instance->prev;
    instance->prev = NULL;
}

static void begin_scope(struct check_run *run)
{
    engine_enter(run->rule, states_of(run), run->place->instance);
    engine_aim(run);
}

static void end_scope(struct check_run *run)
{
    if (run->rule->verb->on_end)
        run->rule->verb->on_end(run, CHECK_ENDED);
    flush_pending(run);
    engine_reset(run);
    engine_leave(states_of(run), run->place->instance);
}

static bool can_begin(const struct check_run *run)
{
    enum check_scope scope = run->rule->scope;

    return scope != CHECK_GLOBALLY && scope != CHECK_BEFORE;
}

/* A message without the key has begun the scope of all keys since this one was
 * looked at. A scope in which no message of the key comes does not begin for
 * it: nobody could say which keys there are.
 */
static void catch_up(struct check_run *run)
{
    struct engine_instance *instance = run->place->instance;
    const struct engine_states *all = states_of(run);
    bool opened = instance->opens != all->opens;

    instance->opens = all->opens;
    if (opened && all->active && !instance->active && can_begin(run))
        begin_scope(run);
}

/* Costs what it cost to bring the keys there: each leaves the list. */
static void end_all_scopes(const struct check_run *run)
{
    struct engine_states *all = states_of(run);
    struct check_place place = *run->place;
    struct check_run each = *run;

    each.place = &place;
    while (all->within) {
        engine_set_instance(&each, all->within);
        end_scope(&each);
    }
}

/* A message that begins or ends the scope of all keys. */
static void scope_of_all(const struct check_run *run, uint64_t roles)
{
    struct engine_states *all = states_of(run);

    if (roles & CHECK_ROLE_CLOSES) {
        end_all_scopes(run);
        all->closed = true;
        all->active = false;
    }
    if (roles & CHECK_ROLE_OPENS) {
        all->opens++;
        all->active = true;
    }
}

static void deliver_own(struct check_run *run, const struct check_message *m,
                        uint64_t roles)
{
    const uint64_t edges =
        CHECK_ROLE_OPENS | CHECK_ROLE_CLOSES | CHECK_ROLE_ENDS;
    struct engine_instance *instance = run->place->instance;
    bool closes = (roles & CHECK_ROLE_CLOSES) && instance->active;
    uint64_t heard = roles & run->rule->heard_roles;

    if (closes && heard)
        run->rule->verb->on_message(run, m, heard);
    if (closes)
        end_scope(run);
    else if (instance->active && (roles & ~edges)) {
        engine_result(run)->applied++;
        run->rule->verb->on_message(run, m, roles & ~edges);
    }
    if (!closes && !instance->active && (roles & ~(edges | heard)))
        run->place->engine->rules[run->place->rule].outside = true;
    if ((roles & CHECK_ROLE_OPENS) && !instance->active && can_begin(run)) {
        begin_scope(run);
        if (heard)
            run->rule->verb->on_message(run, m, heard);
    }
}

void engine_deliver(struct check_run *run, const struct check_message *m,
                    uint64_t roles)
{
    uint64_t shared = roles & run->rule->shared_roles;

    if (shared) {
        void *state = run->state;

        run->state = NULL;
        run->rule->verb->on_message(run, m, shared);
        run->state = state;
        roles &= ~shared;
    }
    if (!run->place->instance) {
        scope_of_all(run, roles);
        return;
    }
    if (roles) {
        catch_up(run);
        deliver_own(run, m, roles);
    }
}

void engine_finish(struct check_run *run, enum check_ending how)
{
    struct engine_instance *instance = run->place->instance;

    if (instance->active && instance->pending && how == CHECK_CUT)
        check_rule_open(run, "the stream was cut off within the scope");
    if (instance->active && !instance->pending && run->rule->verb->on_end)
        run->rule->verb->on_end(run, how);
    engine_reset(run);
}
