/* replayer/remap.h - events under another name: OLD:=NEW.
 *
 * Changes the name of an event and, where the payload is a Socket.IO argument
 * array that starts with the name, that element. Every other byte stays.
 */
#ifndef REPLAYER_REMAP_H
#define REPLAYER_REMAP_H

#include "core/error.h"
#include "core/event.h"

struct play_remap;

/* rules: "OLD:=NEW" as plain text, ending with NULL. TD_USAGE: a rule without
 * ":=", with an empty side, not UTF-8, or a second rule for the same OLD.
 */
TD_MUST_CHECK enum td_code play_remap_new(struct play_remap **out,
                                          const char *const *rules,
                                          struct td_error *err);
void play_remap_free(struct play_remap *remap);

/* Rename *ev if a rule says so. What it then points to lives until the next
 * call. TD_LIMIT: the payload would pass TD_BUF_MAX.
 */
TD_MUST_CHECK enum td_code play_remap_apply(struct play_remap *remap,
                                            struct td_event *ev,
                                            struct td_error *err);

#endif
