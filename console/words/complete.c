#include "console/words/words.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD_MAX       128
#define CANDIDATES_MAX 1000

/* ---- a menu ---- */

void words_offer(struct words_menu *menu, const char *text, const char *about)
{
    const char *typed = td_buf_str(&menu->word);
    size_t same = 0;

    if (strncmp(text, typed, menu->word.len) != 0 ||
        menu->len == CANDIDATES_MAX)
        return;
    for (size_t i = 0; i < menu->len; i++)
        if (!strcmp(menu->list[i].text, text))
            return;
    menu->list = td_list_room(menu->list, menu->len, sizeof(*menu->list));
    menu->list[menu->len++] = (struct words_candidate){
        .text = td_strdup(text), .about = td_strdup(about)};
    if (menu->len == 1) {
        (void)td_buf_add_text(&menu->common, text);
        return;
    }
    while (same < menu->common.len &&
           menu->common.ptr[same] == (uint8_t)text[same])
        same++;
    menu->common.len = same;
}

void words_menu_release(struct words_menu *menu)
{
    for (size_t i = 0; i < menu->len; i++) {
        free(menu->list[i].text);
        free(menu->list[i].about);
    }
    free(menu->list);
    td_buf_release(&menu->word);
    td_buf_release(&menu->common);
    *menu = (struct words_menu){0};
}

static bool is_plain(struct td_bytes word)
{
    for (size_t i = 0; i < word.len; i++)
        if (strchr(" \t\"'\\", word.ptr[i]))
            return false;
    return word.len > 0;
}

static void put_word(struct td_buf *out, struct td_bytes word, bool quoted)
{
    (void)td_buf_add_text(out, quoted ? "\"" : "");
    for (size_t i = 0; i < word.len; i++) {
        if (word.ptr[i] == '"' || word.ptr[i] == '\\')
            (void)td_buf_add_text(out, "\\");
        (void)td_buf_add_byte(out, word.ptr[i]);
    }
    (void)td_buf_add_text(out, quoted ? "\"" : "");
}

/* What begins with a dash would be an option. */
void words_quote(struct td_buf *out, struct td_bytes word)
{
    put_word(out, word, !is_plain(word) || *word.ptr == '-');
}

void words_replace(const struct words_menu *menu, struct td_bytes line,
                   struct td_bytes word, struct td_buf *out)
{
    (void)td_buf_add(out, line.ptr, menu->start);
    put_word(out, word, word.len > 0 && !is_plain(word));
}

/* ---- where the word begins ---- */

/* The place behind the last blank that parts words. */
static size_t last_start(struct td_bytes line)
{
    uint8_t quote = 0;
    size_t start = 0;

    for (size_t i = 0; i < line.len; i++) {
        uint8_t byte = line.ptr[i];

        if (byte == '\\' && quote != '\'')
            i++;
        else if (quote)
            quote = byte == quote ? 0 : quote;
        else if (byte == '"' || byte == '\'')
            quote = byte;
        else if (byte == ' ')
            start = i + 1;
    }
    return start;
}

/* The word, without the quotes that it has so far. */
static void take_word(struct words_menu *menu, struct td_bytes line)
{
    for (size_t i = menu->start; i < line.len; i++)
        if (line.ptr[i] != '"' && line.ptr[i] != '\'')
            (void)td_buf_add_byte(&menu->word, line.ptr[i]);
}

/* ---- what is offered ---- */

struct offering {
    struct words_menu *menu;
    const struct words_command *command;
    const struct words_list *list; /* the words before */
    words_things_fn *things;
    void *ctx;
};

static void offer_things(const struct offering *o, const char *thing)
{
    if (!thing)
        return;
    if (!strcmp(thing, "command")) {
        for (const struct words_command *c = words_commands; c->name; c++)
            words_offer(o->menu, c->name, c->about);
    } else if (o->things) {
        o->things(o->ctx, thing, o->menu);
    }
}

/* The parts of "word:about:thing", as far as they go. */
struct verb {
    char word[WORD_MAX], about[WORD_MAX], thing[WORD_MAX];
};

