/* The lines of an execution's journal (docs/journal.md) that say what the
 * extras of a server do. They have no time of their own: that of the event
 * before them counts.
 */
#include "console/seen/seen_internal.h"
#include "core/mem.h"

#include <stdio.h>

/* What waits for room in the keeper begins with its process, whose line then
 * says the attempt. */
static bool begins(const struct td_json_doc *doc)
{
    return !td_json_member(doc, 0, td_text("waits"));
}

static bool has_attempt(const struct td_json_doc *doc)
{
    return td_json_member(doc, 0, td_text("attempt"));
}

static const struct {
    const char *name;
    const char *type;
    bool (*says)(const struct td_json_doc *doc); /* NULL: each such line does */
} lines[] = {
    {"launch", "task_started", begins},
    {"spawned", "task_started", has_attempt},
    {"asked", "approval_request", NULL},
    {"approved", "approval_answered", NULL},
    {"refused", "approval_answered", NULL},
    {"usage", "context_update", NULL},
    {"budget_warning", "budget_warning", NULL},
    {"validation_started", "phase_started", NULL},
    {"gate_started", "test_started", NULL},
    {"gate_finished", "test_result", NULL},
    {"validation_finished", "phase_completed", NULL},
};

#define LINES (sizeof(lines) / sizeof(lines[0]))

/* Its place in the table; behind its end: none of them. */
static size_t line_of(struct td_bytes name)
{
    size_t i = 0;

    while (i < LINES && !td_bytes_is(name, lines[i].name))
        i++;
    return i;
}

/* It stands before the event that begins the fold, and is read with that. */
void seen_take_created(struct seen *s)
{
    struct td_json_doc doc = {0};
    uint32_t plan;
    uint32_t options;

    if (s->created.len && td_json_parse(&doc, td_buf_bytes(&s->created),
                                        TD_JSON_DEPTH_ALL, NULL) == TD_OK) {
        plan = seen_at(&doc, 0, "plan");
        options = seen_at(&doc, 0, "options");
        if (plan && doc.values[plan].kind == TD_JSON_OBJECT)
            seen_put_plan(s, &doc, plan);
        if (options && doc.values[options].kind == TD_JSON_OBJECT)
            s->workers = (uint32_t)seen_number(
                &doc, options, "max_workers|workers", s->workers);
    }
    td_json_release(&doc);
    td_buf_release(&s->created);
}

struct seen_fact seen_put_line(struct seen *s, struct td_bytes name,
                               struct td_bytes json)
{
    struct seen_read r = {.s = s, .doc = s->doc, .wall_ns = s->last_ns};
    struct seen_fact fact = {.kind = SEEN_NOTHING};
    size_t line = line_of(name);

    if (td_bytes_is(name, "created")) {
        td_buf_clear(&s->created);
        (void)td_buf_add_bytes(&s->created, json);
    }
    if (td_bytes_is(name, "resumed"))
        seen_go_on(s);
    if (line == LINES || s->began_ns == 0)
        return fact;
    if (td_json_parse(s->doc, json, TD_JSON_DEPTH_ALL, NULL) != TD_OK ||
        s->doc->values[0].kind != TD_JSON_OBJECT) {
        s->odd++;
        return fact;
    }
    if (lines[line].says && !lines[line].says(s->doc))
        return fact;
    /* cppcheck-suppress returnDanglingLifetime ; a fact points nowhere */
    return seen_extra(td_text(lines[line].type))(&r);
}

char *seen_line_task(const struct seen_read *r)
{
    char id[sizeof("task_4294967295")];
    uint64_t place = seen_number(r->doc, r->data, "task", 0);

    if (place == 0 || place > UINT32_MAX)
        return NULL;
    (void)snprintf(id, sizeof(id), "task_%03u", (unsigned)place);
    return td_strdup(id);
}
