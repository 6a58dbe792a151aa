#include "console/words/words.h"
#include "core/clock.h"
#include "core/suggest.h"
#include "core/take.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_LEN 64

/* True if the list, parted by `between`, has this word. */
static bool has_word(const char *list, char between, const char *word)
{
    size_t len = strlen(word);

    while (list && *list) {
        const char *stop = strchr(list, between);
        size_t part = stop ? (size_t)(stop - list) : strlen(list);

        if (part == len && !strncmp(list, word, len))
            return true;
        list = stop ? stop + 1 : NULL;
    }
    return false;
}

/* True if one of the words, parted by | and each with what it does behind a
 * colon, is this one. */
static bool has_verb(const char *verbs, const char *word)
{
    size_t len = strlen(word);

    while (verbs) {
        size_t all = strcspn(verbs, "|");

        if (strcspn(verbs, ":|") == len && !strncmp(verbs, word, len))
            return true;
        verbs = verbs[all] ? verbs + all + 1 : NULL;
    }
    return false;
}

/* The one command that has this verb; NULL: none has, or several. */
static const struct words_command *of_verb(const char *verb)
{
    const struct words_command *found = NULL;

    for (const struct words_command *c = words_commands; c->name; c++) {
        if (!has_verb(c->verbs, verb))
            continue;
        if (found)
            return NULL;
        found = c;
    }
    return found;
}

const struct words_command *words_find(const char *name, struct td_error *err)
{
    struct td_suggestion near = {.word = name};
    const struct words_command *part_of = NULL;

    for (const struct words_command *c = words_commands; c->name; c++) {
        if (!strcmp(c->name, name) || has_word(c->alias, ' ', name))
            return c;
        td_suggest(&near, c->name);
    }
    part_of = of_verb(name);
    if (part_of)
        (void)td_error_set(
            err, TD_USAGE, "", 0,
            "unknown command \"%s\"; did you mean \"%s %s\"? (help lists all)",
            name, part_of->name, name);
    else if (near.best)
        (void)td_error_set(
            err, TD_USAGE, "", 0,
            "unknown command \"%s\"; did you mean \"%s\"? (help lists all)",
            name, near.best);
    else
        (void)td_error_set(err, TD_USAGE, "", 0,
                           "unknown command \"%s\" (help lists all)", name);
    return NULL;
}

static size_t place_of(const struct words_command *command, const char *name)
{
    size_t i = 0;

    while (command->options[i].name && strcmp(command->options[i].name, name))
        i++;
    return i;
}

const struct words_option *words_option(const struct words_command *command,
                                        const char *name)
{
    const struct words_option *option =
        &command->options[place_of(command, name)];

    return option->name ? option : NULL;
}

/* ---- values ---- */

static enum td_code bad_value(const struct words_call *call,
                              const struct words_option *option,
                              const char *wants, const char *value,
                              struct td_error *err)
{
    return td_error_set(err, TD_USAGE, "", 0, "%s: --%s wants %s, got \"%s\"",
                        call->command->name, option->name, wants, value);
}

static enum td_code check_number(const struct words_call *call,
                                 const struct words_option *option,
                                 const char *value, struct td_error *err)
{
    struct td_bytes text = td_text(value);
    char wants[NAME_MAX_LEN];
    uint64_t n = 0;

    if (td_take_number(&text, &n) && text.len == 0 && n >= option->least &&
        n <= option->most)
        return TD_OK;
    (void)snprintf(wants, sizeof(wants), "%" PRIu64 "..%" PRIu64, option->least,
                   option->most);
    return bad_value(call, option, wants, value, err);
}

static enum td_code check_duration(const struct words_call *call,
                                   const struct words_option *option,
                                   const char *value, struct td_error *err)
{
    uint64_t ns;

    if (td_duration_parse(value, &ns) == TD_OK)
        return TD_OK;
    return bad_value(call, option, "a duration as 30s or 1.5h", value, err);
}

static bool take_money(const char *value, uint64_t *millionths)
{
    struct td_bytes text = td_text(value);

    return td_take_money(&text, millionths) && text.len == 0;
}

static enum td_code check_money(const struct words_call *call,
                                const struct words_option *option,
                                const char *value, struct td_error *err)
{
    uint64_t millionths;

    return take_money(value, &millionths)
               ? TD_OK
               : bad_value(call, option, "dollars as 2 or 2.50", value, err);
}

