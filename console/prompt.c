#include "console/prompt.h"
#include "console/store/store.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "core/width.h"

#include <stdlib.h>
#include <string.h>

#define PROMPT       "tapedeck> "
#define MENU_ROWS    8
#define ABOUT_AT     24
#define ESCAPE       0x1b
#define CTRL(letter) ((letter)&0x1f)

/* What is typed while the log is followed. */
enum typing { TYPES_NOTHING, TYPES_SEARCH, TYPES_FILTER };

struct prompt {
    struct console *c;
    struct line *line;
    /* A menu: list is empty where there is none. */
    struct words_menu menu;
    struct td_buf typed; /* the line before a candidate was tried */
    size_t at;           /* of the candidate that is tried, from 1; 0: none */
    uint8_t sequence;    /* bytes of an arrow that have come: 1 Esc, 2 Esc [ */
    /* A search of earlier lines. */
    bool searching;
    struct td_buf query;
    struct td_buf before; /* the line when it began */
    size_t found;         /* how many of those that fit are passed over */
    bool leaving;         /* it asks what Ctrl-C was meant to do */
    /* A log that is followed. */
    enum typing typing;
    char *sought;  /* in the log; or NULL */
    size_t passed; /* matches behind the one that is shown */
};

struct prompt *prompt_new(struct console *c)
{
    struct prompt *p = td_calloc(1, sizeof(*p));

    p->c = c;
    p->line = line_new();
    return p;
}

void prompt_free(struct prompt *p)
{
    if (!p)
        return;
    words_menu_release(&p->menu);
    line_free(p->line);
    td_buf_release(&p->typed);
    td_buf_release(&p->query);
    td_buf_release(&p->before);
    free(p->sought);
    free(p);
}

struct line *prompt_line(struct prompt *p)
{
    return p->line;
}

/* ---- the menu ---- */

static void menu_close(struct prompt *p)
{
    words_menu_release(&p->menu);
    p->at = 0;
    p->sequence = 0;
}

/* The last word of what was typed becomes this. */
static void replace(struct prompt *p, struct td_bytes word, bool whole)
{
    struct td_buf text = {0};

    words_replace(&p->menu, td_buf_bytes(&p->typed), word, &text);
    if (whole && (word.len == 0 || word.ptr[word.len - 1] != '/'))
        (void)td_buf_add_text(&text, " ");
    line_set(p->line, td_buf_bytes(&text));
    td_buf_release(&text);
}

static void menu_move(struct prompt *p, bool down)
{
    size_t count = p->menu.len;

    if (down)
        p->at = p->at < count ? p->at + 1 : 1;
    else
        p->at = p->at > 1 ? p->at - 1 : count;
    replace(p, td_text(p->menu.list[p->at - 1].text), false);
}

static void complete(struct prompt *p)
{
    struct td_bytes text = line_text(p->line);

    menu_close(p);
    if (p->c->talk.asking || p->typing)
        return;
    td_buf_clear(&p->typed);
    (void)td_buf_add(&p->typed, text.ptr, line_cursor(p->line));
    if (!words_complete(&p->menu, td_buf_bytes(&p->typed), console_things,
                        p->c))
        return;
    if (p->menu.len == 1) {
        replace(p, td_text(p->menu.list[0].text), true);
        menu_close(p);
    } else if (p->menu.common.len > p->menu.word.len) {
        replace(p, td_buf_bytes(&p->menu.common), false);
        td_buf_clear(&p->typed);
        (void)td_buf_add_bytes(&p->typed, line_text(p->line));
    }
}

/* Arrows, Tab and Enter are the menu's; with every other key it is closed.
 * True: the byte was taken. */
static bool menu_feed(struct prompt *p, uint8_t byte)
{
    static const uint8_t arrow[] = {ESCAPE, '['};

    if (p->sequence == sizeof(arrow) && strchr("ABZ", byte) && byte) {
        p->sequence = 0;
        menu_move(p, byte == 'B');
        return true;
    }
    if (p->sequence < sizeof(arrow) && byte == arrow[p->sequence]) {
        p->sequence++;
        return true;
    }
    if (p->sequence == 0 && byte == '\t') {
        menu_move(p, true);
        return true;
    }
    if (p->sequence == 0 && p->at && (byte == '\r' || byte == '\n')) {
        replace(p, td_text(p->menu.list[p->at - 1].text), true);
        menu_close(p);
        return true;
    }
    for (size_t i = 0; i < p->sequence && i < sizeof(arrow); i++)
        (void)line_feed(p->line, arrow[i]);
    menu_close(p);
    return false;
}

