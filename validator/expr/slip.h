/* validator/expr/slip.h - names of events that an expression reads as
 * arithmetic: task-started.total is task minus started.total.
 */
#ifndef VALIDATOR_EXPR_SLIP_H
#define VALIDATOR_EXPR_SLIP_H

#include "core/event.h"

#include <stdbool.h>

/* True if name, which is no plain word, stands in the expression outside of
 * quotes, but for where events stand by their names: count(EVENT),
 * elapsed(EVENT), sum(EVENT.FIELD), distinct(EVENT.FIELD).
 */
bool check_slip_is(struct td_bytes expr, struct td_bytes name);

#endif
