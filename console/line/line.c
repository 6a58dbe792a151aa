#include "console/line/line.h"
#include "core/mem.h"
#include "core/utf8.h"

#include <stdlib.h>
#include <string.h>

#define CTRL(letter) ((letter)&0x1f)
#define ESCAPE       0x1b
#define DELETE       0x7f
#define SEQUENCE_MAX 16

#define BELL 0x07

enum state { PLAIN, AFTER_ESCAPE, IN_CSI, IN_SS3, IN_STRING };

struct line {
    struct td_buf text;
    size_t cursor;
    struct td_buf killed;
    enum state state;
    char sequence[SEQUENCE_MAX]; /* parameters of a CSI */
    size_t sequence_len;
    bool in_string; /* something of a string has come */
    bool pasting;
    bool pasted_too_long;
    uint8_t partial[4]; /* of a character in UTF-8 */
    size_t partial_len;
    char signs[SEQUENCE_MAX];
    char sign;
    char *history[LINE_HISTORY]; /* the oldest first */
    size_t history_len;
    size_t history_at; /* history_len: the line itself */
    char *draft;       /* the line itself, while history is looked at */
};

struct line *line_new(void)
{
    struct line *line = td_calloc(1, sizeof(*line));

    td_buf_init(&line->text, LINE_MAX_BYTES);
    return line;
}

void line_free(struct line *line)
{
    if (!line)
        return;
    for (size_t i = 0; i < line->history_len; i++)
        free(line->history[i]);
    free(line->draft);
    td_buf_release(&line->text);
    td_buf_release(&line->killed);
    free(line);
}

void line_signs(struct line *line, const char *signs)
{
    size_t len = strnlen(signs, sizeof(line->signs) - 1);

    memcpy(line->signs, signs, len);
    line->signs[len] = '\0';
}

char line_sign(const struct line *line)
{
    return line->sign;
}

struct td_bytes line_text(const struct line *line)
{
    return td_buf_bytes(&line->text);
}

size_t line_cursor(const struct line *line)
{
    return line->cursor;
}

/* ---- editing ---- */

static size_t before(const struct line *line, size_t at)
{
    if (at)
        at--;
    while (at && (line->text.ptr[at] & 0xc0) == 0x80)
        at--;
    return at;
}

static size_t behind(const struct line *line, size_t at)
{
    size_t step =
        at < line->text.len
            ? td_utf8_step(line->text.ptr + at, line->text.ptr + line->text.len)
            : 0;

    return at + step;
}

static bool is_word(const struct line *line, size_t at)
{
    return line->text.ptr[at] != ' ';
}

static size_t word_before(const struct line *line)
{
    size_t at = line->cursor;

    while (at && !is_word(line, at - 1))
        at--;
    while (at && is_word(line, at - 1))
        at--;
    return at;
}

static size_t word_behind(const struct line *line)
{
    size_t at = line->cursor;

    while (at < line->text.len && !is_word(line, at))
        at++;
    while (at < line->text.len && is_word(line, at))
        at++;
    return at;
}

static bool insert(struct line *line, struct td_bytes bytes)
{
    size_t behind_it = line->text.len - line->cursor;
    uint8_t *room = td_buf_room(&line->text, bytes.len);
    uint8_t *at;

    if (!room)
        return false;
    at = line->text.ptr + line->cursor;
    memmove(at + bytes.len, at, behind_it);
    memcpy(at, bytes.ptr, bytes.len);
    line->text.len += bytes.len;
    line->cursor += bytes.len;
    return true;
}

static void cut(struct line *line, size_t from, size_t to)
{
    memmove(line->text.ptr + from, line->text.ptr + to, line->text.len - to);
    line->text.len -= to - from;
    line->cursor = from;
}

static void kill_part(struct line *line, size_t from, size_t to)
{
    if (from == to)
        return;
    td_buf_clear(&line->killed);
    (void)td_buf_add(&line->killed, line->text.ptr + from, to - from);
    cut(line, from, to);
}

