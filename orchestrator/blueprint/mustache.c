#include "orchestrator/blueprint/mustache.h"

#include "core/arena.h"
#include "core/suggest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A tag as it stands in the text. */
struct tag {
    size_t open;     /* of its {{ */
    size_t end;      /* behind its }} */
    size_t line_end; /* end, or behind the line that it stands alone on */
    size_t cut;      /* open, or the start of that line */
    char kind;       /* 'v' for a value, or one of # ^ / ! */
    struct td_bytes name;
};

struct run {
    struct td_buf *out;
    const char *name;
    struct td_bytes text;
    const struct td_json_doc *doc;
    uint32_t stack[BLUE_NESTING_MAX + 2]; /* values that names are looked in */
    size_t depth;
    size_t steps;
    size_t limit; /* bytes of *out */
    struct td_error *err;
};

static enum td_code refuse(const struct run *r, size_t at, const char *text,
                           const char *hint)
{
    char where[240];
    unsigned line = 1;
    size_t start = 0;

    for (size_t i = 0; i < at; i++)
        if (r->text.ptr[i] == '\n') {
            line++;
            start = i + 1;
        }
    (void)snprintf(where, sizeof(where), "%.200s:%u:%zu", r->name, line,
                   at - start + 1);
    (void)td_error_set(r->err, TD_USAGE, where, 0, "%s", text);
    return td_error_hint(r->err, "%s", hint);
}

static enum td_code refuse_name(const struct run *r, const struct tag *tag,
                                const char *why, const char *hint)
{
    char text[200];
    int len = tag->name.len < 80 ? (int)tag->name.len : 80;

    (void)snprintf(text, sizeof(text), "%s \"%.*s\"", why, len,
                   (const char *)tag->name.ptr);
    return refuse(r, tag->open, text, hint);
}

/* ---- tags ---- */

static bool blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

/* Nothing but blanks is on the tag's line: it goes with the tag. */
static void cut_line(const struct run *r, struct tag *tag)
{
    size_t from = tag->open;
    size_t to = tag->end;

    while (from > 0 && blank(r->text.ptr[from - 1]))
        from--;
    if (from > 0 && r->text.ptr[from - 1] != '\n')
        return;
    while (to < r->text.len && blank(r->text.ptr[to]))
        to++;
    if (to + 1 < r->text.len && r->text.ptr[to] == '\r' &&
        r->text.ptr[to + 1] == '\n')
        to++;
    if (to < r->text.len && r->text.ptr[to] != '\n')
        return;
    tag->cut = from;
    tag->line_end = to < r->text.len ? to + 1 : to;
}

static bool fit_name(struct td_bytes name)
{
    if (td_bytes_is(name, "."))
        return true;
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.ptr[i];
        bool dot = c == '.';

        if (dot ? i == 0 || i + 1 == name.len || name.ptr[i - 1] == '.'
                : !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                    (c >= '0' && c <= '9') || c == '_' || c == '-'))
            return false;
    }
    return name.len > 0;
}

static enum td_code refuse_kind(const struct run *r, size_t at, uint8_t c)
{
    static const struct {
        char c;
        const char *text;
        const char *hint;
    } rows[] = {
        {'>', "there are no partials", "write the text here"},
        {'=', "delimiters cannot be changed", "they are {{ and }}"},
        {'&', "nothing is escaped here, so & means nothing", "leave it away"},
        {'{', "nothing is escaped here, so {{{ means nothing",
         "write {{x}}; a brace before it with a space between, { {{x}}"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].c == (char)c)
            return refuse(r, at, rows[i].text, rows[i].hint);
    return TD_OK;
}

static size_t find(struct td_bytes text, size_t from, const char *two)
{
    for (size_t i = from; i + 1 < text.len; i++)
        if (text.ptr[i] == (uint8_t)two[0] &&
            text.ptr[i + 1] == (uint8_t)two[1])
            return i;
    return text.len;
}

static enum td_code read_name(struct run *r, struct tag *tag, size_t at,
                              size_t close)
{
    while (at < close && r->text.ptr[at] <= ' ')
        at++;
    while (close > at && r->text.ptr[close - 1] <= ' ')
        close--;
    tag->name = td_bytes(r->text.ptr + at, close - at);
    if (tag->kind != '!' && !fit_name(tag->name))
        return refuse_name(r, tag, "this is no name:",
                           "names have letters, digits, _ and -, with dots "
                           "between them");
    return TD_OK;
}

/* The next tag from `from` on. TD_END: there is none. */
static enum td_code next_tag(struct run *r, size_t from, struct tag *tag)
{
    size_t close;
    size_t at;
    enum td_code code;

