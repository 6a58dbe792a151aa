/* replayer/answer/mark.h - what the recorder wrote in place of a value:
 * [redacted], [withheld], [pseudonym 0123456789abcdef].
 */
#ifndef REPLAYER_ANSWER_MARK_H
#define REPLAYER_ANSWER_MARK_H

#include "core/event.h"

#include <stdbool.h>

/* True if there is one in it, also percent-encoded as in a URL. */
bool play_has_mark(struct td_bytes text);

/* True if JSON text has a member, or a form (also as a string of JSON) a pair,
 * whose name gives a credential away.
 */
bool play_has_secret_member(struct td_bytes text);

#endif
