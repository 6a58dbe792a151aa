#include "validator/learn/write.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define CHOICE_SHARE 10 /* times that each value was seen, at least */
#define LIKE_LEAST   5  /* different texts that a pattern is made of */
#define TAPES_LEAST  3  /* of one value, to be the only one */

/* Whether messages are {"type": ..., "data": {...}} or so. */
const char *learn_data_of(const struct audit_profile *profile)
{
    uint32_t len = audit_profile_events(profile);
    bool any = false;

    for (uint32_t i = 0; i < len; i++) {
        const struct audit_event *event = audit_profile_event(profile, i);
        const struct audit_node *type = audit_node_child(&event->root, "type");
        const struct audit_node *data = audit_node_child(&event->root, "data");

        if (!event->root.types[AUDIT_OBJECT].count)
            continue; /* no object, which has no data */
        if (!type || !data || !audit_node_is_required(data) ||
            data->types[AUDIT_OBJECT].count != data->all.count)
            return "";
        any = true;
    }
    return any ? "/data" : "";
}

static bool is_plain(const char *text)
{
    static const char *const taken[] = {"true", "false", "null", "yes", "no",
                                        "on",   "off",   "y",    "n",   "~"};

    if (!((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
          *text == '_'))
        return false;
    for (const char *c = text; *c; c++) {
        if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
              (*c >= '0' && *c <= '9') || *c == '_' || *c == '-'))
            return false;
    }
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
        if (!strcasecmp(taken[i], text))
            return false;
    }
    return true;
}

void learn_add_text(struct td_buf *out, const char *text)
{
    if (is_plain(text)) {
        (void)td_buf_add_text(out, text);
        return;
    }
    (void)td_buf_add_byte(out, '"');
    (void)td_json_escape_any(out, td_text(text));
    (void)td_buf_add_byte(out, '"');
}

static void indent(struct td_buf *out, int depth)
{
    (void)td_buf_addf(out, "%*s", depth * 2, "");
}

/* A schema within a line. */

static bool is_choice(const struct audit_node *node)
{
    const struct audit_values *values = &node->values;

    if (values->sketch || values->secret || !values->words_len ||
        values->words_len > LEARN_CHOICES || values->numbers ||
        audit_node_is_volatile(node))
        return false;
    return values->words_len > 1 &&
           values->strings >= (uint64_t)CHOICE_SHARE * values->words_len;
}

/* One value on several tapes is all there is. */
static bool is_only(const struct audit_node *node)
{
    const struct audit_values *values = &node->values;

    return !values->sketch && !values->secret && values->words_len == 1 &&
           !values->numbers && values->strings >= CHOICE_SHARE &&
           audit_seen_tapes(&node->all) >= TAPES_LEAST;
}

static void add_choice(struct td_buf *out, const struct audit_node *node)
{
    bool null = node->types[AUDIT_NULL].count > 0;

    (void)td_buf_add_text(out, "enum: [");
    for (uint32_t i = 0; i < node->values.words_len; i++) {
        const struct audit_word *word = &node->values.words[i];
        char plain[AUDIT_WORD_MAX + 1];

        (void)td_buf_add_text(out, i ? ", " : "");
        memcpy(plain, word->text + 1, word->len - 2);
        plain[word->len - 2] = '\0';
        if (is_plain(plain))
            (void)td_buf_add_text(out, plain);
        else
            (void)td_buf_add(out, word->text, word->len);
    }
    (void)td_buf_add_text(out, null ? ", null]" : "]");
}

static unsigned types_of(const struct audit_node *node, const char *names[])
{
    unsigned len = 0;

    for (int i = 0; i < AUDIT_TYPES_LEN; i++) {
        if (!node->types[i].count)
            continue;
        if (i == AUDIT_INTEGER && node->types[AUDIT_NUMBER].count)
            continue;
        /* In YAML null is no text. */
        names[len++] =
            i == AUDIT_NULL ? "\"null\"" : audit_type_text((enum audit_type)i);
    }
    return len;
}

