#include "tape/rewrite.h"

#include "core/fs.h"
#include "core/json.h"
#include "core/json_writer.h"
#include "core/mem.h"
#include "tape/writer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODE_BITS 0777

/* Where the fresh tape is to stand. */
struct place {
    char *target; /* symbolic links followed; NULL: stdout */
    char *part;   /* beside it, to be renamed */
    mode_t mode;  /* of the file that is replaced, or 0 */
};

struct job {
    const struct tape_rewrite *how;
    const char *path; /* that is written */
    mode_t mode;      /* which it gets, or 0 */
    struct tape_reader *reader;
    struct tape_writer *writer; /* of the segment at hand, or NULL */
    struct td_clock clock;      /* shows the time that was recorded */
    bool further;               /* a segment was written already */
    bool ended;                 /* the segment at hand has its end line */
    enum tape_ending ending;    /* which says this */
    struct td_buf why;          /* and this, or nothing */
    uint64_t last_ns;
    uint64_t seen_missing;
    uint64_t seen_lost;
    uint64_t seen_strays; /* events that the reader left out */
    enum td_code code;    /* of what the lines between the events led to */
    struct td_error err;
    struct tape_rewritten *report;
};

static enum td_code open_segment(struct job *job, struct td_error *err)
{
    const struct tape_header *header = tape_reader_header(job->reader);
    struct tape_options options = {
        .clock = &job->clock,
        .header = header->line,
        .start_wall_ns = header->start_wall_ns,
        .member_ns = TD_NEVER,
        .level = job->how->level,
        .patient = true,
        .copies = true,
        .overwrite = true,
        .append = job->further,
    };

    bool first = !job->further;
    enum td_code code;

    td_clock_virtual(&job->clock, 0, header->start_wall_ns);
    job->further = true;
    job->ended = false;
    job->last_ns = 0;
    code = tape_writer_open(&job->writer, job->path, &options, err);
    /* Before the first event: a tape that few may read is never open to all. */
    if (!code && first && job->mode && chmod(job->path, job->mode) != 0)
        code = td_error_errno(err, TD_IO, job->path, errno,
                              "cannot set its permissions");
    return code;
}

static enum tape_ending ending_of(const struct td_json_doc *doc, uint32_t how)
{
    static const struct {
        const char *text;
        enum tape_ending ending;
    } rows[] = {
        {"clean", TAPE_END_CLEAN},
        {"signal", TAPE_END_SIGNAL},
        {"limit", TAPE_END_LIMIT},
    };

    for (size_t i = 0; how && i < sizeof(rows) / sizeof(rows[0]); i++)
        if (doc->values[how].kind == TD_JSON_STRING &&
            td_json_string_is(doc, how, td_text(rows[i].text)))
            return rows[i].ending;
    return TAPE_END_ERROR;
}

/* How and why the segment at hand ended. */
static void read_end(struct job *job, struct td_bytes line)
{
    struct td_json_doc doc = {0};
    uint32_t end = 0;
    uint32_t why = 0;

    td_buf_clear(&job->why);
    job->ended = true;
    job->ending = TAPE_END_ERROR;
    if (!td_json_parse(&doc, line, TD_JSON_DEPTH, NULL)) {
        end = td_json_member(&doc, 0, td_text("end"));
        why = td_json_member(&doc, end, td_text("why"));
        job->ending =
            ending_of(&doc, td_json_member(&doc, end, td_text("how")));
    }
    if (why && doc.values[why].kind == TD_JSON_STRING)
        (void)td_json_unescape(&job->why, td_json_inner(&doc, why));
    td_json_release(&doc);
}

/* What the old tape said was lost by now was lost for the fresh one too. */
static void tell_lost(struct job *job)
{
    uint64_t lost = tape_reader_lost(job->reader);

    if (lost > job->seen_lost)
        tape_writer_lost(job->writer, lost - job->seen_lost);
    job->seen_lost = lost;
}

