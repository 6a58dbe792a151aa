/* orchestrator/view/view_internal.h - what the drawings share. */
#ifndef ORCHESTRATOR_VIEW_VIEW_INTERNAL_H
#define ORCHESTRATOR_VIEW_VIEW_INTERNAL_H

#include "orchestrator/view/measure.h"
#include "orchestrator/view/view.h"

#define VIEW_PHASES 5

struct view {
    struct view_subject of;
    struct measure measure;
    struct sched_span *spans; /* of the estimate */
    uint64_t takes_ns;        /* all of it, by the estimate */
};

/* How tasks stand, of the whole plan or of a phase. */
struct view_counts {
    uint32_t all;
    uint32_t states[SCHED_CANCELLED + 1];
    uint32_t ended;
};

/* Of those that ran; without an execution, as they are expected. */
struct view_times {
    uint32_t count;
    uint64_t sum_ns;
    uint64_t median_ns;
    uint64_t p95_ns;
    uint64_t slowest_ns;
    uint32_t slowest; /* the task; UINT32_MAX: none */
};

void view_times(const struct view *v, struct view_times *out);
/* How many ran at once, on the average. */
double view_parallel(const struct view *v, const struct view_times *times);

enum sched_state view_state(const struct view *v, uint32_t task);
/* phase: 1 + the phase, 0: all */
struct view_counts view_count(const struct view *v, unsigned phase);
bool view_picks(const struct view *v, const struct view_pick *pick,
                uint32_t task);
/* How long it ran, so far if it runs; 0: it did not. */
uint64_t view_ran(const struct view *v, uint32_t task);
/* Any task with a name that is not its id? */
bool view_has_names(const struct plan *plan);

/* Append the view of that name. */
void view_overview(const struct view *v, const struct view_style *style,
                   struct td_buf *out);
void view_timeline(const struct view *v, const struct view_style *style,
                   struct td_buf *out);
void view_tasks(const struct view *v, const struct view_style *style,
                const struct view_pick *pick, struct td_buf *out);
void view_stats(const struct view *v, const struct view_style *style,
                struct td_buf *out);
void view_tree(const struct view *v, const struct view_style *style,
               const struct view_pick *pick, struct td_buf *out);

/* A member in milliseconds; null of UINT64_MAX. */
void view_put_ms(struct td_json_writer *w, const char *key, uint64_t ns);

#endif
