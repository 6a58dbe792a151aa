/* orchestrator/keeper/hold.h - one job in the keeper's hands.
 *
 *     KEEP_RUNS -> its process ended -> KEEP_CLEARS (what it left behind is
 *     ended: SIGTERM, grace, SIGKILL) -> nothing is left -> KEEP_GONE
 *
 * Its process stays unreaped until nothing is left, so that its number, which
 * is its group's, cannot be given to another.
 */
#ifndef ORCHESTRATOR_KEEPER_HOLD_H
#define ORCHESTRATOR_KEEPER_HOLD_H

#include "core/buf.h"
#include "orchestrator/keeper/joblog.h"
#include "orchestrator/keeper/spawn.h"

enum keep_state { KEEP_RUNS, KEEP_CLEARS, KEEP_GONE };

struct keep_pump {
    int fd; /* -1: closed */
    bool relay;
    struct td_buf kept; /* of a relayed one: what was not taken yet */
    size_t sent;        /* of kept, to this client */
};

struct keep_hold {
    char id[KEEP_ID_MAX + 1];
    enum keep_state state;
    struct keep_child child;  /* its descriptors are in the fields below */
    struct keep_pump pump[2]; /* of KEEP_OUT, KEEP_ERR */
    int in_fd;
    struct td_buf in; /* stdin that the job has not read */
    bool in_open;
    uint64_t fed; /* bytes gone from `in` since that was told */
    struct keep_joblog *log;
    uint32_t weight;
    uint64_t began_ns;
    uint64_t grace_ns;
    uint64_t kill_at; /* TD_NEVER: not yet */
    uint64_t look_at; /* when to look for what is left */
    uint64_t look_ns; /* between two looks */
    bool asked;       /* what is left had its SIGTERM */
    bool noted;       /* its end is with the ledger */
    bool kept;        /* and written */
    struct keep_end end;
    uint64_t beat_at;
    uint64_t beat_told;
};

/* Start it, of the execution whose folder has that tag. TD_IO: it did not. */
TD_MUST_CHECK enum td_code keep_hold_start(struct keep_hold **out,
                                           const struct keep_job *job,
                                           const char *tag,
                                           struct td_error *err);
void keep_hold_free(struct keep_hold *hold);

/* More stdin; last: there is no more behind it. */
void keep_hold_feed(struct keep_hold *hold, struct td_bytes bytes, bool last);

/* Give it stdin, as much as it takes. */
void keep_hold_write(struct keep_hold *hold);

/* Whether a stream can be read: there is room for what comes. */
bool keep_pump_wants(const struct keep_pump *pump);

/* Read one stream once. */
void keep_hold_read(struct keep_hold *hold, enum keep_stream stream);

/* The client has taken so many bytes. */
void keep_pump_taken(struct keep_pump *pump, uint64_t bytes);

/* Signal it; it is looked after by keep_hold_step(). */
void keep_hold_stop(struct keep_hold *hold, uint64_t grace_ns, uint64_t now);

/* See whether its process has ended. */
void keep_hold_look(struct keep_hold *hold, uint64_t now);

/* How the other processes of the keeper are known. */
struct keep_family {
    bool (*is_main)(const void *ctx, pid_t pid); /* the process of some job */
    const void *ctx;
    const char *tag; /* of the execution's folder */
    bool alone;      /* no other job runs: all that is left is this one's */
};

/* Do what is due: SIGKILL, and look for what is left. */
void keep_hold_step(struct keep_hold *hold, const struct keep_family *family,
                    uint64_t now);

/* When there is something to do next; TD_NEVER. */
uint64_t keep_hold_due(const struct keep_hold *hold);

/* It is gone, and all its output is read, and taken if relayed. */
bool keep_hold_is_dry(const struct keep_hold *hold);

#endif
