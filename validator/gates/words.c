#include "validator/gates/words.h"

#include "core/glob.h"
#include "validator/gates/gates.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct splitter {
    struct td_arena *arena;
    struct td_buf word;
    const char *at;
    struct verdict_words *out;
    size_t cap;
};

static bool end_word(struct splitter *s)
{
    struct verdict_words *out = s->out;

    if (out->len == GATES_WORDS_MAX)
        return false;
    if (out->len == s->cap) {
        const char **list =
            td_arena_alloc(s->arena, (s->cap * 2 + 8) * sizeof(*list));

        if (out->len > 0)
            memcpy(list, out->list, out->len * sizeof(*list));
        s->cap = s->cap * 2 + 8;
        out->list = list;
    }
    out->list[out->len++] = td_arena_text(s->arena, td_buf_bytes(&s->word));
    td_buf_clear(&s->word);
    return true;
}

/* From behind the quote to behind the next. */
static bool take_quoted(struct splitter *s, char quote)
{
    for (; *s->at && *s->at != quote; s->at++) {
        if (quote == '"' && *s->at == '\\' && s->at[1] &&
            strchr("\"\\$", s->at[1]))
            s->at++;
        (void)td_buf_add_byte(&s->word, (uint8_t)*s->at);
    }
    return *s->at++ == quote;
}

static bool take_word(struct splitter *s)
{
    while (*s->at && !isspace((unsigned char)*s->at)) {
        char c = *s->at++;

        if (c == '\'' || c == '"') {
            if (!take_quoted(s, c))
                return false;
            continue;
        }
        if (c == '\\' && *s->at)
            c = *s->at++;
        (void)td_buf_add_byte(&s->word, (uint8_t)c);
    }
    return end_word(s);
}

bool gates_split(struct td_arena *arena, const char *text,
                 struct verdict_words *out)
{
    struct splitter s = {.arena = arena, .at = text, .out = out};
    bool fine = true;

    *out = (struct verdict_words){0};
    while (fine) {
        while (isspace((unsigned char)*s.at))
            s.at++;
        if (!*s.at)
            break;
        fine = take_word(&s);
    }
    td_buf_release(&s.word);
    return fine;
}

/* Behind a character, with all that a quote or a backslash keeps. */
static const char *skip_kept(const char *at)
{
    const char quote = *at == '\'' || *at == '"' ? *at : '\0';

    if (*at == '\\')
        return at + 1 + (at[1] != '\0');
    for (at++; quote && *at && *at != quote; at++)
        at += quote == '"' && *at == '\\' && at[1];
    return at + (quote && *at);
}

static bool is_edge(const char *at, bool first)
{
    return first || !at[1] || isspace((unsigned char)at[1]);
}

static bool is_sign(const char *at, bool first)
{
    const char *redirects = at + strspn(at, "0123456789");

    if (!strncmp(at, "&&", 2) || !strncmp(at, "||", 2) ||
        !strncmp(at, "$(", 2) || *at == '`')
        return true;
    return (first && (*redirects == '<' || *redirects == '>')) ||
           ((*at == ';' || *at == '&' || *at == '|') && is_edge(at, first));
}

struct td_bytes gates_shell_sign(const char *text)
{
    bool first = true;

    text += strspn(text, " \t\r\n");
    while (*text) {
        size_t blanks = strspn(text, " \t\r\n");

        if (blanks > 0 && text[blanks] && memchr(text, '\n', blanks))
            return td_text("\n");
        if (blanks == 0 && is_sign(text, first))
            return td_bytes(text, strcspn(text, " \t\r\n"));
        first = blanks > 0;
        text = first ? text + blanks : skip_kept(text);
    }
    return td_bytes(NULL, 0);
}

