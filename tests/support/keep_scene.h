/* tests/support/keep_scene.h - a keeper in a folder of its own, and a client
 * that writes down what it hears.
 */
#ifndef TESTS_SUPPORT_KEEP_SCENE_H
#define TESTS_SUPPORT_KEEP_SCENE_H

#include "core/buf.h"
#include "core/clock.h"
#include "orchestrator/keeper/keeper.h"

#include <sys/types.h>

#define KEEP_SCENE_JOBS 8
#define KEEP_SCENE_LONG (60 * TD_NS_PER_S)

/* What was heard of one job. */
struct keep_scene_job {
    char id[KEEP_ID_MAX + 1];
    int64_t pid;
    uint64_t start;
    struct td_buf out;
    struct td_buf err;
    unsigned spawned;
    unsigned waits;
    unsigned failed;
    unsigned ended;
    unsigned hungry;
    uint64_t beats;
    struct td_error why;
    struct keep_end end;
};

struct keep_scene {
    char dir[512];
    struct keep_home home;
    struct keep_client *client;
    struct keep_scene_job jobs[KEEP_SCENE_JOBS];
    unsigned job_count;
    unsigned ready;
    unsigned troubles;
    struct td_error trouble;
};

/* A folder, a keeper that lingers so long, and a client at it. */
void keep_scene_open(struct keep_scene *s, uint64_t linger_ns);
void keep_scene_attach(struct keep_scene *s);
/* The keeper is told to end, everything is removed. */
void keep_scene_close(struct keep_scene *s);

/* What was heard of a job; made if nothing was. */
struct keep_scene_job *keep_scene_job(struct keep_scene *s, const char *id);

/* Start `sh -c SCRIPT`; the rest of the job as given (argv, dir and env are
 * filled in where they are NULL). */
void keep_scene_spawn(struct keep_scene *s, struct keep_job job,
                      const char *script);

/* The process that keeps, as the last line of its kind in keeper.log says. */
pid_t keep_scene_pid(const struct keep_scene *s);

/* Wait until there is something to read or to send, then keep_read(). */
enum td_code keep_scene_wait(struct keep_scene *s, struct td_error *err);

/* Read until *flag is not 0; a test failure if it never is. */
void keep_scene_until(struct keep_scene *s, const unsigned *flag);
void keep_scene_until_bytes(struct keep_scene *s, const struct td_buf *buf,
                            size_t len);

/* The path of a file in the folder. */
const char *keep_scene_path(const struct keep_scene *s, char out[600],
                            const char *name);

#endif
