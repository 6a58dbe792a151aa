/* tapedeck validate: is a stream what its schema and contract say? */
#include "cli/shared/hash_input.h"
#include "cli/shared/report_files.h"
#include "cli/shared/tape_output.h"
#include "cli/verbs/validate_gates.h"
#include "cli/verbs/validate_input.h"
#include "cli/verbs/validate_output.h"
#include "core/clock.h"
#include "core/json_writer.h"
#include "reports/json.h"
#include "reports/text.h"
#include "validator/verdict/lens.h"
#include "validator/verdict/stream.h"

#include <inttypes.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct cli_option options[] = {
    CLI_CHECK_OPTIONS,
    CLI_GATES_OPTIONS,
    CLI_FOLLOW_OPTION,
    {.name = "jobs",
     .letter = 'j',
     .type = CLI_NUMBER,
     .min = 1,
     .max = CHECK_JOBS_MAX,
     .value = "N",
     .help = "threads that look at messages, and gates that run at once; all "
             "cores if not given"},
    {.name = "summary",
     .type = CLI_FLAG,
     .help = "end with one line about all inputs"},
    {.name = "format",
     .type = CLI_CHOICE,
     .value = "FORM",
     .choices = CLI_FRAMED,
     .preset = "ndjson",
     .help = "what an input is that is no tape: lines, an event stream, JSON "
             "text sequences, messages with Content-Length"},
    CLI_REPORT_OPTION,
    {.name = "output",
     .type = CLI_CHOICE,
     .value = "FORM",
     .choices = "flag|basic|list|hierarchical",
     .help = "instead of a verdict, what the schema makes of each message: "
             "JSON Schema's output, one line each"},
    {.name = NULL},
};

struct validate {
    const struct cli_args *args;
    struct wire_net *net; /* in which slow input is waited for */
    struct cli_check check;
    struct cli_validate_how how;
    uint64_t inputs;
    uint64_t outcomes[CHECK_ERROR + 1];
    uint64_t events;
    uint64_t findings;
    struct verdict_document doc; /* what --report tells */
    uint64_t since;              /* the input at hand was begun */
};

static void count(struct validate *all, const struct check_verdict *v)
{
    struct verdict_gate *gate;

    all->inputs++;
    all->outcomes[v->outcome]++;
    all->events += v->events;
    for (uint32_t i = 0; i < v->rules_len; i++)
        all->findings += v->rules[i].total;
    if (!cli_list(all->args, "report")[0])
        return;
    gate = verdict_add_stream(&all->doc, v->input, v);
    gate->ms = (td_mono_ns(td_clock_real()) - all->since) / TD_NS_PER_MS;
    cli_hash_input(&all->doc, gate, v->input, "stream");
    cli_hash_contract(&all->doc, gate, cli_text(all->args, "contract"),
                      all->check.contract);
    cli_hash_input(&all->doc, gate, cli_text(all->args, "schema"), "schema");
}

static enum td_code report(struct validate *all, const struct check_verdict *v,
                           struct td_error *err)
{
    struct td_buf out = {0};
    struct td_json_writer w = td_json_writer(&out);
    enum td_code code = TD_OK;

    if (cli_json(all->args)) {
        report_json(&w, NULL, v);
        (void)td_json_line(&w);
    } else if (!cli_quiet(all->args)) {
        report_text(&out, v,
                    (struct report_style){cli_verbose(all->args),
                                          cli_color(all->args, STDOUT_FILENO)});
    }
    code = cli_print(&out, err);
    td_buf_release(&out);
    return code;
}

/* What comes slowly is judged as it comes. */
static bool is_awaited(const struct validate *all, const char *path)
{
    struct stat st;
    bool regular = strcmp(path, "-") ? stat(path, &st) == 0
                                     : fstat(STDIN_FILENO, &st) == 0;

    return cli_flag(all->args, "follow") || (cli_flag(all->args, "fail-fast") &&
                                             regular && !S_ISREG(st.st_mode));
}

static unsigned jobs_for(const struct validate *all, const char *path)
{
    cpu_set_t cores;

    if (is_awaited(all, path))
        return 1;
    if (cli_given(all->args, "jobs"))
        return (unsigned)cli_number(all->args, "jobs");
    if (sched_getaffinity(0, sizeof(cores), &cores) != 0)
        return 1;
    return CPU_COUNT(&cores) < CHECK_JOBS_MAX ? (unsigned)CPU_COUNT(&cores)
                                              : CHECK_JOBS_MAX;
}

