#include "tape/writer_internal.h"

#include "core/fs.h"
#include "core/mem.h"
#include "tape/compressor.h"
#include "tape/header.h"
#include "tape/line.h"
#include "tape/name_counts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define MEMBER_NS_DEFAULT (2 * TD_NS_PER_S)
#define FLUSH_NS_DEFAULT  (250 * TD_NS_PER_MS)
#define HEADER_MAX        ((size_t)1024 * 1024)

struct tape_writer {
    struct tape_options options;
    char *path;
    struct tape_compressor *compressor;
    struct tape_chunk *chunk; /* being filled; never NULL */
    struct tape_member m;     /* the open member, with what is in piece */
    bool begun;               /* pieces of the open member were given */
    uint64_t begun_ns;        /* t of the first line of the open member */
    uint64_t flushed_ns;      /* t of the last flush */
    uint64_t seq;             /* of the last event */
    uint64_t first_ns;        /* t of the first event */
    struct tape_totals totals;
    struct tape_counts names;
    struct tape_counts kinds;
};

static enum td_code check_options(struct tape_options *options,
                                  struct td_error *err)
{
    if (!options->clock)
        options->clock = td_clock_real();
    if (options->start_wall_ns == 0)
        options->start_wall_ns = td_wall_ns(options->clock);
    if (options->member_text == 0)
        options->member_text = TAPE_TEXT_DEFAULT;
    if (options->member_ns == 0)
        options->member_ns = MEMBER_NS_DEFAULT;
    if (options->flush_ns == 0)
        options->flush_ns = FLUSH_NS_DEFAULT;
    if (options->member_text > TAPE_TEXT_MAX)
        return td_error_set(err, TD_USAGE, "", 0,
                            "members of %zu bytes of text are more than %zu",
                            options->member_text, TAPE_TEXT_MAX);
    return TD_OK;
}

static enum td_code open_file(int *fd, const char *path,
                              const struct tape_options *options,
                              struct td_error *err)
{
    enum td_fs_mode mode = options->overwrite ? TD_FS_REPLACE : TD_FS_NEW;

    if (!strcmp(path, "-")) {
        *fd = dup(STDOUT_FILENO);
        return *fd < 0
                   ? td_error_errno(err, TD_IO, "stdout", errno, "cannot write")
                   : TD_OK;
    }
    if (options->append)
        mode = TD_FS_KEEP;
    if (td_fs_create(fd, path, mode, err))
        return err ? err->code : TD_IO;
    if (options->append && lseek(*fd, 0, SEEK_END) < 0)
        errno = 0; /* a pipe or terminal: it has no other place to write */
    return TD_OK;
}

/* Start a member when the first line comes. */
static void begin_member(struct tape_writer *w, uint64_t at_ns)
{
    w->m = (struct tape_member){
        .first_seq = w->seq + 1,
        .first_ns = at_ns,
        .last_ns = at_ns,
        .wall_ns = td_wall_ns(w->options.clock),
        .lost = w->totals.lost,
    };
    w->begun = false;
    w->begun_ns = at_ns;
}

static bool member_is_empty(const struct tape_writer *w)
{
    return !w->begun && w->chunk->text.len == 0;
}

/* Hand the piece on and take another; an open member goes on in that one. */
static void give_chunk(struct tape_writer *w, bool last)
{
    w->m.text_len += (uint32_t)w->chunk->text.len;
    w->m.lost = w->totals.lost;
    w->chunk->m = w->m;
    w->chunk->first = !w->begun;
    w->chunk->last = last;
    tape_compressor_give(w->compressor, w->chunk);
    w->chunk = tape_compressor_take(w->compressor);
    w->begun = !last;
    if (last)
        w->m = (struct tape_member){0};
}

static void end_member(struct tape_writer *w)
{
    if (!member_is_empty(w))
        give_chunk(w, true);
}

/* A member of its own for the header or the end line. */
static void put_plain_member(struct tape_writer *w, struct td_bytes line,
                             uint8_t flag)
{
    end_member(w);
    begin_member(w, w->totals.last_ns);
    (void)td_buf_add_bytes(&w->chunk->text, line);
    w->m.flags = flag;
    w->totals.text_bytes += line.len;
    end_member(w);
}

static enum td_code make_header(struct td_buf *line,
                                const struct tape_options *options,
                                struct td_error *err)
{
    enum td_code code;

    td_buf_init(line, HEADER_MAX);
    if (options->header.len == 0) {
        code = tape_header_write(line, options, err);
    } else {
        code = td_buf_add_bytes(line, options->header);
        if (!code)
            code = td_buf_add_byte(line, '\n');
    }
    return code != TD_LIMIT
               ? code
               : td_error_set(err, TD_LIMIT, "header", 0,
                              "the header is longer than %zu bytes",
                              HEADER_MAX);
}

