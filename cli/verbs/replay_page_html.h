/* cli/verbs/replay_page_html.h - the page of a served replay, for people. */
#ifndef CLI_VERBS_REPLAY_PAGE_HTML_H
#define CLI_VERBS_REPLAY_PAGE_HTML_H

#include "replayer/player.h"

/* "waiting", "playing", "paused" or "played". Static. */
const char *cli_page_state(const struct play_player *player);

/* The last part of a path, in it: where a tape lies is nobody's business. */
const char *cli_page_name(const char *path);

/* Append the page: one file, no scripts, readable in light and dark. What comes
 * from the tape is escaped.
 */
void cli_page_html(struct td_buf *out, const struct play_source *source,
                   const struct play_player *player, unsigned consumers);

#endif
