/* One text in pieces. It is looked at as it is, and, where it has backslashes,
 * once more without each of its levels of escapes: JSON may come in pieces,
 * too.
 */
#include "core/mem.h"
#include "core/utf8.h"
#include "recorder/redact_pieces.h"

#include <stdlib.h>
#include <strings.h>

#define LEVELS_MAX 16

/* What is looked at: text, and where each of its bytes is in the window; map is
 * NULL for the window itself.
 */
struct view {
    struct td_bytes text;
    const uint32_t *map;
    size_t from;
    size_t end; /* where its end is in the window */
    unsigned level;
};

/* What looking has found, in the window. */
struct finds {
    struct rec_redact *redact;
    struct redact_text *text;
    bool last;   /* nothing follows */
    size_t risk; /* from here on something may become a secret */
    size_t from; /* from here on one must look again */
};

struct redact_text *redact_text_new(uint64_t key, const struct td_event *ev)
{
    struct redact_text *text = td_calloc(1, sizeof(*text));

    text->key = key;
    text->conn = ev->conn;
    text->exchange = ev->exchange;
    return text;
}

void redact_text_free(struct redact_text *text)
{
    if (!text)
        return;
    td_buf_release(&text->window);
    td_buf_release(&text->spans);
    free(text);
}

static size_t at_least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t place(const struct view *view, size_t at)
{
    if (!view->map)
        return at;
    return at < view->text.len ? view->map[at] : view->end;
}

/* ---- secrets ---- */

static struct redact_span
span_of(const struct finds *f, const struct view *view, size_t from, size_t to)
{
    return (struct redact_span){.from = f->text->base + place(view, from),
                                .to = f->text->base + place(view, to),
                                .level = view->level};
}

/* A secret. */
static void found(struct finds *f, struct rec_rule *rule,
                  struct redact_span span)
{
    if (span.to > span.from && redact_span_put(f->text, span))
        redact_count(f->redact, rule);
}

/* However a string is escaped, it is one value. */
static uint64_t name_of(const struct rec_rule *rule, struct td_bytes value,
                        bool string)
{
    struct td_buf meant = {0};
    uint64_t name;

    if (string)
        (void)td_json_unescape(&meant, value);
    name = redact_name(rule, string ? td_buf_bytes(&meant) : value);
    td_buf_release(&meant);
    return name;
}

/* From a place of the view on one must look again. */
static void wait(struct finds *f, const struct view *view, size_t from,
                 size_t risk)
{
    if (f->last)
        return;
    f->from = at_least(f->from, place(view, from));
    f->risk = at_least(f->risk, place(view, risk));
}

/* Nobody can look at this any more: it goes, with all that follows. */
static void close_text(struct finds *f)
{
    struct redact_text *text = f->text;
    struct redact_span span = {.from = text->known,
                               .to = redact_text_end(text)};

    if (!text->closed)
        f->redact->withheld++;
    text->closed = true;
    if (span.to > span.from)
        (void)redact_span_put(text, span);
    f->from = text->window.len;
    f->risk = f->from;
}

/* ---- expressions ---- */

static void look_for_matches(struct finds *f, const struct view *view,
                             struct rec_rule *rule)
{
    struct td_bytes text = schema_pattern_text(&f->redact->text, view->text);
    size_t start = view->from;
    size_t end = start;

    for (unsigned n = 0; start < text.len; n++) {
        bool growing = false;
        enum schema_match got =
            f->last
                ? schema_pattern_find(rule->regex, f->redact->memory, text,
                                      &start, &end)
                : schema_pattern_find_growing(rule->regex, f->redact->memory,
                                              text, &start, &end, &growing);

        if (got == SCHEMA_GAVE_UP || n == REC_REDACT_MATCHES) {
            close_text(f);
            return;
        }
        if (growing)
            wait(f, view, start, start);
        if (got == SCHEMA_NO_MATCH)
            return;
        found(f, rule, span_of(f, view, start, end));
        start = end;
    }
}

/* ---- members ---- */

static size_t skip_space(struct td_bytes text, size_t at)
{
    while (at < text.len && memchr(" \t\r\n", text.ptr[at], 4))
        at++;
    return at;
}

