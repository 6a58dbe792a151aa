/* Documents that look alike are parsed by their shape, and to the same. */
#include "core/json_shape.h"
#include "core/rand.h"
#include "tests/suites.h"
#include "tests/support/same_doc.h"

#include <stdio.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static struct td_rand bytes_of;

static unsigned below(unsigned n)
{
    uint32_t word;

    td_rand_bytes(&bytes_of, &word, sizeof(word));
    return word % n;
}

static uint64_t shape_of(struct td_json_shapes *shapes, const char *text)
{
    uint64_t shape = 0;

    CU_ASSERT(same_doc(shapes, 8, td_text(text), &shape));
    return shape;
}

/* --- which are of one shape --- */

static const struct {
    const char *first;
    const char *second;
    bool same;
} pairs[] = {
    {"{\"a\":1}", "{\"a\":-2.5e3}", true},
    {"{\"a\":1}", "{\"a\":\"1\"}", false},
    {"{\"a\":1}", "{\"a\":null}", false},
    {"{\"a\":1}", "{\"b\":1}", false},
    {"{\"a\":1}", "{ \"a\":1}", false},
    {"{\"a\":1}", "{\"a\":1} ", false},
    {"{\"a\":1}", "{\"a\":1,\"b\":1}", false},
    {"{\"a\":1}", "{\"\\u0061\":1}", false},
    {"{\"a\":true}", "{\"a\":null}", true},
    {"{\"a\":true}", "{\"a\":false}", true},
    {"[true]", "[null]", true},
    {"[\"x\"]", "[\"a \\\"longer\\\" \xc3\xa9 one, by more than 32 bytes\"]",
     true},
    {"[\"\"]", "[\"\\u0000\"]", true},
    {"[]", "[]", true},
    {"{}", "{ }", false},
    {"[]", "[[]]", false},
    {"[1,2]", "[1,2,3]", false},
    {"[1,[2,{\"b\":[]}],\"c\"]", "[10,[20,{\"b\":[]}],\"\"]", true},
    {"[1,[2,{\"b\":[]}],\"c\"]", "[10,[20,{\"b\":[0]}],\"\"]", false},
    {" [ 1 ] ", " [ 22 ] ", true},
    {"[\n1]", "[\n22]", true},
    {"[1]\r", "[22]\r", true},
    {"{\"a\":{\"b\":{\"c\":0}}}", "{\"a\":{\"b\":{\"c\":123456789012345678}}}",
     true},
    {"[-1]", "[-0.5]", true},
    {"{\"a_key_of_more_than_sixteen_bytes_and_of_thirty_two\":0,\"z\":[[]]}",
     "{\"a_key_of_more_than_sixteen_bytes_and_of_thirty_two\":1,\"z\":[[]]}",
     true},
    {"{\"a_key_of_more_than_sixteen_bytes_and_of_thirty_two\":0}",
     "{\"a_key_of_more_than_sixteen_byteS_and_of_thirty_two\":0}", false},
};

static void documents_of_one_shape_are_told_from_others(void)
{
    for (size_t i = 0; i < ROWS(pairs); i++) {
        struct td_json_shapes *shapes = td_json_shapes_new(8);
        uint64_t first;
        uint64_t second;

        CU_ASSERT_EQUAL(shape_of(shapes, pairs[i].first), 0);
        first = shape_of(shapes, pairs[i].first);
        CU_ASSERT_NOT_EQUAL(first, 0);
        (void)shape_of(shapes, pairs[i].second);
        second = shape_of(shapes, pairs[i].second);
        CU_ASSERT_NOT_EQUAL(second, 0);
        if ((first == second) != pairs[i].same)
            (void)printf("row %zu\n", i);
        CU_ASSERT_EQUAL(first == second, pairs[i].same);
        td_json_shapes_free(shapes);
    }
}

static void a_lone_scalar_has_no_shape(void)
{
    static const char *const rows[] = {"true", "1", "\"x\"", " null "};
    struct td_json_shapes *shapes = td_json_shapes_new(8);

    for (size_t i = 0; i < 3 * ROWS(rows); i++)
        CU_ASSERT_EQUAL(shape_of(shapes, rows[i % ROWS(rows)]), 0);
    td_json_shapes_free(shapes);
}

