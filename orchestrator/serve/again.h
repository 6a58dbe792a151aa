/* orchestrator/serve/again.h - a command that is sent once more, as its answer
 * was lost.
 *
 * A command may have a request_id. One of the same session, id and words is not
 * carried out again: it gets the answer that the first had. The last
 * SERVE_AGAIN are remembered, as long as the server lives; who began an
 * execution, and by which request, is in its journal, and so holds as long as
 * that is there. What failed, and an answer of more than SERVE_AGAIN_MAX bytes,
 * is not kept: it is carried out again.
 */
#ifndef ORCHESTRATOR_SERVE_AGAIN_H
#define ORCHESTRATOR_SERVE_AGAIN_H

#include "orchestrator/serve/call.h"

#define SERVE_AGAIN     256
#define SERVE_AGAIN_MAX ((size_t)64 << 10)

struct serve_again;

/* How an execution is asked for: valid as long as the call, and `hash`, which
 * is filled in. */
struct run_asked serve_asked(const struct serve_call *call,
                             char hash[RUN_HASH_SIZE]);

/* True: it was answered, or refused as the id is that of another command. */
bool serve_again_answer(const struct serve_call *call);

/* It was carried out. */
void serve_again_keep(const struct serve_call *call);

/* With all that it remembers. */
void serve_again_free(struct serve *serve);

#endif
