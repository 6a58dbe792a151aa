#include "cli/verbs/tape_write.h"

#include "cli/shared/check_options.h"
#include "cli/shared/fresh_tape.h"
#include "cli/shared/tape_output.h"
#include "core/json_writer.h"
#include "core/mem.h"
#include "recorder/event_name.h"
#include "tape/provenance.h"
#include "tape/writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct job {
    struct play_source *source;
    struct tape_writer *writer;
    struct td_clock clock; /* shows the time that was recorded */
    struct cli_tape_change change;
    struct rec_event_name forms; /* says what payloads are */
    struct td_sink redacted;     /* by which events go if they are redacted */
    uint64_t events;
    uint64_t last_ns;
};

/* Where events end. */
static enum td_code write_event(void *self, const struct td_event *ev,
                                struct td_error *err)
{
    struct job *job = self;

    if (job->change.redact) /* it may have waited */
        job->clock.virtual_wall_ns =
            play_source_start_wall(job->source) + ev->at_ns;
    job->events++;
    job->last_ns = ev->at_ns;
    return tape_writer_put(job->writer, ev, err);
}

static enum td_code put(struct job *job, struct td_event *ev,
                        struct td_error *err)
{
    uint32_t tapes = play_source_tapes(job->source);
    uint32_t tape = play_source_place(job->source).tape;

    if (tapes > 1 && ev->conn > 0)
        ev->conn = (ev->conn - 1) * tapes + tape + 1;
    if (tapes > 1 && ev->exchange > 0)
        ev->exchange = (ev->exchange - 1) * tapes + tape + 1;
    job->clock.virtual_wall_ns =
        play_source_start_wall(job->source) + ev->at_ns;
    ev->at_ns -=
        ev->at_ns < job->change.from_ns ? ev->at_ns : job->change.from_ns;
    if (!job->change.redact)
        return write_event(job, ev, err);
    rec_event_name_read(&job->forms, ev);
    return td_sink_put(job->redacted, ev, err);
}

/* What the rules have replaced, as a recorder says it. */
static enum td_code put_counts(struct job *job, struct td_error *err)
{
    struct td_buf json = {0};
    struct td_event ev = {.at_ns = job->last_ns,
                          .dir = TD_DIR_OUT,
                          .form = TD_FORM_JSON,
                          .kind = td_text(REC_KIND_REDACTED)};
    enum td_code code;

    rec_redact_report(job->change.redact, &json);
    ev.payload = td_buf_bytes(&json);
    job->events++;
    code = tape_writer_put(job->writer, &ev, err);
    td_buf_release(&json);
    return code;
}

/* What stops in the middle has texts that do. */
static enum td_code finish_redaction(struct job *job, struct td_error *err)
{
    if (!job->change.redact)
        return TD_OK;
    for (uint32_t i = 0; i < play_source_tapes(job->source); i++)
        if (play_source_state(job->source, i).torn)
            rec_redact_stop(job->change.redact);
    return rec_redact_finish(job->change.redact, err);
}

static enum td_code copy(struct job *job, struct td_error *err)
{
    struct td_event ev;
    enum td_code code;

    while (!(code = play_source_next(job->source, &ev, err))) {
        code = put(job, &ev, err);
        if (code)
            break;
    }
    if (code != TD_END)
        return code;
    code = finish_redaction(job, err);
    return code == TD_OK && job->change.redact ? put_counts(job, err) : code;
}

static void report_redacted(const struct job *job, struct td_json_writer *w)
{
    struct rec_redact_held held;

    if (!job->change.redact)
        return;
    td_json_put_u64(w, "redacted", rec_redact_values(job->change.redact));
    td_json_put_u64(w, "withheld", rec_redact_withheld(job->change.redact));
    held = rec_redact_held(job->change.redact);
    if (held.streams)
        rec_redact_put_held(w, &held);
}

static void say_done(const struct cli_args *args, const struct job *job,
                     const char *path)
{
    char pieces[64] = "";
    uint64_t values;
    uint64_t withheld;
    uint64_t spread;

    if (!job->change.redact) {
        cli_say(args, "%s: %" PRIu64 " events", path, job->events);
        return;
    }
    values = rec_redact_values(job->change.redact);
    withheld = rec_redact_withheld(job->change.redact);
    spread = rec_redact_held(job->change.redact).pieces;
    if (spread > 0)
        (void)snprintf(pieces, sizeof(pieces), " (%" PRIu64 " over pieces)",
                       spread);
    cli_say(args,
            "%s: %" PRIu64 " events, %" PRIu64 " value%s redacted%s, %" PRIu64
            " payload%s withheld",
            path, job->events, values, values == 1 ? "" : "s", pieces, withheld,
            withheld == 1 ? "" : "s");
}

