#include "orchestrator/work/took.h"

#include "core/json.h"
#include "core/json_writer.h"
#include "core/mem.h"
#include "orchestrator/work/place_internal.h"
#include "orchestrator/work/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEPTH 4
#define LONG  4096 /* lines that are left alone, and as many times TOOK */

struct took {
    struct work_took line;
    uint32_t order; /* in the file */
};

struct work_tooks {
    char *plan;
    struct td_arena arena;
    struct took *lines; /* by task, the last first */
    uint32_t count;
    int fd; /* to append to; -1: not opened yet */
};

static const char *path_of(struct td_buf *out, const char *plan)
{
    (void)td_buf_add_text(out, "last/");
    work_safe_name(out, plan);
    (void)td_buf_add_text(out, "/.took");
    return td_buf_str(out);
}

static void put_line(struct td_buf *out, const struct work_took *line)
{
    struct td_json_writer w = td_json_writer(out);

    td_json_object(&w, NULL);
    td_json_put_text(&w, "task", line->task);
    td_json_put_text(&w, "execution", line->execution);
    td_json_put_u64(&w, "took", line->took_ns);
    td_json_object_end(&w);
    (void)td_json_line(&w);
}

static void read_line(struct work_tooks *t, struct td_json_doc *doc,
                      struct td_bytes text)
{
    struct took took = {.order = t->count};
    struct work_took *line = &took.line;

    if (td_json_parse(doc, text, DEPTH, NULL))
        return;
    line->task = work_take_text(doc, 0, "task", &t->arena);
    line->execution = work_take_text(doc, 0, "execution", &t->arena);
    if (!line->task || !line->execution ||
        !work_take_number(doc, 0, "took", &line->took_ns))
        return;
    t->lines = td_list_room(t->lines, t->count, sizeof(*t->lines));
    t->lines[t->count++] = took;
}

static int by_task(const void *a, const void *b)
{
    const struct took *x = a;
    const struct took *y = b;
    int order = strcmp(x->line.task, y->line.task);

    return order ? order : (x->order < y->order) - (x->order > y->order);
}

static void read_all(struct work_tooks *t, struct td_bytes text)
{
    struct td_json_doc doc = {0};

    while (text.len > 0) {
        const uint8_t *end = memchr(text.ptr, '\n', text.len);
        size_t len = end ? (size_t)(end - text.ptr) : text.len;

        if (end)
            read_line(t, &doc, td_bytes(text.ptr, len));
        len += end ? 1 : 0;
        text = td_bytes(text.ptr + len, text.len - len);
    }
    td_json_release(&doc);
    if (t->count)
        qsort(t->lines, t->count, sizeof(*t->lines), by_task);
}

/* The first line of a task; or where it would be. */
static uint32_t find(const struct work_tooks *t, const char *task)
{
    uint32_t low = 0;
    uint32_t high = t->count;

    while (low < high) {
        uint32_t at = low + (high - low) / 2;

        if (strcmp(t->lines[at].line.task, task) < 0)
            low = at + 1;
        else
            high = at;
    }
    return low;
}

static bool is_of(const struct work_tooks *t, uint32_t at, const char *task)
{
    return at < t->count && !strcmp(t->lines[at].line.task, task);
}

/* The lines that are of use, as they came: those of a task behind each other.
 */
static void put_useful(const struct work_tooks *t, struct td_buf *out)
{
    for (uint32_t from = 0, to; from < t->count; from = to) {
        for (to = from; is_of(t, to, t->lines[from].line.task);)
            to++;
        for (uint32_t i = to < from + WORK_TOOK ? to : from + WORK_TOOK;
             i > from; i--)
            put_line(out, &t->lines[i - 1].line);
    }
}

static uint32_t useful(const struct work_tooks *t)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < t->count; i++)
        count +=
            i < WORK_TOOK || strcmp(t->lines[i].line.task,
                                    t->lines[i - WORK_TOOK].line.task) != 0;
    return count;
}

