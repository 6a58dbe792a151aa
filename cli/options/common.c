#include "cli/options/common.h"

#include <stddef.h>

const struct cli_option cli_common[] = {
    {.name = "json", .type = CLI_FLAG, .help = "results as JSON on stdout"},
    {.name = "quiet",
     .letter = 'q',
     .type = CLI_FLAG,
     .help = "no talk on stderr but errors"},
    {.name = "verbose",
     .letter = 'v',
     .type = CLI_FLAG,
     .help = "more talk on stderr"},
    {.name = "color",
     .alias = "colour",
     .type = CLI_CHOICE,
     .value = "WHEN",
     .choices = "auto|always|never",
     .preset = "auto",
     .help = "colors; auto: on a terminal, if NO_COLOR is not set"},
    {.name = "help",
     .letter = 'h',
     .type = CLI_FLAG,
     .help = "show this help and do nothing else"},
    {.name = NULL},
};