/* Behind the closing quote of the string whose inside begins at at; SIZE_MAX:
 * it has none yet.
 */
static size_t string_end(struct td_bytes text, size_t at)
{
    for (; at < text.len; at++) {
        if (text.ptr[at] == '"')
            return at + 1;
        at += text.ptr[at] == '\\';
    }
    return SIZE_MAX;
}

/* Behind the array or object that begins at at; SIZE_MAX as above. */
static size_t nest_end(struct td_bytes text, size_t at)
{
    size_t depth = 0;

    while (at < text.len) {
        uint8_t byte = text.ptr[at];

        if (byte == '"') {
            at = string_end(text, at + 1);
            if (at == SIZE_MAX)
                return at;
            continue;
        }
        depth += byte == '{' || byte == '[';
        depth -= byte == '}' || byte == ']';
        at++;
        if (depth == 0)
            return at;
    }
    return SIZE_MAX;
}

static size_t scalar_end(struct td_bytes text, size_t at)
{
    while (at < text.len && !memchr(",]} \t\r\n\"", text.ptr[at], 8))
        at++;
    return at < text.len ? at : SIZE_MAX;
}

/* The value of a member with a secret's name; returns where to go on. */
static size_t take_value(struct finds *f, const struct view *view,
                         struct rec_rule *rule, size_t name, size_t at)
{
    struct td_bytes text = view->text;
    struct td_bytes value;
    struct redact_span span;
    bool string = text.ptr[at] == '"';
    bool nest = text.ptr[at] == '{' || text.ptr[at] == '[';
    size_t end = string ? string_end(text, at + 1)
                 : nest ? nest_end(text, at)
                        : scalar_end(text, at);

    if (end == SIZE_MAX) {
        /* what is there is known to be one, the rest is looked at again; a
           stand-in is known when all is there */
        wait(f, view, name, rule->secret.len ? at + string : text.len);
        span = span_of(f, view, at + string, text.len);
        span.whole = !string;
        if (f->last || !rule->secret.len)
            found(f, rule, span);
        return text.len;
    }
    value = td_bytes(text.ptr + at + string, end - at - 2 * (size_t)string);
    span = span_of(f, view, at + string, end - string);
    span.whole = !string;
    span.named = rule->secret.len > 0;
    if (span.named)
        span.name = name_of(rule, value, string);
    if (!string || !redact_is_stand_ins(value))
        found(f, rule, span);
    return end - string; /* in what is no JSON a quote may open, too */
}

/* The length of the name of a rule that is quoted at the quote at: with the
 * quotes. 0: it is not; SIZE_MAX: it may be, when more has come.
 */
static size_t name_len(const struct rec_rule *rule, struct td_bytes text,
                       size_t at)
{
    size_t left = text.len - at - 1;
    size_t len = strlen(rule->text);

    if (strncasecmp(rule->text, (const char *)text.ptr + at + 1,
                    at_least(left, len)) != 0)
        return 0;
    if (left <= len)
        return SIZE_MAX;
    return text.ptr[at + 1 + len] == '"' ? len + 2 : 0;
}

/* Whether a member begins at the quote at; returns where to go on. */
static size_t look_at_quote(struct finds *f, const struct view *view, size_t at)
{
    struct td_bytes text = view->text;

    for (size_t i = 0; i < f->redact->rules.len; i++) {
        struct rec_rule *rule = &f->redact->rules.list[i];
        size_t len = rule->kind == REC_RULE_KEY ? name_len(rule, text, at) : 0;
        size_t next;

        if (len == 0)
            continue;
        next = len == SIZE_MAX ? text.len : skip_space(text, at + len);
        if (next < text.len && text.ptr[next] != ':')
            continue;
        next = next < text.len ? skip_space(text, next + 1) : next;
        if (next < text.len)
            return take_value(f, view, rule, at, next);
        wait(f, view, at, text.len);
    }
    return at + 1;
}

