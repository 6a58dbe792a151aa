#include "console/seen/seen_internal.h"
#include "core/hash.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

/* Places of tasks plus 1 by the hash of their ids, open addressing. */
struct seen_index {
    uint32_t size; /* a power of two */
    bool aliases;  /* by those, not by ids */
    uint32_t slots[];
};

#define INDEX_FIRST 256
#define LOG_ROOM    32 /* bytes of a line, at least */
#define LOG_SPARE   8  /* times as much as is needed is too much */

static const char *name_of(const struct seen *s, const struct seen_index *index,
                           uint32_t task)
{
    return index->aliases ? s->tasks[task].alias : s->tasks[task].id;
}

static uint32_t *slot_of(const struct seen *s, struct seen_index *index,
                         struct td_bytes id)
{
    uint32_t at = (uint32_t)(td_hash(id) & (index->size - 1));

    while (index->slots[at] &&
           !td_bytes_is(id, name_of(s, index, index->slots[at] - 1)))
        at = (at + 1) & (index->size - 1);
    return &index->slots[at];
}

static struct seen_index *index_new(uint32_t size)
{
    struct seen_index *index =
        td_calloc(1, sizeof(*index) + size * sizeof(index->slots[0]));

    index->size = size;
    return index;
}

static void index_grow(struct seen *s)
{
    struct seen_index *index =
        index_new(s->index ? s->index->size * 2 : INDEX_FIRST);

    for (uint32_t i = 0; i < s->task_count; i++)
        *slot_of(s, index, td_text(s->tasks[i].id)) = i + 1;
    free(s->index);
    s->index = index;
}

struct seen_index *seen_index_again(const struct seen_index *index)
{
    struct seen_index *copy;

    if (!index)
        return NULL;
    copy = index_new(index->size);
    copy->aliases = index->aliases;
    memcpy(copy->slots, index->slots, index->size * sizeof(index->slots[0]));
    return copy;
}

void seen_index_clear(struct seen *s)
{
    free(s->index);
    free(s->aliases);
    s->index = NULL;
    s->aliases = NULL;
}

void seen_index_aliases(struct seen *s)
{
    uint32_t size = INDEX_FIRST;

    while (size / 2 <= s->task_count)
        size *= 2;
    free(s->aliases);
    s->aliases = index_new(size);
    s->aliases->aliases = true;
    for (uint32_t i = 0; i < s->task_count; i++)
        if (s->tasks[i].alias)
            *slot_of(s, s->aliases, td_text(s->tasks[i].alias)) = i + 1;
}

static uint32_t find(const struct seen *s, struct seen_index *index,
                     struct td_bytes id)
{
    uint32_t found = index ? *slot_of(s, index, id) : 0;

    return found ? found - 1 : SEEN_NONE;
}

uint32_t seen_find_task(const struct seen *s, struct td_bytes id)
{
    uint32_t place = find(s, s->index, id);

    return place != SEEN_NONE ? place : find(s, s->aliases, id);
}

uint32_t seen_task_of(struct seen *s, struct td_bytes id)
{
    uint32_t place = find(s, s->index, id);

    if (place != SEEN_NONE || s->task_count == SEEN_TASKS_MAX || id.len == 0 ||
        memchr(id.ptr, '\0', id.len))
        return place;
    if (!s->index || s->task_count >= s->index->size / 2)
        index_grow(s);
    place = s->task_count;
    s->tasks = td_list_room(s->tasks, place, sizeof(*s->tasks));
    s->tasks[place] = (struct seen_task){
        .id = td_strndup(id.ptr, id.len),
        .name = td_strdup(""),
        .provider = td_strdup(""),
    };
    *slot_of(s, s->index, id) = place + 1;
    s->task_count++;
    s->counts[SEEN_WAITING]++;
    return place;
}

