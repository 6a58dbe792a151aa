#include "core/json_writer.h"
#include "core/mem.h"
#include "core/payload.h"
#include "recorder/proxy/messages.h"
#include "recorder/redact_internal.h"
#include "wire/sio/packet.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum td_code rec_redact_open(struct rec_redact **out, const char *rules_path,
                             struct td_error *err)
{
    struct rec_redact *redact = td_calloc(1, sizeof(*redact));
    enum td_code code = TD_OK;

    if (rules_path)
        code = rec_rules_read(&redact->rules, rules_path, err);
    if (code) {
        rec_redact_close(redact);
        return code;
    }
    if (redact->rules.regexes)
        redact->memory = schema_pattern_memory_new();
    *out = redact;
    return TD_OK;
}

void rec_redact_close(struct rec_redact *redact)
{
    if (!redact)
        return;
    rec_rules_release(&redact->rules);
    schema_pattern_memory_free(redact->memory);
    td_json_release(&redact->doc);
    td_buf_release(&redact->out);
    td_buf_release(&redact->scratch);
    td_buf_release(&redact->swap);
    td_buf_release(&redact->text);
    td_buf_release(&redact->marks);
    td_buf_release(&redact->stand_in);
    td_buf_release(&redact->bytes);
    td_buf_release(&redact->name);
    td_buf_release(&redact->id);
    td_buf_release(&redact->ns);
    td_buf_release(&redact->att);
    td_buf_release(&redact->head);
    td_buf_release(&redact->har);
    td_buf_release(&redact->pieces);
    redact_held_free(redact->held);
    free(redact->lasts);
    free(redact);
}

uint64_t rec_redact_values(const struct rec_redact *redact)
{
    return redact->values;
}

uint64_t rec_redact_withheld(const struct rec_redact *redact)
{
    return redact->withheld;
}

void redact_count(struct rec_redact *redact, struct rec_rule *rule)
{
    if (!rule || redact->unsure)
        return;
    redact->values++;
    rule->hits++;
}

/* The head of a request or of an answer, or its end, which may have fields. */
static bool is_head(const struct td_event *ev)
{
    return ev->kind.len > 0 &&
           (td_bytes_is(ev->kind, TD_KIND_REQUEST) ||
            td_bytes_is(ev->kind, TD_KIND_RESPONSE) ||
            (ev->payload.len > 0 && td_bytes_is(ev->kind, TD_KIND_DONE)));
}

/* Bytes that broke the protocol; they may be a head. */
static bool is_bad(const struct td_event *ev)
{
    return ev->kind.len > 0 && td_bytes_is(ev->kind, TD_KIND_BAD);
}

/* What a server says of a connection or of a Socket.IO namespace that is up:
 * ids are in it with which somebody else could go on in our place.
 */
static bool has_facts(const struct td_event *ev)
{
    return ev->kind.len > 0 && (td_bytes_is(ev->kind, TD_KIND_OPEN) ||
                                td_bytes_is(ev->kind, REC_KIND_HANDSHAKE) ||
                                td_bytes_is(ev->kind, SIO_KIND_CONNECT));
}

static void withhold(struct rec_redact *redact, struct td_event *ev)
{
    redact->withheld++;
    ev->payload = td_text(REC_WITHHELD);
    ev->form = TD_FORM_TEXT;
}

/* A payload that is no JSON. */
static void redact_text(struct rec_redact *redact, struct td_event *ev)
{
    if (redact_is_stand_in(ev->payload))
        return;
    if (redact->pieces.len && !redact->rules.pointers) {
        /* a piece of a text, that has been looked at for members */
        if (redact_hides_pair(redact, ev->payload) ||
            redact_has_label(redact, ev->payload))
            withhold(redact, ev);
        return;
    }
    if (redact_may_hide(redact, ev->payload)) {
        withhold(redact, ev);
        return;
    }
    if (!redact->rules.regexes)
        return;
    td_buf_clear(&redact->out);
    td_buf_add_bytes(&redact->out, redact_regexes(redact, ev->payload));
    ev->payload = td_buf_bytes(&redact->out);
    if (redact_find_hidden(redact, ev->payload) && !redact->unsure)
        withhold(redact, ev);
}

/* What stands beside a payload, escaped as in JSON, with expressions applied.
 * Where they leave what is no string any more, or give up, it goes whole.
 */
static void redact_word(struct rec_redact *redact, struct td_bytes *word,
                        struct td_buf *room)
{
    struct td_bytes clean;
    const struct rec_rule *hidden;

