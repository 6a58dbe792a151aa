/* tape/chain.h - does a member stand where it says it stands?
 *
 * Members of a segment follow each other: each says at which offset of its
 * segment it begins, and that is where the one before it ends. A member that is
 * there twice, or was put there from another tape, does not fit in.
 */
#ifndef TAPE_CHAIN_H
#define TAPE_CHAIN_H

#include "tape/input.h"
#include "tape/member.h"

#define TAPE_CHAIN_ANY UINT64_MAX

struct tape_chain {
    uint64_t next; /* offset in the segment where the next member begins; not
                      known (TAPE_CHAIN_ANY) behind damage and open members */
};

/* True if the closed member *m at offset `at` of the file belongs to another
 * place: further members go on where the chain stops, or it takes up the
 * numbers of the chain from an offset that nothing else leads to. `expect` is
 * the sequence number that comes next (0 = not known). A gap is none of this:
 * there members are missing.
 */
bool tape_chain_strays(const struct tape_chain *chain, struct tape_input *in,
                       uint64_t at, const struct tape_member *m,
                       uint64_t expect);

/* *m was in its place. */
static inline void tape_chain_add(struct tape_chain *chain,
                                  const struct tape_member *m)
{
    chain->next = m->self + m->length;
}

#endif
