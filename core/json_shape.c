#include "core/json_shape_internal.h"

#include <string.h>

#define CREDIT_MAX 1024 /* what is saved up for learning */
#define TEXT_MAX   (1u << 24)
#define TAIL       64 /* bytes at the end of a text that are copied ... */
#define TAIL_ROOM  64 /* ... to where so many zeroes stand behind them */

/* --- walking --- */

JSON_INLINE bool is_same(const uint8_t *a, const uint8_t *b)
{
    return td_simd_mask(td_simd_equal(td_simd_load(a), td_simd_load(b))) ==
           0xffff;
}

/* What is between head and tail of a long gap. */
static __attribute__((noinline)) bool is_middle(const struct td_json_shapes *s,
                                                const struct json_gap *g,
                                                const uint8_t *at)
{
    return !memcmp(at + JSON_WIDE, s->texts.ptr + g->text + JSON_WIDE,
                   g->len - 2 * JSON_WIDE);
}

/* At the end of the text, where there are fewer bytes than are looked at. */
static bool is_last_gap(const struct json_gap *g, const uint8_t *at,
                        const uint8_t *end)
{
    uint32_t i = 0;

    if ((size_t)(end - at) < g->len || g->len > JSON_WIDE)
        return false;
    while (i < g->len && at[i] == g->head[i])
        i++;
    return i == g->len;
}

/* Where all bytes that are looked at are there. */
JSON_INLINE bool is_gap_within(const struct td_json_shapes *s,
                               const struct json_gap *g, const uint8_t *at)
{
    unsigned same =
        td_simd_mask(td_simd_equal(td_simd_load(at), td_simd_load(g->head)));

    if ((~same & g->mask) != 0)
        return false;
    if (g->len <= JSON_WIDE)
        return true;
    return is_same(at + g->len - JSON_WIDE, g->tail) &&
           (g->len <= 2 * JSON_WIDE || is_middle(s, g, at));
}

JSON_INLINE bool is_gap(const struct td_json_shapes *s,
                        const struct json_gap *g, const uint8_t *at,
                        const uint8_t *end)
{
    return end - at < (ptrdiff_t)g->need ? is_last_gap(g, at, end)
                                         : is_gap_within(s, g, at);
}

/* A scalar as it was read. */
struct token {
    const uint8_t *to; /* where it ends; NULL: it is none of its sort */
    uint32_t flags;
};

static __attribute__((noinline)) struct token
scan_long_string(const uint8_t *at, const uint8_t *end)
{
    const uint8_t *bad;
    uint8_t flags = 0;
    const uint8_t *to = td_json_scan_string_rest(at, end, &flags, &bad);

    return (struct token){to, flags};
}

/* An exponent, many digits, a minus sign. */
static __attribute__((noinline)) struct token
scan_rare_number(const uint8_t *at, const uint8_t *end)
{
    const uint8_t *bad;
    uint8_t flags = 0;
    const uint8_t *to =
        at < end ? json_scan_number(at, end, &flags, &bad) : NULL;

    return (struct token){to, flags};
}

/* From behind the quote, with 16 bytes there and all up to `limit`. */
JSON_INLINE struct token scan_string(const uint8_t *at, const uint8_t *end,
                                     const uint8_t *limit)
{
    const uint8_t *from = at;
    unsigned mask = json_special_mask(at);

    if (mask == 0 && limit - at >= 2 * JSON_WIDE) {
        at += JSON_WIDE;
        mask = json_special_mask(at);
    }
    if (mask == 0 || at[__builtin_ctz(mask)] != '"')
        return scan_long_string(from, end);
    return (struct token){at + __builtin_ctz(mask) + 1, 0};
}

/* The same near the end: the last bytes are looked at, if there are as many. */
static __attribute__((noinline)) struct token
scan_last_string(const uint8_t *at, const uint8_t *start, const uint8_t *end)
{
    ptrdiff_t left = end - at;
    unsigned mask;

    if (left >= JSON_WIDE || end - start < JSON_WIDE)
        return scan_long_string(at, end);
    mask = json_special_mask(end - JSON_WIDE) >> (JSON_WIDE - left);
    if (mask == 0 || at[__builtin_ctz(mask)] != '"')
        return scan_long_string(at, end);
    return (struct token){at + __builtin_ctz(mask) + 1, 0};
}

