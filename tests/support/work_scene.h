/* tests/support/work_scene.h - a workspace in a folder of its own, with calls
 * that can be made to fail and a clock that is told the time.
 */
#ifndef TESTS_SUPPORT_WORK_SCENE_H
#define TESTS_SUPPORT_WORK_SCENE_H

#include "core/buf.h"
#include "orchestrator/plan/plan.h"
#include "orchestrator/work/place.h"

struct work_scene {
    char dir[64];
    struct td_clock clock;
    struct work_place *place;
};

void work_scene_open(struct work_scene *s);
void work_scene_again(
    struct work_scene *s); /* close the place, open it again */
void work_scene_close(struct work_scene *s);

/* The n-th of the calls from now on fails with errnum, and no other; 0: none.
 * work_scene_calls() are those made since. */
void work_scene_fail(unsigned n, int errnum);
unsigned work_scene_calls(void);

/* Files in the workspace, by plain calls; folders on the way are made. */
void work_scene_write(const struct work_scene *s, const char *path,
                      const char *text);
void work_scene_script(const struct work_scene *s, const char *path,
                       const char *text); /* the same, executable */
bool work_scene_is(const struct work_scene *s, const char *path,
                   const char *text); /* NULL: it is not there */

/* Run `sh -c SCRIPT` in the folder. */
void work_scene_run(const struct work_scene *s, const char *script);

/* All that is in the workspace, one a line, with modes and contents. */
void work_scene_all(const struct work_scene *s, struct td_buf *out);

#define WORDS(...)                                                             \
    ((struct plan_words){(const char *[]){__VA_ARGS__, NULL},                  \
                         sizeof((const char *[]){__VA_ARGS__}) /               \
                             sizeof(const char *)})

#endif
