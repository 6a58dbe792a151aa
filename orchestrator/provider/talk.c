#include "orchestrator/provider/talk.h"

#include "core/json_value.h"
#include "core/json_writer.h"
#include "core/utf8.h"

/* A line while it is told. */
struct saying {
    struct prov_talk *talk;
    const struct prov_talk_events *events;
    void *ctx;
    const bool *stop;
};

void prov_talk_release(struct prov_talk *talk)
{
    td_buf_release(&talk->line);
    td_buf_release(&talk->text);
    td_buf_release(&talk->model);
    td_json_release(&talk->doc);
    *talk = (struct prov_talk){0};
}

static uint32_t member(const struct prov_talk *talk, uint32_t of,
                       const char *name)
{
    return td_json_member(&talk->doc, of, td_text(name));
}

/* A number from 0 to most; false: it is none. */
static bool number(const struct prov_talk *talk, uint32_t at, double most,
                   double *out)
{
    return td_json_double(&talk->doc, at, out) && *out >= 0 && *out <= most;
}

/* The text of a string; empty: it is none. Until the next call. */
static struct td_bytes text_of(struct prov_talk *talk, uint32_t at)
{
    td_buf_clear(&talk->text);
    if (td_json_is(&talk->doc, at, TD_JSON_STRING))
        (void)td_json_unescape(&talk->text, td_json_inner(&talk->doc, at));
    return td_buf_bytes(&talk->text);
}

static void say_progress(const struct saying *say)
{
    uint32_t at = member(say->talk, 0, "progress");
    double share;

    if (at && say->events->progress)
        say->events->progress(say->ctx,
                              number(say->talk, at, 1, &share) ? share : -1);
}

static void say_artifact(const struct saying *say)
{
    struct td_bytes path = text_of(say->talk, member(say->talk, 0, "artifact"));

    if (path.len && say->events->artifact)
        say->events->artifact(say->ctx, path);
}

static void most(uint64_t *of, double n)
{
    if ((uint64_t)n > *of)
        *of = (uint64_t)n;
}

#define MODEL_MAX 128 /* bytes of a name; a longer one is none */

static void say_usage(const struct saying *say)
{
    const double tokens_max = 1e15;
    const double cost_max = 1e9;
    struct prov_talk *talk = say->talk;
    uint32_t at = member(talk, 0, "usage");
    struct td_bytes model;
    double n;

    if (!td_json_is(&talk->doc, at, TD_JSON_OBJECT))
        return;
    if (number(talk, member(talk, at, "tokens_in"), tokens_max, &n))
        most(&talk->usage.tokens_in, n);
    if (number(talk, member(talk, at, "tokens_out"), tokens_max, &n))
        most(&talk->usage.tokens_out, n);
    if (number(talk, member(talk, at, "cost_usd"), cost_max, &n) &&
        n > talk->usage.cost_usd)
        talk->usage.cost_usd = n;
    model = text_of(talk, member(talk, at, "model"));
    if (model.len && model.len <= MODEL_MAX) {
        td_buf_clear(&talk->model);
        (void)td_buf_add_bytes(&talk->model, model);
    }
    talk->usage.model = talk->model.len ? td_buf_str(&talk->model) : NULL;
    if (say->events->usage)
        say->events->usage(say->ctx, &talk->usage);
}

/* The class that a process may say; without one its exit status is all. */
static enum plan_fault fault_of(struct td_bytes word)
{
    enum plan_fault fault = plan_fault_of(word);

    return fault == PLAN_SIGNAL || fault > PLAN_REFUSED ? PLAN_EXIT_STATUS
                                                        : fault;
}

static void say_error(const struct saying *say)
{
    const double day = 86400;
    struct prov_talk *talk = say->talk;
    uint32_t at = member(talk, 0, "error");
    double after = 0;
    enum plan_fault fault;

    if (!td_json_is(&talk->doc, at, TD_JSON_OBJECT) || !say->events->error)
        return;
    fault = fault_of(text_of(talk, member(talk, at, "class")));
    if (!number(talk, member(talk, at, "retry_after"), day, &after))
        after = 0;
    say->events->error(say->ctx, fault, (uint64_t)(after * 1e9),
                       text_of(talk, member(talk, at, "message")));
}

