/* What a HAR said of an exchange beside its lines (docs/convert.md): the URL
 * again, the query in pairs, cookies, parameters, where an answer leads to.
 */
#include "core/secret_name.h"
#include "recorder/redact_internal.h"
#include "wire/http/url.h"

#define NONE    UINT32_MAX
#define URL_MAX ((size_t)1 << 20)

enum { SECRET = 1 }; /* in redact->marks */

struct walk {
    struct rec_redact *redact;
    struct td_buf *out;
    uint32_t copied; /* up to here, in the document's text */
};

static uint16_t *marks(const struct rec_redact *redact)
{
    return (uint16_t *)(void *)redact->marks.ptr;
}

/* The string at i as it is read. */
static struct td_bytes text_of(struct rec_redact *redact, uint32_t i)
{
    struct td_bytes inner = td_json_inner(&redact->doc, i);

    if (!(redact->doc.values[i].flags & TD_JSON_ESCAPED))
        return inner;
    td_buf_clear(&redact->scratch);
    (void)td_json_unescape(&redact->scratch, inner);
    return td_buf_bytes(&redact->scratch);
}

static bool is_scalar(const struct td_json_value *v)
{
    return v->kind != TD_JSON_ARRAY && v->kind != TD_JSON_OBJECT &&
           v->kind != TD_JSON_NULL;
}

/* The value of {"name":..,"value":..}, if the name is a secret's. */
static void mark_pair(struct rec_redact *redact, uint32_t at, bool all)
{
    const struct td_json_doc *doc = &redact->doc;
    const struct td_json_value *v = doc->values;
    bool secret = all;

    for (uint32_t key = at + 1; key < v[at].next; key = v[key + 1].next)
        if (td_json_string_is(doc, key, td_text("name")) &&
            v[key + 1].kind == TD_JSON_STRING)
            secret |= td_secret_name(text_of(redact, key + 1));
    for (uint32_t key = at + 1; secret && key < v[at].next;
         key = v[key + 1].next)
        if (td_json_string_is(doc, key, td_text("value")) &&
            is_scalar(&v[key + 1]))
            marks(redact)[key + 1] = SECRET;
}

/* Pairs whose value goes whole: a cookie's always does. */
static void mark_pairs(struct rec_redact *redact, uint32_t from, uint32_t to)
{
    const struct td_json_doc *doc = &redact->doc;
    const struct td_json_value *v = doc->values;
    uint32_t cookies_end = 0;

    for (uint32_t i = from; i < to; i++) {
        if (v[i].kind == TD_JSON_ARRAY && i > from &&
            v[i - 1].kind == TD_JSON_STRING &&
            td_json_string_is(doc, i - 1, td_text("cookies")))
            cookies_end = v[i].next;
        if (v[i].kind == TD_JSON_OBJECT)
            mark_pair(redact, i, i < cookies_end);
    }
}

static bool is_url(struct td_bytes text)
{
    if (text.len == 0 || text.len > URL_MAX)
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] <= ' ')
            return false;
    return memchr(text.ptr, '?', text.len) || memchr(text.ptr, '#', text.len) ||
           memmem(text.ptr, text.len, "://", 3);
}

/* The URL at i without what gives access, as JSON in redact->swap; false: it is
 * none, or may be shown as it is.
 */
static bool make_public(struct rec_redact *redact, uint32_t i)
{
    struct td_bytes text = text_of(redact, i);

    if (!is_url(text))
        return false;
    td_buf_clear(&redact->text);
    td_buf_clear(&redact->bytes);
    td_buf_clear(&redact->swap);
    (void)td_buf_add_bytes(&redact->text, text);
    (void)wire_url_public(&redact->bytes, td_buf_str(&redact->text));
    if (td_bytes_equal(td_buf_bytes(&redact->bytes), text))
        return false;
    (void)td_json_escape_any(&redact->swap, td_buf_bytes(&redact->bytes));
    return true;
}

static void put(struct walk *w, uint32_t i, struct td_bytes inner)
{
    const struct td_json_doc *doc = &w->redact->doc;

    if (td_bytes_equal(td_json_raw(doc, i), td_text("\"" REC_REDACTED "\"")))
        return; /* done before */
    (void)td_buf_add(w->out, doc->text.ptr + w->copied,
                     doc->values[i].start - w->copied);
    (void)td_buf_addf(w->out, "\"%.*s\"", (int)inner.len,
                      (const char *)inner.ptr);
    w->copied = doc->values[i].end;
    w->redact->values++;
}

/* That member of the value at i; NONE: it has none. */
static uint32_t member(const struct td_json_doc *doc, uint32_t i,
                       const char *name)
{
    uint32_t at = 0;

    if (doc->values[i].kind == TD_JSON_OBJECT)
        at = td_json_member(doc, i, td_text(name));
    return at ? at : NONE;
}

void redact_har(struct rec_redact *redact, struct td_event *ev, bool header)
{
    struct td_json_doc *doc = &redact->doc;
    struct walk w = {.redact = redact, .out = &redact->har};
    size_t size;
    uint32_t at;

    if (!memmem(ev->payload.ptr, ev->payload.len, "\"har\"", 5) ||
        td_json_parse(doc, ev->payload, TD_JSON_DEPTH, NULL))
        return;
    at = header ? member(doc, 0, "meta") : 0;
    at = at == NONE ? NONE : member(doc, at, "har");
    if (at == NONE)
        return;
    size = doc->len * sizeof(uint16_t);
    td_buf_clear(&redact->marks);
    memset(td_buf_room(&redact->marks, size), 0, size);
    mark_pairs(redact, at, doc->values[at].next);
    td_buf_clear(w.out);
    for (uint32_t i = at; i < doc->values[at].next; i++) {
        if (marks(redact)[i] == SECRET)
            put(&w, i, td_text(REC_REDACTED));
        else if (doc->values[i].kind == TD_JSON_STRING &&
                 make_public(redact, i))
            put(&w, i, td_buf_bytes(&redact->swap));
    }
    if (!w.copied)
        return;
    (void)td_buf_add(w.out, doc->text.ptr + w.copied, doc->text.len - w.copied);
    ev->payload = td_buf_bytes(w.out);
}
