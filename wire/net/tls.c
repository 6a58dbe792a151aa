#include "wire/net/tls.h"

#include "core/mem.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

struct tls_context {
    SSL_CTX *ctx;
};

struct tls_codec {
    SSL *ssl;
    BIO *in;  /* from the peer; owned by ssl */
    BIO *out; /* to the peer; owned by ssl */
    char host[256];
};

static const unsigned char alpn[] = "\x08http/1.1";

#define ALPN_LEN (sizeof(alpn) - 1)

/* The oldest reason OpenSSL has queued, which is the nearest to the cause. */
static void last_reason(char *text, size_t size)
{
    unsigned long code = ERR_get_error();
    const char *reason = ERR_reason_error_string(code);
    char system[96];

    if (ERR_SYSTEM_ERROR(code))
        reason = strerror_r(ERR_GET_REASON(code), system, sizeof(system));
    (void)snprintf(text, size, "%s", reason ? reason : "unknown reason");
    ERR_clear_error();
}

static enum td_code bad_file(struct td_error *err, const char *path,
                             const char *what, const char *hint)
{
    char reason[128];

    last_reason(reason, sizeof(reason));
    td_error_set(err, TD_USAGE, path, 0, "%s: %s", what, reason);
    td_error_hint(err, "%s", hint);
    return TD_USAGE;
}

