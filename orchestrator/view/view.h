/* orchestrator/view/view.h - a plan and an execution of it, drawn as lines.
 *
 * Functions of what they are given: nothing is read, written or asked here, and
 * the lines go into a buffer, each with a line feed behind it and no wider than
 * was said. For verbs, for a console, for whoever has a plan.
 *
 *     view_new -> view_draw, view_json ... -> view_free
 *
 * Lines are UTF-8; control bytes of names are shown, not sent.
 */
#ifndef ORCHESTRATOR_VIEW_VIEW_H
#define ORCHESTRATOR_VIEW_VIEW_H

#include "core/json_writer.h"
#include "orchestrator/sched/simulate.h"
#include "orchestrator/view/draw.h"

#define VIEW_DEPTH_MAX 64 /* of a tree */

/* Of what. Only plan must be there; all of it is borrowed. */
struct view_subject {
    const struct plan *plan;
    uint32_t workers;                /* of estimates; 0: 1 */
    bool waves;                      /* of estimates: `--schedule waves` */
    const uint64_t *usual;           /* what each task took before, in ns; 0:
                                        unknown. Or NULL */
    uint32_t runs;                   /* how many of them there were, at most */
    const struct sched *sched;       /* of an execution; NULL: none */
    const char *execution;           /* its id: "x7" */
    uint64_t now_ns;                 /* in its time */
    const enum sched_guess *guesses; /* of each task; or NULL: all run */
    const char *const *why;          /* beside guesses; or NULL */
};

enum view_what {
    VIEW_OVERVIEW,
    VIEW_TIMELINE,
    VIEW_TASKS,
    VIEW_STATS,
    VIEW_DEPENDENCIES,
    VIEW_FULL, /* all of them, without limits */
};

/* Which tasks, of VIEW_TASKS and VIEW_DEPENDENCIES. All zeroes: every one. */
struct view_pick {
    unsigned phase;    /* 1 + the phase; 0: any */
    const char *state; /* a word of view_state_word(); "waits" are also those
                          that are ready, "running" those that stop or are
                          verified; NULL: any */
    uint32_t from;  /* 1 + the task that the tree begins with; 0: all roots */
    uint32_t depth; /* of the tree; 0: VIEW_DEPTH_MAX */
    uint32_t limit; /* rows; 0: none */
};

struct view;

/* Measures it. Never NULL. */
struct view *view_new(const struct view_subject *subject);
void view_free(struct view *view);

/* Append the lines. TD_OK or TD_LIMIT. */
enum td_code view_draw(const struct view *view, enum view_what what,
                       const struct view_style *style,
                       const struct view_pick *pick, struct td_buf *out);

/* The same facts as members of the object at hand: numbers as they are, times
 * in milliseconds, null for what is not known. */
void view_json(const struct view *view, enum view_what what,
               const struct view_pick *pick, struct td_json_writer *w);

/* When everything would start, in that order, and how long it takes. */
enum td_code view_draw_starts(const struct view *view,
                              const struct view_style *style,
                              struct td_buf *out);
/* The same as members. */
void view_json_starts(const struct view *view, struct td_json_writer *w);

/* Why a task does not run yet, or later than others: the chain of what it
 * needs, and how long it may be late before anything else is. */
enum td_code view_draw_why(const struct view *view, uint32_t task,
                           const struct view_style *style, struct td_buf *out);
/* The same as members. */
void view_json_why(const struct view *view, uint32_t task,
                   struct td_json_writer *w);

/* What is good to know before it runs: the longest way, how much can run at
 * once, and what is doubtful. */
enum td_code view_draw_review(const struct view *view,
                              const struct view_style *style,
                              struct td_buf *out);
/* The same as members. */
void view_json_review(const struct view *view, struct td_json_writer *w);

/* The graph in the language of Graphviz, and in Mermaid's. */
void view_dot(const struct plan *plan, struct td_buf *out);
void view_mermaid(const struct plan *plan, struct td_buf *out);

#endif
