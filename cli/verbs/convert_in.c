#include "cli/verbs/convert_in.h"

#include "cli/shared/fresh_tape.h"
#include "cli/shared/select_options.h"
#include "cli/shared/tape_output.h"
#include "converter/convert.h"
#include "converter/har_read.h"
#include "core/fs.h"
#include "core/json_writer.h"
#include "recorder/event_name.h"
#include "tape/header.h"
#include "tape/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SPOOL_MAX                                                              \
    (UINT64_C(16) << 30) /* of a HAR that comes through a pipe                 \
                          */

struct job {
    const struct cli_args *args;
    const char *from;
    const char *to;
    struct td_bytes text; /* mapped */
    struct conv_har *har;
    struct td_clock clock; /* shows the time that was recorded */
    struct rec_event_name names;
    uint64_t events;
};

static bool has_suffix(const char *path, const char *suffix)
{
    size_t len = strlen(path);
    size_t n = strlen(suffix);

    return len > n && !strcasecmp(path + len - n, suffix);
}

bool cli_convert_is_in(const struct cli_args *args)
{
    if (cli_given(args, "from"))
        return strcmp(cli_text(args, "from"), "tape") != 0;
    return has_suffix(cli_operand(args, 0), ".har");
}

static enum td_code check(struct job *job, struct td_error *err)
{
    const char *format;

    if (!job->to) {
        (void)td_error_set(err, TD_USAGE, "--output", 0, "is missing");
        return td_error_hint(err, "name the tape to write: -o FILE");
    }
    format = cli_given(job->args, "to") ? cli_text(job->args, "to")
                                        : conv_format_of(job->to);
    if (format) {
        (void)td_error_set(err, TD_USAGE, job->to, 0,
                           "a HAR becomes a tape, not %s", format);
        return td_error_hint(err, "make the tape, and convert that");
    }
    if (cli_chooses(job->args) || cli_given(job->args, "start") ||
        cli_given(job->args, "end")) {
        (void)td_error_set(err, TD_USAGE, "--start, --event and their kin", 0,
                           "choose of a tape, not of a HAR");
        return td_error_hint(err, "make the tape, and cut that");
    }
    return cli_not_onto(job->to, job->from, err);
}

/* The whole file, as memory that is read from it when it is looked at. */
static enum td_code map(struct job *job, struct td_error *err)
{
    bool is_stdin = !strcmp(job->from, "-");
    struct stat st = {0};
    int fd = STDIN_FILENO;
    void *at = NULL;
    enum td_code code = is_stdin ? TD_OK : td_fs_open(&fd, job->from, err);

    if (!code)
        code = td_fs_spool(fd, job->from, SPOOL_MAX, err);
    if (code)
        return code;
    if (fstat(fd, &st) == 0 && st.st_size > 0)
        at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (!is_stdin)
        (void)close(fd);
    if (at == MAP_FAILED)
        return td_error_errno(err, TD_IO, job->from, errno, "cannot be read");
    job->text = td_bytes(at, at ? (size_t)st.st_size : 0);
    return TD_OK;
}

static void header(const struct job *job, struct td_buf *out)
{
    struct td_json_writer w = td_json_writer(out);

    tape_header_begin(&w, NULL, conv_har_start_wall(job->har));
    td_json_put_text(&w, "recorder", "tapedeck " TD_VERSION);
    td_json_object(&w, "meta");
    td_json_put_raw(&w, "har", conv_har_log(job->har));
    td_json_object_end(&w);
    td_json_object_end(&w);
    (void)td_json_line(&w);
}

static enum td_code copy(struct job *job, struct tape_writer *writer,
                         struct td_error *err)
{
    uint64_t start_ns = conv_har_start_wall(job->har);
    struct td_event ev;
    enum td_code code;

    while (!(code = conv_har_next(job->har, &ev, err))) {
        job->clock.virtual_wall_ns = start_ns + ev.at_ns;
        if (td_event_is_plain(&ev))
            rec_event_name_read(&job->names, &ev);
        job->events++;
        code = tape_writer_put(writer, &ev, err);
        if (code)
            return code;
    }
    return code == TD_END ? TD_OK : code;
}

static enum td_code write_tape(struct job *job, struct td_error *err)
{
    struct tape_options options = {
        .clock = &job->clock,
        .start_wall_ns = conv_har_start_wall(job->har),
        .member_ns = TD_NEVER,
        .patient = true,
        .copies = true,
        .overwrite = cli_flag(job->args, "overwrite"),
    };
    struct cli_fresh fresh;
    struct td_buf line = {0};
    enum td_code code;

    td_clock_virtual(&job->clock, 0, options.start_wall_ns);
    header(job, &line);
    options.header = td_bytes(line.ptr, line.len - 1);
    code = cli_fresh_open(&fresh, job->to, &options, err);
    if (!code)
        code = cli_fresh_close(&fresh, copy(job, fresh.writer, err), err);
    td_buf_release(&line);
    return code;
}

static enum td_code report(const struct job *job, struct td_error *err)
{
    const struct conv_har_counts *counts = conv_har_counts(job->har);
    struct td_buf out = {0};
    enum td_code code = TD_OK;

    if (!strcmp(job->to, "-"))
        return TD_OK;
    if (cli_json(job->args)) {
        struct td_json_writer w = td_json_writer(&out);

        td_json_object(&w, NULL);
        td_json_put_u64(&w, "events", job->events);
        conv_har_json(counts, &w);
        td_json_object_end(&w);
        (void)td_json_line(&w);
        code = cli_print(&out, err);
    } else {
        conv_har_say(counts, &out);
        cli_say(job->args, "%s", td_buf_str(&out));
    }
    td_buf_release(&out);
    return code;
}

enum td_code cli_convert_in(const struct cli_args *args, struct td_error *err)
{
    struct job job = {.args = args,
                      .from = cli_operand(args, 0),
                      .to = cli_text(args, "output")};
    enum td_code code = check(&job, err);

    cli_say_waiting(args, job.from, "a HAR");
    if (!code)
        code = map(&job, err);
    if (!code)
        code = rec_event_name_init(&job.names, REC_NAME_POINTER, err);
    if (!code)
        code = conv_har_open(&job.har, job.text, job.from, err);
    if (!code)
        code = write_tape(&job, err);
    if (!code)
        code = report(&job, err);
    conv_har_close(job.har);
    rec_event_name_release(&job.names);
    if (job.text.len > 0)
        (void)munmap((void *)(uintptr_t)job.text.ptr, job.text.len);
    return code;
}
