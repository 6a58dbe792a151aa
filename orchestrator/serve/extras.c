#include "orchestrator/serve/extras.h"

#include "core/clock.h"
#include "core/json_value.h"
#include "core/json_writer.h"
#include "orchestrator/journal/journal.h"
#include "orchestrator/serve/history.h"

#include <string.h>

#define DEPTH 16

/* A line as it is looked at. */
struct noted {
    const struct serve_flow *flow;
    const struct td_json_doc *doc;
    struct td_json_writer *w;
    uint64_t at_ns;
};

static uint32_t at(const struct noted *n, const char *name)
{
    return td_json_member(n->doc, 0, td_text(name));
}

static void copy(const struct noted *n, const char *from, const char *to)
{
    uint32_t value = at(n, from);

    if (value)
        td_json_put_raw(n->w, to, td_json_raw(n->doc, value));
}

static uint64_t number(const struct noted *n, const char *name)
{
    return td_json_member_u64(n->doc, 0, name, 0);
}

/* NULL: the plan has none of this place, or cannot be read. */
static const struct plan_task *task_of(const struct noted *n)
{
    const struct plan *plan = n->flow->plan(n->flow->ctx);
    uint64_t place = number(n, "task");

    return plan && place > 0 && place <= plan->task_count
               ? &plan->tasks[place - 1]
               : NULL;
}

static const struct plan_task *put_task(const struct noted *n)
{
    const struct plan_task *task = task_of(n);
    char name[PLAN_TASK_NAME];

    td_json_put_text(n->w, "task_id",
                     plan_task_name(name, (uint32_t)number(n, "task")));
    if (task)
        td_json_put_text(n->w, "task_name", task->name);
    return task;
}

static void task_started(const struct noted *n)
{
    const struct plan_task *task = put_task(n);

    copy(n, "attempt", "attempt");
    if (!task)
        return;
    td_json_put_u64(n->w, "max_attempts", task->retry.attempts);
    td_json_put_u64(n->w, "phase", task->phase);
    td_json_put_text(n->w, "provider", plan_provider_word(task->provider));
    copy(n, "model", "model");
}

/* Where the launch waits, in the keeper, it begins with its process. */
static bool begins(const struct td_json_doc *doc)
{
    return !td_json_member(doc, 0, td_text("waits"));
}

static bool has_attempt(const struct td_json_doc *doc)
{
    return td_json_member(doc, 0, td_text("attempt"));
}

static void retry_scheduled(const struct noted *n)
{
    uint64_t until = number(n, "until");

    (void)put_task(n);
    td_json_put_u64(n->w, "retry_in_ms",
                    until > n->at_ns ? (until - n->at_ns) / TD_NS_PER_MS : 0);
}

static void wave_started(const struct noted *n)
{
    uint32_t tasks = at(n, "tasks");

    copy(n, "wave", "wave_number");
    if (tasks)
        td_json_put_u64(n->w, "tasks_in_wave", n->doc->values[tasks].count);
}

static void put_batch(const struct noted *n, const struct plan_task *task)
{
    struct td_buf batch = {0};

    (void)td_buf_addf(&batch, "%s/%s", n->flow->execution,
                      task ? task->id : "");
    td_json_put_text(n->w, "batch_id", td_buf_str(&batch));
    td_buf_release(&batch);
}

static void approval_request(const struct noted *n)
{
    const struct plan_task *task = put_task(n);

    put_batch(n, task);
    if (task && task->approval.ask)
        td_json_put_text(n->w, "message", task->approval.ask);
}

static void answered(const struct noted *n, bool approved)
{
    put_batch(n, put_task(n));
    td_json_put_bool(n->w, "approved", approved);
    copy(n, "by", "by");
}

static void approved(const struct noted *n)
{
    answered(n, true);
}

static void refused(const struct noted *n)
{
    answered(n, false);
}

static void budget_warning(const struct noted *n)
{
    const struct plan *plan = n->flow->plan(n->flow->ctx);
    uint32_t of = at(n, "of");

    copy(n, "of", "of");
    copy(n, "percent", "percent");
    if (!plan || !of)
        return;
    if (td_json_string_is(n->doc, of, td_text("tokens")))
        td_json_put_u64(n->w, "limit", plan->budget.tokens);
    else if (td_json_string_is(n->doc, of, td_text("cost")))
        td_json_put_fixed(n->w, "limit", plan->budget.cost_usd, 6);
}

static void context_update(const struct noted *n)
{
    (void)put_task(n);
    copy(n, "tokens", "total_tokens");
    copy(n, "tokens_in", "tokens_in");
    copy(n, "tokens_out", "tokens_out");
    copy(n, "cost_usd", "cost_usd");
    copy(n, "model", "model");
    copy(n, "price_in", "price_in");
    copy(n, "price_out", "price_out");
    copy(n, "estimated", "estimated");
}

static void phase(const struct noted *n)
{
    td_json_put_u64(n->w, "phase", 4);
    td_json_put_text(n->w, "name", "Validation");
}

static void phase_over(const struct noted *n)
{
    phase(n);
    copy(n, "verdict", "verdict");
}

