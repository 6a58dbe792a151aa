/* core/b64.h - RFC 4648 section 4, with padding, nothing ignored. */
#ifndef CORE_B64_H
#define CORE_B64_H

#include "core/buf.h"

/* Append data as base64. TD_OK or TD_LIMIT. */
enum td_code td_b64_encode(struct td_buf *out, struct td_bytes data);

/* Append the bytes text stands for. TD_FORMAT if text is not canonical base64
 * (wrong length, foreign byte, wrong padding, non-zero trailing bits).
 */
TD_MUST_CHECK enum td_code td_b64_decode(struct td_buf *out,
                                         struct td_bytes text);

#endif
