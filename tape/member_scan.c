#include "tape/member_scan.h"

#include "core/utf8.h"
#include "tape/detect.h"
#include "tape/member_scan_internal.h"
#include "tape/prefetch.h"

#define SEEK_STEP ((size_t)1024 * 1024)
#define AHEAD_MIN ((size_t)1024 * 1024) /* bytes of a file: a thread pays */
#define TEXT_KEEP (4 * TAPE_TEXT_MAX)   /* a larger buffer is given back */

void tape_scan_damage(struct tape_scan *scan, uint64_t at)
{
    if (at < scan->state->torn_at)
        scan->state->torn_at = at;
}

void tape_scan_torn(struct tape_scan *scan, uint64_t at)
{
    scan->chain.next = TAPE_CHAIN_ANY;
    scan->state->torn = true;
    tape_scan_damage(scan, at);
}

void tape_scan_bad_member(struct tape_scan *scan, uint64_t at)
{
    scan->chain.next = TAPE_CHAIN_ANY;
    scan->state->bad_members++;
    tape_scan_damage(scan, at);
}

/* The member at hand was dealt with. */
static void pass(struct tape_scan *scan, const struct tape_member *m)
{
    scan->at += m->length;
    if (!scan->stray)
        tape_chain_add(&scan->chain, m);
}

static enum td_code at_end(const struct tape_scan *scan)
{
    return scan->follow ? TD_AGAIN : TD_END;
}

void tape_scan_clear(struct tape_scan *scan)
{
    if (scan->text.cap > TEXT_KEEP)
        td_buf_release(&scan->text);
    td_buf_clear(&scan->text);
    scan->text.max = TAPE_TEXT_MOST + TAPE_STREAM_STEP;
    scan->given = 0;
}

/* A signature may be cut off where bytes that are there by now end, so that a
 * pipe is waited for.
 */
uint64_t tape_scan_signature(struct tape_input *in, uint64_t from, bool *found)
{
    bool no_wait = in->no_wait;
    struct td_bytes data;
    size_t hit;

    in->no_wait = false;
    for (;;) {
        data = tape_input_at(in, from, SEEK_STEP);
        hit = tape_signature_find(data);
        *found = hit < data.len;
        if (*found || data.len < SEEK_STEP)
            break;
        from += data.len - TAPE_SIGNATURE_LEN + 1;
    }
    in->no_wait = no_wait;
    return from + (*found ? hit : data.len);
}

void tape_scan_resync(struct tape_scan *scan, uint64_t from)
{
    bool found;

    scan->at = tape_scan_signature(&scan->in, from, &found);
}

/* Whole lines of text from `given` on; false if there are none. */
bool tape_scan_lines(const struct td_buf *text, size_t given,
                     struct td_bytes *lines)
{
    const uint8_t *end = text->len > given
                             ? (const uint8_t *)memrchr(text->ptr + given, '\n',
                                                        text->len - given)
                             : NULL;

    if (!end)
        return false;
    *lines = td_bytes(text->ptr + given, (size_t)(end + 1 - text->ptr) - given);
    return true;
}

/* True if a member of data may be passed over (see names, from_ns, from_seq).
 */
static bool tape_scan_skips(const struct tape_scan *scan,
                            const struct tape_member *m)
{
    if (scan->begins || (m->flags & (TAPE_FLAG_HEADER | TAPE_FLAG_END)))
        return false;
    if (m->count == 0)
        return false;
    return (scan->by_name && !tape_names_meet(&scan->names, &m->names)) ||
           m->last_ns < scan->from_ns ||
           (!scan->gaps && m->first_seq + m->count <= scan->from_seq);
}

struct region {
    uint64_t at;
    struct td_bytes data; /* from the member's first byte */
    bool at_eof;          /* nothing stands behind it yet */
};

/* All bytes up to the next signature may belong to a member whose head does
 * not say how long it is. All of them are in the window: a pipe cannot go back.
 */
static struct region open_region(struct tape_scan *scan)
{
    struct region r = {.at = scan->at};
    size_t len = TAPE_SIGNATURE_LEN; /* known to be of this member */
    size_t need;