static enum td_code shorten(const struct work_place *place,
                            const struct work_tooks *t, const char *path,
                            struct td_error *err)
{
    struct td_buf text = {0};
    enum td_code code;

    put_useful(t, &text);
    code = work_replace_lazily(place, place->state_fd, path,
                               td_buf_bytes(&text), err);
    td_buf_release(&text);
    return code;
}

/* A log that is too long is as none, and what is appended makes a fresh one. */
static enum td_code load(struct work_tooks *t, const struct work_place *place,
                         struct td_error *err)
{
    struct td_buf path = {0};
    struct td_buf text = {.max = WORK_TOOK_MAX};
    enum td_code code =
        work_state_read(place, path_of(&path, t->plan), &text, err);
    bool too_long = code == TD_LIMIT;

    if (code == TD_END || too_long)
        code = TD_OK;
    if (!code && !too_long)
        read_all(t, td_buf_bytes(&text));
    if (!code && !place->look && (too_long || t->count > LONG + 2 * useful(t)))
        code = shorten(place, t, td_buf_str(&path), err);
    td_buf_release(&path);
    td_buf_release(&text);
    return code;
}

static enum td_code open_log(struct work_place *place, const char *plan,
                             struct td_error *err)
{
    struct work_tooks *t;

    if (place->tooks && !strcmp(place->tooks->plan, plan))
        return TD_OK;
    work_tooks_free(place->tooks);
    place->tooks = t = td_calloc(1, sizeof(*t));
    t->plan = td_strdup(plan);
    t->fd = -1;
    return load(t, place, err);
}

enum td_code work_tooks_find(struct work_place *place, const char *plan,
                             const char *task, struct work_took out[WORK_TOOK],
                             uint32_t *count, struct td_error *err)
{
    const struct work_tooks *t;

    *count = 0;
    if (open_log(place, plan, err))
        return err->code;
    t = place->tooks;
    for (uint32_t at = find(t, task); is_of(t, at, task) && *count < WORK_TOOK;
         at++)
        out[(*count)++] = t->lines[at].line;
    return TD_OK;
}

/* A line that another process has left torn is ended first. */
static int open_to_append(const struct work_place *place, const char *path,
                          struct td_error *err)
{
    const char *leaf;
    int dir = work_parent(place, place->state_fd, path, &leaf, err);
    char last = '\n';
    int fd;

    if (dir < 0)
        return -1;
    fd = place->calls->open(
        dir, leaf, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0)
        (void)td_error_errno(err, TD_IO, path, errno, "cannot open");
    else if (lseek(fd, -1, SEEK_END) >= 0 && read(fd, &last, 1) == 1 &&
             last != '\n')
        (void)work_write_all(place, fd, td_text("\n"));
    (void)close(dir);
    return fd;
}

enum td_code work_tooks_add(struct work_place *place, const char *plan,
                            const struct work_took *line, struct td_error *err)
{
    struct td_buf path = {0};
    struct td_buf text = {0};
    enum td_code code = open_log(place, plan, err);
    int why = 0;

    path_of(&path, plan);
    if (!code && place->tooks->fd < 0)
        place->tooks->fd = open_to_append(place, td_buf_str(&path), err);
    if (!code && place->tooks->fd < 0)
        code = TD_IO;
    if (!code) {
        put_line(&text, line);
        why = work_write_all(place, place->tooks->fd, td_buf_bytes(&text));
    }
    if (why) {
        code =
            td_error_errno(err, TD_IO, td_buf_str(&path), why, "cannot write");
        (void)close(place->tooks->fd); /* its end may be torn */
        place->tooks->fd = -1;
    }
    td_buf_release(&path);
    td_buf_release(&text);
    return code;
}

void work_tooks_free(struct work_tooks *t)
{
    if (!t)
        return;
    if (t->fd >= 0)
        (void)close(t->fd);
    td_arena_release(&t->arena);
    free(t->lines);
    free(t->plan);
    free(t);
}