static void look_for_members(struct finds *f, const struct view *view)
{
    size_t at = view->from;

    while (at < view->text.len) {
        const uint8_t *quote =
            memchr(view->text.ptr + at, '"', view->text.len - at);

        if (!quote)
            return;
        at = look_at_quote(f, view, (size_t)(quote - view->text.ptr));
    }
}

static void look(struct finds *f, const struct view *view)
{
    struct rec_rules *rules = &f->redact->rules;

    for (size_t i = 0; i < rules->len && !f->text->closed; i++)
        if (rules->list[i].kind == REC_RULE_REGEX)
            look_for_matches(f, view, &rules->list[i]);
    if (rules->keys && !f->text->closed)
        look_for_members(f, view);
}

/* ---- escapes ---- */

static bool is_hex(uint8_t byte)
{
    return (byte >= '0' && byte <= '9') ||
           ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f');
}

/* Bytes of the escape at a backslash; 1: it is none; 0: more must come. */
static size_t escape_len(struct td_bytes text)
{
    size_t hex = 2;

    if (text.len < 2)
        return 0;
    if (text.ptr[1] != 'u')
        return strchr("\"\\/bfnrt", text.ptr[1]) && text.ptr[1] ? 2 : 1;
    while (hex < 6 && hex < text.len && is_hex(text.ptr[hex]))
        hex++;
    if (hex == 6)
        return 6;
    return hex == text.len ? 0 : 1;
}

/* Two escapes are one character. */
static bool is_pair(struct td_bytes text)
{
    return text.len >= 12 && text.ptr[6] == '\\' &&
           escape_len(td_bytes(text.ptr + 6, text.len - 6)) == 6 &&
           !td_json_has_half_pair(td_bytes(text.ptr, 12)) &&
           td_json_has_half_pair(td_bytes(text.ptr, 6));
}

size_t redact_unit(struct td_bytes raw, bool escaped, size_t *decoded)
{
    struct td_buf out = {0};
    size_t len = 1;

    *decoded = 1;
    if (!escaped || raw.ptr[0] != '\\')
        return len;
    len = escape_len(raw);
    if (len == 6) {
        len = is_pair(raw) ? 12 : 6;
        (void)td_json_unescape(&out, td_bytes(raw.ptr, len));
        *decoded = out.len;
        td_buf_release(&out);
    }
    return len ? len : 1;
}

struct level {
    struct td_buf text;
    struct td_buf map;
    size_t from; /* in text, what from is in the view before it */
    size_t open; /* in the view before: an escape that may go on, or its end */
};

/* Take one level of escapes off. */
static void unescape(const struct view *view, struct level *out)
{
    size_t at = 0;

    td_buf_clear(&out->text);
    td_buf_clear(&out->map);
    out->open = view->text.len;
    out->from = 0;
    while (at < view->text.len) {
        struct td_bytes rest =
            td_bytes(view->text.ptr + at, view->text.len - at);
        size_t before = out->text.len;
        size_t len = *rest.ptr == '\\' ? escape_len(rest) : 1;
        uint32_t from = (uint32_t)(view->map ? view->map[at] : at);

        if (at <= view->from)
            out->from = before;
        if (len == 0) {
            out->open = at;
            break;
        }
        len = len == 6 && is_pair(rest) ? 12 : len;
        if (len == 1)
            (void)td_buf_add_byte(&out->text, *rest.ptr);
        else
            (void)td_json_unescape(&out->text, td_bytes(rest.ptr, len));
        for (; before < out->text.len; before++)
            (void)td_buf_add(&out->map, &from, sizeof(from));
        at += len;
    }
}

/* The same text without escapes, as often as there are any. */
static void look_deeper(struct finds *f, const struct view *first)
{
    struct level levels[2] = {{.from = 0}};
    struct view view = *first;

    for (unsigned n = 1; n <= LEVELS_MAX && !f->text->closed; n++) {
        struct level *level = &levels[n % 2];

        if (!memchr(view.text.ptr + view.from, '\\', view.text.len - view.from))
            break;
        unescape(&view, level);
        if (level->open < view.text.len)
            wait(f, &view, level->open, level->open);
        if (level->text.len == view.text.len)
            break;
        if (n == LEVELS_MAX) {
            close_text(f);
            break;
        }
        view = (struct view){.text = td_buf_bytes(&level->text),
                             .map = (const uint32_t *)(void *)level->map.ptr,
                             .from = at_least(level->from, level->text.len),
                             .end = place(&view, level->open),
                             .level = n};
        if (view.text.len == 0)
            break;
        look(f, &view);
    }
    for (size_t i = 0; i < 2; i++) {
        td_buf_release(&levels[i].text);
        td_buf_release(&levels[i].map);
    }
}

