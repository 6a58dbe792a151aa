/* orchestrator/serve/call.h - a command as those see it that carry it out. */
#ifndef ORCHESTRATOR_SERVE_CALL_H
#define ORCHESTRATOR_SERVE_CALL_H

#include "orchestrator/serve/serve_internal.h"

struct serve_past;
struct serve_arg_rule; /* orchestrator/serve/args.h */

struct serve_call {
    struct serve *serve;
    struct serve_console *console; /* NULL: over HTTP, or it has gone */
    const char *session;           /* of who asks; "": it has none */
    const struct td_json_doc *doc;
    uint32_t args; /* an object of doc, or SERVE_NONE */
    struct serve_answer *answer;
    const char *command;     /* its name */
    struct serve_past *past; /* what was read for it (past.h); or NULL */
};

/* A text of args as it stands there, escapes and all: for ids and words. "" if
 * there is none. */
struct td_bytes serve_arg(const struct serve_call *call, const char *name);
/* The same, read; to be released. False: there is none. */
bool serve_arg_text(const struct serve_call *call, const char *name,
                    struct td_buf *out);

/* The execution that args name, or the last one of the session; or NULL, and
 * the answer says why. */
struct serve_exec *serve_call_exec(const struct serve_call *call);

/* data is what there is to know about it. */
void serve_call_put(const struct serve_call *call,
                    const struct serve_exec *exec);

/* Of a command with kinds: runs the one that args.action names, or the first;
 * what is none is answered with the nearest. */
struct serve_action {
    const char *name; /* NULL: the end of the list */
    void (*run)(const struct serve_call *call);
    const struct serve_arg_rule *args; /* what it may be given; NULL: it has
                                          actions, which look */
};
void serve_call_action(const struct serve_call *call,
                       const struct serve_action *actions);

/* The same command once more, for which `past` was read. */
void serve_command_again(struct serve_call *call, const char *command);

/* run, execute, plan (command_plan.c), spec (command_spec.c), snapshot,
 * context, validate (command_look.c). */
void serve_command_run(const struct serve_call *call);
void serve_command_plan(const struct serve_call *call);
void serve_command_spec(const struct serve_call *call);
void serve_command_snapshot(const struct serve_call *call);
void serve_command_context(const struct serve_call *call);
void serve_command_validate(const struct serve_call *call);
/* Texts of the workspace and of the state folder (command_file.c). */
void serve_command_artifact(const struct serve_call *call);
void serve_command_log(const struct serve_call *call);

/* The plan that args name, checked: the answer has every mistake. To be
 * released, also if it is false. */
bool serve_call_plan(const struct serve_call *call, struct plan *plan);

/* Of an execution or a plan that args name, drawn (command_view.c). */
void serve_plan_draw(const struct serve_call *call);
void serve_plan_review(const struct serve_call *call);
void serve_plan_why(const struct serve_call *call);
/* Otherwise than the server does it, as args of `run` want it. */
struct run_options serve_call_how(const struct serve_call *call);
/* Budgets that args of `run` give stand for those of the plan. */
void serve_call_budgets(const struct serve_call *call, struct plan *plan);
/* When everything would start, run as args want it. */
void serve_plan_starts(const struct serve_call *call);
/* Its tasks with what they need and how long they took before: for consoles. */
void serve_plan_known(const struct serve_call *call);

/* Members of args, which were looked at (args.h); what is missing is `missing`,
 * or false. */
uint64_t serve_arg_number(const struct serve_call *call, const char *name,
                          uint64_t missing);
bool serve_arg_flag(const struct serve_call *call, const char *name);

/* A text without the LF at its end. */
struct td_bytes serve_line(struct td_bytes text);

/* STATE/NAME; to be released. */
void serve_state_path(const struct serve *serve, const char *name,
                      struct td_buf *out);

#endif
