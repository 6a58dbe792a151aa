/* cli/verbs/replay_page.h - the page of a served replay: what is on the tape,
 * where it stands, and how to take part.
 */
#ifndef CLI_VERBS_REPLAY_PAGE_H
#define CLI_VERBS_REPLAY_PAGE_H

#include "replayer/run.h"

/* Fill the page of a path. "/" is HTML for who accepts it, else JSON:
 *
 *     {"tapes":["run.tape.gz"],"header":{..},"end":{..}|null,
 *      "state":"waiting|playing|paused|played","at_ns":N,"events":N,
 *      "consumers":N,"damage":".."|null}
 *
 * Any other path is not found. As `page` of struct play_run_options; ctx is not
 * looked at.
 */
void cli_replay_page(void *ctx, const struct play_run *run, const char *path,
                     struct wire_page *page);

#endif
