/* schema/format/format.h - the formats of JSON Schema: what a text must look
 * like.
 *
 * date-time date time duration (RFC 3339), email (RFC 5321), idn-email (RFC
 * 6531), hostname (RFC 1123; A-labels as RFC 5891), idn-hostname (RFC 5890 to
 * 5893), ipv4 ipv6 (RFC 4291), uri uri-reference (RFC 3986), iri iri-reference
 * (RFC 3987), uri-template (RFC 6570), uuid (RFC 9562), json-pointer (RFC
 * 6901), relative-json-pointer, regex (ECMA-262); and draft 3's names
 * host-name and ip-address.
 */
#ifndef SCHEMA_FORMAT_FORMAT_H
#define SCHEMA_FORMAT_FORMAT_H

#include "core/event.h"

#include <stdbool.h>

/* Whether text, without JSON escapes and of any bytes, has the format. The same
 * text has the same answer from every thread. */
typedef bool schema_format_fn(struct td_bytes text);

/* The checker of a format, or NULL if no format of that name is known: then the
 * keyword is an annotation only.
 */
schema_format_fn *schema_format_find(struct td_bytes name);

#endif