static SSL_CTX *new_ctx(const SSL_METHOD *method)
{
    SSL_CTX *ctx = SSL_CTX_new(method);

    if (!ctx) {
        (void)fprintf(stderr, "out of memory: TLS context\n");
        abort();
    }
    (void)SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
    (void)SSL_CTX_set_options(ctx,
                              SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    (void)SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
    return ctx;
}

static void hand_over(SSL_CTX *ctx, struct tls_context **out)
{
    *out = td_calloc(1, sizeof(**out));
    (*out)->ctx = ctx;
}

enum td_code tls_client_context(const struct wire_tls_options *options,
                                struct tls_context **out, struct td_error *err)
{
    SSL_CTX *ctx = new_ctx(TLS_client_method());
    int ok = options->ca_file ? SSL_CTX_load_verify_file(ctx, options->ca_file)
                              : SSL_CTX_set_default_verify_paths(ctx);

    if (ok != 1) {
        SSL_CTX_free(ctx);
        return bad_file(err, options->ca_file ? options->ca_file : "",
                        "cannot read the trusted certificates",
                        "give a PEM file of certificates");
    }
    (void)SSL_CTX_set_alpn_protos(ctx, alpn, (unsigned)ALPN_LEN);
    SSL_CTX_set_verify(
        ctx, options->insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
    hand_over(ctx, out);
    return TD_OK;
}

static int select_alpn(SSL *ssl, const unsigned char **out,
                       unsigned char *out_len, const unsigned char *in,
                       unsigned in_len, void *arg)
{
    unsigned char *chosen = NULL;

    (void)ssl;
    (void)arg;
    if (SSL_select_next_proto(&chosen, out_len, alpn, (unsigned)ALPN_LEN, in,
                              in_len) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

enum td_code tls_server_context(const struct wire_tls_options *options,
                                struct tls_context **out, struct td_error *err)
{
    SSL_CTX *ctx = new_ctx(TLS_server_method());
    const char *cert = options->cert_file ? options->cert_file : "";
    const char *key = options->key_file ? options->key_file : cert;
    enum td_code code = TD_OK;

    if (SSL_CTX_use_certificate_chain_file(ctx, cert) != 1)
        code = bad_file(err, cert, "cannot read the server's certificate",
                        "give a PEM file: the certificate, then its issuers");
    else if (SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1)
        code = bad_file(err, key, "cannot use the server's key",
                        "give the PEM file of the certificate's own key");
    if (code != TD_OK) {
        SSL_CTX_free(ctx);
        return code;
    }
    SSL_CTX_set_alpn_select_cb(ctx, select_alpn, NULL);
    hand_over(ctx, out);
    return TD_OK;
}

void tls_context_free(struct tls_context *context)
{
    if (!context)
        return;
    SSL_CTX_free(context->ctx);
    free(context);
}

static bool is_address(const char *host)
{
    unsigned char ignored[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, host, ignored) == 1 ||
           inet_pton(AF_INET6, host, ignored) == 1;
}

/* What the certificate must be for, and the name the server chooses it by. */
static void expect_host(struct tls_codec *codec, const char *host)
{
    (void)snprintf(codec->host, sizeof(codec->host), "%s", host);
    if (is_address(host)) {
        (void)X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(codec->ssl), host);
        return;
    }
    SSL_set_hostflags(codec->ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    (void)SSL_set1_host(codec->ssl, host);
    (void)SSL_set_tlsext_host_name(codec->ssl, codec->host);
}

struct tls_codec *tls_codec_new(struct tls_context *context, const char *host)
{
    struct tls_codec *codec = td_calloc(1, sizeof(*codec));

    codec->ssl = SSL_new(context->ctx);
    codec->in = BIO_new(BIO_s_mem());
    codec->out = BIO_new(BIO_s_mem());
    if (!codec->ssl || !codec->in || !codec->out) {
        (void)fprintf(stderr, "out of memory: TLS\n");
        abort();
    }
    /* An empty queue is a wait, not an end. */
    (void)BIO_set_mem_eof_return(codec->in, -1);
    SSL_set_bio(codec->ssl, codec->in, codec->out);
    if (host) {
        expect_host(codec, host);
        SSL_set_connect_state(codec->ssl);
    } else {
        SSL_set_accept_state(codec->ssl);
    }
    return codec;
}

void tls_codec_free(struct tls_codec *codec)
{
    if (!codec)
        return;
    SSL_free(codec->ssl);
    free(codec);
}

void tls_push(struct tls_codec *codec, struct td_bytes bytes)
{
    size_t ignored;

    if (bytes.len > 0)
        (void)BIO_write_ex(codec->in, bytes.ptr, bytes.len, &ignored);
}

static enum td_code bad_certificate(struct tls_codec *codec, long verdict,
                                    struct td_error *err)
{
    switch (verdict) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        td_error_set(err, TD_PROTOCOL, codec->host, 0,
                     "the server's certificate is not for %s", codec->host);
        td_error_hint(err, "dial the name that is in the certificate, or "
                           "give that name as --server-name");
        break;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        td_error_set(err, TD_PROTOCOL, codec->host, 0,
                     "nobody trusted signed the server's certificate (%s)",
                     X509_verify_cert_error_string(verdict));
        td_error_hint(err, "if it is yours, give its issuer as --ca FILE");
        break;
    case X509_V_ERR_CERT_HAS_EXPIRED:
        td_error_set(err, TD_PROTOCOL, codec->host, 0,
                     "the server's certificate has expired");
        td_error_hint(err, "renew it, or check this machine's clock");
        break;
    default:
        td_error_set(err, TD_PROTOCOL, codec->host, 0,
                     "the server's certificate is refused: %s",
                     X509_verify_cert_error_string(verdict));
        break;
    }
    return TD_PROTOCOL;
}

static enum td_code explain(struct tls_codec *codec, struct td_error *err)
{
    long verdict = SSL_get_verify_result(codec->ssl);
    unsigned long first = ERR_peek_error();
    char reason[128];

    last_reason(reason, sizeof(reason));
    if (ERR_GET_REASON(first) == SSL_R_CERTIFICATE_VERIFY_FAILED)
        return bad_certificate(codec, verdict, err);
    td_error_set(err, TD_PROTOCOL, codec->host, 0, "TLS failed: %s", reason);
    if (ERR_GET_REASON(first) == SSL_R_WRONG_VERSION_NUMBER)
        td_error_hint(err, "does this port speak TLS?");
    return TD_PROTOCOL;
}

/* What a call that did not succeed means. */
static enum td_code outcome(struct tls_codec *codec, int rc,
                            struct td_error *err)
{
    switch (SSL_get_error(codec->ssl, rc)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return TD_AGAIN;
    case SSL_ERROR_ZERO_RETURN:
        return TD_END;
    default:
        return explain(codec, err);
    }
}

enum td_code tls_handshake(struct tls_codec *codec, struct td_error *err)
{
    enum td_code code;
    int rc;

    ERR_clear_error();
    rc = SSL_do_handshake(codec->ssl);
    if (rc == 1)
        return TD_OK;
    code = outcome(codec, rc, err);
    if (code == TD_END)
        return td_error_set(err, TD_PROTOCOL, codec->host, 0,
                            "the peer closed during the TLS handshake");
    return code;
}

enum td_code tls_read(struct tls_codec *codec, uint8_t *to, size_t size,
                      size_t *len, struct td_error *err)
{
    int rc;

    ERR_clear_error();
    rc = SSL_read_ex(codec->ssl, to, size, len);
    return rc == 1 ? TD_OK : outcome(codec, rc, err);
}

enum td_code tls_write(struct tls_codec *codec, struct td_bytes bytes,
                       struct td_error *err)
{
    size_t ignored;
    int rc;

    if (bytes.len == 0)
        return TD_OK;
    ERR_clear_error();
    rc = SSL_write_ex(codec->ssl, bytes.ptr, bytes.len, &ignored);
    return rc == 1 ? TD_OK : explain(codec, err);
}

void tls_close(struct tls_codec *codec)
{
    ERR_clear_error();
    (void)SSL_shutdown(codec->ssl);
    ERR_clear_error();
}

size_t tls_pull(struct tls_codec *codec, uint8_t *to, size_t size)
{
    size_t len = 0;

    if (BIO_read_ex(codec->out, to, size, &len) != 1)
        return 0;
    return len;
}