static void test_started(const struct noted *n)
{
    copy(n, "gate", "test_name");
    copy(n, "kind", "kind");
}

static void test_result(const struct noted *n)
{
    uint32_t verdict = at(n, "verdict");

    copy(n, "gate", "test_name");
    td_json_put_bool(n->w, "passed",
                     verdict &&
                         td_json_string_is(n->doc, verdict, td_text("pass")));
    copy(n, "verdict", "verdict");
    copy(n, "reason", "message");
}

static const struct {
    const char *line;
    const char *type;
    void (*put)(const struct noted *n);
    bool (*says)(const struct td_json_doc *doc); /* NULL: each such line does */
} extras[] = {
    {"launch", "task_started", task_started, begins},
    {JOURNAL_SPAWNED, "task_started", task_started, has_attempt},
    {"wave_started", "wave_started", wave_started, NULL},
    {"asked", "approval_request", approval_request, NULL},
    {"approved", "approval_answered", approved, NULL},
    {"refused", "approval_answered", refused, NULL},
    {"backoff", "retry_scheduled", retry_scheduled, NULL},
    {"budget_warning", "budget_warning", budget_warning, NULL},
    {"usage", "context_update", context_update, NULL},
    {JOURNAL_JUDGING, "phase_started", phase, NULL},
    {JOURNAL_JUDGED, "phase_completed", phase_over, NULL},
    {JOURNAL_GATE_STARTED, "test_started", test_started, NULL},
    {JOURNAL_GATE_ENDED, "test_result", test_result, NULL},
};

static void put(struct serve_flow *flow, const struct td_json_doc *doc,
                size_t which, uint64_t at_ns)
{
    struct td_json_writer w = td_json_writer(&flow->text);
    const struct noted n = {.flow = flow, .doc = doc, .w = &w, .at_ns = at_ns};

    td_buf_clear(&flow->text);
    td_json_object(&w, NULL);
    td_json_put_text(&w, "type", extras[which].type);
    td_json_put_text(&w, "timestamp", flow->timestamp);
    td_json_object(&w, "data");
    extras[which].put(&n);
    td_json_put_text(&w, "execution_id", flow->execution);
    td_json_put_u64(&w, "seq", flow->seq);
    td_json_put_u64(&w, "sub", flow->sub);
    td_json_object_end(&w);
    td_json_object_end(&w);
}

#define EXTRAS (sizeof(extras) / sizeof(extras[0]))

/* Which of the extras a line makes; EXTRAS: none. *doc is the line then. */
static size_t extra_of(const struct td_event *ev, struct td_json_doc *doc)
{
    size_t i = 0;

    while (i < EXTRAS && !td_bytes_is(ev->name, extras[i].line))
        i++;
    if (i == EXTRAS || !td_bytes_is(ev->kind, JOURNAL_KIND) ||
        td_json_parse(doc, ev->payload, DEPTH, NULL))
        return EXTRAS;
    return extras[i].says && !extras[i].says(doc) ? EXTRAS : i;
}

static bool take_line(struct serve_flow *flow, struct td_event *ev)
{
    struct td_json_doc doc = {0};
    size_t which = extra_of(ev, &doc);

    if (which < EXTRAS) {
        flow->sub++;
        put(flow, &doc, which, ev->at_ns);
        ev->kind = td_text("");
        ev->name = td_text(extras[which].type);
        ev->payload = td_buf_bytes(&flow->text);
        ev->seq = serve_flow_number(flow);
    }
    td_json_release(&doc);
    return which < EXTRAS;
}

static void note_time(struct serve_flow *flow, struct td_bytes envelope)
{
    static const char key[] = "\"timestamp\":\"";
    const uint8_t *found =
        memmem(envelope.ptr, envelope.len, key, sizeof(key) - 1);
    const uint8_t *end;

    if (!found)
        return;
    found += sizeof(key) - 1;
    end = memchr(found, '"', envelope.len - (size_t)(found - envelope.ptr));
    if (!end || (size_t)(end - found) >= sizeof(flow->timestamp))
        return;
    memcpy(flow->timestamp, found, (size_t)(end - found));
    flow->timestamp[end - found] = '\0';
}

static void take_event(struct serve_flow *flow, const struct td_event *ev)
{
    flow->seq = serve_seq_of(ev->payload);
    flow->sub = 0;
    note_time(flow, ev->payload);
}

uint64_t serve_flow_number(const struct serve_flow *flow)
{
    return SERVE_NUMBER(flow->seq, flow->sub);
}

bool serve_flow_take(struct serve_flow *flow, struct td_event *ev)
{
    if (!td_event_is_plain(ev))
        return flow->seq > 0 && take_line(flow, ev);
    take_event(flow, ev);
    ev->seq = serve_flow_number(flow);
    return flow->seq > 0;
}

void serve_flow_count(struct serve_flow *flow, const struct td_event *ev)
{
    struct td_json_doc doc = {0};

    if (td_event_is_plain(ev))
        take_event(flow, ev);
    else if (flow->seq > 0 && extra_of(ev, &doc) < EXTRAS)
        flow->sub++;
    td_json_release(&doc);
}
