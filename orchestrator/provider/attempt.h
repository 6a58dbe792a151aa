/* orchestrator/provider/attempt.h - what all attempts have: an end that is told
 * once, last, and never from inside start() or cancel().
 *
 * A provider's own run begins with a struct prov_run. Inner to this folder.
 */
#ifndef ORCHESTRATOR_PROVIDER_ATTEMPT_H
#define ORCHESTRATOR_PROVIDER_ATTEMPT_H

#include "orchestrator/provider/provider.h"

struct prov_run {
    struct wire_net *net;
    const struct prov_job *job; /* made */
    struct prov_job made;       /* a copy; what it points to is borrowed */
    const struct prov_events *events;
    void *ctx;
    /* Before `ended`, in a turn of its own: tell what is left to tell. May be
     * NULL. */
    void (*last)(struct prov_run *run);
    void (*release)(struct prov_run *run); /* free it */
    bool ending; /* how it ends is decided: only last and ended are told */
    struct prov_end end;
    struct wire_timer timer; /* for `ended` */
};

/* All but these stay as they are. */
void prov_run_init(struct prov_run *run, struct wire_net *net,
                   const struct prov_job *job, const struct prov_events *events,
                   void *ctx);

/* Decide how it ends; the first counts. The caller has seen to it that nothing
 * of it runs any more. */
void prov_run_end(struct prov_run *run, const struct prov_end *end);
void prov_run_fail(struct prov_run *run, enum plan_fault fault, const char *fmt,
                   ...) TD_PRINTF(3, 4);

/* Alive, with this share; what came from whom is told unless it is ending. */
void prov_run_alive(struct prov_run *run, double share);

/* Copy text as one line that steers no terminal, cut to fit at a character. */
void prov_line(char *out, size_t size, struct td_bytes text);

#endif
