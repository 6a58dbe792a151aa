/* core/ink.h - a little color in text for a terminal.
 *
 * Whether text is colored is for the caller to know (--color). What is colored
 * never says more than its words do.
 */
#ifndef CORE_INK_H
#define CORE_INK_H

#include "core/buf.h"

#include <stdbool.h>

enum td_ink {
    TD_INK_BAD,  /* red */
    TD_INK_GOOD, /* green */
    TD_INK_WARN, /* yellow */
};

/* Append the text, in color if that is on; the text is not cleaned. TD_OK or
 * TD_LIMIT.
 */
enum td_code td_ink(struct td_buf *out, enum td_ink ink, const char *text,
                    bool on);

#endif
