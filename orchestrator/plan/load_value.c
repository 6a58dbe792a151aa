/* The kinds of values that keys of a plan have. */
#include "core/clock.h"
#include "core/suggest.h"
#include "core/utf8.h"
#include "orchestrator/plan/load_internal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_LEN 255  /* NAME_MAX of the usual file systems */
#define LIST_MAX 110  /* bytes of words that a hint has room for */
#define TEXT_MAX 1000 /* bytes of a name, a question, a step */

enum td_code plan_refuse(struct plan_loader *l, uint32_t at, const char *fmt,
                         ...)
{
    char text[sizeof(l->why.text)];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return td_jsonx_fail(&l->doc, at, TD_USAGE, &l->why, "%s", text);
}

static bool is(const struct plan_loader *l, uint32_t at, enum td_json_kind kind)
{
    return td_jsonx_is(&l->doc, at, kind);
}

/* The best of the known words, NULL at the end, as the hint of an error. */
static enum td_code plan_meant(struct plan_loader *l, const char *word,
                               const char *const *known)
{
    struct td_suggestion near = {.word = word};
    struct td_buf list = {0};
    enum td_code code;

    for (size_t i = 0; known[i]; i++) {
        const char *comma = known[i + 1] ? ", " : " or ";

        td_suggest(&near, known[i]);
        if (list.len < LIST_MAX)
            (void)td_buf_addf(&list, "%s%s", i ? comma : "", known[i]);
        else if (!known[i + 1])
            (void)td_buf_add_text(&list, " ...");
    }
    if (near.best)
        code = td_error_hint(&l->why, "did you mean %s?", near.best);
    else
        code = td_error_hint(&l->why, "write %s", td_buf_str(&list));
    td_buf_release(&list);
    return code;
}

/* The text of a string without escapes, of anything else as it is written. */
static struct td_bytes text_of(struct plan_loader *l, uint32_t at)
{
    const struct td_json_value *v = &l->doc.json.values[at];

    if (v->kind != TD_JSON_STRING)
        return td_json_raw(&l->doc.json, at);
    if (!(v->flags & TD_JSON_ESCAPED))
        return td_json_inner(&l->doc.json, at);
    td_buf_clear(&l->scratch);
    (void)td_json_unescape(&l->scratch, td_json_inner(&l->doc.json, at));
    return td_buf_bytes(&l->scratch);
}

enum td_code plan_take_scalar(struct plan_loader *l, uint32_t at,
                              const char **out)
{
    struct td_bytes text = text_of(l, at);

    if (is(l, at, TD_JSON_OBJECT) || is(l, at, TD_JSON_ARRAY) ||
        is(l, at, TD_JSON_NULL))
        return plan_refuse(l, at, "this is no text");
    if (text.len && memchr(text.ptr, '\0', text.len))
        return plan_refuse(l, at, "no text may have a NUL byte in it");
    *out = td_arena_text(&l->plan->arena, text);
    return TD_OK;
}

static bool has_control(const char *text)
{
    for (; *text; text++) {
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return true;
    }
    return false;
}

enum td_code plan_take_text(struct plan_loader *l, uint32_t at,
                            const char *what, const char **out)
{
    const char *text = "";
    enum td_code code;

    if (!is(l, at, TD_JSON_STRING))
        return plan_refuse(l, at, "%s is a text", what);
    code = plan_take_scalar(l, at, &text);
    if (code)
        return code;
    if (!*text)
        return plan_refuse(l, at, "%s is empty", what);
    if (strlen(text) > TEXT_MAX)
        return plan_refuse(l, at, "%s is longer than %d bytes", what, TEXT_MAX);
    if (has_control(text))
        return plan_refuse(l, at, "%s has a control byte in it", what);
    *out = text;
    return TD_OK;
}

enum td_code plan_take_flag(struct plan_loader *l, uint32_t at,
                            const char *what, bool *out)
{
    return td_jsonx_flag(&l->doc, at, what, out, &l->why);
}

enum td_code plan_take_time(struct plan_loader *l, uint32_t at,
                            const char *what, uint64_t *ns)
{
    struct td_bytes text = text_of(l, at);
    char word[32];
    enum td_code code = TD_FORMAT;

    if (is(l, at, TD_JSON_STRING) && text.len < sizeof(word)) {
        (void)snprintf(word, sizeof(word), "%.*s", (int)text.len,
                       (const char *)text.ptr);
        code = td_duration_parse(word, ns);
    }
    if (code == TD_OK)
        return TD_OK;
    if (code == TD_LIMIT)
        return plan_refuse(l, at, "%s is longer than 292 years", what);
    (void)plan_refuse(l, at, "%s is a time", what);
    return td_error_hint(&l->why, "write it like 500ms, 30s, 10m or 8h");
}