static void release(struct tape_writer *w)
{
    tape_chunk_free(w->chunk);
    tape_counts_release(&w->names);
    tape_counts_release(&w->kinds);
    free(w->path);
    free(w);
}

static struct tape_writer *writer_new(int fd, const char *path,
                                      const struct tape_options *options)
{
    struct tape_writer *w = (struct tape_writer *)td_calloc(1, sizeof(*w));

    w->options = *options;
    w->kinds.kinds = true;
    w->path = td_strdup(strcmp(path, "-") != 0 ? path : "stdout");
    w->compressor = tape_compressor_open(fd, w->path, options);
    w->chunk = tape_compressor_take(w->compressor);
    return w;
}

enum td_code tape_writer_open(struct tape_writer **out, const char *path,
                              const struct tape_options *options,
                              struct td_error *err)
{
    struct tape_options own = *options;
    struct td_buf header = {0};
    bool there = !strcmp(path, "-") || access(path, F_OK) == 0;
    enum td_code code = check_options(&own, err);
    int fd = -1;

    *out = NULL;
    if (!code)
        code = make_header(&header, &own, err);
    if (!code)
        code = open_file(&fd, path, &own, err);
    if (!code) {
        *out = writer_new(fd, own.name ? own.name : path, &own);
        put_plain_member(*out, td_buf_bytes(&header), TAPE_FLAG_HEADER);
        code = tape_compressor_drain((*out)->compressor, err);
    }
    td_buf_release(&header);
    if (code && *out) {
        tape_compressor_abort((*out)->compressor);
        release(*out);
        *out = NULL;
        if (!there) /* nothing stands in it */
            (void)unlink(path);
    }
    return code;
}

struct tape_writer *tape_writer_go_on(int fd, const char *path,
                                      const struct tape_options *options,
                                      struct tape_segment *segment)
{
    struct tape_options own = *options;
    struct tape_writer *w;

    (void)check_options(&own, NULL); /* what is 0 gets its default */
    w = writer_new(fd, path, &own);
    tape_compressor_go_on(w->compressor, segment->start, &segment->index);
    w->seq = segment->seq;
    w->first_ns = segment->first_ns;
    w->totals = segment->totals;
    return w;
}

void tape_writer_recount(struct tape_writer *writer, struct tape_counts *names,
                         struct tape_counts *kinds)
{
    tape_counts_release(&writer->names);
    tape_counts_release(&writer->kinds);
    writer->names = *names;
    writer->kinds = *kinds;
    *names = (struct tape_counts){.len = 0};
    *kinds = (struct tape_counts){.len = 0};
}

static enum td_code line_too_long(const struct tape_writer *w, size_t payload,
                                  struct td_error *err)
{
    (void)td_error_set(err, TD_LIMIT, w->path, 0,
                       "an event with a payload of %zu bytes is too long for a "
                       "line of a tape",
                       payload);
    (void)td_error_hint(err, "cut the payload at %zu bytes and mark it",
                        TAPE_PAYLOAD_MAX);
    return TD_LIMIT;
}

/* The line behind `before` does not fit the member any more: it becomes the
 * first of the next one.
 */
static void move_line(struct tape_writer *w, size_t before, uint64_t at_ns)
{
    struct tape_chunk *full = w->chunk;
    size_t len = full->text.len - before;
    struct td_buf line = {.max = TAPE_LINE_MAX + 1};

    (void)td_buf_add(&line, full->text.ptr + before, len);
    full->text.len = before;
    give_chunk(w, true);
    begin_member(w, at_ns);
    (void)td_buf_add_bytes(&w->chunk->text, td_buf_bytes(&line));
    td_buf_release(&line);
}

static void count_line(struct tape_writer *w, const struct td_event *ev,
                       size_t len)
{
    struct tape_member *m = &w->m;

    if (ev->kind.len > 0) {
        tape_names_set(&m->names, tape_counts_add(&w->kinds, ev->kind));
        if (td_bytes_is(ev->kind, TD_KIND_MARKER))
            m->flags |= TAPE_FLAG_MARKER;
        if (td_bytes_is(ev->kind, TD_KIND_LOST))
            m->flags |= TAPE_FLAG_LOST;
        if (ev->name.len > 0)
            tape_names_set(&m->names, tape_name_bit(ev->name));
    } else {
        tape_names_set(&m->names, tape_counts_add(&w->names, ev->name));
    }
    if (m->count++ == 0)
        m->first_seq = ev->seq;
    m->last_ns = ev->at_ns;
    w->seq = ev->seq;
    if (w->totals.events++ == 0)
        w->first_ns = ev->at_ns;
    w->totals.last_ns = ev->at_ns;
    w->totals.text_bytes += len;
}

