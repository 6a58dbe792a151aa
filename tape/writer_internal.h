/* tape/writer_internal.h - a writer in the middle of a segment.
 *
 * For what has read the segment so far, and knows what its writer knew.
 */
#ifndef TAPE_WRITER_INTERNAL_H
#define TAPE_WRITER_INTERNAL_H

#include "tape/index.h"
#include "tape/name_counts.h"
#include "tape/writer.h"

/* A segment without an end: its closed members, up to where the file ends. */
struct tape_segment {
    uint64_t start; /* offset of the segment in the file */
    uint64_t seq;   /* of the last event */
    uint64_t first_ns;
    struct tape_totals totals;
    struct tape_index index;
};

/* Go on with the segment that fd, which the writer closes, stands at the end
 * of. The index is taken over. Put and close as with any writer, but that the
 * names of the events in its members are not known: see below. */
struct tape_writer *tape_writer_go_on(int fd, const char *path,
                                      const struct tape_options *options,
                                      struct tape_segment *segment);

/* These are the names and kinds of all events of the segment. Takes them over.
 */
void tape_writer_recount(struct tape_writer *writer, struct tape_counts *names,
                         struct tape_counts *kinds);

#endif
