/* console/proof.h - whether a tape is whole: every checksum, line and number,
 * and what its heads, index and totals say, as tapedeck verify looks at them.
 *
 * A small tape is read at once, any other beside the loop, in a thread that
 * shares nothing with it but the answer.
 */
#ifndef CONSOLE_PROOF_H
#define CONSOLE_PROOF_H

#include "core/buf.h"

#include <stdbool.h>

#define CONSOLE_PROOF_AT_ONCE                                                  \
    ((uint64_t)256 << 10) /* bytes of a small tape                             \
                           */

struct console_proof;

enum console_proof_state {
    CONSOLE_PROOF_OPEN,
    CONSOLE_PROOF_WHOLE,
    CONSOLE_PROOF_BROKEN,
    CONSOLE_PROOF_NONE, /* it is still written to, or has no checksums */
};

/* Begin to look at it. */
struct console_proof *console_proof_begin(const char *path);
/* How far it is. */
enum console_proof_state console_proof_state(const struct console_proof *proof);
/* Of a broken one: append what is wrong with it. */
void console_proof_say(const struct console_proof *proof, struct td_buf *out);
/* It stops in the middle if it must. NULL is fine. */
void console_proof_end(struct console_proof *proof);

#endif