/* Either the event or its line as it stands. */
static enum td_code put(struct tape_writer *w, const struct td_event *ev,
                        struct td_bytes line, struct td_error *err)
{
    struct td_buf *text;
    size_t before;
    size_t len;
    enum td_code code;

    if (!member_is_empty(w) && ev->at_ns - w->begun_ns >= w->options.member_ns)
        end_member(w);
    if (member_is_empty(w))
        begin_member(w, ev->at_ns);
    text = &w->chunk->text;
    before = text->len;
    if (line.len > 0) {
        code = td_buf_add_bytes(text, line);
        if (!code)
            code = td_buf_add_byte(text, '\n');
    } else {
        code = tape_line_encode(text, ev);
    }
    if (code) {
        text->len = before;
        return line_too_long(w, ev->payload.len, err);
    }
    len = text->len - before;
    if (w->m.text_len + text->len > w->options.member_text &&
        w->m.text_len + before > 0)
        move_line(w, before, ev->at_ns);
    count_line(w, ev, len);
    if (w->m.text_len + w->chunk->text.len >= w->options.member_text)
        end_member(w);
    return TD_OK;
}

enum td_code tape_writer_put(struct tape_writer *w, const struct td_event *ev,
                             struct td_error *err)
{
    struct td_event own = *ev;
    enum td_code code = tape_compressor_status(w->compressor, err);

    if (code)
        return code;
    if (ev->payload.len > TAPE_PAYLOAD_MAX && !w->options.copies)
        return line_too_long(w, ev->payload.len, err);
    own.seq = w->seq + 1;
    if (own.at_ns < w->totals.last_ns)
        own.at_ns = w->totals.last_ns;
    return put(w, &own, td_bytes(NULL, 0), err);
}

enum td_code tape_writer_put_line(struct tape_writer *w,
                                  const struct td_event *ev,
                                  struct td_bytes line, struct td_error *err)
{
    enum td_code code = tape_compressor_status(w->compressor, err);

    return code ? code : put(w, ev, line, err);
}

void tape_writer_lost(struct tape_writer *w, uint64_t count)
{
    w->totals.lost += count;
}

enum td_code tape_writer_tick(struct tape_writer *w, uint64_t at_ns,
                              struct td_error *err)
{
    if (!member_is_empty(w)) {
        if (at_ns >= w->begun_ns && at_ns - w->begun_ns >= w->options.member_ns)
            end_member(w);
        else if (w->chunk->text.len > 0 && at_ns >= w->flushed_ns &&
                 at_ns - w->flushed_ns >= w->options.flush_ns)
            give_chunk(w, false);
        else
            return tape_compressor_status(w->compressor, err);
    }
    w->flushed_ns = at_ns;
    return tape_compressor_status(w->compressor, err);
}

enum td_code tape_writer_flush(struct tape_writer *w, struct td_error *err)
{
    if (w->chunk->text.len > 0)
        give_chunk(w, false);
    w->flushed_ns = w->totals.last_ns;
    return tape_compressor_drain(w->compressor, err);
}

void tape_writer_flush_begin(struct tape_writer *w, struct tape_flush *flush)
{
    if (w->chunk->text.len > 0)
        give_chunk(w, false);
    w->flushed_ns = w->totals.last_ns;
    tape_compressor_flush(w->compressor, flush);
}

bool tape_writer_ready(const struct tape_writer *writer)
{
    return tape_compressor_ready(writer->compressor);
}

struct tape_totals tape_writer_totals(const struct tape_writer *w)
{
    struct tape_totals totals = w->totals;
    struct tape_compressor_totals pressed =
        tape_compressor_totals(w->compressor);

    totals.file_bytes = pressed.file_bytes;
    totals.members = pressed.members;
    totals.stored = pressed.stored;
    return totals;
}

static void put_end(struct tape_writer *w, enum tape_ending ending,
                    const char *why)
{
    struct td_buf line = {0};
    struct tape_end end = {ending, why, &w->totals, &w->names, &w->kinds};

    if (!tape_end_write(&line, &end))
        put_plain_member(w, td_buf_bytes(&line), TAPE_FLAG_END);
    td_buf_release(&line);
}

enum td_code tape_writer_close(struct tape_writer *w, enum tape_ending ending,
                               const char *why, struct td_error *err)
{
    struct tape_member footer;
    enum td_code code;

    if (!w)
        return TD_OK;
    end_member(w);
    put_end(w, ending, why);
    footer = (struct tape_member){
        .first_seq = 1,
        .count = w->totals.events,
        .first_ns = w->first_ns,
        .last_ns = w->totals.last_ns,
        .wall_ns = w->options.start_wall_ns,
        .lost = w->totals.lost,
    };
    code = tape_compressor_close(w->compressor, &footer, err);
    release(w);
    return code;
}
