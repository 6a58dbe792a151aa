#include "tape/reader.h"

#include "core/clock.h"
#include "core/fs.h"
#include "core/json.h"
#include "core/mem.h"
#include "tape/damage.h"
#include "tape/line.h"
#include "tape/reader_internal.h"

#include <stdlib.h>

/* What a JSON object says for key, as its raw text; "" if nothing. */
static struct td_bytes field(const struct td_json_doc *doc, uint32_t object,
                             const char *key)
{
    uint32_t i = td_json_member(doc, object, td_text(key));

    return i ? td_json_raw(doc, i) : td_bytes("", 0);
}

static struct td_bytes unquote(struct td_bytes raw)
{
    if (raw.len < 2 || raw.ptr[0] != '"')
        return td_bytes("", 0);
    return td_bytes(raw.ptr + 1, raw.len - 2);
}

static uint64_t number(struct td_bytes raw)
{
    uint64_t n = 0;

    for (size_t i = 0; i < raw.len && raw.ptr[i] >= '0' && raw.ptr[i] <= '9' &&
                       n < TAPE_INT_MAX;
         i++)
        n = n * 10 + (uint64_t)(raw.ptr[i] - '0');
    return n;
}

enum td_code tape_reader_enter(struct tape_reader *r, struct td_bytes line,
                               struct td_error *err)
{
    struct td_json_doc doc = {0};
    const char *path = r->scan.in.path;
    uint64_t version;

    td_buf_clear(&r->header_line);
    if (td_buf_add_bytes(&r->header_line, line) ||
        td_json_parse(&doc, td_buf_bytes(&r->header_line), TD_JSON_DEPTH,
                      NULL)) {
        td_json_release(&doc);
        return td_error_set(err, TD_FORMAT, path, r->text.offset,
                            "the header line is not JSON");
    }
    r->header = (struct tape_header){
        .line = td_buf_bytes(&r->header_line),
        .id = unquote(field(&doc, 0, "id")),
        .source = unquote(field(&doc, 0, "source")),
        .segment = r->segment,
    };
    version = number(field(&doc, 0, "tape"));
    if (td_time_parse(unquote(field(&doc, 0, "start")),
                      &r->header.start_wall_ns))
        r->header.start_wall_ns = 0;
    td_json_release(&doc);
    tape_reader_pass(r);
    if (version != TAPE_VERSION) {
        (void)td_error_set(err, TD_FORMAT, path, r->text.offset,
                           "tape version %llu is not known here",
                           (unsigned long long)version);
        return td_error_hint(err, "read it with a newer tapedeck");
    }
    return TD_OK;
}

/* The footers may have told of more already. */
static void note_lost(struct tape_reader *r, uint64_t lost)
{
    if (r->lost_before + lost > r->state.lost)
        r->state.lost = r->lost_before + lost;
    r->lost_here = lost;
}

static void bad_line(struct tape_reader *r)
{
    r->state.bad_lines++;
    tape_reader_damage(r);
}

/* The end line knows how many events there were, so that those missing right
 * before it are noticed.
 */
static void take_end(struct tape_reader *r, struct td_bytes line)
{
    struct td_json_doc doc = {0};
    uint32_t end;

    if (!r->in_segment)
        tape_reader_enter_bare(r, NULL);
    td_buf_clear(&r->end_line);
    if (td_buf_add_bytes(&r->end_line, line) ||
        td_json_parse(&doc, td_buf_bytes(&r->end_line), TD_JSON_DEPTH, NULL)) {
        bad_line(r);
        td_buf_clear(&r->end_line);
        td_json_release(&doc);
        return;
    }
    end = td_json_member(&doc, 0, td_text("end"));
    r->ended_whole = r->scan.expect == number(field(&doc, end, "events")) + 1;
    if (r->scan.expect > 0)
        (void)tape_scan_expect(&r->scan, number(field(&doc, end, "events")) + 1,
                               0);
    note_lost(r, number(field(&doc, end, "lost")));
    if (r->scan.by_name && r->from_header)
        tape_reader_find_hidden(r, &doc, end);
    td_json_release(&doc);
    r->state.ended = true;
    r->in_segment = false;
    r->headed = false;
}

static bool is_object(struct td_bytes line)
{
    return line.len > 0 && line.ptr[0] == '{' &&
           !td_json_check(line, TD_JSON_DEPTH, NULL);
}

