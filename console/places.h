/* console/places.h - where in a tape what is asked for stands.
 *
 * A tape is looked through from where it is known to be in front of it; nothing
 * is folded or shown.
 */
#ifndef CONSOLE_PLACES_H
#define CONSOLE_PLACES_H

#include "replayer/timeline.h"

/* An event with one of these is looked for. */
struct console_wanted {
    const char *name;   /* of the event; or NULL */
    uint64_t seq;       /* this one, or the first behind it; 0: any */
    uint64_t after_ns;  /* not at this time, nor in front of it, ... */
    uint64_t before_ns; /* ... but in front of this; 0: anywhere */
    bool last;          /* not the first of them */
};

#define PLACES_TURN 8192 /* events that are looked at in a turn */

/* One that is looked for, a turn at a time: nobody waits for a long tape. */
struct console_places {
    struct play_source *source; /* read apart */
    struct console_wanted wanted;
    struct play_place at; /* of the last event that was looked at */
    uint64_t at_ns;       /* once it is found: from then on it has happened */
    bool found;
};

/* To be ended, whatever it returns. */
TD_MUST_CHECK enum td_code
console_places_begin(struct console_places *look,
                     const struct play_source *source,
                     const struct console_wanted *wanted, struct td_error *err);
void console_places_end(struct console_places *look);

/* TD_OK: at_ns is its time. TD_END: there is none. TD_AGAIN: not known yet. */
TD_MUST_CHECK enum td_code console_places_go_on(struct console_places *look,
                                                struct td_error *err);

/* What `@` leads to, of a tape that stands at now_ns and ends at last_ns (of
 * use to a percentage only): "50%", "+10s", "-10s", "2m13s", "02:13" or
 * "seq:9", for which *seq is set. TD_USAGE. */
TD_MUST_CHECK enum td_code
console_places_parse(const char *text, uint64_t now_ns, uint64_t last_ns,
                     uint64_t *seq, uint64_t *at_ns, struct td_error *err);

#endif
