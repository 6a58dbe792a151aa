#include "validator/rule/say.h"

#include <string.h>

uint32_t check_say_key(const struct check_writer *s, const char *key)
{
    return td_json_member(&s->doc->json, s->rule, td_text(key));
}

void check_say(const struct check_writer *s, const char *words)
{
    (void)td_buf_add_text(s->out, words);
}

static enum td_json_kind kind_of(const struct check_writer *s, uint32_t at)
{
    return (enum td_json_kind)s->doc->json.values[at].kind;
}

/* The contract's document bounds the depth. */
/* NOLINTNEXTLINE(misc-no-recursion) */
void check_say_value(const struct check_writer *s, uint32_t at)
{
    const struct td_json_doc *json = &s->doc->json;
    uint32_t left = json->values[at].count;

    if (kind_of(s, at) == TD_JSON_STRING) {
        (void)td_json_unescape(s->out, td_json_inner(json, at));
        return;
    }
    if (kind_of(s, at) != TD_JSON_ARRAY) {
        (void)td_buf_add_bytes(s->out, td_json_raw(json, at));
        return;
    }
    for (uint32_t i = at + 1; i < json->values[at].next;
         i = json->values[i].next) {
        check_say_value(s, i);
        left--;
        check_say(s, left > 1 ? ", " : left == 1 ? " and " : "");
    }
}

bool check_say_if(const struct check_writer *s, const char *words,
                  const char *key)
{
    uint32_t at = check_say_key(s, key);

    if (at == 0)
        return false;
    check_say(s, words);
    check_say_value(s, at);
    return true;
}

/* The length of text up to `stop` outside of quotes and brackets. */
static size_t span_to(struct td_bytes text, size_t from, char stop)
{
    size_t i = from;
    char quote = '\0';
    int depth = 0;

    for (; i < text.len; i++) {
        char c = (char)text.ptr[i];

        if (quote) {
            if (c == '\\')
                i++;
            else if (c == quote)
                quote = '\0';
        } else if (depth == 0 && c == stop) {
            break;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '[' || c == '(') {
            depth++;
        } else if (c == ']' || c == ')') {
            depth--;
        }
    }
    return (i < text.len ? i : text.len) - from;
}

static struct td_bytes trim(struct td_bytes text)
{
    while (text.len > 0 && text.ptr[0] == ' ')
        text = td_bytes(text.ptr + 1, text.len - 1);
    while (text.len > 0 && text.ptr[text.len - 1] == ' ')
        text.len--;
    return text;
}

/* NAME, or NAME[FILTER] as "NAME where FILTER"; noun goes behind the name. */
static void add_choice(struct td_buf *out, struct td_bytes text,
                       const char *noun)
{
    size_t len = span_to(text, 0, '[');
    struct td_bytes name = trim(td_bytes(text.ptr, len));

    if (!td_bytes_is(name, "*")) {
        (void)td_buf_add_bytes(out, name);
        (void)td_buf_add_text(out, *noun ? " " : "");
        (void)td_buf_add_text(out, noun);
    } else {
        (void)td_buf_add_text(out, *noun ? noun : "event");
    }
    if (len + 2 > text.len)
        return;
    (void)td_buf_add_text(out, " where ");
    (void)td_buf_add_bytes(
        out, trim(td_bytes(text.ptr + len + 1, text.len - len - 2)));
}

static void add_list(struct td_buf *out, struct td_bytes selector,
                     const char *noun)
{
    size_t from = 0;

    while (from < selector.len) {
        size_t len = span_to(selector, from, '|');

        if (from > 0)
            (void)td_buf_add_text(out, " or ");
        add_choice(out, trim(td_bytes(selector.ptr + from, len)), noun);
        from += len + 1;
    }
}

/* Where " except " begins, outside of quotes and brackets; or the length. */
static size_t span_to_except(struct td_bytes text)
{
    static const char word[] = " except ";
    size_t at = span_to(text, 0, ' ');

    while (at < text.len &&
           (text.len - at < sizeof(word) - 1 ||
            memcmp(text.ptr + at, word, sizeof(word) - 1) != 0))
        at += 1 + span_to(text, at + 1, ' ');
    return at < text.len ? at : text.len;
}

static struct td_bytes without_parentheses(struct td_bytes text)
{
    text = trim(text);
    if (text.len >= 2 && text.ptr[0] == '(')
        text = trim(td_bytes(text.ptr + 1, text.len - 2));
    return text;
}

static void add_selector(struct td_buf *out, struct td_bytes selector,
                         const char *noun)
{
    struct td_bytes except = td_bytes(NULL, 0);
    size_t len;

    selector = trim(selector);
    len = span_to_except(selector);
    if (selector.len > 0 && selector.ptr[0] == '!') {
        except = td_bytes(selector.ptr + 1, selector.len - 1);
        selector = td_text("*");
    } else if (len < selector.len) {
        except = td_bytes(selector.ptr + len + 8, selector.len - len - 8);
        selector.len = len;
    }
    add_list(out, selector, noun);
    if (except.len == 0)
        return;
    (void)td_buf_add_text(out, " other than ");
    add_list(out, without_parentheses(except), "");
}

static void say_text(const struct check_writer *s, uint32_t at,
                     const char *noun)
{
    struct td_buf text = {0};

    (void)td_json_unescape(&text, td_json_inner(&s->doc->json, at));
    add_selector(s->out, td_buf_bytes(&text), noun);
    td_buf_release(&text);
}

void check_say_selector(const struct check_writer *s, uint32_t at)
{
    say_text(s, at, "");
}

void check_say_events(const struct check_writer *s, uint32_t at)
{
    say_text(s, at, "events");
}

/* Where the field of SELECTOR.FIELD begins: behind the first dot outside of
 * quotes and brackets.
 */
void check_say_field(const struct check_writer *s, uint32_t at)
{
    struct td_buf text = {0};
    struct td_bytes all;
    size_t len;

    (void)td_json_unescape(&text, td_json_inner(&s->doc->json, at));
    all = td_buf_bytes(&text);
    len = span_to(all, 0, '.');
    if (len < all.len) {
        (void)td_buf_add(s->out, all.ptr + len + 1, all.len - len - 1);
        check_say(s, " in ");
    }
    add_selector(s->out, td_bytes(all.ptr, len), "");
    td_buf_release(&text);
}

bool check_say_bound(const struct check_writer *s, bool first,
                     const char *words, const char *key)
{
    if (check_say_key(s, key) == 0)
        return first;
    check_say(s, first ? "" : " and ");
    (void)check_say_if(s, words, key);
    return false;
}
