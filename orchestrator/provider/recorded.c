#include "orchestrator/provider/recorded.h"

#include "core/mem.h"
#include "orchestrator/provider/answer.h"
#include "tape/reader.h"

#include <stdlib.h>

struct prov_recorded {
    struct td_arena arena;
    struct prov_recorded_answer *list; /* in the order of the questions */
    size_t count;
};

/* A tape while it is read: a connection (a task) has at most one question whose
 * answer comes. */
struct gathering {
    struct prov_recorded *tape;
    size_t *open; /* by connection: the index of its question, + 1 */
    size_t open_len;
};

static struct prov_recorded_answer *question_of(struct gathering *g,
                                                uint32_t conn)
{
    size_t index = conn < g->open_len ? g->open[conn] : 0;

    return index ? &g->tape->list[index - 1] : NULL;
}

static void set_question(struct gathering *g, uint32_t conn, size_t index)
{
    if (conn >= g->open_len) {
        g->open = td_realloc(g->open, (conn + (size_t)1) * sizeof(*g->open));
        memset(g->open + g->open_len, 0,
               (conn + (size_t)1 - g->open_len) * sizeof(*g->open));
        g->open_len = conn + (size_t)1;
    }
    g->open[conn] = index;
}

static void take_question(struct gathering *g, const struct td_event *ev)
{
    struct prov_recorded *tape = g->tape;
    struct prov_recording asked;

    set_question(g, ev->conn, 0);
    if (!prov_recording_read(&asked, ev->payload, &tape->arena))
        return;
    tape->list = td_list_room(tape->list, tape->count, sizeof(*tape->list));
    tape->list[tape->count++] = (struct prov_recorded_answer){.asked = asked};
    set_question(g, ev->conn, tape->count);
}

static void take_message(struct gathering *g, const struct td_event *ev,
                         bool whole)
{
    struct prov_recorded_answer *answer = question_of(g, ev->conn);
    const char *copy;

    if (!answer)
        return;
    copy = td_arena_text(&g->tape->arena, ev->payload);
    answer->messages = td_list_room(answer->messages, answer->count,
                                    sizeof(*answer->messages));
    answer->messages[answer->count++] =
        (struct prov_recorded_message){td_bytes(copy, ev->payload.len), whole};
}

static void take_event(struct gathering *g, const struct td_event *ev)
{
    if (!td_bytes_is(ev->kind, PROV_STREAM_KIND) || ev->conn > PLAN_TASKS_MAX)
        return;
    if (td_bytes_is(ev->name, "request"))
        take_question(g, ev);
    else if (td_bytes_is(ev->name, "message"))
        take_message(g, ev, false);
    else if (td_bytes_is(ev->name, "answer"))
        take_message(g, ev, true);
}

static enum td_code read_all(struct gathering *g, struct tape_reader *reader,
                             const char *path, struct td_error *err)
{
    struct td_event ev;
    enum td_code code;

    while ((code = tape_reader_next(reader, &ev, err)) == TD_OK) {
        take_event(g, &ev);
        if (g->tape->arena.bytes > PROV_TAPE_MAX)
            return td_error_set(err, TD_LIMIT, path, 0,
                                "its answers have more than %zu bytes",
                                PROV_TAPE_MAX);
    }
    return code == TD_END ? TD_OK : code;
}

static bool is_whole(const struct prov_recorded_answer *answer)
{
    struct prov_answer read = {0};
    struct prov_end end;
    enum td_code code = TD_OK;
    bool whole;

    for (size_t i = 0; i < answer->count && !code; i++)
        code = answer->messages[i].whole
                   ? prov_answer_whole(&read, answer->messages[i].bytes, NULL)
                   : prov_answer_take(&read, answer->messages[i].bytes, NULL);
    whole = !code && prov_answer_judge(&read, &end);
    prov_answer_release(&read);
    return whole;
}

static void keep_whole(struct prov_recorded *tape)
{
    size_t kept = 0;

    for (size_t i = 0; i < tape->count; i++)
        if (is_whole(&tape->list[i]))
            tape->list[kept++] = tape->list[i];
        else {
            free(tape->list[i].messages);
            tape->list[i].messages = NULL;
        }
    tape->count = kept;
}

enum td_code prov_recorded_open(struct prov_recorded **out, const char *path,
                                struct td_error *err)
{
    const struct tape_read_options how = {0};
    struct prov_recorded *tape = td_calloc(1, sizeof(*tape));
    struct gathering g = {.tape = tape};
    struct tape_reader *reader = NULL;
    enum td_code code = tape_reader_open(&reader, path, &how, err);

    if (!code)
        code = read_all(&g, reader, path, err);
    tape_reader_close(reader);
    free(g.open);
    keep_whole(tape);
    if (code)
        prov_recorded_close(tape);
    else
        *out = tape;
    return code;
}

void prov_recorded_close(struct prov_recorded *tape)
{
    if (!tape)
        return;
    for (size_t i = 0; i < tape->count; i++) {
        /* Those that were dropped are behind the count. */
        /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
        free(tape->list[i].messages);
    }
    free(tape->list);
    td_arena_release(&tape->arena);
    free(tape);
}

const struct prov_recorded_answer *
prov_recorded_find(const struct prov_recorded *tape, const char *key,
                   const struct prov_parts *parts)
{
    for (size_t i = tape->count; *key && i-- > 0;)
        if (!strcmp(tape->list[i].asked.key, key))
            return &tape->list[i];
    for (size_t i = tape->count; i-- > 0;)
        if (!prov_parts_differ(&tape->list[i].asked.parts, parts))
            return &tape->list[i];
    return NULL;
}

const struct prov_recorded_answer *
prov_recorded_nearest(const struct prov_recorded *tape, const char *task,
                      const struct prov_parts *parts)
{
    const struct prov_recorded_answer *nearest = NULL;
    unsigned least = UINT32_MAX;

    for (size_t i = tape->count; i-- > 0;) {
        const struct prov_recorded_answer *it = &tape->list[i];
        unsigned far = 2 * prov_parts_differ(&it->asked.parts, parts) +
                       (strcmp(it->asked.task, task) != 0);

        if (far < least) {
            least = far;
            nearest = it;
        }
    }
    return nearest;
}
