/* validator/gates/read/counts.h - lines and branches of a file whose name
 * comes later in the report, held until it is known.
 */
#ifndef VALIDATOR_GATES_READ_COUNTS_H
#define VALIDATOR_GATES_READ_COUNTS_H

#include "validator/gates/read/reader.h"

#define READ_COUNTS_MAX (1 << 20) /* held of one file */

struct read_count {
    uint64_t line;
    uint64_t count;
    uint32_t block;
    uint32_t branch; /* UINT32_MAX: a line */
};

struct read_counts {
    struct read_count *list;
    size_t len;
    size_t cap;
    bool too_many;
};

void read_counts_add(struct read_counts *counts, struct read_count count);
/* Tell all as of that file, and forget them. */
void read_counts_tell(struct read_counts *counts, struct read_reader *reader,
                      struct td_bytes file);
void read_counts_release(struct read_counts *counts);

#endif
