/* recorder/proxy/tap.h - where the exchanges of a proxy go, and what they may
 * cost.
 */
#ifndef RECORDER_PROXY_TAP_H
#define RECORDER_PROXY_TAP_H

#include "core/event.h"

#include <stdbool.h>

#define REC_TAP_HELD ((size_t)256 * 1024 * 1024) /* bytes of all bodies */

struct rec_tap {
    struct td_sink sink;                      /* events go there */
    uint64_t (*now)(void *ctx);               /* time on the tape's scale */
    void (*lost)(void *ctx, const char *why); /* something does not */
    void *ctx;
    size_t max_message; /* bytes of a body, an event or a message */
    size_t held;        /* bytes of bodies that are not whole yet */
    uint64_t exchanges; /* begun */
};

/* Who says what: an exchange of a connection. */
struct rec_voice {
    struct rec_tap *tap;
    uint32_t conn;
    uint64_t exchange;
    bool polls; /* its bodies are of Engine.IO's long polling */
};

/* Record ev, of which conn and exchange are filled in here. */
static inline void rec_voice_put(const struct rec_voice *voice,
                                 struct td_event *ev)
{
    ev->conn = voice->conn;
    ev->exchange = voice->exchange;
    if (td_sink_put(voice->tap->sink, ev, NULL))
        return; /* the recorder knows; what passes, passes all the same */
}

#endif
