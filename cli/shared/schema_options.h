/* cli/shared/schema_options.h - how schemas are read: the same options in every
 * verb that reads some.
 */
#ifndef CLI_SHARED_SCHEMA_OPTIONS_H
#define CLI_SHARED_SCHEMA_OPTIONS_H

#include "cli/options/command.h"
#include "schema/schema.h"

/* Rows of a verb's table. */
#define CLI_SCHEMA_OPTIONS                                                     \
    {.name = "format-assertion",                                               \
     .type = CLI_FLAG,                                                         \
     .preset = "true",                                                         \
     .help = "check `format`; --no-format-assertion passes it over"},          \
        {.name = "content-assertion",                                          \
         .type = CLI_FLAG,                                                     \
         .help = "check `contentEncoding` and JSON in `contentMediaType`"},    \
        {.name = "default-dialect",                                            \
         .type = CLI_TEXT,                                                     \
         .value = "URI",                                                       \
         .help = "$schema of schemas that have none (2020-12)"},               \
        {.name = "allow-refs",                                                 \
         .type = CLI_LIST,                                                     \
         .value = "DIR",                                                       \
         .help = "references may also lead to files in this folder"},          \
    {                                                                          \
        .name = "schema-map", .type = CLI_LIST, .value = "PREFIX=DIR",         \
        .help = "where references to URIs with a prefix are found"             \
    }

/* What the rows above say; it borrows from args. TD_USAGE. Release also after
 * an error.
 */
TD_MUST_CHECK enum td_code cli_schema_read(struct schema_options *how,
                                           const struct cli_args *args,
                                           struct td_error *err);
void cli_schema_release(struct schema_options *how);

#endif