void line_clear(struct line *line)
{
    td_buf_clear(&line->text);
    line->cursor = 0;
    line->history_at = line->history_len;
    free(line->draft);
    line->draft = NULL;
}

void line_set(struct line *line, struct td_bytes text)
{
    td_buf_clear(&line->text);
    if (td_buf_add_bytes(&line->text, text) != TD_OK)
        td_buf_clear(&line->text);
    line->cursor = line->text.len;
}

/* ---- history ---- */

void line_remember(struct line *line, struct td_bytes text)
{
    bool same = line->history_len &&
                td_bytes_is(text, line->history[line->history_len - 1]);

    if (text.len && !same && *text.ptr != ' ') {
        if (line->history_len == LINE_HISTORY) {
            free(line->history[0]);
            memmove((void *)&line->history[0], (void *)&line->history[1],
                    (LINE_HISTORY - 1) * sizeof(line->history[0]));
            line->history_len--;
        }
        line->history[line->history_len++] = td_strndup(text.ptr, text.len);
    }
    line->history_at = line->history_len;
}

const char *line_earlier(const struct line *line, size_t n)
{
    return n < line->history_len ? line->history[line->history_len - 1 - n]
                                 : NULL;
}

bool line_is_pasting(const struct line *line)
{
    return line->pasting;
}

/* Only lines that begin as the draft does. */
static bool fits(const struct line *line, size_t at)
{
    return !strncmp(line->history[at], line->draft, strlen(line->draft));
}

static void older(struct line *line)
{
    size_t at = line->history_at;

    if (!line->draft)
        line->draft = td_strdup(td_buf_str(&line->text));
    while (at-- > 0) {
        if (!fits(line, at))
            continue;
        line->history_at = at;
        line_set(line, td_text(line->history[at]));
        return;
    }
}

static void newer(struct line *line)
{
    if (!line->draft)
        return;
    for (size_t at = line->history_at + 1; at < line->history_len; at++) {
        if (!fits(line, at))
            continue;
        line->history_at = at;
        line_set(line, td_text(line->history[at]));
        return;
    }
    line->history_at = line->history_len;
    line_set(line, td_text(line->draft));
}

/* ---- keys ---- */

static void swap(struct line *line)
{
    size_t second = line->cursor < line->text.len ? line->cursor
                                                  : before(line, line->cursor);
    size_t first = before(line, second);
    size_t end = behind(line, second);
    struct td_buf kept = {0};

    if (first == second)
        return;
    (void)td_buf_add(&kept, line->text.ptr + first, second - first);
    cut(line, first, second);
    line->cursor = first + (end - second);
    (void)insert(line, td_buf_bytes(&kept));
    td_buf_release(&kept);
}

static enum line_key move_to(struct line *line, size_t at)
{
    line->cursor = at;
    return LINE_EDITED;
}

static enum line_key control(struct line *line, uint8_t byte)
{
    size_t end = line->text.len;

    if (byte == CTRL('a'))
        return move_to(line, 0);
    if (byte == CTRL('e'))
        return move_to(line, end);
    if (byte == CTRL('b'))
        return move_to(line, before(line, line->cursor));
    if (byte == CTRL('f'))
        return move_to(line, behind(line, line->cursor));
    if (byte == CTRL('h') || byte == DELETE)
        cut(line, before(line, line->cursor), line->cursor);
    else if (byte == CTRL('k'))
        kill_part(line, line->cursor, end);
    else if (byte == CTRL('u'))
        kill_part(line, 0, line->cursor);
    else if (byte == CTRL('w'))
        kill_part(line, word_before(line), line->cursor);
    else if (byte == CTRL('y'))
        return insert(line, td_buf_bytes(&line->killed)) ? LINE_EDITED
                                                         : LINE_TOO_LONG;
    else if (byte == CTRL('t'))
        swap(line);
    else if (byte == CTRL('p'))
        older(line);
    else if (byte == CTRL('n'))
        newer(line);
    else
        return LINE_NONE;
    return LINE_EDITED;
}

