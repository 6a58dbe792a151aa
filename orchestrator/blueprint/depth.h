/* orchestrator/blueprint/depth.h - tasks by id, and how deep their graph is. */
#ifndef ORCHESTRATOR_BLUEPRINT_DEPTH_H
#define ORCHESTRATOR_BLUEPRINT_DEPTH_H

#include "core/arena.h"

#include <stdbool.h>

struct blue_edge {
    uint32_t user;     /* the task that depends */
    const char *needs; /* id of the other */
};

/* All zeroes is empty. */
struct blue_depth {
    struct td_arena arena;
    const char **ids; /* in the order of the plan */
    size_t len;
    struct blue_edge *edges; /* by user */
    size_t edges_len;
    const char **paths; /* that templates write */
    size_t paths_len;
};

/* A path that nothing else writes; false: another task does. */
bool blue_depth_path(struct blue_depth *d, struct td_bytes path);

/* A task that is not there yet; false: it is. */
bool blue_depth_task(struct blue_depth *d, struct td_bytes id);

/* The task that was added last depends on this one. */
void blue_depth_edge(struct blue_depth *d, struct td_bytes id);

/* How many waves there are; 0: there is a ring, or a task is missing, whose id
 * is in *missing, else NULL.
 */
size_t blue_depth_waves(const struct blue_depth *d, const char **missing);

/* Frees everything; all zeroes again. */
void blue_depth_release(struct blue_depth *d);

#endif
