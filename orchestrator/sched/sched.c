#include "orchestrator/sched/sched_internal.h"

#include "core/mem.h"

#include <stdlib.h>

#define SHORT_NS (250 * TD_NS_PER_MS) /* with what it waited for a worker */

void sched_consider(struct sched *s, uint32_t task)
{
    struct td_timer *agenda = &s->nodes[task].agenda;

    if (!td_timer_is_set(agenda))
        td_timerq_set(&s->agenda, agenda, task);
}

static void consider_all(struct sched *s)
{
    for (uint32_t i = 0; i < s->plan->task_count; i++)
        if (!sched_is_final(s->nodes[i].pub.state))
            sched_consider(s, i);
}

static uint64_t earlier(uint64_t due, uint64_t since, uint64_t limit)
{
    return limit && since + limit < due ? since + limit : due;
}

static uint64_t due_of(const struct sched *s, uint32_t task)
{
    const struct plan_timeouts *limit = &s->plan->tasks[task].timeout;
    const struct sched_node *n = &s->nodes[task];
    uint64_t due = TD_NEVER;

    if (n->pub.state == SCHED_HELD)
        return n->until ? n->until : TD_NEVER;
    if (n->pub.state == SCHED_READY && sched_stands(s))
        return TD_NEVER;
    if (n->pub.state == SCHED_READY)
        return earlier(TD_NEVER, n->ready_ns, limit->queue);
    if (n->pub.state == SCHED_BACKOFF) {
        due =
            td_timer_is_set(&n->ready) || sched_stands(s) ? TD_NEVER : n->until;
        return earlier(due, n->pub.started_ns, limit->total);
    }
    if (n->pub.state != SCHED_RUNNING)
        return TD_NEVER;
    due = earlier(due, n->attempt_ns, limit->run);
    due = earlier(due, n->pub.started_ns, limit->total);
    return earlier(due, n->alive_ns, limit->heartbeat);
}

void sched_set_due(struct sched *s, uint32_t task)
{
    uint64_t due = due_of(s, task);

    if (due == TD_NEVER)
        td_timerq_cancel(&s->timers, &s->nodes[task].due);
    else
        td_timerq_set(&s->timers, &s->nodes[task].due, due);
}

uint64_t sched_due(const struct sched *s)
{
    const struct td_timer *first = td_timerq_first(&s->timers);
    uint64_t due = first ? first->due_ns : TD_NEVER;
    uint64_t budget = sched_budget_due(s);

    return s->counts.finished ? TD_NEVER : budget < due ? budget : due;
}

void sched_alive(struct sched *s, uint32_t task, uint64_t now_ns)
{
    s->nodes[task].alive_ns = now_ns;
    if (s->plan->tasks[task].timeout.heartbeat)
        sched_set_due(s, task);
}

/* ---- the beginning ---- */

static bool may_begin(const struct sched *s, uint32_t task)
{
    return !s->options.waves || s->plan->tasks[task].depth <= s->counts.wave;
}

static void become_ready(struct sched *s, uint32_t task, uint64_t now)
{
    struct sched_node *n = &s->nodes[task];

    if (n->pub.state != SCHED_WAITING || n->waits || !may_begin(s, task))
        return;
    if ((s->plan->tasks[task].when == PLAN_ON_SUCCESS && n->bad) ||
        (s->plan->tasks[task].when == PLAN_ON_FAILURE && !n->bad))
        return;
    n->pub.state = SCHED_READY;
    n->ready_ns = now;
    sched_consider(s, task);
}

struct sched *sched_new(const struct plan *plan,
                        const struct sched_options *options)
{
    struct sched *s = td_calloc(1, sizeof(*s));

    s->plan = plan;
    s->options = *options;
    s->nodes = td_calloc((size_t)plan->task_count + 1, sizeof(*s->nodes));
    s->heaps = td_calloc((size_t)plan->pool_count + 1, sizeof(*s->heaps));
    s->slots = td_calloc((size_t)plan->pool_count + 1, sizeof(*s->slots));
    s->left = td_calloc((size_t)plan->waves + 1, sizeof(*s->left));
    s->counts.cost_usd = -1;
    for (uint32_t i = 0; i < plan->task_count; i++) {
        s->nodes[i].pub = (struct sched_task){
            .started_ns = TD_NEVER, .ended_ns = TD_NEVER, .cost_usd = -1};
        s->nodes[i].waits = plan->tasks[i].depends_count;
        s->left[plan->tasks[i].depth - 1]++;
    }
    sched_measure_paths(s);
    return s;
}

