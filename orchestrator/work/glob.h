/* orchestrator/work/glob.h - one part of a path against one part of a pattern.
 *
 * As in glob(7): * any characters, ? one, [a-z] [!a-z] one of a set, \ takes
 * the next as it is. No locale: characters are code points of UTF-8, or bytes
 * where it is none. A dot in front is only matched by a dot. The time is at
 * most that of the product of both lengths.
 */
#ifndef ORCHESTRATOR_WORK_GLOB_H
#define ORCHESTRATOR_WORK_GLOB_H

#include "core/event.h"

#include <stdbool.h>

/* Whether the name is matched. A [ without its ] is an ordinary character. */
bool work_glob_match(struct td_bytes pattern, struct td_bytes name);

/* True if the text has one of * ? [ */
bool work_glob_is(struct td_bytes text);

#endif
