/* tapedeck help: every page the tables can make. */
#include "cli/help/help.h"
#include "cli/options/find_verb.h"
#include "cli/verbs/verbs.h"
#include "core/fs.h"

#include <string.h>

static const struct cli_option options[] = {
    {.name = "man",
     .type = CLI_FLAG,
     .help = "as roff, for man(1): tapedeck help --man record | man -l -"},
    {.name = "markdown",
     .type = CLI_FLAG,
     .help = "all verbs on one page of Markdown"},
    {.name = NULL},
};

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    const struct cli_command *command = NULL;
    struct td_buf page = {0};
    enum td_code code = TD_OK;

    if (cli_operands(args) > 0)
        code = cli_verb_find(&command, cli_verbs, cli_operand(args, 0), err);
    if (code)
        return code;
    if (cli_flag(args, "markdown"))
        cli_help_markdown(&page, cli_verbs);
    else if (cli_flag(args, "man"))
        cli_help_man(&page, cli_verbs, command);
    else if (command)
        cli_help_verb(&page, command);
    else
        cli_help_overview(&page, cli_verbs);
    code = td_fs_replace("-", td_buf_bytes(&page), err);
    td_buf_release(&page);
    return code;
}

const struct cli_command cli_cmd_help = {
    .name = "help",
    .summary = "Show what verbs there are, or how to use one.",
    .usage = "[VERB]",
    .examples = "tapedeck help record\n"
                "tapedeck help --man record | man -l -",
    .options = options,
    .max_operands = 1,
    .run = run,
};
