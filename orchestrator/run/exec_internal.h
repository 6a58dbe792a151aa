/* orchestrator/run/exec_internal.h - an execution, for its parts. */
#ifndef ORCHESTRATOR_RUN_EXEC_INTERNAL_H
#define ORCHESTRATOR_RUN_EXEC_INTERNAL_H

#include "orchestrator/keeper/keeper.h"
#include "orchestrator/provider/config.h"
#include "orchestrator/provider/processes.h"
#include "orchestrator/run/exec.h"
#include "orchestrator/run/folder.h"
#include "orchestrator/run/tally.h"
#include "orchestrator/work/isolate.h"
#include "orchestrator/work/store.h"

#define RUN_JOB_ID 64 /* bytes of "x7/1/2" and its NUL */

/* A task under way. */
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
    enum plan_fault stop;     /* why it was told to end */
    struct sched_event fault; /* the last */
    uint32_t faults;
    char text[256]; /* of the last failure */
    char from[16];  /* the execution it is unchanged since */
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
    struct sched *sched;
    struct journal *journal;
    struct run_tally tally;
    struct run_task *tasks;
    struct provider providers[RUN_PROVIDERS];
    struct prov_processes *processes; /* NULL: no keeper */
    struct prov_config config;
    bool adopts; /* its keeper has lived on: attempts may go on */
    struct wire_timer timer;
    struct run_step *steps;
    size_t step_count;
    uint64_t *usual;
    int answers; /* an inotify descriptor, while it is watched */
    struct wire_watch *answer_watch;
    bool *taken;            /* of each task, by a retry: it ended well there */
    char from[RUN_ID_SIZE]; /* the execution that it retries */
    char home[RUN_ID_SIZE]; /* whose own workspace it is, of a retry; "" */
    bool turning;
    bool over; /* finished was told */
    bool resumed;
    struct journal_mark mark; /* of a resume, as what follows */
    bool torn;
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
TD_MUST_CHECK enum td_code run_lock(struct run_exec *x, struct td_error *err);
TD_MUST_CHECK enum td_code run_prepare(struct run_exec *x,
                                       struct td_error *err);

/* *out = x, or with a code the end of x; returns the code. */
enum td_code run_opened(struct run_exec **out, struct run_exec *x,
                        enum td_code code);

/* The keeper of a fresh execution, before there are threads; the one that is
 * found, or after what it left behind has been ended, a fresh one; then a
 * provider of each kind (run/crew.c). Codes of keep_start(), keep_attach(),
 * keep_settle() and of the providers. */
TD_MUST_CHECK enum td_code run_crew_start(struct run_exec *x,
                                          struct td_error *err);
TD_MUST_CHECK enum td_code run_crew_find(struct run_exec *x,
                                         struct td_error *err);
TD_MUST_CHECK enum td_code run_crew_providers(struct run_exec *x,
                                              struct td_error *err);
void run_crew_close(struct run_exec *x);
/* The provider "blueprint" (run/render.c). */
struct provider run_blueprints(struct run_exec *x);

/* The attempt that is under way goes on: its keeper has it (run/act.c). Another
 * code: it has not, and it is to be made once more. */
TD_MUST_CHECK enum td_code run_adopt(struct run_exec *x, uint32_t task,
                                     struct td_error *err);

/* Go on where a journal ends: say what nobody was told, settle what was running
 * (run/resume.c). */
void run_take_up(struct run_exec *x);

/* It is so: into the journal and the state, and what consoles hear of it. more:
 * further members of the line, or "". text: one line of a failure, or "". */
void run_happened(struct run_exec *x, const struct sched_event *ev,
                  const char *more, const char *text);

/* Decide, commit, act, until there is nothing to do now. */
void run_turn(struct run_exec *x);
/* Not from here: in a turn of the loop's own. */
void run_turn_soon(struct run_exec *x);

/* The end of it all, by fault. */
void run_broken(struct run_exec *x, const struct td_error *why);

/* Do what was decided or has become due, after the commit (run/act.c). */
void run_act(struct run_exec *x, const struct sched_event *ev);
void run_verify(struct run_exec *x, uint32_t task);
void run_forget(struct run_task *task); /* what an attempt had */

/* Answers of other processes (run/answers.c). */
void run_await_answers(struct run_exec *x);
void run_answers_close(struct run_exec *x);

/* The execution events (run/say.c). */
void run_say_started(struct run_exec *x);
void run_say_event(struct run_exec *x, const struct sched_event *ev);
/* All that the state has and nobody was told; waves: those that have ended. */
void run_say_missing(struct run_exec *x, uint32_t waves);

#endif
