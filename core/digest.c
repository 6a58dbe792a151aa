#include "core/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

static void digest_of(uint8_t *digest, struct td_bytes data, const EVP_MD *kind)
{
    if (EVP_Digest(data.ptr, data.len, digest, NULL, kind, NULL) != 1) {
        (void)fprintf(stderr, "the crypto library lacks a digest\n");
        abort();
    }
}

void wire_sha1(uint8_t digest[WIRE_SHA1_LEN], struct td_bytes data)
{
    digest_of(digest, data, EVP_sha1());
}

void wire_sha256(uint8_t digest[WIRE_SHA256_LEN], struct td_bytes data)
{
    digest_of(digest, data, EVP_sha256());
}

void wire_sha256_hex(char hex[WIRE_SHA256_HEX], struct td_bytes data)
{
    uint8_t digest[WIRE_SHA256_LEN];

    wire_sha256(digest, data);
    for (size_t i = 0; i < sizeof(digest); i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

/* The structs of the library are its own. */
static EVP_MD_CTX *context(struct td_sha256 *sum)
{
    return (EVP_MD_CTX *)(void *)sum;
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

    must(ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1);
    return (struct td_sha256 *)(void *)ctx;
}

void td_sha256_add(struct td_sha256 *sum, struct td_bytes piece)
{
    if (piece.len)
        must(EVP_DigestUpdate(context(sum), piece.ptr, piece.len));
}

void td_sha256_end(struct td_sha256 *sum, uint8_t digest[WIRE_SHA256_LEN])
{
    if (digest)
        must(EVP_DigestFinal_ex(context(sum), digest, NULL));
    EVP_MD_CTX_free(context(sum));
}

bool wire_same_secret(struct td_bytes a, struct td_bytes b)
{
    uint8_t one[WIRE_SHA256_LEN];
    uint8_t other[WIRE_SHA256_LEN];

    wire_sha256(one, a);
    wire_sha256(other, b);
    return CRYPTO_memcmp(one, other, sizeof(one)) == 0;
}
