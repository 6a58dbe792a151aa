/* When values are equal, and that nobody makes it slow to find out. */
#include "core/rand.h"
#include "schema/value/equal.h"
#include "tests/suites.h"
#include "tests/support/verb_rows.h"

#define ROWS(a)  (sizeof(a) / sizeof((a)[0]))
#define LISTS    20000
#define CROWD    20000
#define MEMBERS  100000
#define ELEMENTS 6

static struct td_json_doc parse(struct td_bytes text)
{
    struct td_json_doc doc = {0};

    CU_ASSERT_EQUAL_FATAL(td_json_parse(&doc, text, 64, NULL), TD_OK);
    return doc;
}

static bool is_unique(struct schema_equal_memory *memory, struct td_bytes text)
{
    struct td_json_doc doc = parse(text);
    bool unique = schema_all_unique(memory, (struct schema_value){&doc, 0});

    td_json_release(&doc);
    return unique;
}

static bool are_equal(struct schema_equal_memory *memory, const char *a,
                      const char *b)
{
    struct td_json_doc x = parse(td_text(a));
    struct td_json_doc y = parse(td_text(b));
    bool equal = schema_equal(memory, (struct schema_value){&x, 0},
                              (struct schema_value){&y, 0});

    td_json_release(&x);
    td_json_release(&y);
    return equal;
}

static void values_are_equal_however_they_are_written(void)
{
    static const struct {
        const char *a;
        const char *b;
        bool equal;
    } rows[] = {
        {"1", "1.0", true},
        {"1", "1e0", true},
        {"-0", "0.0e7", true},
        {"1e400", "10e399", true},
        {"12345678901234567890123", "12345678901234567890123.0", true},
        {"12345678901234567890123", "12345678901234567890124", false},
        {"1", "\"1\"", false},
        {"1", "true", false},
        {"0", "false", false},
        {"null", "false", false},
        {"[]", "{}", false},
        {"\"x/\"", "\"\\u0078\\/\"", true},
        {"\"a\"", "\"a\\u0000\"", false},
        {"\"a\"", "\"a\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\t\"", false},
        {"[1,2]", "[1.0,2e0]", true},
        {"[1,2]", "[2,1]", false},
        {"[[1],2]", "[[1,2]]", false},
        {"[\"a,b\"]", "[\"a\",\"b\"]", false},
        {"{\"a\":1,\"b\":[2]}", "{\"b\":[2.0],\"\\u0061\":1}", true},
        {"{\"a\":1,\"b\":2}", "{\"b\":1,\"a\":2}", false},
        {"{\"a\":1,\"b\":2}", "{\"a\":1,\"c\":2}", false},
        {"{\"a\":{\"x\":1,\"y\":2},\"b\":0}",
         "{\"b\":0,\"a\":{\"y\":2,\"x\":1}}", true},
        {"[{\"a\":1,\"b\":{\"x\":1,\"y\":2}}]",
         "[{\"a\":1,\"b\":{\"y\":2,\"x\":1}}]", true},
        {"{\"x\":1,\"x\":2}", "{\"x\":1,\"x\":2}", true},
        {"{\"x\":1,\"x\":2}", "{\"x\":2,\"x\":1}", false},
        {"{\"x\":1,\"y\":0,\"x\":2}", "{\"y\":0,\"x\":1,\"x\":2}", true},
        {"{\"x\":1,\"x\":1}", "{\"x\":1,\"y\":2}", false},
        {"{\"x\":1,\"y\":2}", "{\"x\":1,\"x\":1}", false},
    };
    struct schema_equal_memory memory = {0};
    struct td_buf both = {0};

    for (size_t i = 0; i < ROWS(rows); i++) {
        td_buf_clear(&both);
        (void)td_buf_addf(&both, "[%s,%s]", rows[i].a, rows[i].b);
        CU_ASSERT_EQUAL(are_equal(&memory, rows[i].a, rows[i].b),
                        rows[i].equal);
        CU_ASSERT_EQUAL(are_equal(&memory, rows[i].b, rows[i].a),
                        rows[i].equal);
        CU_ASSERT_EQUAL(is_unique(&memory, td_buf_bytes(&both)),
                        !rows[i].equal);
    }
    td_buf_release(&both);
    schema_equal_release(&memory);
}

static unsigned pick(struct td_rand *rand, unsigned below)
{
    uint32_t n;

    td_rand_bytes(rand, &n, sizeof(n));
    return n % below;
}

