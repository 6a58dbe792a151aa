/* cli/shared/report_files.h - reports into files: `--report FORMAT=FILE`. */
#ifndef CLI_SHARED_REPORT_FILES_H
#define CLI_SHARED_REPORT_FILES_H

#include "cli/options/command.h"
#include "reports/formats.h"

/* A row of a verb's table. */
#define CLI_REPORT_OPTION                                                      \
    {                                                                          \
        .name = "report", .type = CLI_LIST, .value = "FORMAT=FILE",            \
        .help = "write the verdict also in this format; several times for "    \
                "several (tapedeck report --help names the formats)"           \
    }

/* A format and where it goes to. */
struct cli_report {
    const struct report_format *format;
    const char *path; /* "-" is stdout */
};

/* "junit", or "junit=FILE"; path is NULL without one. TD_USAGE, with `option`
 * as what the error names: there is no such format, or no file behind the "=".
 */
TD_MUST_CHECK enum td_code cli_report_read(struct cli_report *report,
                                           const char *text, const char *option,
                                           struct td_error *err);

/* TD_USAGE: two reports of one call would go to the same file. "-" and what is
 * in /dev take any number. */
TD_MUST_CHECK enum td_code cli_report_apart(const char *path, const char *other,
                                            const char *option,
                                            struct td_error *err);

/* Every --report of the call is a format with a file of its own, which is none
 * of those that the call reads or records. TD_USAGE. */
TD_MUST_CHECK enum td_code cli_report_check(const struct cli_args *args,
                                            struct td_error *err);

/* Render the last of len documents (report_write) and write it. */
TD_MUST_CHECK enum td_code
cli_report_write(const struct cli_report *report,
                 const struct verdict_document *const *docs, size_t len,
                 struct td_error *err);

/* Write each --report of the call about doc. */
TD_MUST_CHECK enum td_code cli_report_all(const struct cli_args *args,
                                          const struct verdict_document *doc,
                                          struct td_error *err);

/* A document about this call, which took until now; then written by
 * cli_report_all() and released.
 */
void cli_report_begin(const struct cli_args *args,
                      struct verdict_document *doc);
TD_MUST_CHECK enum td_code cli_report_end(const struct cli_args *args,
                                          struct verdict_document *doc,
                                          struct td_error *err);

#endif
