#include "core/json.h"

#include "core/json_internal.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_VALUES 64

/* Parsing and checking are one walk, compiled twice: with a list of values,
 * where an open container's `next` is the index of the one around it, and
 * without, where a bit a level says whether it is an object. No pointer to a
 * reader is ever stored, so that all of it lives in registers.
 *
 * Nearly every text ends with the bracket of a container. Then no other token
 * can reach the end, the bracket stops every look-ahead, and only behind a
 * bracket there can be nothing. The walk is compiled once more for texts that
 * end otherwise (a lone string, a cut), where every step looks for the end, and
 * both checks once more for texts that must stay on one line.
 */
struct reader {
    const uint8_t *at;
    const uint8_t *start;
    const uint8_t *end;
    const uint8_t *bad; /* where it went wrong */
    struct td_json_doc *doc;
    struct td_json_value *values; /* of doc */
    uint64_t *objects; /* check: bit n is set if level n is an object */
    uint32_t len;      /* parse: values so far */
    uint32_t cap;
    uint32_t top; /* parse: index of the innermost open container */
    unsigned depth;
    unsigned max_depth;
    bool in_object; /* the innermost open container is an object */
};

/* How a walk was compiled. */
#define LIST    1 /* it lists the values */
#define GUARDED 2 /* a container's closing bracket is the last byte */
#define LINE    4 /* a line break is no white space */

enum step {
    STEP_BAD,
    STEP_DEEP,   /* bad, because of the depth limit */
    STEP_VALUE,  /* a value must follow */
    STEP_BEHIND, /* a value has just ended */
};

void td_json_reserve(struct td_json_doc *doc, uint32_t values)
{
    if (values <= doc->cap)
        return;
    doc->cap = values;
    doc->values =
        td_realloc(doc->values, (size_t)doc->cap * sizeof(*doc->values));
}

static __attribute__((noinline)) struct td_json_value *
grow(struct td_json_doc *doc)
{
    td_json_reserve(doc, doc->cap ? doc->cap * 2 : FIRST_VALUES);
    return doc->values;
}

JSON_INLINE void add(struct reader *r, const uint8_t *to,
                     enum td_json_kind kind, uint8_t flags)
{
    if (r->len == r->cap) {
        r->values = grow(r->doc);
        r->cap = r->doc->cap;
    }
    r->values[r->len] = (struct td_json_value){
        .start = (uint32_t)(r->at - r->start),
        .end = (uint32_t)(to - r->start),
        .next = r->len + 1,
        .kind = (uint8_t)kind,
        .flags = flags,
    };
    r->len++;
}

/* The byte at hand; 0, which is never legal between tokens, at the end. */
JSON_INLINE uint8_t peek(const struct reader *r, const unsigned how)
{
    return (how & GUARDED) || r->at < r->end ? *r->at : 0;
}

JSON_INLINE bool is_space(uint8_t c, const unsigned how)
{
    return (how & LINE) ? c == ' ' || c == '\t' : json_is_space(c);
}

/* The first byte that is not white space. */
JSON_INLINE uint8_t next_token(struct reader *r, const unsigned how)
{
    uint8_t c = peek(r, how);

    while (__builtin_expect(c <= ' ', 0) && is_space(c, how)) {
        r->at++;
        c = peek(r, how);
    }
    return c;
}

JSON_INLINE enum step bad_here(struct reader *r)
{
    r->bad = r->at;
    return STEP_BAD;
}

JSON_INLINE bool read_string(struct reader *r, const unsigned how)
{
    uint8_t flags = 0;
    const uint8_t *bad;
    const uint8_t *to = json_scan_string(r->at, r->end, &flags, &bad);

    if (!to) {
        r->bad = bad;
        return false;
    }
    if (how & LIST)
        add(r, to, TD_JSON_STRING, flags);
    r->at = to;
    return true;
}

/* A member's key and the colon behind it. */
JSON_INLINE enum step read_key(struct reader *r, const unsigned how)
{
    if (next_token(r, how) != '"')
        return bad_here(r);
    if (!read_string(r, how))
        return STEP_BAD;
    if (next_token(r, how) != ':')
        return bad_here(r);
    r->at++;
    return STEP_VALUE;
}

JSON_INLINE enum step read_number(struct reader *r, const unsigned how)
{
    uint8_t flags = 0;
    const uint8_t *bad;
    const uint8_t *to = json_scan_number(r->at, r->end, &flags, &bad);

    if (!to) {
        r->bad = bad;
        return STEP_BAD;
    }
    if (how & LIST)
        add(r, to, TD_JSON_NUMBER, flags);
    r->at = to;
    return STEP_BEHIND;
}

