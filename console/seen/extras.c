/* Events beside the six, of which a stream may have some or none. */
#include "console/seen/seen_internal.h"
#include "core/clock.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

#define LAST_PHASE 4

static const struct seen_fact nothing = {.kind = SEEN_NOTHING};

static struct seen_fact task_started(struct seen_read *r)
{
    uint32_t place = seen_read_task(r);
    struct seen_task *task;

    if (place == SEEN_NONE || seen_is_final(r->s->tasks[place].state))
        return nothing;
    task = &r->s->tasks[place];
    task->began_ns = r->wall_ns;
    seen_launch(r->s, place);
    task->again_ns = 0;
    task->attempt =
        (uint32_t)seen_number(r->doc, r->data, "attempt", task->attempt + 1);
    task->attempts_told =
        (uint32_t)seen_number(r->doc, r->data, "max_attempts", 0);
    task->attempt_tokens = 0;
    task->attempt_in = 0;
    task->attempt_out = 0;
    task->attempt_cost = 0;
    seen_read_model(r, task);
    seen_read_phase(r, task);
    r->s->phases[task->phase].began = true;
    seen_keep(&task->provider, r, "provider");
    return (struct seen_fact){.kind = SEEN_TASK_BEGAN, .task = place};
}

static struct seen_fact asked(struct seen_read *r)
{
    uint32_t place = seen_read_task(r);

    if (place == SEEN_NONE || seen_is_final(r->s->tasks[place].state))
        return nothing;
    seen_set_state(r->s, place, SEEN_ASKING);
    seen_replace(&r->s->tasks[place].batch,
                 seen_text(r->doc, r->data, "batch_id"));
    seen_replace(&r->s->tasks[place].ask,
                 seen_text(r->doc, r->data, "message"));
    r->s->tasks[place].began_ns = r->wall_ns;
    return (struct seen_fact){.kind = SEEN_ASKED, .task = place};
}

static struct seen_fact answered(struct seen_read *r)
{
    uint32_t place = seen_read_task(r);

    if (place == SEEN_NONE || r->s->tasks[place].state != SEEN_ASKING)
        return nothing;
    seen_set_state(r->s, place, SEEN_WAITING);
    return (struct seen_fact){.kind = SEEN_ANSWERED, .task = place};
}

/* Of a task that has failed, and said with its error that it comes again. */
static struct seen_fact retry_scheduled(struct seen_read *r)
{
    uint32_t place = seen_read_task(r);

    if (place == SEEN_NONE || r->s->tasks[place].state != SEEN_RETRYING)
        return nothing;
    r->s->tasks[place].again_ns = seen_again_at(r);
    return (struct seen_fact){.kind = SEEN_USED, .task = place};
}

/* What the attempt has used so far; the task's sum comes with its end. */
static struct seen_fact context_update(struct seen_read *r)
{
    uint32_t place = seen_read_task(r);
    struct seen_task *task;
    uint64_t tokens = seen_number(r->doc, r->data, "total_tokens|tokens", 0);
    double cost = seen_real(r->doc, r->data, "cost_usd", -1);

    if (place == SEEN_NONE || seen_is_final(r->s->tasks[place].state))
        return nothing;
    task = &r->s->tasks[place];
    seen_read_model(r, task);
    if (tokens > task->attempt_tokens) {
        seen_add_tokens(r->s, task, tokens - task->attempt_tokens);
        task->attempt_tokens = tokens;
    }
    seen_add_apart(r->s, task,
                   seen_number(r->doc, r->data, "tokens_in|input_tokens", 0),
                   seen_number(r->doc, r->data, "tokens_out|output_tokens", 0));
    if (cost >= task->attempt_cost) {
        seen_add_cost(r->s, task, cost - task->attempt_cost);
        task->attempt_cost = cost;
    }
    return (struct seen_fact){.kind = SEEN_USED, .task = place};
}

/* A gate of the validate phase, which may take its time. */
static struct seen_fact test_started(struct seen_read *r)
{
    char *name = seen_text(r->doc, r->data, "test_name|gate");
    struct td_buf text = {0};
    struct seen_log *log;

