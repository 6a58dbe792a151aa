/* What a plan says of tasks before they begin: their names, what they need, how
 * long they took before. A server tells it (docs/serve.md, `plan tasks`), and
 * the first line of a journal has the plan itself (docs/plan.md).
 */
#include "console/seen/seen_internal.h"
#include "core/clock.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TURNS     1000 /* over all tasks */
#define EXECUTION 3    /* the phase */

/* Ids of a plan's own, while needs are read: the place of each. */
struct ids {
    struct seen *s;
    const struct td_json_doc *doc;
};

static uint32_t list_at(const struct td_json_doc *doc, uint32_t object,
                        const char *name)
{
    uint32_t at = seen_at(doc, object, name);

    return at && doc->values[at].kind == TD_JSON_ARRAY ? at : 0;
}

/* By its name on the wire or its id in the plan. */
static uint32_t find_by_text(const struct ids *ids, uint32_t at)
{
    struct td_buf text = {0};
    uint32_t place = SEEN_NONE;

    if (ids->doc->values[at].kind != TD_JSON_STRING)
        return SEEN_NONE;
    (void)td_json_unescape(&text, td_json_inner(ids->doc, at));
    place = seen_find_task(ids->s, td_buf_bytes(&text));
    td_buf_release(&text);
    return place;
}

static void read_needs(const struct ids *ids, uint32_t object,
                       struct seen_task *task)
{
    uint32_t list = list_at(ids->doc, object, "depends_on");
    uint32_t count = list ? ids->doc->values[list].count : 0;
    uint32_t end = list ? ids->doc->values[list].next : 0;

    free(task->needs);
    task->needs = td_calloc(count + 1, sizeof(*task->needs));
    task->need_count = 0;
    for (uint32_t at = list + 1; at < end; at = ids->doc->values[at].next) {
        uint32_t place = find_by_text(ids, at);

        if (place != SEEN_NONE)
            task->needs[task->need_count++] = place;
    }
}

/* The task's id on the wire; without one by its place: task_003. */
static uint32_t task_at(const struct ids *ids, uint32_t object, unsigned place)
{
    char *id = seen_text(ids->doc, object, "task_id");
    char name[sizeof("task_4294967295")];
    uint32_t task;

    (void)snprintf(name, sizeof(name), "task_%03u", place);
    task = seen_task_of(ids->s, td_text(id ? id : name));
    free(id);
    return task;
}

/* As a number, or a word; where a plan says neither it is that of most. */
static void read_phase(const struct ids *ids, uint32_t object,
                       struct seen_task *task)
{
    static const char *const words[] = {"discovery", "analysis", "planning",
                                        "execution", "validation"};
    char *word = seen_text(ids->doc, object, "phase");
    uint64_t n = seen_number(ids->doc, object, "phase", EXECUTION);

    for (uint32_t i = 0; word && i < sizeof(words) / sizeof(words[0]); i++)
        if (!strcmp(word, words[i]))
            n = i;
    task->phase = (uint32_t)(n % SEEN_PHASES);
    free(word);
}

static void read_task(const struct ids *ids, uint32_t object,
                      struct seen_task *task)
{
    double ms = seen_real(ids->doc, object, "usual_ms", -1);
    uint64_t attempts = seen_number(ids->doc, object, "attempts", 0);

    seen_replace(&task->alias, seen_text(ids->doc, object, "id"));
    if (!*task->name)
        seen_replace(&task->name, seen_text(ids->doc, object, "name|id"));
    if (!*task->provider)
        seen_replace(&task->provider, seen_text(ids->doc, object, "provider"));
    if (ms >= 0)
        task->usual_ms = ms;
    if (attempts && !task->attempts_told)
        task->attempts_told = (uint32_t)attempts;
    if (task->state == SEEN_WAITING)
        read_phase(ids, object, task);
}

/* One behind the deepest that it needs. Plans are written about in that order;
 * one that is not needs more turns. */
static void count_depths(struct seen *s)
{
    bool changed = true;

    for (uint32_t i = 0; i < s->task_count; i++)
        s->tasks[i].depth = 1;
    for (unsigned turn = 0; changed && turn < TURNS; turn++) {
        changed = false;
        for (uint32_t i = 0; i < s->task_count; i++) {
            struct seen_task *task = &s->tasks[i];

            for (uint32_t n = 0; n < task->need_count; n++)
                if (s->tasks[task->needs[n]].depth >= task->depth) {
                    task->depth = s->tasks[task->needs[n]].depth + 1;
                    changed = true;
                }
        }
    }
    for (uint32_t i = 0; changed && i < s->task_count; i++)
        s->tasks[i].depth = 0;
}

/* A server says it in milliseconds, a plan as a duration. */
static double wall_of(const struct seen *s, const struct td_json_doc *doc,
                      uint32_t object)
{
    char *text = seen_text(doc, object, "wall");
    double ms = seen_real(doc, object, "wall_ms", s->wall_max_ms);
    uint64_t ns;

    if (text && td_duration_parse(text, &ns) == TD_OK)
        ms = (double)ns / (double)TD_NS_PER_MS;
    free(text);
    return ms;
}

static void read_budget(struct seen *s, const struct td_json_doc *doc,
                        uint32_t object)
{
    char *on = seen_text(doc, object, "on");

    s->tokens_max = seen_number(doc, object, "tokens", s->tokens_max);
    s->cost_max = seen_real(doc, object, "cost_usd|cost", s->cost_max);
    s->wall_max_ms = wall_of(s, doc, object);
    s->pauses = on && !strcmp(on, "pause");
    s->warns = on && !strcmp(on, "warn");
    free(on);
}

void seen_put_plan(struct seen *s, const struct td_json_doc *doc, uint32_t at)
{
    const struct ids ids = {.s = s, .doc = doc};
    uint32_t list = list_at(doc, at, "tasks");
    uint32_t end = list ? doc->values[list].next : 0;
    uint32_t budget = seen_at(doc, at, "budget");
    unsigned place = 0;

    if (!list)
        return;
    for (uint32_t i = list + 1; i < end; i = doc->values[i].next) {
        uint32_t task = task_at(&ids, i, ++place);

        if (task != SEEN_NONE)
            read_task(&ids, i, &s->tasks[task]);
    }
    seen_index_aliases(s);
    place = 0;
    for (uint32_t i = list + 1; i < end; i = doc->values[i].next) {
        uint32_t task = task_at(&ids, i, ++place);

        if (task != SEEN_NONE)
            read_needs(&ids, i, &s->tasks[task]);
    }
    count_depths(s);
    s->workers = (uint32_t)seen_number(doc, at, "workers", s->workers);
    read_budget(s, doc,
                budget && doc->values[budget].kind == TD_JSON_OBJECT ? budget
                                                                     : at);
    s->known = true;
}