bool prompt_waits(const struct prompt *p)
{
    return p->sequence == 1 || line_waits(p->line);
}

void prompt_alone(struct prompt *p)
{
    if (p->sequence == 1)
        menu_close(p);
    line_alone(p->line);
}

/* ---- a search of earlier lines ---- */

/* The earlier line that has the query in it, in any case; `found` newer ones
 * are passed over. */
static void look(struct prompt *p)
{
    const char *query = td_buf_str(&p->query);
    size_t pass = p->found;
    const char *text;

    for (size_t i = 0; (text = line_earlier(p->line, i)) != NULL; i++)
        if (strcasestr(text, query) && pass-- == 0) {
            line_set(p->line, td_text(text));
            return;
        }
    if (p->found)
        p->found--; /* the oldest stays */
}

static void search_begin(struct prompt *p)
{
    struct td_bytes text = line_text(p->line);

    p->searching = true;
    p->found = 0;
    td_buf_clear(&p->query);
    td_buf_clear(&p->before);
    (void)td_buf_add_bytes(&p->before, text);
}

static void search_back(struct prompt *p)
{
    while (p->query.len && (p->query.ptr[p->query.len - 1] & 0xc0) == 0x80)
        p->query.len--;
    if (p->query.len)
        p->query.len--;
    p->found = 0;
    look(p);
}

/* True: the byte was taken; else the line that was found goes on with it. */
static bool search_feed(struct prompt *p, uint8_t byte)
{
    if (byte == CTRL('r')) {
        p->found += p->query.len > 0;
        look(p);
    } else if (byte == CTRL('g') || byte == CTRL('c')) {
        p->searching = false;
        line_set(p->line, td_buf_bytes(&p->before));
    } else if (byte == '\r' || byte == '\n') {
        p->searching = false; /* Enter takes it; once more does it */
    } else if (byte == CTRL('h') || byte == 0x7f) {
        search_back(p);
    } else if (byte >= ' ') {
        (void)td_buf_add_byte(&p->query, byte);
        p->found = 0;
        look(p);
    } else {
        p->searching = false;
        return false;
    }
    return true;
}

/* ---- a log that is followed ---- */

static void say(struct prompt *p, const char *text)
{
    (void)td_buf_add_text(p->c->above, text);
}

/* A match is shown once more, above. */
static void show_match(struct prompt *p)
{
    struct panel v = console_view(p->c);
    struct panel_logs which = p->c->follow;

    which.query = p->sought;
    if (p->sought && !panel_log_found(p->c->above, &v, &which, p->passed)) {
        say(p, p->passed ? "  no older line has it\n" : "  no line has it\n");
        p->passed -= p->passed > 0;
    }
}

static void next_level(struct console *c)
{
    c->follow.level =
        c->follow.level == SEEN_ERROR ? SEEN_DEBUG : c->follow.level + 1;
}

static enum line_key follow_feed(struct prompt *p, uint8_t byte)
{
    struct console *c = p->c;

    if (byte == 'q' || byte == CTRL('c'))
        console_unfollow(c);
    else if (byte == '/')
        p->typing = TYPES_SEARCH;
    else if (byte == 'f')
        p->typing = TYPES_FILTER;
    else if (byte == 'l')
        next_level(c);
    else if (byte == 'n' || (byte == 'N' && p->passed)) {
        p->passed += byte == 'n' ? 1 : (size_t)-1;
        show_match(p);
    } else if (byte == CTRL('d')) {
        return LINE_ENDED;
    }
    return LINE_EDITED;
}

/* What was typed behind / or f. */
static void follow_entered(struct prompt *p)
{
    struct td_bytes text = line_text(p->line);
    char *copy = text.len ? td_strndup(text.ptr, text.len) : NULL;

    if (p->typing == TYPES_SEARCH) {
        free(p->sought);
        p->sought = copy;
        p->passed = 0;
        show_match(p);
    } else {
        free(p->c->follow_query);
        p->c->follow_query = copy;
        p->c->follow.query = copy;
    }
    p->typing = TYPES_NOTHING;
    line_clear(p->line);
}

