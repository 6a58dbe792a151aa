/* Completion scripts: words from the tables, files everywhere else. */
#include "cli/help/help.h"
#include "cli/options/args.h"
#include "cli/options/common.h"
#include "cli/options/find_verb.h"

#include <string.h>

#define PREFIX_MAX 32

static void add_verb_names(struct td_buf *out,
                           const struct cli_command *const *verbs)
{
    for (size_t i = 0; verbs[i]; i++)
        (void)td_buf_addf(out, "%s%s", i ? " " : "", verbs[i]->name);
}

/* "rec|reco|recor|record": everything that means the verb. */
static void add_prefixes(struct td_buf *out,
                         const struct cli_command *const *verbs,
                         const struct cli_command *verb, char between)
{
    const struct cli_command *found;
    char prefix[PREFIX_MAX];
    size_t len = strlen(verb->name);

    for (size_t n = 1; n < len && n < sizeof(prefix); n++) {
        memcpy(prefix, verb->name, n);
        prefix[n] = '\0';
        if (!cli_verb_find(&found, verbs, prefix, NULL) && found == verb)
            (void)td_buf_addf(out, "%s%c", prefix, between);
    }
    (void)td_buf_add_text(out, verb->name);
}

/* What only the folder knows: a function of the shell prints it, a word a line.
 * The same text in every shell: nothing in it is a single quote. */
static const char values_of_folder[] =
    " sh -c 'case $1 in\n"
    "tapes) ls .tapedeck/*.tape.gz ;;\n"
    "executions) ls .tapedeck/*.tape.gz | sed \"s|.*/||; s|[.]tape[.]gz||\" "
    ";;\n"
    "tasks) tapedeck plan show \"$2\" --format json |\n"
    "    grep -o \"\\\"id\\\":\\\"[^\\\"]*\\\"\" | cut -d\\\" -f4 ;;\n"
    "sessions) tapedeck console -c \"session list --limit 50\" |\n"
    "    sed -n \"s/^[* ] \\([0-9][0-9a-f_]*\\)  .*/\\1/p\" ;;\n"
    "esac 2>/dev/null' sh ";

static bool begins(const char *text, const char *with)
{
    return text && !strncmp(text, with, strlen(with));
}

/* "tapes" or "executions", what the operands or the first one are by the usage;
 * or NULL. */
static const char *operand_kind(const struct cli_command *verb)
{
    if (begins(verb->usage, "TAPE") || begins(verb->usage, "[TAPE"))
        return "tapes";
    return begins(verb->usage, "ID") ? "executions" : NULL;
}

/* The operand behind an execution is a task of it. */
static bool has_task(const struct cli_command *verb)
{
    return begins(verb->usage, "ID TASK") || begins(verb->usage, "ID [TASK]");
}

/* "tasks" (of the execution that is named) or "sessions", what the option wants
 * of what is kept; or NULL. */
static const char *value_kind(const struct cli_option *option)
{
    if (option->value && !strcmp(option->value, "TASK"))
        return "tasks";
    return !strcmp(option->name, "session") ? "sessions" : NULL;
}

/* "a|b|c" as "a b c" */
static void add_choices(struct td_buf *out, const char *choices)
{
    for (; *choices; choices++)
        (void)td_buf_add_byte(out, (uint8_t)(*choices == '|' ? ' ' : *choices));
}

static bool has_words(const struct cli_command *verb)
{
    return verb->words || !strcmp(verb->name, "help");
}

/* What the first operand may be: verbs are the words of help. */
static void add_words(struct td_buf *out,
                      const struct cli_command *const *verbs,
                      const struct cli_command *verb)
{
    if (verb->words)
        add_choices(out, verb->words);
    else
        add_verb_names(out, verbs);
}

/* A value must be the next word, or may be. */
static bool wants_value(const struct cli_option *option)
{
    return option->type != CLI_FLAG && !option->bare;
}

static void add_option_names(struct td_buf *out,
                             const struct cli_option *options)
{
    for (; options && options->name; options++)
        (void)td_buf_addf(out, " --%s", options->name);
}