/* "a|b|c" as people write it: "a, b or c". */
static void put_choices(struct td_buf *out, const char *choices)
{
    const char *last = strrchr(choices, '|');

    for (const char *at = choices; *at; at++) {
        if (*at != '|')
            (void)td_buf_add_byte(out, (uint8_t)*at);
        else
            (void)td_buf_add_text(out, at == last ? " or " : ", ");
    }
}

static enum td_code check_choice(const struct words_call *call,
                                 const struct words_option *option,
                                 const char *value, struct td_error *err)
{
    struct td_buf wants = {0};
    enum td_code code;

    if (has_word(option->choices, '|', value))
        return TD_OK;
    put_choices(&wants, option->choices);
    code = bad_value(call, option, td_buf_str(&wants), value, err);
    td_buf_release(&wants);
    return code;
}

static bool as_flag(const char *word, bool *value)
{
    bool yes = has_word("true yes on 1", ' ', word);
    bool is = yes || has_word("false no off 0", ' ', word);

    if (is)
        *value = yes;
    return is;
}

static enum td_code check_flag(const struct words_call *call,
                               const struct words_option *option,
                               const char *value, struct td_error *err)
{
    bool yes;

    return as_flag(value, &yes)
               ? TD_OK
               : bad_value(call, option, "true or false", value, err);
}

static enum td_code check_text(const struct words_call *call,
                               const struct words_option *option,
                               const char *value, struct td_error *err)
{
    (void)call, (void)option, (void)value, (void)err;
    return TD_OK;
}

static enum td_code (*const checks[])(const struct words_call *,
                                      const struct words_option *, const char *,
                                      struct td_error *) = {
    [WORDS_FLAG] = check_flag,         [WORDS_NUMBER] = check_number,
    [WORDS_DURATION] = check_duration, [WORDS_CHOICE] = check_choice,
    [WORDS_TEXT] = check_text,         [WORDS_MONEY] = check_money,
};

/* ---- options ---- */

struct reading {
    struct words_call *call;
    const struct words_list *list;
    size_t at; /* the next word */
    struct td_error *err;
};

static enum td_code unknown_option(const struct reading *r, const char *name)
{
    struct td_suggestion near = {.word = name};
    const char *command = r->call->command->name;

    for (const struct words_option *o = r->call->command->options; o->name; o++)
        td_suggest(&near, o->name);
    if (near.best)
        return td_error_set(r->err, TD_USAGE, "", 0,
                            "%s: unknown option --%s; did you mean --%s?",
                            command, name, near.best);
    if (!r->call->command->options->name)
        return td_error_set(r->err, TD_USAGE, "", 0,
                            "%s: unknown option --%s; it has none", command,
                            name);
    return td_error_set(r->err, TD_USAGE, "", 0,
                        "%s: unknown option --%s (help %s lists them)", command,
                        name, command);
}

/* The value of a flag without "=": the next word, if it is one. */
static const char *flag_word(struct reading *r, bool no)
{
    bool value = true;

    if (!no && r->at < r->list->len && as_flag(r->list->words[r->at], &value))
        r->at++;
    return value && !no ? "true" : "false";
}

static enum td_code next_value(struct reading *r,
                               const struct words_option *option,
                               const char **value)
{
    if (r->at == r->list->len)
        return td_error_set(r->err, TD_USAGE, "", 0, "%s: --%s wants %s",
                            r->call->command->name, option->name,
                            option->value);
    *value = r->list->words[r->at++];
    return TD_OK;
}

static enum td_code keep(struct reading *r, const struct words_option *option,
                         const char *value)
{
    size_t place = place_of(r->call->command, option->name);
    enum td_code code = checks[option->kind](r->call, option, value, r->err);
    bool yes = false;

    if (code != TD_OK)
        return code;
    if (r->call->options[place])
        return td_error_set(r->err, TD_USAGE, "", 0, "%s: --%s is given twice",
                            r->call->command->name, option->name);
    if (option->kind == WORDS_FLAG)
        value = as_flag(value, &yes) && yes ? "true" : "false";
    r->call->options[place] = value;
    return TD_OK;
}

/* A word that begins with "--". */
static enum td_code read_option(struct reading *r, const char *word)
{
    char name[NAME_MAX_LEN];
    const char *equals = strchr(word, '=');
    const char *value = equals ? equals + 1 : NULL;
    const struct words_option *option;
    bool no = false;
    enum td_code code = TD_OK;

