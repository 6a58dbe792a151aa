/* schema/value/duration.h - lengths of time as people and Go write them:
 * "10m32s", "1.5h", "-250ms". The syntax is that of duration() in CEL: parts
 * without space between, each a decimal number and one of ns us ms s m h.
 */
#ifndef SCHEMA_VALUE_DURATION_H
#define SCHEMA_VALUE_DURATION_H

#include "core/event.h"

#include <stdbool.h>

/* Nanoseconds; what is less than one is cut off. False: text is no span, or
 * one beyond 2^63 ns.
 */
bool schema_duration_read(struct td_bytes text, int64_t *ns);

#endif
