/* orchestrator/run/exec_internal.h - an execution, for its parts. */
#ifndef ORCHESTRATOR_RUN_EXEC_INTERNAL_H
#define ORCHESTRATOR_RUN_EXEC_INTERNAL_H

#include "orchestrator/journal/fold.h"
#include "orchestrator/keeper/keeper.h"
#include "orchestrator/provider/config.h"
#include "orchestrator/provider/processes.h"
#include "orchestrator/run/exec.h"
#include "orchestrator/run/folder.h"
#include "orchestrator/run/judge.h"
#include "orchestrator/run/tally.h"
#include "orchestrator/work/isolate.h"
#include "orchestrator/work/store.h"

#define RUN_BLUEPRINT_VERSION "1"
#define RUN_JOB_ID            64 /* bytes of "x7/1/2" and its NUL */

/* A task under way. */
#define RUN_TEXT 256 /* of a failure */

struct run_task {
    struct run_exec *x;
    struct prov_run *running; /* NULL: no attempt is */
    char id[RUN_JOB_ID];      /* of the attempt */
    struct prov_job job;
    char *dir;
    char *log;
    struct td_arena arena;  /* env of the attempt */
    struct work_room *room; /* of an isolated one */
    struct work_files inputs;
    struct work_key key;
    bool known; /* inputs and key are those of this moment */
    struct work_files outputs;
    bool have_outputs;
    uint64_t began_ns;        /* the attempt */
    bool queued;              /* it waits for others to end (run/ahead.c) */
    bool begun;               /* the journal has its process */
    enum plan_fault stop;     /* why it was told to end */
    uint64_t grace_ns;        /* then; or RUN_GRACE */
    struct sched_event fault; /* the last */
    uint32_t faults;
    char text[RUN_TEXT]; /* of the last failure */
    char from[16];       /* the execution it is unchanged since */
};

/* Something to be done once the journal has it. */
struct run_step {
    struct sched_event event;
    bool decided; /* by the scheduler: to be done, not only told */
    struct run_news news;
    char *text; /* of news */
};

struct run_exec {
    struct wire_net *net;
    struct run_options options;
    struct run_events events;
    void *ctx;
    struct plan plan;
    char *id;
    char *root; /* the plan's folder; absolute */
    char *state;
    char *folder;
    char *path; /* of the journal */
    int lock;   /* a descriptor, or -1 */
    struct work_place *place;
    struct td_arena arena;
    char **plain_env; /* of tasks that name no variable; NULL: not made yet */
    struct sched *sched;
    struct journal *journal;
    struct run_tally tally;
    struct run_task *tasks;
    struct provider providers[RUN_PROVIDERS];
    struct prov_processes *processes; /* NULL: no keeper */
    struct prov_config config;
    struct run_hearing *hearing; /* NULL: it has not begun (run/hear.c) */
    struct run_judge *judge;     /* NULL: there is no validate phase */
    struct run_phase *phase;     /* of it, what the gates need; or NULL */
    uint32_t judgings;           /* validation_started in the journal, */
    uint32_t gates_told;         /* lines of gates since the last of them, */
    bool judged;                 /* and it is over */
    bool adopts; /* its keeper has lived on: attempts may go on */
    struct wire_timer timer;
    struct run_step *steps;
    size_t step_count;
    uint64_t *usual;
    uint32_t ahead;                   /* sched_options.ahead */
    uint32_t queued;                  /* tasks that are */
    bool answers;                     /* of other processes are looked for */
    int outside;                      /* an inotify descriptor, */
    struct wire_watch *outside_watch; /* while there is this; else */
    struct wire_timer outside_poll;   /* it is looked now and then */
    bool *taken;            /* of each task, by a retry: it ended well there */
    char from[RUN_ID_SIZE]; /* the execution that it retries */
    char home[RUN_ID_SIZE]; /* whose own workspace it is, of a retry; "" */
    bool turning;
    bool over; /* finished was told */
    bool resumed;
    bool peeks;               /* only the beginning of its journal is read */
    struct journal_mark mark; /* of a resume, as what follows */
    struct journal_found found;
    bool ended; /* it is whole: there is nothing to be resumed */
    uint32_t waves_ended;
    char boot[KEEP_BOOT_LEN + 1]; /* that it was created in */
};