JSON_INLINE enum step read_word(struct reader *r, const unsigned how,
                                const char *word, enum td_json_kind kind)
{
    const uint8_t *at = r->at;

    for (; *word; word++, at++) {
        if (at == r->end || *at != (uint8_t)*word) {
            r->bad = at;
            return STEP_BAD;
        }
    }
    if (how & LIST)
        add(r, at, kind, 0);
    r->at = at;
    return STEP_BEHIND;
}

JSON_INLINE enum step read_literal(struct reader *r, const unsigned how)
{
    switch (peek(r, how)) {
    case 't':
        return read_word(r, how, "true", TD_JSON_TRUE);
    case 'f':
        return read_word(r, how, "false", TD_JSON_FALSE);
    case 'n':
        return read_word(r, how, "null", TD_JSON_NULL);
    default:
        return bad_here(r);
    }
}

JSON_INLINE bool object_at(const struct reader *r, unsigned level)
{
    return r->objects[level / 64] >> (level % 64) & 1;
}

JSON_INLINE void close_container(struct reader *r, const unsigned how)
{
    r->at++;
    r->depth--;
    if (how & LIST) {
        struct td_json_value *v = &r->values[r->top];

        r->top = v->next;
        v->next = r->len;
        v->end = (uint32_t)(r->at - r->start);
        r->in_object = r->values[r->top].kind == TD_JSON_OBJECT;
    } else if (r->depth > 0) {
        r->in_object = object_at(r, r->depth - 1);
    }
}

JSON_INLINE void open_container(struct reader *r, const unsigned how,
                                const bool object)
{
    if (how & LIST) {
        add(r, r->at, object ? TD_JSON_OBJECT : TD_JSON_ARRAY, 0);
        r->values[r->len - 1].next = r->top;
        r->values[r->len - 1].count = 1;
        r->top = r->len - 1;
    } else {
        uint64_t bit = UINT64_C(1) << r->depth % 64;
        uint64_t *word = &r->objects[r->depth / 64];

        *word = object ? *word | bit : *word & ~bit;
    }
    r->in_object = object;
    r->depth++;
    r->at++;
}

/* The bracket that opens a container, and a member's key or the closing
 * bracket of an empty one.
 */
JSON_INLINE enum step read_open(struct reader *r, const unsigned how,
                                const bool object)
{
    if (r->depth == r->max_depth) {
        r->bad = r->at;
        return STEP_DEEP;
    }
    open_container(r, how, object);
    if (next_token(r, how) != (object ? '}' : ']'))
        return object ? read_key(r, how) : STEP_VALUE;
    if (how & LIST)
        r->values[r->top].count = 0;
    close_container(r, how);
    return STEP_BEHIND;
}

JSON_INLINE enum step read_value(struct reader *r, const unsigned how)
{
    uint8_t c = next_token(r, how);

    if (c == '"')
        return read_string(r, how) ? STEP_BEHIND : STEP_BAD;
    if ((unsigned)(c - '0') < 10 || c == '-')
        return read_number(r, how);
    if (c == '{')
        return read_open(r, how, true);
    if (c == '[')
        return read_open(r, how, false);
    return read_literal(r, how);
}

/* What stands between a value and the next: closing brackets and a comma. */
JSON_INLINE enum step read_behind(struct reader *r, const unsigned how)
{
    while (r->depth > 0) {
        uint8_t c = r->at < r->end ? next_token(r, how) : 0;

        if (c == ',') {
            r->at++;
            if (how & LIST)
                r->values[r->top].count++;
            return r->in_object ? read_key(r, how) : STEP_VALUE;
        }
        if (c != (r->in_object ? '}' : ']'))
            return bad_here(r);
        close_container(r, how);
    }
    return STEP_BEHIND;
}

JSON_INLINE enum step read_root(struct reader *r, const unsigned how)
{
    enum step step = STEP_VALUE;

    while (step == STEP_VALUE) {
        step = read_value(r, how);
        if (step == STEP_BEHIND)
            step = read_behind(r, how);
    }
    return step;
}

/* How a walk ended; len is the number of values. */
struct outcome {
    const uint8_t *bad;
    enum step step;
    uint32_t len;
};

JSON_INLINE struct outcome read_text(struct reader r, struct td_bytes text,
                                     const unsigned how)
{
    enum step step;

    r.at = text.ptr;
    r.start = text.ptr;
    r.end = text.ptr + text.len;
    step = read_root(&r, how);
    if (step == STEP_BEHIND && r.at < r.end) {
        (void)next_token(&r, how & ~(unsigned)GUARDED);
        step = bad_here(&r);
    }
    return (struct outcome){r.bad, step, r.len};
}

static struct outcome parse_guarded(struct reader r, struct td_bytes text)
{
    return read_text(r, text, LIST | GUARDED);
}

static struct outcome parse_any(struct reader r, struct td_bytes text)
{
    return read_text(r, text, LIST);
}

static struct outcome check_guarded(struct reader r, struct td_bytes text)
{
    return read_text(r, text, GUARDED);
}