static enum td_code report(const struct cli_args *args, const struct job *job,
                           const char *path, struct td_error *err)
{
    struct td_buf out = {0};
    enum td_code code = TD_OK;

    if (cli_json(args)) {
        struct td_json_writer w = td_json_writer(&out);

        td_json_object(&w, NULL);
        td_json_put_u64(&w, "events", job->events);
        report_redacted(job, &w);
        td_json_object_end(&w);
        (void)td_json_line(&w);
        code = cli_print(&out, err);
    } else {
        say_done(args, job, path);
    }
    td_buf_release(&out);
    return code;
}

/* About the first tape that is not whole. */
static enum td_code verdict(const struct play_source *source, const char *to,
                            struct td_error *err)
{
    enum td_code code = TD_OK;

    for (uint32_t i = 0; !code && i < play_source_tapes(source); i++) {
        struct tape_state state = play_source_state(source, i);

        code = cli_tape_verdict(play_source_path(source, i), to, &state, err);
    }
    return code;
}

/* A header as the rules leave it; "" if they leave no object. */
static struct td_bytes redact_header(struct rec_redact *redact,
                                     struct td_bytes line, struct td_buf *room)
{
    struct td_event ev = {.payload = line, .form = TD_FORM_JSON};

    rec_redact_header(redact, &ev);
    (void)td_buf_add_bytes(room, ev.payload);
    return ev.form == TD_FORM_JSON ? td_buf_bytes(room) : td_bytes("", 0);
}

static enum td_code inherit(struct td_buf *header, const struct job *job,
                            uint64_t start_ns)
{
    uint32_t tapes = play_source_tapes(job->source);
    struct td_bytes *lines =
        (struct td_bytes *)td_calloc(tapes, sizeof(*lines));
    struct td_buf *rooms = (struct td_buf *)td_calloc(tapes, sizeof(*rooms));
    struct td_buf policy = {0};
    enum td_code code;

    for (uint32_t i = 0; i < tapes; i++) {
        lines[i] = play_source_header(job->source, i);
        if (job->change.redact)
            lines[i] = redact_header(job->change.redact, lines[i], &rooms[i]);
    }
    if (job->change.redact)
        rec_redact_policy(job->change.redact, &policy);
    code = tape_provenance(
        header,
        &(struct tape_parents){lines, tapes, start_ns, td_buf_bytes(&policy)},
        "tapedeck " TD_VERSION);
    for (uint32_t i = 0; i < tapes; i++)
        td_buf_release(&rooms[i]);
    td_buf_release(&policy);
    free(rooms);
    free(lines);
    return code;
}

static enum td_code may_write(const char *path,
                              const struct play_source *source,
                              struct td_error *err)
{
    enum td_code code = TD_OK;

    if (!path) {
        (void)td_error_set(err, TD_USAGE, "--output", 0, "is missing");
        return td_error_hint(err, "name the tape to write: -o FILE");
    }
    for (uint32_t i = 0; !code && i < play_source_tapes(source); i++)
        code = cli_not_onto(path, play_source_path(source, i), err);
    return code;
}

/* All of it, to the end of the tape. */
static enum td_code write_out(struct job *job, const char *path,
                              const struct tape_options *options,
                              struct td_error *err)
{
    struct cli_fresh fresh;
    enum td_code code = cli_fresh_open(&fresh, path, options, err);

    if (code)
        return code;
    job->writer = fresh.writer;
    if (job->change.redact)
        job->redacted =
            rec_redact_sink(job->change.redact,
                            (struct td_sink){.put = write_event, .self = job});
    return cli_fresh_close(&fresh, copy(job, err), err);
}

enum td_code cli_tape_out(const struct cli_args *args,
                          struct play_source *source,
                          struct cli_tape_change change, struct td_error *err)
{
    const char *path = cli_text(args, "output");
    struct job job = {.source = source, .change = change};
    struct tape_options options = {
        .clock = &job.clock,
        .start_wall_ns = play_source_start_wall(source) + change.from_ns,
        .member_ns = TD_NEVER,
        .patient = true,
        .overwrite = cli_flag(args, "overwrite"),
    };
    struct td_buf header = {0};
    struct td_error why = {0};
    enum td_code code = may_write(path, source, err);

    if (code)
        return code;
    td_clock_virtual(&job.clock, 0, options.start_wall_ns);
    code = rec_event_name_init(&job.forms, NULL, err);
    if (!code)
        code = inherit(&header, &job, options.start_wall_ns);
    options.header = td_buf_bytes(&header);
    if (!code)
        code = write_out(&job, path, &options, err);
    td_buf_release(&header);
    rec_event_name_release(&job.forms);
    if (code)
        return code;
    if (strcmp(path, "-") != 0)
        code = report(args, &job, path, &why);
    return cli_check_worse(verdict(source, path, err), err, code, &why);
}