void sched_free(struct sched *s)
{
    if (!s)
        return;
    td_timerq_release(&s->agenda);
    td_timerq_release(&s->timers);
    for (uint32_t i = 0; i <= s->plan->pool_count; i++)
        td_timerq_release(&s->heaps[i]);
    free(s->heaps);
    free(s->slots);
    free(s->left);
    free(s->by_depth);
    free(s->depth_ends);
    free(s->by_path);
    free(s->nodes);
    free(s);
}

void sched_changed(struct sched *s, uint32_t task)
{
    s->nodes[task].looked = true;
    sched_consider(s, task);
}

/* ---- slots ---- */

static void take_slots(struct sched *s, uint32_t task)
{
    const struct plan_task *t = &s->plan->tasks[task];

    s->workers += t->weight;
    s->counts.running++;
    if (t->pool != PLAN_NO_POOL)
        s->slots[t->pool] += t->weight;
}

static void give_slots(struct sched *s, uint32_t task)
{
    const struct plan_task *t = &s->plan->tasks[task];

    s->workers -= t->weight;
    s->counts.running--;
    if (t->pool != PLAN_NO_POOL)
        s->slots[t->pool] -= t->weight;
}

/* ---- an end ---- */

static bool ended_badly(const struct sched *s, uint32_t task)
{
    enum sched_state state = s->nodes[task].pub.state;

    return state == SCHED_SKIPPED ||
           ((state == SCHED_FAILED || state == SCHED_CANCELLED) &&
            !s->plan->tasks[task].soft_fail);
}

static void tell_dependants(struct sched *s, uint32_t task, uint64_t now)
{
    const struct plan_task *t = &s->plan->tasks[task];
    bool bad = ended_badly(s, task);

    for (uint32_t i = 0; i < t->dependants_count; i++) {
        struct sched_node *n = &s->nodes[t->dependants[i]];

        if (bad && n->bad++ == 0)
            n->bad_cause = task;
        n->waits--;
        become_ready(s, t->dependants[i], now);
        sched_consider(s, t->dependants[i]);
    }
}

static void count_end(struct sched *s, uint32_t task)
{
    struct sched_counts *c = &s->counts;
    enum sched_state state = s->nodes[task].pub.state;

    c->completed += state == SCHED_COMPLETED || state == SCHED_CACHED;
    c->cached += state == SCHED_CACHED;
    c->failed += state == SCHED_FAILED;
    c->soft += state == SCHED_FAILED && s->plan->tasks[task].soft_fail;
    c->skipped += state == SCHED_SKIPPED;
    c->cancelled += state == SCHED_CANCELLED;
}

static void end(struct sched *s, const struct sched_event *ev,
                enum sched_state state)
{
    struct sched_node *n = &s->nodes[ev->task];

    n->pub.state = state;
    n->pub.ended_ns = ev->at_ns;
    n->pending = false;
    if (state != SCHED_COMPLETED && state != SCHED_CACHED)
        n->pub.fault = ev->fault;
    n->pub.cause = ev->cause;
    sched_unready(s, ev->task);
    sched_set_due(s, ev->task);
    s->ended++;
    s->left[s->plan->tasks[ev->task].depth - 1]--;
    count_end(s, ev->task);
    tell_dependants(s, ev->task, ev->at_ns);
    if (state == SCHED_FAILED && s->options.fail_fast &&
        !s->plan->tasks[ev->task].soft_fail && !s->ending) {
        s->ending = true;
        consider_all(s);
    }
}

/* ---- what each event does; false: it cannot be in this state ---- */

typedef bool apply_fn(struct sched *s, struct sched_node *n,
                      const struct sched_event *ev);

static bool apply_ask(struct sched *s, struct sched_node *n,
                      const struct sched_event *ev)
{
    (void)s;
    if (n->pub.state != SCHED_READY)
        return false;
    n->pub.state = SCHED_HELD;
    n->until = ev->until;
    return true;
}

