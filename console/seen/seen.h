/* console/seen/seen.h - an execution as far as its events have told.
 *
 * A fold over the events that consoles hear, the same live and from a tape: it
 * asks nobody anything. All three spellings of the events are read
 * (fixtures/contracts/execution.contract.yaml, dialects), and the extras
 * task_started, wave_started, approval_request, approval_answered,
 * retry_scheduled, budget_warning, context_update, phase_started,
 * phase_completed, test_started, test_result, log_message, and of older
 * senders pipeline_update and snapshot_created, where they come.
 *
 * Times are wall-clock nanoseconds of the events. Texts are as they came: they
 * are cleaned when they are shown (console/text).
 */
#ifndef CONSOLE_SEEN_SEEN_H
#define CONSOLE_SEEN_SEEN_H

#include "core/event.h"
#include "core/json.h"

#include <stdbool.h>

#define SEEN_PHASES        16
#define SEEN_TASKS_MAX     100000
#define SEEN_ARTIFACTS_MAX 100000
#define SEEN_WAVES_MAX     100000
#define SEEN_LOGS          10000 /* lines, if nothing else is said */
#define SEEN_LOGS_MAX      1000000
#define SEEN_MODELS        64 /* and what further ones use counts as "" */
#define SEEN_ALERTS        64 /* the first ones */
#define SEEN_NONE          UINT32_MAX

enum seen_state {
    SEEN_WAITING,
    SEEN_READY, /* launched, and all workers are taken: it is the next */
    SEEN_RUNNING,
    SEEN_RETRYING, /* failed, and comes again */
    SEEN_ASKING,   /* an approval is waited for */
    SEEN_COMPLETED,
    SEEN_FAILED,
    SEEN_STATES,
};

struct seen_task {
    char *id;
    char *name; /* "" until it was told */
    char *provider;
    char *error;      /* the last; or NULL */
    char *error_type; /* of it */
    char *batch;      /* of the approval that is waited for */
    char *ask;        /* what is asked there; or NULL */
    char *alias;      /* its id in the plan; or NULL */
    uint32_t *needs;  /* places of tasks that come before it */
    uint32_t need_count;
    uint32_t depth;  /* its wave, from 1, by what it needs; 0: not told */
    double usual_ms; /* what it took before; 0: not known */
    enum seen_state state;
    uint32_t phase;
    uint32_t attempt; /* from 1; 0: none was told */
    uint32_t attempts_max;
    uint32_t attempts_told; /* by the plan; 0: only errors tell */
    uint32_t errors;
    uint64_t began_ns; /* of the attempt; 0: not told */
    uint64_t again_ns; /* when it comes again; 0: not told */
    uint64_t ended_ns; /* 0: it goes on, or waits */
    double took_ms;    /* of what has ended; < 0: not told */
    uint64_t tokens;   /* of all attempts */
    double cost;
    uint32_t model;          /* its place in the list, of 1; 0: not told */
    bool listed;             /* it is among those that are ready, or was */
    uint32_t next_ready;     /* the one behind it there, of 1; 0: none */
    uint64_t attempt_tokens; /* of the attempt that runs */
    uint64_t attempt_in, attempt_out;
    double attempt_cost;
};

/* What a model has used. */
struct seen_model {
    char *name; /* "" of what was told without one */
    uint64_t tokens;
    uint64_t in, out; /* of them, where both were told apart */
    double cost;
    bool priced;     /* its cost was told */
    double price_in; /* US dollars for a million tokens; < 0: not told */
    double price_out;
};

/* What tokens were used for: of which phase the task is, and of its first
 * attempt or of a further one. */
enum seen_operation {
    SEEN_SPEC, /* discovery and analysis */
    SEEN_PLANNING,
    SEEN_CODE,   /* execution, the first attempt */
    SEEN_REPAIR, /* execution, the others */
    SEEN_OTHER,
    SEEN_OPERATIONS,
};

