/* What a journal has many of: tasks, artifacts. To read it all takes time, so
 * the lists are made beside the loop.
 */
#include "orchestrator/serve/api.h"

#include "core/mem.h"
#include "orchestrator/run/look.h"
#include "orchestrator/serve/later.h"

#include <stdlib.h>

struct listing {
    struct serve_later later;
    struct serve_journal journal;
    char *path; /* of the journal */
};

static void release(struct serve_later *later)
{
    struct listing *listing = (struct listing *)later;

    serve_answer_release(&later->answer);
    free(listing->path);
    free(listing);
}

static void begin(const struct serve_ask *ask,
                  void (*work)(struct serve_later *later))
{
    struct listing *listing = td_calloc(1, sizeof(*listing));

    listing->later.work = work;
    listing->later.release = release;
    listing->later.answer =
        (struct serve_answer){.success = true, .status = 200};
    listing->path = td_strdup(ask->exec->journal);
    listing->journal = serve_journal(ask->exec);
    listing->journal.path = listing->path;
    listing->journal.stop = &listing->later.stop;
    serve_ask_later(ask, &listing->later);
}

/* ---- tasks ---- */

static const char *state_word(enum sched_state state)
{
    static const char *const words[] = {
        "waiting", "ready",     "held",   "running", "stopping", "verifying",
        "backoff", "completed", "cached", "failed",  "skipped",  "cancelled"};

    return words[state];
}

static void put_task(struct td_json_writer *w, const struct plan_task *task,
                     const struct sched_task *now, enum sched_state state)
{
    char name[PLAN_TASK_NAME];

    td_json_object(w, NULL);
    td_json_put_text(w, "task_id", plan_task_name(name, task->place));
    td_json_put_text(w, "id", task->id);
    td_json_put_text(w, "state", state_word(state));
    td_json_put_u64(w, "attempt", now->attempt);
    td_json_object_end(w);
}

static void list_past(struct serve_later *later)
{
    struct listing *listing = (struct listing *)later;
    struct td_json_writer w = td_json_writer(&later->answer.data);
    struct run_past past = {.sched = NULL};
    struct td_error err;

    if (run_past_read(&past, listing->path, &err)) {
        serve_fail_by(&later->answer, &err);
    } else {
        td_json_array(&w, NULL);
        for (uint32_t i = 0; i < past.plan.task_count; i++) {
            const struct sched_task *now = sched_task(past.sched, i);

            put_task(&w, &past.plan.tasks[i], now, now->state);
        }
        td_json_array_end(&w);
    }
    run_past_release(&past);
}

void serve_ask_tasks(const struct serve_ask *ask)
{
    const struct run_exec *run = ask->exec->run;
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);

    if (!run) {
        begin(ask, list_past);
        return;
    }
    td_json_array(&w, NULL);
    for (uint32_t i = 0; i < run_plan(run)->task_count; i++) {
        const struct sched_task *now = sched_task(run_sched(run), i);

        put_task(&w, &run_plan(run)->tasks[i], now,
                 run_waits(run, i) ? SCHED_READY : now->state);
    }
    td_json_array_end(&w);
    serve_ask_json(ask, 200, &json);
}

/* ---- artifacts ---- */

static enum td_code put_artifact(void *ctx, const struct journal_said *said,
                                 struct td_error *err)
{
    static const char *const names[] = {
        "artifact_id", "file_path", "artifact_type", "size_bytes",
        "sha256",      "mode",      "task_id"};
    struct td_json_writer *w = ctx;

    (void)err;
    if (!td_bytes_is(said->type, "artifact_created"))
        return TD_OK;
    td_json_object(w, NULL);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        uint32_t at = serve_member(said->doc, said->data, names[i]);

        if (at)
            td_json_put_raw(w, names[i], td_json_raw(said->doc, at));
    }
    td_json_object_end(w);
    return TD_OK;
}

static void list_artifacts(struct serve_later *later)
{
    const struct listing *listing = (const struct listing *)later;
    struct td_json_writer w = td_json_writer(&later->answer.data);
    struct td_error err;

    td_json_object(&w, NULL);
    td_json_array(&w, "artifacts");
    if (serve_fold(&listing->journal, put_artifact, &w, NULL, &err)) {
        serve_fail_by(&later->answer, &err);
        return;
    }
    td_json_array_end(&w);
    td_json_object_end(&w);
}

void serve_ask_artifacts(const struct serve_ask *ask)
{
    begin(ask, list_artifacts);
}
