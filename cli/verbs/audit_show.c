#include "cli/verbs/audit_show.h"

#include "cli/verbs/compat_show.h"
#include "core/clock.h"
#include "core/ink.h"
#include "core/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MINUTES      16 /* characters of a time, down to these */
#define EVENTS_SHOWN 40 /* rows of the table, all with -v */
#define WORDS_SHOWN  8  /* values of a field */
#define WORD_SHOWN   24 /* bytes of one */

const char *cli_audit_tape(const struct cli_audit_page *page,
                           const struct audit_remark *remark)
{
    const struct audit_tapes *tapes =
        remark->in_old ? page->old_tapes : page->tapes;

    if (!remark->shown || remark->place.tape >= tapes->len)
        return NULL;
    return tapes->list[remark->place.tape].path;
}

static void clean(const struct cli_audit_page *page, const char *text)
{
    (void)td_text_clean(page->out, td_text(text));
}

static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

static void add_verdict(const struct cli_audit_page *page)
{
    uint32_t notes = page->remarks->len - page->remarks->needs;
    uint32_t events = audit_profile_events(page->profile);
    uint64_t messages = audit_profile_messages(page->profile);
    struct td_buf line = {0};

    (void)td_buf_addf(&line,
                      "%" PRIu32 " tape%s, %" PRIu32 " event%s, %" PRIu64
                      " message%s; ",
                      page->tapes->len, plural(page->tapes->len), events,
                      plural(events), messages, plural(messages));
    if (page->remarks->needs)
        (void)td_buf_addf(&line, "%" PRIu32 " finding%s need%s you",
                          page->remarks->needs, plural(page->remarks->needs),
                          page->remarks->needs == 1 ? "s" : "");
    else
        (void)td_buf_add_text(&line, messages ? "nothing needs you"
                                              : "nothing came to look at");
    (void)td_buf_addf(&line, ", %" PRIu32 " note%s", notes, plural(notes));
    if (page->remarks->silenced)
        (void)td_buf_addf(&line, ", %" PRIu32 " silenced",
                          page->remarks->silenced);
    (void)td_ink(page->out, page->remarks->needs ? TD_INK_BAD : TD_INK_GOOD,
                 td_buf_str(&line), page->color);
    (void)td_buf_add_byte(page->out, '\n');
    td_buf_release(&line);
}

void cli_audit_origin(struct td_buf *out, const struct cli_audit_page *page,
                      const struct audit_remark *remark)
{
    const struct audit_tapes *tapes =
        remark->in_old ? page->old_tapes : page->tapes;
    const struct audit_tape *tape = &tapes->list[remark->place.tape];
    struct td_buf start = {0};

    if (tapes->len < 2)
        return;
    if (tape->start_wall_ns) {
        (void)td_time_format(&start, tape->start_wall_ns);
        (void)td_buf_addf(out, ", recorded %.*sZ", MINUTES, td_buf_str(&start));
        td_buf_release(&start);
    }
    if (tape->source) {
        (void)td_buf_add_text(out, " from ");
        (void)td_text_clean(out, td_text(tape->source));
    }
}

const char *cli_audit_whose(const struct audit_remark *remark)
{
    if (*remark->event)
        return remark->event;
    if (remark->kind == AUDIT_REMARK_UNREAD)
        return "(file)";
    if (remark->kind == AUDIT_REMARK_LEFT_OUT)
        return "(all events)";
    return remark->kind == AUDIT_REMARK_SILENCE ? "(settings)" : "(no name)";
}

static void add_place(const struct cli_audit_page *page,
                      const struct audit_remark *remark)
{
    const char *tape = cli_audit_tape(page, remark);

    if (!tape)
        return;
    (void)td_buf_add_text(page->out, "; see ");
    clean(page, tape);
    if (remark->kind != AUDIT_REMARK_UNREAD)
        (void)td_buf_addf(page->out, " #%" PRIu64, remark->place.seq);
    cli_audit_origin(page->out, page, remark);
}