/* The task of that id; of a line of a journal, that of its place. */
static uint32_t task_told(struct seen_read *r)
{
    uint32_t at = seen_at(r->doc, r->data, "task_id");
    uint32_t task = SEEN_NONE;
    struct td_buf out = {0};
    struct td_bytes id;
    char *line_id;

    if (seen_text_at(r->doc, at, &out, &id)) {
        task = seen_task_of(r->s, id);
        td_buf_release(&out);
        return task;
    }
    line_id = seen_line_task(r);
    if (line_id)
        task = seen_task_of(r->s, td_text(line_id));
    free(line_id);
    return task;
}

uint32_t seen_read_task(struct seen_read *r)
{
    uint32_t task = task_told(r);

    if (task != SEEN_NONE)
        seen_keep(&r->s->tasks[task].name, r, "task_name");
    return task;
}

static void change(struct seen *s, uint32_t task, enum seen_state state)
{
    s->counts[s->tasks[task].state]--;
    s->tasks[task].state = state;
    s->counts[state]++;
    if (seen_is_final(state) || state == SEEN_RETRYING)
        s->tasks[task].ended_ns = s->last_ns;
}

/* The first that is ready begins with the worker that has become free; those
 * that have ended without one only leave the list. */
static void take_workers(struct seen *s)
{
    while (s->ready_first && s->counts[SEEN_RUNNING] < s->workers) {
        uint32_t place = s->ready_first - 1;
        struct seen_task *task = &s->tasks[place];

        s->ready_first = task->next_ready;
        if (!s->ready_first)
            s->ready_last = 0;
        task->listed = false;
        if (task->state != SEEN_READY)
            continue;
        change(s, place, SEEN_RUNNING);
        task->began_ns = s->last_ns;
    }
}

void seen_set_state(struct seen *s, uint32_t task, enum seen_state state)
{
    change(s, task, state);
    take_workers(s);
}

void seen_launch(struct seen *s, uint32_t place)
{
    struct seen_task *task = &s->tasks[place];

    if (s->workers == 0 || task->state == SEEN_RUNNING ||
        s->counts[SEEN_RUNNING] < s->workers) {
        seen_set_state(s, place, SEEN_RUNNING);
        return;
    }
    change(s, place, SEEN_READY);
    task->began_ns = 0;
    if (task->listed)
        return;
    task->listed = true;
    task->next_ready = 0;
    if (s->ready_last)
        s->tasks[s->ready_last - 1].next_ready = place + 1;
    else
        s->ready_first = place + 1;
    s->ready_last = place + 1;
}

void seen_go_on(struct seen *s)
{
    while (s->ready_first) {
        struct seen_task *task = &s->tasks[s->ready_first - 1];

        if (task->state == SEEN_READY)
            change(s, s->ready_first - 1, SEEN_WAITING);
        task->listed = false;
        s->ready_first = task->next_ready;
    }
    s->ready_last = 0;
    s->workers = 0;
}

void seen_replace(char **slot, char *text)
{
    if (!text)
        return;
    free(*slot);
    *slot = text;
}

/* The text in the room of the line that has gone, where that is about as much
 * as it needs. */
static void log_text(struct seen_log *log, struct td_bytes text)
{
    size_t room = text.len + 1;

    if (log->room < room || log->room / LOG_SPARE > room) {
        free(log->text);
        log->room = room > LOG_ROOM ? room : LOG_ROOM;
        log->text = td_calloc(1, log->room);
    }
    memcpy(log->text, text.ptr, text.len);
    log->text[text.len] = '\0';
}

struct seen_log *seen_log(struct seen *s, uint64_t wall_ns,
                          enum seen_level level, uint32_t task,
                          struct td_bytes text)
{
    struct seen_log *log;

    if (!s->logs)
        s->logs = td_calloc(s->logs_max, sizeof(*s->logs));
    if (s->log_count == s->logs_max) {
        s->log_first = (s->log_first + 1) % s->logs_max;
        s->log_count--;
        s->logs_dropped++;
    }
    log = &s->logs[(s->log_first + s->log_count++) % s->logs_max];
    log_text(log, text);
    log->wall_ns = wall_ns;
    log->level = level;
    log->task = task;
    log->gate = false;
    log->begins = false;
    return log;
}
