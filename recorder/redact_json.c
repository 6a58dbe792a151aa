/* A payload that is JSON: values are replaced, all else is copied. */
#include "core/secret_name.h"
#include "recorder/redact_internal.h"
#include "wire/http/url.h"

#define NONE UINT32_MAX

/* What a walk over the document has come to. */
struct walk {
    struct rec_redact *redact;
    struct td_event *ev;
    bool facts;
    bool bad;        /* the event is bytes that broke the protocol */
    uint32_t copied; /* up to here, in the document's text */
    uint32_t key;    /* of the value at hand, or NONE */
    uint32_t params; /* values from here on are parameters of JSON-RPC, */
    uint32_t behind; /* until here */
    size_t head;     /* where the document begins in the payload */
    size_t pieces;   /* of texts, that were passed */
};

/* In valid JSON a string is a key if a colon follows it. */
static bool is_key(const struct td_json_doc *doc, uint32_t i)
{
    size_t at = doc->values[i].end;

    while (at < doc->text.len && memchr(" \t\r\n", doc->text.ptr[at], 4))
        at++;
    return at < doc->text.len && doc->text.ptr[at] == ':';
}

static struct td_bytes key_text(struct rec_redact *redact, uint32_t i)
{
    struct td_bytes inner = td_json_inner(&redact->doc, i);

    if (!(redact->doc.values[i].flags & TD_JSON_ESCAPED))
        return inner;
    td_buf_clear(&redact->scratch);
    td_json_unescape(&redact->scratch, inner);
    return td_buf_bytes(&redact->scratch);
}

/* ---- pointers ---- */

/* A reference token with ~1 and ~0 decoded; a tilde before something else
 * stands for itself.
 */
static struct td_bytes decode_token(struct td_buf *out, struct td_bytes token)
{
    for (size_t i = 0; i < token.len; i++) {
        uint8_t next = i + 1 < token.len ? token.ptr[i + 1] : 0;
        bool is_escape = token.ptr[i] == '~' && (next == '0' || next == '1');

        td_buf_add_byte(out, !is_escape    ? token.ptr[i]
                             : next == '0' ? '~'
                                           : '/');
        i += is_escape;
    }
    return td_buf_bytes(out);
}

/* The value at the end of a pointer, and that of every equal member on the way:
 * who reads the payload takes the first of them, or the last. At most as deep
 * as the document.
 */
/* NOLINTNEXTLINE(misc-no-recursion) */
static void mark(struct rec_redact *redact, uint32_t at, const char *pointer,
                 uint16_t number)
{
    const struct td_json_value *v = redact->doc.values;
    size_t len = *pointer ? strcspn(pointer + 1, "/") : 0;
    struct td_buf room = {0};
    struct td_bytes token = td_bytes(pointer + 1, len);

    if (!*pointer) {
        ((uint16_t *)(void *)redact->marks.ptr)[at] = number;
        return;
    }
    if (memchr(token.ptr, '~', len))
        token = decode_token(&room, token);
    pointer += 1 + len;
    if (v[at].kind == TD_JSON_ARRAY) {
        at = td_json_element(&redact->doc, at, token);
        if (at)
            mark(redact, at, pointer, number);
    } else if (v[at].kind == TD_JSON_OBJECT) {
        for (uint32_t key = at + 1; key < v[at].next; key = v[key + 1].next)
            if (td_json_string_is(&redact->doc, key, token))
                mark(redact, key + 1, pointer, number);
    }
    td_buf_release(&room);
}

static void mark_all(struct rec_redact *redact)
{
    size_t size = redact->doc.len * sizeof(uint16_t);

    if (!redact->rules.pointers)
        return;
    td_buf_clear(&redact->marks);
    memset(td_buf_room(&redact->marks, size), 0, size);
    for (size_t i = 0; i < redact->rules.len; i++)
        if (redact->rules.list[i].kind == REC_RULE_POINTER)
            mark(redact, 0, redact->rules.list[i].text, (uint16_t)(i + 1));
}

static struct rec_rule *pointer_rule(struct rec_redact *redact, uint32_t i)
{
    unsigned number =
        redact->rules.pointers
            ? ((const uint16_t *)(const void *)redact->marks.ptr)[i]
            : 0;

    return number ? &redact->rules.list[number - 1] : NULL;
}

/* ---- values ---- */

/* Is value i named, by its key or by a pointer? *rule is who does it, NULL for
 * what is always redacted.
 */
