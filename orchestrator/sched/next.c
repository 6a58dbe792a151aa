/* What is decided: about one task at a time, about waves, about the whole. */
#include "orchestrator/sched/sched_internal.h"

#include "core/digest.h"

#include <stddef.h>
#include <stdio.h>

static bool decide(struct sched_event *out, enum sched_what what,
                   enum plan_fault fault)
{
    out->what = what;
    out->fault = fault;
    return true;
}

/* ---- retries ---- */

static bool status_counts(const struct plan_retry *retry, int status)
{
    if (!retry->exit)
        return true;
    for (uint32_t i = 0; i < retry->exit_count; i++)
        if (retry->exit[i] == status)
            return true;
    return false;
}

bool sched_is_infra(const struct sched *s, uint32_t task, enum plan_fault fault)
{
    return fault == PLAN_INFRASTRUCTURE &&
           !(s->plan->tasks[task].retry.on >> fault & 1);
}

bool sched_would_retry(const struct sched *s, uint32_t task, uint32_t attempt,
                       enum plan_fault fault, int status)
{
    const struct plan_retry *retry = &s->plan->tasks[task].retry;

    if (sched_must_end(s, task))
        return false;
    if (sched_is_infra(s, task, fault))
        return s->nodes[task].settles < SCHED_SETTLES_MAX;
    if (attempt >= retry->attempts || s->nodes[task].spent)
        return false;
    if (fault == PLAN_EXIT_STATUS && !status_counts(retry, status))
        return false;
    return (retry->on >> fault & 1) != 0;
}

/* 0.8 to 1.2, the same for the same attempt of the same execution. */
static double jitter(const struct sched *s, uint32_t task, uint32_t attempt)
{
    uint8_t digest[TD_SHA256_LEN];
    char text[128];
    int n = snprintf(text, sizeof(text), "%s/%s/%u",
                     s->options.execution ? s->options.execution : "",
                     s->plan->tasks[task].id, attempt);

    if (n >= (int)sizeof(text))
        n = (int)sizeof(text) - 1;
    td_sha256(digest, td_bytes(text, (size_t)n));
    return 0.8 + 0.4 * ((double)digest[0] * 256 + digest[1]) / 65535;
}

/* 1, 2, 4 .. times the first, at most a minute; or what the provider asks. */
static uint64_t backoff(const struct sched *s, uint32_t task)
{
    const struct sched_node *n = &s->nodes[task];
    uint64_t wait = s->plan->tasks[task].retry.backoff_ns;

    for (uint32_t i = 1; i < (n->same ? n->settles : n->pub.attempt) &&
                         wait < SCHED_BACKOFF_MAX_NS;
         i++)
        wait *= 2;
    wait = wait > SCHED_BACKOFF_MAX_NS ? SCHED_BACKOFF_MAX_NS : wait;
    wait = (uint64_t)((double)wait * jitter(s, task, n->pub.attempt));
    return wait > n->retry_after_ns ? wait : n->retry_after_ns;
}

static bool decide_fault(const struct sched *s, uint32_t task, uint64_t now,
                         struct sched_event *out)
{
    const struct sched_node *n = &s->nodes[task];

    if (!sched_would_retry(s, task, n->pub.attempt, n->pub.fault, n->status))
        return decide(out, SCHED_FAIL, n->pub.fault);
    out->until = now + backoff(s, task);
    return decide(out, SCHED_WAIT, n->pub.fault);
}

/* ---- one task ---- */

static bool decide_skip(const struct sched *s, uint32_t task,
                        struct sched_event *out)
{
    const struct sched_node *n = &s->nodes[task];
    enum plan_when when = s->plan->tasks[task].when;

    out->cause = n->bad_cause;
    if (when == PLAN_ON_SUCCESS && n->bad)
        return decide(out, SCHED_SKIP, PLAN_DEPENDENCY);
    if (when != PLAN_ON_FAILURE || n->waits || n->bad)
        return false;
    out->cause = task;
    return decide(out, SCHED_SKIP, PLAN_DEPENDENCY);
}

static bool is_late(const struct sched *s, uint32_t task,
                    const struct sched_event *now)
{
    uint64_t limit;

    return sched_late(s, task, now->at_ns, &limit) != NULL;
}

static bool decide_ready(struct sched *s, uint32_t task,
                         struct sched_event *out)
{
    const struct plan_task *t = &s->plan->tasks[task];
    const struct sched_node *n = &s->nodes[task];

    out->cause = task;
    if (s->counts.halted && s->plan->budget.on != PLAN_PAUSES)
        return decide(out, SCHED_SKIP, PLAN_BUDGET);
    if (sched_stands(s))
        return false;
    if (s->options.cache && !n->looked)
        return decide(out, SCHED_LOOK, 0);
    if (t->approval.ask && !n->approved) {
        out->until =
            t->approval.expires_ns ? out->at_ns + t->approval.expires_ns : 0;
        return decide(out, SCHED_ASK, 0);
    }
    if (is_late(s, task, out))
        return decide(out, SCHED_FAIL, PLAN_TIMEOUT);
    sched_make_ready(s, task);
    return false;
}

