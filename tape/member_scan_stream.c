/* Text that stands in no member of ours: plain, or gzipped by others. */
#include "tape/member_scan_internal.h"

/* Bytes of the stream behind text. False: there are none now. */
static bool stream_more(struct tape_scan *scan)
{
    struct td_bytes data = tape_input_at(&scan->in, scan->at, 1);
    size_t before = scan->text.len;
    size_t used = data.len < TAPE_STREAM_STEP ? data.len : TAPE_STREAM_STEP;
    enum tape_inflated state = TAPE_INFLATED_MORE;

    if (data.len == 0)
        return false;
    if (scan->mode == TAPE_SCAN_TEXT)
        (void)td_buf_add(&scan->text, data.ptr, used);
    else
        state = tape_gunzip_add(scan->gunzip, data, &scan->text,
                                TAPE_STREAM_STEP, &used);
    scan->at += used;
    if (state == TAPE_INFLATED_BAD || (used == 0 && scan->text.len == before)) {
        tape_scan_bad_member(scan, scan->stream_at);
        tape_scan_resync(scan, scan->stream_at + 1);
        scan->mode = TAPE_SCAN_MEMBERS;
    } else if (state == TAPE_INFLATED_END) {
        scan->mode = TAPE_SCAN_MEMBERS; /* which finds a further member */
    }
    return true;
}

void tape_scan_stream(struct tape_scan *scan, enum tape_scan_mode mode)
{
    if (!scan->streaming)
        tape_scan_clear(scan);
    if (scan->audit)
        tape_audit_stream(scan->audit, scan->at);
    scan->mode = mode;
    tape_chain_forget(&scan->chain);
    if (!scan->streaming) {
        scan->no_line = false;
        scan->searched = 0;
    }
    scan->streaming = true;
    scan->stream_at = scan->at;
    if (mode == TAPE_SCAN_GZIP && !scan->gunzip)
        scan->gunzip = tape_gunzip_new();
    scan->text.max = TAPE_TEXT_MOST + TAPE_STREAM_STEP;
}

/* Plain text stands where it stands; unpacked text, somewhere in its member. */
static void set_offset(const struct tape_scan *scan, struct tape_text *out)
{
    out->offset = scan->mode == TAPE_SCAN_TEXT ? scan->at - scan->text.len
                                               : scan->stream_at;
}

/* What is left of the stream, which may lack its last LF. */
static bool stream_rest(struct tape_scan *scan, struct tape_text *out)
{
    set_offset(scan, out);
    out->lines = td_buf_bytes(&scan->text);
    scan->given = scan->text.len;
    return out->lines.len > 0;
}

static enum td_code stream_end(struct tape_scan *scan, struct tape_text *out)
{
    if (scan->follow || scan->in.failed)
        return TD_AGAIN;
    if (scan->mode == TAPE_SCAN_GZIP)
        tape_scan_torn(scan, scan->at);
    return stream_rest(scan, out) ? TD_OK : TD_END;
}

static bool foreign_follows(struct tape_scan *scan)
{
    struct tape_member m;
    size_t entries;

    return tape_member_peek(tape_input_at(&scan->in, scan->at, TAPE_HEAD_LEN),
                            &m, &entries) == TAPE_PEEK_GZIP;
}

/* What no line of a tape begins with, or what is longer than one may be, is
 * dropped as it comes: a bad line, however long, takes no room.
 */
static void drop_what_is_no_line(struct tape_scan *scan)
{
    struct td_buf *text = &scan->text;

    if (!scan->no_line && text->len > 0 &&
        (text->ptr[0] != '{' || text->len > TAPE_TEXT_MOST)) {
        scan->no_line = true;
        scan->state->bad_lines++;
        tape_scan_damage(scan, scan->stream_at);
    }
    if (scan->no_line)
        td_buf_clear(text);
    scan->searched = text->len;
}

/* The whole lines of the text; false if there are none, and what is there is a
 * part of one.
 */
static bool take_lines(struct tape_scan *scan, struct td_bytes *lines)
{
    struct td_buf *text = &scan->text;
    const uint8_t *end = NULL;

    if (scan->no_line && text->len > 0)
        end = (const uint8_t *)memchr(text->ptr, '\n', text->len);
    if (end) {
        td_buf_drop(text, (size_t)(end + 1 - text->ptr));
        scan->no_line = false;
        scan->searched = 0;
    }
    if (!scan->no_line && tape_scan_lines(text, scan->searched, lines)) {
        *lines = td_bytes(text->ptr, lines->len + scan->searched);
        return true;
    }
    drop_what_is_no_line(scan);
    return false;
}

/* The next whole lines of the stream; TD_AGAIN with streaming off: it gave way
 * to members.
 */
enum td_code tape_scan_stream_next(struct tape_scan *scan,
                                   struct tape_text *out)
{
    td_buf_drop(&scan->text, scan->given);
    scan->given = 0;
    scan->searched = 0;
    out->checked = false;
    out->plain = true;
    out->stray = false;
    out->begins = tape_scan_begins(scan);
    while (!take_lines(scan, &out->lines)) {
        if (scan->mode == TAPE_SCAN_MEMBERS && foreign_follows(scan))
            tape_scan_stream(scan, TAPE_SCAN_GZIP);
        if (scan->mode == TAPE_SCAN_MEMBERS) {
            scan->streaming = false;
            return stream_rest(scan, out) ? TD_OK : TD_AGAIN;
        }
        if (!stream_more(scan))
            return stream_end(scan, out);
    }
    scan->given = out->lines.len;
    set_offset(scan, out);
    return TD_OK;
}