/* Lines that are no events. Unknown objects are left to later versions. */
static enum td_code take_other(struct tape_reader *r, struct td_bytes line,
                               struct td_error *err)
{
    enum tape_line_kind kind = tape_line_kind(line);
    enum td_code code = TD_OK;

    if (kind == TAPE_LINE_HEADER) {
        tape_reader_leave(r);
        r->segment++;
        r->state.segments += !r->state.indexed;
        r->in_segment = true;
        r->headed = true;
        r->from_header = true;
        r->found = 0;
        code = tape_reader_enter(r, line, err);
        if (!code)
            tape_reader_note_recording(r);
    } else if (r->text.stray && !r->keep_strays) {
        return TD_OK;
    } else if (kind == TAPE_LINE_END && !r->text.stray) {
        take_end(r, line);
    } else if (line.len > 0 && !is_object(line)) {
        bad_line(r);
        return TD_OK;
    }
    if (!code && r->other && line.len > 0)
        r->other(r->other_ctx, kind, line);
    return code;
}

/* An event that is there twice, or of another recording: wanted all the same?
 */
static __attribute__((noinline)) bool take_stray(struct tape_reader *r,
                                                 const struct td_event *ev)
{
    if (r->text.stray && ev->seq < r->scan.expect)
        r->state.repeated++;
    else if (r->text.stray)
        r->state.foreign++;
    return r->keep_strays;
}

/* An event that was read from the line at hand: wanted? */
static inline bool take_read(struct tape_reader *r, const struct td_event *ev)
{
    if (!r->in_segment && !r->text.stray)
        tape_reader_enter_bare(r, ev);
    if (r->text.plain && ev->seq < r->scan.expect &&
        tape_reader_is_another(r, ev))
        tape_reader_begin(r);
    if (r->text.stray || !tape_scan_expect(&r->scan, ev->seq, 1)) {
        if (!take_stray(r, ev))
            return false;
    } else {
        tape_scan_count(&r->scan, 1, ev->at_ns, ev->at_ns);
        if (r->text.plain)
            tape_reader_note_line(r, ev->seq);
    }
    tape_reader_start(r);
    if (ev->at_ns < r->scan.from_ns || ev->seq < r->scan.from_seq)
        return false;
    if (!r->scan.by_name)
        return true;
    if (tape_reader_wants(r, ev)) {
        r->found++;
        return true;
    }
    r->scan.unwanted++;
    return false;
}

static bool take_event(struct tape_reader *r, struct td_bytes line,
                       struct td_event *ev, bool check)
{
    if (!tape_line_parse(ev, line, &r->scratch, check, NULL))
        return take_read(r, ev);
    bad_line(r);
    r->state.spaced += tape_damage_is_spaced(line);
    return false;
}

static inline struct td_bytes next_line(struct tape_reader *r)
{
    struct td_bytes line = r->rest;
    const uint8_t *end = (const uint8_t *)memchr(line.ptr, '\n', line.len);

    if (!end) {
        r->rest.len = 0;
        return line;
    }
    r->rest.ptr = end + 1;
    r->rest.len -= (size_t)(end + 1 - line.ptr);
    line.len = (size_t)(end - line.ptr);
    return line;
}

/* A tape without an end is not torn while its end may still come. */
static void note_writer(struct tape_reader *r)
{
    const struct tape_input *in = &r->scan.in;

    if (!in->seekable)
        return;
    r->state.writer = td_fs_holder(in->fd);
    r->state.growing = r->state.writer != 0;
}

void tape_reader_entered_text(struct tape_reader *r)
{
    if (r->text.begins && r->text.lines.len > 0)
        tape_reader_begin(r);
    if (r->scan.lost > r->lost_here)
        note_lost(r, r->scan.lost);
}

static enum td_code more_text(struct tape_reader *r, struct td_error *err)
{
    enum td_code code = tape_scan_next(&r->scan, &r->text, err);

    if (code)
        r->text.lines.len = 0;
    r->rest = r->text.lines;
    tape_reader_entered_text(r);
    if (code == TD_END && (r->in_segment || !r->state.ended)) {
        if (r->in_segment)
            td_buf_clear(&r->end_line); /* it was of the segment before */
        r->state.torn = true;
        note_writer(r);
        tape_scan_damage(&r->scan, r->scan.at);
    }
    return code;
}

static inline enum td_code given(struct tape_reader *r)
{
    r->given = true;
    return TD_OK;
}

