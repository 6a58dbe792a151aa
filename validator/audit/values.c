#include "validator/audit/values.h"

#include "core/mem.h"
#include "schema/format/format.h"
#include "schema/value/hash_seed.h"

#include <math.h>
#include <stdlib.h>

#define ALL_FORMATS ((1u << AUDIT_FORMATS_LEN) - 1)

static bool is_local_time(struct td_bytes text)
{
    char zoned[40];

    if (text.len < 19 || text.len > 30)
        return false;
    memcpy(zoned, text.ptr, text.len);
    if (zoned[10] == ' ')
        zoned[10] = 'T';
    zoned[text.len] = 'Z';
    return schema_format_find(td_text("date-time"))(
        td_bytes(zoned, text.len + 1));
}

/* Any text with a colon is a URI; what people call one names a place. */
static bool is_uri(struct td_bytes text)
{
    return memmem(text.ptr, text.len, "://", 3) &&
           schema_format_find(td_text("uri"))(text);
}

static const char *const format_names[] = {
#define FORMAT_NAME(name, text) [AUDIT_FORMAT_##name] = text,
    AUDIT_FORMATS(FORMAT_NAME)
#undef FORMAT_NAME
};

const char *audit_format_text(enum audit_format format)
{
    return format_names[format];
}

static schema_format_fn *checkers[AUDIT_FORMATS_LEN];

void audit_values_prepare(void)
{
    schema_hash_seed_draw();
    for (uint32_t i = 0; i < AUDIT_FORMATS_LEN; i++)
        checkers[i] = schema_format_find(td_text(format_names[i]));
    checkers[AUDIT_FORMAT_LOCAL_TIME] = is_local_time;
    checkers[AUDIT_FORMAT_URI] = is_uri;
}