static enum line_key delete_or_end(struct line *line)
{
    if (line->text.len == 0)
        return LINE_ENDED;
    cut(line, line->cursor, behind(line, line->cursor));
    return LINE_EDITED;
}

static enum line_key command_key(struct line *line, uint8_t byte)
{
    static const struct {
        uint8_t byte;
        enum line_key key;
    } keys[] = {
        {'\r', LINE_ENTERED},      {'\n', LINE_ENTERED},
        {CTRL('c'), LINE_STOPPED}, {CTRL('z'), LINE_SUSPEND},
        {CTRL('l'), LINE_REDRAW},  {'\t', LINE_TAB},
    };

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (keys[i].byte == byte)
            return keys[i].key;
    return byte == CTRL('d') ? delete_or_end(line) : control(line, byte);
}

/* Collects the bytes of a character; what is no UTF-8 is dropped, but not the
 * ASCII that it breaks off at. */
static enum line_key character(struct line *line, uint8_t byte)
{
    struct td_bytes whole = td_bytes(line->partial, 0);
    const uint8_t *end;

    if (byte < 0x80)
        line->partial_len = 0;
    line->partial[line->partial_len++] = byte;
    end = line->partial + line->partial_len;
    whole.len = td_utf8_step(line->partial, end);
    if (whole.len) {
        line->partial_len = 0;
        return insert(line, whole) ? LINE_EDITED : LINE_TOO_LONG;
    }
    if (td_utf8_broken(line->partial, end) < line->partial_len ||
        line->partial_len == sizeof(line->partial) ||
        (line->partial_len == 1 && byte < 0xc0))
        line->partial_len = 0;
    return LINE_NONE;
}

static bool is_empty(const struct line *line)
{
    return line->text.len == 0 && line->partial_len == 0;
}

static enum line_key plain(struct line *line, uint8_t byte)
{
    if (byte == ESCAPE) {
        line->state = AFTER_ESCAPE;
        return LINE_NONE;
    }
    if (byte < ' ' || byte == DELETE) {
        line->partial_len = 0;
        return command_key(line, byte);
    }
    if (is_empty(line) && byte && strchr(line->signs, byte)) {
        line->sign = (char)byte;
        return LINE_SIGN;
    }
    return character(line, byte);
}

/* ---- sequences ---- */

/* Keys that move in a line, and are keys of their own where there is none. */
static const struct {
    uint8_t final;
    uint8_t as; /* the letter of the Ctrl key that does the same; 0: none */
    enum line_key empty, shift;
} moves[] = {
    {'C', 'f', LINE_RIGHT, LINE_FAR_RIGHT},
    {'D', 'b', LINE_LEFT, LINE_FAR_LEFT},
    {'H', 'a', LINE_HOME, LINE_HOME},
    {'F', 'e', LINE_LAST, LINE_LAST},
    {'P', 0, LINE_F1, LINE_F1},
    {'Q', 0, LINE_F2, LINE_F2},
};

static enum line_key moved(struct line *line, uint8_t final)
{
    bool shift = !strcmp(line->sequence, "1;2");

    if (final == 'A' || final == 'B') {
        if (final == 'A')
            older(line);
        else
            newer(line);
        return LINE_EDITED;
    }
    for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
        if (moves[i].final != final)
            continue;
        if (moves[i].as && !is_empty(line))
            return control(line, CTRL(moves[i].as));
        return shift ? moves[i].shift : moves[i].empty;
    }
    return LINE_NONE;
}

static enum line_key tilde(struct line *line)
{
    if (!strcmp(line->sequence, "200")) {
        line->pasting = true;
        line->pasted_too_long = false;
        line->sequence_len = 0;
        return LINE_NONE;
    }
    if (!strcmp(line->sequence, "1") || !strcmp(line->sequence, "7"))
        return moved(line, 'H');
    if (!strcmp(line->sequence, "4") || !strcmp(line->sequence, "8"))
        return moved(line, 'F');
    if (!strcmp(line->sequence, "11") || !strcmp(line->sequence, "12"))
        return line->sequence[1] == '1' ? LINE_F1 : LINE_F2;
    return !strcmp(line->sequence, "3") && line->text.len ? delete_or_end(line)
                                                          : LINE_NONE;
}