/* ---- following ---- */

static void search(struct rec_redact *redact, struct redact_text *text,
                   bool last)
{
    struct view view = {.text = td_buf_bytes(&text->window),
                        .from = (size_t)(text->from - text->base),
                        .end = text->window.len};
    struct finds f = {.redact = redact,
                      .text = text,
                      .last = last,
                      .risk = text->window.len,
                      .from = text->window.len};

    if (text->closed) {
        close_text(&f);
    } else if (view.from < view.text.len) {
        look(&f, &view);
        if (!text->closed &&
            memchr(view.text.ptr + view.from, '\\', view.text.len - view.from))
            look_deeper(&f, &view);
        if (!last && text->window.len - f.from > REDACT_WINDOW)
            close_text(&f);
    }
    text->from = text->base + f.from;
    if (text->base + f.risk > text->known)
        text->known = text->base + f.risk;
}

void redact_follow(struct rec_redact *redact, struct redact_text *text,
                   struct td_bytes raw, bool escaped)
{
    if (escaped)
        (void)td_json_unescape(&text->window, raw);
    else
        (void)td_buf_add_bytes(&text->window, raw);
    search(redact, text, false);
}

void redact_follow_end(struct rec_redact *redact, struct redact_text *text)
{
    search(redact, text, true);
    text->over = true;
}

bool redact_follow_force(struct redact_text *text)
{
    struct redact_span span = {.from = text->known,
                               .to = redact_text_end(text)};

    if (span.from >= span.to)
        return false;
    (void)redact_span_put(text, span);
    text->known = span.to;
    return true;
}

bool redact_follow_cut(struct rec_redact *redact, struct redact_text *text)
{
    struct redact_span span = {.from = text->known,
                               .to = redact_text_end(text)};
    const struct redact_span *list;
    size_t len;

    redact_follow_end(redact, text);
    if (span.from >= span.to)
        return false;
    list = redact_spans(text, &len);
    while (len > 0 && list[len - 1].from > span.from)
        len--;
    if (len > 0 && list[len - 1].to >= span.to)
        return false; /* it was one */
    (void)redact_span_put(text, span);
    return true;
}

static size_t looks_back(const struct rec_redact *redact)
{
    size_t most = 4;

    for (size_t i = 0; i < redact->rules.len; i++)
        if (redact->rules.list[i].kind == REC_RULE_REGEX) {
            size_t len = schema_pattern_looks_back(redact->rules.list[i].regex);

            most = len > most ? len : most;
        }
    return most;
}

/* All but what may go on. */
static void forget_spans(struct redact_text *text)
{
    size_t len;
    struct redact_span *list = redact_spans(text, &len);
    size_t done = 0;

    while (done < len && list[done].to < text->known &&
           list[done].to <= text->from)
        done++;
    if (text->closed)
        done = len;
    if (done == 0)
        return;
    memmove(list, list + done, (len - done) * sizeof(*list));
    text->spans.len -= done * sizeof(*list);
}

void redact_follow_trim(struct rec_redact *redact, struct redact_text *text)
{
    size_t done = (size_t)(text->from - text->base);
    size_t keep = redact->looks_back;

    if (keep == 0)
        keep = redact->looks_back = looks_back(redact);
    if (text->held == 0)
        forget_spans(text);
    if (done < 2 * keep + 1024)
        return;
    done -= keep;
    while (done > 0 && ((text->window.ptr[done] & 0xC0) == 0x80 ||
                        (text->window.ptr[done - 1] == '\\' && !text->closed)))
        done--;
    memmove(text->window.ptr, text->window.ptr + done, text->window.len - done);
    text->window.len -= done;
    text->base += done;
}
