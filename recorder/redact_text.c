/* Text, and bytes, that are no JSON. */
#include "core/b64.h"
#include "core/secret_name.h"
#include "recorder/redact_internal.h"

#include <ctype.h>
#include <strings.h>

#define LEVELS_MAX 16 /* of JSON in strings in JSON */

/* The next match of a regex rule behind *start; all of the rest where there
 * were too many, or where the expression gives up.
 */
static bool next_match(struct rec_redact *redact, const struct rec_rule *rule,
                       struct td_bytes text, size_t *start, size_t *end)
{
    enum schema_match got =
        schema_pattern_find(rule->regex, redact->memory, text, start, end);

    if (got == SCHEMA_GAVE_UP) {
        redact->unsure = true;
        *end = text.len;
    }
    return got != SCHEMA_NO_MATCH;
}

/* Append bytes with every match of a regex rule replaced. */
static void replace_matches(struct rec_redact *redact, struct rec_rule *rule,
                            struct td_bytes bytes, struct td_buf *out)
{
    struct td_bytes text = schema_pattern_text(&redact->text, bytes);
    size_t done = 0;
    size_t start = 0;
    size_t end = 0;

    for (unsigned n = 0; done < text.len; n++) {
        if (n == REC_REDACT_MATCHES)
            end = text.len;
        else if (!next_match(redact, rule, text, &start, &end))
            break;
        td_buf_add(out, bytes.ptr + done, start - done);
        td_buf_add_text(out, REC_REDACTED);
        redact_count(redact, rule);
        done = start = end;
    }
    td_buf_add(out, bytes.ptr + done, bytes.len - done);
}

/* The text may be in the buffers that change here, so it is copied first. */
struct td_bytes redact_regexes(struct rec_redact *redact, struct td_bytes text)
{
    td_buf_clear(&redact->scratch);
    td_buf_add_bytes(&redact->scratch, text);
    for (size_t i = 0; i < redact->rules.len && !redact->unsure; i++) {
        struct rec_rule *rule = &redact->rules.list[i];
        struct td_buf filled;

        if (rule->kind != REC_RULE_REGEX)
            continue;
        td_buf_clear(&redact->swap);
        replace_matches(redact, rule, td_buf_bytes(&redact->scratch),
                        &redact->swap);
        filled = redact->swap;
        redact->swap = redact->scratch;
        redact->scratch = filled;
    }
    return td_buf_bytes(&redact->scratch);
}

static bool is_match(struct rec_redact *redact, const struct rec_rule *rule,
                     struct td_bytes bytes)
{
    size_t start = 0;
    size_t end = 0;

    return redact->unsure ||
           next_match(redact, rule, schema_pattern_text(&redact->text, bytes),
                      &start, &end);
}

/* Whether text has the name of a key rule, in any case; quoted: as a JSON
 * string.
 */
static bool has_name(const char *name, struct td_bytes text, bool quoted)
{
    size_t len = strlen(name);

    for (size_t at = quoted; at + len + quoted <= text.len; at++) {
        const char *here = (const char *)text.ptr + at;

        if (tolower((uint8_t)*here) == tolower((uint8_t)*name) &&
            (!quoted || (here[-1] == '"' && here[len] == '"')) &&
            !strncasecmp(here, name, len))
            return true;
    }
    return false;
}

/* The first rule that finds something in text: an expression that matches or
 * gives up (redact->unsure), or the name of a key rule, quoted as in JSON or
 * anyhow. NULL: none.
 */
static struct rec_rule *redact_find(struct rec_redact *redact,
                                    struct td_bytes text, bool quoted)
{
    for (size_t i = 0; i < redact->rules.len; i++) {
        struct rec_rule *rule = &redact->rules.list[i];

        if ((rule->kind == REC_RULE_KEY &&
             has_name(rule->text, text, quoted)) ||
            (rule->kind == REC_RULE_REGEX && is_match(redact, rule, text)))
            return rule;
    }
    return NULL;
}

/* Bytes of the escape at the start of text, which is 2 or 6, or 12 of a pair of
 * surrogates; 1: it is none.
 */
static size_t escape_len(struct td_buf *out, struct td_bytes text)
{
    size_t len = text.len > 1 && text.ptr[1] == 'u' ? 6 : 2;

    if (len == 6 && text.len >= 12 && text.ptr[6] == '\\' &&
        text.ptr[7] == 'u' && !td_json_unescape(out, td_bytes(text.ptr, 12)))
        return 12;
    if (len <= text.len && !td_json_unescape(out, td_bytes(text.ptr, len)))
        return len;
    td_buf_add_byte(out, '\\');
    return 1;
}

/* Take escapes for what they stand for, as far as they are some. */
static void unescape(struct td_buf *out, struct td_bytes text)
{
    while (text.len) {
        const uint8_t *slash = memchr(text.ptr, '\\', text.len);
        size_t n = slash ? (size_t)(slash - text.ptr) : text.len;

        td_buf_add(out, text.ptr, n);
        text = td_bytes(text.ptr + n, text.len - n);
        if (text.len) {
            n = escape_len(out, text);
            text = td_bytes(text.ptr + n, text.len - n);
        }
    }
}