/* Digits, and some more behind a point; `others` has a bit for each of the next
 * `seen` bytes, up to 16, that is no digit, and ones above.
 */
JSON_INLINE struct token take_number(const uint8_t *at, const uint8_t *end,
                                     unsigned others, const unsigned seen)
{
    unsigned n = (unsigned)__builtin_ctz(others);
    unsigned point = n;

    if (n == 0 || n >= seen || (*at == '0' && n > 1))
        return scan_rare_number(at, end);
    if (at[n] == ',')
        return (struct token){at + n, 0};
    if (at[n] == '.') {
        others &= others - 1;
        n = (unsigned)__builtin_ctz(others);
        if (n == point + 1)
            return scan_rare_number(at, end);
    }
    if (n >= seen || (at[n] | 0x20) == 'e')
        return scan_rare_number(at, end);
    return (struct token){at + n, n > point ? TD_JSON_NOT_INT : 0};
}

/* With 16 bytes there. */
JSON_INLINE struct token scan_number(const uint8_t *at, const uint8_t *end)
{
    return take_number(at, end, ~json_digit_mask(at), JSON_WIDE);
}

/* The same near the end. */
static __attribute__((noinline)) struct token
scan_last_number(const uint8_t *at, const uint8_t *start, const uint8_t *end)
{
    ptrdiff_t left = end - at;
    unsigned others;

    if (left >= JSON_WIDE || end - start < JSON_WIDE)
        return scan_rare_number(at, end);
    others = ~(json_digit_mask(end - JSON_WIDE) >> (JSON_WIDE - left));
    return take_number(at, end, others, (unsigned)left);
}

/* A word with something behind it; a lone one is of no shape. */
static __attribute__((noinline)) struct token scan_word(const uint8_t *at,
                                                        const uint8_t *end)
{
    if (end - at <= 4)
        return (struct token){NULL, 0};
    if (!memcmp(at, "true", 4) || !memcmp(at, "null", 4))
        return (struct token){at + 4, 0};
    return (struct token){memcmp(at, "false", 5) ? NULL : at + 5, 0};
}

/* The scalar that stands behind a gap at `at`. */
static __attribute__((noinline)) struct token
scan_scalar(const struct json_gap *g, const uint8_t *at, const uint8_t *start,
            const uint8_t *end)
{
    const uint8_t *from = at + g->len;
    bool far = end - from >= JSON_WIDE;

    switch (g->scalar) {
    case JSON_SCALAR_STRING:
        return far ? scan_string(from, end, end)
                   : scan_last_string(from, start, end);
    case JSON_SCALAR_NUMBER:
        return far ? scan_number(from, end)
                   : scan_last_number(from, start, end);
    case JSON_SCALAR_WORD:
        return scan_word(from, end);
    case JSON_SCALAR_NONE:
    default:
        return (struct token){from == end ? end : NULL, 0};
    }
}

/* A text, or the copy of its end with zeroes behind it. These are of no gap and
 * in no scalar, so that what is found ends before them.
 */
struct stretch {
    const uint8_t *start;
    const uint8_t *end;
    const uint8_t *limit; /* bytes that can be looked at: as far as here */
    uintptr_t origin;     /* where the text would start */
};

/* How far a walk has come. */
struct way {
    const uint8_t *at;
    struct json_gap **list;
    const struct json_gap *last; /* NULL: the text is of no shape */
};

/* The same where all that is looked at is there: most. */
JSON_INLINE struct token scan_within(const struct td_json_shapes *s,
                                     const struct json_gap *g,
                                     const uint8_t *at,
                                     const struct stretch *in)
{
    const uint8_t *from = at + g->len;

    if (!is_gap_within(s, g, at))
        return (struct token){NULL, 0};
    if (g->scalar == JSON_SCALAR_NUMBER)
        return scan_number(from, in->end);
    if (g->scalar == JSON_SCALAR_STRING)
        return scan_string(from, in->end, in->limit);
    if (g->scalar == JSON_SCALAR_WORD)
        return scan_word(from, in->end);
    return (struct token){from == in->end ? from : NULL, 0};
}

