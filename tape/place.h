/* tape/place.h - a tape that appears under its name only when it is complete.
 *
 * Until then it is written beside it, as NAME.part.
 */
#ifndef TAPE_PLACE_H
#define TAPE_PLACE_H

#include "core/error.h"

#include <stdbool.h>
#include <sys/types.h>

/* Zeroes: nothing was chosen, and nothing needs to be released. */
struct tape_place {
    char *target; /* symbolic links followed; NULL: stdout */
    char *part;   /* beside it, to be renamed; NULL: stdout */
    mode_t mode;  /* of the file that is replaced, or 0 */
};

/* For the name `to`; "-" is stdout. TD_IO: there is something that is no plain
 * file, or a file that may not be replaced.
 */
TD_MUST_CHECK enum td_code tape_place_choose(struct tape_place *place,
                                             const char *to, bool may_replace,
                                             struct td_error *err);

/* What the rename brings to light must be on the disk before. TD_IO. */
TD_MUST_CHECK enum td_code tape_place_sync(const struct tape_place *place,
                                           struct td_error *err);

/* Give the part its name. TD_IO: it is still there. */
TD_MUST_CHECK enum td_code tape_place_rename(const struct tape_place *place,
                                             struct td_error *err);

/* Zeroes again; fine on zeroes. */
void tape_place_release(struct tape_place *place);

#endif
