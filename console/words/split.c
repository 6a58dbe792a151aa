#include "console/words/words.h"
#include "core/mem.h"

#include <stdlib.h>

struct splitter {
    struct words_list *list;
    struct td_bytes line;
    size_t at;
    struct td_buf word;
    bool open;   /* a word has begun, though it may be empty */
    bool quoted; /* its first byte was */
};

static void begin(struct splitter *s, bool quoted)
{
    if (s->open)
        return;
    s->open = true;
    s->quoted = quoted;
}

static enum td_code end(struct splitter *s, struct td_error *err)
{
    if (!s->open)
        return TD_OK;
    if (s->list->len == WORDS_MAX)
        return td_error_set(err, TD_USAGE, "", 0, "more than %d words",
                            WORDS_MAX);
    s->list->words[s->list->len] = td_strdup(td_buf_str(&s->word));
    s->list->quoted[s->list->len++] = s->quoted;
    td_buf_clear(&s->word);
    s->open = false;
    return TD_OK;
}

static bool more(const struct splitter *s)
{
    return s->at < s->line.len;
}

static void put(struct splitter *s, uint8_t byte)
{
    if (byte) /* a word is a string */
        (void)td_buf_add_byte(&s->word, byte);
}

/* What follows a backslash in double quotes. */
static void put_escaped(struct splitter *s)
{
    uint8_t byte = s->line.ptr[s->at];

    if (byte == 'n' || byte == 't')
        put(s, byte == 'n' ? '\n' : '\t');
    else if (byte == '"' || byte == '\\')
        put(s, byte);
    else {
        put(s, '\\');
        put(s, byte);
    }
    s->at++;
}

static enum td_code quoted_part(struct splitter *s, uint8_t quote,
                                struct td_error *err)
{
    size_t column = s->at + 1;

    begin(s, true);
    s->at++;
    while (more(s) && s->line.ptr[s->at] != quote) {
        uint8_t byte = s->line.ptr[s->at++];

        if (quote == '"' && byte == '\\' && more(s))
            put_escaped(s);
        else
            put(s, byte);
    }
    if (!more(s))
        return td_error_set(err, TD_USAGE, "", 0, "unclosed %c at column %zu",
                            quote, column);
    s->at++;
    return TD_OK;
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static enum td_code part(struct splitter *s, struct td_error *err)
{
    uint8_t byte = s->line.ptr[s->at];

    if (is_blank(byte)) {
        s->at++;
        return end(s, err);
    }
    if (byte == '"' || byte == '\'')
        return quoted_part(s, byte, err);
    if (byte == '\\' && s->at + 1 < s->line.len) {
        begin(s, true);
        byte = s->line.ptr[++s->at];
    }
    begin(s, false);
    put(s, byte);
    s->at++;
    return TD_OK;
}

enum td_code words_split(struct words_list *out, struct td_bytes line,
                         struct td_error *err)
{
    struct splitter s = {.list = out, .line = line};
    enum td_code code = TD_OK;

    *out = (struct words_list){
        .words = td_calloc(WORDS_MAX, sizeof(*out->words)),
        .quoted = td_calloc(WORDS_MAX, sizeof(*out->quoted)),
    };
    if (line.len > WORDS_LINE_MAX)
        return td_error_set(err, TD_USAGE, "", 0,
                            "a line of more than %zu bytes", WORDS_LINE_MAX);
    while (code == TD_OK && more(&s))
        code = part(&s, err);
    if (code == TD_OK)
        code = end(&s, err);
    td_buf_release(&s.word);
    return code;
}

/* Behind what is quoted at `at`, or the end of the line. */
static size_t behind_quoted(struct td_bytes line, size_t at)
{
    uint8_t quote = line.ptr[at++];

    while (at < line.len && line.ptr[at] != quote)
        at += quote == '"' && line.ptr[at] == '\\' ? 2 : 1;
    return at < line.len ? at + 1 : line.len;
}

size_t words_comment(struct td_bytes line)
{
    bool within = false; /* a word */
    size_t at = 0;

    while (at < line.len) {
        uint8_t byte = line.ptr[at];

        if (byte == '#' && !within)
            return at;
        within = !is_blank(byte);
        if (byte == '"' || byte == '\'')
            at = behind_quoted(line, at);
        else
            at += byte == '\\' && at + 1 < line.len ? 2 : 1;
    }
    return line.len;
}

void words_release(struct words_list *list)
{
    for (size_t i = 0; i < list->len; i++)
        free(list->words[i]);
    free(list->words);
    free(list->quoted);
    *list = (struct words_list){0};
}