static enum td_code judge(struct validate *all, struct cli_live *live,
                          const char *path, struct td_error *err)
{
    const struct check_verdict *v = check_end(cli_live_check(live));
    enum td_code code = check_verdict_code(v);
    struct td_error why = {0};
    enum td_code printed;

    count(all, v);
    if (code)
        cli_check_say(v, code, path, err);
    printed = report(all, v, &why);
    return cli_check_worse(code, err, printed, &why);
}

static bool has_begun(struct cli_live *live)
{
    return check_so_far(cli_live_check(live))->events > 0;
}

static enum td_code validate(struct validate *all, const char *path,
                             struct td_error *err)
{
    const struct cli_live_options how = {
        .check = &all->check, .args = all->args, .input = path};
    const char *form = cli_text(all->args, "output");
    struct cli_live *live;
    enum td_code code;

    all->since = td_mono_ns(td_clock_real());
    cli_say_waiting(all->args, path, CLI_MESSAGES " or a tape");
    if (form)
        return cli_validate_output(&all->check, form, path, err);
    all->how =
        (struct cli_validate_how){cli_flag(all->args, "follow"),
                                  cli_framed_of(cli_text(all->args, "format"))};
    all->check.how.jobs = all->how.framed ? 1 : jobs_for(all, path);
    if (cli_list(all->args, "report")[0])
        all->check.how.lens = verdict_lens_new();
    live = cli_live_new(&how);
    code = cli_validate_input(live, path, &all->how, all->net, err);
    if (code == TD_OK)
        code = judge(all, live, path, err);
    else if (code == TD_CANCELLED && has_begun(live))
        (void)judge(all, live, path, &(struct td_error){0});
    cli_live_free(live);
    verdict_lens_free(all->check.how.lens);
    all->check.how.lens = NULL;
    return code;
}

/* 3 inputs: 2 pass, 1 fail; 561 messages, 4 findings */
static void add_summary_text(struct td_buf *out, const struct validate *all)
{
    (void)td_buf_addf(out, "%" PRIu64 " input%s", all->inputs,
                      all->inputs == 1 ? "" : "s");
    for (int o = CHECK_PASS, n = 0; o <= CHECK_ERROR; o++)
        if (all->outcomes[o])
            (void)td_buf_addf(out, "%s %" PRIu64 " %s", n++ ? "," : ":",
                              all->outcomes[o],
                              check_outcome_text((enum check_outcome)o));
    (void)td_buf_addf(out, "; %" PRIu64 " message%s, %" PRIu64 " finding%s\n",
                      all->events, all->events == 1 ? "" : "s", all->findings,
                      all->findings == 1 ? "" : "s");
}

static void add_summary_json(struct td_buf *out, const struct validate *all)
{
    struct td_json_writer w = td_json_writer(out);

    td_json_object(&w, NULL);
    td_json_object(&w, "summary");
    td_json_put_u64(&w, "inputs", all->inputs);
    for (int o = CHECK_PASS; o <= CHECK_ERROR; o++)
        td_json_put_u64(&w, check_outcome_text((enum check_outcome)o),
                        all->outcomes[o]);
    td_json_put_u64(&w, "events", all->events);
    td_json_put_u64(&w, "findings", all->findings);
    td_json_object_end(&w);
    td_json_object_end(&w);
    (void)td_json_line(&w);
}

static enum td_code summarize(const struct validate *all, struct td_error *err)
{
    struct td_buf out = {0};
    enum td_code code;

    if (!cli_flag(all->args, "summary"))
        return TD_OK;
    if (cli_json(all->args))
        add_summary_json(&out, all);
    else
        add_summary_text(&out, all);
    code = cli_print(&out, err);
    td_buf_release(&out);
    return code;
}

/* What an input that could not be judged is in the verdict of all. */
static void add_unread(struct validate *all, const char *path,
                       const struct td_error *why)
{
    struct verdict_gate *gate;

    if (!cli_list(all->args, "report")[0])
        return;
    gate = verdict_add_gate(&all->doc);
    gate->name = td_arena_copy(&all->doc.arena, path);
    gate->kind = VERDICT_STREAM;
    gate->outcome = CHECK_ERROR;
    gate->reason = td_arena_copy(&all->doc.arena, why->text);
}

/* The verdict of all inputs, as --report asks for it. */
static enum td_code tell(struct validate *all, enum td_code worst,
                         struct td_error *err)
{
    struct verdict_run *run = &all->doc.run;
    uint64_t now = td_wall_ns(td_clock_real());

