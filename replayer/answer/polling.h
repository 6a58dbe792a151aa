/* replayer/answer/polling.h - packets of Engine.IO's long polling on a tape, as
 * the body that they came in.
 */
#ifndef REPLAYER_ANSWER_POLLING_H
#define REPLAYER_ANSWER_POLLING_H

#include "core/buf.h"
#include "core/event.h"

#include <stdbool.h>

/* Whether a target asks for long polling of Engine.IO 4. */
bool play_polls(struct td_bytes target);

/* Append the packets that an event is; nothing if it is none. */
void play_polling_put(struct td_buf *body, const struct td_event *ev);

#endif
