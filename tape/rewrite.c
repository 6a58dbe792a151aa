#include "tape/rewrite.h"

#include "core/fs.h"
#include "core/json.h"
#include "core/json_writer.h"
#include "core/mem.h"
#include "tape/copies.h"
#include "tape/order.h"
#include "tape/place.h"
#include "tape/writer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NUMBER_AT (sizeof("{\"s\":") - 1) /* in a line (tape/line.h) */

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
    bool as_found; /* lines are out of order: what is missing is
                      known at the end of a segment only */
    uint64_t seen_missing;
    uint64_t seen_lost;
    struct tape_state seen; /* at the end of the segment before */
    uint64_t came_later;    /* events of this segment that were told missing */
    uint64_t put_back;      /* told at the end of the tape */
    bool inserted;          /* what was to be put in is there */
    struct tape_copies copies;
    size_t begun;       /* segments of the old tape */
    uint64_t last_seq;  /* of this segment as it is on the old tape */
    uint64_t shift;     /* numbers of this segment are so much higher now */
    struct td_buf line; /* one with such a number */
    enum td_code code;  /* of what the lines between the events led to */
    struct td_error err;
    struct tape_rewritten *report;
};

/* What is known of the segment at hand as one of several; or NULL. */
static const struct tape_copied *copied(const struct job *job)
{
    return tape_copies_at(&job->copies, job->begun - 1);
}

/* The segment at hand is not written. */
static bool is_copy(const struct job *job)
{
    const struct tape_copied *now = copied(job);

    return now && now->is_copy;
}

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

    if (is_copy(job))
        return TD_OK;
    td_clock_virtual(&job->clock, 0, header->start_wall_ns);
    job->further = true;
    job->ended = false;
    job->last_ns = 0;
    job->last_seq = 0;
    job->shift = 0;
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
    uint64_t count =
        missing > job->seen_missing ? missing - job->seen_missing : 0;
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);
    enum td_code code;
    struct td_event lost = {
        .at_ns = at_ns,
        .form = TD_FORM_JSON,
        .kind = td_text(TD_KIND_LOST),
    };

    if (missing < job->seen_missing)
        job->came_later += job->seen_missing - missing;
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

static void say_count(struct td_buf *why, uint64_t count, const char *one,
                      const char *several)
{
    if (count > 0)
        (void)td_buf_addf(why, "%s%" PRIu64 " %s", why->len ? "; " : "", count,
                          count == 1 ? one : several);
}

/* Of the segment at hand, which ends: the events that the reader did not give.
 */
static uint64_t leave_out(struct job *job, const struct tape_state *state)
{
    uint64_t count = (state->repeated - job->seen.repeated) +
                     (state->foreign - job->seen.foreign) -
                     (state->early - job->seen.early);

    job->seen = *state;
    job->report->left_out += count;
    return count;
}

/* Why the segment at hand ended, and what of it is not on the fresh tape, or
 * not as it was. NULL: there is nothing to say.
 */
static const char *ending_why(struct job *job, struct td_buf *why)
{
    struct tape_state state = tape_reader_state(job->reader);
    uint64_t early = state.early - job->seen.early;
    uint64_t left_out = leave_out(job, &state);

    job->report->as_found += early;
    if (!job->ended)
        (void)td_buf_addf(why, "the tape was damaged at byte %" PRIu64,
                          state.torn_at);
    else
        (void)td_buf_add_bytes(why, td_buf_bytes(&job->why));
    say_count(why, left_out,
              "repeated or foreign event of the old tape left out",
              "repeated or foreign events of the old tape left out");
    say_count(why, copied(job) ? copied(job)->spared : 0,
              "event of a copy of it left out",
              "events of copies of it left out");
    say_count(why, early, "event out of order, written as it was found",
              "events out of order, written as they were found");
    say_count(why, job->came_later,
              "event that is told to be missing came later",
              "events that are told to be missing came later");
    say_count(why, job->put_back, "event of the old tape put back in its place",
              "events of the old tape put back in their places");
    job->came_later = 0;
    return why->len ? td_buf_str(why) : NULL;
}

/* A copy ends: what was lost and missing in it is not told again. */
static enum td_code leave_copy_out(struct job *job)
{
    struct tape_state state = tape_reader_state(job->reader);

    if (is_copy(job)) {
        (void)leave_out(job, &state);
        job->seen_missing = state.missing;
        job->seen_lost = tape_reader_lost(job->reader);
        job->report->copies++;
        job->report->left_out += copied(job)->events;
    }
    return TD_OK;
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
        return leave_copy_out(job);
    code = tell_missing(job, job->last_ns, err);
    tell_lost(job);
    job->writer = NULL;
    job->report->file_bytes = tape_writer_totals(writer).file_bytes;
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

