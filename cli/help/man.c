/* Manual pages in the macros of man(7). */
#include "cli/help/help.h"
#include "cli/options/args.h"
#include "cli/options/common.h"

#include <ctype.h>
#include <string.h>

/* Text as roff takes it: no escapes, no hyphens that turn into dashes, no line
 * that starts like a request.
 */
static void add_text(struct td_buf *out, const char *text)
{
    for (const char *p = text; *p; p++) {
        bool first = p == text || p[-1] == '\n';

        if (first && (*p == '.' || *p == '\''))
            (void)td_buf_add_text(out, "\\&");
        if (*p == '\\')
            (void)td_buf_add_text(out, "\\e");
        else if (*p == '-')
            (void)td_buf_add_text(out, "\\-");
        else if (*p == '\n' && p[1] == '\n')
            (void)td_buf_add_text(out, "\n.PP");
        else
            (void)td_buf_add_byte(out, (uint8_t)*p);
    }
    (void)td_buf_add_byte(out, '\n');
}

static void add_upper(struct td_buf *out, const char *text)
{
    for (; *text; text++)
        (void)td_buf_add_byte(out, (uint8_t)toupper((unsigned char)*text));
}

static void add_options(struct td_buf *out, const struct cli_option *options)
{
    for (; options && options->name; options++) {
        struct td_buf title = {0};

        cli_help_option(&title, options);
        (void)td_buf_add_text(out, ".TP\n.B ");
        add_text(out, td_buf_str(&title));
        add_text(out, options->help);
        if (options->choices)
            (void)td_buf_addf(out, "(%s)\n", options->choices);
        if (options->preset) {
            (void)td_buf_add_text(out, "Default: ");
            add_text(out, options->preset);
        }
        td_buf_release(&title);
    }
}

static void add_examples(struct td_buf *out, const char *examples)
{
    (void)td_buf_add_text(out, ".SH EXAMPLES\n.nf\n");
    add_text(out, examples);
    (void)td_buf_add_text(out, ".fi\n");
}

static void add_verb(struct td_buf *out, const struct cli_command *command)
{
    (void)td_buf_add_text(out, ".TH TAPEDECK\\-");
    add_upper(out, command->name);
    (void)td_buf_addf(out, " 1 \"\" \"tapedeck %s\"\n.SH NAME\n", TD_VERSION);
    (void)td_buf_addf(out, "tapedeck\\-%s \\- ", command->name);
    add_text(out, command->summary);
    (void)td_buf_addf(out, ".SH SYNOPSIS\n.B tapedeck %s\n", command->name);
    if (command->usage && *command->usage)
        add_text(out, command->usage);
    (void)td_buf_add_text(out, "[OPTIONS]\n");
    if (command->details) {
        (void)td_buf_add_text(out, ".SH DESCRIPTION\n");
        add_text(out, command->details);
    }
    (void)td_buf_add_text(out, ".SH OPTIONS\n");
    add_options(out, command->options);
    add_options(out, cli_common);
    if (command->examples)
        add_examples(out, command->examples);
}

static void add_program(struct td_buf *out,
                        const struct cli_command *const *verbs)
{
    (void)td_buf_addf(out,
                      ".TH TAPEDECK 1 \"\" \"tapedeck %s\"\n.SH NAME\n"
                      "tapedeck \\- record event streams, play them back, and "
                      "say whether they are right\n"
                      ".SH SYNOPSIS\n.B tapedeck\n"
                      "VERB [OPERANDS] [OPTIONS]\n.SH VERBS\n",
                      TD_VERSION);
    for (size_t i = 0; verbs[i]; i++) {
        (void)td_buf_addf(out, ".TP\n.BR tapedeck\\-%s (1)\n", verbs[i]->name);
        add_text(out, verbs[i]->summary);
    }
}

/* Codes that share a status stand below each other. */
static void add_statuses(struct td_buf *out)
{
    static const struct {
        int status;
        const char *text;
    } rows[] = {
#define STATUS_ROW(name, status, text) {status, text},
        TD_CODES(STATUS_ROW)
#undef STATUS_ROW
    };
    bool after_zero = false;

    (void)td_buf_add_text(out, ".SH EXIT STATUS\n");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        /* Other codes of status 0 never leave the program. */
        if (rows[i].status == 0 && after_zero)
            continue;
        after_zero = true;
        (void)td_buf_addf(out, ".TP\n.B %d\n%s\n", rows[i].status,
                          rows[i].text);
    }
}

void cli_help_man(struct td_buf *out, const struct cli_command *const *verbs,
                  const struct cli_command *command)
{
    if (command)
        add_verb(out, command);
    else
        add_program(out, verbs);
    add_statuses(out);
}
