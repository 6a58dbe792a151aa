/* orchestrator/keeper/ledger.h - keeper.log as the keeper writes it.
 *
 * Lines are collected and written by one write(2). A write that fails is
 * undone, and the same lines are tried again. What is written outlives every
 * process; for a power cut it is synced too, at once or, while somebody is told
 * who has a journal of his own, within KEEP_SYNC_NS.
 */
#ifndef ORCHESTRATOR_KEEPER_LEDGER_H
#define ORCHESTRATOR_KEEPER_LEDGER_H

#include "core/buf.h"
#include "core/clock.h"
#include "orchestrator/keeper/keeper.h"

#define KEEP_SYNC_NS TD_NS_PER_S

struct keep_ledger {
    int fd; /* -1: not open */
    struct td_buf lines;
    bool must_sync;   /* an end was written, or is to be, and is not synced */
    uint64_t sync_at; /* when it is to be at the latest; TD_NEVER */
};

/* Open or make keeper.log in the folder behind `dir`, end a torn line, write
 * who keeps. TD_IO. */
TD_MUST_CHECK enum td_code keep_ledger_open(struct keep_ledger *ledger, int dir,
                                            const char *boot, uint64_t start,
                                            struct td_error *err);

/* Lines for the next flush. */
void keep_ledger_spawned(struct keep_ledger *ledger, const char *id,
                         int64_t pid, uint64_t start);
void keep_ledger_ended(struct keep_ledger *ledger, const char *id, int status);
void keep_ledger_failed(struct keep_ledger *ledger, const char *id,
                        const struct td_error *why);

/* Write what was collected. now: monotonic; what must be synced is if that time
 * has come. TD_IO: nothing of it is written, or what was is not synced. */
TD_MUST_CHECK enum td_code keep_ledger_flush(struct keep_ledger *ledger,
                                             uint64_t now,
                                             struct td_error *err);

/* Ends of this moment are to be synced within KEEP_SYNC_NS; lazily false: at
 * once, those from before too. */
void keep_ledger_pace(struct keep_ledger *ledger, bool lazily, uint64_t now);

/* Read such bytes; what keep_recall() does of a file. */
void keep_ledger_read(struct td_bytes text,
                      void (*each)(void *ctx, const struct keep_record *),
                      void *ctx);

#endif