    (void)snprintf(name, sizeof(name), "%.*s",
                   (int)(equals ? (size_t)(equals - word) : strlen(word)),
                   word);
    option = words_option(r->call->command, name);
    if (!option && !value && !strncmp(name, "no-", 3)) {
        option = words_option(r->call->command, name + 3);
        no = option && option->kind == WORDS_FLAG;
        option = no ? option : NULL;
    }
    if (!option)
        return unknown_option(r, name);
    if (!value && option->kind == WORDS_FLAG)
        value = flag_word(r, no);
    else if (!value)
        code = next_value(r, option, &value);
    return code == TD_OK ? keep(r, option, value) : code;
}

static enum td_code read_words(struct reading *r)
{
    enum td_code code = TD_OK;
    bool ended = false;

    while (code == TD_OK && r->at < r->list->len) {
        const char *word = r->list->words[r->at];
        bool dashes = !r->list->quoted[r->at++] && !strncmp(word, "--", 2);

        if (!ended && dashes && !word[2])
            ended = true;
        else if (!ended && dashes)
            code = read_option(r, word + 2);
        else
            r->call->args[r->call->arg_count++] = word;
    }
    return code;
}

bool words_goes_with(const struct words_command *command,
                     const struct words_option *option, const char *first)
{
    char usual[NAME_MAX_LEN];

    (void)snprintf(usual, sizeof(usual), "%.*s",
                   command->verbs ? (int)strcspn(command->verbs, ":|") : 0,
                   command->verbs ? command->verbs : "");
    if (!first)
        first = usual;
    return !option->of || !has_verb(command->verbs, first) ||
           has_word(option->of, '|', first);
}

/* Each option is one of what the first word asks for. */
static enum td_code check_verb(const struct words_call *call,
                               struct td_error *err)
{
    const struct words_command *command = call->command;
    const char *first = call->arg_count ? call->args[0] : NULL;
    struct td_buf of = {0};

    for (size_t i = 0; command->options[i].name; i++) {
        if (!call->options[i] ||
            words_goes_with(command, &command->options[i], first))
            continue;
        put_choices(&of, command->options[i].of);
        (void)td_error_set(err, TD_USAGE, "", 0, "%s: --%s is of %s %s",
                           command->name, command->options[i].name,
                           command->name, td_buf_str(&of));
        td_buf_release(&of);
        return TD_USAGE;
    }
    return TD_OK;
}

enum td_code words_read(struct words_call *call, const struct words_list *list,
                        struct td_error *err)
{
    struct reading r = {.call = call, .list = list, .at = 1, .err = err};
    const char *name = list->len ? list->words[0] : "";

    *call = (struct words_call){0};
    while (*name == '/' && list->len && !list->quoted[0])
        name++;
    call->command = words_find(name, err);
    if (!call->command || read_words(&r) ||
        words_at_most(call, call->command->most, err))
        return TD_USAGE;
    return check_verb(call, err);
}

enum td_code words_at_most(const struct words_call *call, size_t most,
                           struct td_error *err)
{
    const struct words_command *command = call->command;

    if (call->arg_count <= most)
        return TD_OK;
    return td_error_set(err, TD_USAGE, "", 0,
                        "%s: \"%.64s\" is one word too many; usage: %s%s%s",
                        command->name, call->args[most], command->name,
                        *command->args ? " " : "", command->args);
}

/* ---- what was given ---- */

const char *words_text(const struct words_call *call, const char *option)
{
    size_t place = place_of(call->command, option);

    return call->options[place] ? call->options[place]
                                : call->command->options[place].usual;
}

bool words_flag(const struct words_call *call, const char *option)
{
    const char *text = words_text(call, option);

    return text && !strcmp(text, "true");
}

uint64_t words_number(const struct words_call *call, const char *option)
{
    const char *text = words_text(call, option);

    return text ? strtoull(text, NULL, 10) : 0;
}

uint64_t words_duration(const struct words_call *call, const char *option)
{
    const char *text = words_text(call, option);
    uint64_t ns = 0;

    return text && td_duration_parse(text, &ns) == TD_OK ? ns : 0;
}

uint64_t words_millionths(const struct words_call *call, const char *option)
{
    const char *text = words_text(call, option);
    uint64_t millionths = 0;

    return text && take_money(text, &millionths) ? millionths : 0;
}

bool words_given(const struct words_call *call, const char *option)
{
    return call->options[place_of(call->command, option)] != NULL;
}

bool words_verb(const struct words_call *call, const char *verb, size_t least,
                size_t most)
{
    return call->arg_count > least && call->arg_count - 1 <= most &&
           !strcmp(call->args[0], verb);
}

void words_join(const struct words_call *call, size_t n, struct td_buf *out)
{
    for (size_t i = n; i < call->arg_count; i++)
        (void)td_buf_addf(out, "%s%s", i > n ? " " : "", call->args[i]);
}