static bool decide_held(const struct sched *s, uint32_t task,
                        struct sched_event *out)
{
    const struct sched_node *n = &s->nodes[task];

    out->cause = task;
    if (s->counts.halted && s->plan->budget.on != PLAN_PAUSES)
        return decide(out, SCHED_SKIP, PLAN_BUDGET);
    if (n->refused)
        return decide(out, SCHED_SKIP, PLAN_REFUSED);
    if (n->until && out->at_ns >= n->until)
        return decide(out, SCHED_SKIP, PLAN_EXPIRED);
    return false;
}

static bool decide_running(const struct sched *s, uint32_t task,
                           struct sched_event *out)
{
    if (sched_must_end(s, task))
        return decide(out, SCHED_STOP, PLAN_CANCELLED);
    if (is_late(s, task, out))
        return decide(out, SCHED_STOP, PLAN_TIMEOUT);
    return false;
}

static bool decide_backoff(struct sched *s, uint32_t task,
                           struct sched_event *out)
{
    struct sched_node *n = &s->nodes[task];

    if (n->pending)
        return decide_fault(s, task, out->at_ns, out);
    if (is_late(s, task, out))
        return decide(out, SCHED_FAIL, PLAN_TIMEOUT);
    if (out->at_ns >= n->until && !s->counts.halted)
        sched_make_ready(s, task);
    else if (s->counts.halted && s->plan->budget.on != PLAN_PAUSES)
        return decide(out, SCHED_FAIL, PLAN_BUDGET);
    return false;
}

/* What has not begun when it, or all, is to end. */
static bool decide_drop(const struct sched_node *n, struct sched_event *out)
{
    enum sched_state state = n->pub.state;

    if (n->pending && n->pub.fault != PLAN_CANCELLED)
        return decide(out, SCHED_FAIL, n->pub.fault);
    return state == SCHED_WAITING || state == SCHED_READY ||
                   state == SCHED_HELD || state == SCHED_BACKOFF
               ? decide(out, SCHED_DROP, PLAN_CANCELLED)
               : false;
}

static bool decide_task(struct sched *s, uint32_t task, struct sched_event *out)
{
    struct sched_node *n = &s->nodes[task];
    enum sched_state state = n->pub.state;

    out->task = task;
    out->attempt = n->pub.attempt;
    if (sched_is_final(state) || state == SCHED_VERIFYING ||
        state == SCHED_STOPPING)
        return false;
    if (state == SCHED_RUNNING)
        return decide_running(s, task, out);
    if (sched_must_end(s, task))
        return decide_drop(n, out);
    if (state == SCHED_WAITING)
        return decide_skip(s, task, out);
    if (state == SCHED_HELD)
        return decide_held(s, task, out);
    return state == SCHED_BACKOFF ? decide_backoff(s, task, out)
                                  : decide_ready(s, task, out);
}

/* ---- the whole ---- */

/* Waves close in their order, and the next one opens behind. */
static bool decide_wave(const struct sched *s, struct sched_event *out)
{
    uint32_t open = s->counts.wave;

    out->wave = open + 1;
    if (open == s->wave_ended && open < s->plan->waves)
        return decide(out, SCHED_WAVE_BEGIN, 0);
    out->wave = open;
    if (open > s->wave_ended && s->left[open - 1] == 0)
        return decide(out, SCHED_WAVE_END, 0);
    out->wave = 0;
    return false;
}

static bool decide_launch(struct sched *s, struct sched_event *out)
{
    uint32_t task = sched_pick(s);
    const struct sched_node *n;

    if (task == UINT32_MAX)
        return false;
    n = &s->nodes[task];
    out->task = task;
    out->attempt = sched_next_attempt(n);
    return decide(out, SCHED_LAUNCH, 0);
}

static void expire(struct sched *s, uint64_t now)
{
    struct td_timer *first;

    while ((first = td_timerq_first(&s->timers)) && first->due_ns <= now) {
        struct sched_node *n =
            (struct sched_node *)(void *)((char *)first -
                                          offsetof(struct sched_node, due));

        td_timerq_cancel(&s->timers, first);
        sched_consider(s, (uint32_t)(n - s->nodes));
    }
}

static bool decide_tasks(struct sched *s, struct sched_event *out)
{
    struct td_timer *first;

    while ((first = td_timerq_first(&s->agenda))) {
        uint32_t task = (uint32_t)first->due_ns;

        if (decide_task(s, task, out))
            return true;
        *out = (struct sched_event){.at_ns = out->at_ns, .cost_usd = -1};
        td_timerq_cancel(&s->agenda, first);
        sched_set_due(s, task);
    }
    return false;
}

bool sched_next(struct sched *s, uint64_t now_ns, struct sched_event *out)
{
    *out = (struct sched_event){.at_ns = now_ns, .cost_usd = -1};
    if (s->counts.finished)
        return false;
    expire(s, now_ns);
    if (decide_wave(s, out) || sched_next_budget(s, now_ns, out) ||
        decide_tasks(s, out) || decide_launch(s, out))
        return true;
    return s->ended == s->plan->task_count && s->wave_ended == s->plan->waves &&
           decide(out, SCHED_FINISH, 0);
}
