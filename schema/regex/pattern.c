#include "schema/regex/pattern.h"

#include "core/mem.h"
#include "core/utf8.h"
#include "schema/regex/ecma.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdbool.h>
#include <stdlib.h>

#define SUBSTITUTE 0x1A
#define HEAP_KIB   4096
#define STACK_MIN  32768
#define STACK_MAX  (16 << 20) /* of compiled code; taken page by page */

struct schema_pattern {
    struct schema_class_sequence *simple; /* or else: */
    pcre2_code *code;
};

struct schema_pattern_memory {
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
};

/* What PCRE2 cannot do although ECMA-262 can, in a user's words. */
static const char *reason(int number)
{
    static const struct {
        int number;
        const char *text;
    } reasons[] = {
        {105, "a repeat count is above 65535"},
        {120, "it is too large when its repeats are written out"},
        {125, "what a (?<=...) or (?<!...) looks back on must have one length"},
        {147, "a \\p{...} names a script or property that is not known"},
        {187, "what a (?<=...) or (?<!...) looks back on is too long"},
    };

    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (reasons[i].number == number)
            return reasons[i].text;
    }
    return NULL;
}

static pcre2_code *compile(struct td_bytes text, struct td_error *err)
{
    const uint32_t flags =
        PCRE2_UTF | PCRE2_MATCH_UNSET_BACKREF | PCRE2_NEVER_BACKSLASH_C;
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    PCRE2_UCHAR why[128];
    PCRE2_SIZE offset;
    pcre2_code *code;
    int number = 0;

    (void)pcre2_set_parens_nest_limit(context, SCHEMA_ECMA_DEPTH + 1);
    code = pcre2_compile(text.ptr, text.len, flags, &number, &offset, context);
    pcre2_compile_context_free(context);
    if (code)
        return code;
    (void)pcre2_get_error_message(number, why, sizeof(why));
    (void)td_error_set(err, TD_USAGE, "pattern", 0, "%s",
                       reason(number) ? reason(number) : (const char *)why);
    return NULL;
}

static enum td_code check_length(struct td_bytes text, struct td_error *err)
{
    if (text.len <= SCHEMA_PATTERN_MAX)
        return TD_OK;
    return td_error_set(err, TD_USAGE, "pattern", 0, "longer than %d bytes",
                        SCHEMA_PATTERN_MAX);
}

/* The length of a POSIX class at the start of text, or 0. */
static size_t posix_class(struct td_bytes text)
{
    static const char *const names[] = {
        "[:alnum:]", "[:alpha:]", "[:blank:]", "[:cntrl:]",
        "[:digit:]", "[:graph:]", "[:lower:]", "[:print:]",
        "[:punct:]", "[:space:]", "[:upper:]", "[:xdigit:]",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t len = strlen(names[i]);

        if (text.len >= len && !memcmp(text.ptr, names[i], len))
            return len;
    }
    return 0;
}

enum td_code schema_pattern_no_posix(struct td_bytes text, struct td_error *err)
{
    for (size_t at = 0; at < text.len; at++) {
        size_t len = posix_class(td_bytes(text.ptr + at, text.len - at));

        if (len)
            return td_error_set(err, TD_USAGE, "pattern", at,
                                "%.*s is of POSIX, not of ECMA-262, which has "
                                "\\d, \\w, \\s, [a-z] and \\p{L}",
                                (int)len, (const char *)text.ptr + at);
    }
    return TD_OK;
}

enum td_code schema_pattern_syntax(struct td_bytes text, struct td_error *err)
{
    enum td_code code = check_length(text, err);

    return code ? code : schema_ecma_read(text, NULL, NULL, err);
}

/* simple is NULL where the engine is wanted anyhow. */
static enum td_code compile_new(struct schema_pattern **out,
                                struct td_bytes text,
                                struct schema_class_sequence **simple,
                                struct td_error *err)
{
    struct td_buf translated = {0};
    pcre2_code *pcre = NULL;
    enum td_code code = check_length(text, err);

