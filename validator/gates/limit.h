/* validator/gates/limit.h - thresholds: what is written, what is compared. */
#ifndef VALIDATOR_GATES_LIMIT_H
#define VALIDATOR_GATES_LIMIT_H

#include "validator/gates/gates.h"

/* Read "ratchet", "ratchet within 0.2%", "0", ">= 90%", "<= 5", "250ms" into
 * *limit, whose measure is set, as that measure takes it. NULL, or what is
 * wrong with it.
 */
const char *gates_limit_read(struct gates_limit *limit,
                             const struct gates_measure *measure,
                             const char *text);

/* Add to the gate what was measured, once for each limit of that measure, or
 * once without. Whether it holds is decided here: of a share exactly, by its
 * parts. The base is of the baseline, or not known.
 */
void gates_limit_apply(struct verdict_document *doc, struct verdict_gate *gate,
                       const struct gates_check *check, const char *measure,
                       struct verdict_number value, struct verdict_number base);

/* Is share part/whole at least so many percent? */
bool gates_share_reaches(const struct verdict_number *share, double percent);

/* A number, a share; shares have their percent as value. */
struct verdict_number gates_number(double value);
struct verdict_number gates_share(uint64_t part, uint64_t whole);

/* Append a percentage, a share for people: as many digits as tell it from the
 * limit. */
void gates_percent_text(struct td_buf *out, double percent, double limit);
void gates_share_text(struct td_buf *out, struct verdict_number share,
                      double limit);

#endif