    if (!word->len || !redact->rules.regexes || redact_is_stand_in(*word))
        return;
    redact->unsure = false;
    clean = redact_regexes(redact, *word);
    td_buf_clear(room);
    td_buf_add_byte(room, '"');
    td_buf_add_bytes(room, clean);
    td_buf_add_byte(room, '"');
    hidden = redact_find_hidden(redact, td_bytes(room->ptr + 1, room->len - 2));
    if (redact->unsure) {
        redact->withheld++;
        *word = td_text(REC_WITHHELD);
    } else if (hidden || td_json_check(td_buf_bytes(room), 1, NULL)) {
        redact->values++;
        *word = td_text(REC_REDACTED);
    } else {
        *word = td_bytes(room->ptr + 1, room->len - 2);
    }
}

/* An SSE event's id is a string with its quotes. */
static void redact_id(struct rec_redact *redact, struct td_event *ev)
{
    struct td_bytes inner;

    if (ev->id.len < 2 || ev->id.ptr[0] != '"' || !redact->rules.regexes)
        return;
    inner = td_bytes(ev->id.ptr + 1, ev->id.len - 2);
    redact_word(redact, &inner, &redact->id);
    td_buf_clear(&redact->scratch);
    td_buf_addf(&redact->scratch, "\"%.*s\"", (int)inner.len,
                (const char *)inner.ptr);
    td_buf_clear(&redact->id);
    td_buf_add_bytes(&redact->id, td_buf_bytes(&redact->scratch));
    ev->id = td_buf_bytes(&redact->id);
}

/* Attachments in which a rule might find something go whole. Where an
 * expression gives up, so do those behind it.
 */
static void redact_attachments(struct rec_redact *redact, struct td_event *ev)
{
    struct td_json_doc *doc = &redact->doc;
    uint64_t before = redact->withheld;

    if (!ev->att.len || td_json_parse(doc, ev->att, 2, NULL))
        return;
    redact->unsure = false;
    td_buf_clear(&redact->att);
    for (uint32_t i = 1; i < doc->len; i++) {
        struct td_bytes inner = td_json_inner(doc, i);

        td_buf_add_text(&redact->att, i > 1 ? ",\"" : "[\"");
        if (!redact_is_stand_in(inner) &&
            redact_is_withheld(redact, inner, false)) {
            redact->withheld++;
            inner = td_text(REDACT_WITHHELD_B64);
        }
        td_buf_add_bytes(&redact->att, inner);
        td_buf_add_byte(&redact->att, '"');
    }
    td_buf_add_byte(&redact->att, ']');
    if (redact->withheld != before)
        ev->att = td_buf_bytes(&redact->att);
}

#define RPC_NEAR 256 /* bytes: there senders say what it is */

/* The letter j is rare, and memchr(3) looks at many bytes at once where
 * memmem(3) looks at one: every event comes past here.
 */
static bool says_rpc(struct td_bytes text)
{
    static const char word[] = "\"jsonrpc\"";
    const uint8_t *at = text.ptr + 1;
    const uint8_t *end = text.ptr + text.len - (sizeof(word) - 3);

    while (at < end && (at = memchr(at, 'j', (size_t)(end - at)))) {
        if (!memcmp(at - 1, word, sizeof(word) - 1))
            return true;
        at++;
    }
    return false;
}

/* A message of JSON-RPC that may have parameters. */
static bool is_rpc(const struct td_event *ev)
{
    static const char params[] = "\"params\"";
    struct td_bytes all = ev->payload;
    size_t len = all.len < RPC_NEAR ? all.len : RPC_NEAR;

    if (len < sizeof(params) ||
        (ev->kind.len > 0 && !td_bytes_is(ev->kind, TD_KIND_BODY)))
        return false;
    if (all.len <= 2 * (size_t)RPC_NEAR)
        len = all.len;
    return (says_rpc(td_bytes(all.ptr, len)) ||
            (len < all.len &&
             says_rpc(td_bytes(all.ptr + all.len - len, len)))) &&
           memmem(all.ptr, all.len, params, sizeof(params) - 1);
}

static void redact_payload(struct rec_redact *redact, struct td_event *ev)
{
    bool facts = has_facts(ev);
    struct td_bytes json;

    if (is_head(ev)) {
        redact_head(redact, ev);
        redact_har(redact, ev, false);
    }
    if (redact_is_polled(ev))
        redact_polled(redact, ev);
    else if (redact_is_form(redact, ev))
        redact_form(redact, ev);
    else if (redact_is_parts(ev))
        redact_parts(redact, ev);
    if (is_head(ev) && !redact->rules.len)
        return;
    json = td_payload_json(ev);
    redact->unsure = false;
    if (!td_json_parse(&redact->doc, json, TD_JSON_DEPTH, NULL))
        redact_json(redact, ev, facts);
    else if (facts && ev->payload.len)
        ev->payload = td_text(REC_REDACTED);
    else if (is_rpc(ev) && redact_names_member(ev->payload))
        withhold(redact, ev); /* it was cut */
    else
        redact_text(redact, ev);
    if (!redact->unsure)
        return;
    withhold(redact, ev);
    if (ev->name.len) /* it may be what nobody looked at */
        ev->name = td_text(REC_WITHHELD);
}

