/* cli/options/command.h - what a verb is, and what all verbs share.
 *
 * A verb is one file cli/cmd_NAME.c with one table entry:
 *
 *     const struct cli_command cli_cmd_info = {
 *         .name = "info", .summary = "...", .usage = "TAPE...",
 *         .options = options, .run = run };
 *
 * Help, man pages and shell completion are made from these entries. stdout is
 * data, stderr is talk; every verb has --json.
 */
#ifndef CLI_OPTIONS_COMMAND_H
#define CLI_OPTIONS_COMMAND_H

#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cli_type {
    CLI_FLAG,     /* present or not */
    CLI_TEXT,     /* any string */
    CLI_LIST,     /* a string, may be given several times */
    CLI_NUMBER,   /* unsigned integer */
    CLI_SIZE,     /* k M G */
    CLI_DURATION, /* 250ms 2s 1h */
    CLI_MONEY,    /* dollars, 2 or 2.50; millionths of them */
    CLI_CHOICE,   /* one of .choices "a|b|c" */
};

/* Sources that an option may be for. */
enum cli_source {
    CLI_WS = 1,
    CLI_SIO = 2,
    CLI_SSE = 4,
    CLI_TLS = 8, /* with any of the above */
    CLI_CALLED = CLI_WS | CLI_SIO | CLI_SSE,
};

/* Where cli_store() writes the value of an option: a member of the verb's
 * settings.
 */
#define CLI_INTO(type, member)                                                 \
    .to = offsetof(type, member), .size = sizeof(((type *)0)->member)

struct cli_option {
    const char *name;  /* "overwrite", without dashes */
    char letter;       /* 'o', or 0 */
    const char *alias; /* a second name, or NULL */
    enum cli_type type;
    const char *value;   /* "FILE" in the help; NULL for flags */
    const char *choices; /* CLI_CHOICE */
    const char *preset;  /* default, as text; NULL = none */
    const char *help;    /* one line */
    bool not_of_project; /* a project's file may not set it: who has checked a
                            project out is not to be led elsewhere by it */
    bool may_be_empty;   /* texts: "" is a value, and no variable of a shell
                            that was not set */
    uint64_t min;        /* least number, bytes or ns */
    uint64_t max;        /* largest; 0 = what 64 bits hold */
    const char *bare;    /* what a bare "--loop" means; then a value is joined
                            with "=" ("--loop=3"), or is a number and no file
                            ("--loop 3"). NULL = must have one */
    unsigned serves;     /* kinds of source it is for, enum cli_source; 0: every
                            one. cli_serves_check() */
    size_t to;           /* CLI_INTO() */
    size_t size;         /* 0: it is not stored */
};

struct cli_args;

struct cli_command {
    const char *name;
    const char *summary;  /* one line for `tapedeck help` */
    const char *usage;    /* operands: "SOURCE [-- CMD...]" */
    const char *words;    /* what the first operand may be, "a|b|c"; NULL: it
                             is no word of ours */
    const char *details;  /* paragraphs for help and man; or NULL */
    const char *examples; /* one a line, "COMMAND  # what it does"; or NULL */
    const struct cli_option *options; /* ends with a NULL name */
    int min_operands;
    int max_operands;   /* -1 = any number */
    bool forgives;      /* what a file or the environment sets it to and cannot
                           be is a warning, and does not count */
    bool takes_command; /* operands behind "--" are a child's command line */
    enum td_code (*run)(const struct cli_args *args, struct td_error *err);
};

/* Values after flags, environment, project file, user file and defaults were
 * joined (in this order of precedence). Only lists and flags may be given
 * twice; of flags the last one counts. Asking for an option that the verb's
 * table does not have is a bug and aborts. Everything lives as long as args. */
bool cli_flag(const struct cli_args *args, const char *name);
const char *cli_text(const struct cli_args *args, const char *name); /* NULL */
uint64_t cli_number(const struct cli_args *args, const char *name);  /* also
                                     sizes (bytes), durations (ns) and money
                                     (millionths); 0 */
bool cli_given(const struct cli_args *args, const char *name); /* not preset */
bool cli_typed(const struct cli_args *args, const char *name); /* as a flag */
const char *const *cli_list(const struct cli_args *args,
                            const char *name); /* NULL-terminated, never NULL */

/* Write the value of each option that has a place (CLI_INTO) to *settings: of a
 * flag a bool, of a text const char * (or NULL), of a list const char *const *
 * (never NULL), of a choice its number in .choices as an enum, of the others an
 * unsigned integer of 32 or 64 bits; those of 32 bits have a .max that fits.
 */
void cli_store(const struct cli_args *args, void *settings);

int cli_operands(const struct cli_args *args);
const char *cli_operand(const struct cli_args *args, int i);
char *const *cli_child(const struct cli_args *args); /* behind --, or NULL */

/* --json, -q, -v, --color of the call. */
bool cli_json(const struct cli_args *args);
bool cli_quiet(const struct cli_args *args);
bool cli_verbose(const struct cli_args *args);
bool cli_color(const struct cli_args *args, int fd);

/* A line of talk on stderr (not with -q). Control characters in it are
 * shown (td_text_clean()). */
void cli_say(const struct cli_args *args, const char *fmt, ...) TD_PRINTF(2, 3);

/* "tapedeck VERB: where: text; mend" on stderr, one line, also with -q. */
void cli_complain(const struct td_error *err);

#endif
