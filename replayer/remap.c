#include "replayer/remap.h"

#include "core/json.h"
#include "core/mem.h"
#include "core/utf8.h"

#include <stdlib.h>

struct rule {
    char *old;           /* plain text */
    struct td_buf fresh; /* escaped text */
};

struct play_remap {
    struct rule *rules;
    size_t count;
    struct td_buf name;    /* an unescaped name */
    struct td_buf payload; /* with the first element replaced */
};

static struct rule *find(const struct play_remap *remap, struct td_bytes name)
{
    for (size_t i = 0; i < remap->count; i++)
        if (td_bytes_is(name, remap->rules[i].old))
            return &remap->rules[i];
    return NULL;
}

static enum td_code rule_parse(struct play_remap *remap, const char *text,
                               struct td_error *err)
{
    const char *split = strstr(text, ":=");
    struct rule *rule;

    if (!split || split == text || !split[2] || !td_utf8_valid(td_text(text))) {
        (void)td_error_set(err, TD_USAGE, "--remap", 0,
                           "\"%s\" does not rename an event", text);
        return td_error_hint(err, "write OLD:=NEW");
    }
    if (find(remap, td_bytes(text, (size_t)(split - text))))
        return td_error_set(err, TD_USAGE, "--remap", 0,
                            "\"%s\": this event has a new name already", text);
    rule = &remap->rules[remap->count++];
    rule->old = td_strndup(text, (size_t)(split - text));
    return td_json_escape(&rule->fresh, td_text(split + 2));
}

enum td_code play_remap_new(struct play_remap **out, const char *const *rules,
                            struct td_error *err)
{
    struct play_remap *remap = td_calloc(1, sizeof(*remap));
    enum td_code code = TD_OK;
    size_t n = 0;

    while (rules[n])
        n++;
    remap->rules = td_calloc(n + 1, sizeof(*remap->rules));
    for (size_t i = 0; i < n && !code; i++)
        code = rule_parse(remap, rules[i], err);
    if (code) {
        play_remap_free(remap);
        return code;
    }
    *out = remap;
    return TD_OK;
}

void play_remap_free(struct play_remap *remap)
{
    if (!remap)
        return;
    for (size_t i = 0; i < remap->count; i++) {
        free(remap->rules[i].old);
        td_buf_release(&remap->rules[i].fresh);
    }
    free(remap->rules);
    td_buf_release(&remap->name);
    td_buf_release(&remap->payload);
    free(remap);
}

static struct td_bytes plain(struct play_remap *remap, struct td_bytes escaped)
{
    if (!memchr(escaped.ptr, '\\', escaped.len))
        return escaped;
    td_buf_clear(&remap->name);
    return td_json_unescape(&remap->name, escaped) ? escaped
                                                   : td_buf_bytes(&remap->name);
}

/* Offset of the name in ["name",...], or 0 if the payload is not that. */
static size_t name_offset(const struct td_event *ev)
{
    struct td_bytes p = ev->payload;
    size_t i = 1;

    if (ev->form != TD_FORM_JSON || p.len == 0 || p.ptr[0] != '[')
        return 0;
    while (i < p.len && (p.ptr[i] == ' ' || p.ptr[i] == '\t'))
        i++;
    if (p.len - i < ev->name.len + 2 || p.ptr[i] != '"' ||
        p.ptr[i + 1 + ev->name.len] != '"' ||
        memcmp(p.ptr + i + 1, ev->name.ptr, ev->name.len) != 0)
        return 0;
    return i + 1;
}

static enum td_code splice(struct play_remap *remap, struct td_event *ev,
                           struct td_bytes fresh, size_t at)
{
    struct td_buf *out = &remap->payload;
    struct td_bytes p = ev->payload;
    size_t behind = at + ev->name.len;

    td_buf_clear(out);
    if (td_buf_add(out, p.ptr, at) || td_buf_add_bytes(out, fresh) ||
        td_buf_add(out, p.ptr + behind, p.len - behind))
        return TD_LIMIT;
    ev->payload = td_buf_bytes(out);
    return TD_OK;
}

enum td_code play_remap_apply(struct play_remap *remap, struct td_event *ev,
                              struct td_error *err)
{
    struct rule *rule =
        ev->name.len ? find(remap, plain(remap, ev->name)) : NULL;
    struct td_bytes fresh;
    size_t at;

    if (!rule)
        return TD_OK;
    fresh = td_buf_bytes(&rule->fresh);
    at = name_offset(ev);
    if (at && splice(remap, ev, fresh, at))
        return td_error_set(err, TD_LIMIT, "--remap", 0,
                            "an event would grow past %zu bytes", TD_BUF_MAX);
    ev->name = fresh;
    return TD_OK;
}