bool redact_is_fact(const struct rec_redact *redact, const struct td_event *ev)
{
    return has_facts(ev) || is_head(ev) || is_bad(ev) || is_rpc(ev) ||
           redact_is_polled(ev) || redact_is_form(redact, ev) ||
           redact_is_parts(ev);
}

void rec_redact_event(struct rec_redact *redact, struct td_event *ev)
{
    uint64_t before = redact->values;

    if (!redact->rules.len) {
        if (redact_is_fact(redact, ev))
            redact_payload(redact, ev);
        return;
    }
    if (td_bytes_is(ev->kind, REC_KIND_FRAME))
        withhold(redact, ev); /* nobody can look into it */
    else
        redact_payload(redact, ev);
    redact_attachments(redact, ev);
    redact_word(redact, &ev->name, &redact->name);
    redact_word(redact, &ev->ns, &redact->ns);
    redact_id(redact, ev);
    redact->events += redact->values != before;
}

void rec_redact_header(struct rec_redact *redact, struct td_event *ev)
{
    rec_redact_event(redact, ev);
    if (ev->form == TD_FORM_JSON)
        redact_har(redact, ev, true);
}

void rec_redact_error(struct rec_redact *redact, struct td_error *err)
{
    struct td_bytes clean;

    if (!redact->rules.len)
        return;
    redact->unsure = false;
    if (redact_may_hide(redact, td_text(err->text)) ||
        redact_find_hidden(redact, td_text(err->text))) {
        bool label = redact_has_label(redact, td_text(err->text));
        size_t n = strcspn(err->text, label ? "\"{}[]\\:=>" : "\"{}[]\\");
        size_t most = sizeof(err->text) - sizeof(REC_WITHHELD);

        n = n < most ? n : most;
        (void)snprintf(err->text + n, sizeof(err->text) - n, REC_WITHHELD);
    }
    clean = redact_regexes(redact, td_text(err->text));
    if (redact->unsure)
        clean = td_text(REC_WITHHELD);
    (void)snprintf(err->text, sizeof(err->text), "%.*s", (int)clean.len,
                   (const char *)clean.ptr);
}

void rec_redact_policy(const struct rec_redact *redact, struct td_buf *out)
{
    struct td_json_writer w = td_json_writer(out);
    struct td_buf text = {0};
    static const char *const words[] = {[REC_RULE_KEY] = "key",
                                        [REC_RULE_POINTER] = "pointer",
                                        [REC_RULE_STREAM] = "stream"};

    td_json_object(&w, NULL);
    td_json_put_text(&w, "mark", REC_REDACTED);
    td_json_put_text(&w, "withheld", REC_WITHHELD);
    td_json_array(&w, "rules");
    for (size_t i = 0; i < redact->rules.len; i++) {
        const struct rec_rule *rule = &redact->rules.list[i];

        td_buf_clear(&text);
        if (rule->kind == REC_RULE_REGEX)
            td_buf_addf(&text, "regex in line %u", rule->line);
        else
            td_buf_addf(&text, "%s %s",
                        rule->secret.len ? "pseudonym" : words[rule->kind],
                        rule->text);
        td_json_put_string(&w, NULL, td_buf_bytes(&text));
    }
    td_json_array_end(&w);
    td_json_object_end(&w);
    td_buf_release(&text);
}

void rec_redact_put_held(struct td_json_writer *w,
                         const struct rec_redact_held *held)
{
    td_json_put_u64(w, "pieces", held->pieces);
    td_json_object(w, "held");
    td_json_put_u64(w, "events", held->events);
    td_json_put_u64(w, "ns", held->ns);
    td_json_put_u64(w, "bytes", held->bytes);
    td_json_object_end(w);
}

void rec_redact_report(const struct rec_redact *redact, struct td_buf *out)
{
    struct td_json_writer w = td_json_writer(out);

    td_json_object(&w, NULL);
    td_json_put_u64(&w, "values", redact->values);
    td_json_put_u64(&w, "events", redact->events);
    td_json_put_u64(&w, "withheld", redact->withheld);
    td_json_array(&w, "rules");
    for (size_t i = 0; i < redact->rules.len; i++)
        td_json_put_u64(&w, NULL, redact->rules.list[i].hits);
    td_json_array_end(&w);
    if (redact->rules.streams)
        rec_redact_put_held(&w, &redact->waited);
    td_json_object_end(&w);
}
