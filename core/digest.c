#include "core/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* Asking the library for one by EVP_sha256() each time costs more than the sum
 * of a short text. They are never given back. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static const EVP_MD *kinds[2]; /* SHA-1, SHA-256 */

static void fetch(void)
{
    kinds[0] = EVP_MD_fetch(NULL, "SHA1", NULL);
    kinds[1] = EVP_MD_fetch(NULL, "SHA256", NULL);
}

static const EVP_MD *kind_of(size_t i)
{
    (void)pthread_once(&once, fetch);
    return kinds[i];
}

static void digest_of(uint8_t *digest, struct td_bytes data, const EVP_MD *kind)
{
    if (EVP_Digest(data.ptr, data.len, digest, NULL, kind, NULL) != 1) {
        (void)fprintf(stderr, "the crypto library lacks a digest\n");
        abort();
    }
}

void td_sha1(uint8_t digest[TD_SHA1_LEN], struct td_bytes data)
{
    digest_of(digest, data, kind_of(0));
}

void td_sha256(uint8_t digest[TD_SHA256_LEN], struct td_bytes data)
{
    digest_of(digest, data, kind_of(1));
}

void td_hmac_sha256(uint8_t digest[TD_SHA256_LEN], struct td_bytes key,
                    struct td_bytes data)
{
    if (!HMAC(kind_of(1), key.ptr, (int)key.len, data.ptr, data.len, digest,
              NULL)) {
        (void)fprintf(stderr, "the crypto library lacks a digest\n");
        abort();
    }
}

void td_sha256_hex(char hex[TD_SHA256_HEX], struct td_bytes data)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t digest[TD_SHA256_LEN];

    td_sha256(digest, data);
    for (size_t i = 0; i < sizeof(digest); i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[2 * sizeof(digest)] = '\0';
}

/* The structs of the library are its own. */
static EVP_MD_CTX *context(struct td_sha256 *sum)
{
    return (EVP_MD_CTX *)(void *)sum;
}

static const EVP_MD_CTX *const_context(const struct td_sha256 *sum)
{
    return (const EVP_MD_CTX *)(const void *)sum;
}

static void must(int ok)
{
    if (ok == 1)
        return;
    (void)fprintf(stderr, "the crypto library cannot take a digest\n");
    abort();
}

struct td_sha256 *td_sha256_new(void)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    must(ctx && EVP_DigestInit_ex(ctx, kind_of(1), NULL) == 1);
    return (struct td_sha256 *)(void *)ctx;
}

void td_sha256_add(struct td_sha256 *sum, struct td_bytes piece)
{
    if (piece.len)
        must(EVP_DigestUpdate(context(sum), piece.ptr, piece.len));
}

void td_sha256_so_far(const struct td_sha256 *sum,
                      uint8_t digest[TD_SHA256_LEN])
{
    EVP_MD_CTX *copy = EVP_MD_CTX_new();

    must(copy && EVP_MD_CTX_copy_ex(copy, const_context(sum)) == 1 &&
         EVP_DigestFinal_ex(copy, digest, NULL) == 1);
    EVP_MD_CTX_free(copy);
}

void td_sha256_end(struct td_sha256 *sum, uint8_t digest[TD_SHA256_LEN])
{
    if (digest)
        must(EVP_DigestFinal_ex(context(sum), digest, NULL));
    EVP_MD_CTX_free(context(sum));
}

bool td_same_secret(struct td_bytes a, struct td_bytes b)
{
    uint8_t one[TD_SHA256_LEN];
    uint8_t other[TD_SHA256_LEN];

    td_sha256(one, a);
    td_sha256(other, b);
    return CRYPTO_memcmp(one, other, sizeof(one)) == 0;
}