enum td_code tape_reader_line_in(struct tape_reader *r, struct td_bytes line,
                                 bool read, struct td_event *ev,
                                 struct td_error *err)
{
    enum td_code code = TD_OK;

    r->line = line;
    if (read) {
        if (take_read(r, ev))
            return given(r);
    } else if (line.len <= 5 || memcmp(line.ptr, "{\"s\":", 5) != 0) {
        code = take_other(r, line, err);
    } else if (take_event(r, line, ev, !r->text.checked)) {
        return given(r);
    }
    return code ? code : TD_AGAIN;
}

enum td_code tape_reader_next(struct tape_reader *r, struct td_event *ev,
                              struct td_error *err)
{
    if (r->held) {
        r->held = false;
        *ev = r->event;
        return TD_OK;
    }
    for (;;) {
        enum td_code code = TD_OK;

        if (r->rest.len == 0) {
            code = more_text(r, err);
        } else {
            struct td_bytes line = next_line(r);

            r->line = line;
            if (line.len <= 5 || memcmp(line.ptr, "{\"s\":", 5) != 0)
                code = take_other(r, line, err);
            else if (take_event(r, line, ev, !r->text.checked))
                return given(r);
        }
        if (code)
            return code;
    }
}

void tape_reader_hold(struct tape_reader *r, const struct td_event *ev)
{
    r->event = *ev;
    r->held = true;
}

void tape_reader_go(struct tape_reader *r, uint64_t at)
{
    tape_scan_go(&r->scan, at);
    r->text.lines.len = 0;
    r->rest = r->text.lines;
    r->recordings_len = 0;
    r->first_len = 0;
    r->held = false;
    r->in_segment = false;
    r->headed = true;
    r->from_header = false;
}

void tape_reader_forget(struct tape_reader *r)
{
    uint64_t lost = r->state.lost;
    uint64_t segments = r->state.segments;
    bool indexed = r->state.indexed;

    r->state = (struct tape_state){
        .indexed = indexed,
        .ended = r->state.ended,
        .segments = indexed ? segments : 0,
        .lost = lost,
        .wrong_index = r->state.wrong_index,
        .torn_at = TAPE_NO_DAMAGE,
    };
    r->segment = 0;
    r->headed = false;
    r->lost_before = 0;
    r->lost_here = 0;
}

/* The number of that key is n, or there is none. */
static bool says(const struct td_json_doc *doc, uint32_t object,
                 const char *key, uint64_t n)
{
    struct td_bytes raw = field(doc, object, key);

    return raw.len == 0 || number(raw) == n;
}

/* The end line, if it was found, says the same as the footer. */
static bool end_is(const struct tape_reader *r,
                   const struct tape_segment *segment)
{
    struct td_json_doc doc = {0};
    const struct tape_member *footer = &segment->footer;
    bool is = true;
    uint32_t end;

    if (r->end_line.len > 0 &&
        !td_json_parse(&doc, td_buf_bytes(&r->end_line), TD_JSON_DEPTH, NULL)) {
        end = td_json_member(&doc, 0, td_text("end"));
        is = says(&doc, end, "events", footer->count) &&
             says(&doc, end, "last", footer->last_ns);
    }
    td_json_release(&doc);
    return is;
}

/* What the footers and the last end line say of the whole tape. */
static void read_tail(struct tape_reader *r)
{
    struct tape_seek *seek = &r->seek;
    struct tape_member m;
    struct td_buf text = {0};
    struct td_bytes end;
    size_t entries;
    bool indexed;

    tape_seek_init(seek, &r->scan.in);
    indexed = r->state.indexed = seek->indexed;
    for (size_t i = 0; i < seek->segments_len; i++)
        r->state.lost += seek->segments[i].footer.lost;
    if (seek->indexed)
        r->state.segments = seek->segments_len;
    end = tape_seek_end(seek);
    r->headed = true;
    if (tape_member_peek(end, &m, &entries) == TAPE_PEEK_MEMBER &&
        m.kind == TAPE_MEMBER_DATA && m.length <= end.len &&
        tape_inflate_member(&text, &m, end) && text.len > 0)
        take_end(r, td_bytes(text.ptr, text.len - 1));
    td_buf_release(&text);
    if (seek->indexed && !end_is(r, &seek->segments[seek->segments_len - 1]))
        seek->indexed = r->state.indexed = false;
    r->state.wrong_index = (uint64_t)(indexed && !seek->indexed);
    r->lost_here = 0; /* nothing was read on the way there */
    r->headed = false;
}

