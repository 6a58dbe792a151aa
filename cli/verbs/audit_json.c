#include "cli/verbs/audit_show.h"
#include "cli/verbs/compat_show.h"
#include "core/json_writer.h"

static void put_seen(struct td_json_writer *w, const struct audit_seen *seen)
{
    td_json_put_u64(w, "count", seen->count);
    td_json_put_u64(w, "tapes", audit_seen_tapes(seen));
    td_json_put_u64(w, "first_tape", seen->first.tape);
    td_json_put_u64(w, "first_seq", seen->first.seq);
    td_json_put_u64(w, "last_tape", seen->last.tape);
    td_json_put_u64(w, "last_seq", seen->last.seq);
}

static void put_words(struct td_json_writer *w,
                      const struct audit_values *values)
{
    td_json_put_u64(w, "distinct", audit_values_distinct(values));
    td_json_put_bool(w, "distinct_is_exact", !values->sketch);
    if (values->secret || values->sketch)
        return;
    td_json_array(w, "values");
    for (uint32_t i = 0; i < values->words_len; i++) {
        const struct audit_word *word = &values->words[i];

        td_json_object(w, NULL);
        td_json_put_raw(w, "value", td_bytes(word->text, word->len));
        td_json_put_u64(w, "count", word->count);
        td_json_object_end(w);
    }
    td_json_array_end(w);
}

/* A number as JSON has it: the shortest text that is enough for people. */
static void put_number(struct td_json_writer *w, const char *key, double n)
{
    struct td_buf text = {0};

    if (n - n == 0)
        (void)td_buf_addf(&text, "%.15g", n);
    td_json_put_raw(w, key, td_buf_bytes(&text));
    td_buf_release(&text);
}

static void put_values(struct td_json_writer *w, const struct audit_node *node)
{
    const struct audit_values *values = &node->values;

    if (values->numbers) {
        put_number(w, "min", values->min);
        put_number(w, "max", values->max);
    }
    if (values->strings) {
        td_json_put_u64(w, "least_bytes", values->least);
        td_json_put_u64(w, "most_bytes", values->most);
        td_json_put_text_or_null(w, "format", audit_values_format(values));
    }
    if (node->types[AUDIT_ARRAY].count) {
        td_json_put_u64(w, "least_items", node->items_least);
        td_json_put_u64(w, "most_items", node->items_most);
    }
    if (values->numbers || values->strings)
        put_words(w, values);
}

static void put_node(struct td_json_writer *w, const struct audit_node *node)
{
    struct td_buf path = {0};

    audit_node_path(&path, node);
    td_json_object(w, NULL);
    td_json_put_string(w, "path", td_buf_bytes(&path));
    put_seen(w, &node->all);
    td_json_put_bool(w, "required", audit_node_is_required(node));
    td_json_put_bool(w, "recursive", node->recursive);
    td_json_object(w, "types");
    for (int i = 0; i < AUDIT_TYPES_LEN; i++) {
        if (node->types[i].count)
            td_json_put_u64(w, audit_type_text((enum audit_type)i),
                            node->types[i].count);
    }
    td_json_object_end(w);
    put_values(w, node);
    td_json_object_end(w);
    td_buf_release(&path);
}

/* NOLINTNEXTLINE(misc-no-recursion): AUDIT_DEPTH_MAX bounds it */
static void put_fields(struct td_json_writer *w, const struct audit_node *node)
{
    if (node->parent && node->all.count)
        put_node(w, node);
    for (const struct audit_node *c = node->children; c; c = c->next)
        put_fields(w, c);
    if (node->items)
        put_fields(w, node->items);
    if (node->map)
        put_fields(w, node->map);
}

static void put_events(struct td_json_writer *w,
                       const struct audit_profile *profile)
{
    td_json_array(w, "events");
    for (uint32_t i = 0; i < audit_profile_events(profile); i++) {
        const struct audit_event *event = audit_profile_event(profile, i);

        td_json_object(w, NULL);
        td_json_put_text(w, "name", event->name);
        put_seen(w, &event->seen);
        td_json_put_u64(w, "bytes", event->bytes);
        td_json_put_u64(w, "most_bytes", event->bytes_most);
        td_json_put_u64(w, "not_json", event->plain);
        td_json_put_u64(w, "came_twice", event->again);
        td_json_array(w, "fields");
        put_fields(w, &event->root);
        td_json_array_end(w);
        td_json_object_end(w);
    }
    td_json_array_end(w);
}

static void put_tapes(struct td_json_writer *w, const struct audit_tapes *tapes)
{
    td_json_array(w, "tapes");
    for (uint32_t i = 0; i < tapes->len; i++) {
        const struct audit_tape *tape = &tapes->list[i];

        td_json_object(w, NULL);
        td_json_put_text(w, "path", tape->path);
        td_json_put_u64(w, "messages", tape->messages);
        if (tape->start_wall_ns)
            td_json_put_time(w, "start", tape->start_wall_ns);
        if (tape->source)
            td_json_put_body(w, "source", td_text(tape->source));
        td_json_object_end(w);
    }
    td_json_array_end(w);
}

static void put_remarks(struct td_json_writer *w,
                        const struct cli_audit_page *page)
{
    td_json_array(w, "remarks");
    for (uint32_t i = 0; i < page->remarks->len; i++) {
        const struct audit_remark *remark = &page->remarks->list[i];
        const char *tape = cli_audit_tape(page, remark);

        td_json_object(w, NULL);
        td_json_put_text(w, "kind", audit_remark_text(remark->kind));
        td_json_put_bool(w, "needs_you", audit_remark_needs(remark->kind));
        td_json_put_text(w, "event", remark->event);
        td_json_put_text(w, "path", remark->path);
        if (remark->to)
            td_json_put_text(w, "to", remark->to);
        td_json_put_text(w, "text", remark->text);
        td_json_put_text_or_null(w, "tape", tape);
        if (tape && remark->kind != AUDIT_REMARK_UNREAD)
            td_json_put_u64(w, "seq", remark->place.seq);
        td_json_object_end(w);
    }
    td_json_array_end(w);
}

void cli_audit_json(const struct cli_audit_page *page)
{
    struct td_json_writer w = td_json_writer(page->out);
    struct audit_left_out left = audit_profile_left_out(page->profile);

    td_json_object(&w, NULL);
    td_json_put_u64(&w, "messages", audit_profile_messages(page->profile));
    put_tapes(&w, page->tapes);
    put_events(&w, page->profile);
    put_remarks(&w, page);
    if (page->compat)
        cli_compat_json(&w, page->compat);
    td_json_put_u64(&w, "silenced", page->remarks->silenced);
    td_json_object(&w, "left_out");
    td_json_put_u64(&w, "messages", left.messages);
    td_json_put_u64(&w, "names", left.names);
    td_json_put_u64(&w, "fields", left.fields);
    td_json_put_u64(&w, "deep", left.deep);
    td_json_object_end(&w);
    td_json_object_end(&w);
    (void)td_json_line(&w);
}
