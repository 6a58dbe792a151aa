/* Any bytes pushed to a TLS client and to a TLS server end in an answer. */
#include "tests/support/certs.h"
#include "wire/net/tls.h"

#include <stdlib.h>

static void drive(struct tls_context *context, const char *host,
                  struct td_bytes bytes)
{
    struct tls_codec *codec = tls_codec_new(context, host);
    enum td_code code = TD_AGAIN;
    uint8_t piece[4096];
    struct td_error err;
    size_t n;

    /* The first byte splits the rest in two pieces. */
    for (size_t from = 1, half = 0; half < 2 && code == TD_AGAIN; half++) {
        size_t len = bytes.ptr[0] < bytes.len - from && half == 0
                         ? bytes.ptr[0]
                         : bytes.len - from;

        tls_push(codec, td_bytes(bytes.ptr + from, len));
        code = tls_handshake(codec, &err);
        from += len;
    }
    while (code == TD_OK)
        code = tls_read(codec, piece, sizeof(piece), &n, &err);
    tls_close(codec);
    while (tls_pull(codec, piece, sizeof(piece)) > 0)
        continue;
    tls_codec_free(codec);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct wire_tls_options insecure = {.insecure = true};
    static struct tls_context *client;
    static struct tls_context *server;
    const struct wire_tls_options own = {.cert_file = certs_path("good.pem"),
                                         .key_file = certs_path("good.key")};

    if (size == 0)
        return 0;
    if (!client && (tls_client_context(&insecure, &client, NULL) != TD_OK ||
                    tls_server_context(&own, &server, NULL) != TD_OK))
        abort();
    drive(client, "localhost", td_bytes(data, size));
    drive(client, "127.0.0.1", td_bytes(data, size));
    drive(server, NULL, td_bytes(data, size));
    return 0;
}
