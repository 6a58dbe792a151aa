/* orchestrator/provider/processes.h - processes of an execution's keeper as
 * attempts, and the providers that are such processes.
 *
 *     keep_start -> prov_processes_open -> adopt what the journal knows of ->
 *     the loop runs -> prov_processes_quit, and then or instead _close
 *
 * "shell" runs a task's argv. Its exit status decides, and its output is what
 * shows that it is alive.
 *
 * "command" does too, and talks with it in lines of JSON
 * (orchestrator/provider/talk.h): the task on its stdin, where `cancel` is told
 * as well; what it does on its stdout. It gets SIGTERM a second (at most half
 * of the task's grace) behind {"cancel":"user"}.
 */
#ifndef ORCHESTRATOR_PROVIDER_PROCESSES_H
#define ORCHESTRATOR_PROVIDER_PROCESSES_H

#include "orchestrator/keeper/keeper.h"
#include "orchestrator/provider/provider.h"

struct prov_processes;

/* What the owner hears of the keeper itself. Any may be NULL. */
struct prov_keeper_events {
    /* An end of an attempt that nobody has started or adopted here. */
    void (*stray)(void *ctx, const char *id, const struct keep_end *end);
    /* All that there was when we attached has been told. */
    void (*ready)(void *ctx);
    /* As in struct keep_events. */
    void (*trouble)(void *ctx, const struct td_error *why);
    /* The keeper is gone: in order (TD_END) or not. Attempts that were under
     * way end as infrastructure_error behind this, once nothing of them runs
     * any more. */
    void (*gone)(void *ctx, const struct td_error *why);
};

#define PROV_PROCESS_VERSION "1" /* of both; as provider_ops has it */
#define PROV_ATTACH_NS       UINT64_C(10000000000) /* another client lets go */

/* Attach to the keeper of home and watch it. Errors as keep_attach(). */
TD_MUST_CHECK enum td_code
prov_processes_open(struct prov_processes **out, struct wire_net *net,
                    const struct keep_home *home,
                    const struct prov_keeper_events *events, void *ctx,
                    struct td_error *err);

/* Let go; jobs go on without us. No attempt may be under way here but those
 * that are forgotten with it: their `ended` is not told. NULL is fine.
 */
void prov_processes_close(struct prov_processes *processes);

/* keep_forget(), keep_quit() of its keeper. One that still runs is not
 * forgotten. */
void prov_processes_forget(struct prov_processes *processes, const char *id);
void prov_processes_quit(struct prov_processes *processes, bool at_once);

/* The two providers. Several may share the processes, which outlive them. */
struct provider prov_shell(struct prov_processes *processes);
struct provider prov_command(struct prov_processes *processes);

#endif