/* The words that may follow an option; none: a file. */
static void bash_values(struct td_buf *out, const struct cli_option *options)
{
    for (; options && options->name; options++) {
        if (!wants_value(options) && !options->choices)
            continue;
        (void)td_buf_addf(out, "        --%s", options->name);
        if (options->alias)
            (void)td_buf_addf(out, "|--%s", options->alias);
        if (options->letter)
            (void)td_buf_addf(out, "|-%c", options->letter);
        (void)td_buf_add_text(out, ") words=\"");
        if (options->choices)
            add_choices(out, options->choices);
        else if (value_kind(options))
            (void)td_buf_addf(out,
                              "$(_tapedeck_values %s \"${COMP_WORDS[2]}\")",
                              value_kind(options));
        (void)td_buf_add_text(out, "\" ;;\n");
    }
}

static void bash_operands(struct td_buf *out, const struct cli_command *verb)
{
    const char *kind = operand_kind(verb);

    if (kind)
        (void)td_buf_addf(out,
                          "        [ $COMP_CWORD %s 2 ] || "
                          "words=\"$(_tapedeck_values %s)$words\"\n",
                          *kind == 't' ? "-lt" : "-ne", kind);
    if (has_task(verb))
        (void)td_buf_add_text(
            out, "        [ $COMP_CWORD -ne 3 ] || words=\"$(_tapedeck_values "
                 "tasks \"${COMP_WORDS[2]}\")$words\"\n");
}

static void bash_verb(struct td_buf *out,
                      const struct cli_command *const *verbs,
                      const struct cli_command *verb)
{
    (void)td_buf_add_text(out, "    ");
    add_prefixes(out, verbs, verb, '|');
    (void)td_buf_add_text(out, ")\n        words=\"");
    add_option_names(out, verb->options);
    add_option_names(out, cli_common);
    (void)td_buf_add_text(out, "\"\n");
    if (has_words(verb)) {
        (void)td_buf_add_text(out, "        [ $COMP_CWORD -ne 2 ] || words=\"");
        add_words(out, verbs, verb);
        (void)td_buf_add_text(out, "$words\"\n");
    }
    bash_operands(out, verb);
    (void)td_buf_add_text(out, "        case $prev in\n");
    bash_values(out, verb->options);
    bash_values(out, cli_common);
    (void)td_buf_add_text(out, "        esac ;;\n");
}