/* They are learned where only that is asked, and what does not fit stays so. */
static void texts_that_suit_a_line_are_told_by_their_shape(void)
{
    static const struct {
        const char *text;
        bool fits;
    } rows[] = {
        {"{\"a\":1,\"b\":\"x\"}", true},
        {"{\"a\":2.5,\"b\":\"\"}", true},
        {"{\"a\":1,\"b\":\"x\"} ", false},
        {" {\"a\":1,\"b\":\"x\"}", false},
        {"{\"a\":1,\n\"b\":\"x\"}", false},
        {"{\"a\":1,\r\"b\":\"x\"}", false},
        {"{\"a\":1, \"b\":\"x\"}", true},
        {"{\"a\":01,\"b\":\"x\"}", false},
        {"{\"a\":1,\"b\":\"\n\"}", false},
        {"[[[[1]]]]", true},
        {"[[[[[[[[[1]]]]]]]]]", true},
        {"{\"a\":1,\"b\":\"\\ud83d\"}", false},
        {"{\"a\":1,\"b\":\"\\ud83d\\ude00\"}", true},
        {"{\"\\udc00\":1,\"b\":\"x\"}", false},
    };
    struct td_json_shapes *shapes = td_json_shapes_new(8);
    struct td_json_doc doc = {0};
    bool distinct;

    for (size_t i = 0; i < 4 * ROWS(rows); i++)
        CU_ASSERT_EQUAL(
            td_json_shapes_suit_line(
                shapes, &doc, td_text(rows[i % ROWS(rows)].text), &distinct),
            rows[i % ROWS(rows)].fits);
    CU_ASSERT_NOT_EQUAL(shape_of(shapes, rows[0].text), 0);
    CU_ASSERT_EQUAL(shape_of(shapes, rows[2].text), 0);
    CU_ASSERT_NOT_EQUAL(shape_of(shapes, rows[2].text), 0);
    for (size_t i = 0; i < 2 * ROWS(rows); i++)
        CU_ASSERT_EQUAL(
            td_json_shapes_suit_line(
                shapes, &doc, td_text(rows[i % ROWS(rows)].text), &distinct),
            rows[i % ROWS(rows)].fits);
    td_json_release(&doc);
    td_json_shapes_free(shapes);
}

/* Said of a shape that is known only, and never when it is not so. */
static void names_twice_are_not_distinct(void)
{
    static const struct {
        const char *text;
        bool distinct;
    } rows[] = {
        {"{\"a\":1,\"b\":\"x\"}", true},
        {"{\"a\":1,\"a\":\"x\"}", false},
        {"{\"a\":1,\"\\u0061\":\"x\"}", false},
        {"{\"a\":{\"b\":1,\"b\":2}}", true},
        {"[{\"b\":1,\"b\":2}]", true},
        {"{}", true},
    };
    struct td_json_doc doc = {0};
    bool distinct;

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct td_json_shapes *shapes = td_json_shapes_new(8);
        struct td_bytes text = td_text(rows[i].text);

        CU_ASSERT_TRUE(td_json_shapes_suit_line(shapes, &doc, text, &distinct));
        CU_ASSERT_FALSE(distinct);
        CU_ASSERT_NOT_EQUAL(shape_of(shapes, rows[i].text), 0);
        CU_ASSERT_TRUE(td_json_shapes_suit_line(shapes, &doc, text, &distinct));
        CU_ASSERT_EQUAL(distinct, rows[i].distinct);
        td_json_shapes_free(shapes);
    }
    td_json_release(&doc);
}

/* --- what is wrong stays wrong --- */

static void what_is_no_json_is_refused_as_before(void)
{
    static const char *const rows[] = {
        "{\"a\":1.,\"b\":true}",
        "{\"a\":01,\"b\":true}",
        "{\"a\":-,\"b\":true}",
        "{\"a\":1e,\"b\":true}",
        "{\"a\":1,\"b\":trux}",
        "{\"a\":1,\"b\":tru}",
        "{\"a\":1,\"b\":true}}",
        "{\"a\":1,\"b\":true",
        "{\"a\":1,\"b\":",
        "{\"a\":1,\"b\":truetrue}",
        "{\"a\":1\x01,\"b\":true}",
        "{\"a\":1 \"b\":true}",
        "",
    };
    struct td_json_shapes *shapes = td_json_shapes_new(8);

    (void)shape_of(shapes, "{\"a\":1,\"b\":true}");
    CU_ASSERT_NOT_EQUAL(shape_of(shapes, "{\"a\":2,\"b\":null}"), 0);
    for (size_t i = 0; i < ROWS(rows); i++)
        CU_ASSERT_EQUAL(shape_of(shapes, rows[i]), 0);
    (void)shape_of(shapes, "{\"a\":\"\"}");
    CU_ASSERT_EQUAL(shape_of(shapes, "{\"a\":\"\xff\"}"), 0);
    CU_ASSERT_EQUAL(shape_of(shapes, "{\"a\":\"\\x\"}"), 0);
    CU_ASSERT_EQUAL(shape_of(shapes, "{\"a\":\"\n\"}"), 0);
    CU_ASSERT_EQUAL(shape_of(shapes, "{\"a\":\"}"), 0);
    CU_ASSERT_EQUAL(shape_of(shapes, "[[[[[[[[[1]]]]]]]]]"), 0);
    td_json_shapes_free(shapes);
}

