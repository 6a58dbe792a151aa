#include "schema/regex/pattern.h"

#include "core/mem.h"
#include "core/utf8.h"
#include "schema/regex/ecma.h"
#include "schema/regex/look.h"

#include <stdbool.h>
#include <stdlib.h>

#define SUBSTITUTE 0x1A
#define HEAP_KIB   4096
#define STACK_MIN  32768
#define STACK_MAX  (16 << 20) /* of compiled code; taken page by page */
#define NOT_FIXED  125 /* PCRE2's errors of lookbehinds: on many lengths, */
#define TOO_LONG   187 /* and on too long ones */
#define SHOWN_MAX  60  /* bytes of a pattern that are told */

struct schema_pattern {
    struct schema_class_sequence *simple; /* or else: */
    pcre2_code *code;
    struct schema_look *look;  /* NULL: the engine does it all */
    char shown[SHOWN_MAX + 4]; /* as it was written */
};

struct schema_pattern_memory {
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
    struct schema_look_memory *look;   /* made when it is needed */
    const struct schema_pattern *slow; /* gave up last, or NULL */
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
        {NOT_FIXED, "what a (?<=...) or (?<!...) within another one looks "
                    "back on must have one length"},
        {147, "a \\p{...} names a script or property that is not known"},
        {TOO_LONG, "what a (?<=...) or (?<!...) within another one looks back "
                   "on is too long"},
    };

    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (reasons[i].number == number)
            return reasons[i].text;
    }
    return NULL;
}

static enum td_code fail(int number, struct td_error *err)
{
    PCRE2_UCHAR why[128];

    (void)pcre2_get_error_message(number, why, sizeof(why));
    return td_error_set(err, TD_USAGE, "pattern", 0, "%s",
                        reason(number) ? reason(number) : (const char *)why);
}

/* NULL, and PCRE2's number of what is wrong. */
static pcre2_code *compile(struct td_bytes text, uint32_t more, int *number)
{
    const uint32_t flags =
        PCRE2_UTF | PCRE2_MATCH_UNSET_BACKREF | PCRE2_NEVER_BACKSLASH_C;
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    PCRE2_SIZE offset;
    pcre2_code *code;

    (void)pcre2_set_parens_nest_limit(context, SCHEMA_ECMA_DEPTH + 1);
    code = pcre2_compile(text.ptr, text.len, flags | more, number, &offset,
                         context);
    pcre2_compile_context_free(context);
    return code;
}

/* A pattern whose lookbehinds the engine cannot do. */
static enum td_code compile_looks(struct schema_pattern *pattern,
                                  struct td_bytes text, struct td_error *err)
{
    struct schema_ecma_looks looks = {0};
    struct td_buf translated = {0};
    enum td_code code = schema_ecma_read_looks(text, &translated, &looks, err);
    int number = 0;

    if (code == TD_OK) {
        (void)td_buf_str(&translated);
        code = schema_look_new(&pattern->look, &looks, &number);
        if (code == TD_OK)
            pattern->code = compile(td_buf_bytes(&translated),
                                    PCRE2_NO_AUTO_POSSESS, &number);
        if (!pattern->code)
            code = fail(number, err);
    }
    schema_ecma_looks_release(&looks);
    td_buf_release(&translated);
    return code;
}

static enum td_code compile_any(struct schema_pattern *pattern,
                                struct td_bytes text,
                                struct td_bytes translated,
                                struct td_error *err)
{
    enum td_code code = TD_OK;
    int number = 0;

    pattern->code = compile(translated, 0, &number);
    if (!pattern->code)
        code = number == NOT_FIXED || number == TOO_LONG
                   ? compile_looks(pattern, text, err)
                   : fail(number, err);
    return code;
}