static bool is_name(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* The name behind a $; *at is then behind it. "" if there is none. */
static char *take_name(struct td_arena *arena, const char **at, bool *braced)
{
    const char *first = *at + (**at == '{');
    const char *end = first;

    *braced = **at == '{';
    while (is_name(*end) || (*braced && (*end == '.' || *end == '-')))
        end++;
    if (*braced && *end != '}')
        return td_arena_copy(arena, "");
    *at = end + *braced;
    return td_arena_text(arena, td_bytes(first, (size_t)(end - first)));
}

static const char *expand_one(struct td_buf *out, struct td_arena *arena,
                              const char *at, gates_lookup *lookup, void *self,
                              const char **bad)
{
    const char *from = at;
    const char *value;
    char *name;
    bool braced;

    if (*at == '$') {
        (void)td_buf_add_byte(out, '$');
        return at + 1;
    }
    name = take_name(arena, &at, &braced);
    value = *name ? lookup(self, name) : NULL;
    if (value) {
        (void)td_buf_add_text(out, value);
        return at;
    }
    if (braced && strchr(name, '.'))
        *bad = name;
    (void)td_buf_add_byte(out, '$');
    return from;
}

const char *gates_expand(struct td_arena *arena, const char *text,
                         gates_lookup *lookup, void *self, const char **bad)
{
    struct td_buf out = {0};
    const char *made;

    *bad = NULL;
    while (*text && !*bad) {
        if (*text == '$') {
            text = expand_one(&out, arena, text + 1, lookup, self, bad);
            continue;
        }
        (void)td_buf_add_byte(&out, (uint8_t)*text++);
    }
    made = *bad ? NULL : td_arena_text(arena, td_buf_bytes(&out));
    td_buf_release(&out);
    return made;
}

struct finder {
    struct td_arena *arena;
    const char *root;    /* with its slash */
    const char *pattern; /* from there on */
    struct verdict_words found;
    size_t cap;
    size_t max;
};

static void add_found(struct finder *f, const char *path)
{
    if (f->found.len == f->max)
        return;
    if (f->found.len == f->cap) {
        const char **list =
            td_arena_alloc(f->arena, (f->cap * 2 + 16) * sizeof(*list));

        if (f->found.len > 0)
            memcpy(list, f->found.list, f->found.len * sizeof(*list));
        f->cap = f->cap * 2 + 16;
        f->found.list = list;
    }
    f->found.list[f->found.len++] = td_arena_copy(f->arena, path);
}

static bool is_searched(const char *name)
{
    return strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
           strcmp(name, ".git") != 0;
}

/* dir is "" or ends with a slash. As deep as GATES_LEVELS_MAX. */
/* NOLINTBEGIN(misc-no-recursion) */
static void walk(struct finder *f, const char *dir, unsigned depth)
{
    struct td_buf path = {0};
    size_t root = strlen(f->root);
    struct dirent *entry;
    struct stat st;
    DIR *list;

    (void)td_buf_addf(&path, "%s%s", f->root, dir);
    list = depth > GATES_LEVELS_MAX ? NULL : opendir(td_buf_str(&path));
    while (list && (entry = readdir(list)) != NULL) {
        if (!is_searched(entry->d_name))
            continue;
        td_buf_clear(&path);
        (void)td_buf_addf(&path, "%s%s%s", f->root, dir, entry->d_name);
        if (lstat(td_buf_str(&path), &st) != 0)
            continue;
        if (S_ISDIR(st.st_mode)) {
            (void)td_buf_add_byte(&path, '/');
            walk(f, td_buf_str(&path) + root, depth + 1);
        } else if (td_glob_path(td_text(f->pattern),
                                td_text(td_buf_str(&path) + root),
                                TD_GLOB_HIDDEN)) {
            add_found(f, td_buf_str(&path));
        }
    }
    td_buf_release(&path);
    if (list)
        (void)closedir(list);
}
/* NOLINTEND(misc-no-recursion) */

static int compare_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The name of one file. */
static void find_plain(struct finder *f)
{
    const char *path = td_arena_print(f->arena, "%s%s", f->root, f->pattern);
    struct stat st;

    if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
        add_found(f, path);
}

void gates_quote(struct td_buf *out, const char *word)
{
    (void)td_buf_add_byte(out, '\'');
    for (; *word; word++)
        (void)td_buf_addf(out, *word == '\'' ? "'\\''" : "%c", *word);
    (void)td_buf_add_byte(out, '\'');
}

struct verdict_words gates_files(struct td_arena *arena, const char *root,
                                 const char *pattern, size_t max)
{
    struct finder f = {.arena = arena, .max = max};
    size_t len = strlen(root);
    size_t fixed;

    if (*pattern == '/' && !strncmp(pattern, root, len) && pattern[len] == '/')
        pattern += len + 1;
    f.root = *pattern == '/' ? "/" : td_arena_print(arena, "%s/", root);
    f.pattern = pattern + strspn(pattern, "/");
    while (!strncmp(f.pattern, "./", 2))
        f.pattern += 2;
    len = strlen(f.pattern);
    if (!td_glob_is(td_text(f.pattern)) && len && f.pattern[len - 1] != '/') {
        find_plain(&f);
        return f.found;
    }
    fixed = strcspn(f.pattern, "*?[\\");
    while (fixed > 0 && f.pattern[fixed - 1] != '/')
        fixed--;
    walk(&f, td_arena_text(arena, td_bytes(f.pattern, fixed)), 0);
    if (f.found.len > 0)
        qsort(f.found.list, f.found.len, sizeof(*f.found.list), compare_text);
    return f.found;
}
