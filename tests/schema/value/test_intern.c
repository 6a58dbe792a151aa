/* Texts as numbers, and as prints, whoever chooses the texts. */
#include "schema/value/fingerprint.h"
#include "schema/value/intern.h"
#include "tests/suites.h"

#define CROWD 20000

static void a_text_has_one_number_while_it_lives(void)
{
    struct schema_intern keys = {0};
    bool is_new = false;
    uint32_t a = schema_intern_add(&keys, td_text("a"), &is_new);
    uint32_t b;

    CU_ASSERT(is_new);
    b = schema_intern_add(&keys, td_text("b"), NULL);
    CU_ASSERT_NOT_EQUAL(a, b);
    CU_ASSERT_EQUAL(schema_intern_add(&keys, td_text("a"), &is_new), a);
    CU_ASSERT(!is_new);
    schema_intern_remove(&keys, a);
    CU_ASSERT_EQUAL(schema_intern_find(&keys, td_text("a")), SCHEMA_NO_KEY);
    CU_ASSERT_EQUAL(schema_intern_find(&keys, td_text("b")), b);
    CU_ASSERT_EQUAL(schema_intern_add(&keys, td_text("c"), &is_new), a);
    CU_ASSERT(is_new);
    schema_intern_clear(&keys);
    CU_ASSERT_EQUAL(keys.live, 0);
    CU_ASSERT_EQUAL(schema_intern_find(&keys, td_text("b")), SCHEMA_NO_KEY);
    schema_intern_release(&keys);
}

/* Every length around the words that are hashed at once, and every byte. */
static void texts_that_differ_in_one_byte_are_two_keys(void)
{
    struct schema_intern keys = {0};
    uint8_t text[40] = {0};
    bool is_new;

    for (size_t len = 0; len <= sizeof(text); len++) {
        (void)schema_intern_add(&keys, td_bytes(text, len), &is_new);
        CU_ASSERT(is_new);
        for (size_t i = 0; i < len; i++) {
            text[i] = 1;
            (void)schema_intern_add(&keys, td_bytes(text, len), &is_new);
            CU_ASSERT(is_new);
            text[i] = 0;
        }
    }
    schema_intern_release(&keys);
}

static void a_key_keeps_its_text_while_others_come(void)
{
    struct schema_intern keys = {0};
    uint32_t key = schema_intern_add(&keys, td_text("kept"), NULL);
    struct td_bytes text = schema_intern_text(&keys, key);

    for (uint32_t i = 0; i < 1000; i++)
        (void)schema_intern_add(&keys, td_bytes(&i, sizeof(i)), NULL);
    CU_ASSERT(td_bytes_is(text, "kept"));
    CU_ASSERT_PTR_EQUAL(schema_intern_text(&keys, key).ptr, text.ptr);
    schema_intern_release(&keys);
}

/* The most slots that may be looked at to find a text. */
static uint32_t longest_run(const struct schema_intern *keys)
{
    uint32_t longest = 0;
    uint32_t run = 0;

    for (uint64_t i = 0; i < 2 * ((uint64_t)keys->mask + 1); i++) {
        run = keys->slots[i & keys->mask] ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

/* A step of a hash without a secret that anybody can undo. */
static uint64_t known_step(uint64_t h, uint64_t word)
{
    h = (h ^ word) * UINT64_C(0xff51afd7ed558ccd);
    return h ^ h >> 32;
}

/* Sixteen bytes: the second word undoes what the first one did, so that the
 * known hash ends at the same value for each of them.
 */
static void write_colliding(uint64_t words[2], uint64_t i)
{
    const uint64_t start = UINT64_C(0x9e3779b97f4a7c15) ^ 16;

    words[0] = i;
    words[1] = known_step(start, i) ^ UINT64_C(0x1234567890abcdef);
    CU_ASSERT_EQUAL(known_step(known_step(start, words[0]), words[1]),
                    known_step(0, UINT64_C(0x1234567890abcdef)));
}

static void texts_made_to_collide_do_not_crowd_the_table(void)
{
    struct schema_intern keys = {0};
    uint64_t words[2];

    for (uint64_t i = 0; i < CROWD; i++) {
        write_colliding(words, i);
        (void)schema_intern_add(&keys, td_bytes(words, sizeof(words)), NULL);
    }
    CU_ASSERT_EQUAL(keys.live, CROWD);
    CU_ASSERT(longest_run(&keys) < 200);
    schema_intern_release(&keys);
}

/* Counters, and texts that are alike in all but their first or last bytes. */
static void texts_that_are_nearly_alike_do_not_crowd_the_table(void)
{
    for (unsigned shift = 0; shift <= 48; shift += 8) {
        struct schema_intern keys = {0};

        for (uint64_t i = 0; i < CROWD; i++) {
            uint64_t word = i << shift;

            (void)schema_intern_add(&keys, td_bytes(&word, sizeof(word)), NULL);
        }
        CU_ASSERT_EQUAL(keys.live, CROWD);
        CU_ASSERT(longest_run(&keys) < 200);
        schema_intern_release(&keys);
    }
}

/* The same step, and the length beside the last word: what prints would be if
 * they had no secret.
 */
static void texts_made_to_collide_have_prints_of_their_own(void)
{
    const uint64_t target = UINT64_C(0x1234567890abcdef);
    struct schema_intern prints = {0};

    schema_hash_seed_draw();
    for (uint64_t i = 0; i < CROWD; i++) {
        uint64_t words[2] = {i, known_step(0, i) ^ target};
        uint8_t text[sizeof(words)];
        uint64_t print;

        memcpy(text, words, sizeof(text));
        print = schema_fingerprint_text(0, text, sizeof(text), sizeof(text));
        (void)schema_intern_add(&prints, td_bytes(&print, sizeof(print)), NULL);
    }
    CU_ASSERT_EQUAL(prints.live, CROWD);
    schema_intern_release(&prints);
}

CU_TestInfo schema_value_intern_tests[] = {
    {"a text has one number while it lives",
     a_text_has_one_number_while_it_lives},
    {"texts that differ in one byte are two keys",
     texts_that_differ_in_one_byte_are_two_keys},
    {"a key keeps its text while others come",
     a_key_keeps_its_text_while_others_come},
    {"texts made to collide do not crowd the table",
     texts_made_to_collide_do_not_crowd_the_table},
    {"texts that are nearly alike do not crowd the table",
     texts_that_are_nearly_alike_do_not_crowd_the_table},
    {"texts made to collide have prints of their own",
     texts_made_to_collide_have_prints_of_their_own},
    CU_TEST_INFO_NULL,
};
