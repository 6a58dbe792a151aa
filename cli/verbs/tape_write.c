#include "cli/verbs/tape_write.h"

#include "cli/shared/check_options.h"
#include "cli/shared/tape_output.h"
#include "core/json_writer.h"
#include "core/mem.h"
#include "tape/provenance.h"
#include "tape/writer.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct job {
    struct play_source *source;
    struct tape_writer *writer;
    struct td_clock clock; /* shows the time that was recorded */
    uint64_t from_ns;
    uint64_t events;
};

static enum td_code put(struct job *job, struct td_event *ev,
                        struct td_error *err)
{
    uint32_t tapes = play_source_tapes(job->source);

    if (tapes > 1 && ev->conn > 0)
        ev->conn =
            (ev->conn - 1) * tapes + play_source_place(job->source).tape + 1;
    job->clock.virtual_wall_ns =
        play_source_start_wall(job->source) + ev->at_ns;
    ev->at_ns -= ev->at_ns < job->from_ns ? ev->at_ns : job->from_ns;
    job->events++;
    return tape_writer_put(job->writer, ev, err);
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
    return code == TD_END ? TD_OK : code;
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
        td_json_object_end(&w);
        (void)td_json_line(&w);
        code = cli_print(&out, err);
    } else {
        cli_say(args, "%s: %" PRIu64 " events", path, job->events);
    }
    td_buf_release(&out);
    return code;
}

/* A device or pipe that was written to is nobody's to remove. */
static bool is_file(const char *path)
{
    struct stat st;

    return strcmp(path, "-") != 0 && stat(path, &st) == 0 &&
           S_ISREG(st.st_mode);
}

/* A copy that is not whole is of no use: what it was made of is still there. */
static enum td_code give_up(const char *path, struct td_error *err)
{
    const char *hint = td_errno_hint(err->errnum);

    if (is_file(path) && !unlink(path) && err->errnum)
        return td_error_hint(err, "%s%swhat was read is as it was", hint,
                             hint[0] ? "; " : "");
    return err->code;
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

static enum td_code inherit(struct td_buf *header,
                            const struct play_source *source, uint64_t start_ns)
{
    uint32_t tapes = play_source_tapes(source);
    struct td_bytes *lines =
        (struct td_bytes *)td_calloc(tapes, sizeof(*lines));
    enum td_code code;

    for (uint32_t i = 0; i < tapes; i++)
        lines[i] = play_source_header(source, i);
    code =
        tape_provenance(header, lines, tapes, start_ns, "tapedeck " TD_VERSION);
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
    enum td_code code = tape_writer_open(&job->writer, path, options, err);
    enum td_code closed;

    if (code)
        return code;
    code = copy(job, err);
    /* The first error is the one to tell. */
    closed =
        tape_writer_close(job->writer, code ? TAPE_END_ERROR : TAPE_END_CLEAN,
                          NULL, code ? NULL : err);
    return code || closed ? give_up(path, err) : TD_OK;
}

enum td_code cli_tape_out(const struct cli_args *args,
                          struct play_source *source, uint64_t from_ns,
                          struct td_error *err)
{
    const char *path = cli_text(args, "output");
    struct job job = {.source = source, .from_ns = from_ns};
    struct tape_options options = {
        .clock = &job.clock,
        .start_wall_ns = play_source_start_wall(source) + from_ns,
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
    code = inherit(&header, source, options.start_wall_ns);
    options.header = td_buf_bytes(&header);
    if (!code)
        code = write_out(&job, path, &options, err);
    td_buf_release(&header);
    if (code)
        return code;
    if (strcmp(path, "-") != 0)
        code = report(args, &job, path, &why);
    return cli_check_worse(verdict(source, path, err), err, code, &why);
}
