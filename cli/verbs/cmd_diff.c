/* tapedeck diff: two streams, compared by meaning. */
#include "cli/shared/report_files.h"
#include "cli/shared/tape_output.h"
#include "cli/verbs/diff_compare.h"
#include "cli/verbs/diff_report.h"
#include "core/mem.h"
#include "validator/diff/suggest.h"

#include <inttypes.h>
#include <stdlib.h>

static const struct cli_option options[] = {
    {.name = "masks",
     .letter = 'm',
     .type = CLI_TEXT,
     .value = "FILE",
     .help = "what may differ between good runs (docs/diff.md)"},
    {.name = "key",
     .type = CLI_TEXT,
     .value = "FIELD",
     .help = "events belong together that have one value here, as task_id or "
             "/data/task_id; default: that came on one connection"},
    {.name = "order",
     .type = CLI_CHOICE,
     .choices = "total|per-key|bag",
     .value = "ORDER",
     .help = "what order must be kept: of all events, of those of a key or "
             "connection, or none; default: as the masks say, or per-key"},
    {.name = "suggest-masks",
     .type = CLI_FLAG,
     .help = "print a masks file for what differs between A and the others, "
             "which are all good runs"},
    CLI_REPORT_OPTION,
    {.name = NULL},
};

/* What is released when all is said. */
struct comparison {
    const struct cli_args *args;
    struct cli_comparison of;
    struct cli_diff_page page;
    struct td_buf out;
};

static enum td_code compare(struct comparison *c, struct td_error *err)
{
    const char *order = cli_text(c->args, "order");
    struct cli_comparison_options how = {
        .paths = {cli_operand(c->args, 0), cli_operand(c->args, 1)},
        .masks = cli_text(c->args, "masks"),
        .key = cli_text(c->args, "key"),
        .shown = DIFF_DETAILS};

    how.has_order = order && diff_order_read(order, &how.order);
    if (!cli_json(c->args) && !cli_verbose(c->args) &&
        !cli_given(c->args, "report"))
        how.shown = DIFF_SHOWN;
    return cli_compare(&c->of, &how, err);
}

static enum td_code show(struct comparison *c, struct td_error *err)
{
    c->page = (struct cli_diff_page){.diff = c->of.diff,
                                     .fetch = c->of.fetch,
                                     .trees = c->of.trees,
                                     .out = &c->out,
                                     .verbose = cli_verbose(c->args),
                                     .color = cli_color(c->args, 1)};
    if (cli_json(c->args))
        cli_diff_json(&c->page);
    else
        cli_diff_text(&c->page);
    return cli_print(&c->out, err);
}

/* How to see more of it. */
static enum td_code differ(const struct comparison *c, struct td_error *err)
{
    const char *masks = cli_text(c->args, "masks");
    uint32_t count = c->of.diff->findings_len + c->of.diff->timing.broken;
    struct td_error damage;

    for (int side = 0; side < 2; side++)
        if (cli_tape_verdict(c->of.diff->sides[side].path, NULL,
                             &c->of.diff->sides[side].state, &damage))
            cli_say(c->args, "%s: %s", damage.where, damage.text);
    (void)td_error_set(err, TD_FAILED, "", 0, "%" PRIu32 " difference%s", count,
                       count == 1 ? "" : "s");
    if (cli_verbose(c->args) || cli_json(c->args))
        return TD_FAILED;
    return td_error_hint(err, "show: tapedeck diff %s %s%s%s -v",
                         cli_operand(c->args, 0), cli_operand(c->args, 1),
                         masks ? " --masks " : "", masks ? masks : "");
}

/* Different, or the same as far as it could be read. */
static enum td_code verdict(const struct comparison *c, struct td_error *err)
{
    enum td_code code = TD_OK;

    if (!diff_is_same(c->of.diff))
        return differ(c, err);
    for (int side = 0; side < 2 && !code; side++)
        code = cli_tape_verdict(c->of.diff->sides[side].path, NULL,
                                &c->of.diff->sides[side].state, err);
    return code;
}

static enum td_code suggest(const struct cli_args *args, struct td_error *err)
{
    struct diff_options how = {.key = cli_text(args, "key")};
    const char *order = cli_text(args, "order");
    int len = cli_operands(args);
    const char **paths =
        (const char **)td_calloc((size_t)len + 1, sizeof(*paths));
    struct td_buf out = {0};
    uint32_t left = 0;
    enum td_code code;

    how.has_order = order && diff_order_read(order, &how.order);
    for (int i = 0; i < len; i++)
        paths[i] = cli_operand(args, i);
    code = diff_suggest(paths, &how, &out, &left, err);
    if (!code)
        code = cli_print(&out, err);
    if (!code && left)
        code =
            td_error_set(err, TD_FAILED, "", 0,
                         "differences that no mask explains: %" PRIu32, left);
    td_buf_release(&out);
    free((void *)paths);
    return code;
}

/* Options and operands that do not go together. */
static enum td_code check_call(const struct cli_args *args,
                               struct td_error *err)
{
    bool suggests = cli_flag(args, "suggest-masks");

    if (!suggests && cli_operands(args) > 2)
        return td_error_set(err, TD_USAGE, cli_operand(args, 2), 0,
                            "is a third stream: two are compared");
    if (suggests && (cli_typed(args, "masks") || cli_given(args, "report") ||
                     cli_json(args)))
        return td_error_set(err, TD_USAGE, "--suggest-masks", 0,
                            "prints a masks file: it excludes --masks, "
                            "--report and --json");
    return cli_report_check(args, err);
}

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    struct comparison c = {.args = args};
    enum td_code code = check_call(args, err);

    if (!code && cli_flag(args, "suggest-masks"))
        return suggest(args, err);
    if (!code)
        code = compare(&c, err);
    if (!code)
        code = show(&c, err);
    if (!code)
        code = cli_diff_reports(args, &c.page, err);
    if (!code)
        code = verdict(&c, err);
    cli_comparison_release(&c.of);
    td_buf_release(&c.out);
    return code;
}

const struct cli_command cli_cmd_diff = {
    .name = "diff",
    .summary = "Compare two tapes by meaning.",
    .usage = "A B [C...]",
    .details =
        "A and B are tapes or NDJSON; both are read twice, so they are files. "
        "Events are\naligned first, by what is unique in them, and compared "
        "then: a missing event is one\ndifference and not a thousand. Numbers "
        "count by value, members in any order; what\nwas sent, not when. "
        "Exit status 0: the same, 1: different, 3: the same, but one\nof them "
        "is torn or lost events.",
    .examples =
        "tapedeck diff good.tape.gz new.tape.gz\n"
        "tapedeck diff good.tape.gz new.tape.gz --masks build.masks.yaml -v\n"
        "tapedeck diff --suggest-masks run1.tape.gz run2.tape.gz run3.tape.gz "
        "> "
        "m.yaml\n"
        "tapedeck diff a.ndjson b.ndjson --key task_id --json\n"
        "tapedeck diff a.tape.gz b.tape.gz --report junit=diff.xml",
    .options = options,
    .min_operands = 2,
    .max_operands = -1,
    .run = run,
};
