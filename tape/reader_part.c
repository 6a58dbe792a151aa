/* The parts of a tape, one recording each, with their headers or without. */
#include "core/hash.h"
#include "core/mem.h"
#include "tape/reader_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define RECORDINGS_MAX 1024 /* header lines that are compared */
#define LINES_MAX      4096 /* lines of text at the start of a part that are */

void tape_reader_damage(struct tape_reader *r)
{
    const struct td_bytes *text = &r->text.lines;
    uint64_t at = r->text.offset;

    if (r->scan.mode == TAPE_SCAN_TEXT && text->len > 0 &&
        r->line.ptr >= text->ptr && r->line.ptr < text->ptr + text->len)
        at += (uint64_t)(r->line.ptr - text->ptr);
    tape_scan_damage(&r->scan, at);
}

void tape_reader_leave(struct tape_reader *r)
{
    if (r->in_segment) {
        r->state.torn = true;
        tape_reader_damage(r);
        td_buf_clear(&r->end_line);
    }
    r->lost_before += r->lost_here;
    r->lost_here = 0;
    r->in_segment = false;
    r->state.ended = false;
    r->first_len = 0;
    tape_scan_new_part(&r->scan);
}

void tape_reader_begin(struct tape_reader *r)
{
    tape_reader_leave(r);
    r->in_segment = true;
    r->headed = true;
    r->state.headless++;
    r->state.segments += !r->state.indexed;
    tape_reader_damage(r);
    td_buf_clear(&r->header_line);
    r->header = (struct tape_header){.segment = ++r->segment};
    tape_reader_start(r);
    tape_reader_pass(r);
    if (r->other)
        r->other(r->other_ctx, TAPE_LINE_HEADER, td_bytes("", 0));
}

/* In text, nothing but its number tells that an event behind an end line is of
 * another recording: the first one is, and any that came before one that was
 * whole.
 */
static bool is_of_another(const struct tape_reader *r,
                          const struct td_event *ev)
{
    return r->state.ended && !r->headed && r->text.plain &&
           (ev->seq == 1 || (r->ended_whole && ev->seq < r->scan.expect));
}

void tape_reader_enter_bare(struct tape_reader *r, const struct td_event *ev)
{
    if (ev && is_of_another(r, ev)) {
        tape_reader_begin(r);
        return;
    }
    r->in_segment = true;
    if (r->headed)
        return;
    r->headed = true;
    r->state.headless++;
    /* Of text that was cut out of a tape, nobody asks what was before. */
    if (r->scan.expect == 0 && !r->text.plain)
        r->scan.expect = 1;
}

void tape_reader_note_recording(struct tape_reader *r)
{
    uint64_t hash = td_hash(r->header.line);

    if (r->header.id.len == 0)
        return;
    for (size_t i = 0; i < r->recordings_len; i++) {
        if (r->recordings[i] != hash)
            continue;
        r->state.twice++;
        tape_scan_damage(&r->scan, r->text.offset);
        return;
    }
    if (r->recordings_len == RECORDINGS_MAX)
        return;
    if (!r->recordings)
        r->recordings = (uint64_t *)td_calloc(RECORDINGS_MAX, sizeof(hash));
    r->recordings[r->recordings_len++] = hash;
}

void tape_reader_note_line(struct tape_reader *r, uint64_t seq)
{
    size_t size = sizeof(*r->first_lines);

    if (seq > LINES_MAX)
        return;
    if (!r->first_lines)
        r->first_lines = (struct tape_digest *)td_calloc(LINES_MAX, size);
    while (r->first_len < seq)
        r->first_lines[r->first_len++].come = false;
    r->first_lines[seq - 1].come = true;
    td_sha256(r->first_lines[seq - 1].sum, r->line);
}

static bool is_line(const struct tape_digest *was, struct td_bytes line)
{
    uint8_t sum[TD_SHA256_LEN];

    td_sha256(sum, line);
    return memcmp(was->sum, sum, sizeof(sum)) == 0;
}

/* What is behind the line in the text at hand, as far as that is known. */
static struct td_bytes behind(const struct tape_reader *r, struct td_bytes line)
{
    const uint8_t *end = r->text.lines.ptr + r->text.lines.len;
    const uint8_t *from = line.ptr + line.len + 1;

    if (line.ptr < r->text.lines.ptr || from >= end)
        return td_text("");
    return td_bytes(from, (size_t)(end - from));
}

/* The line that begins there if it has event number `seq`; else it is empty. */
static struct td_bytes line_of(struct td_bytes text, uint64_t seq)
{
    const uint8_t *end =
        text.len ? (const uint8_t *)memchr(text.ptr, '\n', text.len) : NULL;
    char start[32];
    int len = snprintf(start, sizeof(start), "{\"s\":%" PRIu64 ",", seq);

    if (!end || text.len < (size_t)len ||
        memcmp(text.ptr, start, (size_t)len) != 0)
        return td_text("");
    return td_bytes(text.ptr, (size_t)(end - text.ptr));
}

bool tape_reader_is_another(const struct tape_reader *r,
                            const struct td_event *ev)
{
    struct td_bytes line = r->line;
    uint64_t seq = ev->seq;
    bool differs = false;

    if (ev->at_ns > r->scan.last_ns)
        return false; /* where one begins, time goes back, too */
    /* Of one line that differs nobody knows whether it was only edited. */
    while (line.len > 0 && seq <= r->first_len &&
           r->first_lines[seq - 1].come) {
        differs |= !is_line(&r->first_lines[seq - 1], line);
        if (differs && (ev->seq == 1 || seq > ev->seq))
            return true;
        line = line_of(behind(r, line), ++seq);
    }
    return false;
}