/* At the end of a text there are fewer bytes than are looked at at once. */
static void every_cut_is_refused_as_before(void)
{
    static const char *const rows[] = {
        "{\"a_long_enough_key\":12.75}", "{\"a_long_enough_key\":120}",
        "{\"a_long_enough_key\":\"xyz\"}", "{\"a_long_enough_key\":false}",
        "[\"abcdefghijklmnopqrstuvw\",-1234567890123456789.5e10,{}]"};
    struct td_json_shapes *shapes = td_json_shapes_new(8);

    for (size_t i = 0; i < ROWS(rows); i++) {
        size_t len = strlen(rows[i]);
        uint64_t shape;

        (void)shape_of(shapes, rows[i]);
        CU_ASSERT_NOT_EQUAL(shape_of(shapes, rows[i]), 0);
        while (len-- > 0) {
            CU_ASSERT(same_doc(shapes, 8, td_bytes(rows[i], len), &shape));
            CU_ASSERT_EQUAL(shape, 0);
        }
    }
    td_json_shapes_free(shapes);
}

/* The end of a longer text is walked in a copy, from wherever a gap begins. */
static void an_end_is_the_same_wherever_its_copy_begins(void)
{
    static const char *const ends[] = {
        "12.75}",
        "\"xyz\"}",
        "false}",
        "-1e5,\"c\":[]}",
        "\"ends in a text that is longer than thirty-two bytes\"}",
        "1,\"a key of more than sixty-four bytes, so that its gap is longer "
        "than "
        "the copy is\":2}"};
    struct td_json_shapes *shapes = td_json_shapes_new(8);
    char text[256];

    for (unsigned i = 0; i < 100 * ROWS(ends); i++) {
        const char *end = ends[i % ROWS(ends)];
        int len =
            snprintf(text, sizeof(text), "{\"a\":\"%.*s\",\"n\":7,\"b\":%s",
                     (int)(i / ROWS(ends)) % 100,
                     "0123456789012345678901234567890123456789012345678901"
                     "234567890123456789012345678901234567890123456789",
                     end);
        uint64_t shape = 0;

        (void)shape_of(shapes, text);
        CU_ASSERT_NOT_EQUAL(shape_of(shapes, text), 0);
        while (len-- > 0) {
            CU_ASSERT(same_doc(shapes, 8, td_bytes(text, (size_t)len), &shape));
            CU_ASSERT_EQUAL(shape, 0);
        }
    }
    td_json_shapes_free(shapes);
}

/* --- random documents --- */

/* A document with marks where scalars go: s, n, w. */
static void add_form(struct td_buf *out, unsigned depth)
{
    static const char *const keys[] = {
        "\"a\":", "\"key\":", "\"\\n\":", "\"a_rather_long_key\": ",
        "\"one that has more than thirty-two bytes\":"};
    unsigned n = below(4);
    bool object = below(2) == 0;

    if (depth == 0 || below(3) == 0) {
        (void)td_buf_add_byte(out, (uint8_t) "snw"[below(3)]);
        return;
    }
    (void)td_buf_add_byte(out, object ? '{' : '[');
    for (unsigned i = 0; i < n; i++) {
        if (i > 0)
            (void)td_buf_add_text(out, below(5) ? "," : " , ");
        if (object)
            (void)td_buf_add_text(out, keys[below(ROWS(keys))]);
        add_form(out, depth - 1);
    }
    (void)td_buf_add_byte(out, object ? '}' : ']');
}

static const char *scalar(uint8_t mark)
{
    static const char *const strings[] = {
        "\"\"",
        "\"a\"",
        "\"fifteen bytes..\"",
        "\"\\u00e9\"",
        "\"\xc3\xa9\"",
        "\"a text longer than thirty-two bytes\"",
        "\"x\\\\\"",
        "\"{\\\"a\\\":\""};
    static const char *const numbers[] = {"0",
                                          "-1",
                                          "12.50",
                                          "1e9",
                                          "-0.0E-1",
                                          "123456789012345",
                                          "16",
                                          "1234567890123456",
                                          "0.1234567890123456",
                                          "12345678901234567.5"};
    static const char *const words[] = {"true", "false", "null"};

    if (mark == 's')
        return strings[below(ROWS(strings))];
    return mark == 'n' ? numbers[below(ROWS(numbers))]
                       : words[below(ROWS(words))];
}

/* Marks stand outside of keys only where no letter of a key is one. */
static void fill_form(struct td_buf *out, struct td_bytes form)
{
    bool in_key = false;

    td_buf_clear(out);
    for (size_t i = 0; i < form.len; i++) {
        uint8_t c = form.ptr[i];

        in_key ^= c == '"';
        if (!in_key && (c == 's' || c == 'n' || c == 'w'))
            (void)td_buf_add_text(out, scalar(c));
        else
            (void)td_buf_add_byte(out, c);
    }
}