static bool apply_launch(struct sched *s, struct sched_node *n,
                         const struct sched_event *ev)
{
    /* Older journals count an attempt that infrastructure has ended. */
    if ((ev->attempt != sched_next_attempt(n) &&
         ev->attempt != n->pub.attempt + 1) ||
        n->pending ||
        (n->pub.state != SCHED_READY && n->pub.state != SCHED_BACKOFF))
        return false;
    s->counts.retries += ev->attempt > 1 && ev->attempt > n->pub.attempt;
    n->pub.retries = ev->attempt - 1;
    n->pub.attempt = ev->attempt;
    n->same = false;
    n->pub.state = SCHED_RUNNING;
    n->attempt_ns = ev->at_ns;
    n->alive_ns = ev->at_ns;
    n->attempt_tokens = 0;
    n->attempt_cost = 0;
    if (n->pub.started_ns == TD_NEVER)
        n->pub.started_ns = ev->at_ns;
    sched_unready(s, ev->task);
    take_slots(s, ev->task);
    return true;
}

static bool apply_stop(struct sched *s, struct sched_node *n,
                       const struct sched_event *ev)
{
    uint64_t total = s->plan->tasks[ev->task].timeout.total;

    if (n->pub.state != SCHED_RUNNING)
        return false;
    n->spent = total && ev->at_ns >= n->pub.started_ns + total;
    n->pub.state = SCHED_STOPPING;
    return true;
}

static bool apply_ended(struct sched *s, struct sched_node *n,
                        const struct sched_event *ev)
{
    if (n->pub.state != SCHED_RUNNING || ev->attempt != n->pub.attempt)
        return false;
    n->pub.state = SCHED_VERIFYING;
    s->brisk = ev->at_ns - n->attempt_ns < SHORT_NS ? s->brisk + 1 : 0;
    give_slots(s, ev->task);
    return true;
}

static bool apply_fault(struct sched *s, struct sched_node *n,
                        const struct sched_event *ev)
{
    bool held = n->pub.state == SCHED_RUNNING || n->pub.state == SCHED_STOPPING;

    if (ev->attempt != n->pub.attempt ||
        (!held && n->pub.state != SCHED_VERIFYING))
        return false;
    if (held)
        give_slots(s, ev->task);
    s->brisk = 0;
    s->first = 0;
    n->pub.state = SCHED_BACKOFF;
    n->pub.fault = ev->fault;
    n->status = ev->status;
    n->retry_after_ns = ev->retry_after_ns;
    n->until = TD_NEVER;
    n->pending = true;
    if (sched_is_infra(s, ev->task, ev->fault)) {
        s->counts.infra++;
        n->settles++;
        n->same = true;
    }
    return true;
}

static bool apply_wait(struct sched *s, struct sched_node *n,
                       const struct sched_event *ev)
{
    (void)s;
    if (n->pub.state != SCHED_BACKOFF || !n->pending)
        return false;
    n->pending = false;
    n->until = ev->until;
    return true;
}

static bool apply_settled(struct sched *s, struct sched_node *n,
                          const struct sched_event *ev)
{
    if (ev->attempt != n->pub.attempt ||
        (n->pub.state != SCHED_RUNNING && n->pub.state != SCHED_STOPPING))
        return false;
    give_slots(s, ev->task);
    s->first = 0;
    n->pub.state = SCHED_READY;
    n->ready_ns = ev->at_ns;
    if (ev->unbegun || ++n->settles < SCHED_SETTLES_MAX)
        return true;
    n->pub.state = SCHED_BACKOFF;
    n->pub.fault = PLAN_INFRASTRUCTURE;
    n->pending = true;
    return true;
}

static bool apply_done(struct sched *s, struct sched_node *n,
                       const struct sched_event *ev)
{
    if (n->pub.state != SCHED_VERIFYING)
        return false;
    end(s, ev, SCHED_COMPLETED);
    return true;
}

static bool apply_cached(struct sched *s, struct sched_node *n,
                         const struct sched_event *ev)
{
    if (n->pub.state != SCHED_READY)
        return false;
    end(s, ev, SCHED_CACHED);
    return true;
}

