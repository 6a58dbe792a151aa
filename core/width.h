/* core/width.h - the columns that text takes on a terminal.
 *
 * Widths are those of grapheme clusters (UAX #29): an emoji joined of four code
 * points takes two columns, a letter and its accents one, and no cut splits
 * them. Unicode's tables are those of utf8proc; what is ambiguous in East Asia
 * takes one.
 */
#ifndef CORE_WIDTH_H
#define CORE_WIDTH_H

#include "core/event.h"

/* One grapheme cluster from the front of text without control characters. A
 * byte that is not UTF-8 is one. */
struct td_cluster {
    size_t len;   /* bytes; 0: there is no more */
    size_t width; /* columns: 0, 1 or 2 */
};
struct td_cluster td_cluster(struct td_bytes text);

/* Columns of text without control characters and escape sequences. */
size_t td_width(struct td_bytes text);

/* Bytes of the longest front of such a text that takes at most `columns`. */
size_t td_width_fit(struct td_bytes text, size_t columns);

#endif