    if (!job->reader) { /* the first header is there still when all is open */
        job->begun += kind == TAPE_LINE_HEADER ? 1 : 0;
    } else if (!job->code && kind == TAPE_LINE_END) {
        read_end(job, line);
    } else if (!job->code && kind == TAPE_LINE_HEADER) {
        job->code = close_segment(job, &job->err);
        job->begun++;
        if (!job->code)
            job->code = open_segment(job, &job->err);
    }
}

/* The place of the insert is before *ev. */
static bool is_place(const struct job *job, const struct td_event *ev)
{
    const struct tape_insert *in = job->how->insert;
    uint64_t segment = tape_reader_header(job->reader)->segment;

    if (!in || job->inserted || segment < in->from_segment ||
        tape_reader_dated(job->reader, ev) < in->from_ns)
        return false;
    return ev->seq >= in->from_seq ||
           (in->from_segment > 0 && segment > in->from_segment);
}

/* At the time that was asked for, as far as the events around it let it. */
static enum td_code insert(struct job *job, const struct td_event *next,
                           struct td_error *err)
{
    const struct tape_insert *in = job->how->insert;
    uint64_t start_ns = tape_reader_header(job->reader)->start_wall_ns;
    struct td_event ev = in->event;
    enum td_code code;

    ev.at_ns = in->from_seq > 1 ? next->at_ns : 0;
    if (in->from_ns > start_ns && in->from_seq <= 1)
        ev.at_ns = in->from_ns - start_ns;
    if (ev.at_ns > next->at_ns)
        ev.at_ns = next->at_ns;
    if (ev.at_ns < job->last_ns)
        ev.at_ns = job->last_ns;
    job->last_ns = ev.at_ns;
    job->clock.virtual_wall_ns =
        tape_reader_wall(job->reader, next) - (next->at_ns - ev.at_ns);
    code = tape_writer_put(job->writer, &ev, err);
    job->inserted = true;
    job->shift++;
    job->report->events++;
    job->report->inserted_ns = ev.at_ns;
    job->report->inserted_seq = job->last_seq + 1;
    return code;
}

/* The line as it stands, but for its number. */
static enum td_code put_shifted(struct job *job, const struct td_event *ev,
                                struct td_error *err)
{
    struct td_bytes line = tape_reader_line(job->reader);
    size_t digits = NUMBER_AT;
    struct td_event own = *ev;

    while (digits < line.len && line.ptr[digits] >= '0' &&
           line.ptr[digits] <= '9')
        digits++;
    own.seq += job->shift;
    td_buf_clear(&job->line);
    (void)td_buf_add(&job->line, line.ptr, NUMBER_AT);
    (void)td_buf_add_u64(&job->line, own.seq);
    (void)td_buf_add(&job->line, line.ptr + digits, line.len - digits);
    return tape_writer_put_line(job->writer, &own, td_buf_bytes(&job->line),
                                err);
}

static enum td_code put_event(struct job *job, const struct td_event *ev,
                              struct td_error *err)
{
    enum td_code code =
        job->as_found ? TD_OK : tell_missing(job, ev->at_ns, err);

    if (!code && is_place(job, ev))
        code = insert(job, ev, err);
    if (code)
        return code;
    tell_lost(job);
    job->last_ns = ev->at_ns;
    job->last_seq = ev->seq;
    job->clock.virtual_wall_ns = tape_reader_wall(job->reader, ev);
    job->report->events++;
    if (job->how->kind == TAPE_REWRITE_MEND)
        return tape_writer_put(job->writer, ev, err);
    if (job->shift > 0)
        return put_shifted(job, ev, err);
    return tape_writer_put_line(job->writer, ev, tape_reader_line(job->reader),
                                err);
}

static enum td_code no_place(const struct job *job, struct td_error *err)
{
    (void)td_error_set(err, TD_USAGE, job->how->from, 0,
                       "no event is at that place or behind it");
    return td_error_hint(err, "the last event of the tape is at 100%%");
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
        if (!code && !is_copy(job))
            code = put_event(job, &ev, err);
    }
    if (code == TD_END && job->how->insert && !job->inserted)
        code = no_place(job, err);
    if (code == TD_END) {
        job->put_back = job->report->put_back;
        code = close_segment(job, err);
    }
    job->report->state = tape_reader_state(job->reader);
    return code;
}

