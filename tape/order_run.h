/* tape/order_run.h - stretches of a file, and which of them follows which.
 *
 * A run is a stretch of members that follow each other in the file as they do
 * in their recording. Of a file that nobody has moved anything in, each
 * recording is one. Where a run ends, in bytes and in numbers of events,
 * another one begins; several that do are told apart by what time it was when
 * their recording began, as each member says.
 */
#ifndef TAPE_ORDER_RUN_H
#define TAPE_ORDER_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TAPE_RUN_NONE SIZE_MAX

struct tape_run {
    uint64_t offset; /* in the file */
    uint64_t length;
    uint64_t self; /* in the recording; UINT64_MAX: no member that says it */
    uint64_t end;
    uint64_t first;       /* number of its first event, or 0: it has none */
    uint64_t expect;      /* and of the one behind its last; 0: not known */
    uint64_t began;       /* wall clock at t = 0, says its first member, ns */
    uint64_t ended_began; /* and its last one */
    uint64_t members;
    uint64_t events;
    size_t segment; /* headers up to its first member; 0: there is none yet */
    bool header;    /* it begins with one */
    bool bare;      /* it stands where a recording may begin without one */
    bool ends;      /* it has the end line */
    bool taken;     /* something leads to it */
    size_t next;    /* the run that is to be read behind it, or NONE */
};

/* Did the recordings of both begin at one time? The clock of one may have been
 * set, or a member have waited for its first event, so that a no is not sure.
 */
bool tape_run_near(uint64_t began, uint64_t other);

/* order[0 .. len - 1]: numbers of the runs in the order in which they are to be
 * read, each of them once. runs[] is in the order of the file.
 */
void tape_runs_order(struct tape_run *runs, size_t len, size_t *order);

/* moved[i]: is order[i] one of those that must be moved? As few members as can
 * be are, and of equally many members those with fewer events.
 */
void tape_runs_moved(const struct tape_run *runs, const size_t *order,
                     size_t len, bool *moved);

#endif
