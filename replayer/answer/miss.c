#include "replayer/answer/miss.h"

#include "core/log.h"
#include "core/secret_name.h"
#include "replayer/answer/mark.h"

#include <inttypes.h>

#define NO_MATCH    (-32001) /* JSON-RPC: server error, ours to define */
#define SHOWN       8        /* differences */
#define VALUE_SHOWN 60       /* bytes of a value */

static void put_value(struct td_buf *out, struct td_bytes value)
{
    bool cut = value.len > VALUE_SHOWN;

    if (!value.ptr) {
        (void)td_buf_add_text(out, "(nothing)");
        return;
    }
    (void)td_text_clean(out,
                        td_bytes(value.ptr, cut ? VALUE_SHOWN : value.len));
    if (cut)
        (void)td_buf_add_text(out, "...");
}

static const char *plural(uint32_t n)
{
    return n == 1 ? "" : "s";
}

/* In one line. */
static void put_message(struct td_buf *out, const struct play_miss *miss)
{
    (void)td_buf_addf(out, "%s %" PRIu32 " is ", miss->kind, miss->number);
    (void)td_buf_add_text(out, miss->used_up ? "not so often on the tape"
                                             : "not on the tape");
    if (miss->what.len) {
        (void)td_buf_add_text(out, ": ");
        (void)td_text_clean(out, miss->what);
    }
}

static bool is_name(const struct diff_line *line)
{
    return !strcmp(line->path, "(name)");
}

static const char *place_of(const struct play_miss *miss,
                            const struct diff_line *line)
{
    return miss->called && is_name(line) ? miss->called : line->path;
}

/* A live value that is a secret, as far as the tape or its name says. */
static bool is_secret(const struct diff_line *line)
{
    return line->to.ptr &&
           (play_has_mark(line->from) || td_secret_name(td_text(line->label)) ||
            play_has_secret_member(line->to));
}

static void put_quoted(struct td_buf *out, struct td_bytes text)
{
    (void)td_buf_add_byte(out, '"');
    put_value(out, text);
    (void)td_buf_add_byte(out, '"');
}

static void put_change(struct td_buf *out, const struct play_miss *miss,
                       const struct diff_line *line)
{
    if (is_name(line) && miss->near_what.len) {
        put_quoted(out, miss->near_what);
        (void)td_buf_add_text(out, " -> ");
        put_quoted(out, miss->what);
        return;
    }
    put_value(out, line->from);
    (void)td_buf_add_text(out, " -> ");
    put_value(out, is_secret(line) ? td_text("(redacted)") : line->to);
}

static void put_changes(struct td_buf *out, const struct play_miss *miss)
{
    const struct diff_tree *tree = miss->tree;
    uint32_t shown = 0;

    for (uint32_t i = 0; i < tree->len && shown < SHOWN; i++) {
        const struct diff_line *line = &tree->lines[i];

        if (line->kind != DIFF_LINE_CHANGE)
            continue;
        (void)td_buf_add_text(out, "    ");
        (void)td_text_clean(out, td_text(place_of(miss, line)));
        (void)td_buf_add_text(out, "  ");
        put_change(out, miss, line);
        (void)td_buf_add_byte(out, '\n');
        shown++;
    }
    if (tree->changes > shown)
        (void)td_buf_addf(out, "    and %" PRIu32 " more\n",
                          tree->changes - shown);
}

/* A value that --ignore may pass over: it is there on both sides. */
static bool is_ignorable(const struct diff_line *line)
{
    return line->kind == DIFF_LINE_CHANGE && strstr(line->hint, "ignore");
}

static bool is_redacted(const struct diff_line *line)
{
    return line->kind == DIFF_LINE_CHANGE && play_has_mark(line->from);
}

/* Whether all that differs may be passed over, in a line. */
static bool is_takeable(const struct diff_tree *tree)
{
    uint32_t ignorable = 0;

    for (uint32_t i = 0; i < tree->len; i++)
        ignorable += is_ignorable(&tree->lines[i]);
    return ignorable && ignorable == tree->changes && ignorable <= SHOWN;
}

static void put_hint(struct td_buf *out, const struct diff_tree *tree)
{
    (void)td_buf_add_text(out, "take it with:");
    for (uint32_t i = 0; i < tree->len; i++) {
        if (!is_ignorable(&tree->lines[i]))
            continue;
        (void)td_buf_add_text(out, " --ignore ");
        (void)td_text_clean(out, td_text(tree->lines[i].path));
    }
}

static bool is_payload(const struct diff_line *line)
{
    return line->kind == DIFF_LINE_CHANGE && !strcmp(line->path, "(payload)");
}

/* Nothing but its body, which is compared as a whole. */
static bool is_body_only(const struct play_miss *miss)
{
    const struct diff_tree *tree = miss->tree;
    bool found = false;

    for (uint32_t i = 0; tree && i < tree->len; i++)
        found |= is_payload(&tree->lines[i]);
    return found && tree->changes == 1 && miss->bodiless.len > 0;
}

