#include "core/jsonx_internal.h"

#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

#define CORE_TAG "tag:yaml.org,2002:"

/* What an anchor names: a stretch of the JSON text and of the marks. */
struct anchor {
    char *name;
    size_t text_from;
    size_t text_to; /* 0 while it is open */
    uint32_t mark_from;
    uint32_t mark_to;
};

/* One open collection. */
struct level {
    bool mapping;
    bool at_value; /* mapping: the key has been written */
    size_t items;  /* keys and values, or elements */
    size_t anchor; /* index + 1 of its anchor, or 0 */
};

struct converter {
    struct td_jsonx *doc;
    struct td_error *err;
    uint32_t marks;
    struct anchor *anchors;
    size_t anchor_count;
    size_t aliases;
    size_t documents;
    size_t depth;
    struct level levels[TD_JSONX_DEPTH];
};

static enum td_code fail(struct converter *c, enum td_code code,
                         yaml_mark_t mark, const char *what)
{
    char where[256];

    (void)snprintf(where, sizeof(where), "%.200s:%zu:%zu", c->doc->name,
                   mark.line + 1, mark.column + 1);
    return td_error_set(c->err, code, where, mark.index, "%s", what);
}

static enum td_code too_long(struct converter *c, yaml_mark_t mark)
{
    return fail(c, TD_LIMIT, mark, "the document is too long");
}

static void add_mark(struct converter *c, struct td_jsonx_mark mark)
{
    c->doc->marks =
        td_list_room(c->doc->marks, c->marks, sizeof(*c->doc->marks));
    c->doc->marks[c->marks++] = mark;
}

/* What stands in front of the text of a scalar. */
static uint8_t lead_of(const yaml_event_t *e)
{
    if (e->type != YAML_SCALAR_EVENT)
        return 0;
    if (e->start_mark.line != e->end_mark.line)
        return TD_JSONX_FOLDED;
    return e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE ? 0 : 1;
}

static struct td_jsonx_mark mark_of(const yaml_event_t *e)
{
    return (struct td_jsonx_mark){(uint32_t)e->start_mark.line + 1,
                                  (uint32_t)e->start_mark.column + 1,
                                  lead_of(e)};
}

static bool wants_key(const struct converter *c)
{
    return c->depth > 0 && c->levels[c->depth - 1].mapping &&
           !c->levels[c->depth - 1].at_value;
}

/* The comma or colon in front of the next item. */
static enum td_code put_separator(struct converter *c)
{
    struct level *in = c->depth > 0 ? &c->levels[c->depth - 1] : NULL;

    if (!in || (in->items == 0 && !in->at_value))
        return TD_OK;
    return td_buf_add_byte(&c->doc->text, in->at_value ? ':' : ',');
}

static void item_done(struct converter *c)
{
    struct level *in = c->depth > 0 ? &c->levels[c->depth - 1] : NULL;

    if (!in)
        return;
    in->items++;
    if (in->mapping)
        in->at_value = !in->at_value;
}

/* Remember an anchor that starts here; its index + 1, or 0 without a name. */
static size_t open_anchor(struct converter *c, const yaml_char_t *name)
{
    if (!name)
        return 0;
    c->anchors =
        td_realloc(c->anchors, (c->anchor_count + 1) * sizeof(*c->anchors));
    c->anchors[c->anchor_count++] = (struct anchor){
        .name = td_strdup((const char *)name),
        .text_from = c->doc->text.len,
        .mark_from = c->marks,
    };
    return c->anchor_count;
}

static void close_anchor(struct converter *c, size_t anchor)
{
    if (anchor == 0)
        return;
    c->anchors[anchor - 1].text_to = c->doc->text.len;
    c->anchors[anchor - 1].mark_to = c->marks;
}

static enum td_code put_string(struct converter *c, struct td_bytes text)
{
    struct td_buf *out = &c->doc->text;

    return td_buf_add_byte(out, '"') || td_json_escape(out, text) ||
                   td_buf_add_byte(out, '"')
               ? TD_LIMIT
               : TD_OK;
}