    do {
        need = len + SEEK_STEP;
        r.data = tape_input_at(&scan->in, scan->at, need);
        if (r.data.len < len)
            len = r.data.len;
        len +=
            tape_signature_find(td_bytes(r.data.ptr + len, r.data.len - len));
        r.at_eof = len == r.data.len;
        if (r.at_eof && r.data.len >= need)
            len -= TAPE_SIGNATURE_LEN - 1;
    } while (r.at_eof && r.data.len >= need && len < TAPE_MEMBER_MOST);
    r.at_eof = r.at_eof && r.data.len < need;
    r.data.len = len < TAPE_MEMBER_MOST ? len : TAPE_MEMBER_MOST;
    return r;
}

/* The member ended by itself, though its head did not say where. */
static bool ended_member(struct tape_scan *scan, const struct region *r,
                         size_t used, struct tape_text *out)
{
    size_t end = TAPE_HEAD_LEN + used;

    if (r->data.len - end < TAPE_TRAILER_LEN ||
        !tape_trailer_is_right(td_bytes(r->data.ptr + end, TAPE_TRAILER_LEN),
                               &scan->text))
        return false;
    /* Only index and footer have no text: this is one with damaged fields. */
    if (scan->text.len == 0)
        tape_scan_bad_member(scan, r->at);
    else
        scan->state->members++;
    scan->at = r->at + end + TAPE_TRAILER_LEN;
    out->checked = true;
    return true;
}

/* Not the whole of a member: what can be read of it is given, and the scan
 * stays there if the file may still grow.
 */
static void cut_member(struct tape_scan *scan, const struct region *r,
                       enum tape_inflated state, size_t used)
{
    bool grows = state == TAPE_INFLATED_MORE ||
                 (state == TAPE_INFLATED_END &&
                  r->data.len < TAPE_HEAD_LEN + used + TAPE_TRAILER_LEN);

    if (scan->follow && r->at_eof && grows)
        return;
    if (state == TAPE_INFLATED_MORE || state == TAPE_INFLATED_END)
        tape_scan_torn(scan, r->at);
    else
        tape_scan_bad_member(scan, r->at);
    scan->at = r->at + r->data.len;
}

static bool read_open(struct tape_scan *scan, const struct region *r,
                      struct tape_text *out)
{
    size_t given = tape_scan_given(scan, r->at);
    enum tape_inflated state;
    size_t used = 0;

    if (given > 0 && scan->open_len == r->data.len && scan->follow)
        return false;
    tape_scan_clear(scan);
    if (r->data.len <= TAPE_HEAD_LEN)
        state = TAPE_INFLATED_MORE;
    else
        state = tape_inflate_some(
            td_bytes(r->data.ptr + TAPE_HEAD_LEN, r->data.len - TAPE_HEAD_LEN),
            &scan->text, &used);
    out->offset = r->at;
    out->checked = false;
    out->stray = false;
    scan->chain.next = TAPE_CHAIN_ANY;
    if (state != TAPE_INFLATED_END || !ended_member(scan, r, used, out))
        cut_member(scan, r, state, used);
    if (!tape_scan_lines(&scan->text, given, &out->lines))
        return false;
    out->begins = tape_scan_begins(scan);
    scan->open_at = r->at;
    scan->open_len = r->data.len;
    scan->open_given = given + out->lines.len;
    return true;
}

/* A closed member that is not as long as its head says, as far as it goes. */
static bool read_other_length(struct tape_scan *scan, const struct region *r,
                              struct tape_text *out)
{
    bool any = read_open(scan, r, out);

    if (scan->audit && out->checked)
        tape_audit_data(scan->audit, r->at, NULL);
    return any;
}

/* A closed member, of which less is there than its head says: the file ends in
 * it, or another tape follows where its end was torn off.
 */
static bool read_short(struct tape_scan *scan, struct td_bytes data,
                       struct tape_text *out)
{
    struct td_bytes inner =
        td_bytes(data.ptr + TAPE_SIGNATURE_LEN, data.len - TAPE_SIGNATURE_LEN);
    size_t hit = tape_signature_find(inner);
    struct region r = {scan->at, data, hit == inner.len};