/* Few values, so that many are equal, in one of the ways to write them. */
static void add_value(struct td_buf *out, struct td_rand *rand, unsigned deep)
{
    static const char *const scalars[] = {
        "null",  "true",        "0",    "-0.0",  "1",    "1.0",
        "10",    "1e1",         "0.1",  "1e-1",  "\"\"", "\"a\"",
        "\"1\"", "\"\\u0061\"", "1e30", "10e29", "[]",   "{}"};
    static const char *const keys[] = {"\"a\":", "\"b\":", "\"\\u0063\":"};
    unsigned kind = deep ? pick(rand, 3) : 0;
    unsigned from = pick(rand, 3);

    if (kind == 0) {
        (void)td_buf_add_text(out, scalars[pick(rand, ROWS(scalars))]);
        return;
    }
    (void)td_buf_add_byte(out, kind == 1 ? '[' : '{');
    for (unsigned i = 0, len = pick(rand, 4); i < len; i++) {
        (void)td_buf_add_text(out, i ? "," : "");
        if (kind == 2)
            (void)td_buf_add_text(out, keys[(from + i) % 3]);
        add_value(out, rand, deep - 1);
    }
    (void)td_buf_add_byte(out, kind == 1 ? ']' : '}');
}

static bool pairs_differ(struct schema_equal_memory *memory,
                         const struct td_json_doc *doc)
{
    const struct td_json_value *values = doc->values;

    for (uint32_t a = 1; a < doc->len; a = values[a].next) {
        for (uint32_t b = values[a].next; b < doc->len; b = values[b].next) {
            if (schema_equal(memory, (struct schema_value){doc, a},
                             (struct schema_value){doc, b}))
                return false;
        }
    }
    return true;
}

static void lists_are_unique_when_no_pair_is_equal(void)
{
    struct schema_equal_memory memory = {0};
    struct td_buf text = {0};
    struct td_rand rand;
    unsigned unique = 0;

    td_rand_seeded(&rand, 1);
    for (unsigned n = 0; n < LISTS; n++) {
        struct td_json_doc doc;
        bool found;

        td_buf_clear(&text);
        for (unsigned i = 0; i < ELEMENTS; i++) {
            (void)td_buf_add_byte(&text, i ? ',' : '[');
            add_value(&text, &rand, 2);
        }
        (void)td_buf_add_byte(&text, ']');
        doc = parse(td_buf_bytes(&text));
        found = schema_all_unique(&memory, (struct schema_value){&doc, 0});
        unique += found;
        CU_ASSERT_EQUAL(found, pairs_differ(&memory, &doc));
        td_json_release(&doc);
    }
    CU_ASSERT(unique > LISTS / 10 && unique < LISTS - LISTS / 10);
    td_buf_release(&text);
    schema_equal_release(&memory);
}

/* The n-th order of eight items, each with `before` in front of it. */
static void add_order(struct td_buf *out, const char *before, unsigned n)
{
    char left[] = "01234567";

    for (unsigned size = 8; size > 0; n /= size, size--) {
        unsigned i = n % size;

        (void)td_buf_addf(out, "%s%s%c", size < 8 ? "," : "", before, left[i]);
        memmove(left + i, left + i + 1, size - i);
    }
}

static void add_lists(struct td_buf *out, unsigned n)
{
    (void)td_buf_add_byte(out, '[');
    add_order(out, "", n);
    (void)td_buf_add_byte(out, ']');
}

static void add_members(struct td_buf *out, unsigned n)
{
    (void)td_buf_add_byte(out, '{');
    add_order(out, "\"x\":", n);
    (void)td_buf_add_byte(out, '}');
}

static void elements_made_to_collide_are_not_compared(void)
{
    static void (*const makers[])(struct td_buf *, unsigned) = {add_lists,
                                                                add_members};

    for (size_t kind = 0; kind < ROWS(makers); kind++) {
        struct schema_equal_memory memory = {0};
        struct td_buf text = {0};

        for (unsigned i = 0; i < CROWD; i++) {
            (void)td_buf_add_byte(&text, i ? ',' : '[');
            makers[kind](&text, i);
        }
        (void)td_buf_add_byte(&text, ']');
        CU_ASSERT(is_unique(&memory, td_buf_bytes(&text)));
        CU_ASSERT_EQUAL(memory.compared, 0);
        td_buf_release(&text);
        schema_equal_release(&memory);
    }
}