/* Read up to the header line, if the tape begins with one. A tape whose first
 * member is broken is read all the same; a file without any line of a tape is
 * refused.
 */
static enum td_code first_lines(struct tape_reader *r, struct td_error *err)
{
    struct td_error why = {0};
    enum td_code code = more_text(r, &why);
    struct td_bytes line;
    enum tape_line_kind kind;

    if (code == TD_AGAIN && r->scan.follow)
        return TD_OK;
    if (code == TD_IO || code == TD_CANCELLED) {
        if (err)
            *err = why;
        return code;
    }
    line = code ? td_bytes("", 0) : next_line(r);
    kind = tape_line_kind(line);
    if (kind == TAPE_LINE_HEADER) {
        r->line = line;
        return take_other(r, line, err);
    }
    r->rest = r->text.lines;
    tape_reader_start(r);
    if (kind == TAPE_LINE_EVENT || kind == TAPE_LINE_END)
        return TD_OK;
    (void)td_error_set(err, TD_FORMAT, r->scan.in.path, r->text.offset,
                       code && r->scan.in.bytes == 0
                           ? "is empty: not a tape"
                           : "is not a tape: no line of one was found in it");
    return td_error_hint(err, "name a file that `tapedeck record` made, or the "
                              "text of one");
}

enum td_code tape_reader_take(struct tape_reader **out, struct tape_input *in,
                              const struct tape_read_options *how,
                              struct td_error *err)
{
    struct tape_reader *r = (struct tape_reader *)td_calloc(1, sizeof(*r));
    enum td_code code;

    *out = NULL;
    r->scan.in = *in;
    *in = (struct tape_input){.fd = -1};
    r->scan.state = &r->state;
    r->state.torn_at = TAPE_NO_DAMAGE;
    tape_chain_forget(&r->scan.chain);
    r->scan.follow = how && how->follow;
    r->keep_strays = how && how->keep_strays;
    r->scan.audit = how ? how->audit : NULL;
    r->other = how ? how->other : NULL;
    r->other_ctx = how ? how->ctx : NULL;
    r->scratch.max = TAPE_LINE_MAX;
    read_tail(r);
    code = first_lines(r, err);
    if (!code && how && how->threads > 0)
        tape_scan_read_ahead(&r->scan);
    if (code) {
        tape_reader_close(r);
        return err ? err->code : code;
    }
    *out = r;
    return TD_OK;
}

enum td_code tape_reader_open(struct tape_reader **out, const char *path,
                              const struct tape_read_options *how,
                              struct td_error *err)
{
    struct tape_input in;
    enum td_code code = tape_input_open(&in, path, err);

    *out = NULL;
    if (!code && how) {
        in.stop = how->stop;
        in.wait = how->wait;
        in.wait_ctx = how->wait_ctx;
    }
    return code ? code : tape_reader_take(out, &in, how, err);
}

void tape_reader_close(struct tape_reader *r)
{
    if (!r)
        return;
    tape_reader_unselect(r);
    tape_scan_release(&r->scan);
    td_buf_release(&r->scratch);
    td_buf_release(&r->header_line);
    td_buf_release(&r->end_line);
    tape_seek_release(&r->seek);
    free(r->recordings);
    free(r->first_lines);
    free(r);
}

const struct tape_header *tape_reader_header(const struct tape_reader *r)
{
    return &r->header;
}

uint64_t tape_reader_wall(const struct tape_reader *r,
                          const struct td_event *ev)
{
    if (r->scan.anchor_wall > 0 && ev->at_ns >= r->scan.anchor_ns)
        return r->scan.anchor_wall + (ev->at_ns - r->scan.anchor_ns);
    return r->header.start_wall_ns + ev->at_ns;
}

struct td_bytes tape_reader_line(const struct tape_reader *r)
{
    return r->line;
}

uint64_t tape_reader_lost(const struct tape_reader *r)
{
    return r->lost_before + r->lost_here;
}

struct tape_state tape_reader_state(const struct tape_reader *r)
{
    return r->state;
}

struct td_bytes tape_reader_end(const struct tape_reader *r)
{
    return td_buf_bytes(&r->end_line);
}

struct tape_reads tape_reader_reads(const struct tape_reader *r)
{
    return (struct tape_reads){r->scan.in.reads, r->scan.in.bytes};
}