    (void)td_buf_addf(&text, "gate %s: begins", name ? name : "");
    log = seen_log(r->s, r->wall_ns, SEEN_INFO, SEEN_NONE, td_buf_bytes(&text));
    log->gate = true;
    log->begins = true;
    td_buf_release(&text);
    free(name);
    return (struct seen_fact){.kind = SEEN_LOGGED};
}

/* It has ended. */
static struct seen_fact test_result(struct seen_read *r)
{
    char *name = seen_text(r->doc, r->data, "test_name|gate");
    char *message = seen_text(r->doc, r->data, "message|reason");
    char *verdict = seen_text(r->doc, r->data, "verdict");
    bool passed = seen_true(r->doc, r->data, "passed") ||
                  (verdict && !strcmp(verdict, "pass"));
    struct td_buf text = {0};

    (void)td_buf_addf(&text, "gate %s: %s", name ? name : "",
                      passed ? "pass" : "fail");
    if (message && *message)
        (void)td_buf_addf(&text, ", %s", message);
    seen_log(r->s, r->wall_ns, passed ? SEEN_INFO : SEEN_ERROR, SEEN_NONE,
             td_buf_bytes(&text))
        ->gate = true;
    td_buf_release(&text);
    free(verdict);
    free(name);
    free(message);
    return (struct seen_fact){.kind = SEEN_LOGGED};
}

static struct seen_fact budget_warning(struct seen_read *r)
{
    char *of = seen_text(r->doc, r->data, "of");
    bool cost = of && !strcmp(of, "cost");
    unsigned percent = (unsigned)seen_number(r->doc, r->data, "percent", 0);
    uint64_t limit = seen_number(r->doc, r->data, "limit", 0);
    bool tokens = of && !strcmp(of, "tokens");
    bool wall = of && !strcmp(of, "wall");

    if (tokens && limit)
        r->s->tokens_max = limit;
    if (cost)
        r->s->cost_max = seen_real(r->doc, r->data, "limit", r->s->cost_max);
    free(of);
    if (!cost && !tokens && !wall)
        return nothing;
    if (!wall)
        *(cost ? &r->s->warned_cost : &r->s->warned_tokens) = percent;
    return (struct seen_fact){.kind = SEEN_WARNED,
                              .alert = seen_add_alert(r, percent, cost, wall)};
}

/* Without a number it is the last one, which validates. */
static uint32_t phase_of(struct seen_read *r)
{
    uint64_t n = seen_number(r->doc, r->data, "phase", LAST_PHASE);
    uint32_t phase = (uint32_t)(n % SEEN_PHASES);

    seen_replace(&r->s->phases[phase].name,
                 seen_text(r->doc, r->data, "name|phase_name"));
    if (!r->s->phases[phase].name)
        r->s->phases[phase].name = td_strdup("Validation");
    return phase;
}

static struct seen_fact phase_started(struct seen_read *r)
{
    uint32_t phase = phase_of(r);

    r->s->phases[phase].began = true;
    r->s->judging = r->s->judging || phase == LAST_PHASE;
    return (struct seen_fact){
        .kind = SEEN_PHASE, .phase = phase, .began = true};
}

static struct seen_fact phase_completed(struct seen_read *r)
{
    char *verdict = seen_text(r->doc, r->data, "verdict");
    uint32_t phase = phase_of(r);
    bool good = !verdict || !strcmp(verdict, "pass");
    struct td_buf text = {0};

    r->s->judging = r->s->judging && phase != LAST_PHASE;
    (void)td_buf_addf(&text, "phase %s: %s", r->s->phases[phase].name,
                      verdict ? verdict : "completed");
    seen_log(r->s, r->wall_ns, good ? SEEN_INFO : SEEN_ERROR, SEEN_NONE,
             td_buf_bytes(&text))
        ->gate = true;
    td_buf_release(&text);
    free(verdict);
    return (struct seen_fact){.kind = SEEN_PHASE, .phase = phase, .good = good};
}