static void add_type(struct td_buf *out, const struct audit_node *node)
{
    const char *names[AUDIT_TYPES_LEN];
    unsigned len = types_of(node, names);

    (void)td_buf_add_text(out, len == 1 ? "type: " : "type: [");
    for (unsigned i = 0; i < len; i++)
        (void)td_buf_addf(out, "%s%s", i ? ", " : "", names[i]);
    (void)td_buf_add_text(out, len == 1 ? "" : "]");
}

static void add_form(struct td_buf *out, const struct audit_values *values)
{
    const char *format = audit_values_format(values);
    struct td_buf pattern = {0};

    if (format && !strchr(format, ' ')) {
        (void)td_buf_addf(out, ", format: %s", format);
        return;
    }
    if (!values->secret && audit_values_distinct(values) >= LIKE_LEAST &&
        audit_values_pattern(values, &pattern)) {
        (void)td_buf_add_text(out, ", pattern: \"");
        (void)td_json_escape(out, td_buf_bytes(&pattern));
        (void)td_buf_add_byte(out, '"');
    }
    td_buf_release(&pattern);
}

/* What was seen, behind the schema. */
static void add_evidence(struct td_buf *out, const struct audit_node *node)
{
    const struct audit_values *values = &node->values;
    const char *format = audit_values_format(values);

    if (values->secret) {
        (void)td_buf_add_text(out, "  # may be a secret");
        return;
    }
    if (is_choice(node)) {
        (void)td_buf_add_text(out, "  # ");
        for (uint32_t i = 0; i < values->words_len; i++)
            (void)td_buf_addf(out, "%s%" PRIu64, i ? ", " : "",
                              values->words[i].count);
        return;
    }
    if (values->numbers && values->max - values->min < HUGE_VAL)
        (void)td_buf_addf(out, "  # %.15g .. %.15g", values->min, values->max);
    else if (values->strings && format && strchr(format, ' '))
        (void)td_buf_addf(out, "  # %s", format);
    else if (values->strings)
        (void)td_buf_addf(out, "  # %s%" PRIu64 " value%s",
                          values->sketch ? "about " : "",
                          audit_values_distinct(values),
                          audit_values_distinct(values) == 1 ? "" : "s");
}

/* {type: string, ...}, of a place with nothing below it. */
static void add_scalar(struct td_buf *out, const struct audit_node *node)
{
    const struct audit_values *values = &node->values;
    bool strings = values->strings > 0;
    bool others = node->all.count != node->types[AUDIT_STRING].count +
                                         node->types[AUDIT_NULL].count;

    (void)td_buf_add_byte(out, '{');
    if (strings && !others && (is_choice(node) || is_only(node))) {
        add_choice(out, node);
    } else {
        add_type(out, node);
        if (strings && !others)
            add_form(out, values);
        if (values->numbers && values->min >= 0)
            (void)td_buf_add_text(out, ", minimum: 0");
    }
    (void)td_buf_add_byte(out, '}');
}

static bool has_inside(const struct audit_node *node)
{
    return node->children || node->map || (node->items && !node->recursive);
}

/* A schema on lines of its own. */

/* NOLINTBEGIN(misc-no-recursion): AUDIT_DEPTH_MAX bounds it */

static void add_schema(struct td_buf *out, const struct audit_node *node,
                       int depth);

/* " {...}" or the lines below, behind "key:". */
static void add_value(struct td_buf *out, const struct audit_node *node,
                      int depth)
{
    if (has_inside(node)) {
        if (node->recursive)
            (void)td_buf_add_text(out, "  # stands in itself");
        (void)td_buf_add_byte(out, '\n');
        add_schema(out, node, depth);
        return;
    }
    (void)td_buf_add_byte(out, ' ');
    add_scalar(out, node);
    add_evidence(out, node);
    (void)td_buf_add_byte(out, '\n');
}

static void add_required(struct td_buf *out, const struct audit_node *node,
                         int depth)
{
    uint64_t objects = node->types[AUDIT_OBJECT].count;
    bool any = false;

    for (const struct audit_node *c = node->children; c; c = c->next) {
        if (!audit_node_is_required(c))
            continue;
        if (!any)
            indent(out, depth);
        (void)td_buf_add_text(out, any ? ", " : "required: [");
        learn_add_text(out, c->name);
        any = true;
    }
    if (any)
        (void)td_buf_addf(out, "]  # %" PRIu64 " of %" PRIu64 "\n", objects,
                          objects);
}

