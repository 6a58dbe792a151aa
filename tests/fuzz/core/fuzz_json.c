/* core/json against jansson: both refuse, or both see the same values.
 *
 * What jansson alone refuses is counted as agreement only if the text really
 * has it: a number past long long or double, a lone surrogate, a NUL in a key,
 * more than JSON_PARSER_MAX_DEPTH levels. Of duplicate keys jansson keeps the
 * last, so members that are not the last of their name are passed over. It
 * forgets a NUL byte that ends a number or a word, so a text we refuse at such
 * a byte may pass there.
 */
#include "core/json.h"
#include "core/utf8.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#define DEPTH 2048 /* JSON_PARSER_MAX_DEPTH of jansson */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(what)                                                          \
    do {                                                                       \
        if (!(what))                                                           \
            abort();                                                           \
    } while (0)

static struct td_json_doc doc;
static struct td_buf scratch;

/* The token or the unescaped string as a NUL-terminated text. */
static const char *text_of(uint32_t i)
{
    td_buf_clear(&scratch);
    if (doc.values[i].kind == TD_JSON_STRING)
        REQUIRE(td_json_unescape(&scratch, td_json_inner(&doc, i)) == TD_OK);
    else
        REQUIRE(td_buf_add_bytes(&scratch, td_json_raw(&doc, i)) == TD_OK);
    return td_buf_str(&scratch);
}

static bool overflows(uint32_t i)
{
    const char *token;

    if (doc.values[i].kind != TD_JSON_NUMBER)
        return false;
    token = text_of(i);
    errno = 0;
    if (doc.values[i].flags & TD_JSON_NOT_INT)
        return isinf(strtod(token, NULL)) != 0;
    (void)strtoll(token, NULL, 10);
    return errno == ERANGE;
}

/* U+FFFD comes from a lone surrogate if the text does not hold it itself. */
static bool has_lone_surrogate(uint32_t i)
{
    struct td_bytes raw = td_json_raw(&doc, i);

    if (doc.values[i].kind != TD_JSON_STRING ||
        !(doc.values[i].flags & TD_JSON_ESCAPED))
        return false;
    (void)text_of(i);
    return memmem(scratch.ptr, scratch.len, "\xef\xbf\xbd", 3) &&
           (memmem(raw.ptr, raw.len, "\\uD", 3) ||
            memmem(raw.ptr, raw.len, "\\ud", 3));
}

static bool has_nul(uint32_t i)
{
    if (doc.values[i].kind != TD_JSON_STRING)
        return false;
    (void)text_of(i);
    return memchr(scratch.ptr, 0, scratch.len) != NULL;
}

static bool any(bool (*has)(uint32_t))
{
    for (uint32_t i = 0; i < doc.len; i++) {
        if (has(i))
            return true;
    }
    return false;
}

static void judge_refusal(struct td_bytes text, const json_error_t *why)
{
    struct td_error err;

    switch (json_error_code(why)) {
    case json_error_numeric_overflow:
        REQUIRE(any(overflows));
        break;
    case json_error_null_byte_in_key:
        REQUIRE(any(has_nul));
        break;
    case json_error_stack_overflow:
        REQUIRE(td_json_check(text, DEPTH - 1, &err) == TD_LIMIT);
        break;
    default:
        REQUIRE(any(has_lone_surrogate));
    }
}

static void compare_scalar(uint32_t i, const json_t *value)
{
    static const json_type types[] = {JSON_NULL,  JSON_FALSE,  JSON_TRUE,
                                      JSON_NULL,  JSON_STRING, JSON_ARRAY,
                                      JSON_OBJECT};
    const struct td_json_value *v = &doc.values[i];

    if (v->kind == TD_JSON_NUMBER) {
        const char *token = text_of(i);

        if (v->flags & TD_JSON_NOT_INT)
            REQUIRE(json_is_real(value) &&
                    json_real_value(value) == strtod(token, NULL));
        else
            REQUIRE(json_is_integer(value) &&
                    json_integer_value(value) == strtoll(token, NULL, 10));
        return;
    }
    REQUIRE(json_typeof(value) == types[v->kind]);
    if (v->kind == TD_JSON_STRING) {
        (void)text_of(i);
        REQUIRE(json_string_length(value) == scratch.len &&
                !memcmp(json_string_value(value), scratch.ptr, scratch.len));
    }
}

static bool is_last_of_its_name(uint32_t key, uint32_t end)
{
    struct td_buf name = {0};
    bool last = true;

    REQUIRE(td_json_unescape(&name, td_json_inner(&doc, key)) == TD_OK);
    for (uint32_t k = doc.values[key + 1].next; k < end && last;
         k = doc.values[k + 1].next)
        last = !td_json_string_is(&doc, k, td_buf_bytes(&name));
    td_buf_release(&name);
    return last;
}

struct level {
    const json_t *value;
    uint32_t at; /* the next child */
    uint32_t end;
    size_t index;
};

/* The child at hand as jansson sees it; NULL to pass it over. */
static const json_t *next_child(struct level *in, uint32_t *i)
{
    const json_t *child;

    *i = in->at;
    if (json_is_array(in->value)) {
        in->at = doc.values[*i].next;
        return json_array_get(in->value, in->index++);
    }
    ++*i;
    in->at = doc.values[*i].next;
    if (!is_last_of_its_name(*i - 1, in->end))
        return NULL;
    (void)text_of(*i - 1);
    child = json_object_getn(in->value, (const char *)scratch.ptr, scratch.len);
    REQUIRE(child);
    return child;
}

static void compare(const json_t *root)
{
    static struct level levels[DEPTH + 1];
    size_t depth = 0;

    compare_scalar(0, root);
    levels[0] = (struct level){root, 1, doc.values[0].next, 0};
    for (;;) {
        struct level *in = &levels[depth];
        const json_t *child;
        uint32_t i;

        if (in->at >= in->end) {
            if (depth-- == 0)
                return;
            continue;
        }
        child = next_child(in, &i);
        if (!child)
            continue;
        compare_scalar(i, child);
        levels[++depth] = (struct level){child, i + 1, doc.values[i].next, 0};
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct td_bytes text = td_bytes(data, size);
    struct td_error a = {0};
    struct td_error b = {0};
    enum td_code code = td_json_parse(&doc, text, DEPTH, &a);
    json_error_t why;
    json_t *root;

    REQUIRE(td_json_check(text, DEPTH, &b) == code);
    REQUIRE(a.offset == b.offset && a.offset <= size);
    root = json_loadb((const char *)data, size,
                      JSON_DECODE_ANY | JSON_ALLOW_NUL, &why);
    REQUIRE(!root || code == TD_OK || (a.offset < size && !data[a.offset]));
    REQUIRE(code || td_utf8_valid(text));
    if (code == TD_OK && !root)
        judge_refusal(text, &why);
    if (root && code == TD_OK)
        compare(root);
    json_decref(root);
    return 0;
}
