/* recorder/proxy/polling.h - a body of Engine.IO's long polling as the events
 * that its packets are, like those of a WebSocket (recorder/proxy/messages.h).
 */
#ifndef RECORDER_PROXY_POLLING_H
#define RECORDER_PROXY_POLLING_H

#include "recorder/proxy/tap.h"

#include <stdbool.h>

/* Record them, from that side. False, and nothing was recorded: it is none, has
 * a packet that would be no event, or not all of one.
 */
bool rec_polling_put(const struct rec_voice *voice, enum td_dir dir,
                     struct td_bytes body);

#endif