/* True if the tag (without the core schema's prefix) names this type. */
static bool is_tag(const char *tag, const char *type)
{
    return tag && !strncmp(tag, CORE_TAG, strlen(CORE_TAG)) &&
           !strcmp(tag + strlen(CORE_TAG), type);
}

/* Whether what a scalar was resolved to is of the type its tag asks for. */
static bool fits_tag(const char *tag, uint8_t first)
{
    bool number = first == '-' || (first >= '0' && first <= '9');

    return !tag || (is_tag(tag, "null") && first == 'n') ||
           (is_tag(tag, "bool") && (first == 't' || first == 'f')) ||
           ((is_tag(tag, "int") || is_tag(tag, "float")) && number);
}

static enum td_code put_value(struct converter *c, const yaml_event_t *e)
{
    struct td_bytes text =
        td_bytes(e->data.scalar.value, e->data.scalar.length);
    const char *tag = (const char *)e->data.scalar.tag;
    size_t from = c->doc->text.len;
    bool plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;

    if (is_tag(tag, "str") || (tag && !strcmp(tag, "!")) || (!tag && !plain))
        return put_string(c, text);
    switch (td_jsonx_resolve(&c->doc->text, text)) {
    case TD_JSONX_TEXT:
        if (tag)
            break;
        return put_string(c, text);
    case TD_JSONX_LITERAL:
        if (c->doc->text.len == from)
            return TD_LIMIT;
        if (!fits_tag(tag, c->doc->text.ptr[from]))
            break;
        return TD_OK;
    case TD_JSONX_NO_JSON:
        return fail(c, TD_USAGE, e->start_mark,
                    "this number has no form in JSON");
    }
    return fail(c, TD_USAGE, e->start_mark,
                "the tag is not of the core schema, or does not fit the value");
}

static enum td_code on_scalar(struct converter *c, const yaml_event_t *e)
{
    enum td_code code = TD_OK;
    size_t anchor;

    if (put_separator(c))
        return too_long(c, e->start_mark);
    anchor = open_anchor(c, e->data.scalar.anchor);
    add_mark(c, mark_of(e));
    if (wants_key(c))
        code = put_string(
            c, td_bytes(e->data.scalar.value, e->data.scalar.length));
    else
        code = put_value(c, e);
    if (code)
        return code == TD_LIMIT ? too_long(c, e->start_mark) : code;
    close_anchor(c, anchor);
    item_done(c);
    return TD_OK;
}

static const struct anchor *find_anchor(const struct converter *c,
                                        const char *name)
{
    for (size_t i = c->anchor_count; i > 0; i--) {
        if (!strcmp(c->anchors[i - 1].name, name))
            return &c->anchors[i - 1];
    }
    return NULL;
}

static enum td_code on_alias(struct converter *c, const yaml_event_t *e)
{
    struct td_buf *text = &c->doc->text;
    const struct anchor *a = find_anchor(c, (const char *)e->data.alias.anchor);
    size_t len;
    uint8_t *room;

    if (!a || a->text_to == 0)
        return fail(c, TD_USAGE, e->start_mark,
                    a ? "an alias within what it stands for"
                      : "an alias without an anchor above it");
    if (++c->aliases > TD_JSONX_ALIASES)
        return fail(c, TD_LIMIT, e->start_mark, "too many aliases");
    if (wants_key(c) && text->ptr[a->text_from] != '"')
        return fail(c, TD_USAGE, e->start_mark, "a key must be text");
    len = a->text_to - a->text_from;
    if (put_separator(c))
        return too_long(c, e->start_mark);
    room = td_buf_room(text, len);
    if (!room)
        return too_long(c, e->start_mark);
    memcpy(room, text->ptr + a->text_from, len);
    text->len += len;
    for (uint32_t i = a->mark_from; i < a->mark_to; i++)
        add_mark(c, c->doc->marks[i]);
    item_done(c);
    return TD_OK;
}

