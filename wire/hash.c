#include "wire/hash.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

void wire_sha1(uint8_t digest[WIRE_SHA1_LEN], struct td_bytes data)
{
    if (EVP_Digest(data.ptr, data.len, digest, NULL, EVP_sha1(), NULL) != 1) {
        (void)fprintf(stderr, "the crypto library has no SHA-1\n");
        abort();
    }
}
