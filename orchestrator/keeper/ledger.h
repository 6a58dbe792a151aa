/* orchestrator/keeper/ledger.h - keeper.log as the keeper writes it.
 *
 * Lines are collected and written by one write(2) and one fdatasync(2). A write
 * that fails is undone, and the same lines are tried again.
 */
#ifndef ORCHESTRATOR_KEEPER_LEDGER_H
#define ORCHESTRATOR_KEEPER_LEDGER_H

#include "core/buf.h"
#include "orchestrator/keeper/keeper.h"

struct keep_ledger {
    int fd; /* -1: not open */
    struct td_buf lines;
    bool must_sync; /* something in lines is told afterwards */
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

/* Write what was collected. TD_IO: nothing of it is written. */
TD_MUST_CHECK enum td_code keep_ledger_flush(struct keep_ledger *ledger,
                                             struct td_error *err);

/* What was not flushed is lost. */
void keep_ledger_close(struct keep_ledger *ledger);

/* Read such bytes; what keep_recall() does of a file. */
void keep_ledger_read(struct td_bytes text,
                      void (*each)(void *ctx, const struct keep_record *),
                      void *ctx);

#endif