/* --color=a is three words to bash: "--color", "=", "a". */
static void add_bash(struct td_buf *out, const struct cli_command *const *verbs)
{
    (void)td_buf_add_text(
        out,
        "# bash completion of tapedeck; made by: tapedeck completion bash\n"
        "_tapedeck_values() {");
    (void)td_buf_addf(out, "%s\"$@\"; }\n", values_of_folder);
    (void)td_buf_add_text(out,
                          "_tapedeck() {\n"
                          "    local cur=${COMP_WORDS[COMP_CWORD]} words=\n"
                          "    local prev=${COMP_WORDS[COMP_CWORD-1]}\n"
                          "    if [ \"$cur\" = = ]; then\n"
                          "        cur=\n"
                          "    elif [ \"$prev\" = = ]; then\n"
                          "        prev=${COMP_WORDS[COMP_CWORD-2]}\n"
                          "    fi\n"
                          "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                          "        COMPREPLY=($(compgen -W \"");
    add_verb_names(out, verbs);
    (void)td_buf_add_text(out, " --help --version\" -- \"$cur\"))\n"
                               "        return\n"
                               "    fi\n"
                               "    case ${COMP_WORDS[1]} in\n");
    for (size_t i = 0; verbs[i]; i++)
        bash_verb(out, verbs, verbs[i]);
    (void)td_buf_add_text(
        out, "    esac\n"
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

/* '(-o --output)'{-o+,--output=}, '*'{-e+,--event=}, --json: how the option is
 * written, and how often.
 */
static void zsh_name(struct td_buf *out, const struct cli_option *option)
{
    const char *joint = option->type == CLI_FLAG ? ""
                        : option->bare           ? "=-"
                                                 : "=";

    if (option->type == CLI_LIST)
        (void)td_buf_add_text(out, "'*'");
    else if (option->letter)
        (void)td_buf_addf(out, "'(-%c --%s)'", option->letter, option->name);
    if (option->letter)
        (void)td_buf_addf(out, "{-%c%s,--%s%s}", option->letter,
                          wants_value(option) ? "+" : "", option->name, joint);
    else
        (void)td_buf_addf(out, "--%s%s", option->name, joint);
}

static void zsh_options(struct td_buf *out, const struct cli_option *options)
{
    for (; options && options->name; options++) {
        (void)td_buf_add_text(out, " \\\n            ");
        zsh_name(out, options);
        (void)td_buf_add_text(out, "'[");
        add_quoted(out, options->help, "[]:");
        (void)td_buf_add_byte(out, ']');
        if (options->choices) {
            (void)td_buf_addf(out, ":%s:(", options->name);
            add_choices(out, options->choices);
            (void)td_buf_add_byte(out, ')');
        } else if (value_kind(options)) {
            (void)td_buf_addf(out,
                              ":%s:{compadd -- "
                              "$(_tapedeck_values %s $words[2])}",
                              options->name, value_kind(options));
        } else if (options->type != CLI_FLAG) {
            (void)td_buf_addf(out, "%s:%s:_files", options->bare ? ":" : "",
                              options->name);
        }
        (void)td_buf_add_byte(out, '\'');
    }
}

static void zsh_operands(struct td_buf *out, const struct cli_command *verb)
{
    const char *kind = operand_kind(verb);
    bool tapes = kind && *kind == 't';

    if (kind && !tapes)
        (void)td_buf_addf(out,
                          " \\\n            '1:execution:{compadd -- "
                          "$(_tapedeck_values %s)}'",
                          kind);
    if (has_task(verb))
        (void)td_buf_add_text(out, " \\\n            '2:task:{compadd -- "
                                   "$(_tapedeck_values tasks $words[2])}'");
    (void)td_buf_addf(out, " \\\n            '*:operand:%s' ;;\n",
                      tapes ? "{compadd -f -- $(_tapedeck_values tapes); "
                              "_files}"
                            : "_files");
}

static void zsh_verb(struct td_buf *out, const struct cli_command *const *verbs,
                     const struct cli_command *verb)
{
    (void)td_buf_add_text(out, "        ");
    add_prefixes(out, verbs, verb, '|');
    (void)td_buf_add_text(out, ") _arguments");
    zsh_options(out, verb->options);
    zsh_options(out, cli_common);
    if (has_words(verb)) {
        (void)td_buf_add_text(out, " \\\n            '1:word:(");
        add_words(out, verbs, verb);
        (void)td_buf_add_text(out, ")'");
    }
    zsh_operands(out, verb);
}

/* Sourced, the script registers itself; as a file _tapedeck in $fpath it is the
 * function.
 */
static void add_zsh(struct td_buf *out, const struct cli_command *const *verbs)
{
    (void)td_buf_add_text(
        out, "#compdef tapedeck\n"
             "# zsh completion of tapedeck; made by: tapedeck completion zsh\n"
             "_tapedeck_values() {");
    (void)td_buf_addf(out, "%s\"$@\"; }\n", values_of_folder);
    (void)td_buf_add_text(out, "_tapedeck() {\n"
                               "    local -a verbs\n"
                               "    verbs=(\n");
    for (size_t i = 0; verbs[i]; i++) {
        (void)td_buf_addf(out, "        '%s:", verbs[i]->name);
        add_quoted(out, verbs[i]->summary, ":");
        (void)td_buf_add_text(out, "'\n");
    }
    (void)td_buf_add_text(
        out,
        "    )\n"
        "    if (( CURRENT == 2 )); then _describe verb verbs; return; fi\n"
        "    local verb=$words[2]\n"
        "    shift words; (( CURRENT-- ))\n"
        "    case $verb in\n");
    for (size_t i = 0; verbs[i]; i++)
        zsh_verb(out, verbs, verbs[i]);
    (void)td_buf_add_text(
        out, "    esac\n}\n"
             "if [[ $funcstack[1] == _tapedeck ]]; then\n"
             "    _tapedeck \"$@\"\n"
             "else\n"
             "    (( $+functions[compdef] )) || { autoload -Uz compinit && "
             "compinit -i }\n"
             "    compdef _tapedeck tapedeck\n"
             "fi\n");
}

/* "complete -c tapedeck -n '__tapedeck_verb rec reco recor record'" */
static void fish_begin(struct td_buf *out,
                       const struct cli_command *const *verbs,
                       const char *condition, const struct cli_command *verb)
{
    (void)td_buf_addf(out, "complete -c tapedeck -n '%s ", condition);
    add_prefixes(out, verbs, verb, ' ');
    (void)td_buf_add_byte(out, '\'');
}

static void fish_options(struct td_buf *out,
                         const struct cli_command *const *verbs,
                         const struct cli_command *verb,
                         const struct cli_option *options)
{
    for (; options && options->name; options++) {
        if (verb)
            fish_begin(out, verbs, "__tapedeck_verb", verb);
        else
            (void)td_buf_add_text(out, "complete -c tapedeck");
        if (options->letter)
            (void)td_buf_addf(out, " -s %c", options->letter);
        (void)td_buf_addf(out, " -l %s", options->name);
        if (options->choices) {
            (void)td_buf_add_text(out, " -xa '");
            add_choices(out, options->choices);
            (void)td_buf_add_byte(out, '\'');
        } else if (value_kind(options)) {
            (void)td_buf_addf(out,
                              " -xa '(__tapedeck_values %s "
                              "(commandline -opc)[3])'",
                              value_kind(options));
        } else if (wants_value(options)) {
            (void)td_buf_add_text(out, " -r");
        }
        (void)td_buf_add_text(out, " -d '");
        add_quoted(out, options->help, "\\");
        (void)td_buf_add_text(out, "'\n");
    }
}

static void fish_operands(struct td_buf *out,
                          const struct cli_command *const *verbs,
                          const struct cli_command *verb)
{
    const char *kind = operand_kind(verb);
    bool tapes = kind && *kind == 't';

    if (kind) {
        fish_begin(out, verbs, tapes ? "__tapedeck_verb" : "__tapedeck_word",
                   verb);
        (void)td_buf_addf(out, " %s '(__tapedeck_values %s)'\n",
                          tapes ? "-a" : "-fa", kind);
    }
    if (!has_task(verb))
        return;
    fish_begin(out, verbs, "__tapedeck_second", verb);
    (void)td_buf_add_text(
        out, " -fa '(__tapedeck_values tasks (commandline -opc)[3])'\n");
}

static void fish_verb(struct td_buf *out,
                      const struct cli_command *const *verbs,
                      const struct cli_command *verb)
{
    (void)td_buf_addf(out,
                      "complete -c tapedeck -n __tapedeck_first -fa %s -d '",
                      verb->name);
    add_quoted(out, verb->summary, "\\");
    (void)td_buf_add_text(out, "'\n");
    if (has_words(verb)) {
        fish_begin(out, verbs, "__tapedeck_word", verb);
        (void)td_buf_add_text(out, " -fa '");
        add_words(out, verbs, verb);
        (void)td_buf_add_text(out, "'\n");
    }
    fish_operands(out, verbs, verb);
    fish_options(out, verbs, verb, verb->options);
}

static void add_fish(struct td_buf *out, const struct cli_command *const *verbs)
{
    (void)td_buf_add_text(
        out, "# fish completion of tapedeck; made by: tapedeck completion "
             "fish\n"
             "function __tapedeck_values\n");
    (void)td_buf_addf(out, "%s$argv\nend\n", values_of_folder);
    (void)td_buf_add_text(
        out, "function __tapedeck_first\n"
             "    test (count (commandline -opc)) -eq 1\n"
             "end\n"
             "function __tapedeck_verb\n"
             "    set -l words (commandline -opc)\n"
             "    test (count $words) -gt 1; and contains -- $words[2] $argv\n"
             "end\n"
             "function __tapedeck_word\n"
             "    test (count (commandline -opc)) -eq 2; and __tapedeck_verb "
             "$argv\n"
             "end\n"
             "function __tapedeck_second\n"
             "    test (count (commandline -opc)) -eq 3; and __tapedeck_verb "
             "$argv\n"
             "end\n");
    for (size_t i = 0; verbs[i]; i++)
        fish_verb(out, verbs, verbs[i]);
    fish_options(out, verbs, NULL, cli_common);
}

void cli_help_completion(struct td_buf *out,
                         const struct cli_command *const *verbs,
                         const char *shell)
{
    if (!strcmp(shell, "zsh"))
        add_zsh(out, verbs);
    else if (!strcmp(shell, "fish"))
        add_fish(out, verbs);
    else
        add_bash(out, verbs);
}
