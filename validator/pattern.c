#include "validator/pattern.h"

#include "core/buf.h"
#include "core/mem.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdbool.h>
#include <stdlib.h>

#define HEAP_KIB    4096
#define NESTING_MAX 200

struct check_pattern {
    pcre2_code *code;
};

struct check_pattern_memory {
    pcre2_match_data *data;
    pcre2_match_context *context;
};

/* Names of general categories that ECMA-262 knows and PCRE2 does not. */
static const struct {
    const char *ecma;
    const char *pcre;
} categories[] = {
    {"Letter", "L"},
    {"Lowercase_Letter", "Ll"},
    {"Uppercase_Letter", "Lu"},
    {"Mark", "M"},
    {"Number", "N"},
    {"Decimal_Number", "Nd"},
    {"digit", "Nd"},
    {"Punctuation", "P"},
    {"punct", "P"},
    {"Symbol", "S"},
    {"Separator", "Z"},
    {"Other", "C"},
};

/* The short name if text goes on with "{NAME}"; *len is what it takes. */
static const char *short_category(struct td_bytes text, size_t *len)
{
    for (size_t i = 0; i < sizeof(categories) / sizeof(categories[0]); i++) {
        size_t n = strlen(categories[i].ecma);

        if (text.len >= n + 2 && text.ptr[0] == '{' && text.ptr[n + 1] == '}' &&
            !memcmp(text.ptr + 1, categories[i].ecma, n)) {
            *len = n + 2;
            return categories[i].pcre;
        }
    }
    return NULL;
}

static void translate(struct td_buf *out, struct td_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        struct td_bytes rest = td_bytes(text.ptr + i, text.len - i);
        const char *category = NULL;
        size_t len = 0;

        if (rest.ptr[0] != '\\' || rest.len < 2) {
            (void)td_buf_add_byte(out, rest.ptr[0]);
            continue;
        }
        (void)td_buf_add(out, rest.ptr, 2);
        if ((rest.ptr[1] | 0x20) == 'p')
            category =
                short_category(td_bytes(rest.ptr + 2, rest.len - 2), &len);
        if (category)
            (void)td_buf_addf(out, "{%s}", category);
        i += 1 + len;
    }
}

static pcre2_code *compile(struct td_bytes text, struct td_error *err)
{
    const uint32_t flags = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_ALT_BSUX |
                           PCRE2_MATCH_UNSET_BACKREF | PCRE2_NEVER_BACKSLASH_C |
                           PCRE2_ALLOW_EMPTY_CLASS;
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    PCRE2_UCHAR why[128];
    PCRE2_SIZE offset = 0;
    pcre2_code *code;
    int number = 0;

    (void)pcre2_set_parens_nest_limit(context, NESTING_MAX);
    code = pcre2_compile(text.ptr, text.len, flags, &number, &offset, context);
    pcre2_compile_context_free(context);
    if (code)
        return code;
    (void)pcre2_get_error_message(number, why, sizeof(why));
    (void)td_error_set(err, TD_USAGE, "pattern", offset, "%s",
                       (const char *)why);
    return NULL;
}

enum td_code check_pattern_new(struct check_pattern **out, struct td_bytes text,
                               struct td_error *err)
{
    struct td_buf translated = {0};
    struct check_pattern *p;
    pcre2_code *code;

    if (text.len > CHECK_PATTERN_MAX)
        return td_error_set(err, TD_USAGE, "pattern", 0, "longer than %d bytes",
                            CHECK_PATTERN_MAX);
    translate(&translated, text);
    (void)td_buf_str(&translated);
    code = compile(td_buf_bytes(&translated), err);
    td_buf_release(&translated);
    if (!code)
        return TD_USAGE;
    p = td_calloc(1, sizeof(*p));
    p->code = code;
    (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    *out = p;
    return TD_OK;
}

void check_pattern_free(struct check_pattern *pattern)
{
    if (!pattern)
        return;
    pcre2_code_free(pattern->code);
    free(pattern);
}

struct check_pattern_memory *check_pattern_memory_new(void)
{
    struct check_pattern_memory *m = td_calloc(1, sizeof(*m));

    m->data = pcre2_match_data_create(1, NULL);
    m->context = pcre2_match_context_create(NULL);
    (void)pcre2_set_match_limit(m->context, CHECK_PATTERN_STEPS);
    (void)pcre2_set_heap_limit(m->context, HEAP_KIB);
    return m;
}

void check_pattern_memory_free(struct check_pattern_memory *memory)
{
    if (!memory)
        return;
    pcre2_match_context_free(memory->context);
    pcre2_match_data_free(memory->data);
    free(memory);
}

enum check_match check_pattern_match(const struct check_pattern *pattern,
                                     struct check_pattern_memory *memory,
                                     struct td_bytes text)
{
    const uint8_t *subject = text.len ? text.ptr : (const uint8_t *)"";
    int got = pcre2_match(pattern->code, subject, text.len, 0,
                          PCRE2_NO_UTF_CHECK, memory->data, memory->context);

    if (got >= 0)
        return CHECK_MATCH;
    return got == PCRE2_ERROR_NOMATCH ? CHECK_NO_MATCH : CHECK_GAVE_UP;
}