static void random_documents_come_out_the_same(void)
{
    struct td_json_shapes *shapes = td_json_shapes_new(8);
    struct td_buf forms[12] = {{0}};
    struct td_buf text = {0};
    uint64_t known = 0;
    uint64_t shape;

    td_rand_seeded(&bytes_of, 1);
    for (unsigned i = 0; i < 60000; i++) {
        struct td_buf *form = &forms[below(ROWS(forms))];

        if (form->len == 0 || below(500) == 0) {
            td_buf_clear(form);
            add_form(form, 4);
        }
        fill_form(&text, td_buf_bytes(form));
        if (below(8) == 0)
            text.ptr[below((unsigned)text.len)] = (uint8_t)below(128);
        if (below(16) == 0)
            text.len = below((unsigned)text.len + 1);
        CU_ASSERT_FATAL(same_doc(shapes, 8, td_buf_bytes(&text), &shape));
        known += shape > 0;
    }
    CU_ASSERT(known > 30000);
    for (size_t i = 0; i < ROWS(forms); i++)
        td_buf_release(&forms[i]);
    td_buf_release(&text);
    td_json_shapes_free(shapes);
}

/* --- limits --- */

/* Every document has another key: none is of a shape seen before, and soon
 * nobody looks; those that repeat are learned all the same, only later.
 */
static void documents_that_never_repeat_are_left_alone(void)
{
    struct td_json_shapes *shapes = td_json_shapes_new(8);
    char text[64];
    unsigned known = 0;

    for (unsigned i = 0; i < 50000; i++) {
        (void)snprintf(text, sizeof(text), "{\"id%u\":%u}", i, i);
        known += shape_of(shapes, text) > 0;
    }
    CU_ASSERT_EQUAL(known, 0);
    for (unsigned i = 0; i < 2000; i++)
        known += shape_of(shapes, "{\"id\":1}") > 0;
    CU_ASSERT(known > 1400);
    td_json_shapes_free(shapes);
}

/* More shapes than there is room for, again and again. */
static void many_shapes_are_forgotten_and_learned_again(void)
{
    struct td_json_shapes *shapes = td_json_shapes_new(8);
    struct td_buf text = {0};
    unsigned known = 0;

    for (unsigned i = 0; i < 40; i++) {
        for (unsigned again = 0; again < 20; again++) {
            td_buf_clear(&text);
            (void)td_buf_addf(&text, "{\"%0*u\":1,\"b\":[", 20000, i);
            for (unsigned k = 0; k < 300; k++)
                (void)td_buf_addf(&text, "%s%u", k ? "," : "", k);
            (void)td_buf_add_text(&text, "]}");
            known += shape_of(shapes, td_buf_str(&text)) > 0;
        }
    }
    CU_ASSERT_EQUAL(known, 40 * 19);
    td_buf_release(&text);
    td_json_shapes_free(shapes);
}

static void documents_that_are_too_large_have_no_shape(void)
{
    struct td_json_shapes *shapes = td_json_shapes_new(8);
    struct td_buf text = {0};

    (void)td_buf_add_text(&text, "[0");
    for (unsigned i = 1; i < TD_JSON_SHAPE_VALUES; i++)
        (void)td_buf_add_text(&text, ",0");
    (void)td_buf_add_byte(&text, ']');
    for (unsigned i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(shape_of(shapes, td_buf_str(&text)), 0);
    td_buf_clear(&text);
    (void)td_buf_addf(&text, "[%*s]", (int)TD_JSON_SHAPE_BYTES, "");
    for (unsigned i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(shape_of(shapes, td_buf_str(&text)), 0);
    td_buf_release(&text);
    td_json_shapes_free(shapes);
}

CU_TestInfo core_json_shape_tests[] = {
    {"documents of one shape are told from others",
     documents_of_one_shape_are_told_from_others},
    {"a lone scalar has no shape", a_lone_scalar_has_no_shape},
    {"texts that fit a line are told by their shape",
     texts_that_suit_a_line_are_told_by_their_shape},
    {"names that stand twice are not distinct", names_twice_are_not_distinct},
    {"what is no JSON is refused as before",
     what_is_no_json_is_refused_as_before},
    {"every cut is refused as before", every_cut_is_refused_as_before},
    {"an end is the same wherever its copy begins",
     an_end_is_the_same_wherever_its_copy_begins},
    {"random documents come out the same", random_documents_come_out_the_same},
    {"documents that never repeat are left alone",
     documents_that_never_repeat_are_left_alone},
    {"many shapes are forgotten and learned again",
     many_shapes_are_forgotten_and_learned_again},
    {"documents that are too large have no shape",
     documents_that_are_too_large_have_no_shape},
    CU_TEST_INFO_NULL,
};