/* F1 is ESC [ [ A on a terminal of the kernel. */
static bool is_kernels(const struct line *line)
{
    return line->sequence_len == 1 && *line->sequence == '[';
}

static enum line_key csi(struct line *line, uint8_t byte)
{
    if (is_kernels(line)) {
        line->state = PLAIN;
        return byte == 'A'   ? moved(line, 'P')
               : byte == 'B' ? moved(line, 'Q')
                             : LINE_NONE;
    }
    if (byte < 0x40 || byte > 0x7e || (byte == '[' && !line->sequence_len)) {
        if (line->sequence_len + 1 < sizeof(line->sequence))
            line->sequence[line->sequence_len++] = (char)byte;
        return LINE_NONE;
    }
    line->sequence[line->sequence_len] = '\0';
    line->state = PLAIN;
    return byte == '~' ? tilde(line) : moved(line, byte);
}

static enum line_key after_escape(struct line *line, uint8_t byte)
{
    line->state = PLAIN;
    line->sequence_len = 0;
    line->sequence[0] = '\0';
    line->in_string = false;
    if (byte == '[')
        line->state = IN_CSI;
    else if (byte == 'O')
        line->state = IN_SS3;
    else if (byte == ']' || byte == 'P' || byte == '_')
        line->state = IN_STRING;
    else if (byte == ESCAPE)
        line->state = AFTER_ESCAPE;
    else if (byte == 'b')
        return move_to(line, word_before(line));
    else if (byte == 'f')
        return move_to(line, word_behind(line));
    else if (byte == 'd') {
        kill_part(line, line->cursor, word_behind(line));
        return LINE_EDITED;
    }
    return LINE_NONE;
}

/* What a terminal answers to somebody (OSC, DCS, APC), up to BEL or ST. Any
 * other control character ends it too, so that no key is lost in it. */
static enum line_key in_string(struct line *line, uint8_t byte)
{
    line->in_string = true;
    if (byte >= ' ')
        return LINE_NONE;
    line->state = PLAIN;
    return byte == BELL ? LINE_NONE : plain(line, byte);
}

bool line_waits(const struct line *line)
{
    return line->state == IN_STRING && !line->in_string;
}

void line_alone(struct line *line)
{
    if (line_waits(line))
        line->state = PLAIN;
}

static void put_pasted(struct line *line, uint8_t byte)
{
    if (byte == '\n' || byte == '\r' || byte == '\t')
        byte = ' ';
    if (byte >= ' ' && byte != DELETE && character(line, byte) == LINE_TOO_LONG)
        line->pasted_too_long = true;
}

/* The end of a paste is looked for in its bytes as in any sequence. */
static enum line_key pasted(struct line *line, uint8_t byte)
{
    static const char end[] = "\x1b[201~";

    if (byte == (uint8_t)end[line->sequence_len]) {
        if (!end[++line->sequence_len]) {
            line->pasting = false;
            line->sequence_len = 0;
            return line->pasted_too_long ? LINE_TOO_LONG : LINE_EDITED;
        }
        return LINE_NONE;
    }
    for (size_t i = 1; i < line->sequence_len; i++)
        put_pasted(line, (uint8_t)end[i]); /* it was not the end after all */
    line->sequence_len = byte == ESCAPE;
    put_pasted(line, byte);
    return LINE_NONE;
}

enum line_key line_feed(struct line *line, uint8_t byte)
{
    if (line->pasting)
        return pasted(line, byte);
    if (line->state == AFTER_ESCAPE)
        return after_escape(line, byte);
    if (line->state == IN_CSI)
        return csi(line, byte);
    if (line->state == IN_SS3) {
        line->state = PLAIN;
        return moved(line, byte);
    }
    if (line->state == IN_STRING)
        return in_string(line, byte);
    return plain(line, byte);
}
