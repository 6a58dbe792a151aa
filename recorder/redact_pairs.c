/* Pairs of a form and parameters of a URL that a key rule names. */
#include "core/hex.h"
#include "recorder/redact_internal.h"

/* "user[password]" is what a form makes of a member in a member. */
static struct td_bytes innermost(struct td_bytes name)
{
    const uint8_t *open;

    if (!name.len || name.ptr[name.len - 1] != ']')
        return name;
    open = memrchr(name.ptr, '[', name.len);
    if (!open)
        return name;
    return td_bytes(open + 1, name.len - (size_t)(open + 2 - name.ptr));
}

struct rec_rule *redact_key_rule(const struct rec_redact *redact,
                                 struct td_bytes name)
{
    struct td_bytes inner = innermost(name);

    for (size_t i = 0; i < redact->rules.len; i++)
        if (rec_rule_is_key(&redact->rules.list[i], name) ||
            rec_rule_is_key(&redact->rules.list[i], inner))
            return &redact->rules.list[i];
    return NULL;
}

/* The rule that names a pair "name=value"; NULL if none does. */
static struct rec_rule *rule_of(const struct rec_redact *redact,
                                struct td_bytes pair)
{
    const uint8_t *sign = pair.len ? memchr(pair.ptr, '=', pair.len) : NULL;
    struct td_bytes name;
    struct td_buf plain = {0};
    struct rec_rule *rule;

    if (!sign)
        return NULL;
    name = td_bytes(pair.ptr, (size_t)(sign - pair.ptr));
    while (name.len && *name.ptr <= ' ')
        name = td_bytes(name.ptr + 1, name.len - 1);
    rule = redact_key_rule(redact, name);
    if (rule || !name.len || !memchr(name.ptr, '%', name.len))
        return rule;
    if (!td_percent_decode(&plain, name))
        rule = redact_key_rule(redact, td_buf_bytes(&plain));
    td_buf_release(&plain);
    return rule;
}

/* Up to the next "&". */
static struct td_bytes next_pair(struct td_bytes *text)
{
    const uint8_t *end = text->len ? memchr(text->ptr, '&', text->len) : NULL;
    size_t len = end ? (size_t)(end - text->ptr) : text->len;
    struct td_bytes pair = td_bytes(text->ptr, len);

    len += end != NULL;
    *text = td_bytes(text->ptr + len, text->len - len);
    return pair;
}

bool redact_has_pair(const struct rec_redact *redact, struct td_bytes text)
{
    while (redact->rules.keys && text.len)
        if (rule_of(redact, next_pair(&text)))
            return true;
    return false;
}

/* One pair, with "***" for a value that is named and is not hidden yet. */
static void put_pair(struct rec_redact *redact, struct td_buf *out,
                     struct td_bytes pair)
{
    static const char hidden[] = "=***";
    struct rec_rule *rule = rule_of(redact, pair);
    const uint8_t *sign = rule ? memchr(pair.ptr, '=', pair.len) : NULL;
    size_t len = sign ? (size_t)(sign - pair.ptr) : pair.len;

    (void)td_buf_add(out, pair.ptr, len);
    if (!sign)
        return;
    (void)td_buf_add_text(out, hidden);
    rule->hits += !td_bytes_is(td_bytes(sign, pair.len - len), hidden);
}

void redact_parameters(struct rec_redact *redact, struct td_buf *out,
                       struct td_bytes url)
{
    const uint8_t *mark = url.len ? memchr(url.ptr, '?', url.len) : NULL;
    size_t len = mark ? (size_t)(mark + 1 - url.ptr) : url.len;
    struct td_bytes rest = td_bytes(url.ptr + len, url.len - len);

    (void)td_buf_add(out, url.ptr, len);
    while (rest.len) {
        put_pair(redact, out, next_pair(&rest));
        if (rest.ptr[-1] == '&')
            (void)td_buf_add_byte(out, '&');
    }
}