/* Any gap with its scalar. */
static __attribute__((noinline)) struct token
scan_gap(const struct td_json_shapes *s, const struct json_gap *g,
         const uint8_t *at, const uint8_t *start, const uint8_t *end)
{
    return is_gap(s, g, at, end) ? scan_scalar(g, at, start, end)
                                 : (struct token){NULL, 0};
}

/* The gap of a list that fits at `at` with the scalar behind it, if it is not
 * the first. Of the gaps of one list no two do. It is tried first the next
 * time. NULL: none.
 */
static __attribute__((noinline)) struct json_gap *
find_gap(const struct td_json_shapes *s, struct json_gap **list,
         const uint8_t *at, const uint8_t *start, const uint8_t *end,
         struct token *t)
{
    for (struct json_gap **link = list; *link; link = &(*link)->other) {
        struct json_gap *g = *link;

        if (link == list || !is_gap(s, g, at, end))
            continue;
        *t = scan_scalar(g, at, start, end);
        if (!t->to)
            continue;
        *link = g->other;
        g->other = *list;
        *list = g;
        return g;
    }
    return NULL;
}

/* Add to the first of four numbers, and to the second. */
JSON_INLINE td_simd16 first_two(uint32_t offset)
{
    return td_simd_numbers(offset, offset, 0, 0);
}

/* The first values of a gap at an offset of the text; the scalar behind it is
 * one of them.
 */
static __attribute__((noinline)) void
begin_values(const struct td_json_shapes *s, const struct json_gap *g,
             uint32_t len, struct td_json_value *out, uint32_t offset)
{
    const struct td_json_value *from =
        (const struct td_json_value *)(const void *)s->begun.ptr + g->values;
    td_simd16 both = first_two(offset);

    for (uint32_t i = 0; i < len; i++) {
        td_simd_store(&out[i],
                      td_simd_add_numbers(td_simd_load(&from[i]), both));
        out[i].kind = from[i].kind;
        out[i].flags = from[i].flags;
    }
}

/* A pair moves as two words of 16 bytes and one of 8: five numbers a value.
 *
 *     key: start end next count | kind, scalar: start end next | count kind
 */
JSON_INLINE void put_pair(const struct json_gap *g, struct td_json_value *out,
                          uint32_t offset)
{
    const uint8_t *from = (const uint8_t *)g->pair;
    uint8_t *to = (uint8_t *)out;
    td_simd16 both = first_two(offset);

    td_simd_store(to, td_simd_add_numbers(td_simd_load(from), both));
    td_simd_store(to + JSON_WIDE,
                  td_simd_add_numbers(td_simd_load(from + JSON_WIDE),
                                      td_simd_move_even(both)));
    memcpy(to + 2 * JSON_WIDE, from + 2 * JSON_WIDE, 8);
}

/* Of the last gap of a document. */
static const struct json_shape *shape_of(const struct td_json_shapes *s,
                                         const struct json_gap *last)
{
    return (const struct json_shape *)(const void *)s->shapes.ptr + last->shape;
}

static void end_containers(const struct td_json_shapes *s,
                           const struct json_shape *shape,
                           struct td_json_doc *doc)
{
    const struct json_container *c =
        (const struct json_container *)(const void *)s->containers.ptr +
        shape->first;
    struct td_json_value *values = doc->values;

    for (uint32_t i = 0; i < shape->len; i++, c++) {
        struct td_json_value *v = &values[c->value];

        v->end =
            c->end + (c->scalar == JSON_AT_START ? 0 : values[c->scalar].end);
        v->next = c->next;
        v->count = c->count;
    }
    doc->len = shape->values;
    doc->shape = shape->number;
}

static uint8_t kind_of_word(uint8_t first)
{
    if (first == 't')
        return TD_JSON_TRUE;
    return first == 'f' ? TD_JSON_FALSE : TD_JSON_NULL;
}

/* The values of a gap, and the scalar behind it at *out. */
static void put_values(const struct td_json_shapes *s, const struct json_gap *g,
                       const struct td_json_doc *doc, struct td_json_value *out,
                       uint32_t offset)
{
    begin_values(s, g, g->values_len + 1, out - g->values_len, offset);
    if (g->scalar == JSON_SCALAR_WORD)
        out->kind = kind_of_word(doc->text.ptr[out->start]);
}

