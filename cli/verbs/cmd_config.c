/* tapedeck config explain: where values come from. */
#include "cli/options/args.h"
#include "cli/verbs/config_explain.h"
#include "core/fs.h"

#include <string.h>

static enum td_code explain(const struct cli_args *args, const char *name,
                            struct td_error *err)
{
    const struct config_explain how = {.config = args->config,
                                       .json = cli_json(args)};
    struct td_buf text = {0};
    enum td_code code = cli_config_explain(&text, &how, name, err);

    if (code == TD_OK && text.len == 0 && !how.json)
        (void)td_buf_add_text(&text, "nothing is set\n");
    if (code == TD_OK)
        code = td_fs_replace("-", td_buf_bytes(&text), err);
    td_buf_release(&text);
    return code;
}

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    if (!strcmp(cli_operand(args, 0), "explain"))
        return explain(
            args, cli_operands(args) > 1 ? cli_operand(args, 1) : NULL, err);
    (void)td_error_set(err, TD_USAGE, cli_operand(args, 0), 0,
                       "no such thing to do");
    return td_error_hint(err, "write: tapedeck config explain KEY");
}

const struct cli_command cli_cmd_config = {
    .name = "config",
    .summary = "Say where the value of an option comes from.",
    .usage = "explain [KEY]",
    .words = "explain",
    .details =
        "KEY is OPTION or VERB.OPTION; a VERB alone means each option of it, "
        "and "
        "no KEY what is set anywhere. The setting that counts comes first, "
        "then those it hides. In order: the command line; the environment "
        "(TAPEDECK_RECORD_MAX_SIZE for one verb, TAPEDECK_MAX_SIZE for all); "
        "the nearest .tapedeck.yaml in this directory or above; "
        "~/.config/tapedeck/config.yaml; the default.\n"
        "\n"
        "A file is a mapping of options; a verb's name holds a mapping for "
        "that verb alone. Files and folders that it names are looked for "
        "beside it:\n"
        "\n"
        "    color: never\n"
        "    record:\n"
        "      max-size: 1G",
    .examples = "tapedeck config explain record.max-size\n"
                "tapedeck config explain console\n"
                "TAPEDECK_COLOR=never tapedeck config explain color",
    .min_operands = 1,
    .max_operands = 2,
    .run = run,
};