/* Parts of run_create() and run_resume(): open the workspace; the names that an
 * id makes; the machine, when the plan is there. After an error run_close(). */
TD_MUST_CHECK enum td_code run_new(struct run_exec **out, struct wire_net *net,
                                   const char *root,
                                   const struct run_options *options,
                                   struct td_error *err);
void run_name(struct run_exec *x, const char *id);
TD_MUST_CHECK enum td_code run_fold(struct run_exec *x, const char *id,
                                    struct td_error *err);
TD_MUST_CHECK enum td_code run_begin(struct run_exec *x, struct td_error *err);
TD_MUST_CHECK enum td_code run_open_place(struct run_exec *x,
                                          struct td_error *err);
/* Who hears all that is told, if it is to be judged; after a resume at the end
 * (run/validate.c). */
TD_MUST_CHECK enum td_code run_judge(struct run_exec *x, struct td_error *err);
TD_MUST_CHECK enum td_code run_lock(struct run_exec *x, struct td_error *err);
TD_MUST_CHECK enum td_code run_prepare(struct run_exec *x,
                                       struct td_error *err);

/* *out = x, or with a code the end of x; returns the code. */
enum td_code run_opened(struct run_exec **out, struct run_exec *x,
                        enum td_code code);

/* The keeper of a fresh execution, before there are threads; the one that is
 * found, or after what it left behind has been ended, a fresh one. Codes of
 * keep_start(), keep_attach() and keep_settle(). */
TD_MUST_CHECK enum td_code run_crew_start(struct run_exec *x,
                                          struct td_error *err);
TD_MUST_CHECK enum td_code run_crew_find(struct run_exec *x,
                                         struct td_error *err);
/* A provider of each kind that is to be had so far, and no task that its own
 * refuses: before there is a keeper those of processes are left out, whose
 * tasks the plan's loader has checked. Codes of the providers, where a task is
 * wrong with its place in the plan. */
TD_MUST_CHECK enum td_code run_crew_check(struct run_exec *x,
                                          struct td_error *err);
void run_crew_close(struct run_exec *x);
/* The provider "blueprint" (run/render.c). */
struct provider run_blueprints(struct run_exec *x);

/* The attempt that is under way goes on: its keeper has it (run/act.c). Another
 * code: it has not, and it is to be made once more. */
/* The folder of an isolated task that its attempt works in or has worked in is
 * found again. */
void run_find_room(struct run_exec *x, uint32_t task);
TD_MUST_CHECK enum td_code run_adopt(struct run_exec *x, uint32_t task,
                                     struct td_error *err);

/* Go on where a journal ends: say what nobody was told, settle what was running
 * (run/resume.c). */
void run_take_up(struct run_exec *x);

/* It is so: into the journal and the state, and what consoles hear of it. more:
 * further members of the line, or "". text: one line of a failure, or "". */
void run_happened(struct run_exec *x, const struct sched_event *ev,
                  const char *more, const char *text);

/* The model that a task speaks to, if it is known before it begins; else
 * nothing (run/used.c). It, and what an attempt has used of which one, as
 * further members of lines. */
void run_model_of(struct td_buf *out, const struct run_exec *x, uint32_t task);
void run_put_model(struct td_buf *more, const struct run_exec *x,
                   uint32_t task);
void run_put_used(struct td_buf *more, const struct prov_usage *usage);

/* Decide, commit, act, until there is nothing to do now: in a turn of the
 * loop's own, at once or within so long. */
