/* wire/http/http_internal.h - reading a head whose lines are complete; for
 * http.c. */
#ifndef WIRE_HTTP_HTTP_INTERNAL_H
#define WIRE_HTTP_HTTP_INTERNAL_H

#include "wire/http/http.h"

/* Read text, whole lines each with its CRLF, the last one empty, into *head.
 * no_body: it answers a HEAD request. On TD_PROTOCOL *status is what a server
 * answers.
 */
TD_MUST_CHECK enum td_code http_head_parse(struct http_head *head,
                                           struct td_bytes text,
                                           enum http_role role, bool no_body,
                                           int *status, struct td_error *err);

/* Cuts white space (SP, HTAB) from both ends. */
struct td_bytes http_trim(struct td_bytes text);

#endif