static bool is_named(struct walk *w, uint32_t i, struct rec_rule **rule)
{
    struct rec_redact *redact = w->redact;
    struct td_bytes name;

    *rule = pointer_rule(redact, i);
    if (*rule || w->key == NONE)
        return *rule != NULL;
    name = key_text(redact, w->key);
    if (w->facts && td_secret_field(name))
        return true;
    if (i >= w->params && i < w->behind &&
        redact->doc.values[i].kind == TD_JSON_STRING &&
        td_secret_member(name)) {
        redact->values += !redact->unsure;
        return true;
    }
    for (size_t k = 0; redact->rules.keys && k < redact->rules.len; k++) {
        if (rec_rule_is_key(&redact->rules.list[k], name)) {
            *rule = &redact->rules.list[k];
            return true;
        }
    }
    return false;
}

/* The text of a string, in memory of its own, without the credentials of a
 * URL.
 */
static void take_text(struct walk *w, struct td_bytes inner)
{
    struct td_buf *text = &w->redact->bytes;

    td_buf_clear(text);
    if (w->facts && memmem(inner.ptr, inner.len, "://", 3)) {
        td_buf_clear(&w->redact->swap);
        td_buf_add_bytes(&w->redact->swap, inner);
        wire_url_public(text, td_buf_str(&w->redact->swap));
        if (w->redact->rules.keys) {
            td_buf_clear(&w->redact->swap);
            td_buf_add_bytes(&w->redact->swap, td_buf_bytes(text));
            td_buf_clear(text);
            redact_parameters(w->redact, text, td_buf_bytes(&w->redact->swap));
        }
    } else {
        td_buf_add_bytes(text, inner);
    }
}

/* The string at i with expressions applied; false if nothing changed. */
static bool string_changes(struct walk *w, uint32_t i, struct td_bytes *text)
{
    struct rec_redact *redact = w->redact;
    struct td_bytes inner = td_json_inner(&redact->doc, i);
    bool escaped = redact->doc.values[i].flags & TD_JSON_ESCAPED;
    struct rec_rule *rule = NULL;

    if (!w->facts && !redact->rules.regexes && !(escaped && redact->rules.keys))
        return false;
    take_text(w, inner);
    if (redact->rules.regexes) {
        struct td_bytes clean =
            redact_regexes(redact, td_buf_bytes(&redact->bytes));

        td_buf_clear(&redact->bytes);
        td_buf_add_bytes(&redact->bytes, clean);
    }
    *text = td_buf_bytes(&redact->bytes);
    if (escaped && redact->rules.len)
        rule = redact_find_hidden(redact, *text);
    if (rule) {
        redact_count(redact, rule);
        *text = td_text(REC_REDACTED);
    }
    return !td_bytes_equal(*text, inner);
}

/* The bytes that a bad event keeps are a piece of something: with stream rules
 * also one of a secret, that says nothing by itself.
 */
static bool hides_bytes(struct walk *w, uint32_t i)
{
    struct td_json_doc *doc = &w->redact->doc;

    return w->bad && w->key != NONE &&
           td_json_string_is(doc, w->key, td_text("b64")) &&
           (w->redact->rules.streams ||
            redact_names_secret(w->redact, td_json_inner(doc, i)) ||
            (w->redact->rules.len &&
             redact_is_withheld(w->redact, td_json_inner(doc, i), true)));
}

static void replace(struct walk *w, uint32_t i, struct td_bytes inner)
{
    const struct td_json_doc *doc = &w->redact->doc;
    const struct td_json_value *v = &doc->values[i];
    struct td_buf *out = &w->redact->out;

    td_buf_add(out, doc->text.ptr + w->copied, v->start - w->copied);
    td_buf_add_byte(out, '"');
    td_buf_add_bytes(out, inner);
    td_buf_add_byte(out, '"');
    w->copied = v->end;
}

/* The name of the event may be in what goes: then it goes as well, and is what
 * stands there now.
 */
static void replace_name(struct walk *w, uint32_t i, struct td_bytes by)
{
    const struct td_json_doc *doc = &w->redact->doc;
    struct td_bytes raw = td_json_raw(doc, i);
    struct td_bytes name = w->ev->name;
    const uint8_t *text = doc->text.ptr;
    bool is_within = name.ptr >= text && name.ptr < text + doc->text.len;

    if (!name.len)
        return;
    if (is_within ? name.ptr >= raw.ptr && name.ptr < raw.ptr + raw.len
                  : doc->values[i].kind == TD_JSON_STRING &&
                        td_bytes_equal(td_json_inner(doc, i), name)) {
        td_buf_clear(&w->redact->name);
        td_buf_add_bytes(&w->redact->name, by);
        w->ev->name = td_buf_bytes(&w->redact->name);
    }
}