static void members_in_another_order_are_not_looked_up_one_by_one(void)
{
    struct schema_equal_memory memory = {0};
    struct td_buf a = {0};
    struct td_buf b = {0};

    for (unsigned i = 0; i < MEMBERS; i++) {
        (void)td_buf_addf(&a, "%c\"%u\":0", i ? ',' : '{', i);
        (void)td_buf_addf(&b, "%c\"%u\":0", i ? ',' : '{', MEMBERS - 1 - i);
    }
    (void)td_buf_add_byte(&a, '}');
    (void)td_buf_add_byte(&b, '}');
    CU_ASSERT(are_equal(&memory, td_buf_str(&a), td_buf_str(&b)));
    CU_ASSERT_EQUAL(memory.compared, 2);
    td_buf_release(&a);
    td_buf_release(&b);
    schema_equal_release(&memory);
}

static void add_event(struct td_buf *stream, unsigned n)
{
    (void)td_buf_add_text(stream, n ? "; a k={" : "a k={");
    add_order(stream, "'x':", n);
    (void)td_buf_add_byte(stream, '}');
}

static void events_made_to_collide_are_given_up(void)
{
    struct td_buf stream = {0};
    struct verb_row row = {.rule = "no_duplicate: a"};

    for (unsigned i = 0; i < 60; i++)
        add_event(&stream, i);
    row.stream = td_buf_str(&stream);
    row.says = "pass";
    verb_rows_judge("}", &row, 1);
    (void)td_buf_add_text(&stream, "; a k={");
    add_order(&stream, "'\\u0078':", 0);
    (void)td_buf_add_byte(&stream, '}');
    row.stream = td_buf_str(&stream);
    row.says = "fail 1: 61 ||no event twice|\"a\" again|1 61";
    verb_rows_judge("}", &row, 1);
    td_buf_clear(&stream);
    for (unsigned i = 0; i < 100; i++)
        add_event(&stream, i);
    row.stream = td_buf_str(&stream);
    row.says = "error";
    verb_rows_judge("}", &row, 1);
    td_buf_release(&stream);
}

/* Texts that a word of eight bytes and the length beside it take for one. */
static void events_of_texts_with_zeroes_are_told_apart(void)
{
    struct td_buf stream = {0};
    struct verb_row row = {"no_duplicate: a", NULL, "pass"};

    for (unsigned n = 0; n < 256; n++) {
        (void)td_buf_add_text(&stream, n ? "; a k=[" : "a k=[");
        for (unsigned bit = 0; bit < 8; bit++)
            (void)td_buf_addf(&stream, "%s'a%s'", bit ? "," : "",
                              n >> bit & 1 ? "\\u0000\\u0000\\u0000\\u0000"
                                             "\\u0000\\u0000\\t"
                                           : "");
        (void)td_buf_add_byte(&stream, ']');
    }
    row.stream = td_buf_str(&stream);
    verb_rows_judge("}", &row, 1);
    td_buf_release(&stream);
}

/* Numbers too long to be spelled out. */
static void events_of_long_numbers_are_told_apart(void)
{
    static const struct verb_row rows[] = {
        {"no_duplicate: a",
         "a k=1e50; a k=1e51; a k=-1e50; a k=11e50; a k=1.1e50; a k='1e50'",
         "pass"},
        {"no_duplicate: a", "a k=1e50; a k=10e49",
         "fail 1: 2 ||no event twice|\"a\" again|1 2"},
    };

    verb_rows_judge("}", rows, ROWS(rows));
}

CU_TestInfo schema_value_equal_tests[] = {
    {"values are equal however they are written",
     values_are_equal_however_they_are_written},
    {"lists are unique when no pair is equal",
     lists_are_unique_when_no_pair_is_equal},
    {"elements made to collide are not compared",
     elements_made_to_collide_are_not_compared},
    {"members in another order are not looked up one by one",
     members_in_another_order_are_not_looked_up_one_by_one},
    {"events made to collide are given up",
     events_made_to_collide_are_given_up},
    {"events of texts with zeroes are told apart",
     events_of_texts_with_zeroes_are_told_apart},
    {"events of long numbers are told apart",
     events_of_long_numbers_are_told_apart},
    CU_TEST_INFO_NULL,
};