static struct outcome check_any(struct reader r, struct td_bytes text)
{
    return read_text(r, text, 0);
}

static struct outcome check_line_guarded(struct reader r, struct td_bytes text)
{
    return read_text(r, text, GUARDED | LINE);
}

static struct outcome check_line_any(struct reader r, struct td_bytes text)
{
    return read_text(r, text, LINE);
}

static bool ends_with_bracket(struct td_bytes text)
{
    return text.len > 0 &&
           (text.ptr[text.len - 1] == '}' || text.ptr[text.len - 1] == ']');
}

static struct td_bytes without_space_behind(struct td_bytes text)
{
    static const uint8_t nothing[1];

    if (!text.ptr)
        text.ptr = nothing;
    while (text.len > 0 && json_is_space(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

static unsigned allowed_depth(unsigned max_depth)
{
    return max_depth < TD_JSON_DEPTH_CAP ? max_depth : TD_JSON_DEPTH_CAP;
}

static enum td_code too_long(size_t len, struct td_error *err)
{
    return td_error_set(err, TD_LIMIT, "json", 0, "a document of %zu bytes",
                        len);
}

static enum td_code explain(struct outcome out, struct td_bytes text,
                            size_t trimmed, unsigned max_depth,
                            struct td_error *err)
{
    size_t offset = (size_t)(out.bad - text.ptr);

    if (out.step == STEP_DEEP)
        return td_error_set(err, TD_LIMIT, "json", offset,
                            "more than %u levels of nesting", max_depth);
    if (offset == trimmed)
        return td_error_set(err, TD_FORMAT, "json", text.len,
                            "the text stops within a value");
    if (offset == 0 && trimmed >= 3 && memcmp(text.ptr, "\xEF\xBB\xBF", 3) == 0)
        return td_error_set(err, TD_FORMAT, "json", 0,
                            "a byte order mark is not valid JSON; write UTF-8 "
                            "without one");
    return td_error_set(err, TD_FORMAT, "json", offset,
                        "byte 0x%02x is not valid JSON here", *out.bad);
}

enum td_code td_json_parse(struct td_json_doc *doc, struct td_bytes text,
                           unsigned max_depth, struct td_error *err)
{
    struct td_bytes trimmed = without_space_behind(text);
    struct reader r = {
        .doc = doc,
        .values = doc->values,
        .cap = doc->cap,
        .max_depth = allowed_depth(max_depth),
    };
    struct outcome out;

    doc->text = text;
    doc->len = 0;
    doc->shape = 0;
    if (text.len > TD_JSON_MAX)
        return too_long(text.len, err);
    out = ends_with_bracket(trimmed) ? parse_guarded(r, trimmed)
                                     : parse_any(r, trimmed);
    text.ptr = trimmed.ptr;
    if (out.step != STEP_BEHIND)
        return explain(out, text, trimmed.len, r.max_depth, err);
    doc->len = out.len;
    return TD_OK;
}

void td_json_release(struct td_json_doc *doc)
{
    free(doc->values);
    *doc = (struct td_json_doc){0};
}

enum td_code td_json_check(struct td_bytes text, unsigned max_depth,
                           struct td_error *err)
{
    uint64_t objects[TD_JSON_DEPTH_CAP / 64];
    struct td_bytes trimmed = without_space_behind(text);
    struct reader r = {.objects = objects,
                       .max_depth = allowed_depth(max_depth)};
    struct outcome out;

    if (text.len > TD_JSON_MAX)
        return too_long(text.len, err);
    objects[0] = 0;
    out = ends_with_bracket(trimmed) ? check_guarded(r, trimmed)
                                     : check_any(r, trimmed);
    text.ptr = trimmed.ptr;
    return out.step == STEP_BEHIND
               ? TD_OK
               : explain(out, text, trimmed.len, r.max_depth, err);
}

/* Within a string a line break is no JSON, so that the walk, which takes none
 * between tokens either, leaves no place for one.
 */
bool td_json_fits_deep(struct td_bytes text, unsigned max_depth)
{
    uint64_t objects[TD_JSON_DEPTH_CAP / 64];
    struct reader r = {.objects = objects,
                       .max_depth = allowed_depth(max_depth)};
    struct outcome out;

    if (text.len == 0 || text.len > TD_JSON_MAX || json_is_space(text.ptr[0]) ||
        json_is_space(text.ptr[text.len - 1]))
        return false;
    objects[0] = 0;
    out = ends_with_bracket(text) ? check_line_guarded(r, text)
                                  : check_line_any(r, text);
    return out.step == STEP_BEHIND;
}

bool td_json_fits_line(struct td_bytes text)
{
    return td_json_fits_deep(text, TD_JSON_DEPTH);
}

bool td_json_suits_line(struct td_bytes text)
{
    return td_json_fits_deep(text, TD_JSON_DEPTH_ALL) &&
           !td_json_has_half_pair(text);
}