/* A budget that was told to be used up so far. */
struct seen_alert {
    uint64_t wall_ns;
    unsigned percent;
    bool cost;
    bool wall;
    uint64_t tokens; /* used by then */
    double dollars;
    uint32_t task; /* that used them; or SEEN_NONE */
};

struct seen_phase {
    char *name;
    uint32_t tasks;
    uint32_t ended;
    uint32_t bad; /* of those that ended: failed or skipped */
    bool began;   /* a task of it has started */
};

struct seen_wave {
    uint32_t number;
    uint32_t tasks;
    uint32_t good;
    bool began;
    bool ended;
    double took_ms;
};

struct seen_artifact {
    char *path;
    char *type;
    char *sha256;  /* or NULL */
    char *mode;    /* "644"; or NULL */
    uint32_t task; /* or SEEN_NONE */
    uint64_t size;
};

enum seen_level { SEEN_DEBUG, SEEN_INFO, SEEN_WARN, SEEN_ERROR };

struct seen_log {
    uint64_t wall_ns;
    enum seen_level level;
    uint32_t task; /* or SEEN_NONE */
    bool gate;     /* it is of a gate, not of the run, and */
    bool begins;   /* not of its end */
    char *text;
    size_t room; /* bytes that text has */
};

struct seen {
    char *execution; /* its id; "" before the first event */
    char *plan;      /* its name; or "" */
    char *status;    /* of its end; "" before, or not told */
    uint64_t seq;    /* the last that was told; 0: none was */
    uint64_t sub;    /* the last extra behind it; 0: none was */
    bool again;      /* who tells it is asked for what is missing, and may tell
                        once more what was heard; seen_clear() leaves it */
    uint64_t events;
    uint64_t odd; /* events that could not be read */
    uint64_t began_ns;
    uint64_t last_ns; /* of the newest event */
    bool gates; /* it is no execution but a run of gates; these are its tasks */
    bool ended;
    bool judging;   /* its validate phase was told to begin, not to end */
    double took_ms; /* of all, when it has ended; < 0: not told */

    uint32_t total;              /* tasks that were announced */
    uint32_t waves_total;        /* 0: not told */
    uint32_t artifacts_expected; /* 0: not told */
    uint32_t completed, failed, skipped, retries, errors;
    uint32_t cached;              /* of those completed, told at the end */
    uint32_t counts[SEEN_STATES]; /* of the tasks in the list */
    uint64_t tokens, tokens_max;  /* max 0: no budget was told */
    double cost, cost_max;
    bool cost_known;
    bool cost_partly; /* a model has used tokens, and its cost was not told: the
                         cost is more */
    bool pauses;      /* at the end of a budget; else it stops, or */
    bool warns;       /* goes on */
    uint32_t last_used; /* the task that has used tokens last, of 1 */
    uint64_t operations[SEEN_OPERATIONS]; /* tokens */
    double wall_max_ms;                   /* 0: no budget of time was told */
    bool known;                           /* what tasks need was told */
    uint32_t workers;                     /* 0: not told */
    uint32_t ready_first, ready_last;     /* places of those that are ready, of
                                             1, as they were launched; 0: none */
    unsigned warned_tokens, warned_cost;  /* percent of the last warning */

    struct seen_task *tasks;
    uint32_t task_count;
    struct seen_phase phases[SEEN_PHASES];
    struct seen_wave *waves;
    uint32_t wave_count;
    struct seen_artifact *artifacts;
    uint32_t artifact_count;
    uint64_t artifact_bytes;
    struct seen_model *models;
    uint32_t model_count;
    struct seen_alert *alerts;
    uint32_t alert_count;
    struct seen_log *logs; /* a ring */
    uint32_t logs_max;     /* lines that it has room for; the oldest go */
    uint32_t log_first, log_count;
    uint64_t logs_dropped;

