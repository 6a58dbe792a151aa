/* From words to slots: the command line, then the configuration, then presets.
 */
#include "cli/options/args.h"
#include "cli/options/common.h"
#include "core/clock.h"
#include "core/mem.h"
#include "core/suggest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct parser {
    struct cli_args *args;
    char *const *next; /* words not looked at yet; ends with NULL */
    struct td_error *err;
};

static size_t count_options(const struct cli_option *options)
{
    size_t n = 0;

    while (options && options[n].name)
        n++;
    return n;
}

static struct cli_args *new_args(const struct cli_command *command,
                                 char *const *argv)
{
    struct cli_args *args = td_calloc(1, sizeof(*args));
    size_t own = count_options(command->options);
    size_t common = count_options(cli_common);
    size_t words = 0;

    while (argv[words])
        words++;
    args->command = command;
    args->slot_count = own + common;
    args->slots = td_calloc(own + common, sizeof(*args->slots));
    args->operands = td_calloc(words + 1, sizeof(*args->operands));
    for (size_t i = 0; i < own; i++)
        args->slots[i].option = &command->options[i];
    for (size_t i = 0; i < common; i++)
        args->slots[own + i].option = &cli_common[i];
    return args;
}

/* Add one value; of flags the last counts, as --no-json behind --json. */
static enum td_code fill(struct cli_slot *slot, const char *text,
                         enum cli_origin from, const char *where,
                         struct td_error *err)
{
    if (slot->option->type != CLI_LIST)
        slot->count = 0;
    slot->texts =
        td_realloc(slot->texts, (slot->count + 2) * sizeof(*slot->texts));
    slot->texts[slot->count++] = text;
    slot->texts[slot->count] = NULL;
    slot->from = from;
    return cli_value_read(slot->option, text, where, &slot->number, err);
}

static bool has_name(const struct cli_option *option, const char *name,
                     size_t len)
{
    return (strlen(option->name) == len && !strncmp(option->name, name, len)) ||
           (option->alias && strlen(option->alias) == len &&
            !strncmp(option->alias, name, len));
}

static struct cli_slot *find_long(const struct cli_args *args, const char *name,
                                  size_t len)
{
    for (size_t i = 0; i < args->slot_count; i++) {
        if (has_name(args->slots[i].option, name, len))
            return &args->slots[i];
    }
    return NULL;
}

static struct cli_slot *find_letter(const struct cli_args *args, char letter)
{
    for (size_t i = 0; i < args->slot_count; i++) {
        if (args->slots[i].option->letter == letter)
            return &args->slots[i];
    }
    return NULL;
}

static enum td_code unknown_option(const struct parser *p, const char *word,
                                   const char *name)
{
    const struct cli_args *args = p->args;
    struct td_suggestion suggest = {.word = name};

    for (size_t i = 0; i < args->slot_count; i++)
        td_suggest(&suggest, args->slots[i].option->name);
    (void)td_error_set(p->err, TD_USAGE, word, 0, "no such option");
    if (suggest.best)
        (void)td_error_hint(p->err, "did you mean --%s?", suggest.best);
    else
        (void)td_error_hint(p->err, "see: tapedeck help %s",
                            args->command->name);
    return TD_USAGE;
}

static enum td_code value_missing(const struct parser *p, const char *word,
                                  const struct cli_option *option)
{
    (void)td_error_set(p->err, TD_USAGE, word, 0, "needs a value");
    return td_error_hint(p->err, "write %s %s", word, option->value);
}

/* One of two values would be ignored: somebody meant both. */
static enum td_code given_twice(const struct parser *p, const char *word)
{
    (void)td_error_set(p->err, TD_USAGE, word, 0,
                       "is given twice, and takes one value");
    return td_error_hint(p->err, "leave one of them out");
}

/* value is what came joined to the option, or NULL. */
/* "--loop 2": the next word is its value if it can be nothing but a number. */
static bool is_number_behind(const struct parser *p,
                             const struct cli_option *option)
{
    const char *word = *p->next;

    return option->type == CLI_NUMBER && word && *word &&
           word[strspn(word, "0123456789")] == '\0' && access(word, F_OK) != 0;
}

static enum td_code take_value(struct parser *p, struct cli_slot *slot,
                               const char *word, const char *value)
{
    const struct cli_option *option = slot->option;

    if (option->type == CLI_FLAG && value) {
        (void)td_error_set(p->err, TD_USAGE, word, 0, "takes no value");
        return td_error_hint(p->err, "write --%s or --no-%s", option->name,
                             option->name);
    }
    if (option->type == CLI_FLAG)
        value = "true";
    if (!value && option->bare && !is_number_behind(p, option))
        value = option->bare;
    if (!value && !*p->next)
        return value_missing(p, word, option);
    if (!value)
        value = *p->next++;
    if (slot->count > 0 && option->type != CLI_LIST && option->type != CLI_FLAG)
        return given_twice(p, word);
    return fill(slot, value, CLI_FROM_FLAG, word, p->err);
}

/* "--name", "--name=value" or "--no-name" */
static enum td_code take_long(struct parser *p, const char *word)
{
    char shown[64];
    const char *name = word + 2;
    const char *equals = strchr(name, '=');
    size_t len = equals ? (size_t)(equals - name) : strlen(name);
    struct cli_slot *slot = find_long(p->args, name, len);

    (void)snprintf(shown, sizeof(shown), "%.*s", (int)(len + 2), word);
    if (slot)
        return take_value(p, slot, shown, equals ? equals + 1 : NULL);
    if (!strncmp(name, "no-", 3) && !equals) {
        slot = find_long(p->args, name + 3, len - 3);
        if (slot && slot->option->type == CLI_FLAG)
            return fill(slot, "false", CLI_FROM_FLAG, shown, p->err);
    }
    return unknown_option(p, shown, shown + 2);
}

