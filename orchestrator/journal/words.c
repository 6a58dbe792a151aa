/* Which line each event of an execution is. */
#include "orchestrator/journal/journal_internal.h"

#include <stddef.h>

#define ATTEMPT (JOURNAL_TASK | JOURNAL_ATTEMPT)

/* "ended" is of two kinds: with a fault it has failed. */
const struct journal_word journal_words[] = {
    {SCHED_ASK, "asked", JOURNAL_TASK | JOURNAL_UNTIL},
    {SCHED_LAUNCH, "launch", ATTEMPT},
    {SCHED_STOP, "stop", JOURNAL_TASK | JOURNAL_FAULT},
    {SCHED_WAIT, "backoff", JOURNAL_TASK | JOURNAL_UNTIL},
    {SCHED_FAIL, "failed", JOURNAL_TASK | JOURNAL_FAULT},
    {SCHED_SKIP, "skipped", JOURNAL_TASK | JOURNAL_CAUSE | JOURNAL_FAULT},
    {SCHED_DROP, "cancelled", JOURNAL_TASK},
    {SCHED_WAVE_BEGIN, "wave_started", JOURNAL_WAVE},
    {SCHED_WAVE_END, "wave_ended", JOURNAL_WAVE},
    {SCHED_WARN, "budget_warning", JOURNAL_BUDGET},
    {SCHED_HALT, "budget_reached", JOURNAL_BUDGET},
    {SCHED_FINISH, "finished", 0},
    {SCHED_CACHED_NOW, "cached", JOURNAL_TASK},
    {SCHED_ENDED, "ended", ATTEMPT | JOURNAL_STATUS},
    {SCHED_DONE, "completed", JOURNAL_TASK},
    {SCHED_FAULT, "fault",
     ATTEMPT | JOURNAL_STATUS | JOURNAL_FAULT | JOURNAL_AFTER},
    {SCHED_SETTLED, "settled", ATTEMPT},
    {SCHED_APPROVE, "approved", JOURNAL_TASK},
    {SCHED_REFUSE, "refused", JOURNAL_TASK},
    {SCHED_USAGE, "usage", ATTEMPT | JOURNAL_USED},
    {SCHED_PAUSE, "pause", 0},
    {SCHED_GO_ON, "go_on", 0},
    {SCHED_CANCEL, "cancel", 0},
    {SCHED_CANCEL_TASK, "cancel_task", JOURNAL_TASK},
    {SCHED_LOOK, NULL, 0},
};

const char *const journal_budgets[] = {
    [SCHED_TOKENS] = "tokens", [SCHED_COST] = "cost", [SCHED_WALL] = "wall"};