static enum td_code choose_place(const struct tape_rewrite *how,
                                 struct tape_place *place, struct td_error *err)
{
    return tape_place_choose(
        place, how->to, how->overwrite || !strcmp(how->to, how->from), err);
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

static enum td_code commit(const struct tape_rewrite *how,
                           const struct tape_place *place, struct td_error *err)
{
    enum td_code code = tape_place_sync(place, err);

    if (!code)
        return tape_place_rename(place, err);
    drop_part(how, place->part, code, err);
    return code;
}

/* Are there lines out of order, as all of them say together, and recordings
 * more than once? A pipe is read once.
 */
static enum td_code look_at_lines(struct job *job,
                                  const struct tape_order *order,
                                  struct td_error *err)
{
    const struct tape_rewrite *how = job->how;
    struct tape_state state = {0};
    struct tape_reader *reader = NULL;
    struct td_event ev;
    struct stat st;
    enum td_code code;

    if (how->kind != TAPE_REWRITE_MEND || stat(how->from, &st) != 0 ||
        !S_ISREG(st.st_mode))
        return TD_OK;
    code = tape_order_read(&reader, how->from, order, NULL, err);
    while (!code)
        code = tape_reader_next(reader, &ev, err);
    if (code == TD_END) {
        state = tape_reader_state(reader);
        code = TD_OK;
    }
    tape_reader_close(reader);
    job->as_found = state.early > 0;
    if (!code && state.twice > 0)
        code = tape_copies_find(&job->copies, how->from, order, err);
    return code;
}

/* What was found of the old tape, as its file has it. */
static void report_old(struct tape_rewritten *report,
                       const struct tape_order *order)
{
    struct tape_state *state = &report->state;

    state->strays += order->members;
    if (state->torn_at != TAPE_NO_DAMAGE)
        state->torn_at = tape_order_offset(order, state->torn_at);
    if (order->members > 0 && order->moved_at < state->torn_at)
        state->torn_at = order->moved_at;
}

/* What the fresh tape does not have, and does not say either: gone for good if
 * it takes the place of the old one.
 */
static enum td_code keeps_all(const struct job *job, struct td_error *err)
{
    const struct tape_rewrite *how = job->how;
    const struct tape_state *state = &job->report->state;

    if (how->kind != TAPE_REWRITE_SAME || !strcmp(how->to, "-") ||
        !td_fs_same(how->to, how->from) ||
        !(state->torn || state->bad_members || state->bad_lines))
        return TD_OK;
    (void)td_error_set(
        err, TD_FORMAT, how->from,
        state->torn_at == TAPE_NO_DAMAGE ? 0 : state->torn_at,
        "the tape is damaged, and a copy of what can be read must not replace "
        "it");
    return td_error_hint(err, "write elsewhere with -o, or `tapedeck recover` "
                              "it first");
}

static enum td_code write_fresh(struct job *job, const struct tape_order *order,
                                struct tape_place *place, struct td_error *err)
{
    const struct tape_rewrite *how = job->how;
    struct tape_read_options read = {.other = on_other_line, .ctx = job};
    struct tape_reader *reader = NULL;
    enum td_code code = look_at_lines(job, order, err);

    if (!code)
        code = tape_order_read(&reader, how->from, order, &read, err);
    if (code)
        return code;
    job->reader = reader;
    job->path = place->part ? place->part : how->to;
    job->mode = place->mode;
    job->report->put_back = order->events;
    job->report->moved = order->members;
    job->report->sought = order->sought;
    code = copy(job, err);
    if (job->writer)
        (void)close_segment(job, NULL);
    report_old(job->report, order);
    if (!code)
        code = keeps_all(job, err);
    if (code && place->part)
        drop_part(how, place->part, code, err);
    else if (place->part)
        code = commit(how, place, err);
    tape_reader_close(reader);
    return code;
}

enum td_code tape_rewrite(const struct tape_rewrite *how,
                          struct tape_rewritten *report, struct td_error *err)
{
    struct job job = {.how = how, .report = report};
    struct tape_order order = {0};
    struct tape_place place = {0};
    int lock = -1;
    enum td_code code = lock_source(how, &lock, err);

    memset(report, 0, sizeof(*report));
    if (!code)
        code = choose_place(how, &place, err);
    if (!code)
        code = tape_order_find(&order, how->from, err);
    if (!code)
        code = write_fresh(&job, &order, &place, err);
    tape_order_release(&order);
    tape_copies_release(&job.copies);
    td_buf_release(&job.why);
    td_buf_release(&job.line);
    if (lock >= 0)
        (void)close(lock);
    tape_place_release(&place);
    return code;
}
