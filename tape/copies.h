/* tape/copies.h - recordings that stand in a file more than once.
 *
 * Segments with the same header line are of one recording. Of those whose lines
 * are the first lines of another one of them, as those of a torn copy are, the
 * other one has all that they have. Lines are held against each other by their
 * SHA-256: nobody can write two that are taken for one. Where both have lines
 * that the other has not, both are needed. One that has an end and no event
 * stays: its end may tell of lines that are nowhere.
 */
#ifndef TAPE_COPIES_H
#define TAPE_COPIES_H

#include "core/digest.h"
#include "core/error.h"
#include "tape/order.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Segments of a file that are compared, each with all others at the length of
 * each; further ones are no copies.
 */
#define TAPE_COPIES_MOST ((size_t)512)

struct tape_copied {
    uint8_t header[TD_SHA256_LEN]; /* of its line */
    uint8_t lines[TD_SHA256_LEN];  /* of those of its events */
    uint64_t events;
    uint64_t spared; /* events of its copies */
    bool headed;     /* it has a header line */
    bool ended;      /* it has its end line */
    bool is_copy;    /* another one has all of it */
};

struct tape_copies {
    struct tape_copied *list; /* the segments as they come */
    size_t len;
};

/* Read the file, twice. Release *out. TD_IO, or as tape_reader_next(). */
TD_MUST_CHECK enum td_code tape_copies_find(struct tape_copies *out,
                                            const char *path,
                                            const struct tape_order *order,
                                            struct td_error *err);
void tape_copies_release(struct tape_copies *copies);

/* The segment of that number, from 0; NULL: nothing is known of it. */
const struct tape_copied *tape_copies_at(const struct tape_copies *copies,
                                         size_t segment);

#endif