    tag->open = find(r->text, from, "{{");
    if (tag->open == r->text.len)
        return TD_END;
    if (++r->steps > BLUE_STEPS_MAX)
        return td_error_set(r->err, TD_LIMIT, r->name, tag->open,
                            "more than %d tags to look at", BLUE_STEPS_MAX);
    at = tag->open + 2;
    close = find(r->text, at, "}}");
    if (close == r->text.len)
        return refuse(r, tag->open, "this tag has no end",
                      "write }} behind it");
    code = refuse_kind(r, tag->open, r->text.ptr[at]);
    tag->end = tag->line_end = close + 2;
    tag->cut = tag->open;
    tag->kind = 'v';
    if (code == TD_OK && close > at && memchr("#^/!", r->text.ptr[at], 4))
        tag->kind = (char)r->text.ptr[at++];
    if (code == TD_OK)
        code = read_name(r, tag, at, close);
    if (code == TD_OK && tag->kind != 'v')
        cut_line(r, tag);
    return code;
}

/* The end of the section that begins with *open. */
static enum td_code find_end(struct run *r, const struct tag *open,
                             struct tag *end)
{
    size_t nested = 0;
    size_t from = open->end;
    enum td_code code;

    while ((code = next_tag(r, from, end)) == TD_OK) {
        from = end->end;
        if (end->kind == '#' || end->kind == '^')
            nested++;
        if (end->kind != '/')
            continue;
        if (nested == 0 && !td_bytes_equal(open->name, end->name))
            return refuse_name(r, end, "the section at hand is not",
                               "close sections in the order in which they "
                               "were opened");
        if (nested-- == 0)
            return TD_OK;
    }
    if (code == TD_END)
        code = refuse_name(r, open, "nothing closes the section",
                           "write {{/name}} behind it");
    return code;
}

/* ---- values ---- */

static uint32_t member(const struct td_json_doc *doc, uint32_t at,
                       struct td_bytes name)
{
    return doc->values[at].kind == TD_JSON_OBJECT
               ? td_json_member(doc, at, name)
               : 0;
}

/* Offer the keys of what names are looked in; texts go to arena. */
static void offer(struct td_suggestion *near, const struct run *r,
                  struct td_arena *arena)
{
    const struct td_json_value *v = r->doc->values;

    for (size_t level = r->depth; level-- > 0;) {
        uint32_t at = r->stack[level];

        if (v[at].kind != TD_JSON_OBJECT)
            continue;
        for (uint32_t key = at + 1; key < v[at].next; key = v[key + 1].next)
            td_suggest(near, td_arena_text(arena, td_json_inner(r->doc, key)));
    }
}

static enum td_code refuse_unknown(const struct run *r, const struct tag *tag,
                                   struct td_bytes part)
{
    struct td_arena arena = {0};
    struct td_suggestion near = {.word = td_arena_text(&arena, part)};
    enum td_code code;

    offer(&near, r, &arena);
    code = refuse_name(r, tag, "nobody knows",
                       "docs/blueprints.md lists what there is");
    if (near.best)
        code = td_error_hint(r->err, "did you mean %s?", near.best);
    td_arena_release(&arena);
    return code;
}

/* The value of a name, in *at. TD_USAGE: nobody knows it. */
static enum td_code look_up(struct run *r, const struct tag *tag, uint32_t *at)
{
    struct td_bytes rest = tag->name;
    size_t level = r->depth;
    bool first = true;

    *at = r->stack[r->depth - 1];
    if (td_bytes_is(rest, "."))
        return TD_OK;
    while (rest.len > 0) {
        const uint8_t *dot = memchr(rest.ptr, '.', rest.len);
        size_t len = dot ? (size_t)(dot - rest.ptr) : rest.len;
        struct td_bytes part = td_bytes(rest.ptr, len);
        uint32_t found = 0;

        if (first)
            while (level > 0 && found == 0)
                found = member(r->doc, r->stack[--level], part);
        else
            found = member(r->doc, *at, part);
        if (found == 0)
            return refuse_unknown(r, tag, part);
        *at = found;
        first = false;
        rest = dot ? td_bytes(dot + 1, rest.len - len - 1)
                   : td_bytes(rest.ptr + len, 0);
    }
    return TD_OK;
}

static bool is_true(const struct td_json_doc *doc, uint32_t at)
{
    const struct td_json_value *v = &doc->values[at];

    switch ((enum td_json_kind)v->kind) {
    case TD_JSON_NULL:
    case TD_JSON_FALSE:
        return false;
    case TD_JSON_STRING:
        return v->end - v->start > 2;
    case TD_JSON_ARRAY:
        return v->count > 0;
    case TD_JSON_TRUE:
    case TD_JSON_NUMBER:
    case TD_JSON_OBJECT:
    default:
        return true;
    }
}

