/* replayer/status_page_html.h - the page of a served replay, for people. */
#ifndef REPLAYER_STATUS_PAGE_HTML_H
#define REPLAYER_STATUS_PAGE_HTML_H

#include "replayer/player.h"

/* "waiting", "playing", "paused" or "played". Static. */
const char *play_status_state(const struct play_player *player);

/* The last part of a path, in it: where a tape lies is nobody's business. */
const char *play_status_name(const char *path);

/* Append the page: one file, no scripts, readable in light and dark. What comes
 * from the tape is escaped.
 */
void play_status_html(struct td_buf *out, const struct play_source *source,
                      const struct play_player *player, unsigned consumers);

#endif
