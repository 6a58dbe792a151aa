/* console/size.h - the size of a terminal, and whether it stands.
 *
 * While a window is drawn larger or smaller nobody knows how far its lines have
 * wrapped.
 */
#ifndef CONSOLE_SIZE_H
#define CONSOLE_SIZE_H

#include "core/clock.h"
#include "core/terminal.h"

#include <stddef.h>

/* A size that was the same for so long stands. */
#define CONSOLE_SIZE_QUIET_NS (100 * TD_NS_PER_MS)

/* {0}: not looked at yet. */
struct console_size {
    struct td_term_size now; /* as last seen */
    uint64_t since_ns;
};

/* Look at the terminal fd; of more than `width` columns (0: any) the first ones
 * are used. True if it has that size for long enough.
 */
bool console_size_stands(struct console_size *size, int fd, size_t width,
                         uint64_t now_ns);

#endif
