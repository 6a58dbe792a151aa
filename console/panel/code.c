/* Texts of files with colors: the languages that the blueprints write. A word
 * is looked at where it stands; nothing is parsed. */
#include "console/panel/panel_internal.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define TAB_COLUMNS 8

struct language {
    const char *endings; /* of paths, parted by blanks */
    const char *comment; /* to the end of the line; or NULL */
    const char *open;    /* of a comment over lines; or NULL */
    const char *close;
    const char *quotes;   /* strings stand between two of one of them */
    const char *keywords; /* parted by blanks */
    char directive;       /* a line that begins so; '\0': none */
    bool keys;            /* "key:" at the front of a line */
    bool calls;           /* a word in front of ( is a command */
};

static const struct language languages[] = {
    {".c .h .cc .cpp .hpp", "//", "/*", "*/", "\"'",
     "auto break case char const continue default do double else enum extern "
     "float for goto if inline int long register return short signed sizeof "
     "static struct switch typedef union unsigned void volatile while bool "
     "true false NULL size_t uint8_t uint32_t uint64_t int64_t int32_t",
     '#', false, false},
    {"CMakeLists.txt .cmake", "#", NULL, NULL, "\"",
     "ON OFF TRUE FALSE NOT AND OR", '\0', false, true},
    {".yaml .yml", "#", NULL, NULL, "\"'", "true false null yes no on off",
     '\0', true, false},
    {".json", NULL, NULL, NULL, "\"", "true false null", '\0', true, false},
    {".md", NULL, "```", "```", "`", "", '#', false, false},
    {".sh .bash", "#", NULL, NULL, "\"'",
     "if then else elif fi for while until do done case esac in function "
     "return exit set export local trap exec cd echo printf test",
     '\0', false, false},
};

/* True if the path ends so; an ending without a dot is the whole name. */
static bool has_ending(const char *path, const char *ending, size_t len)
{
    const char *slash = strrchr(path, '/');
    size_t size;

    if (*ending != '.')
        path = slash ? slash + 1 : path;
    size = strlen(path);
    return *ending == '.'
               ? size > len && !strncmp(path + size - len, ending, len)
               : size == len && !strncmp(path, ending, len);
}

static const struct language *language_of(const char *path)
{
    for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++) {
        const char *at = languages[i].endings;

        while (*at) {
            size_t len = strcspn(at, " ");

            if (has_ending(path, at, len))
                return &languages[i];
            at += len + (at[len] == ' ');
        }
    }
    return NULL;
}

/* A line while its pieces are put. */
struct coloring {
    const struct language *language; /* NULL: plain */
    struct text_line *line;
    const char *at, *end;
    bool open; /* within a comment over lines, also of lines before */
};

static void put(struct coloring *c, enum text_role role, size_t len)
{
    size_t left = (size_t)(c->end - c->at);

    len = len < left ? len : left;
    text_put_foreign(c->line, role, td_bytes(c->at, len));
    c->at += len;
}

static bool begins(const struct coloring *c, const char *word)
{
    size_t len = word ? strlen(word) : 0;

    return len && (size_t)(c->end - c->at) >= len && !memcmp(c->at, word, len);
}

/* Up to the end of the comment, or of the line. */
static void put_open(struct coloring *c)
{
    const char *close = c->language->close;
    const char *found =
        memmem(c->at, (size_t)(c->end - c->at), close, strlen(close));

    c->open = !found;
    put(c, TEXT_DIM,
        found ? (size_t)(found - c->at) + strlen(close)
              : (size_t)(c->end - c->at));
}

static void put_string(struct coloring *c)
{
    size_t len = 1;

    while (c->at + len < c->end && c->at[len] != *c->at)
        len += c->at[len] == '\\' && c->at + len + 1 < c->end ? 2 : 1;
    put(c, TEXT_GOOD, len + 1);
}

