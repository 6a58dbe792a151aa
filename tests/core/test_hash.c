/* Hashes for tables, and digests as text. */
#include "core/digest.h"
#include "core/hash.h"
#include "tests/suites.h"

#include <string.h>

/* Known answers: the authors' own; FIPS 180-4's "abc". */
static void known_texts_have_known_hashes(void)
{
    char hex[TD_SHA256_HEX];
    uint8_t digest[TD_SHA256_LEN];

    CU_ASSERT_EQUAL(td_fnv1a(td_text("")), UINT64_C(0xcbf29ce484222325));
    CU_ASSERT_EQUAL(td_fnv1a(td_text("a")), UINT64_C(0xaf63dc4c8601ec8c));
    CU_ASSERT_EQUAL(td_fnv1a(td_text("foobar")), UINT64_C(0x85944171f73967e8));
    td_sha256_hex(hex, td_text("abc"));
    CU_ASSERT_STRING_EQUAL(
        hex,
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    td_hmac_sha256(digest, td_text("Jefe"), /* RFC 4231, 4.3 */
                   td_text("what do ya want for nothing?"));
    CU_ASSERT_EQUAL(memcmp(digest, "\x5b\xdc\xc1\x46\xbf\x60\x75\x4e", 8), 0);
}

/* A thousand short texts that differ in their last byte or two. */
static void low_bits_part_short_texts(void)
{
    bool used[4096] = {false};
    unsigned twice = 0;

    for (unsigned i = 0; i < 1000; i++) {
        const uint8_t text[] = {'t', (uint8_t)(i / 256), (uint8_t)i};
        size_t at = (size_t)td_hash(td_bytes(text, sizeof(text))) & 4095;

        twice += used[at];
        used[at] = true;
    }
    CU_ASSERT(twice < 250); /* 113 are to be expected of a fair draw */
    CU_ASSERT_NOT_EQUAL(td_hash(td_text("")), 0);
}

CU_TestInfo core_hash_tests[] = {
    {"known texts have known hashes", known_texts_have_known_hashes},
    {"low bits part short texts", low_bits_part_short_texts},
    CU_TEST_INFO_NULL,
};
