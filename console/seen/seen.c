#include "console/seen/seen_internal.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

static void fill(struct seen *s)
{
    s->execution = td_strdup("");
    s->plan = td_strdup("");
    s->status = td_strdup("");
}

static void release_tasks(struct seen *s)
{
    for (uint32_t i = 0; i < s->task_count; i++) {
        free(s->tasks[i].id);
        free(s->tasks[i].name);
        free(s->tasks[i].provider);
        free(s->tasks[i].error);
        free(s->tasks[i].error_type);
        free(s->tasks[i].batch);
        free(s->tasks[i].ask);
        free(s->tasks[i].alias);
        free(s->tasks[i].needs);
    }
    free(s->tasks);
    seen_index_clear(s);
}

static void release_rest(struct seen *s)
{
    for (uint32_t i = 0; i < s->artifact_count; i++) {
        free(s->artifacts[i].path);
        free(s->artifacts[i].type);
        free(s->artifacts[i].sha256);
        free(s->artifacts[i].mode);
    }
    for (uint32_t i = 0; s->logs && i < s->logs_max; i++)
        free(s->logs[i].text);
    for (size_t i = 0; i < SEEN_PHASES; i++)
        free(s->phases[i].name);
    for (uint32_t i = 0; i < s->model_count; i++)
        free(s->models[i].name);
    free(s->models);
    free(s->alerts);
    free(s->artifacts);
    free(s->logs);
    free(s->waves);
    free(s->execution);
    free(s->plan);
    free(s->status);
    td_buf_release(&s->created);
}

void seen_keep_logs(struct seen *s, uint32_t lines)
{
    s->logs_max = lines;
}

struct seen *seen_new(void)
{
    struct seen *s = td_calloc(1, sizeof(*s));

    s->logs_max = SEEN_LOGS;
    s->doc = td_calloc(1, sizeof(*s->doc));
    fill(s);
    return s;
}

void seen_clear(struct seen *s)
{
    struct td_json_doc *doc = s->doc;
    struct seen_envelopes *envelopes = s->envelopes;
    uint32_t logs_max = s->logs_max;
    bool again = s->again;

    release_tasks(s);
    release_rest(s);
    *s = (struct seen){.doc = doc,
                       .envelopes = envelopes,
                       .logs_max = logs_max,
                       .again = again};
    fill(s);
}

void seen_free(struct seen *s)
{
    if (!s)
        return;
    release_tasks(s);
    release_rest(s);
    td_json_release(s->doc);
    free(s->doc);
    seen_envelopes_free(s->envelopes);
    free(s);
}

/* A task that never ran ends as a failed one; its error says why. */
bool seen_was_skipped(const struct seen_task *task)
{
    return task->error_type && (!strcmp(task->error_type, "dependency_error") ||
                                !strcmp(task->error_type, "cancelled") ||
                                !strcmp(task->error_type, "skipped"));
}

/* Where it was not told, it follows from the tasks. */
bool seen_is_good(const struct seen *s)
{
    return *s->status ? !strcmp(s->status, s->gates ? "pass" : "completed")
                      : s->failed + s->skipped == 0;
}

unsigned seen_progress(const struct seen *s)
{
    uint64_t ended = (uint64_t)s->completed + s->failed + s->skipped;
    uint64_t part = s->total ? ended * 1000 / s->total : 0;

    if (s->ended && ended >= s->total)
        return 1000;
    return part < 999 ? (unsigned)part : 999;
}
