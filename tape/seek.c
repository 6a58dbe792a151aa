#include "tape/reader_internal.h"

#include "core/mem.h"
#include "tape/index.h"

#include <stdlib.h>

/* One read at open: a full root, the end line and the footer fit in it. */
#define TAIL_LEN     ((size_t)80 * 1024)
#define NODE_MAX     ((size_t)66 * 1024)
#define SEGMENTS_MAX ((size_t)65536)
#define LIST_HEAD    ((size_t)4)

/* len bytes at an offset of the file: from the tail if it has them. */
static struct td_bytes bytes_at(struct tape_reader *r, uint64_t at, size_t len)
{
    uint8_t *room;

    if (at >= r->tail_at && at - r->tail_at + len <= r->tail.len)
        return td_bytes(r->tail.ptr + (at - r->tail_at), len);
    td_buf_clear(&r->node);
    room = td_buf_room(&r->node, len);
    if (!room || !tape_input_read(&r->scan.in, at, room, len))
        return td_bytes(NULL, 0);
    return td_bytes(room, len);
}

static bool read_footer(struct tape_reader *r, uint64_t end,
                        struct tape_segment *segment)
{
    struct td_bytes data;
    struct tape_member *m = &segment->footer;
    uint64_t at = end - TAPE_FOOTER_LEN;
    size_t entries;

    if (end < TAPE_FOOTER_LEN)
        return false;
    data = bytes_at(r, at, TAPE_FOOTER_LEN);
    if (data.len == 0 ||
        tape_member_peek(data, m, &entries) != TAPE_PEEK_MEMBER ||
        m->kind != TAPE_MEMBER_FOOTER || m->self > at || m->end > m->self ||
        m->back > m->self)
        return false;
    segment->base = at - m->self;
    return true;
}

static void read_end_line(struct tape_reader *r, uint64_t size)
{
    const struct tape_segment *last = &r->segments[r->segments_len - 1];
    uint64_t at = last->base + last->footer.end;
    struct td_buf text = {0};

    if (last->footer.end == 0 || at < r->tail_at)
        return;
    if (tape_reader_inflate(&text, td_bytes(r->tail.ptr + (at - r->tail_at),
                                            (size_t)(size - at))) &&
        text.len > 0)
        tape_reader_take_end(r, td_bytes(text.ptr, text.len - 1));
    td_buf_release(&text);
}

/* Footers from the end of the file to its start: each says where its segment
 * begins, and right before that the segment before it ends.
 */
static uint64_t find_segments(struct tape_reader *r, uint64_t size)
{
    struct tape_segment segment;
    uint64_t end = size;

    while (r->segments_len < SEGMENTS_MAX && read_footer(r, end, &segment)) {
        if ((r->segments_len & (r->segments_len - 1)) == 0)
            r->segments = (struct tape_segment *)td_realloc(
                r->segments, (r->segments_len * 2 + 1) * sizeof(segment));
        r->segments[r->segments_len++] = segment;
        end = segment.base;
    }
    for (size_t i = 0; i < r->segments_len / 2; i++) {
        segment = r->segments[i];
        r->segments[i] = r->segments[r->segments_len - 1 - i];
        r->segments[r->segments_len - 1 - i] = segment;
    }
    return end;
}

void tape_seek_init(struct tape_reader *r)
{
    uint64_t size = tape_input_size(&r->scan.in);
    size_t len = size < TAIL_LEN ? (size_t)size : TAIL_LEN;
    uint8_t *room = td_buf_room(&r->tail, len + 1);

    td_buf_init(&r->node, NODE_MAX);
    if (size < TAPE_FOOTER_LEN || !room ||
        !tape_input_read(&r->scan.in, size - len, room, len))
        return;
    r->tail.len = len;
    r->tail_at = size - len;
    r->state.indexed = find_segments(r, size) == 0;
    for (size_t i = 0; i < r->segments_len; i++)
        r->state.lost += r->segments[i].footer.lost;
    if (r->state.indexed)
        r->state.segments = r->segments_len;
    if (r->segments_len > 0)
        read_end_line(r, size);
    r->lost_here = 0; /* nothing was read on the way there */
}

/* What is looked for: the first data member that may hold it. */
enum target_kind { BY_TIME, BY_SEQ, BY_WALL, BY_KIND };

