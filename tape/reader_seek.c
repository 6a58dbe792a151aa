/* A reader at another place of its tape. */
#include "core/json.h"
#include "tape/reader_internal.h"

#include <stdlib.h>

/* The header of the segment that is entered by a jump. */
static enum td_code enter_segment(struct tape_reader *r, size_t segment,
                                  struct td_error *err)
{
    uint64_t base = r->seek.segments[segment].base;
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
        if (!end || tape_line_kind(text->lines) != TAPE_LINE_HEADER)
            code = TD_FORMAT;
        if (!code)
            code = tape_reader_enter(
                r, td_bytes(text->lines.ptr, (size_t)(end - text->lines.ptr)),
                err);
        r->entered = base;
    }
    return code;
}

/* What stands there is the member that the index speaks of. */
static bool is_there(struct tape_reader *r, uint64_t at,
                     const struct tape_entry *e)
{
    struct tape_member m;
    size_t entries;

    return tape_member_peek(tape_input_at(&r->scan.in, at, TAPE_HEAD_LEN), &m,
                            &entries) == TAPE_PEEK_MEMBER &&
           m.kind == TAPE_MEMBER_DATA && m.self == e->offset &&
           (m.length == 0 ||
            (m.length == e->length && m.count == e->count &&
             m.first_seq == e->first_seq && m.first_ns == e->first_ns &&
             m.last_ns == e->last_ns));
}

/* Go to the first member that may hold the target. TD_FORMAT: there is no index
 * to tell.
 */
static enum td_code jump(struct tape_reader *r, struct tape_target *t,
                         size_t *segment, struct tape_entry *found,
                         struct td_error *err)
{
    enum td_code code = tape_seek_find(&r->seek, t, segment, found);
    uint64_t at = 0;

    if (!code)
        code = enter_segment(r, *segment, err);
    if (!code) {
        at = r->seek.segments[*segment].base + found->offset;
        code = is_there(r, at, found) ? TD_OK : TD_FORMAT;
    }
    if (!code)
        tape_reader_go(r, at);
    if (code == TD_FORMAT && r->seek.indexed) {
        r->seek.indexed = false;
        r->state.indexed = false;
        r->state.wrong_index++;
    }
    return code;
}

/* Without an index: from the start, over the heads of the members. A pipe goes
 * on from its header, as long as no event has left.
 */
static enum td_code start_over(struct tape_reader *r, struct td_error *err)
{
    if (!r->scan.in.seekable && !r->given)
        return TD_OK;
    if (!r->scan.in.seekable) {
        (void)td_error_set(err, TD_IO, r->scan.in.path, 0,
                           "is a pipe: it cannot be searched backwards");
        return td_error_hint(err, "give the tape as a file");
    }
    tape_reader_go(r, 0);
    tape_reader_forget(r);
    return TD_OK;
}

/* Read on to the first event that passes the scan's limits and keep it. */
static enum td_code hold_next(struct tape_reader *r, struct td_error *err)
{
    struct td_event ev;
    enum td_code code = tape_reader_next(r, &ev, err);

    r->scan.from_ns = 0;
    r->scan.from_seq = 0;
    r->scan.gaps = false;
    tape_reader_pass(r);
    if (!code)
        tape_reader_hold(r, &ev);
    return code;
}

void tape_reader_pass(struct tape_reader *r)
{
    uint64_t start = r->header.start_wall_ns;

    if (r->from_wall > 0)
        r->scan.from_ns = r->from_wall > start ? r->from_wall - start : 0;
}

static enum td_code seek_to(struct tape_reader *r, struct tape_target t,
                            struct td_error *err)
{
    struct tape_entry found = {0};
    size_t segment = 0;
    enum td_code code = jump(r, &t, &segment, &found, err);

    r->scan.gaps = !code; /* the index led to the member or right before it */
    if (code == TD_FORMAT)
        code = start_over(r, err);
    if (code)
        return code;
    r->scan.from_ns = t.kind == TAPE_BY_TIME ? t.value : 0;
    r->scan.from_seq = t.kind == TAPE_BY_SEQ ? t.value : 0;
    return hold_next(r, err);
}

