/* Pairs of a form and parameters of a URL that a key rule names. */
#include "core/hex.h"
#include "recorder/redact_internal.h"
#include "wire/http/form.h"

struct rec_rule *redact_key_rule(const struct rec_redact *redact,
                                 struct td_bytes name)
{
    struct td_bytes inner = http_pair_member(name);

    for (size_t i = 0; i < redact->rules.len; i++)
        if (rec_rule_is_key(&redact->rules.list[i], name) ||
            rec_rule_is_key(&redact->rules.list[i], inner))
            return &redact->rules.list[i];
    return NULL;
}

/* Its value is not there any more. */
static bool is_hidden(const struct http_pair *pair)
{
    return !pair->value.ptr || td_bytes_is(pair->value, HTTP_HIDDEN);
}

/* The rule that names a pair "name=value"; NULL if none does. */
static struct rec_rule *rule_of(const struct rec_redact *redact,
                                const struct http_pair *pair)
{
    struct td_bytes name = pair->name;
    struct td_buf plain = {0};
    struct rec_rule *rule;

    if (is_hidden(pair))
        return NULL;
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

bool redact_has_pair(const struct rec_redact *redact, struct td_bytes text)
{
    while (redact->rules.keys && text.len) {
        struct http_pair pair = http_pair_next(&text);

        if (rule_of(redact, &pair))
            return true;
    }
    return false;
}

/* One pair without its value. */
static void put_hidden(struct td_buf *out, const struct http_pair *pair)
{
    (void)td_buf_add_bytes(out, pair->name);
    (void)td_buf_add_text(out, "=" HTTP_HIDDEN);
}

void redact_parameters(struct rec_redact *redact, struct td_buf *out,
                       struct td_bytes url)
{
    const uint8_t *mark = url.len ? memchr(url.ptr, '?', url.len) : NULL;
    size_t len = mark ? (size_t)(mark + 1 - url.ptr) : url.len;
    struct td_bytes rest = td_bytes(url.ptr + len, url.len - len);

    (void)td_buf_add(out, url.ptr, len);
    while (rest.len) {
        struct http_pair pair = http_pair_next(&rest);
        struct rec_rule *rule = rule_of(redact, &pair);

        if (rule) {
            rule->hits++;
            put_hidden(out, &pair);
        } else {
            (void)td_buf_add_bytes(out, pair.whole);
        }
        if (rest.ptr[-1] == '&')
            (void)td_buf_add_byte(out, '&');
    }
}

/* ---- a form in a body ---- */

/* The rule that names a pair, or a credential by its name (*rule is NULL). */
static bool is_found(const struct rec_redact *redact,
                     const struct http_pair *pair, struct rec_rule **rule)
{
    *rule = rule_of(redact, pair);
    return *rule || (!is_hidden(pair) && http_pair_is_secret(pair));
}

bool redact_is_form(const struct rec_redact *redact, const struct td_event *ev)
{
    struct td_bytes rest;
    struct rec_rule *rule;

    if (ev->form == TD_FORM_JSON || !td_bytes_is(ev->kind, TD_KIND_BODY) ||
        !http_form_read(&rest, ev->payload))
        return false;
    while (rest.len) {
        struct http_pair pair = http_pair_next(&rest);

        if (is_found(redact, &pair, &rule))
            return true;
    }
    return false;
}

void redact_form(struct rec_redact *redact, struct td_event *ev)
{
    struct td_bytes rest = ev->payload;
    size_t len;

    td_buf_clear(&redact->head);
    (void)http_form_read(&rest, ev->payload);
    len = rest.len;
    while (rest.len) {
        struct http_pair pair = http_pair_next(&rest);
        struct rec_rule *rule;

        if (is_found(redact, &pair, &rule)) {
            put_hidden(&redact->head, &pair);
            redact->values++;
            if (rule)
                rule->hits++;
        } else {
            (void)td_buf_add_bytes(&redact->head, pair.whole);
        }
        if (rest.ptr[-1] == '&')
            (void)td_buf_add_byte(&redact->head, '&');
    }
    (void)td_buf_add(&redact->head, ev->payload.ptr + len,
                     ev->payload.len - len);
    ev->payload = td_buf_bytes(&redact->head);
}
