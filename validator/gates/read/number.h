/* validator/gates/read/number.h - numbers as tools write them, whatever the
 * locale.
 */
#ifndef VALIDATOR_GATES_READ_NUMBER_H
#define VALIDATOR_GATES_READ_NUMBER_H

#include "core/event.h"

#include <stdbool.h>

/* Digits and nothing else; false if it is not or does not fit. */
bool read_uint(struct td_bytes text, uint64_t *value);

/* Digits at the front, which are taken off; false if there are none. More than
 * fits is UINT64_MAX.
 */
bool read_digits(struct td_bytes *text, uint64_t *value);

/* A decimal number: sign, fraction and exponent are allowed, and "," between
 * groups of three digits of the whole part. False if it is none or not finite.
 */
bool read_decimal(struct td_bytes text, double *value);

/* A number of units of `unit` nanoseconds as whole nanoseconds; -1 if it is no
 * number, negative or longer than 292 years.
 */
int64_t read_time(struct td_bytes text, double unit);
int64_t read_nanoseconds(double value, double unit);

/* hh:mm:ss.fffffff as nanoseconds, also d.hh:mm:ss; -1 if it is none. */
int64_t read_clock(struct td_bytes text);

#endif
