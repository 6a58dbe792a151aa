/* console/words/words.h - a line that was typed, as a command with its options.
 *
 * One table has every command of the console: help, completion, the reference
 * and the dispatcher read it. A line is parted into words by words_split() and
 * held against the table by words_read():
 *
 *     blanks part words; '...' is literal; in "..." \" \\ \n \t are escapes;
 *     outside of quotes \x is x. --key=value and --key value; --flag, --no-flag
 *     and --flag false; -- ends the options; -5 is a value; slashes in front of
 *     the command are dropped. There are no variables, globs or pipes.
 */
#ifndef CONSOLE_WORDS_WORDS_H
#define CONSOLE_WORDS_WORDS_H

#include "core/buf.h"

#include <stdbool.h>

#define WORDS_MAX         256 /* words of a line */
#define WORDS_LINE_MAX    ((size_t)64 << 10)
#define WORDS_OPTIONS_MAX 20 /* of a command */

enum words_kind {
    WORDS_FLAG,
    WORDS_NUMBER,   /* decimal digits from `least` to `most` */
    WORDS_DURATION, /* 1.5h, 30s */
    WORDS_MONEY,    /* 2 or 2.50, at most 1000000000, six decimals */
    WORDS_CHOICE,   /* one of `choices`, parted by | */
    WORDS_TEXT,
};

struct words_option {
    const char *name; /* without dashes */
    enum words_kind kind;
    const char *value; /* what help calls its value; "" for a flag */
    const char *about;
    const char *usual; /* its default as text; NULL: none */
    const char *choices;
    uint64_t least, most;
    const char *thing; /* what its value names, as words_candidates wants it;
                          NULL: nothing that is known */
    const char *of;    /* the verbs that it goes with, parted by |; the first of
                          the command's stands for none. NULL: with all */
};

/* Where a command works. */
enum words_where {
    WORDS_ANYWHERE,
    WORDS_LIVE, /* on a live run only */
};

struct words_command {
    const char *name;
    const char *alias; /* others, parted by blanks; or "" */
    const char *args;  /* as help writes them */
    const char *about; /* one line */
    const char *more;  /* the line beside its usage */
    const char *verbs; /* words that may come first, parted by | , each as
                          "word:what it does:thing behind it", of which the
                          last two may be missing; or NULL */
    const char *thing; /* what an argument names that follows no verb */
    size_t most;       /* arguments, verbs among them; WORDS_MAX: any text */
    const struct words_option *options; /* a name NULL ends them */
    const char *examples;               /* a line each */
    const char *see;
    enum words_where where;
};

/* All of them in the order of help, ended by a name NULL. */
extern const struct words_command words_commands[];

/* The command of this name or alias, or NULL: *err then says so, and what may
 * have been meant (TD_USAGE). */
const struct words_command *words_find(const char *name, struct td_error *err);
const struct words_option *words_option(const struct words_command *command,
                                        const char *name);

/* ---- words ---- */

struct words_list {
    char **words;
    bool *quoted; /* its first byte was in quotes or escaped: it is no option */
    size_t len;
};

/* TD_USAGE: a quote without end and its column, from 1; too many words; or a
 * line beyond WORDS_LINE_MAX. */
TD_MUST_CHECK enum td_code
words_split(struct words_list *out, struct td_bytes line, struct td_error *err);
void words_release(struct words_list *list);

/* Where a comment of a line of a file begins: a # at the start of a word, as
 * words_split() sees it; or the line's length. */
size_t words_comment(struct td_bytes line);

/* ---- a call ---- */

struct words_call {
    const struct words_command *command;
    size_t arg_count;
    const char *args[WORDS_MAX];            /* borrowed from the words */
    const char *options[WORDS_OPTIONS_MAX]; /* by place in the command; NULL:
                                               not given; a flag's is "true"
                                               or "false" */
};

/* Hold words against the table. TD_USAGE: an unknown command or option, one
 * that is given twice or goes with another verb, a value that is none, or more
 * arguments than it has; `text` is all of the line that is shown. */
TD_MUST_CHECK enum td_code words_read(struct words_call *call,
                                      const struct words_list *list,
                                      struct td_error *err);

/* The option goes with this first argument, or (NULL) without any. A word that
 * is no verb of the command goes with all. */
bool words_goes_with(const struct words_command *command,
                     const struct words_option *option, const char *first);

/* What was given, or else the option's default; NULL: neither. */
const char *words_text(const struct words_call *call, const char *option);
bool words_flag(const struct words_call *call, const char *option);
/* 0 where there is none. */
uint64_t words_number(const struct words_call *call, const char *option);
bool words_given(const struct words_call *call, const char *option);
/* In nanoseconds, and in millionths; 0 where there is none. */
uint64_t words_duration(const struct words_call *call, const char *option);
uint64_t words_millionths(const struct words_call *call, const char *option);

/* True if the first argument is this verb, and so many follow: at least
 * `least`, at most `most`. */
bool words_verb(const struct words_call *call, const char *verb, size_t least,
                size_t most);

/* TD_USAGE: there are more than so many arguments; it names the first that is
 * too many, and how the command is used. */
TD_MUST_CHECK enum td_code words_at_most(const struct words_call *call,
                                         size_t most, struct td_error *err);

/* Arguments from the n-th on, with a blank between them. */
void words_join(const struct words_call *call, size_t n, struct td_buf *out);

/* ---- completion ---- */

/* One that the last word of a line may become. */
struct words_candidate {
    char *text;
    char *about; /* one line, or "" */
};

struct words_menu {
    struct words_candidate *list;
    size_t len;
    size_t start;         /* where the word begins in the line */
    struct td_buf word;   /* what there is of it, unquoted */
    struct td_buf common; /* what all of them begin with */
};

/* Add a candidate; one that does not begin with what is typed, or is there
 * already, is passed over. */
void words_offer(struct words_menu *menu, const char *text, const char *about);

/* Candidates that only the caller knows: calls words_offer() for each thing of
 * this kind: "task" "failed" "approval" "artifact" "execution" "snapshot"
 * "file". */
typedef void words_things_fn(void *ctx, const char *thing,
                             struct words_menu *menu);

/* What the last word of a line that is being typed may become: commands, their
 * first words, options that are not given yet, values, things. things may be
 * NULL. *menu is to be released. False: there is none. */
bool words_complete(struct words_menu *menu, struct td_bytes line,
                    words_things_fn *things, void *ctx);
void words_menu_release(struct words_menu *menu);

/* Append a word so that words_split() reads it as it stands here. */
void words_quote(struct td_buf *out, struct td_bytes word);

/* The line with its last word replaced, quoted where it must be. */
void words_replace(const struct words_menu *menu, struct td_bytes line,
                   struct td_bytes word, struct td_buf *out);

/* ---- help ---- */

/* Append help of all, or of one command; a line each, ended by \n. */
void words_help(struct td_buf *out);
void words_help_one(struct td_buf *out, const struct words_command *command);
/* "aliases" or "keys"; false: it is neither. */
bool words_help_topic(struct td_buf *out, const char *topic);

#endif
