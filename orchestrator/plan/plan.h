/* orchestrator/plan/plan.h - a plan: tasks, what they need, and how they run.
 *
 * A plan is a YAML or JSON document (docs/plan.md). Here it is in memory,
 * checked: every reference is an index, every default is filled in, nothing is
 * wrong in itself. Nothing here runs anything or looks at the workspace.
 *
 * Tasks keep the order of the file. Everything belongs to the plan's arena and
 * lives until plan_release().
 */
#ifndef ORCHESTRATOR_PLAN_PLAN_H
#define ORCHESTRATOR_PLAN_PLAN_H

#include "core/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLAN_TASKS_MAX    100000
#define PLAN_EDGES_MAX    1000000
#define PLAN_POOLS_MAX    256
#define PLAN_WORDS_MAX    4096 /* of one list: a command, inputs, outputs, env */
#define PLAN_ID_MAX       100  /* bytes */
#define PLAN_PATH_MAX     1024 /* bytes of an input, an output or a dir */
#define PLAN_ATTEMPTS_MAX 5
#define PLAN_NO_POOL      UINT32_MAX
#define PLAN_NO_LIMIT     UINT64_MAX
#define PLAN_TASK_NAME    24 /* bytes for "task_4294967295" and its NUL */

enum plan_provider {
    PLAN_SHELL,
    PLAN_COMMAND,
    PLAN_OPENAI,
    PLAN_REPLAY,
    PLAN_BLUEPRINT,
};

/* When a task may start, seen from those it depends on. */
enum plan_when { PLAN_ON_SUCCESS, PLAN_ALWAYS, PLAN_ON_FAILURE };

/* Why an attempt failed; what `retry.on` names. The words are those that the
 * event "error" has as error_type. */
enum plan_fault {
    PLAN_EXIT_STATUS,
    PLAN_SIGNAL,
    PLAN_TIMEOUT,
    PLAN_RATE_LIMITED,
    PLAN_SERVER_ERROR,
    PLAN_DISCONNECTED,
    PLAN_MALFORMED,
    /* From here on never tried again, unless `on` names it. */
    PLAN_OUTPUT_MISSING,
    PLAN_NOT_FOUND,
    PLAN_BAD_REQUEST,
    PLAN_REFUSED,
    PLAN_NOT_RECORDED,
    PLAN_BUDGET,
    PLAN_DEPENDENCY, /* "dependency_error": it was skipped */
    PLAN_CANCELLED,
    PLAN_EXPIRED,        /* "approval_expired" */
    PLAN_INFRASTRUCTURE, /* "infrastructure_error": spawn, disk, lock */
    PLAN_FAULTS
};

/* A list of texts; NULL behind the last, so that it can be an argv. */
struct plan_words {
    const char **list;
    uint32_t count;
};

struct plan_pool {
    const char *name;
    uint32_t slots;
};

#define PLAN_WARN     75
#define PLAN_CRITICAL 90

enum plan_limit { PLAN_STOPS, PLAN_PAUSES, PLAN_WARNS };

struct plan_budget {
    uint64_t tokens;    /* PLAN_NO_LIMIT: none */
    double cost_usd;    /* < 0: none */
    uint64_t wall_ns;   /* PLAN_NO_LIMIT: none */
    enum plan_limit on; /* what follows at 100 % */
    unsigned warn;      /* percent that are told, too; 0: PLAN_WARN */
    unsigned critical;  /* 0: PLAN_CRITICAL; less than warn is warn */
};

static inline unsigned plan_budget_warn(const struct plan_budget *b)
{
    return b->warn ? b->warn : PLAN_WARN;
}

static inline unsigned plan_budget_critical(const struct plan_budget *b)
{
    unsigned critical = b->critical ? b->critical : PLAN_CRITICAL;

    return critical < plan_budget_warn(b) ? plan_budget_warn(b) : critical;
}

/* Nanoseconds; 0: none. */
struct plan_timeouts {
    uint64_t queue;     /* from ready to running */
    uint64_t run;       /* one attempt */
    uint64_t total;     /* from the first start, attempts and waits included */
    uint64_t heartbeat; /* without a byte of output or a report */
};