static void say_result(const struct saying *say)
{
    uint32_t at = member(say->talk, 0, "result");

    if (td_json_is(&say->talk->doc, at, TD_JSON_OBJECT) && say->events->result)
        say->events->result(say->ctx, td_json_raw(&say->talk->doc, at));
}

static void say_line(const struct saying *say, struct td_bytes line)
{
    static void (*const all[])(const struct saying *) = {
        say_progress, say_artifact, say_usage, say_error, say_result};
    struct prov_talk *talk = say->talk;

    if (line.len && line.ptr[line.len - 1] == '\r')
        line.len--;
    talk->lines++;
    if (td_json_parse(&talk->doc, line, TD_JSON_DEPTH_ALL, NULL) ||
        talk->doc.values[0].kind != TD_JSON_OBJECT) {
        talk->bad++;
        return;
    }
    for (size_t i = 0; i < sizeof(all) / sizeof(*all) && !*say->stop; i++)
        all[i](say);
}

/* Bytes of a line whose end has not come. */
static void keep(struct prov_talk *talk, struct td_bytes bytes)
{
    if (!talk->skip && talk->line.len + bytes.len > PROV_LINE_MAX) {
        talk->skip = true;
        td_buf_release(&talk->line);
    }
    if (!talk->skip)
        (void)td_buf_add_bytes(&talk->line, bytes);
}

static void end_line(const struct saying *say, struct td_bytes rest)
{
    struct prov_talk *talk = say->talk;

    if (!talk->skip && talk->line.len + rest.len <= PROV_LINE_MAX) {
        if (talk->line.len) {
            (void)td_buf_add_bytes(&talk->line, rest);
            rest = td_buf_bytes(&talk->line);
        }
        say_line(say, rest);
    } else {
        talk->lines++;
        talk->bad++;
    }
    talk->skip = false;
    td_buf_clear(&talk->line);
}

static struct saying saying_of(struct prov_talk *talk,
                               const struct prov_talk_events *events, void *ctx,
                               const bool *stop)
{
    if (!talk->begun)
        talk->usage.cost_usd = -1;
    talk->begun = true;
    return (struct saying){talk, events, ctx, stop};
}

void prov_talk_push(struct prov_talk *talk, struct td_bytes bytes,
                    const struct prov_talk_events *events, void *ctx,
                    const bool *stop)
{
    const struct saying say = saying_of(talk, events, ctx, stop);

    while (bytes.len && !*stop) {
        const uint8_t *end = memchr(bytes.ptr, '\n', bytes.len);
        size_t len = end ? (size_t)(end - bytes.ptr) : bytes.len;

        if (end)
            end_line(&say, td_bytes(bytes.ptr, len));
        else
            keep(talk, bytes);
        bytes.ptr += len + (end != NULL);
        bytes.len -= len + (end != NULL);
    }
}

void prov_talk_end(struct prov_talk *talk,
                   const struct prov_talk_events *events, void *ctx,
                   const bool *stop)
{
    const struct saying say = saying_of(talk, events, ctx, stop);

    if ((talk->line.len || talk->skip) && !*stop)
        end_line(&say, td_text(""));
}

static void put_words(struct td_json_writer *w, const char *key,
                      const struct plan_words *words)
{
    td_json_array(w, key);
    for (uint32_t i = 0; i < words->count; i++)
        td_json_put_text(w, NULL, words->list[i]);
    td_json_array_end(w);
}

enum td_code prov_talk_task(struct td_buf *out, const struct prov_job *job)
{
    struct td_json_writer w = td_json_writer(out);
    char name[PLAN_TASK_NAME];

    td_json_object(&w, NULL);
    td_json_put_u64(&w, "schema", 1);
    td_json_object(&w, "task");
    td_json_put_text(&w, "id", job->task->id);
    td_json_put_text(&w, "task", plan_task_name(name, job->task->place));
    td_json_put_text(&w, "name", job->task->name);
    td_json_put_text(&w, "attempt_id", job->id);
    td_json_put_u64(&w, "attempt", job->attempt);
    td_json_put_text(&w, "key", job->key ? job->key : "");
    td_json_put_text(&w, "dir", job->dir);
    td_json_put_fixed(&w, "temperature", job->temperature, 1);
    td_json_put_raw(&w, "with", td_text(job->task->with));
    put_words(&w, "inputs", &job->task->inputs);
    put_words(&w, "outputs", &job->task->outputs);
    td_json_object_end(&w);
    td_json_object_end(&w);
    return td_json_line(&w);
}
