#include "validator/gates/read/counts.h"

#include "core/mem.h"

#include <stdlib.h>

void read_counts_add(struct read_counts *counts, struct read_count count)
{
    if (counts->len == READ_COUNTS_MAX) {
        counts->too_many = true;
        return;
    }
    if (counts->len == counts->cap) {
        counts->cap = counts->cap ? counts->cap * 2 : 256;
        counts->list =
            td_realloc(counts->list, counts->cap * sizeof(*counts->list));
    }
    counts->list[counts->len++] = count;
}

void read_counts_tell(struct read_counts *counts, struct read_reader *reader,
                      struct td_bytes file)
{
    for (size_t i = 0; i < counts->len; i++) {
        const struct read_count *at = &counts->list[i];
        struct read_line line = {file, at->line, at->count};
        struct read_branch branch = {file, at->line, at->block, at->branch,
                                     at->count};

        if (at->branch == UINT32_MAX)
            read_tell_line(reader, &line);
        else
            read_tell_branch(reader, &branch);
    }
    if (counts->too_many)
        read_partial(reader, "a file has more than %d lines and branches",
                     READ_COUNTS_MAX);
    counts->len = 0;
}

void read_counts_release(struct read_counts *counts)
{
    free(counts->list);
    *counts = (struct read_counts){0};
}
