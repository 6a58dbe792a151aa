/* schema/format/format_internal.h - what the files of the format checkers
 * share.
 *
 * format.c      the list of names; uuid, JSON pointers, regex
 * time.c        dates, times, durations
 * host.c        hostnames and addresses
 * idn.c         labels of internationalised hostnames
 * mail.c        mail addresses
 * uri.c         URI and IRI
 * uri_template.c URI templates
 */
#ifndef SCHEMA_FORMAT_FORMAT_INTERNAL_H
#define SCHEMA_FORMAT_FORMAT_INTERNAL_H

#include "core/buf.h"
#include "schema/format/format.h"
#include "schema/value/chars.h"

schema_format_fn schema_is_date, schema_is_time, schema_is_date_time,
    schema_is_duration;
schema_format_fn schema_is_ipv4, schema_is_ipv6, schema_is_hostname,
    schema_is_idn_hostname;
schema_format_fn schema_is_email, schema_is_idn_email;
schema_format_fn schema_is_uri, schema_is_uri_reference, schema_is_iri,
    schema_is_iri_reference, schema_is_uri_template;

/* Labels of letters, digits and inner hyphens with dots between them, of RFC
 * 1123: labels to 63, all to 253 bytes.
 */
schema_format_fn schema_is_ldh_name;

/* ucschar and iprivate of RFC 3987 section 2.2. */
bool schema_is_ucschar(uint32_t c);
bool schema_is_iprivate(uint32_t c);

/* A label that is internationalised: an A-label "xn--..." or a U-label with
 * characters beyond ASCII (RFC 5891, 5892). The bytes of its A-label, or 0 if
 * it is not a valid one; its U-label is added to out. A U-label is in Unicode
 * NFC; with `compose` it is brought there first.
 */
size_t schema_idn_label(struct td_bytes label, bool compose,
                        struct td_buf *out);

/* The Bidi rule (RFC 5893 section 2) for a name of U-labels with dots between
 * them: true also if nothing in it is written from right to left.
 */
bool schema_idn_bidi(struct td_bytes name);

/* schema_is_idn_hostname() of a name that need not be in NFC. */
schema_format_fn schema_is_idn_name;

#endif
