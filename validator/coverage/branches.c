/* Alternatives of `oneOf` and `anyOf` in the schemas of events, and which of
 * them values took: the engine tells both.
 */
#include "core/mem.h"
#include "schema/report/branch.h"
#include "validator/check/inspect.h"
#include "validator/contract/contract.h"
#include "validator/coverage/coverage_internal.h"

#include <stdlib.h>

/* What is looked for, or at: alternatives of an event. */
struct branching {
    struct coverage_branches *branches;
    struct check_inspector inspector;
    const struct check_contract_event *event;
    struct td_buf place;
};

static void add_branch(void *self, uint32_t number)
{
    struct branching *w = self;
    struct coverage_branches *b = w->branches;

    if (b->len == COVERAGE_BRANCHES_MAX)
        return;
    td_buf_clear(&w->place);
    schema_branch_place(&w->place, w->inspector.event_run, w->event->root,
                        number);
    b->list = td_list_room(b->list, b->len, sizeof(*b->list));
    b->list[b->len++] = (struct coverage_branch){
        .event = w->event,
        .number = number,
        .place = td_arena_text(&b->arena, td_buf_bytes(&w->place))};
}

static void find(struct branching *w, const struct check_options *how)
{
    const struct check_contract_event *events =
        check_contract_events(how->contract, how->dialect);

    for (uint32_t i = 0; i < how->contract->events_len; i++) {
        w->event = &events[i];
        if (w->event->has_schema && w->event->form == CHECK_FORM_JSON)
            schema_branches(w->inspector.event_run, w->event->root, add_branch,
                            w);
    }
}

static bool is_wanted(const struct coverage_branches *b,
                      const struct check_contract_event *event)
{
    for (uint32_t i = 0; i < b->len; i++) {
        if (b->list[i].event == event && !b->list[i].taken)
            return true;
    }
    return false;
}

static void take_branch(void *self, uint32_t number)
{
    struct branching *w = self;

    for (uint32_t i = 0; i < w->branches->len; i++) {
        struct coverage_branch *branch = &w->branches->list[i];

        if (branch->event == w->event && branch->number == number)
            branch->taken = true;
    }
}

static void take(void *self, const struct audit_message *m)
{
    struct branching *w = self;
    struct check_view view;
    struct check_message value;

    check_inspect(&w->inspector, m->payload, m->name, CHECK_WAY_ANY, &view);
    if (!view.json || !view.event || !view.doc || view.data == CHECK_NO_VALUE ||
        !is_wanted(w->branches, view.event))
        return;
    value = (struct check_message){
        .doc = view.doc, .at = view.at, .data = view.data};
    if (!view.event->on_wire)
        check_message_rename(&value, view.event->aliases,
                             &w->inspector.renaming);
    w->event = view.event;
    /* What takes too long to decide has taken nothing. */
    if (schema_branches_taken(w->inspector.event_run, view.event->root,
                              (struct schema_value){value.doc, value.data},
                              take_branch, w))
        return;
}

enum td_code coverage_branches_run(struct coverage_branches *branches,
                                   const struct check_options *how,
                                   struct audit_tapes *tapes,
                                   struct td_error *err)
{
    struct branching w = {.branches = branches};
    enum td_code code = TD_OK;

    check_inspector_init(&w.inspector, how);
    find(&w, how);
    for (uint32_t i = 0; i < tapes->len && branches->len && !code; i++)
        code = audit_read(i, &tapes->list[i], take, &w, err);
    check_inspector_release(&w.inspector);
    td_buf_release(&w.place);
    return code;
}

void coverage_branches_release(struct coverage_branches *branches)
{
    free(branches->list);
    td_arena_release(&branches->arena);
    *branches = (struct coverage_branches){0};
}