static const char *next_verb(const char *at, struct verb *verb)
{
    char *const parts[] = {verb->word, verb->about, verb->thing};
    size_t part = 0;

    *verb = (struct verb){.word = ""};
    while (part < 3) {
        size_t len = strcspn(at, part < 2 ? ":|" : "|");

        (void)snprintf(parts[part++], WORD_MAX, "%.*s", (int)len, at);
        at += len;
        if (*at != ':')
            break;
        at++;
    }
    return *at == '|' ? at + 1 : NULL;
}

static void offer_words(struct words_menu *menu, const char *list)
{
    struct verb verb;

    while (list) {
        list = next_verb(list, &verb);
        words_offer(menu, verb.word, verb.about);
    }
}

/* What stands behind the verb that was typed. */
static bool offer_behind_verb(const struct offering *o, const char *typed)
{
    const char *list = o->command->verbs;
    struct verb verb;

    while (list) {
        list = next_verb(list, &verb);
        if (strcmp(verb.word, typed) != 0)
            continue;
        offer_things(o, *verb.thing ? verb.thing : NULL);
        return true;
    }
    return false;
}

static bool is_given(const struct words_list *list, const char *name)
{
    for (size_t i = 1; i < list->len; i++) {
        const char *word = list->words[i];
        size_t len = strlen(name);

        if (!strncmp(word, "--", 2) && !strncmp(word + 2, name, len) &&
            (!word[len + 2] || word[len + 2] == '='))
            return true;
    }
    return false;
}

static void offer_options(const struct offering *o)
{
    const char *first = o->list->len > 1 ? o->list->words[1] : NULL;
    char word[WORD_MAX];
    char about[WORD_MAX * 2];

    for (const struct words_option *opt = o->command->options; opt->name;
         opt++) {
        if (is_given(o->list, opt->name) ||
            !words_goes_with(o->command, opt, first))
            continue;
        (void)snprintf(word, sizeof(word), "--%s", opt->name);
        (void)snprintf(about, sizeof(about), "%s%s%s%s", opt->about,
                       opt->usual ? " (" : "", opt->usual ? opt->usual : "",
                       opt->usual ? ")" : "");
        words_offer(o->menu, word, about);
    }
}

/* The option whose value comes next; NULL: none does. */
static const struct words_option *open_option(const struct offering *o)
{
    const char *before = o->list->words[o->list->len - 1];
    const struct words_option *option =
        strncmp(before, "--", 2) ? NULL : words_option(o->command, before + 2);

    return option && option->kind != WORDS_FLAG ? option : NULL;
}

static void offer_arguments(const struct offering *o)
{
    const struct words_option *option = open_option(o);
    const char *first = o->list->len > 1 ? o->list->words[1] : NULL;

    if (option) {
        offer_words(o->menu, option->choices);
        offer_things(o, option->thing);
        return;
    }
    if (o->menu->word.len && o->menu->word.ptr[0] == '-') {
        offer_options(o);
        return;
    }
    if (!first)
        offer_words(o->menu, o->command->verbs);
    if (!first || !offer_behind_verb(o, first))
        offer_things(o, o->command->thing);
    if (o->menu->word.len == 0 && (first || o->menu->len == 0))
        offer_options(o);
}

bool words_complete(struct words_menu *menu, struct td_bytes line,
                    words_things_fn *things, void *ctx)
{
    struct words_list list;
    struct offering o = {
        .menu = menu, .list = &list, .things = things, .ctx = ctx};
    enum td_code code;

    *menu = (struct words_menu){.start = last_start(line)};
    take_word(menu, line);
    code = words_split(&list, td_bytes(line.ptr, menu->start), NULL);
    if (code == TD_OK && list.len == 0)
        offer_things(&o, "command");
    else if (code == TD_OK)
        o.command = words_find(list.words[0], NULL);
    if (o.command)
        offer_arguments(&o);
    words_release(&list);
    return menu->len > 0;
}
