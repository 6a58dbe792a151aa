/* tapedeck convert: the events of a tape for another tool. */
#include "cli/shared/select_options.h"
#include "cli/shared/tape_output.h"
#include "cli/shared/tape_paths.h"
#include "cli/verbs/convert_cast.h"
#include "cli/verbs/convert_in.h"
#include "cli/verbs/convert_laid.h"
#include "converter/convert.h"
#include "core/json_writer.h"
#include "replayer/timeline.h"

#include <inttypes.h>
#include <sys/stat.h>

static const struct cli_option options[] = {
    {.name = "output",
     .letter = 'o',
     .type = CLI_TEXT,
     .value = "FILE",
     .help = "where to write; its suffix names the format (.csv, .cast, "
             ".har, .html, .mcap, .otlp.jsonl)"},
    {.name = "to",
     .type = CLI_CHOICE,
     .value = "FORMAT",
     .choices = CONV_FORMATS "|" CLI_CAST,
     .help = "the format, whatever FILE is called"},
    {.name = "from",
     .type = CLI_CHOICE,
     .value = "FORMAT",
     .choices = CLI_CONVERT_FROM,
     .help = "what is read, whatever it is called"},
    {.name = "contract",
     .type = CLI_TEXT,
     .value = "FILE",
     .help = "html: what this contract finds, laid over the events"},
    CLI_CAST_OPTIONS,
    CLI_OVERWRITE_OPTION,
    CLI_CHOOSE_OPTIONS("both"),
    {.name = NULL},
};

#define LARGE_PAGE 100000000 /* bytes; small machines do not open it */

struct job {
    const struct cli_args *args;
    const char *path;
    const char *format;
    struct play_select *select;
    struct play_source *source;
    struct conv_writer *writer;
    struct cli_laid *check; /* NULL: no contract was given */
    struct conv_told told;
    struct td_error trouble; /* of the tape */
    uint64_t events;
};

static enum td_code choose_format(const char **format, const char *path,
                                  const struct cli_args *args,
                                  struct td_error *err)
{
    const char *slash = path ? strrchr(path, '/') : NULL;

    if (!path) {
        (void)td_error_set(err, TD_USAGE, "--output", 0, "is missing");
        return td_error_hint(err, "name the file to write: -o FILE");
    }
    *format =
        cli_given(args, "to") ? cli_text(args, "to") : conv_format_of(path);
    if (*format && cli_given(args, "contract") && strcmp(*format, "html") != 0)
        return td_error_set(err, TD_USAGE, "--contract", 0,
                            "is for html; nothing else has room for findings");
    if (*format)
        return TD_OK;
    if (cli_names_tape(slash ? slash + 1 : path)) {
        (void)td_error_set(err, TD_USAGE, path, 0,
                           "of what is no tape, only a HAR becomes one");
        return td_error_hint(err, "say --from har if it is one; of a tape, "
                                  "tapedeck cut makes another");
    }
    (void)td_error_set(err, TD_USAGE, path, 0,
                       "its name does not say the format");
    return td_error_hint(err, "say it: --to " CONV_FORMATS "|" CLI_CAST);
}

static enum td_code open_tape(struct job *job, struct td_error *err)
{
    const char *paths[] = {cli_operand(job->args, 0), NULL};
    struct play_select_options which = cli_choose(job->args);
    struct play_source_options how = {.paths = paths, .dated = true};
    enum td_code code;

    cli_say_waiting(job->args, paths[0], CLI_A_TAPE);
    which.all_kinds =
        !cli_given(job->args, "event") && !cli_given(job->args, "regex");
    code = play_select_new(&job->select, &which, err);
    if (!code)
        code = cli_choose_window(job->args, paths, &how.window, err);
    how.select = job->select;
    return code ? code : play_source_open(&job->source, &how, err);
}

static enum td_code copy(struct job *job, struct td_error *err)
{
    struct tape_state state;
    struct td_event ev;
    enum td_code code;

    while (!(code = play_source_next(job->source, &ev, err))) {
        code = conv_put(job->writer, &ev, err);
        if (code)
            return code;
        cli_laid_event(job->check, &ev);
        job->events++;
    }
    if (code != TD_END)
        return code;
    state = play_source_state(job->source, 0);
    if (cli_tape_verdict(cli_operand(job->args, 0), NULL, &state,
                         &job->trouble))
        job->told.trouble = job->trouble.text;
    cli_laid_tell(job->check, &job->told);
    return conv_end(job->writer, err);
}

