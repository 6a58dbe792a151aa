/* tests/support/attempt_scene.h - one attempt of one provider in a loop of its
 * own, and all that it tells, as text.
 */
#ifndef TESTS_SUPPORT_ATTEMPT_SCENE_H
#define TESTS_SUPPORT_ATTEMPT_SCENE_H

#include "core/buf.h"
#include "orchestrator/provider/provider.h"

#define ATTEMPT_NEVER UINT32_MAX

struct attempt_scene {
    struct wire_net *net;
    struct plan_task task; /* to be filled in by the test, as is job */
    struct prov_job job;
    /* Cancel, twice, at the n-th thing that is told, from inside; 0: between
     * start() and the first turn; ATTEMPT_NEVER. */
    uint32_t cancel_at;
    bool at_once;

    struct td_buf log;  /* a line for each thing told but `progress -1` */
    struct td_buf text; /* of what was put last */
    uint32_t told;      /* things, `progress -1` and `ended` among them */
    uint32_t ended;     /* times */
    bool wrong;         /* something was told when nothing may be */
    bool late;          /* it did not end within 20 s */
    struct prov_end end;
    struct prov_usage usage;
    struct tape_writer *tape; /* gets what is streamed, if it is not NULL */

    const struct provider *provider;
    struct prov_run *run;
    bool inside; /* start() or cancel() runs from outside of what is told */
    struct wire_timer guard;
    char dir[256];
};

/* A loop, a folder to work in, a task "notes" (place 9) with the output
 * NOTES.md and `with`, and its first attempt. with must outlive it. */
void attempt_scene_open(struct attempt_scene *scene, const char *with);
void attempt_scene_close(struct attempt_scene *scene);

/* Make the attempt and run the loop until it has ended and 20 ms more. What was
 * told before is forgotten. start()'s own code; the log is empty if it is not
 * TD_OK. */
enum td_code attempt_scene_run(struct attempt_scene *scene,
                               const struct provider *provider,
                               struct td_error *err);

/* A file in the folder it works in. */
void attempt_scene_file(struct attempt_scene *scene, const char *name,
                        const char *text);

/* True, or what was told is printed. */
bool attempt_scene_told(struct attempt_scene *scene, const char *what,
                        const char *expected);

#endif