static enum line_key typing_feed(struct prompt *p, uint8_t byte)
{
    enum line_key key = line_feed(p->line, byte);

    if (key == LINE_ENTERED) {
        follow_entered(p);
    } else if (key == LINE_STOPPED || key == LINE_ENDED) {
        p->typing = TYPES_NOTHING;
        line_clear(p->line);
    }
    return LINE_EDITED;
}

/* ---- keys ---- */

/* The dialogue ends, not the console. */
static enum line_key talk_left(struct prompt *p)
{
    console_talk_leave(p->c);
    (void)td_buf_add_bytes(p->c->above, td_buf_bytes(&p->c->text));
    td_buf_clear(&p->c->text);
    line_clear(p->line);
    return LINE_EDITED;
}

void prompt_ask_leave(struct prompt *p)
{
    p->leaving = true;
}

/* c, d, Enter and Ctrl-C answer it; any other key is what it is elsewhere. */
static bool leave_feed(struct prompt *p, uint8_t byte, enum line_key *key)
{
    p->leaving = false;
    *key = LINE_EDITED;
    if (byte == 'c') {
        line_set(p->line, td_text("cancel"));
        *key = LINE_ENTERED;
    } else if (byte == 'd' || byte == CTRL('c')) {
        *key = LINE_STOPPED;
    } else if (byte != '\r' && byte != '\n') {
        return false;
    }
    return true;
}

enum line_key prompt_feed(struct prompt *p, uint8_t byte)
{
    enum line_key key;

    if (p->leaving && leave_feed(p, byte, &key))
        return key;
    if (p->typing)
        return typing_feed(p, byte);
    if (p->c->following)
        return follow_feed(p, byte);
    if (p->menu.len && menu_feed(p, byte))
        return LINE_EDITED;
    if (p->searching && search_feed(p, byte))
        return LINE_EDITED;
    if (byte == CTRL('r') && !line_is_pasting(p->line)) {
        search_begin(p);
        return LINE_EDITED;
    }
    key = line_feed(p->line, byte);
    if (key == LINE_TAB)
        complete(p);
    if (key == LINE_ENTERED && p->c->talk.asking && p->c->asked.command)
        return LINE_EDITED; /* what was answered before is looked at yet */
    if (p->c->talk.asking && (key == LINE_STOPPED || key == LINE_ENDED))
        return talk_left(p);
    return key == LINE_TAB ? LINE_EDITED : key;
}

/* ---- what was entered ---- */

static const char *name_of(const struct prompt *p)
{
    return p->c->talk.asking ? p->c->talk.category : NULL;
}

/* "/plan show" is a command where a question is, "/notes" an answer. */
static bool is_command(struct td_bytes text)
{
    struct td_error ignored;
    size_t from = 0;
    size_t to;
    char *name;
    bool is;

    while (from < text.len && text.ptr[from] == '/')
        from++;
    for (to = from; to < text.len && text.ptr[to] != ' ';)
        to++;
    name = td_strndup(text.ptr + from, to - from);
    is = from > 0 && words_find(name, &ignored) != NULL;
    free(name);
    return is;
}

bool prompt_take(struct prompt *p, struct td_buf *command, struct td_buf *shown)
{
    struct td_bytes text = line_text(p->line);
    const char *question = name_of(p);
    bool answers = question && !is_command(text);

    if (question) {
        text_clean(shown, td_text(question), &p->c->options.style);
        (void)td_buf_add_text(shown, "> ");
    } else {
        (void)td_buf_add_text(shown, PROMPT);
    }
    text_clean(shown, text, &p->c->options.style);
    (void)td_buf_add_text(shown, "\n");
    if (answers && text.len) {
        console_talk_line(p->c, text, command);
    } else if (!answers) {
        (void)td_buf_add_bytes(command, text);
        if (store_may_keep(text))
            line_remember(p->line, text);
    }
    line_clear(p->line);
    return command->len > 0;
}

/* ---- drawing ---- */

size_t prompt_rows(const struct prompt *p)
{
    return p->menu.len < MENU_ROWS ? p->menu.len : MENU_ROWS;
}

