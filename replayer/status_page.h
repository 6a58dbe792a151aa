/* replayer/status_page.h - the page of a served replay: what is on the tape,
 * where it stands, and how to take part.
 */
#ifndef REPLAYER_STATUS_PAGE_H
#define REPLAYER_STATUS_PAGE_H

#include "replayer/player.h"
#include "replayer/serve.h"

/* Fill the page of a path. "/" is HTML for who accepts it, else JSON:
 *
 *     {"tapes":["run.tape.gz"],"header":{..},"end":{..}|null,
 *      "state":"waiting|playing|paused|played","at_ns":N,"events":N,
 *      "consumers":N,"damage":".."|null}
 *
 * Any other path is not found.
 */
void play_status_page(const struct play_source *source,
                      const struct play_player *player,
                      const struct play_serve *serve, const char *path,
                      struct wire_page *page);

#endif