    if (code == TD_OK)
        code = schema_ecma_read(text, &translated, simple, err);
    if (code == TD_OK && !(simple && *simple)) {
        (void)td_buf_str(&translated);
        pcre = compile(td_buf_bytes(&translated), err);
        code = pcre ? TD_OK : TD_USAGE;
    }
    td_buf_release(&translated);
    if (code)
        return code;
    if (pcre)
        (void)pcre2_jit_compile(pcre, PCRE2_JIT_COMPLETE);
    *out = td_calloc(1, sizeof(**out));
    **out = (struct schema_pattern){simple ? *simple : NULL, pcre};
    return TD_OK;
}

enum td_code schema_pattern_new(struct schema_pattern **out,
                                struct td_bytes text, struct td_error *err)
{
    struct schema_class_sequence *simple = NULL;

    return compile_new(out, text, &simple, err);
}

enum td_code schema_pattern_new_finder(struct schema_pattern **out,
                                       struct td_bytes text,
                                       struct td_error *err)
{
    return compile_new(out, text, NULL, err);
}

void schema_pattern_free(struct schema_pattern *pattern)
{
    if (!pattern)
        return;
    schema_class_sequence_free(pattern->simple);
    pcre2_code_free(pattern->code);
    free(pattern);
}

struct schema_pattern_memory *schema_pattern_memory_new(void)
{
    struct schema_pattern_memory *m = td_calloc(1, sizeof(*m));

    m->data = pcre2_match_data_create(1, NULL);
    m->context = pcre2_match_context_create(NULL);
    (void)pcre2_set_match_limit(m->context, SCHEMA_PATTERN_STEPS);
    (void)pcre2_set_heap_limit(m->context, HEAP_KIB);
    m->stack = pcre2_jit_stack_create(STACK_MIN, STACK_MAX, NULL);
    pcre2_jit_stack_assign(m->context, NULL, m->stack);
    return m;
}

void schema_pattern_memory_free(struct schema_pattern_memory *memory)
{
    if (!memory)
        return;
    pcre2_jit_stack_free(memory->stack);
    pcre2_match_context_free(memory->context);
    pcre2_match_data_free(memory->data);
    free(memory);
}

/* The engine's answer; where it matched is in memory->data. */
static enum schema_match ask(const struct schema_pattern *pattern,
                             struct schema_pattern_memory *memory,
                             struct td_bytes text, size_t from, uint32_t flags)
{
    const uint8_t *subject = text.len ? text.ptr : (const uint8_t *)"";
    int got =
        pcre2_match(pattern->code, subject, text.len, from,
                    PCRE2_NO_UTF_CHECK | flags, memory->data, memory->context);

    if (got >= 0)
        return SCHEMA_MATCH;
    return got == PCRE2_ERROR_NOMATCH ? SCHEMA_NO_MATCH : SCHEMA_GAVE_UP;
}

enum schema_match schema_pattern_match(const struct schema_pattern *pattern,
                                       struct schema_pattern_memory *memory,
                                       struct td_bytes text)
{
    if (pattern->simple)
        return schema_class_sequence_match(pattern->simple, text)
                   ? SCHEMA_MATCH
                   : SCHEMA_NO_MATCH;
    return ask(pattern, memory, text, 0, 0);
}

enum schema_match schema_pattern_find(const struct schema_pattern *pattern,
                                      struct schema_pattern_memory *memory,
                                      struct td_bytes text, size_t *start,
                                      size_t *end)
{
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(memory->data);
    enum schema_match got = ask(pattern, memory, text, *start, PCRE2_NOTEMPTY);

    if (got == SCHEMA_MATCH) {
        *start = at[0];
        *end = at[1];
    }
    return got;
}

struct td_bytes schema_pattern_text(struct td_buf *room, struct td_bytes bytes)
{
    if (td_utf8_valid(bytes))
        return bytes;
    td_buf_clear(room);
    (void)td_buf_add_bytes(room, bytes);
    for (uint8_t *at = room->ptr, *end = at + room->len; at < end;) {
        size_t n = td_utf8_step(at, end);

        if (n == 0)
            *at = SUBSTITUTE;
        at += n ? n : 1;
    }
    return td_buf_bytes(room);
}
