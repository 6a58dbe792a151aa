#include "tape/seek.h"

#include "core/mem.h"
#include "tape/index.h"

#include <stdlib.h>

/* One read at open: a full root, the end line and the footer fit in it. */
#define TAIL_LEN     ((size_t)80 * 1024)
#define NODE_MAX     ((size_t)66 * 1024)
#define SEGMENTS_MAX ((size_t)65536)
#define LIST_HEAD    ((size_t)4)

/* len bytes at an offset of the file: from the tail if it has them. */
static struct td_bytes bytes_at(struct tape_seek *s, uint64_t at, size_t len)
{
    uint8_t *room;

    if (at >= s->tail_at && at - s->tail_at + len <= s->tail.len)
        return td_bytes(s->tail.ptr + (at - s->tail_at), len);
    td_buf_clear(&s->node);
    room = td_buf_room(&s->node, len);
    if (!room || !tape_input_read(s->in, at, room, len))
        return td_bytes(NULL, 0);
    return td_bytes(room, len);
}

static bool read_footer(struct tape_seek *s, uint64_t end,
                        struct tape_segment *segment)
{
    struct td_bytes data;
    struct tape_member *m = &segment->footer;
    uint64_t at = end - TAPE_FOOTER_LEN;
    size_t entries;

    if (end < TAPE_FOOTER_LEN)
        return false;
    data = bytes_at(s, at, TAPE_FOOTER_LEN);
    if (data.len == 0 ||
        tape_member_peek(data, m, &entries) != TAPE_PEEK_MEMBER ||
        m->kind != TAPE_MEMBER_FOOTER || m->self > at || m->end > m->self ||
        m->back > m->self)
        return false;
    segment->base = at - m->self;
    return true;
}

struct td_bytes tape_seek_end(const struct tape_seek *s)
{
    const struct tape_segment *last =
        s->segments_len ? &s->segments[s->segments_len - 1] : NULL;
    uint64_t at = last ? last->base + last->footer.end : 0;

    if (!last || last->footer.end == 0 || at < s->tail_at)
        return td_bytes("", 0);
    return td_bytes(s->tail.ptr + (at - s->tail_at),
                    (size_t)(s->tail_at + s->tail.len - at));
}

/* Footers from the end of the file to its start: each says where its segment
 * begins, and right before that the segment before it ends.
 */
static uint64_t find_segments(struct tape_seek *s, uint64_t size)
{
    struct tape_segment segment;
    uint64_t end = size;

    while (s->segments_len < SEGMENTS_MAX && read_footer(s, end, &segment)) {
        if ((s->segments_len & (s->segments_len - 1)) == 0)
            s->segments = (struct tape_segment *)td_realloc(
                s->segments, (s->segments_len * 2 + 1) * sizeof(segment));
        s->segments[s->segments_len++] = segment;
        end = segment.base;
    }
    for (size_t i = 0; i < s->segments_len / 2; i++) {
        segment = s->segments[i];
        s->segments[i] = s->segments[s->segments_len - 1 - i];
        s->segments[s->segments_len - 1 - i] = segment;
    }
    return end;
}

void tape_seek_init(struct tape_seek *s, struct tape_input *in)
{
    uint64_t size = tape_input_size(in);
    size_t len = size < TAIL_LEN ? (size_t)size : TAIL_LEN;
    uint8_t *room;

    *s = (struct tape_seek){.in = in};
    td_buf_init(&s->node, NODE_MAX);
    room = td_buf_room(&s->tail, len + 1);
    if (size < TAPE_FOOTER_LEN || !room ||
        !tape_input_read(in, size - len, room, len))
        return;
    s->tail.len = len;
    s->tail_at = size - len;
    s->indexed = find_segments(s, size) == 0;
}

void tape_seek_release(struct tape_seek *s)
{
    td_buf_release(&s->tail);
    td_buf_release(&s->node);
    free(s->segments);
    *s = (struct tape_seek){0};
}

static bool may_hold(const struct tape_entry *e, const struct tape_target *t)
{
    if (e->count == 0 || (t->after > 0 && e->offset <= t->after))
        return false;
    switch (t->kind) {
    case TAPE_BY_TIME:
        return e->last_ns >= t->value;
    case TAPE_BY_SEQ:
        return e->first_seq + e->count > t->value;
    case TAPE_BY_WALL:
        return e->wall_ns + (e->last_ns - e->first_ns) >= t->value;
    case TAPE_BY_KIND:
        return tape_names_has(&e->names, t->bit);
    }
    return false;
}

/* The first entry of a node that may hold the target. False with *bad: the
 * node is not what it should be.
 */
static bool look_in_node(struct td_bytes node, unsigned level,
                         const struct tape_target *t, struct tape_entry *found,
                         bool *bad)
{
    struct tape_member m;
    size_t entries;
    struct td_bytes list;

    *bad = true;
    if (node.len == 0 ||
        tape_member_peek(node, &m, &entries) != TAPE_PEEK_MEMBER ||
        m.kind != TAPE_MEMBER_INDEX || m.level > level)
        return false;
    list = td_bytes(node.ptr + TAPE_HEAD_LEN + LIST_HEAD,
                    entries * TAPE_ENTRY_LEN);
    if (node.len < TAPE_HEAD_LEN + LIST_HEAD + list.len ||
        tape_crc(0, list) != m.list_crc)
        return false;
    *bad = false;
    for (size_t i = 0; i < entries; i++) {
        tape_entry_unpack(found, list.ptr + i * TAPE_ENTRY_LEN);
        *bad = found->offset >= m.self || found->length > NODE_MAX * 4096;
        if (*bad)
            return false;
        if (may_hold(found, t)) {
            /* The level rides along: the next node must be below this one. */
            found->flags = m.level;
            return true;
        }
    }
    return false;
}

/* From the root down to a data member; a node whose children turn out not to
 * hold the target (bitmaps are only hints) is passed over from then on.
 */
static enum td_code find_member(struct tape_seek *s,
                                const struct tape_segment *segment,
                                struct tape_target *t, struct tape_entry *found)
{
    uint64_t root = segment->footer.back;
    struct tape_entry e = {.offset = root};
    unsigned level = TAPE_INDEX_LEVELS;
    bool bad;

    e.length = (uint32_t)(segment->footer.self - root);
    if (root == 0)
        return TD_END;
    for (;;) {
        uint64_t at = e.offset;
        struct td_bytes node = e.length <= NODE_MAX
                                   ? bytes_at(s, segment->base + at, e.length)
                                   : td_bytes(NULL, 0);

        if (look_in_node(node, level, t, &e, &bad)) {
            if (e.flags == 0) {
                *found = e;
                return TD_OK;
            }
            level = e.flags - 1;
        } else if (bad) {
            return TD_FORMAT;
        } else if (at == root) {
            return TD_END;
        } else {
            t->after = at;
            level = TAPE_INDEX_LEVELS;
            e = (struct tape_entry){.offset = root};
            e.length = (uint32_t)(segment->footer.self - root);
        }
    }
}

enum td_code tape_seek_find(struct tape_seek *s, struct tape_target *t,
                            size_t *segment, struct tape_entry *found)
{
    if (!s->indexed)
        return TD_FORMAT;
    for (; *segment < s->segments_len; ++*segment) {
        enum td_code code = find_member(s, &s->segments[*segment], t, found);

        if (code != TD_END)
            return code;
        t->after = 0;
    }
    return TD_END;
}