void run_turn_soon(struct run_exec *x);
/* What is in the journal so far stays there. A disk that fails ends it. */
void run_commit(struct run_exec *x);
/* Of the timer that turns it. */
void run_on_timer(void *ctx);
void run_turn_within(struct run_exec *x, uint64_t ns);

/* Do what was decided or has become due, after the commit (run/act.c). */
void run_act(struct run_exec *x, const struct sched_event *ev);
/* End the attempts that would not outlive us: nothing may be asked of anybody
 * that the journal does not have. */
void run_abandon(struct run_exec *x);
void run_verify(struct run_exec *x, uint32_t task);
void run_forget(struct run_task *task); /* what an attempt had */
/* Its environment, valid as long as the attempt. */
TD_MUST_CHECK enum td_code run_task_env(struct run_task *task, char ***env,
                                        struct td_error *err);
/* Its inputs and key as they are now, once an attempt. */
TD_MUST_CHECK enum td_code run_task_look_up(struct run_task *task,
                                            struct td_error *err);

/* Attempts that were launched before there is room for them (run/ahead.c). How
 * many may be handed to the keeper beyond the workers: enough for it to go on
 * while a commit is written; in_order: only the most urgent, for not all of the
 * plan is known to be short. One waits, or does not any more; a pause calls
 * them off; an attempt that was cut short has begun, as far as anything tells.
 */
uint32_t run_ahead_of(const struct run_exec *x, bool *in_order);
void run_queue(struct run_task *task, bool waits);
void run_call_off(struct run_exec *x);
struct run_begun;
struct run_begun *run_begun_read(const struct run_exec *x);
bool run_has_begun(const struct run_begun *begun, const char *id);
void run_begun_free(struct run_begun *begun);

/* What other processes leave in its folder is heard from now on
 * (run/outside.c), also in this folder, which must be there; no more. */
void run_hear_outside(struct run_exec *x);
void run_look_orders(struct run_exec *x); /* that are there already */
void run_watch_folder(struct run_exec *x, const char *folder);
void run_outside_close(struct run_exec *x);
/* Answers of other processes (run/answers.c): a task waits for one; one may be
 * there. */
void run_await_answers(struct run_exec *x);
void run_look_answers(struct run_exec *x);

/* The validate phase (run/validate.c). When all tasks have ended: true while
 * gates run, which tell the turn when they have ended. When the last event was
 * heard: its lines, and verdict.json. An order to end what runs. */
bool run_validate_gates(struct run_exec *x);
TD_MUST_CHECK enum td_code run_validate_end(struct run_exec *x,
                                            struct td_error *err);
void run_validate_stop(struct run_exec *x, uint64_t grace_ns);
/* If one runs. */
void run_end_attempt(struct run_task *task, uint64_t grace_ns);
void run_validate_close(struct run_exec *x);
/* All that was said before a resume is heard by the judge: TD_AGAIN: not yet, a
 * turn comes when it is. Codes of journal_fold(). The end of it, in any case.
 */
TD_MUST_CHECK enum td_code run_hear(struct run_exec *x, struct td_error *err);
void run_hear_close(struct run_exec *x);
/* A line of kind "run" about gates was committed. */
void run_validate_tell(struct run_exec *x, const struct td_event *line);

/* The execution events (run/say.c). Is an event "error" said of a fault that
 * the state has? */
bool run_is_told(const struct run_exec *x, const struct sched_event *ev);
void run_say_started(struct run_exec *x);
void run_say_event(struct run_exec *x, const struct sched_event *ev);
/* All that the state has and nobody was told; waves: those that have ended. */
void run_say_missing(struct run_exec *x, uint32_t waves);

/* run/late.c. It is about to be decided that a task took too long: the text of
 * its failure says by which timeout; and that text, once its attempt has ended.
 */
void run_note_late(struct run_exec *x, const struct sched_event *ev);
void run_late_text(const struct run_exec *x, const struct sched_event *ev,
                   char out[RUN_TEXT]);

#endif
