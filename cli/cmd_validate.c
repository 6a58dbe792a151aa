/* tapedeck validate: is a stream what its schema and contract say? */
#include "cli/cli.h"
#include "cli/tapes.h"
#include "core/mem.h"
#include "reports/json.h"
#include "reports/text.h"
#include "tape/ndjson.h"
#include "tape/sniff.h"
#include "validator/check.h"

#include <stdlib.h>

static const struct cli_option options[] = {
    {.name = "schema",
     .type = CLI_TEXT,
     .value = "FILE",
     .help = "JSON Schema that every message must meet"},
    {.name = "contract",
     .type = CLI_TEXT,
     .value = "FILE",
     .help = "events with their schemas, and rules for the stream"},
    {.name = "max-findings",
     .type = CLI_NUMBER,
     .value = "N",
     .preset = "10",
     .help = "findings shown for each rule; totals stay true"},
    {.name = "fail-fast",
     .type = CLI_FLAG,
     .help = "end at the first finding of level error"},
    {.name = "format-assertion",
     .type = CLI_FLAG,
     .help = "check `format` instead of passing it over"},
    {.name = "default-dialect",
     .type = CLI_TEXT,
     .value = "URI",
     .help = "$schema of schemas that have none (2020-12)"},
    {.name = "schema-map",
     .type = CLI_LIST,
     .value = "PREFIX=DIR",
     .help = "where references to URIs with a prefix are found"},
    {.name = NULL},
};

struct job {
    struct check_options check;
    struct check_schemas *schemas;
    struct check_contract *contract;
    struct check_schema_map *map;
};

static enum td_code read_map(struct job *job, const char *const *list,
                             struct td_error *err)
{
    size_t count = 0;

    while (list[count])
        count++;
    job->map = td_calloc(count + 1, sizeof(*job->map));
    for (size_t i = 0; i < count; i++) {
        const char *cut = strrchr(list[i], '=');

        if (!cut)
            return td_error_set(err, TD_USAGE, "--schema-map", 0,
                                "\"%s\" is not PREFIX=DIR", list[i]);
        job->map[i].prefix = td_strndup(list[i], (size_t)(cut - list[i]));
        job->map[i].folder = cut + 1;
    }
    return TD_OK;
}

static enum td_code prepare(struct job *job, const struct cli_args *args,
                            struct td_error *err)
{
    const char *schema = cli_text(args, "schema");
    const char *contract = cli_text(args, "contract");
    struct check_schema_options how = {
        .assert_format = cli_flag(args, "format-assertion"),
        .dialect = cli_text(args, "default-dialect"),
    };
    enum td_code code = read_map(job, cli_list(args, "schema-map"), err);

    how.map = job->map;
    if (code == TD_OK && schema) {
        job->schemas = check_schemas_new(&how);
        code =
            check_schemas_add_file(job->schemas, schema, &job->check.root, err);
    }
    if (code == TD_OK && contract)
        code = check_contract_load(&job->contract, contract, &how, err);
    job->check.schemas = job->schemas;
    job->check.contract = job->contract;
    job->check.max_findings = cli_number(args, "max-findings");
    job->check.fail_fast = cli_flag(args, "fail-fast");
    return code;
}

static void release(struct job *job)
{
    check_schemas_free(job->schemas);
    check_contract_free(job->contract);
    for (size_t i = 0; job->map && job->map[i].prefix; i++)
        free((void *)(uintptr_t)job->map[i].prefix);
    free(job->map);
}

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

/* One line about an exit status that is not 0. */
static void say(const struct check_verdict *v, enum td_code code,
                const char *path, struct td_error *err)
{
    const char *lossy = v->lossy ? ", and the input is lossy" : "";
    uint32_t failed = 0;

    for (uint32_t i = 0; i < v->rules_len; i++)
        failed += v->rules[i].outcome == CHECK_FAIL &&
                  v->rules[i].level == CHECK_LEVEL_ERROR;
    if (code == TD_FAILED)
        (void)td_error_set(err, code, path, 0, "fails %u of %u rules%s", failed,
                           v->rules_len, lossy);
    else if (code == TD_TOOL)
        (void)td_error_set(err, code, path, 0,
                           "undecided: a limit was reached%s", lossy);
    else if (v->outcome == CHECK_OPEN)
        (void)td_error_set(err, code, path, 0,
                           "undecided: the input was cut off before the end");
    else
        (void)td_error_set(err, code, path, 0,
                           "passes what is there, but the input is lossy");
}

static enum td_code validate(const struct job *job, const struct cli_args *args,
                             const char *path, struct td_error *err)
{
    struct check *check = check_new(&job->check, path);
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
            say(v, code, path, err);
        if (cli_print(&out, code ? NULL : err) && !code)
            code = TD_IO;
    }
    td_buf_release(&out);
    check_free(check);
    return code;
}

/* Which of two answers the exit status tells: trouble with a file before a
 * failed check before a loss.
 */
static int weight(enum td_code code)
{
    static const int weights[] = {[0] = 0, [3] = 1, [7] = 2, [1] = 3};
    int status = td_code_exit_status(code);

    if (status == 0 || status == 1 || status == 3 || status == 7)
        return weights[status];
    return 4;
}

static enum td_code validate_all(const struct job *job,
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

        if (weight(code) > weight(worst)) {
            if (worst)
                cli_complain(&kept);
            kept = why;
            worst = code;
        } else if (code) {
            cli_complain(&why);
        }
    }
    *err = kept;
    return worst;
}

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    struct job job = {0};
    enum td_code code = prepare(&job, args, err);

    if (code == TD_OK)
        code = validate_all(&job, args, err);
    release(&job);
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
