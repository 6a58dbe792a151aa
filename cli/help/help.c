#include "cli/help/help.h"

#include "cli/options/args.h"
#include "cli/options/common.h"
#include "cli/options/find_verb.h"

#include <string.h>

#define WIDTH       80
#define HELP_COLUMN 30 /* where the text of an option starts */
#define VERB_COLUMN 14

/* One group of verbs in the overview: names, NULL-terminated. */
struct cli_group {
    const char *title;
    const char *const *names;
};

/* Ends with a NULL title. Verbs that stand in none come last, as "Others". */
static const struct cli_group cli_groups[] = {
    {"The main job",
     (const char *const[]){"record", "replay", "validate", NULL}},
    {"Run plans",
     (const char *const[]){"spec", "plan", "run", "resume", "retry", "approve",
                           "pause", "cancel", "logs", "snapshot", "serve",
                           "console", NULL}},
    {"Work on contracts", (const char *const[]){"contract", "learn", NULL}},
    {"Judge projects", (const char *const[]){"gates", "test", "report", NULL}},
    {"Look at tapes",
     (const char *const[]){"info", "cat", "verify", "diff", "audit", NULL}},
    {"Make tapes from tapes",
     (const char *const[]){"cut", "merge", "mark", "squeeze", "convert",
                           "redact", "recover", "reindex", NULL}},
    {NULL, NULL},
};

/* True if one of the groups names the verb. */
static bool cli_grouped(const char *verb)
{
    for (const struct cli_group *group = cli_groups; group->title; group++) {
        for (const char *const *name = group->names; *name; name++) {
            if (!strcmp(*name, verb))
                return true;
        }
    }
    return false;
}

static void pad(struct td_buf *out, size_t from, size_t to)
{
    while (from++ < to)
        (void)td_buf_add_byte(out, ' ');
}

/* Words of text from column `at` on, wrapped; further lines start at indent. */
static void wrap(struct td_buf *out, const char *text, size_t at, size_t indent)
{
    while (*text) {
        size_t len = strcspn(text, " \n");

        if (at + len > WIDTH && at > indent) {
            (void)td_buf_add_byte(out, '\n');
            pad(out, 0, indent);
            at = indent;
        }
        (void)td_buf_add(out, text, len);
        at += len;
        text += len;
        if (*text == '\n') {
            (void)td_buf_add_byte(out, '\n');
            pad(out, 0, text[1] == '\n' ? 0 : indent);
            at = indent;
            text++;
        } else if (*text == ' ') {
            text++;
            if (at + 1 + strcspn(text, " \n") <= WIDTH)
                (void)td_buf_add_byte(out, ' ');
            at++;
        }
    }
    (void)td_buf_add_byte(out, '\n');
}

void cli_help_option(struct td_buf *out, const struct cli_option *option)
{
    if (option->letter)
        (void)td_buf_addf(out, "-%c, ", option->letter);
    (void)td_buf_addf(out, "--%s", option->name);
    if (option->alias)
        (void)td_buf_addf(out, ", --%s", option->alias);
    if (option->type == CLI_FLAG)
        return;
    if (option->bare)
        (void)td_buf_addf(out, "[=%s]", option->value);
    else
        (void)td_buf_addf(out, " %s", option->value);
}

static void add_option(struct td_buf *out, const struct cli_option *option)
{
    struct td_buf text = {0};
    size_t start = out->len;

    (void)td_buf_add_text(out, option->letter ? "  " : "      ");
    cli_help_option(out, option);
    if (out->len - start + 2 > HELP_COLUMN) {
        (void)td_buf_add_byte(out, '\n');
        start = out->len;
    }
    pad(out, out->len - start, HELP_COLUMN);
    (void)td_buf_add_text(&text, option->help);
    if (option->choices)
        (void)td_buf_addf(&text, ": %s", option->choices);
    if (option->preset)
        (void)td_buf_addf(&text, " [%s]", option->preset);
    wrap(out, td_buf_str(&text), HELP_COLUMN, HELP_COLUMN);
    td_buf_release(&text);
}

static void add_options(struct td_buf *out, const char *title,
                        const struct cli_option *options)
{
    if (!options || !options->name)
        return;
    (void)td_buf_addf(out, "\n%s:\n", title);
    for (; options->name; options++)
        add_option(out, options);
}

/* examples: "COMMAND  # what it does" a line. */
static void add_examples(struct td_buf *out, const char *examples)
{
    (void)td_buf_add_text(out, "\nExamples:\n");
    while (*examples) {
        size_t len = strcspn(examples, "\n");

        (void)td_buf_addf(out, "  %.*s\n", (int)len, examples);
        examples += len + (examples[len] != '\0');
    }
}

void cli_help_verb(struct td_buf *out, const struct cli_command *command)
{
    (void)td_buf_addf(out, "usage: tapedeck %s %s%s[OPTIONS]\n\n",
                      command->name, command->usage ? command->usage : "",
                      command->usage && *command->usage ? " " : "");
    wrap(out, command->summary, 0, 0);
    if (command->details) {
        (void)td_buf_add_byte(out, '\n');
        wrap(out, command->details, 0, 0);
    }
    add_options(out, "Options", command->options);
    add_options(out, "Options of every verb", cli_common);
    if (command->examples)
        add_examples(out, command->examples);
}

static void add_verb(struct td_buf *out, const struct cli_command *command)
{
    (void)td_buf_addf(out, "  %s", command->name);
    pad(out, strlen(command->name) + 2, VERB_COLUMN);
    wrap(out, command->summary, VERB_COLUMN, VERB_COLUMN);
}

static void add_group(struct td_buf *out,
                      const struct cli_command *const *verbs,
                      const struct cli_group *group)
{
    bool titled = false;

    for (const char *const *name = group->names; *name; name++) {
        const struct cli_command *command = cli_verb_named(verbs, *name);

        if (!command)
            continue;
        if (!titled)
            (void)td_buf_addf(out, "\n%s:\n", group->title);
        titled = true;
        add_verb(out, command);
    }
}

void cli_help_overview(struct td_buf *out,
                       const struct cli_command *const *verbs)
{
    (void)td_buf_add_text(
        out, "usage: tapedeck VERB [OPERANDS] [OPTIONS]\n\n"
             "Record event streams, play them back, and say whether they are "
             "right.\n");
    for (const struct cli_group *group = cli_groups; group->title; group++)
        add_group(out, verbs, group);
    (void)td_buf_add_text(out, "\nOthers:\n");
    for (size_t i = 0; verbs[i]; i++) {
        if (!cli_grouped(verbs[i]->name))
            add_verb(out, verbs[i]);
    }
    (void)td_buf_add_text(
        out, "\nA verb may be shortened: tapedeck val is tapedeck validate.\n"
             "tapedeck help VERB shows one verb, tapedeck --version the "
             "version.\n");
}
