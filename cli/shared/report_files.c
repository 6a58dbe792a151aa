#include "cli/shared/report_files.h"

#include "cli/options/args.h"
#include "cli/shared/deflate.h"
#include "cli/shared/tape_output.h"
#include "core/clock.h"
#include "core/fs.h"
#include "reports/html.h"

#include <string.h>

static enum td_code no_format(const char *option, size_t len, const char *text,
                              struct td_error *err)
{
    struct td_buf names = {0};

    for (const struct report_format *f = report_formats; f->name; f++)
        (void)td_buf_addf(&names, "%s%s", names.len ? ", " : "", f->name);
    (void)td_error_set(err, TD_USAGE, option, 0, "there is no format %.*s",
                       (int)(len < 60 ? len : 60), text);
    (void)td_error_hint(err, "%s", td_buf_str(&names));
    td_buf_release(&names);
    return TD_USAGE;
}

enum td_code cli_report_read(struct cli_report *report, const char *text,
                             const char *option, struct td_error *err)
{
    size_t len = strcspn(text, "=");
    const struct report_format *f = report_format_find(td_bytes(text, len));

    if (!f)
        return no_format(option, len, text, err);
    if (text[len] && !text[len + 1])
        return td_error_set(err, TD_USAGE, option, 0,
                            "no file stands behind %s", text);
    *report = (struct cli_report){f, text[len] ? text + len + 1 : NULL};
    return TD_OK;
}

static enum td_code read_with_file(struct cli_report *report, const char *text,
                                   struct td_error *err)
{
    enum td_code code = cli_report_read(report, text, "--report", err);

    if (code || report->path)
        return code;
    (void)td_error_set(err, TD_USAGE, "--report", 0, "%s has no file to go to",
                       text);
    return td_error_hint(err, "write --report %s=FILE, or %s=- for stdout",
                         report->format->name, report->format->name);
}

enum td_code cli_report_apart(const char *path, const char *other,
                              const char *option, struct td_error *err)
{
    if (strcmp(path, other) != 0 || !strcmp(path, "-") ||
        !strncmp(path, "/dev/", strlen("/dev/")))
        return TD_OK;
    (void)td_error_set(err, TD_USAGE, option, 0,
                       "two reports would go to the file %s", path);
    return td_error_hint(err, "give each its own");
}

/* Files that the call reads or records: its operands, and those of these
 * options. */
static enum td_code is_read(const struct cli_args *args, const char *path,
                            struct td_error *err)
{
    static const char *const names[] = {
        "contract", "schema", "masks", "against", "baseline", "gates", "tape"};
    enum td_code code = cli_not_onto_any(path, args, err);

    for (size_t i = 0; !code && i < sizeof(names) / sizeof(names[0]); i++) {
        const struct cli_slot *slot = cli_args_slot(args, names[i]);

        for (size_t k = 0; slot && k < slot->count && !code; k++)
            if (td_fs_same(path, slot->texts[k]) ||
                !strcmp(path, slot->texts[k])) {
                (void)td_error_set(err, TD_USAGE, path, 0,
                                   "is the file of --%s", names[i]);
                code = td_error_hint(err, "choose another name");
            }
    }
    return code;
}

enum td_code cli_report_check(const struct cli_args *args, struct td_error *err)
{
    const char *const *all = cli_list(args, "report");
    struct cli_report report;
    struct cli_report other;
    enum td_code code = TD_OK;

    for (const char *const *text = all; *text && !code; text++) {
        code = read_with_file(&report, *text, err);
        if (code == TD_OK)
            code = is_read(args, report.path, err);
        for (const char *const *before = all; before < text && !code;
             before++) {
            code = read_with_file(&other, *before, err);
            if (code == TD_OK)
                code =
                    cli_report_apart(report.path, other.path, "--report", err);
        }
    }
    return code;
}

/* The page alone has data to deflate, which reports/ has no library for. */
static enum td_code write_as(const struct report_format *format,
                             const struct verdict_document *const *docs,
                             size_t len, struct td_buf *out,
                             struct td_error *err)
{
    if (format->write == report_write_html)
        return report_html_deflated(docs, len, cli_deflate, out, err);
    return format->write(docs, len, out, err);
}

enum td_code cli_report_write(const struct cli_report *report,
                              const struct verdict_document *const *docs,
                              size_t len, struct td_error *err)
{
    struct td_buf out = {0};
    enum td_code code = write_as(report->format, docs, len, &out, err);

    if (code == TD_OK)
        code = td_fs_replace(report->path, td_buf_bytes(&out), err);
    td_buf_release(&out);
    return code;
}

enum td_code cli_report_all(const struct cli_args *args,
                            const struct verdict_document *doc,
                            struct td_error *err)
{
    enum td_code code = TD_OK;

    for (const char *const *text = cli_list(args, "report"); *text && !code;
         text++) {
        struct cli_report report;

        code = read_with_file(&report, *text, err);
        if (code == TD_OK)
            code = cli_report_write(&report, &doc, 1, err);
    }
    return code;
}

void cli_report_begin(const struct cli_args *args, struct verdict_document *doc)
{
    uint64_t now = td_wall_ns(td_clock_real());

    verdict_document_init(doc);
    doc->run.at_ns = args->at_ns;
    doc->run.ms = now > args->at_ns ? (now - args->at_ns) / TD_NS_PER_MS : 0;
    doc->run.tool = TD_VERSION;
}

enum td_code cli_report_end(const struct cli_args *args,
                            struct verdict_document *doc, struct td_error *err)
{
    enum td_code code;

    verdict_document_close(doc, false);
    code = cli_report_all(args, doc, err);
    verdict_document_release(doc);
    return code;
}