enum td_code tape_reader_seek_time(struct tape_reader *r, uint64_t at_ns,
                                   struct td_error *err)
{
    return seek_to(
        r, (struct tape_target){.kind = TAPE_BY_TIME, .value = at_ns}, err);
}

enum td_code tape_reader_seek_seq(struct tape_reader *r, uint64_t seq,
                                  struct td_error *err)
{
    return seek_to(r, (struct tape_target){.kind = TAPE_BY_SEQ, .value = seq},
                   err);
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
    struct tape_target t = {.kind = TAPE_BY_WALL, .value = wall_ns};
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

enum td_code tape_reader_from(struct tape_reader *r, uint64_t wall_ns,
                              struct td_error *err)
{
    enum td_code code = start_over(r, err);

    r->from_wall = wall_ns;
    r->scan.from_ns = 0;
    tape_reader_pass(r);
    if (!code && r->seek.indexed && r->seek.segments_len == 1)
        code = tape_reader_seek_time(r, r->scan.from_ns, err);
    return code;
}

uint64_t tape_reader_dated(const struct tape_reader *r,
                           const struct td_event *ev)
{
    return r->header.start_wall_ns + ev->at_ns;
}

bool tape_reader_goes_on(const struct tape_reader *r)
{
    if (r->state.indexed)
        return r->header.segment < r->seek.segments_len;
    return r->scan.in.seekable && !r->scan.follow;
}

/* The member "name" of the payload is that text, however it is spelled. */
static bool marker_is(const struct td_event *ev, struct td_bytes name)
{
    struct td_json_doc doc = {0};
    struct td_buf text = {0};
    bool is = false;
    uint32_t i;

    if (!td_bytes_is(ev->kind, TD_KIND_MARKER))
        return false;
    if (!td_json_parse(&doc, ev->payload, TD_JSON_DEPTH, NULL)) {
        i = td_json_member(&doc, 0, td_text("name"));
        if (i && doc.values[i].kind == TD_JSON_STRING &&
            !td_json_unescape(&text, td_json_inner(&doc, i)))
            is = td_bytes_equal(td_buf_bytes(&text), name);
    }
    td_json_release(&doc);
    td_buf_release(&text);
    return is;
}

/* Read one member's events (or, without an index, all) for the marker. */
static enum td_code read_for_marker(struct tape_reader *r, struct td_bytes name,
                                    bool one, struct td_error *err)
{
    uint64_t at = r->scan.at;
    struct td_event ev;

    for (;;) {
        enum td_code code = tape_reader_next(r, &ev, err);

        if (!code && one && r->text.offset != at)
            return TD_END;
        if (code)
            return code;
        if (marker_is(&ev, name)) {
            tape_reader_hold(r, &ev);
            return TD_OK;
        }
    }
}

enum td_code tape_reader_seek_marker(struct tape_reader *r,
                                     struct td_bytes name, struct td_error *err)
{
    struct tape_target t = {.kind = TAPE_BY_KIND,
                            .bit = tape_kind_bit(td_text(TD_KIND_MARKER))};
    struct tape_entry found = {0};
    size_t segment = 0;

    for (;;) {
        enum td_code code = jump(r, &t, &segment, &found, err);

        if (code == TD_FORMAT) {
            code = start_over(r, err);
            return code ? code : read_for_marker(r, name, false, err);
        }
        if (!code)
            code = read_for_marker(r, name, true, err);
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
    for (size_t i = 0; i < r->seek.segments_len; i++) {
        const struct tape_member *footer = &r->seek.segments[i].footer;

        if (out->events == 0)
            out->first_ns = footer->first_ns;
        if (footer->count > 0 && footer->last_ns > out->last_ns)
            out->last_ns = footer->last_ns;
        out->events += footer->count;
    }
    return TD_OK;
}
