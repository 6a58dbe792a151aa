/* console/held.h - events that have come and are not looked at yet, in order.
 */
#ifndef CONSOLE_HELD_H
#define CONSOLE_HELD_H

#include "core/buf.h"
#include "core/event.h"

#include <stdbool.h>

/* All zeroes is valid and empty. */
struct console_held {
    struct td_buf bytes;
    size_t taken; /* of them */
};

/* Keep a copy of what a plain event says: direction, form, name, payload. */
void console_held_add(struct console_held *held, const struct td_event *ev);

/* The first one, no longer held; its bytes live until the next call. False:
 * there is none. */
bool console_held_take(struct console_held *held, struct td_event *ev);

static inline size_t console_held_bytes(const struct console_held *held)
{
    return held->bytes.len - held->taken;
}

/* Forget them all; empty again. */
void console_held_release(struct console_held *held);

#endif
