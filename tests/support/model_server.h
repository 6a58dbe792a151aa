/* tests/support/model_server.h - an HTTP server on loopback, in the test's own
 * loop, that answers each request with what the test gave it, byte for byte.
 */
#ifndef TESTS_SUPPORT_MODEL_SERVER_H
#define TESTS_SUPPORT_MODEL_SERVER_H

#include "core/buf.h"
#include "wire/net/transport.h"

/* Pieces of an answer that are no bytes. */
#define MODEL_CLOSE "<close>" /* in order */
#define MODEL_ABORT "<abort>" /* at once */
#define MODEL_HANG  "<hang>"  /* nothing more comes */

#define MODEL_PIECES  12
#define MODEL_ANSWERS 4

/* An answer: its pieces go out one a turn; NULL behind the last. */
struct model_answer {
    const char *pieces[MODEL_PIECES];
};

struct model_server;

/* Listen. The n-th request gets the n-th answer, and all behind the last the
 * last. Answers must outlive it. tls: NULL, or it is https. Aborts on an
 * error. */
struct model_server *model_server_open(struct wire_net *net,
                                       const struct model_answer *answers,
                                       unsigned count,
                                       const struct wire_tls_options *tls);
void model_server_close(struct model_server *server);

const char *model_server_url(const struct model_server *server);

/* All that came, of all connections. */
struct td_buf *model_server_got(struct model_server *server);
unsigned model_server_requests(const struct model_server *server);

#endif
