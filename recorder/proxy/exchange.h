/* recorder/proxy/exchange.h - a request and its answer, as they pass, on a tape
 * (docs/tape-format.md, section 3, "Exchanges").
 */
#ifndef RECORDER_PROXY_EXCHANGE_H
#define RECORDER_PROXY_EXCHANGE_H

#include "recorder/proxy/tap.h"
#include "wire/http/http.h"
#include "wire/proxy/proxy.h"

struct rec_exchange;

/* Its request. tap outlives it. */
struct rec_exchange *rec_exchange_new(struct rec_tap *tap, uint32_t conn,
                                      const struct http_head *head);
/* own: of the proxy itself, which the end says then. */
void rec_exchange_response(struct rec_exchange *x, const struct http_head *head,
                           bool own);
void rec_exchange_body(struct rec_exchange *x, enum proxy_side side,
                       struct td_bytes piece, bool ends);
void rec_exchange_whole(struct rec_exchange *x, enum proxy_side side,
                        const struct http_parser *parser);

/* Bytes of another protocol. */
void rec_exchange_data(struct rec_exchange *x, enum proxy_side side,
                       struct td_bytes bytes);

/* It has ended; cut: how else than in order, or NULL. Frees it. True if that
 * closes its connection for the tape, and the tape says so already.
 */
bool rec_exchange_done(struct rec_exchange *x, const char *cut);

/* Free it without a word. */
void rec_exchange_free(struct rec_exchange *x);

#endif