static bool put_way(struct td_buf *out, const struct play_miss *miss)
{
    size_t before = out->len;

    if (miss->used_up)
        (void)td_buf_add_text(out, "answer it as the last time with: --repeat");
    else if (miss->tree && is_takeable(miss->tree))
        put_hint(out, miss->tree);
    else if (is_body_only(miss)) {
        (void)td_buf_add_text(out, "take it with any body with: --match ");
        (void)td_text_clean(out, miss->bodiless);
    }
    if (miss->upstream) {
        (void)td_buf_addf(out, "%srecord it: --mode new --to ",
                          out->len > before ? ", or " : "");
        (void)td_text_clean(out, td_text(miss->upstream));
    }
    return out->len > before;
}

/* What its sender got, and what may be done. */
static void put_end(struct td_buf *out, const struct play_miss *miss)
{
    struct td_buf way = {0};
    bool hint = put_way(&way, miss);

    if (miss->answered || hint) {
        (void)td_buf_addf(out, "  %s%s", miss->answered ? miss->answered : "",
                          miss->answered && hint ? "; " : "");
        (void)td_buf_add_bytes(out, td_buf_bytes(&way));
        (void)td_buf_add_byte(out, '\n');
    }
    td_buf_release(&way);
}

/* Of JSON text; both booleans are one. */
static int kind_of(struct td_bytes json)
{
    if (memchr("\"{[n", json.ptr[0], 4))
        return json.ptr[0];
    return json.ptr[0] == 't' || json.ptr[0] == 'f' ? 't' : '0';
}

/* No mask passes over it. */
static bool is_of_another_kind(const struct diff_line *line)
{
    return line->kind == DIFF_LINE_CHANGE && line->path[0] == '/' &&
           line->from.len && line->to.len &&
           kind_of(line->from) != kind_of(line->to);
}

static void put_remarks(struct td_buf *out, const struct diff_tree *tree)
{
    bool redacted = false;
    bool kinds = false;

    for (uint32_t i = 0; i < tree->len; i++) {
        redacted |= is_redacted(&tree->lines[i]);
        kinds |= is_of_another_kind(&tree->lines[i]);
    }
    if (redacted)
        (void)td_buf_add_text(out, "  the tape is redacted where it would have "
                                   "to match\n");
    if (kinds)
        (void)td_buf_add_text(out, "  --ignore lets a value differ only from "
                                   "one of the same kind\n");
}

static void put_near(struct td_buf *out, const struct play_miss *miss)
{
    uint32_t changes = miss->tree->changes;

    (void)td_buf_add_text(out, "  nearest: ");
    if (miss->near_exchange)
        (void)td_buf_addf(out, "exchange %" PRIu64 " (#%" PRIu64 ")",
                          miss->near_exchange, miss->near_seq);
    else
        (void)td_buf_addf(out, "#%" PRIu64, miss->near_seq);
    if (changes)
        (void)td_buf_addf(out, ", differs in %" PRIu32 " place%s\n", changes,
                          plural(changes));
    else
        (void)td_buf_add_text(out, ", equal but for an id that stands for "
                                   "another one already (number-ids)\n");
    put_changes(out, miss);
    put_remarks(out, miss->tree);
}

void play_miss_text(struct td_buf *out, const struct play_miss *miss)
{
    put_message(out, miss);
    (void)td_buf_add_byte(out, '\n');
    if (miss->tree)
        put_near(out, miss);
    put_end(out, miss);
}

static void put_data(struct td_json_writer *w, const struct play_miss *miss,
                     struct td_bytes message)
{
    td_json_put_text(w, "type", "tapedeck_no_match");
    if (message.len)
        td_json_put_string(w, "message", message);
    if (miss->tree && miss->near_exchange)
        td_json_put_u64(w, "nearest", miss->near_exchange);
    td_json_array(w, "differs");
    for (uint32_t i = 0; miss->tree && i < miss->tree->len; i++)
        if (miss->tree->lines[i].kind == DIFF_LINE_CHANGE)
            td_json_put_text(w, NULL, place_of(miss, &miss->tree->lines[i]));
    td_json_array_end(w);
}

void play_miss_error(struct td_buf *out, const struct play_miss *miss,
                     struct td_bytes id)
{
    struct td_json_writer w = td_json_writer(out);
    struct td_buf message = {0};

    put_message(&message, miss);
    td_json_object(&w, NULL);
    if (id.len) {
        td_json_put_text(&w, "jsonrpc", "2.0");
        td_json_put_raw(&w, "id", id);
    }
    td_json_object(&w, "error");
    if (id.len) {
        td_json_put_i64(&w, "code", NO_MATCH);
        td_json_put_string(&w, "message", td_buf_bytes(&message));
        td_json_object(&w, "data");
        put_data(&w, miss, td_text(""));
        td_json_object_end(&w);
    } else {
        put_data(&w, miss, td_buf_bytes(&message));
    }
    td_json_object_end(&w);
    td_json_object_end(&w);
    (void)td_json_done(&w);
    td_buf_release(&message);
}