/* The last gap, at an offset of the text; its values come before `out`. */
static void end_document(const struct td_json_shapes *s,
                         const struct json_gap *g, struct td_json_doc *doc,
                         struct td_json_value *out, uint32_t offset)
{
    if (g->values_len > 0)
        begin_values(s, g, g->values_len, out - g->values_len, offset);
    end_containers(s, shape_of(s, g), doc);
}

/* List the values of a gap at an offset of the text, and the scalar behind it
 * at *out, but for its end; false: that was the last.
 */
JSON_INLINE bool list_gap(const struct td_json_shapes *s,
                          const struct json_gap *g, struct td_json_doc *doc,
                          struct td_json_value *out, uint32_t offset)
{
    if (__builtin_expect(g->place == JSON_PLACE_MEMBER, 1)) {
        put_pair(g, out - 1, offset);
    } else if (g->place == JSON_PLACE_ITEM) {
        *out = g->pair[1];
        out->start += offset;
    } else if (g->scalar != JSON_SCALAR_NONE) {
        put_values(s, g, doc, out, offset);
    } else {
        end_document(s, g, doc, out, offset);
        return false;
    }
    return true;
}

/* True where the end is near enough for what follows to be walked in a copy. */
JSON_INLINE bool ends_soon(const struct stretch *in, const uint8_t *at)
{
    return in->limit == in->end && in->end - at <= TAIL &&
           in->end - in->start >= TAIL;
}

/* Go down the tree to the last gap, or to where a copy of the end is to be made
 * (true). All values are listed on the way, if there is a document for them.
 */
JSON_INLINE bool walk_some(const struct td_json_shapes *s,
                           const struct stretch in, struct way *way,
                           struct td_json_doc *doc, uint32_t *flags)
{
    uint8_t *const values = doc ? (uint8_t *)doc->values : NULL;
    struct json_gap **list = way->list;
    const uint8_t *at = way->at;

    for (;;) {
        struct json_gap *g = *list;
        struct token t = {NULL, 0};

        if (__builtin_expect(g && in.limit - at >= (ptrdiff_t)g->reach, 1)) {
            t = scan_within(s, g, at, &in);
        } else if (g) {
            if (ends_soon(&in, at)) {
                way->at = at;
                way->list = list;
                return true;
            }
            t = scan_gap(s, g, at, in.start, in.end);
        }
        if (__builtin_expect(!t.to, 0)) {
            struct token found;

            g = find_gap(s, list, at, in.start, in.end, &found);
            if (!g)
                return false;
            t = found;
        }
        if (doc) {
            struct td_json_value *out =
                (struct td_json_value *)(void *)(values + g->scalar_at);

            if (!list_gap(s, g, doc, out,
                          (uint32_t)((uintptr_t)at - in.origin))) {
                way->last = g;
                return false;
            }
            out->end = (uint32_t)((uintptr_t)t.to - in.origin);
            out->flags = (uint8_t)t.flags;
        } else if (g->scalar == JSON_SCALAR_NONE) {
            way->last = g;
            return false;
        }
        *flags |= t.flags;
        at = t.to;
        list = &g->next;
    }
}

/* Go down the tree along the text to the last gap; NULL: it is of no shape. All
 * values are listed on the way, if there is a document for them. *flags is what
 * the flags of its scalars are together.
 */
JSON_INLINE const struct json_gap *walk(struct td_json_shapes *s,
                                        struct td_bytes text,
                                        struct td_json_doc *doc,
                                        uint32_t *flags)
{
    const uint8_t *const start =
        text.len ? text.ptr : (const uint8_t *)""; /* no sums on NULL */
    const uint8_t *const end = start + text.len;
    struct way way = {start, &s->first, NULL};
    uint8_t tail[TAIL + TAIL_ROOM];
    size_t left;

    if (!walk_some(s, (struct stretch){start, end, end, (uintptr_t)start}, &way,
                   doc, flags))
        return way.last;
    left = (size_t)(end - way.at);
    memcpy(tail, end - TAIL, TAIL);
    memset(tail + TAIL, 0, TAIL_ROOM);
    way.at = tail + TAIL - left;
    (void)walk_some(s,
                    (struct stretch){tail, tail + TAIL, tail + sizeof(tail),
                                     (uintptr_t)(tail + TAIL) - text.len},
                    &way, doc, flags);
    return way.last;
}