struct target {
    enum target_kind kind;
    uint64_t value;
    unsigned bit;   /* BY_KIND: bit of the bitmap */
    uint64_t after; /* members and nodes up to this offset are no use */
};

static bool may_hold(const struct tape_entry *e, const struct target *t)
{
    if (e->count == 0 || (t->after > 0 && e->offset <= t->after))
        return false;
    switch (t->kind) {
    case BY_TIME:
        return e->last_ns >= t->value;
    case BY_SEQ:
        return e->first_seq + e->count > t->value;
    case BY_WALL:
        return e->wall_ns + (e->last_ns - e->first_ns) >= t->value;
    case BY_KIND:
        return tape_names_has(&e->names, t->bit);
    }
    return false;
}

/* The first entry of a node that may hold the target. False with *bad: the
 * node is not what it should be.
 */
static bool look_in_node(struct td_bytes node, unsigned level,
                         const struct target *t, struct tape_entry *found,
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
static enum td_code find_member(struct tape_reader *r,
                                const struct tape_segment *segment,
                                struct target *t, struct tape_entry *found)
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
                                   ? bytes_at(r, segment->base + at, e.length)
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

/* The header of the segment that is entered by a jump. */
static enum td_code enter_segment(struct tape_reader *r, size_t segment,
                                  struct td_error *err)
{
    uint64_t base = r->segments[segment].base;
    enum td_code code = TD_OK;

    r->segment = segment + 1;

    if (r->entered != base) {
        struct tape_text *text = &r->text;
        const uint8_t *end;

        tape_reader_go(r, base);
        code = tape_scan_next(&r->scan, text, err);
        end = code ? NULL
                   : (const uint8_t *)memchr(text->lines.ptr, '\n',
                                             text->lines.len);
        if (end)
            code = tape_reader_enter(
                r, td_bytes(text->lines.ptr, (size_t)(end - text->lines.ptr)),
                err);
        r->entered = base;
    }
    return code;
}

/* Go to the first member, in file order, that may hold the target. TD_FORMAT:
 * there is no index to tell.
 */
static enum td_code jump(struct tape_reader *r, struct target *t,
                         size_t *segment, struct tape_entry *found,
                         struct td_error *err)
{
    if (!r->state.indexed)
        return TD_FORMAT;
    for (; *segment < r->segments_len; ++*segment) {
        const struct tape_segment *s = &r->segments[*segment];
        enum td_code code = find_member(r, s, t, found);

        if (!code)
            code = enter_segment(r, *segment, err);
        if (!code)
            tape_reader_go(r, s->base + found->offset);
        if (code != TD_END)
            return code;
        t->after = 0;
    }
    return TD_END;
}

/* Without an index: from the start, over the heads of the members. */
static enum td_code start_over(struct tape_reader *r, struct td_error *err)
{
    if (!r->scan.in.seekable && r->scan.at > 0) {
        (void)td_error_set(err, TD_IO, r->scan.in.path, 0,
                           "is a pipe: it cannot be searched backwards");
        return td_error_mend(err, "give the tape as a file");
    }
    tape_reader_go(r, 0);
    r->segment = 0;
    return TD_OK;
}

/* Read on to the first event that passes the scan's limits and keep it. */
static enum td_code hold_next(struct tape_reader *r, struct td_error *err)
{
    struct td_event ev;
    enum td_code code = tape_reader_next(r, &ev, err);

    r->scan.from_ns = 0;
    r->scan.from_seq = 0;
    if (!code)
        tape_reader_hold(r, &ev);
    return code;
}

static enum td_code seek_to(struct tape_reader *r, struct target t,
                            struct td_error *err)
{
    struct tape_entry found = {0};
    size_t segment = 0;
    enum td_code code = jump(r, &t, &segment, &found, err);

    if (code == TD_FORMAT)
        code = start_over(r, err);
    if (code)
        return code;
    r->scan.from_ns = t.kind == BY_TIME ? t.value : 0;
    r->scan.from_seq = t.kind == BY_SEQ ? t.value : 0;
    return hold_next(r, err);
}

enum td_code tape_reader_seek_time(struct tape_reader *r, uint64_t at_ns,
                                   struct td_error *err)
{
    return seek_to(r, (struct target){.kind = BY_TIME, .value = at_ns}, err);
}

enum td_code tape_reader_seek_seq(struct tape_reader *r, uint64_t seq,
                                  struct td_error *err)
{
    return seek_to(r, (struct target){.kind = BY_SEQ, .value = seq}, err);
}

/* By the start in the headers, event by event. */
static enum td_code scan_for_wall(struct tape_reader *r, uint64_t wall_ns,
                                  struct td_error *err)
{
    struct td_event ev;
    enum td_code code = start_over(r, err);

    while (!code) {
        code = tape_reader_next(r, &ev, err);
        if (!code && r->header.start_wall_ns + ev.at_ns >= wall_ns) {
            tape_reader_hold(r, &ev);
            break;
        }
    }
    return code;
}

enum td_code tape_reader_seek_wall(struct tape_reader *r, uint64_t wall_ns,
                                   struct td_error *err)
{
    struct target t = {.kind = BY_WALL, .value = wall_ns};
    struct tape_entry found = {0};
    size_t segment = 0;
    enum td_code code = jump(r, &t, &segment, &found, err);

    if (code == TD_FORMAT)
        return scan_for_wall(r, wall_ns, err);
    if (code)
        return code;
    r->scan.from_ns = found.first_ns;
    if (wall_ns > found.wall_ns)
        r->scan.from_ns += wall_ns - found.wall_ns;
    return hold_next(r, err);
}

static bool marker_is(const struct td_event *ev, struct td_bytes name)
{
    struct td_buf quoted = {0};
    bool is;

    if (!td_bytes_is(ev->kind, TD_KIND_MARKER))
        return false;
    if (td_bytes_equal(ev->name, name))
        return true;
    is = !td_buf_add_text(&quoted, "\"name\":\"") &&
         !td_buf_add_bytes(&quoted, name) && !td_buf_add_byte(&quoted, '"') &&
         memmem(ev->payload.ptr, ev->payload.len, quoted.ptr, quoted.len);
    td_buf_release(&quoted);
    return is;
}

/* Read one member's events (or, without an index, all) for the marker. */
static enum td_code read_for_marker(struct tape_reader *r, struct td_bytes name,
                                    uint64_t last_seq, struct td_error *err)
{
    struct td_event ev;

    for (;;) {
        enum td_code code = tape_reader_next(r, &ev, err);

        if (code)
            return code;
        if (marker_is(&ev, name)) {
            tape_reader_hold(r, &ev);
            return TD_OK;
        }
        if (last_seq > 0 && ev.seq >= last_seq)
            return TD_END;
    }
}

enum td_code tape_reader_seek_marker(struct tape_reader *r,
                                     struct td_bytes name, struct td_error *err)
{
    struct target t = {.kind = BY_KIND,
                       .bit = tape_kind_bit(td_text(TD_KIND_MARKER))};
    struct tape_entry found = {0};
    size_t segment = 0;

    for (;;) {
        enum td_code code = jump(r, &t, &segment, &found, err);

        if (code == TD_FORMAT) {
            code = start_over(r, err);
            return code ? code : read_for_marker(r, name, 0, err);
        }
        if (!code)
            code = read_for_marker(r, name, found.first_seq + found.count - 1,
                                   err);
        else
            return code;
        if (code != TD_END)
            return code;
        t.after = found.offset;
    }
}

static enum td_code extent_by_scan(struct tape_reader *r,
                                   struct tape_extent *out,
                                   struct td_error *err)
{
    struct tape_reader *other;
    struct td_event ev;
    enum td_code code = tape_reader_open(&other, r->scan.in.path, NULL, err);

    if (code)
        return code;
    other->scan.from_seq = UINT64_MAX;
    code = tape_reader_next(other, &ev, err);
    out->events = other->scan.events;
    out->first_ns = other->scan.first_ns;
    out->last_ns = other->scan.last_ns;
    tape_reader_close(other);
    return code == TD_END ? TD_OK : code;
}

enum td_code tape_reader_extent(struct tape_reader *r, struct tape_extent *out,
                                struct td_error *err)
{
    memset(out, 0, sizeof(*out));
    out->file_bytes = tape_input_size(&r->scan.in);
    if (!r->state.indexed && r->scan.in.seekable)
        return extent_by_scan(r, out, err);
    for (size_t i = 0; i < r->segments_len; i++) {
        const struct tape_member *footer = &r->segments[i].footer;

        if (out->events == 0)
            out->first_ns = footer->first_ns;
        if (footer->count > 0 && footer->last_ns > out->last_ns)
            out->last_ns = footer->last_ns;
        out->events += footer->count;
    }
    return TD_OK;
}