static void add_remark(const struct cli_audit_page *page,
                       const struct audit_remark *remark)
{
    bool needs = audit_remark_needs(remark->kind);
    char kind[32];

    (void)snprintf(kind, sizeof(kind), "%-13s",
                   audit_remark_text(remark->kind));
    (void)td_buf_add_text(page->out, "  ");
    (void)td_ink(page->out, TD_INK_WARN, kind, page->color && needs);
    (void)td_buf_add_byte(page->out, ' ');
    clean(page, cli_audit_whose(remark));
    if (*remark->path) {
        (void)td_buf_add_text(page->out, "  ");
        clean(page, remark->path);
    }
    if (remark->to) {
        (void)td_buf_add_text(page->out, " -> ");
        clean(page, remark->to);
    }
    (void)td_buf_add_text(page->out, "  ");
    clean(page, remark->text);
    add_place(page, remark);
    (void)td_buf_add_byte(page->out, '\n');
}

/* Notes without -v: how many of each kind. */
static void add_notes(const struct cli_audit_page *page)
{
    uint32_t counts[AUDIT_REMARKS_LEN] = {0};
    bool any = false;

    for (uint32_t i = 0; i < page->remarks->len; i++)
        counts[page->remarks->list[i].kind]++;
    for (int i = 0; i < AUDIT_REMARKS_LEN; i++) {
        if (audit_remark_needs((enum audit_remark_kind)i) || !counts[i])
            continue;
        (void)td_buf_addf(page->out, "%s%" PRIu32 " %s",
                          any ? ", " : "  notes: ", counts[i],
                          audit_remark_text((enum audit_remark_kind)i));
        any = true;
    }
    if (any)
        (void)td_buf_add_text(page->out, "  (-v)\n");
}

/* The table. */

static void add_event(const struct cli_audit_page *page,
                      const struct audit_event *event, int width)
{
    uint64_t count = event->seen.count;
    size_t before = page->out->len;

    (void)td_buf_add_text(page->out, "  ");
    clean(page, *event->name ? event->name : "(no name)");
    while (page->out->len < before + 2 + (size_t)width)
        (void)td_buf_add_byte(page->out, ' ');
    (void)td_buf_addf(page->out,
                      "  %10" PRIu64 "  on %" PRIu32 " tape%s  %" PRIu64
                      " bytes, at most %" PRIu64 "\n",
                      count, audit_seen_tapes(&event->seen),
                      plural(audit_seen_tapes(&event->seen)),
                      event->bytes / count, event->bytes_most);
}

static void add_types(const struct cli_audit_page *page,
                      const struct audit_node *node)
{
    bool any = false;

    for (int i = 0; i < AUDIT_TYPES_LEN; i++) {
        if (!node->types[i].count)
            continue;
        (void)td_buf_addf(page->out, "%s%s", any ? "|" : "",
                          audit_type_text((enum audit_type)i));
        any = true;
    }
}

static void add_presence(const struct cli_audit_page *page,
                         const struct audit_node *node)
{
    bool member = node->parent && node->parent->items != node &&
                  node->parent->map != node;

    if (!member || node->recursive)
        (void)td_buf_addf(page->out, "  %" PRIu64, node->all.count);
    else
        (void)td_buf_addf(page->out, "  %" PRIu64 " of %" PRIu64,
                          node->all.count,
                          node->parent->types[AUDIT_OBJECT].count);
}

static void add_words(const struct cli_audit_page *page,
                      const struct audit_values *values)
{
    uint64_t distinct = audit_values_distinct(values);

    if (values->secret) {
        (void)td_buf_add_text(page->out, "  (not shown)");
        return;
    }
    if (values->sketch || values->words_len > WORDS_SHOWN) {
        (void)td_buf_addf(page->out, "  %s%" PRIu64 " values",
                          values->sketch ? "about " : "", distinct);
        return;
    }
    (void)td_buf_add_text(page->out, " ");
    for (uint32_t i = 0; i < values->words_len; i++) {
        const struct audit_word *word = &values->words[i];
        uint32_t len = word->len > WORD_SHOWN ? WORD_SHOWN : word->len;

        (void)td_buf_add_byte(page->out, ' ');
        (void)td_text_clean(page->out, td_bytes(word->text, len));
        (void)td_buf_add_text(page->out, len < word->len ? "..." : "");
    }
}