static bool is_keyword(const struct language *language, const char *word,
                       size_t len)
{
    const char *at = language->keywords;

    while (*at) {
        size_t part = strcspn(at, " ");

        if (part == len && !memcmp(at, word, len))
            return true;
        at += part + (at[part] == ' ');
    }
    return false;
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static void put_word(struct coloring *c)
{
    const struct language *language = c->language;
    enum text_role role = TEXT_PLAIN;
    size_t len = 0;
    const char *behind;

    while (c->at + len < c->end && is_word(c->at[len]))
        len++;
    behind = c->at + len;
    while (behind < c->end && *behind == ' ')
        behind++;
    if (isdigit((unsigned char)*c->at))
        role = TEXT_ACCENT;
    else if (is_keyword(language, c->at, len) ||
             (language->calls && behind < c->end && *behind == '('))
        role = TEXT_RUN;
    put(c, role, len);
}

/* "  - name:" in front of everything else; in JSON it is a string. */
static void put_key(struct coloring *c)
{
    size_t len = strspn(c->at, " -\"");
    size_t start = len;

    while (c->at + len < c->end &&
           (is_word(c->at[len]) || strchr("-./ \"", c->at[len])))
        len++;
    if (c->at + len >= c->end || c->at[len] != ':' || len == start)
        return;
    put(c, TEXT_PLAIN, start);
    put(c, TEXT_ACCENT, len - start);
}

static void put_piece(struct coloring *c)
{
    const struct language *language = c->language;

    if (c->open) {
        put_open(c);
    } else if (begins(c, language->open)) {
        size_t len = strlen(language->open);

        c->open = true;
        put(c, TEXT_DIM, len);
        put_open(c);
    } else if (begins(c, language->comment)) {
        put(c, TEXT_DIM, (size_t)(c->end - c->at));
    } else if (*c->at && strchr(language->quotes, *c->at)) {
        put_string(c);
    } else if (is_word(*c->at)) {
        put_word(c);
    } else {
        put(c, TEXT_PLAIN, 1);
    }
}

static void put_line(struct coloring *c)
{
    const struct language *language = c->language;

    if (!language) {
        put(c, TEXT_PLAIN, (size_t)(c->end - c->at));
        return;
    }
    if (!c->open && language->directive && c->at < c->end &&
        *c->at == language->directive) {
        put(c, TEXT_WARN, (size_t)(c->end - c->at));
        return;
    }
    if (!c->open && language->keys)
        put_key(c);
    while (c->at < c->end)
        put_piece(c);
}

/* ---- all of it ---- */

/* A tab goes on to the next of its columns; a CR in front of the line's end is
 * none of the text. */
static void expand(struct td_buf *out, struct td_bytes line)
{
    td_buf_clear(out);
    if (line.len && line.ptr[line.len - 1] == '\r')
        line.len--;
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] != '\t') {
            (void)td_buf_add_byte(out, line.ptr[i]);
            continue;
        }
        do
            (void)td_buf_add_byte(out, ' ');
        while (out->len % TAB_COLUMNS);
    }
    (void)td_buf_str(out);
}

static uint64_t count_lines(struct td_bytes text)
{
    uint64_t n = text.len && text.ptr[text.len - 1] != '\n';

    for (size_t i = 0; i < text.len; i++)
        n += text.ptr[i] == '\n';
    return n;
}

static void skip_to(struct td_bytes *text, uint64_t lines)
{
    for (; lines && text->len; lines--) {
        const uint8_t *lf = memchr(text->ptr, '\n', text->len);
        size_t len = lf ? (size_t)(lf - text->ptr) + 1 : text->len;

        *text = td_bytes(text->ptr + len, text->len - len);
    }
}

static void text_row(struct td_buf *out, const struct panel *v,
                     struct coloring *c, uint64_t number)
{
    struct text_line line = panel_line(out, v);

    if (number)
        text_putf(&line, TEXT_DIM, "%4llu  ", (unsigned long long)number);
    c->line = &line;
    put_line(c);
    panel_end(&line);
    c->line = NULL;
}

void panel_text(struct td_buf *out, const struct panel *v,
                const struct panel_text *which)
{
    const uint64_t all = count_lines(which->text);
    const uint64_t from = which->from          ? which->from
                          : all > which->lines ? all - which->lines + 1
                                               : 1;
    struct coloring c = {.language =
                             which->raw ? NULL : language_of(which->path)};
    struct td_bytes rest = which->text;
    struct td_buf line = {0};
    struct text_line more;
    uint64_t n = from;

    skip_to(&rest, from - 1);
    for (; rest.len && n - from < which->lines; n++) {
        const uint8_t *lf = memchr(rest.ptr, '\n', rest.len);
        size_t len = lf ? (size_t)(lf - rest.ptr) : rest.len;

        expand(&line, td_bytes(rest.ptr, len));
        c.at = td_buf_str(&line);
        c.end = c.at + line.len;
        text_row(out, v, &c, which->raw ? 0 : n);
        skip_to(&rest, 1);
    }
    td_buf_release(&line);
    if (n > all || which->raw)
        return;
    more = panel_line(out, v);
    text_putf(&more, TEXT_DIM,
              "  (%llu more lines: --lines N, --from N, --all, --raw)",
              (unsigned long long)(all - n + 1));
    panel_end(&more);
}