/* "-o", "-oVALUE", or flags in a row: "-qv" */
static enum td_code take_short(struct parser *p, const char *word)
{
    enum td_code code = TD_OK;

    for (const char *at = word + 1; *at && !code; at++) {
        char shown[] = {'-', *at, '\0'};
        struct cli_slot *slot = find_letter(p->args, *at);

        if (!slot)
            return unknown_option(p, shown, "");
        if (slot->option->type != CLI_FLAG)
            return take_value(p, slot, shown, at[1] ? at + 1 : NULL);
        code = take_value(p, slot, shown, NULL);
    }
    return code;
}

static void take_operand(struct cli_args *args, const char *word)
{
    args->operands[args->operand_count++] = word;
}

/* Everything behind "--". */
static enum td_code take_rest(struct parser *p)
{
    if (!p->args->command->takes_command) {
        while (*p->next)
            take_operand(p->args, *p->next++);
        return TD_OK;
    }
    if (!*p->next) {
        (void)td_error_set(p->err, TD_USAGE, "--", 0, "no command behind it");
        return td_error_hint(p->err, "write -- COMMAND ARGUMENTS...");
    }
    p->args->child = p->next;
    return TD_OK;
}

static enum td_code take_words(struct parser *p)
{
    enum td_code code = TD_OK;

    while (!code && *p->next) {
        const char *word = *p->next++;

        if (!strcmp(word, "--"))
            return take_rest(p);
        if (!strncmp(word, "--", 2))
            code = take_long(p, word);
        else if (word[0] == '-' && word[1])
            code = take_short(p, word);
        else
            take_operand(p->args, word);
    }
    return code;
}

static enum td_code check_operands(const struct cli_args *args,
                                   struct td_error *err)
{
    const struct cli_command *command = args->command;
    bool few = args->operand_count < command->min_operands && !args->child;

    if (few)
        (void)td_error_set(err, TD_USAGE, NULL, 0, "an operand is missing");
    else if (command->max_operands >= 0 &&
             args->operand_count > command->max_operands)
        (void)td_error_set(err, TD_USAGE, args->operands[command->max_operands],
                           0, "is one operand too many");
    else
        return TD_OK;
    (void)td_error_hint(err, "usage: tapedeck %s %s", command->name,
                        command->usage ? command->usage : "");
    return TD_USAGE;
}

struct filling {
    struct cli_slot *slot;
    struct cli_args *args;
    struct td_error *err;
    enum td_code code;
};

/* It is told, and the slot is as it was. */
static void forgive(struct filling *f, const struct td_error *why)
{
    (void)td_buf_addf(&f->args->warnings, "%s: %s%s%s\n", why->where, why->text,
                      *why->hint ? "; " : "", why->hint);
    f->slot->count = 0;
    f->slot->number = 0;
    f->slot->from = CLI_FROM_PRESET;
    f->code = TD_OK;
}

/* The setting that counts comes first; no other is asked for, unless it is none
 * and that is forgiven. */
static bool fill_from(void *ctx, const struct cli_found *found)
{
    struct filling *f = ctx;
    struct td_error why = {0};

    for (size_t i = 0; i < found->count && !f->code; i++)
        f->code =
            fill(f->slot, found->texts[i], found->from, found->where, &why);
    if (!f->code)
        return false;
    if (f->args->command->forgives) {
        forgive(f, &why);
        return true;
    }
    if (f->err)
        *f->err = why;
    return false;
}

static enum td_code fill_from_config(struct cli_slot *slot,
                                     struct cli_args *args,
                                     struct td_error *err)
{
    struct filling f = {slot, args, err, TD_OK};

    cli_config_each(args->config, args->command->name, slot->option, fill_from,
                    &f);
    return f.code;
}

/* Slots that the command line left empty. --help is never configured. */
static enum td_code fill_rest(struct cli_args *args, struct td_error *err)
{
    enum td_code code = TD_OK;

    for (size_t i = 0; i < args->slot_count && !code; i++) {
        struct cli_slot *slot = &args->slots[i];
        const char *preset = slot->option->preset;

        if (slot->count == 0 && strcmp(slot->option->name, "help") != 0)
            code = fill_from_config(slot, args, err);
        if (!code && slot->count == 0 && preset)
            code = fill(slot, preset, CLI_FROM_PRESET, slot->option->name, err);
    }
    return code;
}

/* A call that asks for help gets it, whatever else is wrong with it. */
bool cli_help_among(char *const *argv)
{
    for (; *argv && strcmp(*argv, "--") != 0; argv++) {
        if (!strcmp(*argv, "--help") || !strcmp(*argv, "-h"))
            return true;
    }
    return false;
}

enum td_code cli_args_parse(struct cli_args **out,
                            const struct cli_command *command,
                            const struct cli_config *config, char *const *argv,
                            struct td_error *err)
{
    struct parser p = {new_args(command, argv), argv, err};
    enum td_code code = TD_OK;

    *out = NULL;
    p.args->config = config;
    p.args->at_ns = td_wall_ns(td_clock_real());
    if (cli_help_among(argv)) {
        cli_args_slot(p.args, "help")->number = 1;
    } else {
        code = take_words(&p);
        if (!code)
            code = check_operands(p.args, err);
        if (!code)
            code = fill_rest(p.args, err);
    }
    if (code)
        cli_args_free(p.args);
    else
        *out = p.args;
    return code;
}