enum td_code plan_take_size(struct plan_loader *l, uint32_t at,
                            const char *what, uint64_t *bytes)
{
    struct td_bytes text = text_of(l, at);
    char word[32] = "";
    enum td_code code = TD_FORMAT;

    if ((is(l, at, TD_JSON_STRING) || is(l, at, TD_JSON_NUMBER)) &&
        text.len < sizeof(word))
        (void)snprintf(word, sizeof(word), "%.*s", (int)text.len,
                       (const char *)text.ptr);
    if (*word)
        code = td_size_parse(word, bytes);
    if (code == TD_OK && *bytes > 0)
        return TD_OK;
    if (code == TD_LIMIT)
        return plan_refuse(l, at, "%s is larger than 8388607T", what);
    (void)plan_refuse(l, at, "%s is a size", what);
    return td_error_hint(&l->why, "write it like 64k, 10M or 1G");
}

enum td_code plan_take_count(struct plan_loader *l, uint32_t at,
                             const char *what, uint64_t most, uint64_t *out)
{
    const struct td_json_value *v = &l->doc.json.values[at];
    struct td_bytes text = text_of(l, at);
    char word[24] = "";

    if (v->kind == TD_JSON_NUMBER && !(v->flags & TD_JSON_NOT_INT) &&
        text.len < sizeof(word) && *text.ptr != '-') {
        (void)snprintf(word, sizeof(word), "%.*s", (int)text.len,
                       (const char *)text.ptr);
        *out = strtoull(word, NULL, 10);
        if (*out >= 1 && *out <= most)
            return TD_OK;
    }
    return plan_refuse(l, at, "%s is a whole number from 1 to %" PRIu64, what,
                       most);
}

enum td_code plan_take_choice(struct plan_loader *l, uint32_t at,
                              const char *what, const char *const *words,
                              unsigned *out)
{
    const char *word = "";

    for (unsigned i = 0; words[i]; i++) {
        if (td_jsonx_is_text(&l->doc, at, words[i])) {
            *out = i;
            return TD_OK;
        }
    }
    if (is(l, at, TD_JSON_STRING) && plan_take_scalar(l, at, &word))
        return TD_USAGE;
    (void)plan_refuse(l, at, "%s cannot be \"%.60s\"", what, word);
    return plan_meant(l, word, words);
}

enum td_code plan_take_words(struct plan_loader *l, uint32_t at,
                             const char *what, plan_word_check *check,
                             struct plan_words *out)
{
    const struct td_json_value *v = l->doc.json.values;
    const char **list;
    uint32_t n = 0;

    if (!is(l, at, TD_JSON_ARRAY)) {
        (void)plan_refuse(l, at, "%s is a list", what);
        return td_error_hint(&l->why, "write it in [ ], or a line each");
    }
    if (v[at].count > PLAN_WORDS_MAX)
        return plan_refuse(l, at, "%s has more than %d words", what,
                           PLAN_WORDS_MAX);
    list = td_arena_alloc(&l->plan->arena, (v[at].count + 1) * sizeof(*list));
    for (uint32_t i = at + 1; i < v[at].next; i = v[i].next) {
        if (check(l, i, &list[n]) == TD_OK)
            n++;
        else
            (void)td_jsonx_settle(&l->r, l->why.code);
    }
    if (n == v[at].count)
        *out = (struct plan_words){list, n};
    return TD_OK;
}

/* NULL, or what is wrong with one component; else it is appended. */
static const char *add_part(struct td_buf *out, const char *part, size_t len)
{
    if (len == 2 && !memcmp(part, "..", 2))
        return "leads out of the workspace";
    if (len > NAME_LEN)
        return "has a name of more than 255 bytes";
    if (len == 0 || (len == 1 && *part == '.'))
        return NULL;
    (void)td_buf_add_text(out, out->len ? "/" : "");
    (void)td_buf_add(out, part, len);
    return NULL;
}

static const char *clean_path(struct td_buf *out, const char *path)
{
    const char *at = path;
    const char *wrong = *path == '/' ? "leads out of the workspace" : NULL;

    td_buf_clear(out);
    while (*at && !wrong) {
        size_t len = strcspn(at, "/");

        wrong = add_part(out, at, len);
        at += len + (at[len] == '/');
    }
    if (out->len && at > path && at[-1] == '/')
        (void)td_buf_add_text(out, "/");
    return wrong;
}

enum td_code plan_take_path(struct plan_loader *l, uint32_t at,
                            const char **out)
{
    const char *path = "";
    const char *wrong;

    if (!is(l, at, TD_JSON_STRING))
        return plan_refuse(l, at, "a path is a text");
    if (plan_take_scalar(l, at, &path))
        return TD_USAGE;
    if (!*path)
        return plan_refuse(l, at, "a path is empty");
    if (strlen(path) > PLAN_PATH_MAX)
        return plan_refuse(l, at, "a path is longer than %d bytes",
                           PLAN_PATH_MAX);
    if (has_control(path))
        return plan_refuse(l, at, "a path has a control byte in it");
    wrong = clean_path(&l->scratch, path);
    if (wrong)
        return plan_refuse(l, at, "\"%.120s\" %s", path, wrong);
    *out = td_arena_text(&l->plan->arena, td_buf_bytes(&l->scratch));
    return TD_OK;
}
