#include "tests/support/attempt_scene.h"

#include "tests/support/tapes.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define GUARD_NS (20 * TD_NS_PER_S)
#define AFTER_NS (20 * TD_NS_PER_MS) /* of watching that nothing follows */

static const char *output[] = {"NOTES.md", NULL};
static char *const env[] = {(char[]){"PATH=/usr/bin:/bin"}, NULL};

static void cancel_twice(struct attempt_scene *scene)
{
    scene->provider->ops->cancel(scene->run, scene->at_once ? 0 : PROV_GRACE);
    scene->provider->ops->cancel(scene->run, scene->at_once ? 0 : PROV_GRACE);
}

/* Something was told. */
static void told(struct attempt_scene *scene)
{
    if (scene->inside || scene->ended)
        scene->wrong = true;
    scene->told++;
    if (scene->told == scene->cancel_at && scene->instead)
        scene->instead(scene);
    else if (scene->told == scene->cancel_at)
        cancel_twice(scene);
}

static void spawned(void *ctx, int64_t pid, uint64_t start)
{
    struct attempt_scene *scene = ctx;

    td_buf_addf(&scene->log, "spawned%s\n", pid > 0 && start > 0 ? "" : " ?");
    told(scene);
}

static void progress(void *ctx, double share)
{
    struct attempt_scene *scene = ctx;

    if (share >= 0)
        td_buf_addf(&scene->log, "progress %.2f\n", share);
    told(scene);
}

static void artifact(void *ctx, struct td_bytes path)
{
    struct attempt_scene *scene = ctx;

    td_buf_addf(&scene->log, "artifact %.*s\n", (int)path.len,
                (const char *)path.ptr);
    told(scene);
}

static void usage(void *ctx, const struct prov_usage *usage)
{
    struct attempt_scene *scene = ctx;

    td_buf_addf(&scene->log, "usage %u %u", (unsigned)usage->tokens_in,
                (unsigned)usage->tokens_out);
    if (usage->cost_usd >= 0)
        td_buf_addf(&scene->log, " $%.4f", usage->cost_usd);
    td_buf_addf(&scene->log, "%s\n", usage->estimated ? " estimated" : "");
    scene->usage = *usage;
    told(scene);
}

static void streamed(void *ctx, const struct td_event *ev)
{
    struct attempt_scene *scene = ctx;
    struct td_error err;

    td_buf_addf(&scene->log, "%.*s %.*s\n", (int)ev->kind.len,
                (const char *)ev->kind.ptr, (int)ev->name.len,
                (const char *)ev->name.ptr);
    if (scene->tape && tape_writer_put(scene->tape, ev, &err)) {
        (void)fprintf(stderr, "tape: %s\n", err.text);
        abort();
    }
    told(scene);
}

static enum td_code put(void *ctx, const char *path, struct td_bytes bytes,
                        struct td_error *err)
{
    struct attempt_scene *scene = ctx;

    if (!strcmp(path, "full"))
        return td_error_set(err, TD_IO, path, 0, "no space left on device");
    td_buf_addf(&scene->log, "put %s %zu\n", path, bytes.len);
    td_buf_clear(&scene->text);
    td_buf_add_bytes(&scene->text, bytes);
    return TD_OK;
}

static void stop(void *ctx)
{
    struct attempt_scene *scene = ctx;

    scene->late = !scene->ended;
    wire_stop(scene->net);
}

static void ended(void *ctx, const struct prov_end *end)
{
    struct attempt_scene *scene = ctx;

    if (end->ok)
        td_buf_addf(&scene->log, "ok\n");
    else
        td_buf_addf(&scene->log, "%s\n", plan_fault_word(end->fault));
    scene->end = *end;
    told(scene);
    scene->ended++;
    wire_timer_set(scene->net, &scene->guard, wire_now(scene->net) + AFTER_NS);
}

void attempt_scene_open(struct attempt_scene *scene, const char *with)
{
    static unsigned count;
    char name[32];
    const char *path;

    *scene = (struct attempt_scene){.cancel_at = ATTEMPT_NEVER};
    scene->guard = (struct wire_timer){.fire = stop, .ctx = scene};
    if (wire_lws_open(&scene->net, td_clock_real(), NULL))
        abort();
    (void)snprintf(name, sizeof(name), "attempt%u", count++);
    path = test_path(name);
    if (mkdir(path, 0700))
        abort();
    (void)snprintf(scene->dir, sizeof(scene->dir), "%s", path);
    scene->task = (struct plan_task){.place = 9,
                                     .id = "notes",
                                     .name = "Notes",
                                     .with = with,
                                     .dir = ".",
                                     .outputs = {output, 1},
                                     .grace_ns = TD_NS_PER_S,
                                     .log_max = 10 << 20};
    scene->job = (struct prov_job){.id = "x7/9/1",
                                   .task = &scene->task,
                                   .attempt = 1,
                                   .dir = scene->dir,
                                   .env = env,
                                   .key = "",
                                   .temperature = 0.7};
}

void attempt_scene_close(struct attempt_scene *scene)
{
    wire_net_close(scene->net);
    td_buf_release(&scene->log);
    td_buf_release(&scene->text);
}

static void forget(struct attempt_scene *scene)
{
    td_buf_clear(&scene->log);
    td_buf_clear(&scene->text);
    scene->told = 0;
    scene->ended = 0;
    scene->wrong = false;
    scene->late = false;
}

enum td_code attempt_scene_run(struct attempt_scene *scene,
                               const struct provider *provider,
                               struct td_error *err)
{
    static const struct prov_events events = {
        spawned, progress, artifact, usage, streamed, ended, put};
    struct prov_job job = scene->job;
    enum td_code code;

    forget(scene);
    scene->provider = provider;
    scene->inside = true;
    code = (scene->adopt ? provider->ops->adopt : provider->ops->start)(
        provider->self, &job, &events, scene, &scene->run, err);
    job = (struct prov_job){0}; /* it is not kept */
    if (!code && scene->cancel_at == 0)
        cancel_twice(scene);
    scene->inside = false;
    return code ? code : attempt_scene_go_on(scene, err);
}

enum td_code attempt_scene_go_on(struct attempt_scene *scene,
                                 struct td_error *err)
{
    enum td_code code;

    wire_timer_set(scene->net, &scene->guard, wire_now(scene->net) + GUARD_NS);
    code = wire_run(scene->net, err);
    wire_timer_cancel(scene->net, &scene->guard);
    return code;
}

void attempt_scene_file(struct attempt_scene *scene, const char *name,
                        const char *text)
{
    char path[sizeof(scene->dir) + 64];

    (void)snprintf(path, sizeof(path), "%s/%s", scene->dir, name);
    test_write_file(path, td_text(text));
}

bool attempt_scene_told(struct attempt_scene *scene, const char *what,
                        const char *expected)
{
    bool same = !strcmp(td_buf_str(&scene->log), expected);

    if (!same || scene->wrong || scene->late || scene->ended != 1)
        printf("\n    %s: ended %u times%s%s, told\n%s    %s\n", what,
               scene->ended, scene->wrong ? ", out of turn" : "",
               scene->late ? ", too late" : "", td_buf_str(&scene->log),
               scene->end.text);
    return same && !scene->wrong && !scene->late && scene->ended == 1;
}
