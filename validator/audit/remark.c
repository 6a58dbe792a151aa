#include "validator/audit/remark.h"

#include "core/mem.h"
#include "validator/audit/remark_internal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *text;
    bool needs;
    const char *what;
} kinds[] = {
#define REMARK_ROW(name, text, needs, what) {text, needs, what},
    AUDIT_REMARKS(REMARK_ROW)
#undef REMARK_ROW
};

const char *audit_remark_text(enum audit_remark_kind kind)
{
    return kinds[kind].text;
}

const char *audit_remark_what(enum audit_remark_kind kind)
{
    return kinds[kind].what;
}

bool audit_remark_needs(enum audit_remark_kind kind)
{
    return kinds[kind].needs;
}

const char *audit_path(struct audit_remarker *r, const struct audit_node *at)
{
    struct td_buf path = {0};
    const char *text;

    audit_node_path(&path, at);
    text = td_arena_text(&r->out->arena, td_buf_bytes(&path));
    td_buf_release(&path);
    return text;
}

struct audit_remark *audit_say(struct audit_remarker *r,
                               enum audit_remark_kind kind,
                               const struct audit_node *at, const char *format,
                               ...)
{
    struct audit_remarks *out = r->out;
    struct audit_remark *remark;
    char text[512];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    out->list = (struct audit_remark *)td_list_room(out->list, out->len,
                                                    sizeof(*out->list));
    remark = &out->list[out->len++];
    *remark = (struct audit_remark){.kind = kind,
                                    .event = r->event,
                                    .path = at ? audit_path(r, at) : "",
                                    .text = td_arena_copy(&out->arena, text)};
    out->needs += audit_remark_needs(kind);
    return remark;
}

void audit_show(struct audit_remark *remark, struct audit_place place,
                bool in_old)
{
    remark->shown = true;
    remark->place = place;
    remark->in_old = in_old;
}

void audit_types_text(struct td_buf *out, const struct audit_node *node)
{
    bool any = false;

    for (int i = 0; i < AUDIT_TYPES_LEN; i++) {
        if (!node->types[i].count)
            continue;
        (void)td_buf_addf(out, "%s%s", any ? ", " : "",
                          audit_type_text((enum audit_type)i));
        any = true;
    }
}

static int by_weight(const void *a, const void *b)
{
    const struct audit_remark *x = (const struct audit_remark *)a;
    const struct audit_remark *y = (const struct audit_remark *)b;
    int order = (int)x->kind - (int)y->kind;

    if (!order)
        order = strcmp(x->event, y->event);
    if (!order)
        order = strcmp(x->path, y->path);
    return order ? order : strcmp(x->text, y->text);
}

void audit_remarks_sort(struct audit_remarks *remarks)
{
    if (remarks->len)
        qsort(remarks->list, remarks->len, sizeof(*remarks->list), by_weight);
}

static void say_unread(struct audit_remarker *r,
                       const struct audit_tapes *tapes, bool in_old)
{
    r->event = "";
    for (uint32_t i = 0; tapes && i < tapes->len; i++) {
        const struct td_error *why = tapes->list[i].failed;

        if (why)
            audit_show(audit_say(r, AUDIT_REMARK_UNREAD, NULL, "%s%s%s",
                                 why->text, *why->hint ? "; " : "", why->hint),
                       (struct audit_place){.tape = i}, in_old);
    }
}

static void say_left_out(struct audit_remarker *r)
{
    struct audit_left_out left = audit_profile_left_out(r->sides->profile);

    r->event = "";
    if (left.messages)
        audit_say(r, AUDIT_REMARK_LEFT_OUT, NULL,
                  "%" PRIu64 " messages of about %" PRIu64
                  " further names: %d names are told; are the names data? "
                  "(--name)",
                  left.messages, left.names, AUDIT_EVENTS_MAX);
    if (left.fields)
        audit_say(r, AUDIT_REMARK_LEFT_OUT, NULL,
                  "%" PRIu64 " values at further places: %d places are told",
                  left.fields, AUDIT_FIELDS_MAX);
    if (left.deep)
        audit_say(r, AUDIT_REMARK_LEFT_OUT, NULL,
                  "%" PRIu64 " values below level %d", left.deep,
                  AUDIT_DEPTH_MAX);
}

/* Events of one side that the other lacks. */
static void say_missing(struct audit_remarker *r,
                        const struct audit_profile *other)
{
    for (uint32_t i = 0; i < audit_profile_events(other); i++) {
        const struct audit_event *event = audit_profile_event(other, i);

        if (audit_profile_find(r->sides->profile, event->name))
            continue;
        r->event = event->name;
        if (r->declared)
            audit_say(r, AUDIT_REMARK_NEVER_SEEN, NULL,
                      "an event of the contract that never came");
        else
            audit_show(audit_say(r, AUDIT_REMARK_REMOVED, NULL,
                                 "the event came %" PRIu64
                                 "x before, and never now",
                                 event->seen.count),
                       event->seen.first, true);
    }
}

static void say_new(struct audit_remarker *r, const struct audit_event *event)
{
    r->event = event->name;
    audit_show(
        audit_say(r, r->declared ? AUDIT_REMARK_UNDECLARED : AUDIT_REMARK_ADDED,
                  NULL, "%s %" PRIu64 "x",
                  r->declared ? "no event of the contract; came"
                              : "a further event; came",
                  event->seen.count),
        event->seen.first, false);
}

static void say_beside(struct audit_remarker *r,
                       const struct audit_profile *other, bool declared)
{
    r->declared = declared;
    for (uint32_t i = 0; i < audit_profile_events(r->sides->profile); i++) {
        const struct audit_event *event =
            audit_profile_event(r->sides->profile, i);
        const struct audit_event *twin = audit_profile_find(other, event->name);

        r->event = event->name;
        if (twin)
            audit_remark_beside(r, event, twin);
        else
            say_new(r, event);
    }
    say_missing(r, other);
}

void audit_remark(struct audit_remarks *out, const struct audit_sides *sides)
{
    struct audit_remarker r = {.out = out, .sides = sides};

    for (uint32_t i = 0; i < audit_profile_events(sides->profile); i++) {
        const struct audit_event *event =
            audit_profile_event(sides->profile, i);

        r.event = event->name;
        audit_remark_alone(&r, event);
    }
    if (sides->old)
        say_beside(&r, sides->old, false);
    if (sides->declared)
        say_beside(&r, sides->declared, true);
    say_left_out(&r);
    say_unread(&r, sides->tapes, false);
    say_unread(&r, sides->old_tapes, true);
    audit_remarks_sort(out);
}

void audit_remarks_release(struct audit_remarks *remarks)
{
    td_arena_release(&remarks->arena);
    free(remarks->list);
    *remarks = (struct audit_remarks){0};
}