    struct seen_index *index;         /* of tasks by id */
    struct seen_index *aliases;       /* the same by their ids in the plan */
    struct td_buf created;            /* of a journal, before its first event */
    struct td_json_doc *doc;          /* of the event that is read */
    struct seen_envelopes *envelopes; /* of those before; NULL: none was */
};

/* What an event has said. */
enum seen_kind {
    SEEN_NOTHING, /* what is not known, or was known already */
    SEEN_BEGAN,
    SEEN_TASK_BEGAN, /* task */
    SEEN_TASK_ENDED, /* task: its state says how */
    SEEN_TASK_ERROR, /* task: an attempt failed; its state says what follows */
    SEEN_ARTIFACT,   /* artifact */
    SEEN_WAVE_BEGAN, /* wave */
    SEEN_WAVE_ENDED, /* wave */
    SEEN_ASKED,      /* task */
    SEEN_ANSWERED,   /* task */
    SEEN_WARNED,     /* alert */
    SEEN_PHASE,      /* phase: it begins, or verdict is what it came to */
    SEEN_USED,       /* task: what it used, or when it comes again */
    SEEN_LOGGED,
    SEEN_ENDED,
};

struct seen_fact {
    enum seen_kind kind;
    uint32_t task, artifact, wave; /* places in the lists */
    struct seen_alert alert;       /* of a warning */
    uint32_t phase;
    bool began;
    bool good;
};

/* Empty, and ready for the first event. */
struct seen *seen_new(void);
/* Of the log the last so many lines are kept, 1 to SEEN_LOGS_MAX. Before the
 * first event. */
void seen_keep_logs(struct seen *s, uint32_t lines);
void seen_free(struct seen *s);
/* The same, apart. */
struct seen *seen_copy(const struct seen *s);
/* About how much memory a copy takes. */
size_t seen_bytes(const struct seen *s);
/* As after seen_new(). */
void seen_clear(struct seen *s);

/* One event: an envelope {"type", "timestamp", "data"}, by itself or as the
 * argument of a Socket.IO event: ["name", envelope]. What is no envelope is
 * counted in `odd`. A second execution_started begins anew, but for the same
 * one of who may tell it again. An event whose place, seq and sub, is not
 * behind the last is SEEN_NOTHING. */
struct seen_fact seen_put(struct seen *s, struct td_bytes event);

/* A line of a journal that is no event of an execution: its name ("launch") and
 * what it says. Most are SEEN_NOTHING. */
struct seen_fact seen_put_line(struct seen *s, struct td_bytes name,
                               struct td_bytes json);

/* The name is one of an event that `validate --gates --tape` records. */
bool seen_is_gate(struct td_bytes name);

/* Such an event: each gate is a task, its kind the provider, what it wrote its
 * lines of the log. */
struct seen_fact seen_put_gate(struct seen *s, struct td_bytes name,
                               struct td_bytes json, uint64_t wall_ns);

/* What a plan says of its tasks: an object with "tasks", as `plan tasks` of a
 * server answers it, or a plan itself. */
void seen_put_plan(struct seen *s, const struct td_json_doc *doc, uint32_t at);

/* Lines of the log that have come, also those that are gone. */
static inline uint64_t seen_logged(const struct seen *s)
{
    return s->logs_dropped + s->log_count;
}

/* The place of a task, by its id on the wire or in the plan; or SEEN_NONE. */
uint32_t seen_find_task(const struct seen *s, struct td_bytes id);

/* What people call it: its id in the plan, or on the wire while that was not
 * told. Commands take both. */
static inline const char *seen_task_id(const struct seen_task *task)
{
    return task->alias ? task->alias : task->id;
}

/* It ended without having run. */
bool seen_was_skipped(const struct seen_task *task);

/* All of it came to a good end, as far as that was told. */
bool seen_is_good(const struct seen *s);

static inline bool seen_is_final(enum seen_state state)
{
    return state >= SEEN_COMPLETED;
}

/* Ended tasks in thousandths of all, down; 1000 only when it has completed. */
unsigned seen_progress(const struct seen *s);

#endif