/* As many of them as have room, the one that is tried among them. */
static void draw_menu(const struct prompt *p, struct td_buf *out)
{
    struct panel v = console_view(p->c);
    size_t rows = prompt_rows(p);
    size_t first = p->at > rows ? p->at - rows : 0;

    for (size_t i = first; i < first + rows; i++) {
        const struct words_candidate *one = &p->menu.list[i];
        struct text_line line = panel_row(out, &v);
        bool more = i + 1 == first + rows && first + rows < p->menu.len;

        text_put(&line, TEXT_ACCENT, i + 1 == p->at ? "> " : "  ");
        text_put_foreign(&line, i + 1 == p->at ? TEXT_ACCENT : TEXT_PLAIN,
                         td_text(one->text));
        text_tab(&line, ABOUT_AT);
        text_put(&line, TEXT_PLAIN, "  ");
        text_put_foreign(&line, TEXT_DIM, td_text(one->about));
        if (more)
            text_putf(&line, TEXT_DIM, "  (+%zu)", p->menu.len - first - rows);
        panel_row_end(&line);
    }
}

/* "logs: warn and above, "order"; / search  f filter  l level  q back" */
static void put_follow(const struct prompt *p, struct text_line *line)
{
    static const char *const levels[] = {"debug", "info", "warn", "error"};
    const struct panel_logs *which = &p->c->follow;

    text_putf(line, TEXT_ACCENT, "logs: %s and above", levels[which->level]);
    if (which->task) {
        text_put(line, TEXT_PLAIN, ", task ");
        text_put_foreign(line, TEXT_PLAIN, td_text(which->task));
    }
    if (which->query) {
        text_put(line, TEXT_PLAIN, ", \"");
        text_put_foreign(line, TEXT_PLAIN, td_text(which->query));
        text_put(line, TEXT_PLAIN, "\"");
    }
    text_put(line, TEXT_DIM, "; / search  n N next  f filter  l level  q back");
}

static void put_name(const struct prompt *p, struct text_line *line)
{
    static const char *const names[] = {"", "search> ", "filter> "};
    const char *question = name_of(p);

    if (p->leaving) {
        text_put_foreign(line, TEXT_ACCENT, td_text(p->c->seen->execution));
        text_put(line, TEXT_WARN,
                 " is running: c cancel, d detach (it goes on), "
                 "Enter neither? ");
    } else if (p->typing) {
        text_put(line, TEXT_ACCENT, names[p->typing]);
    } else if (p->searching) {
        text_put(line, TEXT_ACCENT, "search \"");
        text_put_foreign(line, TEXT_PLAIN, td_buf_bytes(&p->query));
        text_put(line, TEXT_ACCENT, "\": ");
    } else if (question) {
        text_put_foreign(line, TEXT_ACCENT, td_text(question));
        text_put(line, TEXT_ACCENT, "> ");
    } else {
        text_put(line, TEXT_ACCENT, PROMPT);
    }
}

/* The part of the line around the cursor that there is room for. */
static size_t put_text(const struct prompt *p, struct text_line *line)
{
    const struct text_style *style = &p->c->options.style;
    struct td_bytes text = line_text(p->line);
    size_t cursor = line_cursor(p->line);
    struct td_buf front = {0};
    struct td_buf rest = {0};
    size_t room = line->max > line->used ? line->max - line->used : 0;
    size_t skip = 0;
    size_t column;

    text_clean(&front, td_bytes(text.ptr, cursor), style);
    text_clean(&rest, td_bytes(text.ptr + cursor, text.len - cursor), style);
    while (skip < front.len &&
           td_width(td_bytes(front.ptr + skip, front.len - skip)) > room)
        skip += td_cluster(td_bytes(front.ptr + skip, front.len - skip)).len;
    text_put_bytes(line, TEXT_PLAIN,
                   td_bytes(front.ptr + skip, front.len - skip));
    column = line->used;
    room = line->max > line->used ? line->max - line->used : 0;
    text_put_bytes(line, TEXT_PLAIN,
                   td_bytes(rest.ptr, td_width_fit(td_buf_bytes(&rest), room)));
    td_buf_release(&front);
    td_buf_release(&rest);
    return column;
}

size_t prompt_draw(struct prompt *p, struct td_buf *out)
{
    struct panel v = console_view(p->c);
    struct text_line line = panel_row(out, &v);
    size_t column;

    p->leaving = p->leaving && !p->c->seen->ended;
    if (p->c->following && !p->typing) {
        put_follow(p, &line);
        column = line.used;
    } else {
        put_name(p, &line);
        column = put_text(p, &line);
    }
    panel_row_end(&line);
    draw_menu(p, out);
    return column;
}
