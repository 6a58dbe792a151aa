#include "recorder/redact.h"

#include "core/mem.h"
#include "recorder/redact_rules.h"
#include "wire/http/url.h"
#include "wire/sio/packet.h"

#include <inttypes.h>
#include <regex.h>
#include <stdlib.h>

struct rec_redact {
    struct rec_rules rules;
    struct td_json_doc doc;
    struct td_buf out;
    struct td_buf scratch; /* an unescaped key, a string with a rule applied */
    struct td_buf swap;
    uint64_t values;
    uint64_t events;
};

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
    *out = redact;
    return TD_OK;
}

void rec_redact_close(struct rec_redact *redact)
{
    if (!redact)
        return;
    rec_rules_release(&redact->rules);
    td_json_release(&redact->doc);
    td_buf_release(&redact->out);
    td_buf_release(&redact->scratch);
    td_buf_release(&redact->swap);
    free(redact);
}

uint64_t rec_redact_values(const struct rec_redact *redact)
{
    return redact->values;
}

uint64_t rec_redact_events(const struct rec_redact *redact)
{
    return redact->events;
}

/* What is always redacted (no rule) is not news. */
static void count(struct rec_redact *redact, struct rec_rule *rule)
{
    if (!rule)
        return;
    redact->values++;
    rule->hits++;
}

/* Append text with every match of a regex rule replaced. */
static void replace_matches(struct rec_redact *redact, struct rec_rule *rule,
                            struct td_bytes text, struct td_buf *out)
{
    const char *base = (const char *)text.ptr;
    size_t from = 0;

    for (unsigned n = 0; from < text.len && n < REC_REDACT_MATCHES; n++) {
        regmatch_t m = {.rm_so = (regoff_t)from, .rm_eo = (regoff_t)text.len};
        int flags = REG_STARTEND | (from ? REG_NOTBOL : 0);

        if (regexec(&rule->regex, base, 1, &m, flags) != 0)
            break;
        td_buf_add(out, base + from, (size_t)m.rm_so - from);
        if (m.rm_eo > m.rm_so) {
            td_buf_add_text(out, REC_REDACTED);
            count(redact, rule);
            from = (size_t)m.rm_eo;
        } else if ((size_t)m.rm_so < text.len) {
            td_buf_add(out, base + m.rm_so, 1);
            from = (size_t)m.rm_so + 1;
        } else {
            from = text.len;
        }
    }
    td_buf_add(out, base + from, text.len - from);
}

/* text after all regex rules; lives until the next call. regexec() may look for
 * a NUL behind the text, so it gets a copy that has one.
 */
static struct td_bytes apply_regexes(struct rec_redact *redact,
                                     struct td_bytes text)
{
    td_buf_clear(&redact->scratch);
    td_buf_add_bytes(&redact->scratch, text);
    for (size_t i = 0; i < redact->rules.len; i++) {
        struct rec_rule *rule = &redact->rules.list[i];
        struct td_buf filled;

        if (rule->kind != REC_RULE_REGEX)
            continue;
        (void)td_buf_str(&redact->scratch);
        td_buf_clear(&redact->swap);
        replace_matches(redact, rule, td_buf_bytes(&redact->scratch),
                        &redact->swap);
        filled = redact->swap;
        redact->swap = redact->scratch;
        redact->scratch = filled;
    }
    return td_buf_bytes(&redact->scratch);
}