    run->ms = now > run->at_ns ? (now - run->at_ns) / TD_NS_PER_MS : 0;
    run->strict = cli_flag(all->args, "strict");
    run->tool = TD_VERSION;
    verdict_document_close(&all->doc, worst == TD_CANCELLED);
    all->doc.exit = td_code_exit_status(worst);
    return cli_report_all(all->args, &all->doc, err);
}

static enum td_code validate_one(struct validate *all, const char *path,
                                 struct td_error *err)
{
    uint64_t judged = all->inputs;
    enum td_code code = validate(all, path, err);

    if (code && all->inputs == judged)
        add_unread(all, path, err);
    return code;
}

static enum td_code validate_all(struct validate *all, struct td_error *err)
{
    struct td_error kept = {0};
    struct td_error why = {0};
    enum td_code code;
    enum td_code worst = TD_OK;
    int operands = cli_operands(all->args);

    for (int i = 0; i < operands || i == 0; i++) {
        why = (struct td_error){0};
        code =
            validate_one(all, operands ? cli_operand(all->args, i) : "-", &why);
        worst = cli_check_worse(worst, &kept, code, &why);
        if (code == TD_CANCELLED)
            break;
    }
    code = summarize(all, &why);
    worst = cli_check_worse(worst, &kept, code, &why);
    *err = kept;
    if (tell(all, worst, worst ? &kept : err)) {
        if (worst)
            cli_complain(&kept);
        worst = worst ? worst : TD_IO;
    }
    return worst;
}

/* Options that would change nothing, without a word. */
static enum td_code check_together(const struct cli_args *args,
                                   struct td_error *err)
{
    static const char *const flags[] = {"summary", "follow", "fail-fast",
                                        "strict"};
    const char *other = cli_text(args, "contract") ? "contract" : NULL;

    if (cli_flag(args, "follow") && cli_operands(args) > 1)
        return td_error_set(err, TD_USAGE, "--follow", 0,
                            "follows one input at a time");
    if (!cli_text(args, "output"))
        return TD_OK;
    if (!other && cli_typed(args, "format"))
        other = "format";
    for (size_t i = 0; !other && i < sizeof(flags) / sizeof(flags[0]); i++)
        other = cli_flag(args, flags[i]) ? flags[i] : NULL;
    if (!other)
        return TD_OK;
    (void)td_error_set(err, TD_USAGE, "--output", 0,
                       "prints no verdict, which is what --%s is about", other);
    return td_error_hint(err, "leave one of them out");
}

static enum td_code validate_in_loop(struct validate *all, struct td_error *err)
{
    enum td_code code = wire_lws_open(&all->net, td_clock_real(), err);

    if (code)
        return code;
    code = cli_text(all->args, "gates")
               ? cli_validate_gates(all->net, &all->check, all->args, err)
               : validate_all(all, err);
    wire_net_close(all->net);
    return code;
}

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    struct validate all = {.args = args};
    enum td_code code = check_together(args, err);

    verdict_document_init(&all.doc);
    all.doc.run.at_ns = td_wall_ns(td_clock_real());
    if (code == TD_OK)
        code = cli_report_check(args, err);
    if (code == TD_OK)
        code = cli_gates_together(args, err);
    if (code == TD_OK)
        code = cli_check_read(&all.check, args, cli_text(args, "schema"),
                              cli_text(args, "contract"), err);
    if (code == TD_OK)
        code = validate_in_loop(&all, err);
    cli_check_release(&all.check);
    verdict_document_release(&all.doc);
    return code;
}

const struct cli_command cli_cmd_validate = {
    .name = "validate",
    .summary = "Check streams (tape, schema, contract) and a project's gates.",
    .usage = "[TAPE|NDJSON...]",
    .details =
        "Reads tapes, plain NDJSON, gzipped NDJSON, and stdin (- or nothing).\n"
        "Exit status 0: pass. 1: a check failed. 2: the schema or contract is\n"
        "wrong. 3: passed, but the input is torn or lacks events. 4: cannot "
        "read.\n7: undecided, a limit was reached. 130: a signal ended the "
        "reading; the\nverdict is of what was read.\n\n"
        "With --gates it runs a project's tests, coverage, linters and "
        "measurements too,\nand gives one verdict of all (docs/gates.md). "
        "Then 7: a gate could not be judged.\n8: passed, but only with flaky "
        "tests.",
    .examples = "tapedeck validate run.tape.gz --contract run.contract.yaml\n"
                "tapedeck validate --schema event.json < events.ndjson\n"
                "tapedeck validate --gates .tapedeck/gates.yaml --strict",
    .options = options,
    .min_operands = 0,
    .max_operands = -1,
    .run = run,
};
