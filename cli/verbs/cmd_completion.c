/* tapedeck completion: the script that teaches a shell our words. */
#include "cli/help/help.h"
#include "cli/verbs/verbs.h"
#include "core/fs.h"

#include <string.h>

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    const char *shell = cli_operand(args, 0);
    struct td_buf script = {0};
    enum td_code code;

    if (strcmp(shell, "bash") != 0 && strcmp(shell, "zsh") != 0 &&
        strcmp(shell, "fish") != 0) {
        (void)td_error_set(err, TD_USAGE, shell, 0, "no such shell here");
        return td_error_hint(err, "choose bash, zsh or fish");
    }
    cli_help_completion(&script, cli_verbs, shell);
    code = td_fs_replace("-", td_buf_bytes(&script), err);
    td_buf_release(&script);
    return code;
}

const struct cli_command cli_cmd_completion = {
    .name = "completion",
    .summary = "Print the completion script for bash, zsh or fish.",
    .usage = "bash|zsh|fish",
    .words = "bash|zsh|fish",
    .examples = "source <(tapedeck completion bash)\n"
                "source <(tapedeck completion zsh)  # in ~/.zshrc\n"
                "tapedeck completion fish | source",
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
