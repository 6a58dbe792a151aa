/* tapedeck report: tell verdicts that were written before. */
#include "cli/shared/report_files.h"
#include "cli/shared/tape_output.h"
#include "core/fs.h"
#include "core/mem.h"
#include "reports/trend.h"
#include "reports/verdict_json.h"
#include "reports/verdict_load.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VERDICTS_MAX 100 /* of one call */

static const struct cli_option options[] = {
    {.name = "format",
     .letter = 'F',
     .type = CLI_LIST,
     .value = "FORMAT",
     .help = "text (if none is given), json, junit, sarif, tap, ctrf, gitlab, "
             "github, github-summary, markdown, prometheus, badge or html; "
             "several with commas"},
    {.name = "output",
     .letter = 'o',
     .type = CLI_LIST,
     .value = "FILE",
     .help = "where the report goes, or FORMAT=FILE for one of several; - is "
             "stdout"},
    {.name = "schema",
     .type = CLI_FLAG,
     .help = "print the JSON Schema of verdict.json instead"},
    {.name = NULL},
};

#define REPORTS_MAX 64

struct report {
    const struct cli_args *args;
    struct cli_report list[REPORTS_MAX];
    size_t len;
    struct td_arena arena;
    struct verdict_document *docs;
    struct verdict_document **sorted; /* the oldest first */
    size_t docs_len;
};

static enum td_code add(struct report *all, const char *text,
                        const char *option, struct td_error *err)
{
    if (all->len == REPORTS_MAX)
        return td_error_set(err, TD_USAGE, option, 0, "is given too often");
    return cli_report_read(&all->list[all->len++], text, option, err);
}

/* "junit,sarif" */
static enum td_code add_formats(struct report *all, const char *texts,
                                struct td_error *err)
{
    enum td_code code = TD_OK;
    size_t len;

    for (; !code && texts; texts = texts[len] ? texts + len + 1 : NULL) {
        len = strcspn(texts, ",");
        code = add(all, td_arena_text(&all->arena, td_bytes(texts, len)),
                   "--format", err);
    }
    return code;
}

/* "junit=FILE"; any other text is a file, whatever is in it. */
static bool has_format(const char *text)
{
    size_t len = strcspn(text, "=");

    return text[len] && report_format_find(td_bytes(text, len));
}

/* The one report whose file is not known yet. */
static enum td_code place(struct report *all, const char *path,
                          struct td_error *err)
{
    if (all->len == 0)
        return td_error_set(err, TD_USAGE, "--output", 0,
                            "%s is of no format that is given", path);
    if (all->len > 1 || all->list[0].path) {
        (void)td_error_set(err, TD_USAGE, "--output", 0,
                           "%s: which of the formats goes there?", path);
        return td_error_hint(err, "write FORMAT=FILE");
    }
    all->list[0].path = path;
    return TD_OK;
}

static enum td_code add_output(struct report *all, const char *text,
                               struct td_error *err)
{
    struct cli_report one = {0};
    enum td_code code;

    if (!has_format(text))
        return place(all, text, err);
    code = cli_report_read(&one, text, "--output", err);
    if (code)
        return code;
    for (size_t i = 0; i < all->len; i++) {
        if (all->list[i].format == one.format && !all->list[i].path) {
            all->list[i].path = one.path;
            return TD_OK;
        }
    }
    return add(all, text, "--output", err);
}

static bool has_format_file(const char *const *outputs)
{
    while (*outputs && !has_format(*outputs))
        outputs++;
    return *outputs != NULL;
}

/* Formats first, since an output may be that of one of them. */
static enum td_code choose(struct report *all, struct td_error *err)
{
    const char *const *formats = cli_list(all->args, "format");
    const char *const *outputs = cli_list(all->args, "output");
    enum td_code code = TD_OK;

    if (!*formats && !has_format_file(outputs))
        code = add(all, cli_json(all->args) ? "json" : "text", "--format", err);
    for (; *formats && !code; formats++)
        code = add_formats(all, *formats, err);
    for (; *outputs && !code; outputs++)
        code = add_output(all, *outputs, err);
    return code;
}

/* No report goes onto a verdict that is read, nor onto another report. */
static enum td_code keep_apart(const struct report *all, struct td_error *err)
{
    enum td_code code = TD_OK;

    for (size_t i = 0; i < all->len && !code; i++) {
        const char *path = all->list[i].path ? all->list[i].path : "-";

        for (int k = 0; k < cli_operands(all->args) && !code; k++) {
            if (!td_fs_same(path, cli_operand(all->args, k)))
                continue;
            (void)td_error_set(err, TD_USAGE, path, 0,
                               "is the very verdict that is to be read");
            code = td_error_hint(err, "choose another name");
        }
        for (size_t k = 0; k < i && !code; k++)
            code = cli_report_apart(path,
                                    all->list[k].path ? all->list[k].path : "-",
                                    "--output", err);
    }
    return code;
}

