/* schema/format/content.h - contentEncoding and contentMediaType of JSON Schema
 * as checks of a text: base64, base32 and base16 (RFC 4648), and JSON within.
 */
#ifndef SCHEMA_FORMAT_CONTENT_H
#define SCHEMA_FORMAT_CONTENT_H

#include "schema/format/format.h"

/* Whether a text is in the encoding; NULL for one that is not known. */
schema_format_fn *schema_content_encoding(struct td_bytes encoding);

/* Whether what a text holds in the encoding (empty: as it is) is of the media
 * type; NULL if either is not known. A text that is not in the encoding passes:
 * that is the other check's finding.
 */
schema_format_fn *schema_content_media(struct td_bytes encoding,
                                       struct td_bytes type);

#endif
