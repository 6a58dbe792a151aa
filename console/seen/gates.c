/* A run of gates, as `validate --tape` records it (cli/verbs/gates_tape.h). */
#include "console/seen/seen_internal.h"
#include "core/clock.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

static const struct seen_fact nothing = {.kind = SEEN_NOTHING};

/* ---- what will run ---- */

static uint32_t gate_of(const struct seen_read *r, uint32_t object)
{
    char *name = seen_text(r->doc, object, "gate");
    uint32_t place = name ? seen_task_of(r->s, td_text(name)) : SEEN_NONE;

    free(name);
    if (place == SEEN_NONE)
        return place;
    seen_replace(&r->s->tasks[place].provider,
                 seen_text(r->doc, object, "kind"));
    if (r->s->total < r->s->task_count)
        r->s->total = r->s->task_count;
    return place;
}

/* Gates stand behind what they need. */
static void read_needs(const struct seen_read *r, uint32_t object,
                       struct seen_task *task)
{
    uint32_t list = seen_at(r->doc, object, "needs");
    uint32_t end = list ? r->doc->values[list].next : 0;
    struct td_buf out = {0};
    struct td_bytes name;

    if (!list || r->doc->values[list].kind != TD_JSON_ARRAY || task->needs)
        return;
    task->needs =
        td_calloc(r->doc->values[list].count + 1, sizeof(*task->needs));
    for (uint32_t at = list + 1; at < end; at = r->doc->values[at].next) {
        uint32_t place = SEEN_NONE;

        if (seen_text_at(r->doc, at, &out, &name))
            place = seen_find_task(r->s, name);
        if (place != SEEN_NONE)
            task->needs[task->need_count++] = place;
    }
    td_buf_release(&out);
}

static void begin(struct seen *s, uint64_t wall_ns)
{
    uint64_t events = s->events;

    seen_clear(s);
    s->events = events;
    s->gates = true;
    s->began_ns = wall_ns;
    s->last_ns = wall_ns;
    seen_replace(&s->execution, td_strdup("gates"));
}

static struct seen_fact started(struct seen_read *r)
{
    struct seen *s = r->s;
    uint32_t list = seen_at(r->doc, 0, "checks");
    uint32_t end = list ? r->doc->values[list].next : 0;

    begin(s, r->wall_ns);
    seen_replace(&s->plan, seen_text(r->doc, 0, "gates"));
    if (!list || r->doc->values[list].kind != TD_JSON_ARRAY)
        return (struct seen_fact){.kind = SEEN_BEGAN};
    for (uint32_t at = list + 1; at < end; at = r->doc->values[at].next) {
        uint32_t place = gate_of(r, at);

        if (place != SEEN_NONE)
            read_needs(r, at, &s->tasks[place]);
    }
    s->known = true;
    return (struct seen_fact){.kind = SEEN_BEGAN};
}

/* ---- gates ---- */

static struct seen_fact gate_started(struct seen_read *r)
{
    uint32_t place = gate_of(r, 0);

    if (place == SEEN_NONE || seen_is_final(r->s->tasks[place].state))
        return nothing;
    r->s->tasks[place].began_ns = r->wall_ns;
    r->s->tasks[place].attempt = 1;
    seen_launch(r->s, place);
    return (struct seen_fact){.kind = SEEN_TASK_BEGAN, .task = place};
}

/* A line of the log for each line. */
static struct seen_fact gate_output(struct seen_read *r)
{
    uint32_t place = gate_of(r, 0);
    char *text = seen_text(r->doc, 0, "text");
    struct seen_fact fact = nothing;

    for (char *at = text; at && *at;) {
        size_t len = strcspn(at, "\n");

        if (len)
            seen_log(r->s, r->wall_ns, SEEN_INFO, place, td_bytes(at, len));
        fact.kind = len ? SEEN_LOGGED : fact.kind;
        at += len + (at[len] != '\0');
    }
    free(text);
    return fact;
}

/* "unit: fail, 2 of 2 failed" */
static void log_end(const struct seen_read *r, const struct seen_task *task,
                    const char *verdict, bool good)
{
    struct td_buf text = {0};

    (void)td_buf_addf(&text, "%s: %s%s%s", task->id, verdict,
                      task->error ? ", " : "", task->error ? task->error : "");
    seen_log(r->s, r->wall_ns, good ? SEEN_INFO : SEEN_ERROR, SEEN_NONE,
             td_buf_bytes(&text))
        ->gate = true;
    td_buf_release(&text);
}

/* What is good may have a remark too, which is no error. */
static struct seen_fact gate_finished(struct seen_read *r)
{
    uint32_t place = gate_of(r, 0);
    char *verdict = seen_text(r->doc, 0, "verdict");
    struct seen_task *task;
    bool good =
        verdict && (!strcmp(verdict, "pass") || !strcmp(verdict, "vacuous"));

    if (place == SEEN_NONE || !verdict ||
        seen_is_final(r->s->tasks[place].state)) {
        free(verdict);
        return nothing;
    }
    task = &r->s->tasks[place];
    task->took_ms = task->began_ns ? seen_real(r->doc, 0, "ms", -1) : -1;
    seen_replace(&task->error, seen_text(r->doc, 0, "reason"));
    seen_replace(&task->error_type, verdict);
    task->errors += !good;
    r->s->errors += !good && !seen_was_skipped(task);
    seen_set_state(r->s, place, good ? SEEN_COMPLETED : SEEN_FAILED);
    seen_count_end(r->s, task, good);
    log_end(r, task, verdict, good);
    return (struct seen_fact){.kind = SEEN_TASK_ENDED, .task = place};
}

static struct seen_fact finished(struct seen_read *r)
{
    r->s->ended = true;
    r->s->took_ms = (double)(r->wall_ns - r->s->began_ns) / 1e6;
    seen_replace(&r->s->status, seen_text(r->doc, 0, "verdict"));
    return (struct seen_fact){.kind = SEEN_ENDED};
}

static const struct {
    const char *name;
    seen_reader read;
} events[] = {
    {"validation_started", started},   {"gate_started", gate_started},
    {"gate_output", gate_output},      {"gate_finished", gate_finished},
    {"validation_finished", finished},
};

static seen_reader reader_of(struct td_bytes name)
{
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
        if (td_bytes_is(name, events[i].name))
            return events[i].read;
    return NULL;
}

bool seen_is_gate(struct td_bytes name)
{
    return reader_of(name) != NULL;
}

struct seen_fact seen_put_gate(struct seen *s, struct td_bytes name,
                               struct td_bytes json, uint64_t wall_ns)
{
    struct seen_read r = {.s = s, .doc = s->doc, .wall_ns = wall_ns};
    seen_reader read = reader_of(name);
    struct seen_fact fact = nothing;

    if (!read || (!s->gates && s->events && read != started))
        return nothing;
    if (td_json_parse(s->doc, json, TD_JSON_DEPTH_ALL, NULL) != TD_OK ||
        s->doc->values[0].kind != TD_JSON_OBJECT) {
        s->odd++;
        return nothing;
    }
    if (!s->gates && read != started) /* its beginning was cut off */
        begin(s, wall_ns);
    s->last_ns = wall_ns;
    fact = read(&r);
    s->events++;
    /* cppcheck-suppress returnDanglingLifetime ; a fact points nowhere */
    return fact;
}