/* Formats that are left after one more text. */
static uint32_t try_formats(uint32_t left, struct td_bytes text)
{
    for (uint32_t i = 0; left >> i; i++) {
        if (left >> i & 1 && !checkers[i](text))
            left &= ~(1u << i);
    }
    return left;
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* Both are the same but for the numbers in them. */
static bool are_alike(struct td_bytes a, struct td_bytes b)
{
    size_t i = 0;
    size_t j = 0;

    while (i < a.len && j < b.len) {
        if (is_digit(a.ptr[i]) != is_digit(b.ptr[j]))
            return false;
        if (!is_digit(a.ptr[i])) {
            if (a.ptr[i++] != b.ptr[j++])
                return false;
            continue;
        }
        while (i < a.len && is_digit(a.ptr[i]))
            i++;
        while (j < b.len && is_digit(b.ptr[j]))
            j++;
    }
    return i == a.len && j == b.len;
}

static void see_likeness(struct audit_values *values, struct td_bytes text)
{
    if (values->unlike)
        return;
    if (!values->like && text.len > 0 && text.len <= AUDIT_WORD_MAX) {
        values->like = td_strndup(text.ptr, text.len);
        values->like_len = (uint32_t)text.len;
    } else if (!values->like ||
               !are_alike(td_bytes(values->like, values->like_len), text)) {
        values->unlike = true;
    }
}

/* What is counted. */

/* Up to seven bytes as the first ones of a word; copies of a known size, as
 * most texts are short.
 */
static uint64_t last_word(const uint8_t *at, size_t len)
{
    uint8_t word[8] = {0};
    size_t i = 0;
    uint64_t out;

    if (len & 4) {
        memcpy(word, at, 4);
        i = 4;
    }
    if (len & 2) {
        memcpy(word + i, at + i, 2);
        i += 2;
    }
    if (len & 1)
        word[i] = at[i];
    memcpy(&out, word, sizeof(out));
    return out;
}

static uint64_t print_on(uint64_t print, uint64_t word)
{
    return schema_hash_mix(print ^ word, UINT64_C(0xa0761d6478bd642f)) +
           UINT64_C(0xe7037ed1a0b428db);
}

uint64_t audit_print(struct td_bytes text)
{
    uint64_t print = text.len * UINT64_C(0x9e3779b97f4a7c15);
    size_t i = 0;
    uint64_t word;

    for (; i + sizeof(word) <= text.len; i += sizeof(word)) {
        memcpy(&word, text.ptr + i, sizeof(word));
        print = print_on(print, word);
    }
    if (i < text.len)
        print = print_on(print, last_word(text.ptr + i, text.len - i));
    return schema_hash_mix(print, UINT64_C(0x8ebc6af09c88c6e3));
}

void audit_sketch_add(uint8_t *sketch, uint64_t print)
{
    uint64_t rest = print >> 10 | UINT64_C(1) << 54;
    uint8_t rank = (uint8_t)(__builtin_ctzll(rest) + 1);
    uint8_t *slot = &sketch[print % AUDIT_REGISTERS];

    if (*slot < rank)
        *slot = rank;
}

static void words_to_sketch(struct audit_values *values)
{
    if (values->sketch)
        return;
    values->sketch = (uint8_t *)td_calloc(AUDIT_REGISTERS, 1);
    for (uint32_t i = 0; i < values->words_len; i++)
        audit_sketch_add(values->sketch, values->words[i].print);
}

static struct audit_word *find_word(const struct audit_values *values,
                                    uint64_t print, struct td_bytes text)
{
    for (uint32_t i = 0; i < values->words_len; i++) {
        struct audit_word *word = &values->words[i];

        if (word->print == print && word->len == text.len &&
            !memcmp(word->text, text.ptr, text.len))
            return word;
    }
    return NULL;
}

static void add_word(struct audit_values *values, uint64_t print,
                     struct td_bytes text, struct audit_place place)
{
    struct audit_word *word =
        values->sketch ? NULL : find_word(values, print, text);

    if (!word && (values->sketch || values->words_len == AUDIT_WORDS ||
                  text.len > AUDIT_WORD_MAX)) {
        words_to_sketch(values);
        audit_sketch_add(values->sketch, print);
        return;
    }
    if (!word) {
        values->words = (struct audit_word *)td_list_room(
            values->words, values->words_len, sizeof(*word));
        word = &values->words[values->words_len++];
        *word = (struct audit_word){.print = print,
                                    .first = place,
                                    .len = (uint32_t)text.len,
                                    .text = td_strndup(text.ptr, text.len)};
    }
    word->count++;
}

/* A number as it is: what a double holds exactly without the library. */
double audit_number(struct td_bytes raw)
{
    static const double powers[] = {1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6, 1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14};
    size_t i = raw.ptr[0] == '-';
    size_t point = raw.len;
    char text[64];
    double sum = 0;

    if (raw.len <= 15) {
        for (; i < raw.len && (is_digit(raw.ptr[i]) || raw.ptr[i] == '.');
             i++) {
            if (raw.ptr[i] == '.')
                point = i + 1;
            else
                sum = sum * 10 + (raw.ptr[i] - '0');
        }
        if (i == raw.len)
            return (raw.ptr[0] == '-' ? -sum : sum) / powers[raw.len - point];
    }
    if (raw.len >= sizeof(text))
        raw.len = sizeof(text) - 1;
    memcpy(text, raw.ptr, raw.len);
    text[raw.len] = '\0';
    return strtod(text, NULL);
}

static void see_number(struct audit_values *values, double n)
{
    if (!values->numbers++) {
        values->min = n;
        values->max = n;
    }
    values->min = n < values->min ? n : values->min;
    values->max = n > values->max ? n : values->max;
}

static void see_secret(struct audit_values *values, struct td_bytes text,
                       bool named, struct audit_place place)
{
    const char *secret;

    if (values->secret || (values->sketch && values->strings % 64))
        return;
    secret = audit_secret(named, text);
    if (!secret)
        return;
    values->secret = secret;
    values->secret_at = place;
    values->secret_len = text.len;
}

/* Texts of one format need not be alike. */
static void see_form(struct audit_values *values, struct td_bytes text)
{
    uint32_t formats = values->formats;

    if (formats)
        values->formats = try_formats(formats, text);
    if (values->formats)
        return;
    if (formats && values->strings > 1)
        values->unlike = true;
    see_likeness(values, text);
}

static void see_string(struct audit_values *values, struct td_bytes text,
                       bool named, struct audit_place place)
{
    if (!values->strings++) {
        values->least = text.len;
        values->formats = ALL_FORMATS;
    }
    values->least = text.len < values->least ? text.len : values->least;
    values->most = text.len > values->most ? text.len : values->most;
    see_form(values, text);
    see_secret(values, text, named, place);
}

void audit_values_add(struct audit_values *values,
                      const struct td_json_doc *doc, uint32_t at, bool named,
                      struct audit_place place)
{
    const struct td_json_value *v = &doc->values[at];
    struct td_bytes raw = td_json_raw(doc, at);
    uint64_t print = audit_print(raw);
    struct audit_word *word =
        values->sketch ? NULL : find_word(values, print, raw);

    /* What was seen before says nothing further. */
    if (word) {
        word->count++;
        *(v->kind == TD_JSON_NUMBER ? &values->numbers : &values->strings) += 1;
        return;
    }
    if (v->kind == TD_JSON_NUMBER)
        see_number(values, audit_number(raw));
    else
        see_string(values, td_json_inner(doc, at), named, place);
    if (values->sketch)
        audit_sketch_add(values->sketch, print);
    else
        add_word(values, print, raw, place);
}

/* Two are one. */

static void merge_words(struct audit_values *values, struct audit_values *from)
{
    for (uint32_t i = 0; i < from->words_len; i++) {
        struct audit_word *other = &from->words[i];
        struct audit_word *word;

        add_word(values, other->print, td_bytes(other->text, other->len),
                 other->first);
        word =
            find_word(values, other->print, td_bytes(other->text, other->len));
        if (!word)
            continue;
        word->count += other->count - 1;
        if (audit_place_is_before(other->first, word->first))
            word->first = other->first;
    }
    if (!from->sketch)
        return;
    words_to_sketch(values);
    for (uint32_t i = 0; i < AUDIT_REGISTERS; i++) {
        if (values->sketch[i] < from->sketch[i])
            values->sketch[i] = from->sketch[i];
    }
}

static void merge_numbers(struct audit_values *values,
                          const struct audit_values *from)
{
    if (!from->numbers)
        return;
    if (!values->numbers) {
        values->min = from->min;
        values->max = from->max;
    }
    values->numbers += from->numbers;
    values->min = from->min < values->min ? from->min : values->min;
    values->max = from->max > values->max ? from->max : values->max;
}

static void merge_strings(struct audit_values *values,
                          const struct audit_values *from)
{
    if (!from->strings)
        return;
    if (!values->strings) {
        values->least = from->least;
        values->formats = ALL_FORMATS;
    }
    values->strings += from->strings;
    values->least = from->least < values->least ? from->least : values->least;
    values->most = from->most > values->most ? from->most : values->most;
    values->formats &= from->formats;
    values->unlike = values->unlike || from->unlike;
    if (from->like)
        see_likeness(values, td_bytes(from->like, from->like_len));
}

void audit_values_merge(struct audit_values *values, struct audit_values *from)
{
    merge_numbers(values, from);
    merge_strings(values, from);
    merge_words(values, from);
    if (from->secret &&
        (!values->secret ||
         audit_place_is_before(from->secret_at, values->secret_at))) {
        values->secret = from->secret;
        values->secret_at = from->secret_at;
        values->secret_len = from->secret_len;
    }
    audit_values_release(from);
}

void audit_values_release(struct audit_values *values)
{
    for (uint32_t i = 0; i < values->words_len; i++)
        free(values->words[i].text);
    free(values->words);
    free(values->sketch);
    free(values->like);
    *values = (struct audit_values){0};
}

uint64_t audit_sketch_count(const uint8_t *sketch)
{
    const double n = AUDIT_REGISTERS;
    double sum = 0;
    double zero = 0;
    double guess;

    for (uint32_t i = 0; i < AUDIT_REGISTERS; i++) {
        sum += ldexp(1, -sketch[i]);
        zero += sketch[i] == 0;
    }
    guess = 0.7213 / (1 + 1.079 / n) * n * n / sum;
    if (guess <= 2.5 * n && zero > 0)
        guess = n * log(n / zero);
    return (uint64_t)(guess + 0.5);
}

uint64_t audit_values_distinct(const struct audit_values *values)
{
    uint64_t guess;

    if (!values->sketch)
        return values->words_len;
    guess = audit_sketch_count(values->sketch);
    return guess > values->words_len ? guess : values->words_len + 1;
}

const char *audit_values_format(const struct audit_values *values)
{
    for (uint32_t i = 0; values->formats >> i; i++) {
        if (values->formats >> i & 1)
            return format_names[i];
    }
    return NULL;
}

bool audit_values_pattern(const struct audit_values *values, struct td_buf *out)
{
    size_t before = out->len;
    bool numbers = false;

    if (!values->like || values->unlike || audit_values_distinct(values) < 2)
        return false;
    (void)td_buf_add_byte(out, '^');
    for (uint32_t i = 0; i < values->like_len; i++) {
        uint8_t c = (uint8_t)values->like[i];

        if (is_digit(c)) {
            while (i + 1 < values->like_len &&
                   is_digit((uint8_t)values->like[i + 1]))
                i++;
            (void)td_buf_add_text(out, "[0-9]+");
            numbers = true;
            continue;
        }
        if (c == '\\' || c == '"' || c < ' ' || c > '~') {
            out->len = before;
            return false;
        }
        if (strchr(".*+?()[]{}|^$/", c))
            (void)td_buf_add_byte(out, '\\');
        (void)td_buf_add_byte(out, c);
    }
    (void)td_buf_add_byte(out, '$');
    if (!numbers)
        out->len = before;
    return numbers;
}
