#include "core/json_writer.h"
#include "validator/audit/state.h"

#include <math.h>

static void put_place(struct td_json_writer *w, struct audit_place place)
{
    td_json_put_u64(w, NULL, place.tape);
    td_json_put_u64(w, NULL, place.seq);
}

static bool has_tape(const struct audit_seen *seen, uint32_t i)
{
    return i / 64 < seen->tapes_len && seen->tapes[i / 64] >> i % 64 & 1;
}

static void put_seen(struct td_json_writer *w, const char *key,
                     const struct audit_seen *seen)
{
    td_json_array(w, key);
    td_json_put_u64(w, NULL, seen->count);
    put_place(w, seen->first);
    put_place(w, seen->last);
    td_json_array(w, NULL);
    for (uint32_t i = 0; i < seen->tapes_len * 64; i++) {
        uint32_t from = i;

        if (!has_tape(seen, i))
            continue;
        while (has_tape(seen, i + 1))
            i++;
        td_json_put_u64(w, NULL, from);
        td_json_put_u64(w, NULL, i);
    }
    td_json_array_end(w);
    td_json_array_end(w);
}

/* So that it is read as it is; what JSON has no number for is left out. */
static void put_number(struct td_json_writer *w, const char *key, double n)
{
    struct td_buf text = {0};

    if (n - n == 0) {
        (void)td_buf_addf(&text, "%.17g", n);
        td_json_put_raw(w, key, td_buf_bytes(&text));
    }
    td_buf_release(&text);
}

static void put_words(struct td_json_writer *w,
                      const struct audit_values *values)
{
    td_json_array(w, "words");
    for (uint32_t i = 0; i < values->words_len; i++) {
        const struct audit_word *word = &values->words[i];

        td_json_array(w, NULL);
        td_json_put_raw(w, NULL, td_bytes(word->text, word->len));
        td_json_put_u64(w, NULL, word->count);
        put_place(w, word->first);
        td_json_array_end(w);
    }
    td_json_array_end(w);
    if (values->like && !values->unlike)
        td_json_put_string(w, "like", td_bytes(values->like, values->like_len));
}

static void put_values(struct td_json_writer *w,
                       const struct audit_values *values)
{
    if (!values->numbers && !values->strings)
        return;
    td_json_object(w, "values");
    td_json_put_u64(w, "numbers", values->numbers);
    put_number(w, "min", values->min);
    put_number(w, "max", values->max);
    td_json_put_u64(w, "strings", values->strings);
    td_json_put_u64(w, "least", values->least);
    td_json_put_u64(w, "most", values->most);
    td_json_array(w, "formats");
    for (uint32_t i = 0; i < AUDIT_FORMATS_LEN; i++) {
        if (values->formats >> i & 1)
            td_json_put_text(w, NULL, audit_format_text((enum audit_format)i));
    }
    td_json_array_end(w);
    if (values->secret) {
        td_json_put_text(w, "secret", values->secret);
        td_json_put_u64(w, "secret_len", values->secret_len);
        td_json_put_u64(w, "secret_tape", values->secret_at.tape);
        td_json_put_u64(w, "secret_seq", values->secret_at.seq);
    } else {
        put_words(w, values);
    }
    if (values->sketch)
        td_json_put_b64(w, "sketch", td_bytes(values->sketch, AUDIT_REGISTERS));
    td_json_object_end(w);
}

static void put_node(struct td_json_writer *w, const struct audit_node *node,
                     uint32_t depth)
{
    td_json_object(w, NULL);
    td_json_put_u64(w, "depth", depth);
    if (node->parent)
        td_json_put_text(w, "name", node->name);
    if (node->parent && node->parent->items == node)
        td_json_put_text(w, "is", "items");
    if (node->parent && node->parent->map == node)
        td_json_put_text(w, "is", "map");
    if (node->recursive)
        td_json_put_bool(w, "recursive", true);
    put_seen(w, "seen", &node->all);
    td_json_object(w, "types");
    for (int i = 0; i < AUDIT_TYPES_LEN; i++) {
        if (node->types[i].count)
            put_seen(w, audit_type_text((enum audit_type)i), &node->types[i]);
    }
    td_json_object_end(w);
    if (node->types[AUDIT_ARRAY].count) {
        td_json_put_u64(w, "least_items", node->items_least);
        td_json_put_u64(w, "most_items", node->items_most);
    }
    put_values(w, &node->values);
    td_json_object_end(w);
    (void)td_json_line(w);
}

/* NOLINTNEXTLINE(misc-no-recursion): AUDIT_DEPTH_MAX bounds it */
static uint64_t put_nodes(struct td_json_writer *w,
                          const struct audit_node *node, uint32_t depth)
{
    uint64_t lines = 1;

    if (!node->all.count)
        return 0;
    put_node(w, node, depth);
    for (const struct audit_node *c = node->children; c; c = c->next)
        lines += put_nodes(w, c, depth + 1);
    if (node->items)
        lines += put_nodes(w, node->items, depth + 1);
    if (node->map)
        lines += put_nodes(w, node->map, depth + 1);
    return lines;
}

static void put_head(struct td_json_writer *w,
                     const struct audit_profile *profile,
                     const struct audit_tapes *tapes)
{
    struct audit_left_out left = audit_profile_left_out(profile);

    td_json_object(w, NULL);
    td_json_put_u64(w, "audit", AUDIT_STATE_VERSION);
    td_json_put_u64(w, "messages", audit_profile_messages(profile));
    td_json_array(w, "left_out");
    td_json_put_u64(w, NULL, left.messages);
    td_json_put_u64(w, NULL, left.fields);
    td_json_put_u64(w, NULL, left.deep);
    td_json_array_end(w);
    td_json_array(w, "tapes");
    for (uint32_t i = 0; i < tapes->len; i++) {
        td_json_object(w, NULL);
        td_json_put_text(w, "path", tapes->list[i].path);
        td_json_put_u64(w, "messages", tapes->list[i].messages);
        td_json_put_u64(w, "start", tapes->list[i].start_wall_ns);
        td_json_put_bool(w, "tape", tapes->list[i].is_tape);
        td_json_object_end(w);
    }
    td_json_array_end(w);
    td_json_object_end(w);
    (void)td_json_line(w);
}

void audit_state_write(struct td_buf *out, const struct audit_profile *profile,
                       const struct audit_tapes *tapes)
{
    struct td_json_writer w = td_json_writer(out);
    uint64_t lines = 1;

    put_head(&w, profile, tapes);
    for (uint32_t i = 0; i < audit_profile_events(profile); i++) {
        const struct audit_event *event = audit_profile_event(profile, i);

        td_json_object(&w, NULL);
        td_json_put_text(&w, "event", event->name);
        put_seen(&w, "seen", &event->seen);
        td_json_array(&w, "bytes");
        td_json_put_u64(&w, NULL, event->bytes);
        td_json_put_u64(&w, NULL, event->bytes_most);
        put_place(&w, event->largest);
        td_json_array_end(&w);
        td_json_put_u64(&w, "plain", event->plain);
        if (event->again > 0) {
            td_json_array(&w, "again");
            td_json_put_u64(&w, NULL, event->again);
            put_place(&w, event->again_at);
            td_json_array_end(&w);
        }
        td_json_object_end(&w);
        (void)td_json_line(&w);
        lines += 1 + put_nodes(&w, &event->root, 0);
    }
    td_json_object(&w, NULL);
    td_json_put_u64(&w, "end", lines);
    td_json_object_end(&w);
    (void)td_json_line(&w);
}
