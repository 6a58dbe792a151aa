/* cli/verbs/record_call.h - `record URL --method M --data D`: one request and
 * its answer; part of cmd_record.
 */
#ifndef CLI_VERBS_RECORD_CALL_H
#define CLI_VERBS_RECORD_CALL_H

#include "cli/options/command.h"
#include "recorder/recorder.h"
#include "wire/client/client.h"

/* Rows of the table of `record`. */
#define CLI_RECORD_CALL_OPTIONS                                                \
    {.name = "method",                                                         \
     .type = CLI_TEXT,                                                         \
     .value = "METHOD",                                                        \
     .serves = CLI_SSE,                                                        \
     .help = "ask once, with this method, and record the request and its "     \
             "answer, whatever it is; default with --data: POST"},             \
    {                                                                          \
        .name = "data", .type = CLI_TEXT, .value = "TEXT|@FILE",               \
        .may_be_empty = true, .serves = CLI_SSE,                               \
        .help = "the body of that request; @- is standard input"               \
    }

/* Whether URLs are asked once. */
bool cli_record_is_call(const struct cli_args *args);

/* What does not go with that. TD_USAGE. */
TD_MUST_CHECK enum td_code cli_record_call_check(const struct cli_args *args,
                                                 struct td_error *err);

/* Ask, as a source of the recorder; client has --header and how to connect.
 * TD_USAGE, TD_IO.
 */
TD_MUST_CHECK enum td_code
cli_record_call(struct rec_recorder *rec, const struct cli_args *args,
                const struct wire_client_options *client, const char *text,
                struct td_error *err);

#endif