/* What is missing before the next event becomes an event itself. */
static enum td_code tell_missing(struct job *job, uint64_t at_ns,
                                 struct td_error *err)
{
    uint64_t missing = tape_reader_state(job->reader).missing;
    uint64_t count = missing - job->seen_missing;
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);
    enum td_code code;
    struct td_event lost = {
        .at_ns = at_ns,
        .form = TD_FORM_JSON,
        .kind = td_text(TD_KIND_LOST),
    };

    job->seen_missing = missing;
    if (count == 0 || job->how->kind != TAPE_REWRITE_MEND)
        return TD_OK;
    td_json_object(&w, NULL);
    td_json_put_u64(&w, "count", count);
    td_json_put_text(&w, "why", "the tape was damaged");
    td_json_object_end(&w);
    lost.payload = td_buf_bytes(&json);
    tape_writer_lost(job->writer, count);
    code = tape_writer_put(job->writer, &lost, err);
    td_buf_release(&json);
    return code;
}

/* Why the segment at hand ended, and what of it is not on the fresh tape. NULL:
 * there is nothing to say.
 */
static const char *ending_why(struct job *job, struct td_buf *why)
{
    struct tape_state state = tape_reader_state(job->reader);
    uint64_t strays = state.repeated + state.foreign;
    uint64_t left_out = strays - job->seen_strays;

    job->seen_strays = strays;
    job->report->left_out += left_out;
    if (!job->ended)
        (void)td_buf_addf(why, "the tape was damaged at byte %" PRIu64,
                          state.torn_at);
    else
        (void)td_buf_add_bytes(why, td_buf_bytes(&job->why));
    if (left_out > 0)
        (void)td_buf_addf(why,
                          "%s%" PRIu64 " repeated or foreign event%s of the "
                          "old tape left out",
                          why->len ? "; " : "", left_out,
                          left_out == 1 ? "" : "s");
    return why->len ? td_buf_str(why) : NULL;
}

/* The end of the segment at hand: all of it was read. */
static enum td_code close_segment(struct job *job, struct td_error *err)
{
    struct tape_writer *writer = job->writer;
    enum tape_ending ending = job->ended ? job->ending : TAPE_END_ERROR;
    struct td_buf why = {0};
    enum td_code code;
    enum td_code closed;

    if (!writer)
        return TD_OK;
    code = tell_missing(job, job->last_ns, err);
    tell_lost(job);
    job->writer = NULL;
    closed = tape_writer_close(writer, ending, ending_why(job, &why),
                               code ? NULL : err);
    td_buf_release(&why);
    return code ? code : closed;
}

/* A header begins the next segment, also one without events. */
static void on_other_line(void *ctx, enum tape_line_kind kind,
                          struct td_bytes line)
{
    struct job *job = (struct job *)ctx;

    if (!job->reader || job->code)
        return; /* the first header: it is there still when all is open */
    if (kind == TAPE_LINE_END) {
        read_end(job, line);
    } else if (kind == TAPE_LINE_HEADER) {
        job->code = close_segment(job, &job->err);
        if (!job->code)
            job->code = open_segment(job, &job->err);
    }
}

static enum td_code put_event(struct job *job, const struct td_event *ev,
                              struct td_error *err)
{
    enum td_code code = tell_missing(job, ev->at_ns, err);

    if (code)
        return code;
    tell_lost(job);
    job->last_ns = ev->at_ns;
    job->clock.virtual_wall_ns = tape_reader_wall(job->reader, ev);
    job->report->events++;
    if (job->how->kind == TAPE_REWRITE_MEND)
        return tape_writer_put(job->writer, ev, err);
    return tape_writer_put_line(job->writer, ev, tape_reader_line(job->reader),
                                err);
}

static enum td_code copy(struct job *job, struct td_error *err)
{
    struct td_event ev = {0};
    enum td_code code = open_segment(job, err);

    while (!code) {
        code = tape_reader_next(job->reader, &ev, err);
        if (job->code) {
            *err = job->err;
            return job->code;
        }
        if (!code)
            code = put_event(job, &ev, err);
    }
    if (code == TD_END) {
        job->report->file_bytes = tape_writer_totals(job->writer).file_bytes;
        code = close_segment(job, err);
    }
    job->report->state = tape_reader_state(job->reader);
    return code;
}

static enum td_code choose_place(const struct tape_rewrite *how,
                                 struct place *place, struct td_error *err)
{
    size_t len;
    struct stat st;
    bool is_there;

