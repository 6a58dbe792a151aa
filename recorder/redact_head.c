/* The head of a request or an answer, and what follows an answer: credentials
 * in fields and in the target.
 */
#include "core/secret_name.h"
#include "recorder/redact_internal.h"
#include "wire/http/url.h"

#include <strings.h>

/* The target, and fields that lead somewhere: "/v1?api_key=..", and
 * "/cb#access_token=..".
 */
static bool may_have_pairs(struct td_bytes text, char sign)
{
    const uint8_t *mark = text.len ? memchr(text.ptr, sign, text.len) : NULL;
    size_t left = mark ? (size_t)(text.ptr + text.len - mark) : 0;

    return left && memchr(mark, '=', left);
}

/* "https://user:password@host/", of which only the host is shown. */
static bool may_have_user(struct td_bytes text)
{
    const uint8_t *at = memmem(text.ptr, text.len, "://", 3);

    return at && memchr(at, '@', (size_t)(text.ptr + text.len - at));
}

/* The string at i without what gives access; false if nothing changed. */
static bool make_public(struct rec_redact *redact, uint32_t i)
{
    struct td_bytes inner = td_json_inner(&redact->doc, i);

    if (!may_have_pairs(inner, '?') && !may_have_pairs(inner, '#') &&
        !may_have_user(inner))
        return false;
    td_buf_clear(&redact->swap);
    td_buf_clear(&redact->bytes);
    (void)td_buf_add_bytes(&redact->swap, inner);
    (void)wire_url_public(&redact->bytes, td_buf_str(&redact->swap));
    if (redact->rules.keys) {
        td_buf_clear(&redact->swap);
        redact_parameters(redact, &redact->swap, td_buf_bytes(&redact->bytes));
        td_buf_clear(&redact->bytes);
        (void)td_buf_add_bytes(&redact->bytes, td_buf_bytes(&redact->swap));
    }
    return !td_bytes_equal(td_buf_bytes(&redact->bytes), inner);
}

static void replace(struct rec_redact *redact, uint32_t i, uint32_t *copied,
                    struct td_bytes inner)
{
    const struct td_json_doc *doc = &redact->doc;
    const struct td_json_value *v = &doc->values[i];
    struct td_buf *out = &redact->head;

    (void)td_buf_add(out, doc->text.ptr + *copied, v->start - *copied);
    (void)td_buf_add_byte(out, '"');
    (void)td_buf_add_bytes(out, inner);
    (void)td_buf_add_byte(out, '"');
    *copied = v->end;
    redact->values++;
}

/* Protocols of a WebSocket, among which browsers send credentials: what is
 * behind the first goes, and the first if it reads like the name of one
 * ("openai-insecure-api-key.SECRET"). False if nothing changed.
 */
static bool strip_protocols(struct rec_redact *redact, uint32_t i)
{
    struct td_bytes inner = td_json_inner(&redact->doc, i);
    const uint8_t *comma = inner.len ? memchr(inner.ptr, ',', inner.len) : NULL;
    size_t len = comma ? (size_t)(comma - inner.ptr) : inner.len;

    td_buf_clear(&redact->bytes);
    if (td_secret_field(td_bytes(inner.ptr, len)))
        (void)td_buf_add_text(&redact->bytes, REC_REDACTED);
    else
        (void)td_buf_add(&redact->bytes, inner.ptr, len);
    if (comma)
        (void)td_buf_add_text(&redact->bytes, ", " REC_REDACTED);
    return !td_bytes_equal(td_buf_bytes(&redact->bytes), inner);
}

static bool is_protocols(struct td_bytes name)
{
    static const char protocols[] = "sec-websocket-protocol";

    return name.len == sizeof(protocols) - 1 &&
           !strncasecmp((const char *)name.ptr, protocols, name.len);
}

/* A pair of the list of fields. */
static void redact_field(struct rec_redact *redact, uint32_t pair,
                         uint32_t *copied)
{
    const struct td_json_value *v = redact->doc.values;
    uint32_t name = pair + 1;
    uint32_t value = pair + 2;
    struct rec_rule *rule;

    if (v[pair].kind != TD_JSON_ARRAY || v[pair].count != 2 ||
        v[name].kind != TD_JSON_STRING || v[value].kind != TD_JSON_STRING)
        return;
    if (redact_is_stand_in(td_json_inner(&redact->doc, value)))
        return; /* done before */
    rule = redact_key_rule(redact, td_json_inner(&redact->doc, name));
    if (rule) {
        rule->hits++;
        replace(redact, value, copied, redact_stand_in(redact, rule, value));
    } else if (td_secret_field(td_json_inner(&redact->doc, name))) {
        replace(redact, value, copied, td_text(REC_REDACTED));
    } else if ((is_protocols(td_json_inner(&redact->doc, name)) &&
                strip_protocols(redact, value)) ||
               make_public(redact, value)) {
        replace(redact, value, copied, td_buf_bytes(&redact->bytes));
    }
}

/* The members in their order, equal ones too. */
static void redact_members(struct rec_redact *redact, uint32_t *copied)
{
    const struct td_json_doc *doc = &redact->doc;
    const struct td_json_value *v = doc->values;

    for (uint32_t key = 1; key < v[0].next; key = v[key + 1].next) {
        uint32_t value = key + 1;

        if (v[value].kind == TD_JSON_STRING &&
            td_json_string_is(doc, key, td_text("target")) &&
            make_public(redact, value))
            replace(redact, value, copied, td_buf_bytes(&redact->bytes));
        if (v[value].kind == TD_JSON_ARRAY &&
            (td_json_string_is(doc, key, td_text("headers")) ||
             td_json_string_is(doc, key, td_text("trailers"))))
            for (uint32_t i = value + 1; i < v[value].next; i = v[i].next)
                redact_field(redact, i, copied);
    }
}

void redact_head(struct rec_redact *redact, struct td_event *ev)
{
    struct td_json_doc *doc = &redact->doc;
    uint32_t copied = 0;

    if (td_json_parse(doc, ev->payload, TD_JSON_DEPTH, NULL) ||
        doc->values[0].kind != TD_JSON_OBJECT) {
        ev->payload = td_text("\"" REC_REDACTED "\"");
        ev->form = TD_FORM_JSON;
        return;
    }
    td_buf_clear(&redact->head);
    redact_members(redact, &copied);
    if (!copied)
        return;
    (void)td_buf_add(&redact->head, doc->text.ptr + copied,
                     doc->text.len - copied);
    ev->payload = td_buf_bytes(&redact->head);
}
