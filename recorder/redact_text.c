/* Text, and bytes, that are no JSON. */
#include "core/b64.h"
#include "recorder/redact_internal.h"

#include <ctype.h>
#include <strings.h>

#define LEVELS_MAX 16 /* of JSON in strings in JSON */

/* Append text with every match of a regex rule replaced; where there are too
 * many, or there is no memory to look for them, so is the rest.
 */
static void replace_matches(struct rec_redact *redact, struct rec_rule *rule,
                            struct td_bytes text, struct td_buf *out)
{
    const char *base = (const char *)text.ptr;
    size_t from = 0;

    for (unsigned n = 0; from < text.len; n++) {
        regmatch_t m = {.rm_so = (regoff_t)from, .rm_eo = (regoff_t)text.len};
        int flags = REG_STARTEND | (from ? REG_NOTBOL : 0);
        int rc = n < REC_REDACT_MATCHES && text.len <= INT32_MAX
                     ? regexec(&rule->regex, base, 1, &m, flags)
                     : REG_ESPACE;

        if (rc == REG_NOMATCH)
            break;
        if (rc != 0)
            m = (regmatch_t){(regoff_t)from, (regoff_t)text.len};
        td_buf_add(out, base + from, (size_t)m.rm_so - from);
        if (rc != 0 || m.rm_eo > m.rm_so) {
            td_buf_add_text(out, REC_REDACTED);
            redact_count(redact, rule);
            from = rc ? text.len : (size_t)m.rm_eo;
        } else if ((size_t)m.rm_so < text.len) {
            td_buf_add(out, base + m.rm_so, 1);
            from = (size_t)m.rm_so + 1;
        } else {
            from = text.len;
        }
    }
    td_buf_add(out, base + from, text.len - from);
}

/* regexec() may look for a NUL behind the text, so it gets a copy that has one.
 */
struct td_bytes redact_regexes(struct rec_redact *redact, struct td_bytes text)
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

/* Whether an expression matches more than nothing; a NUL is behind the text. */
static bool is_match(const struct rec_rule *rule, struct td_bytes text)
{
    const char *base = (const char *)text.ptr;
    size_t from = 0;

    while (text.len <= INT32_MAX && from <= text.len) {
        regmatch_t m = {.rm_so = (regoff_t)from, .rm_eo = (regoff_t)text.len};
        int flags = REG_STARTEND | (from ? REG_NOTBOL : 0);
        int rc = regexec(&rule->regex, base, 1, &m, flags);

        if (rc || m.rm_eo > m.rm_so)
            return rc != REG_NOMATCH;
        from = (size_t)m.rm_so + 1;
    }
    return text.len > INT32_MAX;
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

struct rec_rule *redact_find(struct rec_redact *redact, struct td_bytes text,
                             bool quoted)
{
    for (size_t i = 0; i < redact->rules.len; i++) {
        struct rec_rule *rule = &redact->rules.list[i];

        if ((rule->kind == REC_RULE_KEY &&
             has_name(rule->text, text, quoted)) ||
            (rule->kind == REC_RULE_REGEX && is_match(rule, text)))
            return rule;
    }
    return NULL;
}

/* Bytes of the escape at the start of text, 2 or 6; 1: it is none. */
static size_t escape_len(struct td_buf *out, struct td_bytes text)
{
    size_t len = text.len > 1 && text.ptr[1] == 'u' ? 6 : 2;

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
        (void)td_buf_str(to);
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

/* A member needs quotes; a cut may have left braces only, of an array brackets.
 */
static bool looks_like_json(const struct rec_redact *redact,
                            struct td_bytes text)
{
    if (!redact->rules.keys && !redact->rules.pointers)
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

bool redact_may_hide(const struct rec_redact *redact, struct td_bytes text)
{
    if (!redact->rules.keys && !redact->rules.pointers)
        return false;
    if (!is_binary(text))
        return looks_like_json(redact, text);
    return begins_like_json(text) || has_any_key(redact, text);
}

bool redact_is_withheld(struct rec_redact *redact, struct td_bytes b64,
                        bool strict)
{
    struct td_bytes bytes;

    td_buf_clear(&redact->bytes);
    if (td_b64_decode(&redact->bytes, b64))
        return true;
    (void)td_buf_str(&redact->bytes);
    bytes = td_buf_bytes(&redact->bytes);
    if (!td_json_check(bytes, TD_JSON_DEPTH, NULL))
        return redact_find(redact, bytes, true) ||
               redact_find_hidden(redact, bytes);
    return redact_may_hide(redact, bytes) ||
           (strict && looks_like_json(redact, bytes)) ||
           redact_find(redact, bytes, false) ||
           redact_find_hidden(redact, bytes);
}
