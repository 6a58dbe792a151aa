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

bool wire_same_secret(struct td_bytes a, struct td_bytes b)
{
    uint8_t one[WIRE_SHA256_LEN];
    uint8_t other[WIRE_SHA256_LEN];

    wire_sha256(one, a);
    wire_sha256(other, b);
    return CRYPTO_memcmp(one, other, sizeof(one)) == 0;
}