static bool apply_fail(struct sched *s, struct sched_node *n,
                       const struct sched_event *ev)
{
    if (n->pub.state != SCHED_BACKOFF && n->pub.state != SCHED_READY)
        return false;
    end(s, ev, SCHED_FAILED);
    return true;
}

static bool apply_skip(struct sched *s, struct sched_node *n,
                       const struct sched_event *ev)
{
    if (n->pub.state > SCHED_HELD)
        return false;
    end(s, ev, SCHED_SKIPPED);
    return true;
}

static bool apply_drop(struct sched *s, struct sched_node *n,
                       const struct sched_event *ev)
{
    if (n->pub.state > SCHED_HELD && n->pub.state != SCHED_BACKOFF)
        return false;
    end(s, ev, SCHED_CANCELLED);
    n->pub.fault = PLAN_CANCELLED; /* a journal does not say it */
    return true;
}

static bool apply_approve(struct sched *s, struct sched_node *n,
                          const struct sched_event *ev)
{
    (void)s;
    if (n->pub.state != SCHED_HELD)
        return false;
    n->approved = true;
    n->pub.state = SCHED_READY;
    n->ready_ns = ev->at_ns;
    return true;
}

static bool apply_refuse(struct sched *s, struct sched_node *n,
                         const struct sched_event *ev)
{
    (void)s;
    (void)ev;
    if (n->pub.state != SCHED_HELD)
        return false;
    n->refused = true;
    return true;
}

/* One that has ended well is looked at already. */
static bool apply_cancel_task(struct sched *s, struct sched_node *n,
                              const struct sched_event *ev)
{
    (void)s;
    (void)ev;
    if (sched_is_final(n->pub.state) || n->pub.state == SCHED_VERIFYING)
        return false;
    n->pub.cancelling = true;
    return true;
}

static bool apply_usage(struct sched *s, struct sched_node *n,
                        const struct sched_event *ev)
{
    if (ev->tokens > n->attempt_tokens) {
        n->pub.tokens += ev->tokens - n->attempt_tokens;
        s->counts.tokens += ev->tokens - n->attempt_tokens;
        n->attempt_tokens = ev->tokens;
    }
    if (ev->cost_usd > n->attempt_cost ||
        (ev->cost_usd >= 0 && n->pub.cost_usd < 0)) {
        double more = ev->cost_usd - n->attempt_cost;

        n->pub.cost_usd = (n->pub.cost_usd < 0 ? 0 : n->pub.cost_usd) + more;
        s->counts.cost_usd =
            (s->counts.cost_usd < 0 ? 0 : s->counts.cost_usd) + more;
        n->attempt_cost = ev->cost_usd;
    }
    return true;
}

static const struct {
    enum sched_what what;
    apply_fn *apply;
} of_tasks[] = {
    {SCHED_ASK, apply_ask},           {SCHED_LAUNCH, apply_launch},
    {SCHED_STOP, apply_stop},         {SCHED_ENDED, apply_ended},
    {SCHED_FAULT, apply_fault},       {SCHED_WAIT, apply_wait},
    {SCHED_SETTLED, apply_settled},   {SCHED_DONE, apply_done},
    {SCHED_CACHED_NOW, apply_cached}, {SCHED_FAIL, apply_fail},
    {SCHED_SKIP, apply_skip},         {SCHED_DROP, apply_drop},
    {SCHED_APPROVE, apply_approve},   {SCHED_REFUSE, apply_refuse},
    {SCHED_USAGE, apply_usage},       {SCHED_CANCEL_TASK, apply_cancel_task},
};

/* ---- of the whole ---- */

static bool apply_wave_begin(struct sched *s, const struct sched_event *ev)
{
    if (ev->wave != s->counts.wave + 1 || ev->wave > s->plan->waves)
        return false;
    s->counts.wave = ev->wave;
    for (uint32_t i = s->depth_ends[ev->wave - 1]; i < s->depth_ends[ev->wave];
         i++) {
        become_ready(s, s->by_depth[i], ev->at_ns);
        if (!sched_is_final(s->nodes[s->by_depth[i]].pub.state))
            sched_consider(s, s->by_depth[i]);
    }
    return true;
}