    r.data.len = TAPE_SIGNATURE_LEN + hit;
    return read_other_length(scan, &r, out);
}

/* A closed member whose body is wrong: either its end was torn off and another
 * tape follows, or its bytes changed.
 */
static bool read_wrong(struct tape_scan *scan, const struct tape_member *m,
                       struct tape_text *out)
{
    size_t len = m->length + TAPE_SIGNATURE_LEN;
    struct td_bytes data = tape_input_at(&scan->in, scan->at, len);
    struct td_bytes inner =
        td_bytes(data.ptr + TAPE_SIGNATURE_LEN,
                 (data.len < len ? data.len : len) - TAPE_SIGNATURE_LEN);
    size_t hit = tape_signature_find(inner);
    struct region r = {scan->at, {data.ptr, hit + TAPE_SIGNATURE_LEN}, false};

    if (hit < inner.len && r.data.len < m->length)
        return read_other_length(scan, &r, out);
    tape_scan_bad_member(scan, scan->at);
    tape_scan_resync(scan, scan->at + TAPE_SIGNATURE_LEN);
    return false;
}

static bool read_closed(struct tape_scan *scan, const struct tape_member *m,
                        struct tape_text *out)
{
    struct td_bytes data = tape_input_at(&scan->in, scan->at, m->length);
    size_t given = tape_scan_given(scan, scan->at);

    if (data.len < m->length && scan->in.no_wait && !scan->in.ended)
        return false; /* who knows the length has written all of it */
    if (data.len < m->length)
        return read_short(scan, data, out);
    tape_scan_clear(scan);
    if (!tape_inflate_member(&scan->text, m, data))
        return read_wrong(scan, m, out);
    if (scan->audit)
        tape_audit_data(scan->audit, scan->at, m);
    out->checked = true;
    out->offset = scan->at;
    out->lines = td_bytes(scan->text.ptr + given, scan->text.len - given);
    scan->state->members++;
    out->stray = scan->stray;
    out->begins = tape_scan_begins(scan);
    pass(scan, m);
    return out->lines.len > 0;
}

/* Data that is not read must be followed by another or by nothing, else
 * its end was torn off.
 */
static bool is_followed(struct tape_scan *scan, const struct tape_member *m)
{
    uint64_t end = scan->at + m->length;
    struct td_bytes next;

    if (scan->in.seekable && end > tape_input_size(&scan->in))
        return false;
    if (scan->in.seekable) {
        next = tape_input_at(&scan->in, end, 2);
    } else {
        next = tape_input_at(&scan->in, scan->at, m->length + 2);
        if (next.len < m->length)
            return false;
        next = td_bytes(next.ptr + m->length, next.len - m->length);
    }
    return next.len < 2 || tape_is_gzip(next);
}

static bool is_empty_member(struct tape_scan *scan, const struct tape_member *m)
{
    static const uint8_t body[TAPE_EMPTY_BODY_LEN + TAPE_TRAILER_LEN] = {3};
    struct td_bytes data = tape_input_at(&scan->in, scan->at, m->length);

    return data.len >= m->length &&
           !memcmp(data.ptr + m->length - sizeof(body), body, sizeof(body));
}

/* Index and footer, and data that is not wanted. */
static void pass_member(struct tape_scan *scan, const struct tape_member *m)
{
    if (m->kind == TAPE_MEMBER_DATA) {
        if (!scan->stray && m->count > 0 &&
            tape_scan_expect(scan, m->first_seq, m->count))
            tape_scan_count(scan, m->count, m->first_ns, m->last_ns);
        if (scan->by_name && m->last_ns >= scan->from_ns)
            scan->unwanted += m->count;
        scan->state->members++;
    }
    pass(scan, m);
}