/* A piece of a text, which has been looked at already. They come in order. */
static bool is_piece(struct walk *w, uint32_t i)
{
    const struct rec_redact *redact = w->redact;
    const size_t *at = (const size_t *)(const void *)redact->pieces.ptr;
    size_t len = redact->pieces.len / sizeof(*at);
    size_t here = w->head + redact->doc.values[i].start + 1;

    while (w->pieces < len && at[w->pieces] < here)
        w->pieces++;
    return w->pieces < len && at[w->pieces] == here;
}

/* One value: replaced whole (true: go on behind it), in part, or not. */
static bool redact_value(struct walk *w, uint32_t i)
{
    bool string = w->redact->doc.values[i].kind == TD_JSON_STRING;
    struct rec_rule *rule;
    struct td_bytes text;

    if (string && redact_is_stand_in(td_json_inner(&w->redact->doc, i)))
        return false;
    if (is_named(w, i, &rule)) {
        redact_count(w->redact, rule);
        text = redact_stand_in(w->redact, rule, i);
        replace_name(w, i, text);
        replace(w, i, text);
        return true;
    }
    if (!string || is_piece(w, i))
        return false;
    if (hides_bytes(w, i)) {
        w->redact->withheld += !w->redact->unsure;
        replace(w, i, td_text(REDACT_WITHHELD_B64));
    } else if (string_changes(w, i, &text)) {
        replace_name(w, i, text);
        replace(w, i, text);
    }
    return false;
}

/* Where the parameters of JSON-RPC are; of a batch all is taken for some. */
static void find_params(struct walk *w)
{
    const struct td_json_doc *doc = &w->redact->doc;
    const struct td_json_value *v = doc->values;
    bool batch = v[0].kind == TD_JSON_ARRAY && v[0].count > 0;
    uint32_t object = batch ? 1 : 0;

    if (v[object].kind != TD_JSON_OBJECT ||
        !td_json_member(doc, object, td_text("jsonrpc")))
        return;
    w->params = batch ? 1 : td_json_member(doc, 0, td_text("params"));
    w->behind = w->params ? v[batch ? 0 : w->params].next : 0;
}

static void walk_values(struct walk *w)
{
    const struct td_json_doc *doc = &w->redact->doc;

    w->key = NONE;
    for (uint32_t i = 0; i < doc->len && !w->redact->unsure;) {
        bool whole = redact_value(w, i);
        bool names = !whole && w->key == NONE &&
                     doc->values[i].kind == TD_JSON_STRING && is_key(doc, i);

        w->key = names ? i : NONE;
        i = whole ? doc->values[i].next : i + 1;
    }
}

/* Whether what was written is JSON still, and stands where it stood. */
static bool is_sound(const struct td_event *ev, struct td_bytes json)
{
    return ev->form == TD_FORM_JSON ? td_json_suits_line(json)
                                    : !td_json_check(json, TD_JSON_DEPTH, NULL);
}

void redact_json(struct rec_redact *redact, struct td_event *ev, bool facts)
{
    struct walk w = {.redact = redact,
                     .ev = ev,
                     .facts = facts,
                     .bad = td_bytes_is(ev->kind, TD_KIND_BAD)};
    struct td_bytes text = redact->doc.text;
    size_t head = (size_t)(text.ptr - ev->payload.ptr);
    struct td_bytes json;

    w.head = head;
    if (redact_is_fact(redact, ev) && !facts)
        find_params(&w);
    mark_all(redact);
    td_buf_clear(&redact->out);
    td_buf_add(&redact->out, ev->payload.ptr, head);
    walk_values(&w);
    if (w.copied == 0 || redact->unsure)
        return;
    td_buf_add(&redact->out, text.ptr + w.copied, text.len - w.copied);
    json = td_bytes(redact->out.ptr + head, redact->out.len - head);
    if (is_sound(ev, json)) {
        ev->payload = td_buf_bytes(&redact->out);
        return;
    }
    ev->payload = td_text("\"" REC_REDACTED "\"");
    ev->form = TD_FORM_JSON;
}
