/* tapedeck validate: is a stream what its schema and contract say? */
#include "cli/check_options.h"
#include "cli/tapes.h"
#include "reports/json.h"
#include "reports/text.h"
#include "tape/ndjson.h"
#include "tape/sniff.h"

static const struct cli_option options[] = {
    CLI_CHECK_OPTIONS,
    {.name = NULL},
};

static enum td_code read_tape(struct check *check, struct tape_input *in,
                              struct td_error *err)
{
    static const struct tape_read_options how = {.threads = 1};
    struct tape_reader *reader;
    enum td_code code = tape_reader_take(&reader, in, &how, err);

    if (code)
        return code;
    code = check_tape(check, reader, err);
    tape_reader_close(reader);
    return code;
}

static bool is_tape_name(const char *path)
{
    size_t len = strlen(path);

    return (len > 8 && !strcmp(path + len - 8, ".tape.gz")) ||
           (len > 5 && !strcmp(path + len - 5, ".tape"));
}

/* A check of nothing would pass: an input without a line is an error. */
static enum td_code refuse_empty(const char *path, struct td_error *err)
{
    (void)td_error_set(err, TD_FORMAT, path, 0, "is empty: nothing to check");
    return td_error_mend(err, "look at what should have written it");
}

static enum td_code read_lines(struct check *check, struct tape_input *from,
                               const char *path, struct td_error *err)
{
    struct tape_ndjson *in = tape_ndjson_new(from);
    struct td_bytes line;
    uint64_t number = 0;
    enum td_code code;

    while (!(code = tape_ndjson_next(in, &line, err))) {
        if (check_line(check, ++number, line))
            break;
    }
    if (code == TD_FORMAT && number > 0)
        check_broken(check, err);
    tape_ndjson_close(in);
    if (code == TD_END && number == 0)
        return refuse_empty(path, err);
    return code == TD_END || (code == TD_FORMAT && number > 0) ? TD_OK : code;
}

/* What is in the file counts, not its name; but a file that is named a tape
 * and is none is refused.
 */
static enum td_code read_input(struct check *check, const char *path,
                               struct td_error *err)
{
    struct tape_input in;
    enum td_code code = tape_input_open(&in, path, err);

    if (code)
        return code;
    if (is_tape_name(path) || tape_sniff(&in))
        return read_tape(check, &in, err);
    return read_lines(check, &in, path, err);
}

static enum td_code validate(const struct cli_check *job,
                             const struct cli_args *args, const char *path,
                             struct td_error *err)
{
    struct check *check = check_new(&job->how, path);
    struct td_buf out = {0};
    enum td_code code = read_input(check, path, err);

    if (code == TD_OK) {
        const struct check_verdict *v = check_end(check);

        if (cli_json(args))
            report_json(&out, v);
        else
            report_text(&out, v, cli_verbose(args));
        code = check_verdict_code(v);
        if (code)
            cli_check_say(v, code, path, err);
        if (cli_print(&out, code ? NULL : err) && !code)
            code = TD_IO;
    }
    td_buf_release(&out);
    check_free(check);
    return code;
}

static enum td_code validate_all(const struct cli_check *job,
                                 const struct cli_args *args,
                                 struct td_error *err)
{
    struct td_error kept = {0};
    enum td_code worst = TD_OK;
    int count = cli_operands(args);

    for (int i = 0; i < count || i == 0; i++) {
        struct td_error why = {0};
        enum td_code code =
            validate(job, args, count ? cli_operand(args, i) : "-", &why);

        worst = cli_check_worse(worst, &kept, code, &why);
    }
    *err = kept;
    return worst;
}

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    struct cli_check job = {0};
    enum td_code code = cli_check_read(&job, args, cli_text(args, "schema"),
                                       cli_text(args, "contract"), err);

    if (code == TD_OK)
        code = validate_all(&job, args, err);
    cli_check_release(&job);
    return code;
}

const struct cli_command cli_cmd_validate = {
    .name = "validate",
    .summary = "Check streams: the tape itself, a schema, a contract.",
    .usage = "[TAPE|NDJSON...]",
    .details =
        "Reads tapes, plain NDJSON, gzipped NDJSON, and stdin (- or nothing).\n"
        "Exit status 0: pass. 1: a check failed. 2: the schema or contract is\n"
        "wrong. 3: passed, but the input is torn or lacks events. 4: cannot "
        "read.\n7: undecided, a limit was reached.",
    .examples = "tapedeck validate run.tape.gz --contract run.contract.yaml\n"
                "tapedeck validate --schema event.json < events.ndjson",
    .options = options,
    .min_operands = 0,
    .max_operands = -1,
    .run = run,
};
