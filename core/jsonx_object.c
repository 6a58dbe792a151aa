#include "core/jsonx_object.h"

#include "core/mem.h"
#include "core/suggest.h"

#include <stdlib.h>

#define NAMES_MAX 110 /* bytes of names that a hint has room for */

enum td_code td_jsonx_settle(struct td_jsonx_reader *r, enum td_code code)
{
    if (code == TD_OK || !r->errors)
        return code;
    r->errors->report(r->errors->self, r->err);
    if (r->first == TD_OK) {
        r->first = code;
        r->kept = *r->err;
    }
    return TD_OK;
}

uint32_t td_jsonx_member(const struct td_jsonx *doc, uint32_t at,
                         const char *name)
{
    return td_json_member(&doc->json, at, td_text(name));
}

bool td_jsonx_is(const struct td_jsonx *doc, uint32_t at,
                 enum td_json_kind kind)
{
    return doc->json.values[at].kind == kind;
}

bool td_jsonx_is_text(const struct td_jsonx *doc, uint32_t at, const char *text)
{
    return td_jsonx_is(doc, at, TD_JSON_STRING) &&
           td_json_string_is(&doc->json, at, td_text(text));
}

char *td_jsonx_text(const struct td_jsonx *doc, uint32_t at)
{
    struct td_buf text = {0};
    char *copy;

    (void)td_json_unescape(&text, td_json_inner(&doc->json, at));
    copy = td_strdup(td_buf_str(&text));
    td_buf_release(&text);
    return copy;
}

enum td_code td_jsonx_flag(const struct td_jsonx *doc, uint32_t at,
                           const char *name, bool *out, struct td_error *err)
{
    *out = td_jsonx_is(doc, at, TD_JSON_TRUE);
    if (*out || td_jsonx_is(doc, at, TD_JSON_FALSE))
        return TD_OK;
    return td_jsonx_fail(doc, at, TD_USAGE, err, "%s is true or false", name);
}

/* What was meant, or what there is. */
static enum td_code say_keys(struct td_error *err, const char *word,
                             const struct td_jsonx_key *keys)
{
    struct td_suggestion near = {.word = word};
    struct td_buf names = {0};
    bool more = false;
    enum td_code code;

    for (size_t i = 0; keys[i].name; i++) {
        td_suggest(&near, keys[i].name);
        if (names.len < NAMES_MAX)
            (void)td_buf_addf(&names, "%s%s", i ? ", " : "", keys[i].name);
        else
            more = true;
    }
    if (more)
        (void)td_buf_add_text(&names, " and more");
    if (near.best)
        code = td_error_hint(err, "did you mean %s?", near.best);
    else
        code = td_error_hint(err, "the keys here are %s", td_buf_str(&names));
    td_buf_release(&names);
    return code;
}

static enum td_code wrong_key(struct td_jsonx_reader *r, uint32_t key,
                              const struct td_jsonx_shape *shape)
{
    char *name = td_jsonx_text(r->doc, key);
    enum td_code code;

    r->wrong_keys++;
    if (shape->owner)
        (void)td_jsonx_fail(r->doc, key, TD_USAGE, r->err,
                            "%s no key \"%.80s\"", shape->owner, name);
    else
        (void)td_jsonx_fail(r->doc, key, TD_USAGE, r->err,
                            "there is no key \"%.80s\" here", name);
    code = say_keys(r->err, name, shape->keys);
    free(name);
    return code;
}

static bool is_among(const struct td_jsonx *doc, uint32_t key,
                     const struct td_jsonx_key *keys)
{
    while (keys->name && !td_jsonx_is_text(doc, key, keys->name))
        keys++;
    return keys->name != NULL;
}

enum td_code td_jsonx_keys(struct td_jsonx_reader *r, uint32_t at,
                           const struct td_jsonx_shape *shape)
{
    const struct td_json_value *v = r->doc->json.values;
    enum td_code code = TD_OK;

    for (uint32_t key = at + 1; key < v[at].next && code == TD_OK;
         key = v[key + 1].next) {
        if (!is_among(r->doc, key, shape->keys))
            code = td_jsonx_settle(r, wrong_key(r, key, shape));
    }
    return code;
}

enum td_code td_jsonx_read(struct td_jsonx_reader *r, uint32_t at,
                           const struct td_jsonx_shape *shape, void *self)
{
    enum td_code code = td_jsonx_keys(r, at, shape);

    for (const struct td_jsonx_key *key = shape->keys;
         key->name && code == TD_OK; key++) {
        uint32_t v = key->read ? td_jsonx_member(r->doc, at, key->name) : 0;

        if (v)
            code = td_jsonx_settle(r, key->read(self, v));
    }
    return code;
}