struct plan_retry {
    uint32_t attempts;   /* 1: never again */
    uint64_t backoff_ns; /* before the second attempt; doubles, to 60 s */
    const uint8_t *exit; /* only these exit statuses; NULL: any but 0 */
    uint32_t exit_count;
    uint32_t on; /* 1 << enum plan_fault for each class that is tried again */
};

/* 0: none. */
struct plan_limits {
    uint64_t cpu_ns;
    uint64_t memory; /* bytes of address space */
    uint64_t files;
    uint64_t procs;
};

struct plan_approval {
    const char *ask;     /* NULL: none is needed */
    uint64_t expires_ns; /* 0: waits for ever */
};

/* Where something was written. */
struct plan_mark {
    uint32_t line;
    uint32_t column;
};

struct plan_task {
    uint32_t place; /* from 1: on the wire it is task_00N (plan_task_name()) */
    const char *id;
    const char *name; /* id, if the plan has none */
    uint32_t
        phase; /* 0 discovery, analysis, planning, execution, 4 validation */
    struct plan_mark where;
    struct plan_mark outputs_where;

    const uint32_t *depends_on; /* indices into plan.tasks, in file order */
    uint32_t depends_count;
    const uint32_t *dependants; /* who depends on it, in file order */
    uint32_t dependants_count;
    enum plan_when when;
    uint32_t depth; /* from 1: its wave, 1 + the deepest it depends on */

    enum plan_provider provider;
    struct plan_words run; /* argv; of a text {"sh", "-euc", TEXT} */
    bool shell;            /* run was a text */
    const char *dir;       /* in the workspace; "." */
    const char *with;      /* JSON text of an object; "{}" */
    struct plan_words env; /* NAME or NAME=value; beside PATH HOME LANG TZ */
    struct plan_words inputs;
    struct plan_words outputs;
    bool isolate;
    bool cache;

    struct plan_timeouts timeout;
    struct plan_retry retry;
    uint32_t pool; /* index into plan.pools, or PLAN_NO_POOL */
    uint32_t weight;
    struct plan_limits limits;
    struct plan_approval approval;
    bool soft_fail;
    uint64_t grace_ns;    /* SIGTERM to SIGKILL */
    uint64_t log_max;     /* bytes kept of its output: both ends */
    uint64_t estimate_ns; /* as written; 0: none */
    struct plan_words subtasks;
};

struct plan {
    struct td_arena arena;
    const char *file; /* as it was given; errors call it so */
    const char *name;
    bool own_workspace; /* `workspace: new`: one folder an execution */
    struct plan_budget budget;
    struct plan_pool *pools;
    uint32_t pool_count;
    struct plan_task *tasks;
    uint32_t task_count;
    uint32_t waves;      /* the deepest task's depth; 0 without tasks */
    const uint32_t *ids; /* of plan_find(): a hash table of tasks, from 1 */
    uint32_t ids_size;   /* a power of two */
};

/* Frees everything; *plan is all zeroes. */
void plan_release(struct plan *plan);

/* The index of the task with that id, or of that name on the wire (task_003);
 * UINT32_MAX: none. */
uint32_t plan_find(const struct plan *plan, struct td_bytes id);

/* The tasks, the least deep first, in file order within; and where each depth
 * ends in them: depth n is from ends[n - 1] to ends[n], ends[0] is 0. Both are
 * to be freed; ends may be NULL. */
uint32_t *plan_by_depth(const struct plan *plan, uint32_t **ends);

/* What an id of a task may be: [a-z][a-z0-9_]*, at most so long. */
bool plan_is_id(const char *id);

/* "task_003" of place 3; at least three digits. */
const char *plan_task_name(char out[PLAN_TASK_NAME], uint32_t place);

/* The word of a class: "exit_status", and back; PLAN_FAULTS: no such word. */
const char *plan_fault_word(enum plan_fault fault);
enum plan_fault plan_fault_of(struct td_bytes word);

/* What the plan calls them: "shell", "success". */
const char *plan_provider_word(enum plan_provider provider);
const char *plan_when_word(enum plan_when when);

#endif
