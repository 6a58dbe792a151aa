/* orchestrator/provider/openai_http.h - one request as libcurl is told of it,
 * and how an attempt ends by what became of it.
 */
#ifndef ORCHESTRATOR_PROVIDER_OPENAI_HTTP_H
#define ORCHESTRATOR_PROVIDER_OPENAI_HTTP_H

#include "core/buf.h"
#include "orchestrator/provider/config.h"
#include "orchestrator/provider/openai_curl.h"
#include "orchestrator/provider/provider.h"

#define OPENAI_RETRY_MAX_NS (86400 * UINT64_C(1000000000)) /* a day */

/* Set up a POST of the body, which must outlive it; headers are freed behind
 * it. False: out of memory. */
bool openai_http_prepare(CURL *easy, const struct prov_config *config,
                         const struct td_buf *body,
                         struct curl_slist **headers);

/* Whether any of the request has left. */
bool openai_http_was_sent(CURL *easy);

/* The head of the answer has come: its status; whether it is a stream. */
int openai_http_status(CURL *easy);
bool openai_http_is_stream(CURL *easy);

/* The end of one whose transfer failed. url: whose server it was to be. */
void openai_http_failed(struct prov_end *end, const char *url, CURLcode result);

/* The end of one that was answered with another status than 200. body: what
 * came with it. */
void openai_http_refused(struct prov_end *end, CURL *easy, struct td_bytes body,
                         uint64_t wall_ns);

/* Put a star over each byte of each place where text has the key. */
void openai_http_hide(uint8_t *text, size_t len, const char *key);

#endif
