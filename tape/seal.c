#include "tape/seal.h"

#include "core/fs.h"
#include "core/mem.h"
#include "tape/input.h"
#include "tape/member_list.h"
#include "tape/reader.h"
#include "tape/writer_internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODE_BITS  0777
#define COPY_STEP  ((size_t)1024 * 1024)
#define EXTENT_MAX 2 /* the header of the segment, and its tail */

struct sealing {
    const char *path;
    struct tape_noted *noted;
    struct tape_segment segment; /* the last one: its closed members */
    struct tape_place header;    /* of it */
    uint64_t data_end;           /* in the file: behind the last with events */
    uint64_t tail_at;            /* in the file: behind them */
    uint64_t tail_len;
    uint64_t torn_at;
    bool begun;
    bool ended;            /* the segment has its end line */
    bool broken;           /* it is no tape that can be sealed so */
    struct td_buf due;     /* index members that follow */
    uint64_t due_seen;     /* bytes of them that were there */
    struct td_clock clock; /* shows the time that was recorded */
};

void tape_note(struct tape_noted *noted, uint64_t segment,
               const struct td_event *ev)
{
    if (noted->segment != segment)
        tape_noted_release(noted);
    noted->segment = segment;
    noted->kinds.kinds = true;
    noted->events++;
    if (ev->kind.len > 0)
        (void)tape_counts_add(&noted->kinds, ev->kind);
    else
        (void)tape_counts_add(&noted->names, ev->name);
}

void tape_noted_release(struct tape_noted *noted)
{
    tape_counts_release(&noted->names);
    tape_counts_release(&noted->kinds);
    *noted = (struct tape_noted){.segment = 0};
}

/* Nothing is wrong with it but its end. */
static bool is_whole_so_far(const struct tape_state *state)
{
    return state->torn && !state->growing && state->bad_members == 0 &&
           state->bad_lines == 0 && state->missing == 0 &&
           state->repeated == 0 && state->foreign == 0 && state->strays == 0 &&
           state->headless == 0 && state->twice == 0 && state->lost == 0;
}

/* ---- its members ---- */

static void begin_segment(struct sealing *s, const struct tape_place *place)
{
    s->broken |= s->begun && !s->ended;
    tape_index_release(&s->segment.index);
    s->segment = (struct tape_segment){.start = place->offset};
    s->header = *place;
    s->begun = true;
    s->ended = false;
    td_buf_clear(&s->due);
    s->due_seen = 0;
}

/* The index grows as it did when the member was written. */
static void add_events(struct sealing *s, const struct tape_member *m)
{
    struct tape_segment *segment = &s->segment;
    struct tape_entry entry = tape_member_entry(m);

    if (segment->totals.events == 0)
        segment->first_ns = m->first_ns;
    segment->totals.events += m->count;
    segment->totals.last_ns = m->last_ns;
    segment->seq += m->count;
    td_buf_clear(&s->due);
    s->due_seen = 0;
    s->broken |= tape_index_add(&segment->index, &entry, &s->due,
                                m->self + m->length) != TD_OK;
}

static void add_data(struct sealing *s, const struct tape_place *place)
{
    const struct tape_member *m = &place->m;

    if (m->flags & TAPE_FLAG_HEADER)
        begin_segment(s, place);
    s->broken |= !s->begun || s->ended || s->due_seen != s->due.len ||
                 m->self != place->offset - s->segment.start ||
                 (m->count > 0 && m->first_seq != s->segment.seq + 1);
    s->ended |= (m->flags & TAPE_FLAG_END) != 0;
    s->segment.totals.text_bytes += m->text_len;
    if (m->count > 0)
        add_events(s, m);
}

static enum td_code look(void *ctx, const struct tape_place *place,
                         struct td_error *err)
{
    struct sealing *s = ctx;

    (void)err;
    s->broken |= s->tail_len > 0 || place->kind == TAPE_PLACE_OTHER;
    if (place->kind != TAPE_PLACE_CLOSED) {
        s->tail_len = place->length;
        return TD_OK;
    }
    s->tail_at = place->offset + place->length;
    if (place->m.kind == TAPE_MEMBER_DATA) {
        add_data(s, place);
        s->data_end = s->tail_at;
    } else {
        s->due_seen += place->length;
    }
    return TD_OK;
}

/* It was cut in or between the index members behind a data member: they say
 * nothing that is not known, and are written again. */
static void forget_cut_index(struct sealing *s)
{
    if (s->due_seen < s->due.len) {
        s->tail_at = s->data_end;
        s->tail_len = 0;
    } else {
        td_buf_clear(&s->due);
    }
}

static enum td_code look_at_members(struct sealing *s, bool *fits,
                                    struct td_error *err)
{
    enum td_code code = tape_members(s->path, look, s, err);

    *fits = !code && !s->broken && s->begun && !s->ended &&
            s->due_seen <= s->due.len;
    forget_cut_index(s);
    return code;
}

/* ---- the fresh tape ---- */

static enum td_code copy_bytes(int from, int to, uint64_t len, const char *path,
                               struct td_error *err)
{
    uint8_t *step = td_calloc(COPY_STEP, 1);
    enum td_code code = TD_OK;

    for (uint64_t at = 0; at < len && !code;) {
        uint64_t left = len - at;
        ssize_t n =
            pread(from, step, left < COPY_STEP ? left : COPY_STEP, (off_t)at);

        if (n <= 0)
            code = td_error_errno(err, TD_IO, path, n ? errno : EIO,
                                  "cannot be read");
        else
            code = td_fs_write(to, td_bytes(step, (size_t)n), path, err);
        at += n > 0 ? (uint64_t)n : 0;
    }
    free(step);
    return code;
}