/* What all texts of a place are like. */
static void add_pattern(const struct cli_audit_page *page,
                        const struct audit_values *values)
{
    struct td_buf pattern = {0};

    if (!values->secret && audit_values_pattern(values, &pattern)) {
        (void)td_buf_add_text(page->out, "  ");
        (void)td_text_clean(page->out, td_buf_bytes(&pattern));
    }
    td_buf_release(&pattern);
}

static void add_values(const struct cli_audit_page *page,
                       const struct audit_node *node)
{
    const struct audit_values *values = &node->values;
    const char *format = audit_values_format(values);

    if (values->numbers)
        (void)td_buf_addf(page->out, "  %.15g .. %.15g", values->min,
                          values->max);
    if (values->strings && !format)
        (void)td_buf_addf(page->out, "  %" PRIu64 " .. %" PRIu64 " bytes",
                          values->least, values->most);
    add_pattern(page, values);
    if (format)
        (void)td_buf_addf(page->out, "  %s", format);
    if (node->types[AUDIT_ARRAY].count)
        (void)td_buf_addf(page->out, "  %" PRIu64 " .. %" PRIu64 " items",
                          node->items_least, node->items_most);
    if (values->numbers || values->strings)
        add_words(page, values);
}

/* NOLINTNEXTLINE(misc-no-recursion): AUDIT_DEPTH_MAX bounds it */
static void add_fields(const struct cli_audit_page *page,
                       const struct audit_node *node)
{
    if (node->parent && node->all.count) {
        struct td_buf path = {0};

        audit_node_path(&path, node);
        (void)td_buf_add_text(page->out, "    ");
        (void)td_text_clean(page->out, td_buf_bytes(&path));
        (void)td_buf_add_text(page->out, "  ");
        add_types(page, node);
        add_presence(page, node);
        add_values(page, node);
        (void)td_buf_add_byte(page->out, '\n');
        td_buf_release(&path);
    }
    for (const struct audit_node *c = node->children; c; c = c->next)
        add_fields(page, c);
    if (node->items)
        add_fields(page, node->items);
    if (node->map)
        add_fields(page, node->map);
}

static int name_width(const struct cli_audit_page *page)
{
    int width = 9;

    for (uint32_t i = 0; i < audit_profile_events(page->profile); i++) {
        size_t len = strlen(audit_profile_event(page->profile, i)->name);

        if (len > (size_t)width && len <= 32)
            width = (int)len;
    }
    return width;
}

static void add_events(const struct cli_audit_page *page)
{
    uint32_t len = audit_profile_events(page->profile);
    int width = name_width(page);

    (void)td_buf_add_byte(page->out, '\n');
    for (uint32_t i = 0; i < len; i++) {
        const struct audit_event *event = audit_profile_event(page->profile, i);

        if (i == EVENTS_SHOWN && !page->verbose) {
            (void)td_buf_addf(page->out, "  and %" PRIu32 " more (-v)\n",
                              len - i);
            return;
        }
        add_event(page, event, width);
        if (page->verbose)
            add_fields(page, &event->root);
    }
}

void cli_audit_text(const struct cli_audit_page *page)
{
    add_verdict(page);
    if (page->remarks->len)
        (void)td_buf_add_byte(page->out, '\n');
    for (uint32_t i = 0; i < page->remarks->len; i++) {
        const struct audit_remark *remark = &page->remarks->list[i];

        if (audit_remark_needs(remark->kind) || page->verbose)
            add_remark(page, remark);
    }
    if (!page->verbose)
        add_notes(page);
    if (page->compat) {
        (void)td_buf_add_byte(page->out, '\n');
        cli_compat_text(page->out, page->compat, page->verbose);
    }
    if (audit_profile_events(page->profile))
        add_events(page);
}
