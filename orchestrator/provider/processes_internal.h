/* orchestrator/provider/processes_internal.h - between the keeper's client and
 * the attempts that are its processes.
 */
#ifndef ORCHESTRATOR_PROVIDER_PROCESSES_INTERNAL_H
#define ORCHESTRATOR_PROVIDER_PROCESSES_INTERNAL_H

#include "orchestrator/provider/attempt.h"
#include "orchestrator/provider/processes.h"
#include "orchestrator/provider/talk.h"

/* A provider of processes: its self. */
struct process_kind {
    struct prov_processes *processes;
    bool talks;
};

struct process_run {
    struct prov_run base;
    struct process_run *next;
    struct prov_processes *processes;
    bool talks;
    bool adopted;
    bool seen;       /* the keeper knows of it */
    bool waits;      /* the keeper had no room for it; nothing runs */
    bool cancelled;  /* cancel() was called, */
    bool called_off; /* or call_off() */
    struct prov_talk talk;
    bool said; /* it said why it fails: */
    enum plan_fault fault;
    uint64_t retry_after_ns;
    char text[sizeof(((struct prov_end *)NULL)->text)];
    struct wire_timer term; /* to SIGTERM, behind {"cancel":..}, */
    uint64_t grace_ns;      /* and from there to SIGKILL */
};

/* processes.c */
struct wire_net *process_net(const struct prov_processes *p);
struct keep_client *process_client(const struct prov_processes *p);
struct process_kind *process_kind_of(struct prov_processes *p, bool talks);
void process_enlist(struct prov_processes *p, struct process_run *run);
void process_delist(struct prov_processes *p, struct process_run *run);
/* After each call that may have left something to be sent. */
void process_watch(struct prov_processes *p);

/* process.c: what became of one. */
void process_spawn_again(struct process_run *run);
void process_spawned(struct process_run *run, int64_t pid, uint64_t start);
/* Nothing of it ran or will run. */
void process_never_began(struct process_run *run, const char *why);
void process_failed(struct process_run *run, const struct td_error *why);
void process_said(struct process_run *run, struct td_bytes bytes);
void process_ended(struct process_run *run, const struct keep_end *end);
void process_lost(struct process_run *run, const struct td_error *why);

#endif