static void add_properties(struct td_buf *out, const struct audit_node *node,
                           int depth)
{
    if (!node->children)
        return;
    indent(out, depth);
    (void)td_buf_add_text(out, "properties:\n");
    for (const struct audit_node *c = node->children; c; c = c->next) {
        if (!c->all.count)
            continue;
        indent(out, depth + 1);
        learn_add_text(out, c->name);
        (void)td_buf_add_byte(out, ':');
        add_value(out, c, depth + 2);
    }
}

static void add_schema(struct td_buf *out, const struct audit_node *node,
                       int depth)
{
    indent(out, depth);
    add_type(out, node);
    (void)td_buf_add_byte(out, '\n');
    add_required(out, node, depth);
    add_properties(out, node, depth);
    if (node->map) {
        indent(out, depth);
        (void)td_buf_add_text(out, "additionalProperties:");
        add_value(out, node->map, depth + 1);
    }
    if (node->items && node->items->all.count) {
        indent(out, depth);
        (void)td_buf_add_text(out, "items:");
        add_value(out, node->items, depth + 1);
    }
}

/* NOLINTEND(misc-no-recursion) */

static const struct learn_event *mined(const struct learn_mine *mine,
                                       const struct audit_event *event)
{
    for (uint32_t i = 0; i < mine->events_len; i++) {
        if (mine->events[i].event == event)
            return &mine->events[i];
    }
    return NULL;
}

/* One alternative: the tag's value, what it has and what it lacks. */
static void add_alternative(struct td_buf *out, const struct learn_event *e,
                            const struct learn_tag *tag,
                            const struct audit_node *of, uint32_t value)
{
    const struct audit_word *word = &of->values.words[value];
    bool any = false;

    indent(out, 3);
    (void)td_buf_add_text(out, "- {properties: {");
    learn_add_text(out, of->name);
    (void)td_buf_addf(out, ": {const: %.*s}", (int)word->len, word->text);
    for (uint32_t i = 0; i < e->optional_len; i++) {
        if (tag->counts[value][i])
            continue;
        (void)td_buf_add_text(out, ", ");
        learn_add_text(out, e->optional[i]->name);
        (void)td_buf_add_text(out, ": false");
    }
    (void)td_buf_add_byte(out, '}');
    for (uint32_t i = 0; i < e->optional_len; i++) {
        if (!tag->counts[value][i])
            continue;
        (void)td_buf_add_text(out, any ? ", " : ", required: [");
        learn_add_text(out, e->optional[i]->name);
        any = true;
    }
    (void)td_buf_add_text(out, any ? "]}" : "}");
    (void)td_buf_addf(out, "  # %" PRIu64 "\n", tag->totals[value]);
}

/* Members that depend on one of its texts. */
static void add_alternatives(struct td_buf *out,
                             const struct learn_writing *what,
                             const struct audit_event *event)
{
    const struct learn_event *e = mined(what->mine, event);
    const struct learn_tag *tag = e ? learn_tags_decide(what->mine, e) : NULL;
    const struct audit_node *of;

    if (!tag)
        return;
    of = what->mine->fields[tag->field].node;
    indent(out, 3);
    (void)td_buf_add_text(out, "oneOf:  # by ");
    learn_add_text(out, of->name);
    (void)td_buf_add_byte(out, '\n');
    for (uint32_t i = 0; i < of->values.words_len; i++)
        add_alternative(out, e, tag, of, i);
}

static void add_event(struct td_buf *out, const struct learn_writing *what,
                      const struct audit_event *event, uint32_t tapes)
{
    const struct audit_node *data =
        *what->data ? audit_node_child(&event->root, what->data + 1)
                    : &event->root;
    uint32_t on = audit_seen_tapes(&event->seen);
    bool optional = on < tapes;

    (void)td_buf_add_text(out, "  ");
    learn_add_text(out, event->name);
    (void)td_buf_addf(out,
                      ":  # %" PRIu64 " message%s, on %" PRIu32 " of "
                      "%" PRIu32 " tape%s\n",
                      event->seen.count, event->seen.count == 1 ? "" : "s", on,
                      tapes, tapes == 1 ? "" : "s");
    if (optional)
        (void)td_buf_add_text(out, "    optional: true\n");
    if (event->plain)
        (void)td_buf_add_text(out, "    bytes: true\n");
    else if (data && data->all.count) {
        (void)td_buf_add_text(out, "    schema:");
        add_value(out, data, 3);
        add_alternatives(out, what, event);
    }
}

