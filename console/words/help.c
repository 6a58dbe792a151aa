#include "console/words/words.h"

#include <stdio.h>
#include <string.h>

#define OPTION_COLUMN 26
#define COLUMNS       79
#define KEYS                                                                   \
    "keys: Tab complete, Ctrl-R search, Ctrl-C ask, Ctrl-D leave; help keys "  \
    "has all\n"

static void aliases(struct td_buf *out)
{
    const char *before = "aliases: ";

    for (const struct words_command *c = words_commands; c->name; c++) {
        if (!*c->alias)
            continue;
        (void)td_buf_addf(out, "%s%s %s", before, c->alias, c->name);
        before = ", ";
    }
    (void)td_buf_add_text(out, "\n");
}

static void keys(struct td_buf *out)
{
    static const char *const rows[][2] = {
        {"Tab", "what a word may become; again or arrows: the next one"},
        {"Enter", "do the line; in a menu: take it"},
        {"Esc", "close the menu"},
        {"Up Down", "earlier lines that begin as this one does"},
        {"Ctrl-R", "search earlier lines; again: an older one; Ctrl-G leaves"},
        {"Ctrl-A Ctrl-E", "to the start and the end of the line"},
        {"Ctrl-B Ctrl-F", "a character; Alt-B Alt-F: a word"},
        {"Ctrl-U Ctrl-K", "cut to the start, to the end; Ctrl-Y puts it back"},
        {"Ctrl-W Alt-D", "cut the word before, the word behind"},
        {"Ctrl-C", "clear the line; on an empty one: what leaving means"},
        {"Ctrl-D", "leave, on an empty line"},
        {"Ctrl-Z", "suspend"},
        {"F1 F2", "these keys; the block small or large"},
        {"a tape", "space pause, arrows 5 s, with Shift 60 s, + - speed"},
        {"", ", . an event, [ ] a wave, ! an error, 0 start, End"},
        {"", "@50% @seq:9 @+10s @02:13 and Enter: go there"},
        {"logs --follow", "/ search, n N next, f filter, l level, q back"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        (void)td_buf_addf(out, "  %-15s %s\n", rows[i][0], rows[i][1]);
}

bool words_help_topic(struct td_buf *out, const char *topic)
{
    bool is_keys = !strcmp(topic, "keys");

    if (is_keys)
        keys(out);
    else if (!strcmp(topic, "aliases"))
        aliases(out);
    else
        return false;
    return true;
}

void words_help(struct td_buf *out)
{
    for (const struct words_command *c = words_commands; c->name; c++)
        (void)td_buf_addf(out, "  %-9s %s\n", c->name, c->about);
    aliases(out);
    (void)td_buf_add_text(out, KEYS);
}

/* How much of the text goes into a row of that room: up to a blank or a |. */
static size_t row_of(const char *text, size_t room)
{
    size_t len = strlen(text);
    size_t end = 0;

    if (len <= room)
        return len;
    for (size_t i = 0; i < room; i++)
        if (text[i] == ' ' || text[i] == '|')
            end = i + 1;
    return end ? end : len;
}

/* A text that begins at a column, where its other rows begin too. */
static void put_rows(struct td_buf *out, const char *text, int column)
{
    size_t room = (size_t)(COLUMNS - column);
    size_t len = row_of(text, room);

    while (text[len]) {
        size_t shown = text[len - 1] == ' ' ? len - 1 : len;

        (void)td_buf_addf(out, "%.*s\n%*s", (int)shown, text, column, "");
        text += len;
        len = row_of(text, room);
    }
    (void)td_buf_addf(out, "%s\n", text);
}

static void put_option(struct td_buf *out, const struct words_option *option)
{
    char head[OPTION_COLUMN * 2];
    struct td_buf about = {0};

    (void)snprintf(head, sizeof(head), "--%s%s%s", option->name,
                   *option->value ? " " : "", option->value);
    (void)td_buf_addf(out, "  %-*s ", OPTION_COLUMN - 3, head);
    (void)td_buf_add_text(&about, option->about);
    if (option->choices)
        (void)td_buf_addf(&about, ": %s", option->choices);
    if (option->usual)
        (void)td_buf_addf(&about, " (%s)", option->usual);
    put_rows(out, td_buf_str(&about), OPTION_COLUMN);
    td_buf_release(&about);
}

/* "show        what is known" of each verb. */
static void put_verbs(struct td_buf *out, const char *verbs)
{
    while (verbs) {
        size_t word = strcspn(verbs, ":|");
        size_t all = strcspn(verbs, "|");
        size_t about = word < all ? strcspn(verbs + word + 1, ":|") : 0;

        (void)td_buf_addf(out, "  %-*.*s%.*s\n", OPTION_COLUMN - 2, (int)word,
                          verbs, (int)about, verbs + word + (word < all));
        verbs = verbs[all] ? verbs + all + 1 : NULL;
    }
}

void words_help_one(struct td_buf *out, const struct words_command *command)
{
    (void)td_buf_addf(out, "%s%s", command->name, *command->args ? " " : "");
    put_rows(out, command->args, (int)strlen(command->name) + 1);
    (void)td_buf_addf(out, "  %s\n", command->more);
    put_verbs(out, command->verbs);
    for (const struct words_option *o = command->options; o->name; o++)
        put_option(out, o);
    (void)td_buf_add_text(out, strchr(command->examples, '\n') ? "examples\n"
                                                               : "example\n");
    for (const char *at = command->examples; *at;) {
        size_t len = strcspn(at, "\n");

        (void)td_buf_addf(out, "  %.*s\n", (int)len, at);
        at += len + (at[len] == '\n');
    }
    if (*command->alias)
        (void)td_buf_addf(out, "also called: %s\n", command->alias);
    if (command->see)
        (void)td_buf_addf(out, "see also: %s\n", command->see);
}