static bool read_member(struct tape_scan *scan, enum tape_peek peek,
                        const struct tape_member *m, struct tape_text *out)
{
    if (peek == TAPE_PEEK_DAMAGED || !tape_length_is_possible(m)) {
        struct region r = open_region(scan);
        bool open = peek == TAPE_PEEK_MEMBER && m->length == 0;

        if (scan->audit)
            tape_audit_data(scan->audit, scan->at, open ? m : NULL);
        if (open)
            tape_scan_place_open(scan, m);
        return read_open(scan, &r, out);
    }
    tape_scan_place(scan, m);
    if (m->kind == TAPE_MEMBER_DATA &&
        (!tape_scan_skips(scan, m) || !is_followed(scan, m)))
        return read_closed(scan, m, out);
    if (m->kind == TAPE_MEMBER_DATA || is_empty_member(scan, m)) {
        if (scan->audit && m->kind != TAPE_MEMBER_DATA)
            tape_audit_empty(scan->audit, scan->state, scan->at, m,
                             tape_input_at(&scan->in, scan->at, m->length));
        pass_member(scan, m);
    } else if (!scan->follow) {
        tape_scan_torn(scan, scan->at);
        tape_scan_resync(scan, scan->at + TAPE_SIGNATURE_LEN);
    }
    return false;
}

/* Where zeroes that stand at `from` end. */
static uint64_t behind_zeroes(struct tape_scan *scan, uint64_t from)
{
    struct td_bytes data = tape_input_at(&scan->in, from, 1);

    while (data.len > 0 && *data.ptr == 0) {
        size_t n = 1;

        while (n < data.len && data.ptr[n] == 0)
            n++;
        from += n;
        data = tape_input_at(&scan->in, from, 1);
    }
    return from;
}

/* The first bytes of a member's head, and then another member. */
static bool pass_torn_head(struct tape_scan *scan)
{
    struct td_bytes data =
        tape_input_at(&scan->in, scan->at, TAPE_HEAD_LEN + TAPE_SIGNATURE_LEN);
    size_t hit = tape_signature_find(data);

    if (data.ptr[0] != 0x1f || hit >= TAPE_HEAD_LEN || hit == data.len)
        return false;
    tape_scan_torn(scan, scan->at);
    scan->at += hit;
    return true;
}

/* Zeroes up to the end are what a power cut or a padding tool leaves behind;
 * gzip passes over them too.
 */
static void pass_garbage(struct tape_scan *scan)
{
    uint64_t at = scan->at;
    uint64_t to = behind_zeroes(scan, at);

    scan->at = to;
    if (to > at && tape_input_at(&scan->in, to, 1).len == 0)
        return;
    tape_scan_bad_member(scan, at);
    tape_scan_resync(scan, to > at ? to : at + 1);
}

/* The lines of a tape as plain text; a byte order mark is none of it. */
static bool begins_text(struct tape_scan *scan, struct td_bytes data)
{
    struct td_bytes text = td_utf8_unmarked(data);

    if (scan->at > 0 || text.len == 0 || text.ptr[0] != '{')
        return false;
    scan->at = data.len - text.len;
    return true;
}

/* Look at what stands at scan->at and act on it; true: *out has lines. */
static bool scan_step(struct tape_scan *scan, struct td_bytes data,
                      struct tape_text *out)
{
    struct tape_member m = {0};
    size_t entries;
    enum tape_peek peek = tape_member_peek(data, &m, &entries);

    switch (peek) {
    case TAPE_PEEK_MEMBER:
    case TAPE_PEEK_DAMAGED:
        return read_member(scan, peek, &m, out);
    case TAPE_PEEK_SHORT:
        if (scan->follow)
            return false;
        tape_scan_torn(scan, scan->at);
        scan->at += data.len;
        return false;
    case TAPE_PEEK_GZIP:
        if (!pass_torn_head(scan))
            tape_scan_stream(scan, TAPE_SCAN_GZIP);
        return false;
    case TAPE_PEEK_OTHER:
        if (begins_text(scan, data))
            tape_scan_stream(scan, TAPE_SCAN_TEXT);
        else if (!pass_torn_head(scan))
            pass_garbage(scan);
        return false;
    }
    return false;
}

void tape_scan_read_ahead(struct tape_scan *scan)
{
    if (!scan->follow && scan->in.seekable &&
        tape_input_size(&scan->in) >= AHEAD_MIN)
        scan->ahead = tape_ahead_new(&scan->in);
}