static enum td_code put(struct run *r, struct td_bytes bytes)
{
    if (r->out->len + bytes.len > r->limit ||
        td_buf_add_bytes(r->out, bytes) != TD_OK)
        return td_error_set(r->err, TD_LIMIT, r->name, 0,
                            "more than %zu bytes come of it", BLUE_OUTPUT_MAX);
    return TD_OK;
}

static enum td_code put_value(struct run *r, const struct tag *tag)
{
    struct td_buf text = {0};
    uint32_t at = 0;
    enum td_code code = look_up(r, tag, &at);
    enum td_json_kind kind;

    if (code)
        return code;
    kind = (enum td_json_kind)r->doc->values[at].kind;
    if (kind == TD_JSON_NULL)
        return TD_OK;
    if (kind == TD_JSON_ARRAY || kind == TD_JSON_OBJECT)
        return refuse_name(
            r, tag, "this is no single value:", "write a section, {{#name}}");
    if (kind != TD_JSON_STRING)
        return put(r, td_json_raw(r->doc, at));
    code = td_json_unescape(&text, td_json_inner(r->doc, at));
    if (code == TD_OK)
        code = put(r, td_buf_bytes(&text));
    td_buf_release(&text);
    return code;
}

/* ---- rendering ---- */

static enum td_code render(struct run *r, size_t from, size_t to);

/* As deep as what is read, which has a bound. */
/* NOLINTBEGIN(misc-no-recursion) */
static enum td_code render_in(struct run *r, uint32_t at, size_t from,
                              size_t to)
{
    enum td_code code;

    r->stack[r->depth++] = at;
    code = render(r, from, to);
    r->depth--;
    return code;
}

static enum td_code render_list(struct run *r, uint32_t at, size_t from,
                                size_t to)
{
    const struct td_json_value *v = r->doc->values;
    enum td_code code = TD_OK;

    for (uint32_t i = at + 1; code == TD_OK && i < v[at].next; i = v[i].next)
        code = render_in(r, i, from, to);
    return code;
}

static enum td_code section(struct run *r, const struct tag *open, size_t *next)
{
    struct tag end = {0};
    uint32_t at = 0;
    enum td_code code = find_end(r, open, &end);
    bool yes;

    if (code == TD_OK && r->depth >= BLUE_NESTING_MAX)
        code = td_error_set(r->err, TD_LIMIT, r->name, open->open,
                            "more than %d sections in each other",
                            BLUE_NESTING_MAX - 1);
    if (code == TD_OK)
        code = look_up(r, open, &at);
    if (code)
        return code;
    *next = end.line_end;
    yes = is_true(r->doc, at);
    if (open->kind == '^')
        return yes ? TD_OK : render(r, open->line_end, end.cut);
    if (!yes)
        return TD_OK;
    if (r->doc->values[at].kind == TD_JSON_ARRAY)
        return render_list(r, at, open->line_end, end.cut);
    return render_in(r, at, open->line_end, end.cut);
}

static enum td_code render_tag(struct run *r, const struct tag *tag,
                               size_t *next)
{
    *next = tag->line_end;
    switch (tag->kind) {
    case 'v':
        return put_value(r, tag);
    case '#':
    case '^':
        return section(r, tag, next);
    case '/':
        return refuse_name(r, tag, "no section is open that is called",
                           "write {{#name}} before it");
    default:
        return TD_OK;
    }
}

/* The text from `from` to `to`, which has whole sections only. */
static enum td_code render(struct run *r, size_t from, size_t to)
{
    struct tag tag = {0};
    enum td_code code = TD_OK;

    while (code == TD_OK && from < to) {
        code = next_tag(r, from, &tag);
        if (code == TD_END || (code == TD_OK && tag.open >= to))
            return put(r, td_bytes(r->text.ptr + from, to - from));
        if (code == TD_OK && tag.cut > from)
            code = put(r, td_bytes(r->text.ptr + from, tag.cut - from));
        if (code == TD_OK)
            code = render_tag(r, &tag, &from);
    }
    return code;
}
/* NOLINTEND(misc-no-recursion) */

enum td_code blue_mustache(struct td_buf *out, const char *name,
                           struct td_bytes text, const struct blue_view *view,
                           struct td_error *err)
{
    struct run r = {.out = out,
                    .name = name,
                    .text = text,
                    .doc = view->doc,
                    .stack = {view->root, view->inner},
                    .depth = view->inner ? 2 : 1,
                    .limit = out->len + BLUE_OUTPUT_MAX,
                    .err = err};

    if (text.len > BLUE_TEMPLATE_MAX)
        return td_error_set(err, TD_LIMIT, name, 0,
                            "a template is longer than %zu bytes",
                            BLUE_TEMPLATE_MAX);
    return render(&r, 0, text.len);
}
