/* tape/order.h - members of a file that were moved, back in their places.
 *
 * Each closed member says where in its segment it begins, and which events it
 * has. One that stands elsewhere, as files do that were put together again in
 * another order, has a place where the member before it ends, and the numbers
 * of its events and the time when its recording began fit there, in its
 * recording or in another one of the file (tape/order_run.h). The order is a
 * map for tape/input.h, under which the file reads as if nothing had been
 * moved. What has no such place (members that are there twice, or of another
 * tape) stays where it is, for the reader to tell.
 */
#ifndef TAPE_ORDER_H
#define TAPE_ORDER_H

#include "core/error.h"
#include "tape/input.h"
#include "tape/reader.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Stretches of a file that are put in order, at most. */
#define TAPE_ORDER_MOST ((size_t)1 << 20)

struct tape_order {
    struct tape_input_span *spans; /* of the whole file; NULL: as it is */
    size_t spans_len;
    uint64_t members;  /* that were put back: as few as can be */
    uint64_t events;   /* in them, as their heads say */
    bool sought;       /* no: it was a pipe */
    uint64_t moved_at; /* where in the file the first of them stands */
};

/* Look for members of the file at path that were moved. Of a pipe, and of a
 * file of more than TAPE_ORDER_MOST stretches that do not belong together, the
 * order is the one it has. Release *out. TD_IO.
 */
TD_MUST_CHECK enum td_code
tape_order_find(struct tape_order *out, const char *path, struct td_error *err);
void tape_order_release(struct tape_order *order);

/* A reader of the file at path in that order, as of tape_reader_open(). */
TD_MUST_CHECK enum td_code tape_order_read(struct tape_reader **out,
                                           const char *path,
                                           const struct tape_order *order,
                                           const struct tape_read_options *how,
                                           struct td_error *err);

/* Where in the file that offset of the ordered file is. */
uint64_t tape_order_offset(const struct tape_order *order, uint64_t at);

#endif
