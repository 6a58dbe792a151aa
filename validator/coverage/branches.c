/* Alternatives of `oneOf` and `anyOf` in the schemas of events, and which of
 * them values took: the engine tells both. And the channels on which events
 * came.
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
    const struct check_options *how;
    const struct check_contract_event *events;
    const struct check_contract_event *event;
    struct schema_run *run;
    struct check_renaming renaming;
    struct td_buf place;
};

static void add_branch(void *self, uint32_t number)
{
    struct branching *w = self;
    struct coverage_branches *b = w->branches;

    if (b->len == COVERAGE_BRANCHES_MAX)
        return;
    td_buf_clear(&w->place);
    schema_branch_place(&w->place, w->run, w->event->root, number);
    b->list = td_list_room(b->list, b->len, sizeof(*b->list));
    b->list[b->len++] = (struct coverage_branch){
        .event = w->event,
        .number = number,
        .place = td_arena_text(&b->arena, td_buf_bytes(&w->place))};
}

static void find(struct branching *w)
{
    for (uint32_t i = 0; i < w->how->contract->events_len; i++) {
        w->event = &w->events[i];
        if (w->event->has_schema && w->event->form == CHECK_FORM_JSON)
            schema_branches(w->run, w->event->root, add_branch, w);
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

static void take_channels(struct branching *w, const struct audit_message *m)
{
    const struct check_contract *k = w->how->contract;
    uint32_t event = (uint32_t)(m->view->event - w->events);

    for (uint32_t i = check_contract_channel(k, event);
         i < k->channels_len && k->channels[i].event == event; i++) {
        bool *taken = &w->branches->channels[i];

        *taken =
            *taken || check_channel_is_at(m->channel, k->channels[i].address);
    }
}

static void take(void *self, const struct audit_message *m)
{
    struct branching *w = self;
    const struct check_view *view = m->view;
    struct check_message value;

    if (!view->json || !view->event)
        return;
    if (m->channel)
        take_channels(w, m);
    if (!view->doc || view->data == CHECK_NO_VALUE ||
        !is_wanted(w->branches, view->event))
        return;
    value = (struct check_message){
        .doc = view->doc, .at = view->at, .data = view->data};
    if (!view->event->on_wire)
        check_message_rename(&value, view->event->aliases, &w->renaming);
    w->event = view->event;
    /* What takes too long to decide has taken nothing. */
    if (schema_branches_taken(w->run, view->event->root,
                              (struct schema_value){value.doc, value.data},
                              take_branch, w))
        return;
}

enum td_code coverage_branches_run(struct coverage_branches *branches,
                                   const struct check_options *how,
                                   struct audit_tapes *tapes,
                                   struct td_error *err)
{
    const struct check_contract *k = how->contract;
    struct branching w = {.branches = branches,
                          .how = how,
                          .events = check_contract_events(k, how->dialect),
                          .run = schema_run_new(k->set.schemas)};
    const struct audit_outlet out = {.put = take, .self = &w, .how = how};
    enum td_code code = TD_OK;

    branches->channels = td_calloc(k->channels_len + 1, sizeof(bool));
    find(&w);
    for (uint32_t i = 0; i < tapes->len && !code; i++) {
        if (branches->len > 0 || k->channels_len > 0)
            code = audit_read(i, &tapes->list[i], &out, err);
    }
    schema_run_free(w.run);
    check_renaming_release(&w.renaming);
    td_buf_release(&w.place);
    return code;
}

void coverage_branches_release(struct coverage_branches *branches)
{
    free(branches->list);
    free(branches->channels);
    td_arena_release(&branches->arena);
    *branches = (struct coverage_branches){0};
}
