/* "PATTERN\0TEXT": any pattern is read or refused, what is read PCRE2 takes or
 * refuses as too much, and a pattern that needs no engine says the same as it.
 */
#include "core/json.h"
#include "core/utf8.h"
#include "schema/regex/ecma.h"
#include "schema/regex/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Errors of pcre2_compile() that a pattern may meet although it is one. */
static bool is_too_much(int number)
{
    static const int numbers[] = {105, 120, 125, 136, 147, 186, 187};

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (numbers[i] == number)
            return true;
    }
    return false;
}

static void compare(struct td_bytes pattern,
                    const struct schema_class_sequence *simple,
                    struct td_bytes text)
{
    PCRE2_SIZE at;
    int number;
    pcre2_code *code = pcre2_compile(pattern.ptr, pattern.len,
                                     PCRE2_UTF | PCRE2_MATCH_UNSET_BACKREF,
                                     &number, &at, NULL);
    pcre2_match_data *data;

    if (!code) {
        if (!is_too_much(number))
            abort();
        return;
    }
    data = pcre2_match_data_create(1, NULL);
    if (simple && (pcre2_match(code, text.ptr, text.len, 0, 0, data, NULL) >=
                   0) != schema_class_sequence_match(simple, text))
        abort();
    pcre2_match_data_free(data);
    pcre2_code_free(code);
}

static void match(struct td_bytes pattern, struct td_bytes text)
{
    struct schema_pattern_memory *memory = schema_pattern_memory_new();
    struct schema_pattern *compiled;

    if (schema_pattern_new(&compiled, pattern, NULL) == TD_OK) {
        (void)schema_pattern_match(compiled, memory, text);
        schema_pattern_free(compiled);
    }
    schema_pattern_memory_free(memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *cut = size > 0 ? memchr(data, 0, size) : NULL;
    struct schema_class_sequence *simple = NULL;
    struct td_buf out = {0};
    struct td_bytes pattern;
    struct td_bytes text;

    if (!cut)
        return 0;
    pattern = td_bytes(data, (size_t)(cut - data));
    text = td_bytes(cut + 1, size - pattern.len - 1);
    if (!td_utf8_valid(text))
        return 0;
    match(pattern, text);
    if (schema_ecma_read(pattern, &out, &simple, NULL) == TD_OK) {
        (void)td_buf_str(&out);
        compare(td_buf_bytes(&out), simple, text);
    }
    schema_class_sequence_free(simple);
    td_buf_release(&out);
    return 0;
}