/* Whether a text is tried at all. */
static bool is_tried(struct td_json_shapes *s, struct td_bytes text)
{
    if (s->pause == 0)
        return text.len <= TEXT_MAX;
    s->pause--;
    return false;
}

static void hit(struct td_json_shapes *s)
{
    s->credit += s->credit < CREDIT_MAX;
    s->pause_next = 0;
}

static enum td_code parse_slowly(struct td_json_shapes *shapes,
                                 struct td_json_doc *doc, struct td_bytes text,
                                 bool tried, struct td_error *err)
{
    enum td_code code = td_json_parse(doc, text, shapes->max_depth, err);

    if (code == TD_OK && tried && doc->values[0].kind >= TD_JSON_ARRAY &&
        td_json_shapes_may_learn(shapes))
        td_json_shapes_learn(shapes, doc);
    return code;
}

enum td_code td_json_shapes_parse(struct td_json_shapes *shapes,
                                  struct td_json_doc *doc, struct td_bytes text,
                                  struct td_error *err)
{
    bool tried = is_tried(shapes, text);
    uint32_t flags = 0;

    if (tried && shapes->first) {
        td_json_reserve(doc, shapes->values + 1);
        doc->text = text;
        if (walk(shapes, text, doc, &flags)) {
            hit(shapes);
            return TD_OK;
        }
    }
    return parse_slowly(shapes, doc, text, tried, err);
}

/* Whether a text of a shape suits a line. */
static bool is_suitable(const struct td_json_shapes *s,
                        const struct json_gap *last, struct td_bytes text,
                        uint32_t flags)
{
    return shape_of(s, last)->suits_line &&
           !((flags & TD_JSON_ESCAPED) && td_json_has_half_pair(text));
}

/* The same of a document that was parsed. */
static bool parsed_suits(const struct td_json_shapes *s,
                         const struct td_json_doc *doc)
{
    struct td_bytes text = doc->text;

    if (s->max_depth > TD_JSON_DEPTH_ALL)
        return td_json_suits_line(text);
    return doc->values[0].start == 0 && doc->values[0].end == text.len &&
           !memchr(text.ptr, '\n', text.len) &&
           !memchr(text.ptr, '\r', text.len) && !td_json_has_half_pair(text);
}

enum td_code td_json_shapes_parse_line(struct td_json_shapes *shapes,
                                       struct td_json_doc *doc,
                                       struct td_bytes text, bool *suits)
{
    bool tried = is_tried(shapes, text);
    uint32_t flags = 0;
    enum td_code code;

    if (tried && shapes->first) {
        const struct json_gap *last;

        td_json_reserve(doc, shapes->values + 1);
        doc->text = text;
        last = walk(shapes, text, doc, &flags);
        if (last) {
            hit(shapes);
            *suits = is_suitable(shapes, last, text, flags);
            return TD_OK;
        }
    }
    code = parse_slowly(shapes, doc, text, tried, NULL);
    *suits = code == TD_OK && parsed_suits(shapes, doc);
    return code;
}

bool td_json_shapes_suit_line(struct td_json_shapes *shapes,
                              struct td_json_doc *doc, struct td_bytes text,
                              bool *distinct)
{
    bool tried = is_tried(shapes, text);
    uint32_t flags = 0;

    *distinct = false;
    if (tried && shapes->first) {
        const struct json_gap *last = walk(shapes, text, NULL, &flags);

        if (last) {
            hit(shapes);
            *distinct = shape_of(shapes, last)->distinct;
            return is_suitable(shapes, last, text, flags);
        }
    }
    if (!td_json_suits_line(text))
        return false;
    if (tried && text.len <= TD_JSON_SHAPE_BYTES &&
        (text.ptr[0] == '{' || text.ptr[0] == '[') &&
        td_json_shapes_may_learn(shapes) &&
        td_json_parse(doc, text, shapes->max_depth, NULL) == TD_OK)
        td_json_shapes_learn(shapes, doc);
    return true;
}