static void show(struct schema_pattern *pattern, struct td_bytes text)
{
    size_t len = 0;

    while (len < text.len && len < SHOWN_MAX) {
        size_t step = td_utf8_step(text.ptr + len, text.ptr + text.len);

        step += step == 0;
        if (len + step > SHOWN_MAX)
            break;
        len += step;
    }
    if (len > 0)
        memcpy(pattern->shown, text.ptr, len);
    memcpy(pattern->shown + len, "...", len < text.len ? 4 : 0);
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
    struct schema_pattern pattern = {0};
    struct td_buf translated = {0};
    enum td_code code = check_length(text, err);

    if (code == TD_OK)
        code = schema_ecma_read(text, &translated, simple, err);
    if (code == TD_OK && !(simple && *simple)) {
        (void)td_buf_str(&translated);
        code = compile_any(&pattern, text, td_buf_bytes(&translated), err);
    }
    td_buf_release(&translated);
    if (code) {
        schema_look_free(pattern.look);
        return code;
    }
    if (pattern.code)
        (void)pcre2_jit_compile(
            pattern.code, simple ? PCRE2_JIT_COMPLETE
                                 : PCRE2_JIT_COMPLETE | PCRE2_JIT_PARTIAL_HARD);
    pattern.simple = simple ? *simple : NULL;
    show(&pattern, text);
    *out = td_calloc(1, sizeof(**out));
    **out = pattern;
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
    schema_look_free(pattern->look);
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
    schema_look_memory_free(memory->look);
    pcre2_jit_stack_free(memory->stack);
    pcre2_match_context_free(memory->context);
    pcre2_match_data_free(memory->data);
    free(memory);
}

/* The engine's answer; where it matched is in memory->data. growing is NULL
 * where the text is whole.
 */
static enum schema_match ask(const struct schema_pattern *pattern,
                             struct schema_pattern_memory *memory,
                             struct td_bytes text, size_t from, uint32_t flags,
                             bool *growing)
{
    const uint8_t *subject = text.len ? text.ptr : (const uint8_t *)"";
    int got;

    if (pattern->look) {
        if (!memory->look)
            memory->look = schema_look_memory_new();
        schema_look_prepare(pattern->look, memory->look, memory->context);
    }
    flags |= PCRE2_NO_UTF_CHECK | (growing ? PCRE2_PARTIAL_HARD : 0);
    got = pcre2_match(pattern->code, subject, text.len, from, flags,
                      memory->data, memory->context);
    if (growing)
        *growing = got == PCRE2_ERROR_PARTIAL;
    if (got >= 0)
        return SCHEMA_MATCH;
    if (got == PCRE2_ERROR_NOMATCH || got == PCRE2_ERROR_PARTIAL)
        return SCHEMA_NO_MATCH;
    memory->slow = pattern;
    return SCHEMA_GAVE_UP;
}

const char *schema_pattern_slow(const struct schema_pattern_memory *memory)
{
    return memory->slow ? memory->slow->shown : NULL;
}

void schema_pattern_forget_slow(struct schema_pattern_memory *memory)
{
    memory->slow = NULL;
}

enum schema_match schema_pattern_match(const struct schema_pattern *pattern,
                                       struct schema_pattern_memory *memory,
                                       struct td_bytes text)
{
    if (pattern->simple)
        return schema_class_sequence_match(pattern->simple, text)
                   ? SCHEMA_MATCH
                   : SCHEMA_NO_MATCH;
    return ask(pattern, memory, text, 0, 0, NULL);
}

enum schema_match schema_pattern_find(const struct schema_pattern *pattern,
                                      struct schema_pattern_memory *memory,
                                      struct td_bytes text, size_t *start,
                                      size_t *end)
{
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(memory->data);
    enum schema_match got =
        ask(pattern, memory, text, *start, PCRE2_NOTEMPTY, NULL);

    if (got == SCHEMA_MATCH) {
        *start = at[0];
        *end = at[1];
    }
    return got;
}

enum schema_match schema_pattern_find_growing(
    const struct schema_pattern *pattern, struct schema_pattern_memory *memory,
    struct td_bytes text, size_t *start, size_t *end, bool *growing)
{
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(memory->data);
    enum schema_match got =
        ask(pattern, memory, text, *start, PCRE2_NOTEMPTY, growing);

    if (got == SCHEMA_MATCH || *growing) {
        *start = at[0];
        *end = at[1];
    }
    return got;
}

size_t schema_pattern_looks_back(const struct schema_pattern *pattern)
{
    uint32_t characters = 0;

    if (pattern->look)
        return SCHEMA_PATTERN_BACK;
    (void)pcre2_pattern_info(pattern->code, PCRE2_INFO_MAXLOOKBEHIND,
                             &characters);
    return ((size_t)characters + 1) * 4;
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
