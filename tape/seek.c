#include "tape/seek.h"

#include "core/mem.h"
#include "tape/index.h"
#include "tape/line.h"

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
        s->segments =
            td_list_room(s->segments, s->segments_len, sizeof(segment));
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
        return e->first_seq > t->value;
    case TAPE_BY_WALL:
        return e->wall_ns + (e->last_ns - e->first_ns) >= t->value;
    case TAPE_BY_KIND:
        return tape_names_has(&e->names, t->bit);
    }
    return false;
}

/* A node of the index, as it was read. */
struct node {
    struct tape_member m;
    struct td_bytes list;
    size_t entries;
};

/* The node at e->offset. False: there is none, or it is damaged. */
static bool read_node(struct tape_seek *s, uint64_t base,
                      const struct tape_entry *e, struct node *node)
{
    struct td_bytes data = e->length <= NODE_MAX
                               ? bytes_at(s, base + e->offset, e->length)
                               : td_bytes(NULL, 0);

    if (data.len == 0 ||
        tape_member_peek(data, &node->m, &node->entries) != TAPE_PEEK_MEMBER ||
        node->m.kind != TAPE_MEMBER_INDEX || node->m.self != e->offset)
        return false;
    node->list = td_bytes(data.ptr + TAPE_HEAD_LEN + LIST_HEAD,
                          node->entries * TAPE_ENTRY_LEN);
    return data.len >= TAPE_HEAD_LEN + LIST_HEAD + node->list.len &&
           tape_crc(0, node->list) == node->m.list_crc;
}

static struct tape_entry entry_at(const struct node *node, size_t i)
{
    struct tape_entry e;

    tape_entry_unpack(&e, node->list.ptr + i * TAPE_ENTRY_LEN);
    return e;
}

/* Members follow each other, and only nodes stand between them: behind the
 * first member of any node but the first.
 */
static bool follows(const struct node *node, size_t i,
                    const struct tape_entry *before, const struct tape_entry *e)
{
    uint64_t end = before->offset + before->length;

    if (e->offset < end || e->first_seq < before->first_seq + before->count ||
        e->first_ns < before->first_ns)
        return false;
    return e->offset == end || node->m.level > 0 ||
           (i == 1 && node->m.back > 0);
}

/* The entries leave nothing out, and add up to what the node, and the entry
 * that led here, say.
 */
static bool adds_up(const struct node *node, const struct tape_entry *parent)
{
    const struct tape_member *m = &node->m;
    struct tape_entry before = {0};
    uint64_t count = 0;

    for (size_t i = 0; i < node->entries; i++) {
        struct tape_entry e = entry_at(node, i);

        if (e.count > TAPE_INT_MAX || e.offset >= m->self ||
            e.length > NODE_MAX * 4096 ||
            (i > 0 && !follows(node, i, &before, &e)) ||
            (i == 0 && e.first_ns != m->first_ns))
            return false;
        count += e.count;
        before = e;
    }
    return count == m->count && count == parent->count &&
           before.last_ns == m->last_ns && m->last_ns == parent->last_ns &&
           m->first_ns == parent->first_ns;
}

/* The entry of a node that may hold the target, or the one before the first
 * that is behind it. False: none; *found is the last then.
 */
static bool look_in_node(const struct node *node, const struct tape_target *t,
                         struct tape_entry *found)
{
    bool by_seq = t->kind == TAPE_BY_SEQ;

    for (size_t i = 0; i < node->entries; i++) {
        *found = entry_at(node, i);
        if (!may_hold(found, t))
            continue;
        if (by_seq && i > 0)
            *found = entry_at(node, i - 1);
        return true;
    }
    return by_seq && found->first_seq + found->count > t->value;
}

static struct tape_entry root_of(const struct tape_segment *segment)
{
    const struct tape_member *footer = &segment->footer;

    return (struct tape_entry){
        .offset = footer->back,
        .length = (uint32_t)(footer->self - footer->back),
        .count = footer->count,
        .first_ns = footer->first_ns,
        .last_ns = footer->last_ns,
    };
}

/* From the root down to a data member; a node whose children turn out not to
 * hold the target (bitmaps are only hints) is passed over from then on. TD_END:
 * none holds it; *found is the last member then.
 */
static enum td_code find_member(struct tape_seek *s,
                                const struct tape_segment *segment,
                                struct tape_target *t, struct tape_entry *found)
{
    struct tape_entry e = root_of(segment);
    unsigned below = TAPE_INDEX_LEVELS;
    bool none = false;
    struct node node;

    if (e.offset == 0)
        return e.count > 0 ? TD_FORMAT : TD_END;
    for (;;) {
        struct tape_entry at = e;

        if (!read_node(s, segment->base, &at, &node) || node.m.level >= below ||
            !adds_up(&node, &at))
            return TD_FORMAT;
        none |= !look_in_node(&node, t, &e);
        below = node.m.level;
        if (none && t->kind == TAPE_BY_KIND) {
            if (at.offset == segment->footer.back)
                return TD_END;
            t->after = at.offset;
            e = root_of(segment);
            below = TAPE_INDEX_LEVELS;
            none = false;
        } else if (node.m.level == 0) {
            *found = e;
            return none ? TD_END : TD_OK;
        }
    }
}

enum td_code tape_seek_find(struct tape_seek *s, struct tape_target *t,
                            size_t *segment, struct tape_entry *found)
{
    if (!s->indexed)
        return TD_FORMAT;
    for (; *segment < s->segments_len; ++*segment) {
        bool last = *segment + 1 == s->segments_len;
        enum td_code code;

        *found = (struct tape_entry){0};
        code = find_member(s, &s->segments[*segment], t, found);
        if (code == TD_END && last && found->length > 0 &&
            t->kind != TAPE_BY_KIND)
            return TD_OK;
        if (code != TD_END)
            return code;
        t->after = 0;
    }
    return TD_END;
}