/* A scan that passes over members reads faster than it could be helped. */
static bool takes_all(const struct tape_scan *scan)
{
    return !scan->streaming && !scan->by_name && scan->from_ns == 0 &&
           scan->from_seq == 0 && scan->open_len == 0;
}

void tape_scan_give(struct tape_scan *scan, const struct tape_member *m,
                    struct td_bytes text, struct tape_text *out)
{
    tape_scan_place(scan, m);
    if (scan->audit)
        tape_audit_data(scan->audit, scan->at, m);
    out->checked = true;
    out->plain = false;
    out->stray = scan->stray;
    out->begins = tape_scan_begins(scan);
    out->offset = scan->at;
    out->lines = text;
    scan->state->members++;
    pass(scan, m);
}

/* A member that was inflated ahead. False: look at what stands there. */
static bool take_ahead(struct tape_scan *scan, struct tape_text *out)
{
    struct tape_member m;

    if (!scan->ahead || !takes_all(scan))
        return false;
    if (scan->ahead_at == 0 || scan->ahead_at != scan->at)
        tape_ahead_go(scan->ahead, scan->at);
    tape_scan_clear(scan);
    scan->ahead_at = 0;
    if (!tape_ahead_take(scan->ahead, scan->at, &m, &scan->text))
        return false;
    tape_scan_give(scan, &m, td_buf_bytes(&scan->text), out);
    scan->ahead_at = scan->at;
    return out->lines.len > 0;
}

static enum td_code input_failed(const struct tape_scan *scan,
                                 struct td_error *err)
{
    if (err)
        *err = scan->in.err;
    return scan->in.err.code;
}

/* The next lines of a stream; TD_AGAIN with streaming off: it gave way to
 * members.
 */
static enum td_code next_of_stream(struct tape_scan *scan,
                                   struct tape_text *out, struct td_error *err)
{
    enum td_code code = tape_scan_stream_next(scan, out);

    return scan->in.failed && code ? input_failed(scan, err) : code;
}

static enum td_code next_text(struct tape_scan *scan, struct tape_text *out,
                              struct td_error *err)
{
    for (;;) {
        uint64_t at = scan->at;
        struct td_bytes data;
        enum td_code code =
            scan->streaming ? next_of_stream(scan, out, err) : TD_AGAIN;

        if (code != TD_AGAIN || scan->streaming)
            return code;
        if (take_ahead(scan, out))
            return TD_OK;
        data = tape_input_at(&scan->in, scan->at, TAPE_HEAD_LEN);
        if (scan->in.failed)
            return input_failed(scan, err);
        if (data.len == 0 || (scan->follow && data.len < TAPE_HEAD_LEN))
            return at_end(scan);
        if (scan_step(scan, data, out))
            return TD_OK;
        if (scan->at == at && !scan->streaming)
            return at_end(scan); /* it is still growing */
    }
}

/* A pipe does not grow behind its end. */
enum td_code tape_scan_next(struct tape_scan *scan, struct tape_text *out,
                            struct td_error *err)
{
    enum td_code code;

    out->plain = false;
    code = next_text(scan, out, err);
    if (code != TD_AGAIN || !scan->follow || scan->in.seekable ||
        !scan->in.ended)
        return code;
    scan->follow = false;
    return next_text(scan, out, err);
}

void tape_scan_go(struct tape_scan *scan, uint64_t at)
{
    scan->at = at;
    scan->mode = TAPE_SCAN_MEMBERS;
    scan->streaming = false;
    tape_gunzip_free(scan->gunzip); /* which may stand within a member */
    scan->gunzip = NULL;
    scan->open_len = 0;
    tape_scan_new_part(scan);
    scan->expect = 0;
    scan->begins = false;
    tape_chain_forget(&scan->chain);
    tape_scan_clear(scan);
}

void tape_scan_release(struct tape_scan *scan)
{
    tape_ahead_free(scan->ahead);
    tape_gunzip_free(scan->gunzip);
    td_buf_release(&scan->text);
    tape_gaps_release(&scan->skipped);
    tape_gaps_release(&scan->came);
    tape_chain_release(&scan->chain);
    tape_input_close(&scan->in);
}
