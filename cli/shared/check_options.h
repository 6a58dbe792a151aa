/* cli/shared/check_options.h - what a stream is held to: the same options in
 * `validate` and `record`.
 */
#ifndef CLI_SHARED_CHECK_OPTIONS_H
#define CLI_SHARED_CHECK_OPTIONS_H

#include "cli/shared/schema_options.h"
#include "core/buf.h"
#include "validator/check/check.h"

/* Rows of a verb's table. */
#define CLI_CHECK_OPTIONS                                                      \
    {.name = "schema",                                                         \
     .type = CLI_TEXT,                                                         \
     .value = "FILE",                                                          \
     .help = "JSON Schema that every message must meet"},                      \
        {.name = "contract",                                                   \
         .type = CLI_TEXT,                                                     \
         .value = "FILE",                                                      \
         .help = "events with their schemas, and rules for the stream"},       \
        CLI_CHECK_HOW_OPTIONS

/* The same without what to hold to. */
#define CLI_CHECK_HOW_OPTIONS                                                  \
    {.name = "max-findings",                                                   \
     .type = CLI_NUMBER,                                                       \
     .value = "N",                                                             \
     .preset = "10",                                                           \
     .help = "findings shown for each rule; totals stay true"},                \
        {.name = "fail-fast",                                                  \
         .type = CLI_FLAG,                                                     \
         .help = "end at the first finding of level error"},                   \
        {.name = "strict",                                                     \
         .type = CLI_FLAG,                                                     \
         .help = "warnings, rules that had nothing to judge, rules that were " \
                 "skipped and unknown events fail it too"},                    \
        {.name = "dialect",                                                    \
         .type = CLI_TEXT,                                                     \
         .value = "NAME",                                                      \
         .help = "which of the contract's dialects the stream speaks"},        \
        {.name = "profile",                                                    \
         .type = CLI_LIST,                                                     \
         .value = "NAME",                                                      \
         .help = "also run the contract's rules of this profile"},             \
        CLI_SCHEMA_OPTIONS

/* What was read. Zeroes before, released after the last check has ended. */
struct cli_check {
    struct check_options how;
    struct schema_set *schemas;
    struct check_contract *contract;
    struct schema_options reading;
    struct td_buf files; /* that were read, each with its NUL */
};

/* Read the schema and the contract, each a path or NULL, as the rows above say.
 * TD_USAGE, TD_IO, TD_LIMIT. Release also after an error.
 */
TD_MUST_CHECK enum td_code
cli_check_read(struct cli_check *check, const struct cli_args *args,
               const char *schema, const char *contract, struct td_error *err);
void cli_check_release(struct cli_check *check);

/* Append "sha256:" and the digest, in hex, of what was read: of a contract or
 * schema that is one file as sha256sum says it. Of several, that of a list of
 * such digests, a line each: first the one of `path`, then those of the others,
 * sorted, each once.
 */
TD_MUST_CHECK enum td_code cli_check_hash(struct td_buf *out,
                                          const struct cli_check *check,
                                          const char *path,
                                          struct td_error *err);

/* One line about a verdict whose code, check_verdict_code(), is not TD_OK. */
void cli_check_say(const struct check_verdict *v, enum td_code code,
                   const char *path, struct td_error *err);

/* Which of two codes the exit status tells: trouble before a failed check
 * before one that was not decided before a flaky one before a missed gate
 * before a loss. *err, which is of one, becomes that of the answer; the other
 * is complained about now.
 */
enum td_code cli_check_worse(enum td_code one, struct td_error *err,
                             enum td_code other, const struct td_error *why);

#endif