static void report_json(const struct job *job, const struct conv_left *left,
                        size_t count)
{
    struct td_buf out = {0};
    struct td_json_writer w = td_json_writer(&out);

    td_json_object(&w, NULL);
    td_json_put_u64(&w, "events", job->events);
    td_json_object(&w, "changed");
    for (size_t i = 0; i < count; i++)
        td_json_put_u64(&w, left[i].what, left[i].count);
    td_json_object_end(&w);
    td_json_object_end(&w);
    (void)td_json_line(&w);
    (void)!cli_print(&out, NULL);
    td_buf_release(&out);
}

static void report_large(const struct job *job)
{
    struct stat st;

    if (strcmp(job->format, "html") == 0 && strcmp(job->path, "-") != 0 &&
        stat(job->path, &st) == 0 && st.st_size > LARGE_PAGE)
        cli_say(job->args,
                "%s: %lld MB, which phones and small machines may not open; "
                "--start, --end and --event choose less",
                job->path, (long long)st.st_size / 1000000);
}

static void report(const struct job *job)
{
    struct conv_left left[CONV_LEFT_MAX];
    size_t count = conv_left_out(job->writer, left);
    struct td_buf text = {0};

    if (cli_json(job->args) && strcmp(job->path, "-") != 0) {
        report_json(job, left, count);
        return;
    }
    for (size_t i = 0; i < count; i++)
        (void)td_buf_addf(&text, "; %s: %" PRIu64, left[i].what, left[i].count);
    cli_say(job->args, "%s: %" PRIu64 " events%s",
            strcmp(job->path, "-") != 0 ? job->path : "stdout", job->events,
            td_buf_str(&text));
    td_buf_release(&text);
    report_large(job);
}

static enum td_code convert(struct job *job, struct td_error *err)
{
    const char *path = cli_operand(job->args, 0);
    const char *slash = strrchr(path, '/');
    struct conv_options how = {.format = job->format,
                               .program = "tapedeck " TD_VERSION,
                               .title = strcmp(path, "-") == 0 ? "stdin"
                                        : slash && slash[1]    ? slash + 1
                                                               : path,
                               .told = &job->told};
    enum td_code code = open_tape(job, err);
    struct tape_state state;

    if (code)
        return code;
    how.start_wall_ns = play_source_start_wall(job->source);
    how.header = play_source_header(job->source, 0);
    code = cli_laid_open(&job->check, job->args, how.start_wall_ns, err);
    if (!code)
        code = conv_open(&job->writer, job->path, &how, err);
    if (!code)
        code = copy(job, err);
    if (code)
        return code;
    report(job);
    state = play_source_state(job->source, 0);
    return cli_tape_verdict(cli_operand(job->args, 0), job->path, &state, err);
}

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    struct job job = {.args = args, .path = cli_text(args, "output")};
    enum td_code code = TD_OK;

    if (cli_given(args, "contract") &&
        (cli_convert_is_in(args) || cli_is_cast(args, job.path)))
        return td_error_set(err, TD_USAGE, "--contract", 0,
                            "is for html; nothing else has room for findings");
    if (cli_convert_is_in(args))
        return cli_convert_in(args, err);
    if (!cli_is_cast(args, job.path))
        code = choose_format(&job.format, job.path, args, err);
    if (!code)
        code = cli_may_write(args, job.path, err);
    if (!code && !job.format)
        return cli_convert_cast(args, job.path, err);
    if (!code)
        code = convert(&job, err);
    conv_close(job.writer);
    cli_laid_close(job.check);
    play_source_close(job.source);
    play_select_free(job.select);
    return code;
}

const struct cli_command cli_cmd_convert = {
    .name = "convert",
    .summary = "Write a tape in the format of another tool, or make one of it.",
    .usage = "TAPE -o FILE",
    .details =
        "html is a page that plays the tape: one file that opens from a disk "
        "and needs no\nnetwork; --contract lays what it finds over the events. "
        "csv for spreadsheets and\nplots, otel (OpenTelemetry log records) for "
        "a collector, mcap for robotics viewers,\nhar (HTTP Archive 1.2) for "
        "browsers and their test tools, asciicast for asciinema:\nwhat the "
        "console shows (docs/convert.md). What a format cannot hold as it is "
        "on\nthe tape is counted and said. A file with the suffix .har becomes "
        "a tape.",
    .examples = "tapedeck convert run.tape.gz -o demo.html\n"
                "tapedeck convert page.har -o page.tape.gz\ntapedeck convert "
                "run.tape.gz -o run.csv\ntapedeck convert "
                "run.tape.gz --to otel -o - | head -n 1 | jq .",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
