#include "validator/selector.h"

#include "core/mem.h"

#include <stdlib.h>

struct check_eval {
    struct check_field_cache *fields;
};

struct check_selector {
    bool any;
    uint32_t *events;
    uint32_t len;
    char *text;
};

struct check_eval *check_eval_new(const struct check_words *words)
{
    struct check_eval *eval = td_calloc(1, sizeof(*eval));

    eval->fields = check_field_cache_new(words);
    return eval;
}

void check_eval_free(struct check_eval *eval)
{
    if (!eval)
        return;
    check_field_cache_free(eval->fields);
    free(eval);
}

void check_eval_begin(struct check_eval *eval, const struct check_message *m)
{
    check_field_begin(eval->fields, m);
}

struct check_field_cache *check_eval_fields(struct check_eval *eval)
{
    return eval->fields;
}

static struct td_bytes trim(struct td_bytes text)
{
    while (text.len > 0 && text.ptr[0] == ' ')
        text = td_bytes(text.ptr + 1, text.len - 1);
    while (text.len > 0 && text.ptr[text.len - 1] == ' ')
        text.len--;
    return text;
}

static bool add_name(struct check_selector *s, struct check_words *words,
                     struct td_bytes name)
{
    if (name.len == 0)
        return false;
    if (td_bytes_is(name, "*")) {
        s->any = true;
        return true;
    }
    s->events = td_realloc(s->events, (s->len + 1) * sizeof(*s->events));
    s->events[s->len++] = check_event_add(words, name);
    return true;
}

static bool add_names(struct check_selector *s, struct check_words *words,
                      struct td_bytes text)
{
    for (;;) {
        const uint8_t *bar = memchr(text.ptr, '|', text.len);
        size_t len = bar ? (size_t)(bar - text.ptr) : text.len;

        if (!add_name(s, words, trim(td_bytes(text.ptr, len))))
            return false;
        if (!bar)
            return true;
        text = td_bytes(bar + 1, text.len - len - 1);
    }
}

static enum td_code fail(const struct td_jsonx *doc, uint32_t at,
                         struct td_error *err, const char *why)
{
    return td_jsonx_fail(doc, at, TD_USAGE, err, "%s", why);
}

static enum td_code read_text(struct td_buf *text, const struct td_jsonx *doc,
                              uint32_t at, struct td_error *err)
{
    if (doc->json.values[at].kind != TD_JSON_STRING)
        return fail(doc, at, err, "an event is named by text");
    (void)td_json_unescape(text, td_json_inner(&doc->json, at));
    if (!strpbrk(td_buf_str(text), "[]{}"))
        return TD_OK;
    td_buf_release(text);
    return fail(doc, at, err, "filters are not supported by this version");
}

static enum td_code make(struct check_selector **out, struct check_words *words,
                         struct td_bytes text, const struct td_jsonx *doc,
                         uint32_t at)
{
    struct check_selector *s = td_calloc(1, sizeof(*s));

    (void)doc;
    (void)at;
    s->text = td_strndup(text.ptr, text.len);
    *out = s;
    return add_names(s, words, text) ? TD_OK : TD_USAGE;
}

enum td_code check_selector_load(struct check_selector **out,
                                 struct check_words *words,
                                 const struct td_jsonx *doc, uint32_t at,
                                 struct td_error *err)
{
    struct td_buf text = {0};
    enum td_code code = read_text(&text, doc, at, err);

    if (code)
        return code;
    code = make(out, words, td_buf_bytes(&text), doc, at);
    td_buf_release(&text);
    if (code == TD_OK)
        return TD_OK;
    check_selector_free(*out);
    return fail(doc, at, err, "an event has no name");
}

/* The length of the event's name in NAME.FIELD; 0 if there is no field. */
static size_t name_length(const struct check_words *words, struct td_bytes text)
{
    size_t first = 0;
    size_t known = 0;

    for (size_t i = 1; i + 1 < text.len; i++) {
        if (text.ptr[i] != '.')
            continue;
        if (first == 0)
            first = i;
        if (check_event_find(words, td_bytes(text.ptr, i)) != CHECK_NO_EVENT)
            known = i;
    }
    return known ? known : first;
}

enum td_code check_selector_load_field(struct check_selector **out,
                                       uint32_t *field,
                                       struct check_words *words,
                                       const struct td_jsonx *doc, uint32_t at,
                                       struct td_error *err)
{
    struct td_buf text = {0};
    enum td_code code = read_text(&text, doc, at, err);
    size_t len;

    if (code)
        return code;
    len = name_length(words, td_buf_bytes(&text));
    *field = CHECK_NO_VALUE;
    if (len > 0)
        *field = check_field_read(
            words, td_bytes(text.ptr + len + 1, text.len - len - 1));
    if (*field != CHECK_NO_VALUE)
        code = make(out, words, td_bytes(text.ptr, len), doc, at);
    td_buf_release(&text);
    if (*field == CHECK_NO_VALUE || code)
        return fail(doc, at, err, "expected EVENT.FIELD");
    return TD_OK;
}

void check_selector_free(struct check_selector *selector)
{
    if (!selector)
        return;
    free(selector->events);
    free(selector->text);
    free(selector);
}

bool check_selector_may_match(const struct check_selector *selector,
                              uint32_t event)
{
    for (uint32_t i = 0; i < selector->len; i++) {
        if (selector->events[i] == event)
            return true;
    }
    return selector->any;
}

bool check_selector_matches(const struct check_selector *selector,
                            struct check_eval *eval,
                            const struct check_message *m)
{
    (void)eval;
    return check_selector_may_match(selector, m->event);
}

const char *check_selector_text(const struct check_selector *selector)
{
    return selector->text;
}
