/* tape/name_counts.h - how many events of each name a segment holds.
 *
 * Names are JSON strings without their quotes. However a name is escaped, it is
 * one name: "\u0041" counts as "A".
 */
#ifndef TAPE_NAME_COUNTS_H
#define TAPE_NAME_COUNTS_H

#include "core/json.h"
#include "core/json_writer.h"

#include <stdbool.h>

#define TAPE_NAMES_MAX   1024 /* further names are counted together */
#define TAPE_NAMES_GUESS 64

struct tape_name {
    char *text; /* escaped as td_json_escape() does */
    size_t len;
    size_t row; /* for the user of the counts; 0 at first */
    uint64_t hash;
    uint64_t count;
    unsigned bit; /* tape_name_bit() or tape_kind_bit() */
};

/* All zeroes is valid and empty. */
struct tape_counts {
    struct tape_name *list; /* in order of first appearance */
    size_t len;
    uint16_t *slots;                  /* open addressing; index + 1 */
    uint16_t guess[TAPE_NAMES_GUESS]; /* names that came lately; index + 1 */
    uint64_t other;                   /* events of names that found no room */
    bool kinds;                       /* the names are kinds */
};

/* Free all; the counts are empty again, and count names. */
void tape_counts_release(struct tape_counts *counts);

/* Count one event; returns its bit in the bitmap of a member. */
unsigned tape_counts_add(struct tape_counts *counts, struct td_bytes name);

/* Count one event; returns its name, which stays where it is until the counts
 * are released, or NULL if it found no room.
 */
struct tape_name *tape_counts_name(struct tape_counts *counts,
                                   struct td_bytes name);

/* What an object like that of tape_counts_write() says of counts->list[i], in
 * all spellings of it.
 */
uint64_t tape_counts_said(const struct tape_counts *counts, size_t i,
                          const struct td_json_doc *doc, uint32_t object);

/* Write {"name":count,...}, names that found no room as "...". */
void tape_counts_write(const struct tape_counts *counts,
                       struct td_json_writer *w, const char *key);

#endif