/* Each turn unescapes the text once more: JSON may be in a string in a string.
 */
struct rec_rule *redact_find_hidden(struct rec_redact *redact,
                                    struct td_bytes escaped)
{
    struct td_buf *to = &redact->scratch;
    struct td_buf *other = &redact->swap;
    struct rec_rule *rule = NULL;

    for (int level = 0; level < LEVELS_MAX && !rule; level++) {
        struct td_buf *last = to;

        if (!escaped.len || !memchr(escaped.ptr, '\\', escaped.len))
            return NULL;
        td_buf_clear(to);
        unescape(to, escaped);
        if (to->len == escaped.len)
            return NULL;
        escaped = td_buf_bytes(to);
        rule = redact_find(redact, escaped, true);
        to = other;
        other = last;
    }
    return rule ? rule : &redact->rules.list[0];
}

static bool has_any(struct td_bytes text, const char *bytes)
{
    for (; *bytes; bytes++)
        if (text.len && memchr(text.ptr, *bytes, text.len))
            return true;
    return false;
}

/* Control bytes that no text has but a terminal's. */
static bool is_binary(struct td_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < ' ' && !strchr("\t\n\v\f\r\b\x1b", text.ptr[i]))
            return true;
    return false;
}

/* Behind white space, control bytes, byte order marks and the zeroes of wider
 * characters.
 */
static bool begins_like_json(struct td_bytes text)
{
    size_t i = 0;

    while (i < text.len && (text.ptr[i] <= ' ' ||
                            memchr("\xef\xbb\xbf\xfe\xff", text.ptr[i], 5)))
        i++;
    return i < text.len && memchr("{[\"", text.ptr[i], 3);
}

/* Whether there are rules for places in JSON. */
static bool may_be_in_json(const struct rec_redact *redact)
{
    return redact->rules.keys || redact->rules.pointers || redact->rules.places;
}

/* A member needs quotes; a cut may have left braces only, of an array brackets.
 */
static bool looks_like_json(const struct rec_redact *redact,
                            struct td_bytes text)
{
    if (!may_be_in_json(redact))
        return false;
    return has_any(text, redact->rules.pointers ? "\"{}[]" : "\"{}");
}

/* The name of the member that a rule looks for, or "". */
static const char *member_of(const struct rec_rule *rule)
{
    const char *last;

    if (rule->kind != REC_RULE_POINTER)
        return rule->kind == REC_RULE_KEY ? rule->text : "";
    last = strrchr(rule->text, '/') + 1;
    return last[strspn(last, "0123456789")] ? last : "";
}

static bool has_any_key(const struct rec_redact *redact, struct td_bytes text)
{
    for (size_t i = 0; i < redact->rules.len; i++)
        if (*member_of(&redact->rules.list[i]) &&
            has_name(member_of(&redact->rules.list[i]), text, false))
            return true;
    return false;
}

/* Of parts with heads: names stand there with quotes or without. */
static bool is_form(struct td_bytes text)
{
    return has_name("form-data", text, false);
}

static bool is_name_byte(uint8_t byte)
{
    return isalnum(byte) || byte == '-' || byte == '_' || byte == '%';
}

/* Such a part may be called anything: `name*=UTF-8''p%77`. */
static bool has_coded_name(struct td_bytes text)
{
    static const char sign[] = "name*";
    const size_t len = sizeof(sign) - 1;

    for (size_t at = 0; at + len < text.len; at++)
        if (!strncasecmp((const char *)text.ptr + at, sign, len) &&
            (!at || !is_name_byte(text.ptr[at - 1])))
            return true;
    return false;
}

bool redact_hides_pair(const struct rec_redact *redact, struct td_bytes text)
{
    if (redact_has_pair(redact, text))
        return true;
    if (!is_form(text))
        return is_binary(text) && has_any_key(redact, text);
    return has_any_key(redact, text) ||
           (redact->rules.keys && has_coded_name(text));
}

/* From at on, behind what stands between a name and its value. */
static size_t skip(struct td_bytes text, size_t at, const char *bytes)
{
    while (at < text.len && text.ptr[at] && strchr(bytes, text.ptr[at]))
        at++;
    return at;
}

/* Whether what stands there, behind a name, says that a value follows: "name:",
 * "name = ", "<name>".
 */
static bool is_before_value(struct td_bytes text, size_t at)
{
    if (at < text.len && text.ptr[at] == '>')
        return true;
    at = skip(text, at, " \t");
    return at < text.len && strchr(":=", text.ptr[at]) && text.ptr[at];
}

static bool is_label(const char *name, struct td_bytes text)
{
    size_t len = strlen(name);

    for (size_t at = 0; at + len < text.len; at++) {
        const uint8_t *here = text.ptr + at;

        if (tolower(*here) == tolower((uint8_t)*name) &&
            (!at || !is_name_byte(here[-1])) &&
            !strncasecmp((const char *)here, name, len) &&
            is_before_value(text, at + len))
            return true;
    }
    return false;
}