static void add_unnamed(struct td_buf *out, const struct audit_event *event)
{
    (void)td_buf_addf(out,
                      "# %" PRIu64 " message%s no name: let pass\n"
                      "unknown: ignore\n",
                      event->seen.count,
                      event->seen.count == 1 ? " has" : "s have");
}

/* Where the name is goes without saying, where a transport gives it. */
static void add_stream(struct td_buf *out, const struct learn_writing *what)
{
    if (what->name)
        (void)td_buf_addf(out, "stream: {name: %s%s%s}\n", what->name,
                          *what->data ? ", data: " : "", what->data);
    else if (*what->data)
        (void)td_buf_addf(out, "stream: {data: %s}\n", what->data);
}

static void write_all(struct td_buf *out, const struct learn_writing *what)
{
    const struct audit_event *unnamed = audit_profile_find(what->profile, "");
    uint32_t len = audit_profile_events(what->profile);
    uint32_t tapes = what->mine->tapes;
    struct learn_left left;

    (void)td_buf_addf(out,
                      "# learned from %" PRIu32 " tape%s, %" PRIu64
                      " message%s; every rule held on all of them\n"
                      "contract: 1\n",
                      tapes, tapes == 1 ? "" : "s",
                      audit_profile_messages(what->profile),
                      audit_profile_messages(what->profile) == 1 ? "" : "s");
    add_stream(out, what);
    if (unnamed)
        add_unnamed(out, unnamed);
    if (len > (unnamed != NULL))
        (void)td_buf_add_text(out, "events:\n");
    for (uint32_t i = 0; i < len; i++) {
        if (audit_profile_event(what->profile, i) != unnamed)
            add_event(out, what, audit_profile_event(what->profile, i), tapes);
    }
    left = learn_write_rules(out, what->mine, what->strictness);
    (void)td_buf_addf(out,
                      "# not written: %" PRIu32 " rule%s that follow%s from "
                      "these, %" PRIu32 " with too little support%s\n",
                      left.implied, left.implied == 1 ? "" : "s",
                      left.implied == 1 ? "s" : "", left.weak,
                      left.weak ? " (learn --all)" : "");
}

/* Characters that YAML does not have as they are, even in quotes (YAML 1.2.2,
 * section 5.1), as bytes of UTF-8: what stands for them, and how long they are.
 */
static unsigned not_printable(const uint8_t *at, size_t len, char out[8])
{
    unsigned code = 0;
    unsigned size = 1;

    if (at[0] == 0x7f) {
        code = 0x7f;
    } else if (len >= 2 && at[0] == 0xc2 && at[1] < 0xa0) {
        code = at[1];
        size = 2;
    } else if (len >= 3 && at[0] == 0xef &&
               ((at[1] == 0xbb && at[2] == 0xbf) ||
                (at[1] == 0xbf && at[2] >= 0xbe))) {
        code = at[1] == 0xbb ? 0xfeff : 0xff40u + at[2];
        size = 3;
    }
    if (!code)
        return 0;
    (void)snprintf(out, 8, "\\u%04x", code);
    return size;
}

static void add_printable(struct td_buf *out, const struct td_buf *text)
{
    char escape[8];

    for (size_t i = 0; i < text->len;) {
        unsigned size = not_printable(text->ptr + i, text->len - i, escape);

        if (size)
            (void)td_buf_add_text(out, escape);
        else
            (void)td_buf_add_byte(out, text->ptr[i]);
        i += size ? size : 1;
    }
}

void learn_write(struct td_buf *out, const struct learn_writing *what)
{
    struct td_buf text = {0};

    write_all(&text, what);
    add_printable(out, &text);
    td_buf_release(&text);
}

void learn_write_event(struct td_buf *out, const struct learn_writing *what,
                       const struct audit_event *event)
{
    struct td_buf text = {0};

    add_event(&text, what, event, what->mine->tapes);
    add_printable(out, &text);
    td_buf_release(&text);
}
