/* Completion scripts: words from the tables, files everywhere else. */
#include "cli/help/help.h"
#include "cli/options/args.h"
#include "cli/verbs/verbs.h"

#include <string.h>

static void add_verb_names(struct td_buf *out)
{
    for (size_t i = 0; cli_verbs[i]; i++)
        (void)td_buf_addf(out, "%s%s", i ? " " : "", cli_verbs[i]->name);
}

static void add_option_names(struct td_buf *out,
                             const struct cli_option *options)
{
    for (; options && options->name; options++)
        (void)td_buf_addf(out, " --%s", options->name);
}

/* "a|b|c" as "a b c" */
static void add_choices(struct td_buf *out, const char *choices)
{
    for (; *choices; choices++)
        (void)td_buf_add_byte(out, (uint8_t)(*choices == '|' ? ' ' : *choices));
}

static void bash_choices(struct td_buf *out, const char *verb,
                         const struct cli_option *options)
{
    for (; options && options->name; options++) {
        if (!options->choices)
            continue;
        (void)td_buf_addf(out, "        %s:--%s) words=\"", verb,
                          options->name);
        add_choices(out, options->choices);
        (void)td_buf_add_text(out, "\" ;;\n");
    }
}

static void add_bash(struct td_buf *out)
{
    (void)td_buf_add_text(
        out,
        "# bash completion of tapedeck; made by: tapedeck completion bash\n"
        "_tapedeck() {\n"
        "    local cur=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]} words=\n"
        "    local prev=${COMP_WORDS[COMP_CWORD-1]}\n"
        "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
        "        COMPREPLY=($(compgen -W \"");
    add_verb_names(out);
    (void)td_buf_add_text(out, " --help --version\" -- \"$cur\"))\n"
                               "        return\n"
                               "    fi\n"
                               "    case $verb:$prev in\n");
    bash_choices(out, "*", cli_common);
    for (size_t i = 0; cli_verbs[i]; i++)
        bash_choices(out, cli_verbs[i]->name, cli_verbs[i]->options);
    (void)td_buf_add_text(out,
                          "    esac\n"
                          "    if [ -z \"$words\" ]; then case $verb in\n");
    for (size_t i = 0; cli_verbs[i]; i++) {
        (void)td_buf_addf(out, "        %s) words=\"", cli_verbs[i]->name);
        if (!strcmp(cli_verbs[i]->name, "help"))
            add_verb_names(out);
        add_option_names(out, cli_verbs[i]->options);
        add_option_names(out, cli_common);
        (void)td_buf_add_text(out, "\" ;;\n");
    }
    (void)td_buf_add_text(
        out, "    esac; fi\n"
             "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
             "}\n"
             "complete -o bashdefault -o default -F _tapedeck tapedeck\n");
}

/* Text between single quotes, for zsh's and fish's descriptions. */
static void add_quoted(struct td_buf *out, const char *text, const char *escape)
{
    for (; *text; text++) {
        if (*text == '\'')
            (void)td_buf_add_text(out, "'\\''");
        else if (strchr(escape, *text))
            (void)td_buf_addf(out, "\\%c", *text);
        else
            (void)td_buf_add_byte(out, (uint8_t)*text);
    }
}

static void zsh_options(struct td_buf *out, const struct cli_option *options)
{
    for (; options && options->name; options++) {
        (void)td_buf_addf(out, " \\\n            '%s--%s%s[",
                          options->type == CLI_LIST ? "*" : "", options->name,
                          options->type == CLI_FLAG ? "" : "=");
        add_quoted(out, options->help, "[]:");
        (void)td_buf_add_byte(out, ']');
        if (options->choices) {
            (void)td_buf_addf(out, ":%s:(", options->name);
            add_choices(out, options->choices);
            (void)td_buf_add_byte(out, ')');
        } else if (options->type != CLI_FLAG) {
            (void)td_buf_addf(out, ":%s:_files", options->name);
        }
        (void)td_buf_add_byte(out, '\'');
    }
}

static void add_zsh(struct td_buf *out)
{
    (void)td_buf_add_text(
        out, "#compdef tapedeck\n"
             "# zsh completion of tapedeck; made by: tapedeck completion zsh\n"
             "_tapedeck() {\n"
             "    local -a verbs\n"
             "    verbs=(\n");
    for (size_t i = 0; cli_verbs[i]; i++) {
        (void)td_buf_addf(out, "        '%s:", cli_verbs[i]->name);
        add_quoted(out, cli_verbs[i]->summary, ":");
        (void)td_buf_add_text(out, "'\n");
    }
    (void)td_buf_add_text(
        out,
        "    )\n"
        "    if (( CURRENT == 2 )); then _describe verb verbs; return; fi\n"
        "    local verb=$words[2]\n"
        "    shift words; (( CURRENT-- ))\n"
        "    case $verb in\n");
    for (size_t i = 0; cli_verbs[i]; i++) {
        (void)td_buf_addf(out, "        %s) _arguments", cli_verbs[i]->name);
        zsh_options(out, cli_verbs[i]->options);
        zsh_options(out, cli_common);
        (void)td_buf_add_text(out, " \\\n            '*:operand:_files' ;;\n");
    }
    (void)td_buf_add_text(out, "    esac\n}\n_tapedeck \"$@\"\n");
}

static void fish_options(struct td_buf *out, const char *verb,
                         const struct cli_option *options)
{
    for (; options && options->name; options++) {
        (void)td_buf_add_text(out, "complete -c tapedeck");
        if (verb)
            (void)td_buf_addf(out, " -n '__fish_seen_subcommand_from %s'",
                              verb);
        if (options->letter)
            (void)td_buf_addf(out, " -s %c", options->letter);
        (void)td_buf_addf(out, " -l %s", options->name);
        if (options->choices) {
            (void)td_buf_add_text(out, " -xa '");
            add_choices(out, options->choices);
            (void)td_buf_add_byte(out, '\'');
        } else if (options->type != CLI_FLAG) {
            (void)td_buf_add_text(out, " -r");
        }
        (void)td_buf_add_text(out, " -d '");
        add_quoted(out, options->help, "");
        (void)td_buf_add_text(out, "'\n");
    }
}

static void add_fish(struct td_buf *out)
{
    (void)td_buf_add_text(
        out, "# fish completion of tapedeck; made by: tapedeck completion "
             "fish\n");
    for (size_t i = 0; cli_verbs[i]; i++) {
        (void)td_buf_addf(out,
                          "complete -c tapedeck -n __fish_use_subcommand -fa "
                          "%s -d '",
                          cli_verbs[i]->name);
        add_quoted(out, cli_verbs[i]->summary, "");
        (void)td_buf_add_text(out, "'\n");
        fish_options(out, cli_verbs[i]->name, cli_verbs[i]->options);
    }
    fish_options(out, NULL, cli_common);
}

void cli_help_completion(struct td_buf *out, const char *shell)
{
    if (!strcmp(shell, "zsh"))
        add_zsh(out);
    else if (!strcmp(shell, "fish"))
        add_fish(out);
    else
        add_bash(out);
}