/* By how it begins, in any case: "warning" is one. */
static enum seen_level level_at(const struct seen_read *r, uint32_t at)
{
    static const struct {
        const char *word;
        size_t len;
    } levels[] = {{"debug", 5}, {"info", 4}, {"warn", 4}, {"error", 5}};
    struct td_bytes word;

    if (!at || r->doc->values[at].kind != TD_JSON_STRING)
        return SEEN_INFO;
    word = td_json_inner(r->doc, at);
    for (int i = SEEN_DEBUG; i <= SEEN_ERROR; i++)
        if (word.len >= levels[i].len &&
            !strncasecmp((const char *)word.ptr, levels[i].word, levels[i].len))
            return (enum seen_level)i;
    return SEEN_INFO;
}

/* The member's place, which is the same in all events of the shape. */
static uint32_t own_at(const struct seen_read *r, size_t i, const char *name)
{
    if (!r->own)
        return seen_at(r->doc, r->data, name);
    if (r->own[i] == SEEN_NONE)
        r->own[i] = seen_at(r->doc, r->data, name);
    return r->own[i];
}

static struct seen_fact log_message(struct seen_read *r)
{
    uint32_t task = SEEN_NONE;
    struct td_buf out = {0};
    struct td_bytes text;
    struct seen_fact fact = nothing;

    if (seen_text_at(r->doc, own_at(r, 0, "task_id"), &out, &text))
        task = seen_find_task(r->s, text);
    if (seen_text_at(r->doc, own_at(r, 1, "message"), &out, &text)) {
        seen_log(r->s, r->wall_ns, level_at(r, own_at(r, 2, "level")), task,
                 text);
        fact.kind = SEEN_LOGGED;
    }
    td_buf_release(&out);
    return fact;
}

/* How all of it stands, of a sender that does not tell it task by task: for the
 * log. What the events of tasks count is not counted by it. */
static struct seen_fact pipeline_update(struct seen_read *r)
{
    char *text = seen_text(r->doc, r->data, "message|current_task");
    char *status = seen_text(r->doc, r->data, "phase_status");
    struct seen_fact fact = nothing;
    struct td_buf line = {0};

    if (status && *status)
        (void)td_buf_addf(&line, "%s%s", status, text && *text ? ": " : "");
    if (text)
        (void)td_buf_add_text(&line, text);
    if (line.len)
        seen_log(r->s, r->wall_ns,
                 level_at(r, seen_at(r->doc, r->data, "level")), SEEN_NONE,
                 td_buf_bytes(&line));
    free(text);
    free(status);
    fact.kind = line.len ? SEEN_LOGGED : SEEN_NOTHING;
    td_buf_release(&line);
    return fact;
}

static struct seen_fact snapshot_created(struct seen_read *r)
{
    char *name = seen_text(r->doc, r->data, "name|snapshot_id");
    struct td_buf line = {0};

    if (!name)
        return nothing;
    (void)td_buf_addf(&line, "snapshot %s", name);
    seen_log(r->s, r->wall_ns, SEEN_INFO, SEEN_NONE, td_buf_bytes(&line));
    free(name);
    td_buf_release(&line);
    return (struct seen_fact){.kind = SEEN_LOGGED};
}

static const struct {
    const char *type;
    seen_reader read;
} extras[] = {
    {"task_started", task_started},
    {"approval_request", asked},
    {"approval_answered", answered},
    {"budget_warning", budget_warning},
    {"retry_scheduled", retry_scheduled},
    {"context_update", context_update},
    {"test_started", test_started},
    {"test_result", test_result},
    {"log_message", log_message},
    {"phase_started", phase_started},
    {"phase_completed", phase_completed},
    {"pipeline_update", pipeline_update},
    {"snapshot_created", snapshot_created},
};

seen_reader seen_extra(struct td_bytes type)
{
    for (size_t i = 0; i < sizeof(extras) / sizeof(extras[0]); i++)
        if (td_bytes_is(type, extras[i].type))
            return extras[i].read;
    return NULL;
}
