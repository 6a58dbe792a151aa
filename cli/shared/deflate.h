/* cli/shared/deflate.h - the compressor of tapes, for writers of reports, which
 * know of no tape (reports/html.h).
 */
#ifndef CLI_SHARED_DEFLATE_H
#define CLI_SHARED_DEFLATE_H

#include "core/buf.h"

/* Append text in deflated form (RFC 1951) to out, whole. TD_OK or TD_LIMIT. */
TD_MUST_CHECK enum td_code cli_deflate(struct td_buf *out,
                                       struct td_bytes text);

#endif