/* In valid JSON a string is a key if a colon follows it. */
static bool is_key(const struct td_json_doc *doc, uint32_t i)
{
    size_t at = doc->values[i].end;

    while (at < doc->text.len && strchr(" \t\r\n", doc->text.ptr[at]))
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

/* Does a rule name the value at index `value`, whose key is `key` (or none,
 * UINT32_MAX)? *rule is it, NULL for what is always redacted.
 */
static bool is_named(struct rec_redact *redact, bool facts, uint32_t key,
                     uint32_t value, struct rec_rule **rule)
{
    struct td_bytes name = {0};

    *rule = NULL;
    if (key != UINT32_MAX) {
        name = key_text(redact, key);
        if (facts && rec_redact_is_secret(name))
            return true;
    }
    for (size_t i = 0; i < redact->rules.len; i++) {
        struct rec_rule *r = &redact->rules.list[i];

        if ((key != UINT32_MAX && rec_rule_is_key(r, name)) ||
            (r->kind == REC_RULE_POINTER && r->target == value)) {
            *rule = r;
            return true;
        }
    }
    return false;
}

/* The string at i, with user's expressions and URLs in facts applied; false if
 * nothing changed.
 */
static bool string_changes(struct rec_redact *redact, bool facts, uint32_t i,
                           struct td_bytes *text)
{
    struct td_bytes inner = td_json_inner(&redact->doc, i);

    *text = inner;
    if (facts && memmem(inner.ptr, inner.len, "://", 3)) {
        td_buf_clear(&redact->swap);
        td_buf_add_bytes(&redact->swap, inner);
        td_buf_clear(&redact->scratch);
        wire_url_public(&redact->scratch, td_buf_str(&redact->swap));
        *text = td_buf_bytes(&redact->scratch);
        if (!td_bytes_equal(*text, inner))
            return true;
    }
    if (!redact->rules.regexes)
        return false;
    *text = apply_regexes(redact, inner);
    return !td_bytes_equal(*text, inner);
}

/* Copy what stands before offset `to` and has not been copied. */
static void copy_to(struct rec_redact *redact, uint32_t *copied, uint32_t to)
{
    td_buf_add(&redact->out, redact->doc.text.ptr + *copied, to - *copied);
    *copied = to;
}

static void replace(struct rec_redact *redact, uint32_t *copied, uint32_t i,
                    struct td_bytes inner)
{
    copy_to(redact, copied, redact->doc.values[i].start);
    td_buf_add_byte(&redact->out, '"');
    td_buf_add_bytes(&redact->out, inner);
    td_buf_add_byte(&redact->out, '"');
    *copied = redact->doc.values[i].end;
}

/* One value: replaced whole (true: go on behind it), in part, or not. */
static bool redact_value(struct rec_redact *redact, bool facts, uint32_t key,
                         uint32_t i, uint32_t *copied)
{
    struct rec_rule *rule;
    struct td_bytes text;

    if (is_named(redact, facts, key, i, &rule)) {
        count(redact, rule);
        replace(redact, copied, i, td_text(REC_REDACTED));
        return true;
    }
    if (redact->doc.values[i].kind == TD_JSON_STRING &&
        string_changes(redact, facts, i, &text)) {
        replace(redact, copied, i, text);
    }
    return false;
}

static void find_targets(struct rec_redact *redact)
{
    for (size_t i = 0; i < redact->rules.len; i++) {
        struct rec_rule *rule = &redact->rules.list[i];

        if (rule->kind == REC_RULE_POINTER)
            rule->target = td_json_pointer(&redact->doc, 0, rule->text);
    }
}

/* What a server says of a connection or of a Socket.IO namespace that is up:
 * ids are in it with which somebody else could go on in our place.
 */
static bool has_facts(const struct td_event *ev)
{
    return td_bytes_is(ev->kind, TD_KIND_OPEN) ||
           td_bytes_is(ev->kind, SIO_KIND_CONNECT);
}

static void redact_json(struct rec_redact *redact, struct td_event *ev)
{
    struct td_json_doc *doc = &redact->doc;
    bool facts = has_facts(ev);
    uint32_t key = UINT32_MAX;
    uint32_t copied = 0;

    if (td_json_parse(doc, ev->payload, TD_JSON_DEPTH, NULL)) {
        if (facts)
            ev->payload = td_text("\"" REC_REDACTED "\"");
        return;
    }
    find_targets(redact);
    td_buf_clear(&redact->out);
    for (uint32_t i = 0; i < doc->len;) {
        bool whole = redact_value(redact, facts, key, i, &copied);
        bool names = !whole && key == UINT32_MAX &&
                     doc->values[i].kind == TD_JSON_STRING && is_key(doc, i);

        key = names ? i : UINT32_MAX;
        i = whole ? doc->values[i].next : i + 1;
    }
    copy_to(redact, &copied, (uint32_t)doc->text.len);
    ev->payload = td_buf_bytes(&redact->out);
    if (!td_json_fits_line(ev->payload))
        ev->payload = td_text("\"" REC_REDACTED "\"");
}

void rec_redact_event(struct rec_redact *redact, struct td_event *ev)
{
    bool facts = has_facts(ev);
    uint64_t before = redact->values;

    if (!facts && !redact->rules.len)
        return;
    if (ev->form == TD_FORM_JSON)
        redact_json(redact, ev);
    else if (facts && ev->payload.len)
        ev->payload = td_text(REC_REDACTED);
    else if (redact->rules.regexes)
        ev->payload = apply_regexes(redact, ev->payload);
    redact->events += redact->values != before;
}

void rec_redact_policy(const struct rec_redact *redact, struct td_buf *out)
{
    td_buf_add_text(out, "{\"mark\":\"" REC_REDACTED "\",\"rules\":[");
    for (size_t i = 0; i < redact->rules.len; i++) {
        const struct rec_rule *rule = &redact->rules.list[i];

        td_buf_add_text(out, i ? ",\"" : "\"");
        if (rule->kind == REC_RULE_REGEX) {
            td_buf_addf(out, "regex in line %u", rule->line);
        } else {
            td_buf_add_text(out,
                            rule->kind == REC_RULE_KEY ? "key " : "pointer ");
            td_json_escape(out, td_text(rule->text));
        }
        td_buf_add_byte(out, '"');
    }
    td_buf_add_text(out, "]}");
}

void rec_redact_report(const struct rec_redact *redact, struct td_buf *out)
{
    td_buf_addf(out, "{\"values\":%" PRIu64 ",\"events\":%" PRIu64,
                redact->values, redact->events);
    td_buf_add_text(out, ",\"rules\":[");
    for (size_t i = 0; i < redact->rules.len; i++)
        td_buf_addf(out, "%s%" PRIu64, i ? "," : "",
                    redact->rules.list[i].hits);
    td_buf_add_text(out, "]}");
}
