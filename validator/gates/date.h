/* validator/gates/date.h - days, as people write when something ends. */
#ifndef VALIDATOR_GATES_DATE_H
#define VALIDATOR_GATES_DATE_H

#include <stdbool.h>
#include <stdint.h>

#define GATES_DATE_SIZE 11

/* "2026-11-29" of a wall time, in UTC. */
void gates_date(uint64_t wall_ns, char out[GATES_DATE_SIZE]);

/* Is it a day of the calendar, written so? */
bool gates_is_date(const char *text);

#endif