static int by_time(const void *a, const void *b)
{
    const struct verdict_document *const *one = a;
    const struct verdict_document *const *two = b;

    if ((*one)->run.at_ns != (*two)->run.at_ns)
        return (*one)->run.at_ns < (*two)->run.at_ns ? -1 : 1;
    return *one < *two ? -1 : *one > *two; /* as they were named */
}

static enum td_code load(struct report *all, struct td_error *err)
{
    size_t len = (size_t)cli_operands(all->args);
    enum td_code code = TD_OK;

    if (len > VERDICTS_MAX)
        return td_error_set(err, TD_USAGE, "VERDICT", 0,
                            "at most %d are taken, and %zu are given",
                            VERDICTS_MAX, len);
    all->docs = td_calloc(len, sizeof(*all->docs));
    all->sorted = td_calloc(len, sizeof(struct verdict_document *));
    for (size_t i = 0; i < len && !code; i++) {
        verdict_document_init(&all->docs[i]);
        all->sorted[i] = &all->docs[i];
        all->docs_len++;
        code = report_verdict_load(&all->docs[i],
                                   cli_operand(all->args, (int)i), err);
    }
    if (code == TD_OK)
        qsort(all->sorted, len, sizeof(struct verdict_document *), by_time);
    if (code == TD_OK && len > 1)
        report_mark_failures(all->sorted[len - 1], all->sorted[len - 2]);
    return code;
}

static enum td_code write_all(struct report *all, struct td_error *err)
{
    static const struct report_format colored = {"text", "txt", "",
                                                 report_write_color};
    bool color = cli_color(all->args, STDOUT_FILENO);
    enum td_code code = TD_OK;

    for (size_t i = 0; i < all->len && !code; i++) {
        if (!all->list[i].path)
            all->list[i].path = "-";
        if (color && !strcmp(all->list[i].path, "-") &&
            all->list[i].format->write == report_write_text)
            all->list[i].format = &colored;
        code = cli_report_write(
            &all->list[i], (const struct verdict_document *const *)all->sorted,
            all->docs_len, err);
    }
    return code;
}

static enum td_code print_schema(const struct cli_args *args,
                                 struct td_error *err)
{
    struct td_buf out = {0};
    enum td_code code;

    if (cli_operands(args) > 0 || cli_given(args, "format"))
        return td_error_set(err, TD_USAGE, "--schema", 0,
                            "takes no verdict and no format");
    (void)td_buf_add_bytes(&out, report_verdict_schema());
    code = cli_print(&out, err);
    td_buf_release(&out);
    return code;
}

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    struct report all = {.args = args};
    enum td_code code;

    if (cli_flag(args, "schema"))
        return print_schema(args, err);
    if (cli_operands(args) == 0) {
        (void)td_error_set(err, TD_USAGE, "VERDICT", 0, "no verdict is given");
        return td_error_hint(err, "name a verdict.json, or - for stdin");
    }
    code = choose(&all, err);
    if (code == TD_OK)
        code = keep_apart(&all, err);
    if (code == TD_OK)
        code = load(&all, err);
    if (code == TD_OK)
        code = write_all(&all, err);
    for (size_t i = 0; i < all.docs_len; i++)
        verdict_document_release(&all.docs[i]);
    free(all.docs);
    free(all.sorted);
    td_arena_release(&all.arena);
    return code;
}

const struct cli_command cli_cmd_report = {
    .name = "report",
    .summary = "Tell a verdict again, in any form.",
    .usage = "VERDICT.json...",
    .details =
        "Reads what `tapedeck validate --report json=FILE` wrote. Of several "
        "verdicts\nthe latest is told; text, markdown and html also show what "
        "became "
        "of its gates\nover time.\n"
        "Exit status 0: told, whatever the verdict is. 2: a file is no "
        "verdict, or of\na newer version. 4: cannot read or write.",
    .examples = "tapedeck report verdict.json\n"
                "tapedeck report verdict.json --format junit -o report.xml\n"
                "tapedeck report verdict.json -o junit=j.xml -o sarif=s.sarif\n"
                "tapedeck report monday.json tuesday.json --format markdown\n"
                "tapedeck report --schema > verdict.schema.json",
    .options = options,
    .min_operands = 0,
    .max_operands = -1,
    .run = run,
};
