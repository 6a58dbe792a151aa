/* tape/chain.h - does a member stand where it says it stands?
 *
 * Members of a segment follow each other: each says at which offset of its
 * segment it begins, and that is where the one before it ends. A member that is
 * there twice, or was put there from another tape, does not fit in; nor does
 * the first one of another recording whose header is gone.
 */
#ifndef TAPE_CHAIN_H
#define TAPE_CHAIN_H

#include "tape/input.h"
#include "tape/member.h"

#define TAPE_CHAIN_ANY UINT64_MAX

/* A member of the segment, as far as others are held against it. */
struct tape_chain_place {
    uint64_t self;
    uint64_t end;       /* of an open one, just behind where it begins */
    uint64_t first_seq; /* 0: it has no events */
    uint64_t next_seq;  /* that comes behind it */
    uint64_t wall_ns;
    uint64_t hash; /* of all that its head says; 0: it is open */
};

struct tape_chain {
    uint64_t next; /* offset in the segment where the next member begins; not
                      known (TAPE_CHAIN_ANY) behind damage and open members */
    bool over;     /* a footer was passed: nothing goes on here */

    /* What the members so far say of their recording. */
    bool known;
    uint64_t began_first;     /* wall clock at t = 0, ns: the earliest */
    uint64_t began_last;      /* and the latest, for clocks are set */
    uint64_t last_ns;         /* t of the last event */
    struct tape_member first; /* the first one with events; count 0: none */

    /* The members from the first one on, in order; the first 65,536. */
    struct tape_chain_place *places;
    size_t places_len;
    uint64_t looked; /* heads looked at ahead; less for each member since */
};

/* Nothing is known of what comes. */
void tape_chain_forget(struct tape_chain *chain);
void tape_chain_release(struct tape_chain *chain);

/* True if the closed member *m at offset `at` of the file belongs to another
 * place: further members go on where the chain stops, or it takes up the
 * numbers of the chain from an offset that nothing else leads to. `expect` is
 * the sequence number that comes next (0 = not known). A gap is none of this:
 * there members are missing.
 */
bool tape_chain_strays(struct tape_chain *chain, struct tape_input *in,
                       uint64_t at, const struct tape_member *m,
                       uint64_t expect);

/* True if *m, a member of data that may be open, is of another recording than
 * those before it, which begins here without its header: that recording was
 * over, or its places, numbers or times go back and nothing behind *m goes on
 * with it, and it is known to be another one: by when it began, or because it
 * is none of those before and there is no room for it between them.
 */
bool tape_chain_begins(struct tape_chain *chain, struct tape_input *in,
                       uint64_t at, const struct tape_member *m,
                       uint64_t expect);

/* The open member *m was in its place. */
void tape_chain_add_open(struct tape_chain *chain, const struct tape_member *m);

/* *m was in its place, or begins the segment. */
void tape_chain_add(struct tape_chain *chain, const struct tape_member *m);

#endif