    if (!strcmp(how->to, "-"))
        return TD_OK;
    is_there = stat(how->to, &st) == 0;
    if (is_there && S_ISDIR(st.st_mode))
        return td_error_set(err, TD_IO, how->to, 0,
                            "is a directory, not a file");
    if (!how->overwrite && strcmp(how->to, how->from) != 0 &&
        access(how->to, F_OK) == 0) {
        (void)td_error_set(err, TD_IO, how->to, 0, "the file exists already");
        return td_error_hint(err, "choose another name or use --overwrite");
    }
    if (is_there && !S_ISREG(st.st_mode)) {
        (void)td_error_set(err, TD_IO, how->to, 0,
                           "is no file that could be replaced");
        return td_error_hint(err, "write to it by -o - > %.200s", how->to);
    }
    place->mode = is_there ? st.st_mode & MODE_BITS : 0;
    place->target = is_there ? realpath(how->to, NULL) : NULL;
    if (!place->target)
        place->target = td_strndup(how->to, strlen(how->to));
    len = strlen(place->target) + sizeof(".part");
    place->part = (char *)td_calloc(len, 1);
    (void)snprintf(place->part, len, "%s.part", place->target);
    return TD_OK;
}

/* Nobody may be writing the tape that is replaced. */
static enum td_code lock_source(const struct tape_rewrite *how, int *fd,
                                struct td_error *err)
{
    *fd = -1;
    if (strcmp(how->from, how->to) != 0 || !strcmp(how->to, "-"))
        return TD_OK;
    return td_fs_create(fd, how->from, TD_FS_EXISTING, err);
}

/* Nothing of the part stays, so the writer's mend would mislead; one of its
 * own, of a file that could not be made, is kept.
 */
static void drop_part(const struct tape_rewrite *how, const char *part,
                      enum td_code code, struct td_error *err)
{
    bool dropped = !unlink(part);
    const char *hint = err ? td_errno_hint(err->errnum) : "";

    if (err && code == TD_IO && (dropped || !strcmp(err->hint, hint)))
        (void)td_error_hint(err, "%s%s%s is as it was", hint,
                            hint[0] ? "; " : "", how->from);
}

/* What a rename brings to light must be on the disk before. */
static enum td_code sync_part(const char *part, struct td_error *err)
{
    int fd;
    enum td_code code = td_fs_open(&fd, part, err);

    if (code)
        return code;
    code = td_fs_sync(fd, part, err);
    (void)close(fd);
    return code;
}

static enum td_code commit(const struct tape_rewrite *how,
                           const struct place *place, struct td_error *err)
{
    enum td_code code = sync_part(place->part, err);

    if (code) {
        drop_part(how, place->part, code, err);
        return code;
    }
    if (rename(place->part, place->target) != 0) {
        (void)td_error_set(err, TD_IO, place->target, 0, "cannot be replaced");
        return td_error_hint(err, "the rewritten tape is %s", place->part);
    }
    td_fs_settle(place->target);
    return TD_OK;
}

enum td_code tape_rewrite(const struct tape_rewrite *how,
                          struct tape_rewritten *report, struct td_error *err)
{
    struct job job = {.how = how, .report = report};
    struct tape_read_options read = {.other = on_other_line, .ctx = &job};
    struct tape_reader *reader = NULL;
    struct place place = {0};
    int lock = -1;
    enum td_code code = lock_source(how, &lock, err);

    memset(report, 0, sizeof(*report));
    if (!code)
        code = choose_place(how, &place, err);
    if (!code)
        code = tape_reader_open(&reader, how->from, &read, err);
    if (!code) {
        job.reader = reader;
        job.path = place.part ? place.part : how->to;
        job.mode = place.mode;
        code = copy(&job, err);
        if (job.writer)
            (void)close_segment(&job, NULL);
        if (code && place.part)
            drop_part(how, place.part, code, err);
        else if (place.part)
            code = commit(how, &place, err);
    }
    tape_reader_close(reader);
    td_buf_release(&job.why);
    if (lock >= 0)
        (void)close(lock);
    free(place.target);
    free(place.part);
    return code;
}