static enum td_code on_open(struct converter *c, const yaml_event_t *e,
                            bool mapping)
{
    const yaml_char_t *name =
        mapping ? e->data.mapping_start.anchor : e->data.sequence_start.anchor;
    const char *tag = (const char *)(mapping ? e->data.mapping_start.tag
                                             : e->data.sequence_start.tag);
    size_t anchor;

    if (tag && strcmp(tag, "!") != 0 && !is_tag(tag, mapping ? "map" : "seq"))
        return fail(c, TD_USAGE, e->start_mark,
                    "the tag is not of the core schema");
    if (wants_key(c))
        return fail(c, TD_USAGE, e->start_mark, "a key must be text");
    if (c->depth == TD_JSONX_DEPTH)
        return fail(c, TD_LIMIT, e->start_mark, "nested too deep");
    if (put_separator(c))
        return too_long(c, e->start_mark);
    anchor = open_anchor(c, name);
    add_mark(c, mark_of(e));
    c->levels[c->depth++] =
        (struct level){.mapping = mapping, .anchor = anchor};
    return td_buf_add_byte(&c->doc->text, mapping ? '{' : '[')
               ? too_long(c, e->start_mark)
               : TD_OK;
}

static enum td_code on_close(struct converter *c, const yaml_event_t *e)
{
    const struct level *in = &c->levels[--c->depth];

    if (td_buf_add_byte(&c->doc->text, in->mapping ? '}' : ']'))
        return too_long(c, e->start_mark);
    close_anchor(c, in->anchor);
    item_done(c);
    return TD_OK;
}

static enum td_code on_event(struct converter *c, const yaml_event_t *e)
{
    switch (e->type) {
    case YAML_DOCUMENT_START_EVENT:
        return c->documents++ == 0 ? TD_OK
                                   : fail(c, TD_USAGE, e->start_mark,
                                          "a second document in one file");
    case YAML_SCALAR_EVENT:
        return on_scalar(c, e);
    case YAML_ALIAS_EVENT:
        return on_alias(c, e);
    case YAML_SEQUENCE_START_EVENT:
        return on_open(c, e, false);
    case YAML_MAPPING_START_EVENT:
        return on_open(c, e, true);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return on_close(c, e);
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
    return TD_OK;
}

static enum td_code parser_failed(struct converter *c, const yaml_parser_t *p)
{
    yaml_mark_t mark = p->problem_mark;

    if (p->error == YAML_READER_ERROR)
        mark = p->mark;
    return fail(c, TD_USAGE, mark, p->problem ? p->problem : "not YAML");
}

static enum td_code convert(struct converter *c, yaml_parser_t *parser)
{
    enum td_code code = TD_OK;
    bool more = true;

    while (more && code == TD_OK) {
        yaml_event_t event;

        if (!yaml_parser_parse(parser, &event))
            return parser_failed(c, parser);
        more = event.type != YAML_STREAM_END_EVENT;
        code = on_event(c, &event);
        yaml_event_delete(&event);
    }
    return code;
}

enum td_code td_jsonx_from_yaml(struct td_jsonx *doc, struct td_bytes yaml,
                                struct td_error *err)
{
    struct converter *c = td_calloc(1, sizeof(*c));
    yaml_parser_t parser;
    enum td_code code = TD_LIMIT;

    c->doc = doc;
    c->err = err;
    /* YAML allows a byte order mark; with a set encoding the parser does not.
     */
    if (yaml.len >= 3 && memcmp(yaml.ptr, "\xEF\xBB\xBF", 3) == 0)
        yaml = td_bytes(yaml.ptr + 3, yaml.len - 3);
    if (yaml_parser_initialize(&parser)) {
        yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&parser, yaml.ptr, yaml.len);
        code = convert(c, &parser);
        yaml_parser_delete(&parser);
    }
    if (code == TD_OK && c->documents == 0) {
        add_mark(c, (struct td_jsonx_mark){.line = 1, .column = 1});
        (void)td_buf_add_text(&doc->text, "null");
    }
    for (size_t i = 0; i < c->anchor_count; i++)
        free(c->anchors[i].name);
    free(c->anchors);
    free(c);
    return code;
}