static bool apply_wave_end(struct sched *s, const struct sched_event *ev)
{
    if (ev->wave != s->wave_ended + 1 || ev->wave > s->counts.wave ||
        s->left[ev->wave - 1] > 0)
        return false;
    s->wave_ended = ev->wave;
    return true;
}

/* The wall stands, and nobody waits too long for a slot meanwhile. */
static void set_paused(struct sched *s, bool paused, uint64_t now)
{
    if (paused == s->counts.paused)
        return;
    s->counts.paused = paused;
    if (paused) {
        s->paused_ns = now;
        return;
    }
    s->stood_ns += now - s->paused_ns;
    for (uint32_t i = 0; i < s->plan->task_count; i++) {
        struct sched_node *n = &s->nodes[i];
        uint64_t since =
            n->ready_ns > s->paused_ns ? n->ready_ns : s->paused_ns;

        if (n->pub.state == SCHED_READY)
            n->ready_ns += now - since;
    }
}

static bool apply_budget(struct sched *s, const struct sched_event *ev)
{
    if (ev->budget > SCHED_WALL)
        return false;
    s->warned[ev->budget] = ev->percent;
    if (ev->what == SCHED_HALT) {
        s->counts.halted = true;
        if (s->plan->budget.on == PLAN_PAUSES)
            set_paused(s, true, ev->at_ns);
        consider_all(s);
    }
    return true;
}

static bool apply_order(struct sched *s, const struct sched_event *ev)
{
    if (ev->what == SCHED_CANCEL)
        s->counts.cancelling = true;
    else
        set_paused(s, ev->what == SCHED_PAUSE, ev->at_ns);
    if (ev->what == SCHED_GO_ON && s->plan->budget.on == PLAN_PAUSES)
        s->counts.halted = false;
    consider_all(s);
    return true;
}

static bool apply_finish(struct sched *s, const struct sched_event *ev)
{
    (void)ev;
    if (s->ended != s->plan->task_count || s->wave_ended != s->plan->waves)
        return false;
    s->counts.finished = true;
    return true;
}

static bool apply_resumed(struct sched *s, const struct sched_event *ev)
{
    for (uint32_t i = 0; i < s->plan->task_count; i++)
        if (s->nodes[i].pub.state == SCHED_RUNNING) {
            s->nodes[i].alive_ns = ev->at_ns;
            sched_set_due(s, i);
        }
    consider_all(s);
    return true;
}

static const struct {
    enum sched_what what;
    bool (*apply)(struct sched *s, const struct sched_event *ev);
} of_all[] = {
    {SCHED_WAVE_BEGIN, apply_wave_begin}, {SCHED_WAVE_END, apply_wave_end},
    {SCHED_WARN, apply_budget},           {SCHED_HALT, apply_budget},
    {SCHED_PAUSE, apply_order},           {SCHED_GO_ON, apply_order},
    {SCHED_CANCEL, apply_order},          {SCHED_FINISH, apply_finish},
    {SCHED_RESUMED, apply_resumed},
};

static bool apply_task(struct sched *s, const struct sched_event *ev)
{
    struct sched_node *n =
        ev->task < s->plan->task_count ? &s->nodes[ev->task] : NULL;

    for (size_t i = 0; i < sizeof(of_tasks) / sizeof(of_tasks[0]); i++) {
        if (of_tasks[i].what != ev->what)
            continue;
        if (!n || !of_tasks[i].apply(s, n, ev))
            return false;
        sched_set_due(s, ev->task);
        if (!sched_is_final(n->pub.state))
            sched_consider(s, ev->task);
    }
    return true;
}

enum td_code sched_apply(struct sched *s, const struct sched_event *ev,
                         struct td_error *err)
{
    /* Who has ended may still have to be judged, by another process. */
    bool fine =
        (!s->counts.finished || ev->what == SCHED_RESUMED) && apply_task(s, ev);

    for (size_t i = 0; i < sizeof(of_all) / sizeof(of_all[0]) && fine; i++)
        if (of_all[i].what == ev->what)
            fine = of_all[i].apply(s, ev);
    return fine ? TD_OK
                : td_error_set(err, TD_FORMAT, "", 0,
                               "this cannot happen to an execution in this "
                               "state");
}