static enum td_code put_tail(struct sealing *s, struct tape_reader *reader,
                             struct tape_writer *writer, struct td_error *err)
{
    struct td_event ev;
    enum td_code code;

    while (!(code = tape_reader_next(reader, &ev, err))) {
        s->clock.virtual_wall_ns = tape_reader_wall(reader, &ev);
        code = tape_writer_put(writer, &ev, err);
        if (code)
            return code;
    }
    return code == TD_END ? TD_OK : code;
}

/* A reader of the header of the segment and what its tail has. */
static enum td_code open_tail(const struct sealing *s,
                              struct tape_input_span spans[EXTENT_MAX],
                              struct tape_reader **reader, struct td_error *err)
{
    struct tape_read_options how = {.threads = 0};
    struct tape_input in;
    enum td_code code = tape_input_open(&in, s->path, err);

    if (code)
        return code;
    spans[0] = (struct tape_input_span){.offset = s->header.offset,
                                        .length = s->header.length};
    spans[1] = (struct tape_input_span){
        .at = s->header.length, .offset = s->tail_at, .length = s->tail_len};
    in.spans = spans;
    in.spans_len = s->tail_len ? 2 : 1;
    return tape_reader_take(reader, &in, &how, err);
}

/* The writer is gone then. *right: it has the events that were noted. */
static enum td_code write_tail(struct sealing *s, struct tape_writer *writer,
                               struct tape_reader *reader, bool *right,
                               struct td_error *err)
{
    char why[64];
    enum td_code code = put_tail(s, reader, writer, err);
    enum td_code closed;

    (void)snprintf(why, sizeof(why), "the tape was damaged at byte %" PRIu64,
                   s->torn_at);
    *right = tape_writer_totals(writer).events == s->noted->events;
    tape_writer_recount(writer, &s->noted->names, &s->noted->kinds);
    closed = tape_writer_close(writer, TAPE_END_ERROR, why, code ? NULL : err);
    return code ? code : closed;
}

/* Behind what was copied to fd, which is closed. */
static enum td_code write_end(struct sealing *s, int fd, const char *part,
                              bool *right, struct td_error *err)
{
    struct tape_input_span spans[EXTENT_MAX];
    struct tape_reader *reader = NULL;
    struct tape_options options = {.clock = &s->clock,
                                   .member_ns = TD_NEVER,
                                   .patient = true,
                                   .copies = true,
                                   .one_thread = true};
    enum td_code code = open_tail(s, spans, &reader, err);

    if (code) {
        (void)close(fd);
        return code;
    }
    options.start_wall_ns = tape_reader_header(reader)->start_wall_ns;
    td_clock_virtual(&s->clock, 0, options.start_wall_ns);
    code = write_tail(s, tape_writer_go_on(fd, part, &options, &s->segment),
                      reader, right, err);
    tape_reader_close(reader);
    return code;
}

static enum td_code write_part(struct sealing *s, int old, const char *part,
                               bool *right, struct td_error *err)
{
    struct stat st;
    int fd;
    enum td_code code = td_fs_create(&fd, part, TD_FS_REPLACE, err);

    if (code)
        return code;
    if (fstat(old, &st) != 0 || fchmod(fd, st.st_mode & MODE_BITS) != 0)
        code = td_error_errno(err, TD_IO, part, errno,
                              "cannot set its permissions");
    if (!code)
        code = copy_bytes(old, fd, s->tail_at, part, err);
    if (!code)
        code = td_fs_write(fd, td_buf_bytes(&s->due), part, err);
    if (!code)
        return write_end(s, fd, part, right, err);
    (void)close(fd);
    return code;
}

/* What a rename brings to light must be on the disk before. */
static enum td_code put_in_place(const char *part, const char *path,
                                 struct td_error *err)
{
    int fd;
    enum td_code code = td_fs_open(&fd, part, err);

    if (code)
        return code;
    code = td_fs_sync(fd, part, err);
    (void)close(fd);
    if (!code && rename(part, path) != 0)
        code = td_error_errno(err, TD_IO, path, errno, "cannot be replaced");
    if (!code)
        td_fs_settle(path);
    return code;
}

static enum td_code seal(struct sealing *s, int old, bool *right,
                         struct td_error *err)
{
    size_t len = strlen(s->path) + sizeof(".part");
    char *part = td_calloc(len, 1);
    enum td_code code;

    (void)snprintf(part, len, "%s.part", s->path);
    code = write_part(s, old, part, right, err);
    if (!code && *right)
        code = put_in_place(part, s->path, err);
    if (code || !*right)
        (void)unlink(part);
    free(part);
    return code;
}

enum td_code tape_seal(const char *path, struct tape_noted *noted,
                       const struct tape_state *state, bool *sealed,
                       struct td_error *err)
{
    struct sealing s = {
        .path = path, .noted = noted, .torn_at = state->torn_at};
    bool fits = false;
    int old;
    enum td_code code;

    *sealed = false;
    if (!is_whole_so_far(state))
        return TD_OK;
    code = td_fs_create(&old, path, TD_FS_EXISTING, err);
    if (code)
        return code;
    code = look_at_members(&s, &fits, err);
    if (fits)
        code = seal(&s, old, sealed, err);
    tape_index_release(&s.segment.index);
    td_buf_release(&s.due);
    (void)close(old);
    return code;
}