bool redact_has_label(const struct rec_redact *redact, struct td_bytes text)
{
    for (size_t i = 0; i < redact->rules.len; i++) {
        const struct rec_rule *rule = &redact->rules.list[i];

        if (rule->kind == REC_RULE_KEY && is_label(rule->text, text))
            return true;
    }
    return false;
}

bool redact_may_hide(const struct rec_redact *redact, struct td_bytes text)
{
    if (!may_be_in_json(redact))
        return false;
    if (redact_hides_pair(redact, text) || redact_has_label(redact, text))
        return true;
    if (!is_binary(text))
        return looks_like_json(redact, text);
    return begins_like_json(text);
}

/* The field in which browsers send what they have no other for. */
static bool is_secret(struct td_bytes name)
{
    static const char protocols[] = "sec-websocket-protocol";

    return td_secret_field(name) ||
           (name.len == sizeof(protocols) - 1 &&
            !strncasecmp((const char *)name.ptr, protocols, name.len));
}

static size_t name_end(struct td_bytes text, size_t at)
{
    while (at < text.len && is_name_byte(text.ptr[at]))
        at++;
    return at;
}

/* `NAME"`, or behind it what else the text of a coded name has: UTF-8''NAME. */
static bool is_part_secret(struct td_bytes text, size_t from)
{
    for (size_t end;; from = end + 1) {
        end = name_end(text, from);
        if (is_secret(td_bytes(text.ptr + from, end - from)))
            return true;
        if (end >= text.len || text.ptr[end] != '\'')
            return false;
    }
}

/* A secret's name before a sign: of a field, a cookie, a parameter, a member;
 * or behind `name=` or `name*=`, of a part of a form.
 */
static bool has_secret_name(struct td_bytes text)
{
    for (size_t from = 0; from < text.len;) {
        size_t end = name_end(text, from);
        struct td_bytes name = td_bytes(text.ptr + from, end - from);
        bool part = name.len == 4 &&
                    !strncasecmp((const char *)name.ptr, "name", name.len);
        size_t sign = part ? skip(text, end, "*0123456789") : end;

        sign = skip(text, sign, " \t\"'\\");
        if (end > from && sign < text.len && strchr(":=", text.ptr[sign])) {
            if (is_secret(name))
                return true;
            if (part && is_part_secret(text, skip(text, sign + 1, " \t\"'")))
                return true;
            end = part ? sign : end;
        }
        from = end + 1;
    }
    return false;
}

bool redact_names_member(struct td_bytes text)
{
    const uint8_t *end = text.ptr + text.len;
    const uint8_t *quote = memchr(text.ptr, '"', text.len);

    while (quote) {
        const uint8_t *name = quote + 1;
        size_t sign;

        quote = memchr(name, '"', (size_t)(end - name));
        if (!quote)
            break;
        sign = skip(text, (size_t)(quote + 1 - text.ptr), " \t\r\n");
        if (sign < text.len && text.ptr[sign] == ':' &&
            td_secret_member(td_bytes(name, (size_t)(quote - name))))
            return true;
    }
    return false;
}

/* "scheme://user:password@host" up to white space. */
static bool has_user(struct td_bytes text)
{
    const uint8_t *end = text.ptr + text.len;
    const uint8_t *at = text.ptr;

    while (at < end) {
        at = memmem(at, (size_t)(end - at), "://", 3);
        if (!at)
            return false;
        for (at += 3; at<end && * at> ' '; at++)
            if (*at == '@')
                return true;
    }
    return false;
}

/* Without zeroes and other bytes that no text has: names are seen behind them.
 */
static void keep_text(struct td_buf *out, struct td_bytes bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        if (bytes.ptr[i] >= ' ' || memchr("\t\r\n", bytes.ptr[i], 3))
            (void)td_buf_add_byte(out, bytes.ptr[i]);
}

bool redact_names_secret(struct rec_redact *redact, struct td_bytes b64)
{
    struct td_bytes text;

    td_buf_clear(&redact->bytes);
    if (td_b64_decode(&redact->bytes, b64))
        return true;
    td_buf_clear(&redact->swap);
    keep_text(&redact->swap, td_buf_bytes(&redact->bytes));
    text = td_buf_bytes(&redact->swap);
    if (has_secret_name(text) || has_user(text))
        return true;
    if (!text.len || !memchr(text.ptr, '\\', text.len))
        return false;
    td_buf_clear(&redact->scratch);
    unescape(&redact->scratch, text);
    return has_secret_name(td_buf_bytes(&redact->scratch));
}

bool redact_is_withheld(struct rec_redact *redact, struct td_bytes b64,
                        bool strict)
{
    struct td_bytes bytes;

    td_buf_clear(&redact->bytes);
    if (td_b64_decode(&redact->bytes, b64))
        return true;
    bytes = td_buf_bytes(&redact->bytes);
    if (!td_json_check(bytes, TD_JSON_DEPTH, NULL))
        return redact_find(redact, bytes, true) ||
               redact_find_hidden(redact, bytes);
    return redact_may_hide(redact, bytes) ||
           (strict && looks_like_json(redact, bytes)) ||
           redact_find(redact, bytes, false) ||
           redact_find_hidden(redact, bytes);
}
