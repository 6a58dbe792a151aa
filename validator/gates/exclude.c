#include "validator/gates/exclude.h"

#include <string.h>

#define MARK "_EXCL_"

static void add(struct td_arena *arena, struct gates_marked *marked,
                uint64_t from, uint64_t to)
{
    if (marked->len == marked->cap) {
        struct verdict_range *more;

        marked->cap = marked->cap * 2 + 8;
        more = td_arena_alloc(arena, marked->cap * sizeof(*more));
        if (marked->len > 0)
            memcpy(more, marked->list, marked->len * sizeof(*more));
        marked->list = more;
    }
    marked->list[marked->len++] = (struct verdict_range){from, to};
}

/* Whether the bytes before at, back to begin, end in this text. */
static bool is_behind(const uint8_t *begin, const uint8_t *at, const char *text)
{
    size_t len = strlen(text);

    return (size_t)(at - begin) >= len && !memcmp(at - len, text, len);
}

static bool is_before(const uint8_t *at, const uint8_t *end, const char *text)
{
    size_t len = strlen(text);

    return (size_t)(end - at) >= len && !memcmp(at, text, len);
}

struct scan {
    struct td_arena *arena;
    struct gates_excluded *found;
    uint64_t line_from;   /* of what is open, or 0 */
    uint64_t branch_from; /* the same of branches */
};

static void take(struct scan *s, struct gates_marked *marked, uint64_t *from,
                 const uint8_t *word, const uint8_t *end, uint64_t line)
{
    if (is_before(word, end, "LINE")) {
        if (*from == 0)
            add(s->arena, marked, line, line);
    } else if (is_before(word, end, "START")) {
        *from = *from ? *from : line;
    } else if (is_before(word, end, "STOP") && *from > 0) {
        if (line > *from)
            add(s->arena, marked, *from, line - 1);
        *from = 0;
    }
}

static uint64_t lines_in(const uint8_t *from, const uint8_t *to)
{
    uint64_t lines = 0;

    for (; from < to; from++)
        lines += *from == '\n';
    return lines;
}

static bool is_marker(const uint8_t *begin, const uint8_t *at)
{
    return is_behind(begin, at, "LCOV") || is_behind(begin, at, "GCOV") ||
           is_behind(begin, at, "GCOVR");
}

const struct gates_excluded *gates_exclude(struct td_arena *arena,
                                           struct td_bytes source)
{
    const uint8_t *begin = source.ptr;
    const uint8_t *at = begin;
    const uint8_t *end;
    struct scan s = {.arena = arena};
    uint64_t line = 1;

    if (source.len == 0)
        return NULL;
    end = begin + source.len;
    while (at < end) {
        const uint8_t *hit =
            memmem(at, (size_t)(end - at), MARK, sizeof(MARK) - 1);
        const uint8_t *word;

        if (!hit)
            break;
        line += lines_in(at, hit);
        at = hit;
        word = hit + sizeof(MARK) - 1;
        if (is_marker(begin, hit)) {
            if (!s.found)
                s.found = td_arena_alloc(arena, sizeof(*s.found));
            if (is_before(word, end, "BR_"))
                take(&s, &s.found->branches, &s.branch_from, word + 3, end,
                     line);
            else
                take(&s, &s.found->lines, &s.line_from, word, end, line);
        }
        line += lines_in(at, word);
        at = word;
    }
    /* What is never ended goes to the end. */
    if (s.line_from)
        add(arena, &s.found->lines, s.line_from, UINT64_MAX);
    if (s.branch_from)
        add(arena, &s.found->branches, s.branch_from, UINT64_MAX);
    return s.found;
}

static bool has(const struct gates_marked *marked, uint64_t line)
{
    size_t low = 0;
    size_t high = marked->len;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (marked->list[mid].to < line)
            low = mid + 1;
        else
            high = mid;
    }
    return low < marked->len && marked->list[low].from <= line;
}

bool gates_excludes_line(const struct gates_excluded *excluded, uint64_t line)
{
    return excluded && has(&excluded->lines, line);
}

bool gates_excludes_branches(const struct gates_excluded *excluded,
                             uint64_t line)
{
    return excluded &&
           (has(&excluded->lines, line) || has(&excluded->branches, line));
}
