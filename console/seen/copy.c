/* A copy of what has been seen, so that it can be gone back to. */
#include "console/seen/seen_internal.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

static char *text_again(const char *text)
{
    return text ? td_strdup(text) : NULL;
}

static void *list_again(const void *list, size_t count, size_t size)
{
    void *copy = NULL;

    for (size_t i = 0; i < count; i++)
        copy = td_list_room(copy, i, size);
    if (count)
        memcpy(copy, list, count * size);
    return copy;
}

static void copy_tasks(struct seen *to, const struct seen *s)
{
    to->tasks = list_again(s->tasks, s->task_count, sizeof(*s->tasks));
    for (uint32_t i = 0; i < s->task_count; i++) {
        struct seen_task *task = &to->tasks[i];

        task->id = text_again(task->id);
        task->name = text_again(task->name);
        task->provider = text_again(task->provider);
        task->error = text_again(task->error);
        task->error_type = text_again(task->error_type);
        task->batch = text_again(task->batch);
        task->ask = text_again(task->ask);
        task->alias = text_again(task->alias);
        task->needs =
            list_again(task->needs, task->need_count, sizeof(*task->needs));
    }
    to->index = seen_index_again(s->index);
    to->aliases = seen_index_again(s->aliases);
}

static void copy_rest(struct seen *to, const struct seen *s)
{
    to->artifacts =
        list_again(s->artifacts, s->artifact_count, sizeof(*s->artifacts));
    for (uint32_t i = 0; i < s->artifact_count; i++) {
        to->artifacts[i].path = text_again(s->artifacts[i].path);
        to->artifacts[i].type = text_again(s->artifacts[i].type);
        to->artifacts[i].sha256 = text_again(s->artifacts[i].sha256);
        to->artifacts[i].mode = text_again(s->artifacts[i].mode);
    }
    to->models = list_again(s->models, s->model_count, sizeof(*s->models));
    for (uint32_t i = 0; i < s->model_count; i++)
        to->models[i].name = text_again(s->models[i].name);
    to->alerts = list_again(s->alerts, s->alert_count, sizeof(*s->alerts));
    to->waves = list_again(s->waves, s->wave_count, sizeof(*s->waves));
    for (size_t i = 0; i < SEEN_PHASES; i++)
        to->phases[i].name = text_again(s->phases[i].name);
    if (!s->logs)
        return;
    to->logs = td_calloc(s->logs_max, sizeof(*s->logs));
    for (uint32_t i = 0; i < s->log_count; i++) {
        uint32_t at = (s->log_first + i) % s->logs_max;

        to->logs[at] = s->logs[at];
        to->logs[at].text = text_again(s->logs[at].text);
        to->logs[at].room = strlen(s->logs[at].text) + 1;
    }
}

struct seen *seen_copy(const struct seen *s)
{
    struct seen *to = td_calloc(1, sizeof(*to));

    *to = *s;
    to->doc = td_calloc(1, sizeof(*to->doc));
    to->envelopes = NULL;
    to->execution = text_again(s->execution);
    to->plan = text_again(s->plan);
    to->status = text_again(s->status);
    to->created = (struct td_buf){0};
    (void)td_buf_add_bytes(&to->created, td_buf_bytes(&s->created));
    copy_tasks(to, s);
    copy_rest(to, s);
    return to;
}

/* ---- how much memory that is ---- */

static size_t room_of(const char *text)
{
    return text ? strlen(text) + 24 : 0; /* and what malloc adds */
}

size_t seen_bytes(const struct seen *s)
{
    size_t bytes = sizeof(*s) + s->task_count * sizeof(*s->tasks) +
                   s->artifact_count * sizeof(*s->artifacts) +
                   s->wave_count * sizeof(*s->waves) + s->created.len +
                   s->model_count * sizeof(*s->models) +
                   s->alert_count * sizeof(*s->alerts) +
                   (s->logs ? s->logs_max * sizeof(*s->logs) : 0);

    for (uint32_t i = 0; i < s->task_count; i++) {
        const struct seen_task *task = &s->tasks[i];

        bytes += 8 + room_of(task->id) + room_of(task->name) +
                 room_of(task->provider) + room_of(task->error) +
                 room_of(task->error_type) + room_of(task->batch) +
                 room_of(task->ask) + room_of(task->alias) +
                 task->need_count * sizeof(*task->needs);
    }
    for (uint32_t i = 0; i < s->artifact_count; i++)
        bytes += room_of(s->artifacts[i].path) + room_of(s->artifacts[i].type) +
                 room_of(s->artifacts[i].sha256) +
                 room_of(s->artifacts[i].mode);
    for (uint32_t i = 0; i < s->model_count; i++)
        bytes += room_of(s->models[i].name);
    for (uint32_t i = 0; s->logs && i < s->log_count; i++)
        bytes += room_of(s->logs[(s->log_first + i) % s->logs_max].text);
    return bytes;
}
