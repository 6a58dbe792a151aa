/* docs/cli.md: every verb on one page. */
#include "cli/help/help.h"
#include "cli/options/args.h"
#include "cli/options/common.h"

#include <string.h>

/* A table cell: the bar would end it. */
static void add_cell(struct td_buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '|')
            (void)td_buf_add_byte(out, '\\');
        (void)td_buf_add_byte(out, (uint8_t)*text);
    }
}

static void add_options(struct td_buf *out, const struct cli_option *options)
{
    if (!options || !options->name)
        return;
    (void)td_buf_add_text(out, "\n| option | | default |\n|---|---|---|\n");
    for (; options->name; options++) {
        struct td_buf title = {0};

        cli_help_option(&title, options);
        (void)td_buf_add_text(out, "| `");
        add_cell(out, td_buf_str(&title));
        (void)td_buf_add_text(out, "` | ");
        add_cell(out, options->help);
        if (options->choices) {
            (void)td_buf_add_text(out, ": `");
            add_cell(out, options->choices);
            (void)td_buf_add_byte(out, '`');
        }
        (void)td_buf_addf(out, " | %s |\n",
                          options->preset ? options->preset : "");
        td_buf_release(&title);
    }
}

static void add_verb(struct td_buf *out, const struct cli_command *command)
{
    (void)td_buf_addf(
        out, "\n## tapedeck %s\n\n%s\n\n    tapedeck %s %s%s[OPTIONS]\n",
        command->name, command->summary, command->name,
        command->usage ? command->usage : "",
        command->usage && *command->usage ? " " : "");
    if (command->details)
        (void)td_buf_addf(out, "\n%s\n", command->details);
    add_options(out, command->options);
    if (command->examples) {
        (void)td_buf_addf(out, "\n```sh\n%s\n```\n", command->examples);
    }
}

void cli_help_markdown(struct td_buf *out,
                       const struct cli_command *const *verbs)
{
    (void)td_buf_add_text(
        out, "# The command line\n\n"
             "Made from the tables by `tapedeck help --markdown`; a test keeps "
             "it current.\n\n"
             "stdout is data, stderr is talk. An option's value comes from the "
             "command line, else from the\nenvironment "
             "(`TAPEDECK_RECORD_MAX_SIZE`, `TAPEDECK_MAX_SIZE`), else from the "
             "nearest `.tapedeck.yaml`\nabove the working directory, else from "
             "`~/.config/tapedeck/config.yaml`, else it is the default;\n"
             "`tapedeck config explain KEY` says which. Files that a settings "
             "file names are looked for beside it; a\nvariable "
             "`TAPEDECK_...` that no option has is told on stderr. "
             "`--no-FLAG` turns a "
             "flag off; an option that takes one\nvalue is given once. Sizes "
             "are written `64k 10M 1G`, durations `250ms 2s 1h` with "
             "their unit. Exit "
             "statuses: [exit-status.md](exit-status.md).\n\n"
             "## Options of every verb\n");
    add_options(out, cli_common);
    for (size_t i = 0; verbs[i]; i++)
        add_verb(out, verbs[i]);
}
