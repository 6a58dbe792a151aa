#include "tape/copies.h"

#include "core/mem.h"
#include "tape/reader.h"

#include <stdlib.h>
#include <string.h>

/* While the file is read for the first or the second time. */
struct reading {
    struct tape_copies *copies;
    size_t begun;          /* segments */
    struct td_sha256 *sum; /* of the lines of the one at hand, or NULL */
    uint64_t events;
    uint64_t stop; /* second time: events of the next one to compare with */
    bool again;
};

/* The segment at hand, or NULL. */
static struct tape_copied *at_hand(const struct reading *r)
{
    return r->begun > 0 && r->begun <= r->copies->len
               ? &r->copies->list[r->begun - 1]
               : NULL;
}

/* All of b is in a, as its first lines are; which of two to keep. */
static bool is_better(const struct tape_copied *a, const struct tape_copied *b)
{
    if (a->events != b->events)
        return a->events > b->events;
    return a->ended != b->ended ? a->ended : a < b;
}

static bool is_of_one(const struct tape_copied *a, const struct tape_copied *b)
{
    return a->headed && b->headed &&
           memcmp(a->header, b->header, sizeof(a->header)) == 0;
}

/* As many lines of the segment were read as others of its recording have. */
static void compare(struct reading *r)
{
    const struct tape_copied *now = at_hand(r);
    uint8_t lines[TD_SHA256_LEN];

    r->stop = UINT64_MAX;
    if (!now || !now->headed)
        return;
    td_sha256_so_far(r->sum, lines);
    for (size_t i = 0; i < r->copies->len; i++) {
        struct tape_copied *other = &r->copies->list[i];

        if (other == now || !is_of_one(other, now) ||
            (other->ended && !other->events))
            continue;
        if (other->events > r->events && other->events < r->stop)
            r->stop = other->events;
        if (other->events == r->events &&
            memcmp(other->lines, lines, sizeof(lines)) == 0 &&
            is_better(now, other))
            other->is_copy = true;
    }
}

static void end_segment(struct reading *r)
{
    struct tape_copied *now = at_hand(r);

    if (r->sum)
        td_sha256_end(r->sum, now && !r->again ? now->lines : NULL);
    r->sum = NULL;
}

static void begin_segment(struct reading *r, struct td_bytes header)
{
    struct tape_copies *copies = r->copies;
    struct tape_copied *now;

    end_segment(r);
    r->begun++;
    r->events = 0;
    if (!r->again && copies->len < TAPE_COPIES_MOST) {
        copies->list =
            td_list_room(copies->list, copies->len, sizeof(*copies->list));
        now = &copies->list[copies->len++];
        *now = (struct tape_copied){.headed = header.len > 0};
        td_sha256(now->header, header);
    }
    now = at_hand(r);
    if (now && now->headed)
        r->sum = td_sha256_new();
    if (r->again)
        compare(r);
}

static void on_other(void *ctx, enum tape_line_kind kind, struct td_bytes line)
{
    struct reading *r = (struct reading *)ctx;
    struct tape_copied *now;

    if (kind == TAPE_LINE_HEADER)
        begin_segment(r, line);
    now = at_hand(r);
    if (kind == TAPE_LINE_END && now)
        now->ended = true;
}

static void add_event(struct reading *r, struct td_bytes line)
{
    struct tape_copied *now = at_hand(r);

    if (r->sum) {
        td_sha256_add(r->sum, line);
        td_sha256_add(r->sum, td_text("\n"));
    }
    r->events++;
    if (now && !r->again)
        now->events = r->events;
    if (r->again && r->events == r->stop)
        compare(r);
}

static enum td_code read_once(struct tape_copies *copies, bool again,
                              const char *path, const struct tape_order *order,
                              struct td_error *err)
{
    struct reading r = {.copies = copies, .again = again};
    const struct tape_read_options how = {.other = on_other, .ctx = &r};
    struct tape_reader *reader = NULL;
    struct td_event ev;
    enum td_code code = tape_order_read(&reader, path, order, &how, err);

    while (!code) {
        code = tape_reader_next(reader, &ev, err);
        if (!code)
            add_event(&r, tape_reader_line(reader));
    }
    end_segment(&r);
    tape_reader_close(reader);
    return code == TD_END ? TD_OK : code;
}

/* What the first of a recording that is kept spares. */
static void count_spared(struct tape_copies *copies)
{
    for (size_t i = 0; i < copies->len; i++) {
        const struct tape_copied *copy = &copies->list[i];
        size_t k = 0;

        while (copy->is_copy && k < copies->len &&
               (copies->list[k].is_copy || !is_of_one(&copies->list[k], copy)))
            k++;
        if (copy->is_copy && k < copies->len)
            copies->list[k].spared += copy->events;
    }
}

enum td_code tape_copies_find(struct tape_copies *out, const char *path,
                              const struct tape_order *order,
                              struct td_error *err)
{
    enum td_code code;

    *out = (struct tape_copies){0};
    code = read_once(out, false, path, order, err);
    if (!code)
        code = read_once(out, true, path, order, err);
    count_spared(out);
    return code;
}

void tape_copies_release(struct tape_copies *copies)
{
    free(copies->list);
    *copies = (struct tape_copies){0};
}

const struct tape_copied *tape_copies_at(const struct tape_copies *copies,
                                         size_t segment)
{
    return segment < copies->len ? &copies->list[segment] : NULL;
}
