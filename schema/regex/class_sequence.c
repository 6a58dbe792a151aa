#include "schema/regex/class_sequence.h"

#include "core/mem.h"
#include "core/simd.h"

#include <stdlib.h>
#include <string.h>

#define ITEMS_MAX 256
#define FIXED_MAX 64
#define WIDE      8 /* characters that are compared at once */

struct item {
    struct schema_char_set set;
    uint32_t min;
    uint32_t max;
};

struct schema_class_sequence {
    bool at_start;
    bool at_end;
    bool is_literal;
    uint32_t len; /* items, or bytes of the literal */
    struct item *items;
    uint8_t *literal;

    /* How many characters at the start must each lie between two of ASCII. The
     * items are those behind them. */
    uint32_t fixed;
    uint8_t low[FIXED_MAX];
    uint8_t high[FIXED_MAX];
};

void schema_char_set_add(struct schema_char_set *set, uint32_t from,
                         uint32_t to)
{
    for (uint32_t c = from; c <= to && c < 0x80; c++)
        set->ascii[c / 64] |= UINT64_C(1) << c % 64;
    if (to < 0x80)
        return;
    set->wide = from <= 0x80 && to == 0x10ffff && set->wide != SCHEMA_WIDE_SOME
                    ? SCHEMA_WIDE_ALL
                    : SCHEMA_WIDE_SOME;
}

void schema_char_set_join(struct schema_char_set *set,
                          const struct schema_char_set *more)
{
    set->ascii[0] |= more->ascii[0];
    set->ascii[1] |= more->ascii[1];
    if (more->wide != SCHEMA_WIDE_NONE)
        set->wide = set->wide == SCHEMA_WIDE_NONE || set->wide == more->wide
                        ? more->wide
                        : SCHEMA_WIDE_SOME;
}

void schema_char_set_negate(struct schema_char_set *set)
{
    static const enum schema_char_wide wides[] = {
        [SCHEMA_WIDE_NONE] = SCHEMA_WIDE_ALL,
        [SCHEMA_WIDE_ALL] = SCHEMA_WIDE_NONE,
        [SCHEMA_WIDE_DOT] = SCHEMA_WIDE_SOME,
        [SCHEMA_WIDE_SOME] = SCHEMA_WIDE_SOME,
    };

    set->ascii[0] = ~set->ascii[0];
    set->ascii[1] = ~set->ascii[1];
    set->wide = wides[set->wide];
}

static bool overlap(const struct schema_char_set *a,
                    const struct schema_char_set *b)
{
    return (a->ascii[0] & b->ascii[0]) || (a->ascii[1] & b->ascii[1]) ||
           (a->wide != SCHEMA_WIDE_NONE && b->wide != SCHEMA_WIDE_NONE);
}

static uint32_t count(const struct schema_class_sequence_reader *reader)
{
    return (uint32_t)(reader->items.len / sizeof(struct item));
}

void schema_class_sequence_item(struct schema_class_sequence_reader *reader,
                                const struct schema_char_set *set, uint32_t min,
                                uint32_t max, struct td_bytes text)
{
    struct item item = {*set, min, max};

    if (reader->at_end || count(reader) == ITEMS_MAX)
        reader->refused = true;
    if (reader->refused)
        return;
    if (count(reader) == 0)
        reader->only_literal = true;
    reader->only_literal &= text.len > 0 && min == 1 && max == 1;
    (void)td_buf_add(&reader->items, &item, sizeof(item));
    (void)td_buf_add_bytes(&reader->literal, text);
}

void schema_class_sequence_start(struct schema_class_sequence_reader *reader)
{
    reader->refused |= reader->at_start || reader->at_end || count(reader) > 0;
    reader->at_start = true;
}

void schema_class_sequence_end(struct schema_class_sequence_reader *reader)
{
    reader->refused |= reader->at_end;
    reader->at_end = true;
}

void schema_class_sequence_release(struct schema_class_sequence_reader *reader)
{
    td_buf_release(&reader->items);
    td_buf_release(&reader->literal);
}

/* Whether taking as much as possible of item i can be wrong. */
static bool has_choice(const struct item *items, uint32_t i, uint32_t len)
{
    uint32_t next = i + 1;

    if (items[i].set.wide == SCHEMA_WIDE_SOME)
        return true;
    if (items[i].min == items[i].max)
        return false;
    while (next < len) {
        if (overlap(&items[i].set, &items[next].set))
            return true;
        if (items[next++].min > 0)
            break;
    }
    return false;
}

/* Whether a walk from the start of the text decides. */
static bool is_row(const struct schema_class_sequence_reader *reader,
                   const struct item *items)
{
    for (uint32_t i = 0; i < count(reader); i++) {
        if (has_choice(items, i, count(reader)))
            return false;
    }
    return reader->at_start;
}

