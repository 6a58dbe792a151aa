/* schema/value/timestamp.h - a moment as text: RFC 3339, section 5.6. */
#ifndef SCHEMA_VALUE_TIMESTAMP_H
#define SCHEMA_VALUE_TIMESTAMP_H

#include "core/event.h"

#include <stdbool.h>

/* Nanoseconds since 1970-01-01T00:00:00Z of a date-time like
 * 2025-01-31T16:32:00.125Z or ...+02:00; false if it is none, or beyond 2^63
 * ns. Digits past the ninth of a second are dropped; second 60 is the next
 * minute's first, as clocks count it.
 */
bool schema_timestamp_read(struct td_bytes text, int64_t *ns);

/* The same of a JSON number token that counts units of that many nanoseconds
 * since 1970; what is less than a nanosecond is dropped.
 */
bool schema_timestamp_number(struct td_bytes token, int64_t unit, int64_t *ns);

/* What a message writes in quotes: RFC 3339, or a number of units as digits
 * ("1769860800000000", as `journalctl -o json` does), with a fraction or not.
 */
bool schema_instant_text(struct td_bytes text, int64_t unit, int64_t *ns);

#endif