/* The characters of a set, if they are all that lie between two of ASCII. */
static bool is_range(const struct schema_char_set *set, uint8_t *low,
                     uint8_t *high)
{
    uint32_t count = (uint32_t)(__builtin_popcountll(set->ascii[0]) +
                                __builtin_popcountll(set->ascii[1]));

    if (count == 0 || set->wide != SCHEMA_WIDE_NONE)
        return false;
    *low = (uint8_t)(set->ascii[0] ? __builtin_ctzll(set->ascii[0])
                                   : 64 + __builtin_ctzll(set->ascii[1]));
    *high = (uint8_t)(set->ascii[1] ? 127 - __builtin_clzll(set->ascii[1])
                                    : 63 - __builtin_clzll(set->ascii[0]));
    return (uint32_t)(*high - *low) + 1 == count;
}

/* Take from the items what is fixed. */
static void fix_start(struct schema_class_sequence *s)
{
    uint32_t whole = 0;
    uint8_t low;
    uint8_t high;

    while (whole < s->len && is_range(&s->items[whole].set, &low, &high)) {
        struct item *item = &s->items[whole];
        uint32_t room = FIXED_MAX - s->fixed;
        uint32_t n = item->min < room ? item->min : room;

        memset(s->low + s->fixed, low, n);
        memset(s->high + s->fixed, high, n);
        s->fixed += n;
        item->min -= n;
        item->max -= item->max == UINT32_MAX ? 0 : n;
        if (item->max > 0)
            break;
        whole++;
    }
    s->len -= whole;
    memmove(s->items, s->items + whole, s->len * sizeof(*s->items));
}

struct schema_class_sequence *
schema_class_sequence_new(const struct schema_class_sequence_reader *reader)
{
    struct item *items = td_calloc(count(reader) + 1, sizeof(*items));
    struct schema_class_sequence *s = NULL;

    if (reader->items.len > 0)
        memcpy(items, reader->items.ptr, reader->items.len);
    if (!reader->refused && count(reader) > 0 &&
        (reader->only_literal || is_row(reader, items))) {
        s = td_calloc(1, sizeof(*s));
        s->at_start = reader->at_start;
        s->at_end = reader->at_end;
        s->is_literal = reader->only_literal;
        s->len = s->is_literal ? (uint32_t)reader->literal.len : count(reader);
    }
    if (s && s->is_literal) {
        s->literal = td_calloc(s->len, 1);
        memcpy(s->literal, reader->literal.ptr, s->len);
    }
    if (s && !s->is_literal) {
        s->items = items;
        fix_start(s);
    } else {
        free(items);
    }
    return s;
}

void schema_class_sequence_free(struct schema_class_sequence *simple)
{
    if (!simple)
        return;
    free(simple->items);
    free(simple->literal);
    free(simple);
}

static bool match_literal(const struct schema_class_sequence *s,
                          struct td_bytes text)
{
    if (text.len < s->len || (s->at_start && s->at_end && text.len != s->len))
        return false;
    if (s->at_start)
        return !memcmp(text.ptr, s->literal, s->len);
    if (s->at_end)
        return !memcmp(text.ptr + text.len - s->len, s->literal, s->len);
    return memmem(text.ptr, text.len, s->literal, s->len) != NULL;
}

static bool is_line_end(const uint8_t *at)
{
    return at[0] == 0xE2 && at[1] == 0x80 && (at[2] & 0xFE) == 0xA8;
}

/* Bytes of the character at `at` if the set has it, else 0. */
static inline size_t step(const struct schema_char_set *set, const uint8_t *at)
{
    uint8_t c = *at;

    if (c < 0x80)
        return set->ascii[c / 64] >> c % 64 & 1;
    if (set->wide == SCHEMA_WIDE_NONE ||
        (set->wide == SCHEMA_WIDE_DOT && is_line_end(at)))
        return 0;
    return c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

static bool are_between(const struct schema_class_sequence *s,
                        const uint8_t *text, uint32_t from)
{
    td_simd16 v = td_simd_load_half(text + from);
    td_simd16 low = td_simd_max(v, td_simd_load_half(s->low + from));
    td_simd16 both =
        td_simd_equal(td_simd_min(low, td_simd_load_half(s->high + from)), v);

    return (td_simd_mask(both) & 0xff) == 0xff;
}

/* Of a text that is long enough; the last look overlaps the one before. */
static bool match_fixed(const struct schema_class_sequence *s,
                        const uint8_t *text)
{
    uint32_t i = 0;

    if (s->fixed < WIDE) {
        for (; i < s->fixed; i++) {
            if (text[i] < s->low[i] || text[i] > s->high[i])
                return false;
        }
        return true;
    }
    for (; i + WIDE < s->fixed; i += WIDE) {
        if (!are_between(s, text, i))
            return false;
    }
    return are_between(s, text, s->fixed - WIDE);
}

bool schema_class_sequence_match(const struct schema_class_sequence *simple,
                                 struct td_bytes text)
{
    const uint8_t *at = text.len ? text.ptr : (const uint8_t *)"";
    const uint8_t *end = at + text.len;

    if (simple->is_literal)
        return match_literal(simple, text);
    if (text.len < simple->fixed || !match_fixed(simple, at))
        return false;
    at += simple->fixed;
    for (uint32_t i = 0; i < simple->len; i++) {
        const struct item *item = &simple->items[i];
        uint32_t n = 0;
        size_t len;

        while (n < item->max && at < end && (len = step(&item->set, at))) {
            at += len;
            n++;
        }
        if (n < item->min)
            return false;
    }
    return !simple->at_end || at == end;
}
