/* The six events of an execution. */
#include "console/seen/envelope.h"
#include "console/seen/seen_internal.h"
#include "core/clock.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct seen_fact nothing = {.kind = SEEN_NOTHING};

/* ---- the beginning and the end ---- */

static void read_phases(struct seen_read *r)
{
    uint32_t list = seen_at(r->doc, r->data, "phases");
    uint32_t end = list ? r->doc->values[list].next : 0;

    if (!list || r->doc->values[list].kind != TD_JSON_ARRAY)
        return;
    for (uint32_t at = list + 1; at < end; at = r->doc->values[at].next) {
        uint64_t n = seen_number(r->doc, at, "phase|number", SEEN_PHASES);
        struct seen_phase *phase = &r->s->phases[n % SEEN_PHASES];

        if (n >= SEEN_PHASES)
            continue;
        seen_replace(&phase->name, seen_text(r->doc, at, "name"));
        phase->tasks = (uint32_t)seen_number(r->doc, at, "task_count|tasks", 0);
    }
}

static void read_task_ids(struct seen_read *r)
{
    uint32_t list = seen_at(r->doc, r->data, "task_ids");
    uint32_t end = list ? r->doc->values[list].next : 0;
    struct td_buf id = {0};

    if (!list || r->doc->values[list].kind != TD_JSON_ARRAY)
        return;
    for (uint32_t at = list + 1; at < end; at = r->doc->values[at].next) {
        if (r->doc->values[at].kind != TD_JSON_STRING)
            continue;
        td_buf_clear(&id);
        (void)td_json_unescape(&id, td_json_inner(r->doc, at));
        (void)seen_task_of(r->s, td_buf_bytes(&id));
    }
    td_buf_release(&id);
}

static struct seen_fact execution_started(struct seen_read *r)
{
    struct seen *s = r->s;
    uint64_t events = s->events;
    struct td_buf created = s->created;

    if (s->began_ns || s->task_count) {
        s->created = (struct td_buf){0};
        seen_clear(s);
        s->events = events;
        s->created = created;
    }
    s->began_ns = r->wall_ns;
    seen_replace(&s->execution, seen_text(r->doc, r->data, "execution_id"));
    seen_replace(&s->plan, seen_text(r->doc, r->data, "plan_id"));
    s->total = (uint32_t)seen_number(r->doc, r->data, "total_tasks", 0);
    s->waves_total = (uint32_t)seen_number(r->doc, r->data, "total_waves", 0);
    s->artifacts_expected =
        (uint32_t)seen_number(r->doc, r->data, "expected_artifacts", 0);
    read_phases(r);
    read_task_ids(r);
    seen_take_created(s);
    return (struct seen_fact){.kind = SEEN_BEGAN};
}

static struct seen_fact execution_completed(struct seen_read *r)
{
    struct seen *s = r->s;
    uint32_t stats = seen_at(r->doc, r->data, "final_stats");
    uint64_t tokens =
        seen_number(r->doc, r->data, "tokens_used",
                    stats ? seen_number(r->doc, stats, "tokens_used", s->tokens)
                          : s->tokens);
    double cost =
        seen_real(r->doc, r->data, "cost_usd",
                  stats ? seen_real(r->doc, stats, "cost_usd", -1) : -1);

    s->ended = true;
    s->tokens = tokens;
    if (cost >= 0) {
        s->cost = cost;
        s->cost_known = true;
    }
    seen_replace(&s->status, seen_text(r->doc, r->data, "status"));
    if (!strcmp(s->status, "success"))
        seen_replace(&s->status, td_strdup("completed"));
    s->skipped =
        (uint32_t)seen_number(r->doc, r->data, "skipped_tasks", s->skipped);
    s->failed =
        (uint32_t)seen_number(r->doc, r->data, "failed_tasks", s->failed);
    s->cached =
        stats ? (uint32_t)seen_number(r->doc, stats, "cached_tasks", 0) : 0;
    s->took_ms =
        seen_real(r->doc, r->data, "total_duration_ms|duration_ms", -1);
    return (struct seen_fact){.kind = SEEN_ENDED};
}

/* ---- tasks ---- */

void seen_read_phase(struct seen_read *r, struct seen_task *task)
{
    uint64_t n = seen_number(r->doc, r->data, "phase", task->phase);

    if (n >= SEEN_PHASES)
        return;
    task->phase = (uint32_t)n;
    seen_keep(&r->s->phases[n].name, r, "phase_name");
}

static void read_usage(struct seen_read *r, struct seen_task *task)
{
    uint64_t tokens = seen_number(r->doc, r->data, "tokens_used", task->tokens);
    double cost = seen_real(r->doc, r->data, "cost_usd", -1);

    seen_read_model(r, task);
    seen_add_tokens(r->s, task, tokens - task->tokens);
    if (cost >= 0)
        seen_add_cost(r->s, task, cost - task->cost);
}

void seen_count_end(struct seen *s, const struct seen_task *task, bool good)
{
    struct seen_phase *phase = &s->phases[task->phase];

    if (good)
        s->completed++;
    else if (seen_was_skipped(task))
        s->skipped++;
    else
        s->failed++;
    if (s->gates) /* which have no phases */
        return;
    phase->ended++;
    phase->bad += !good;
    if (phase->ended > phase->tasks)
        phase->tasks = phase->ended;
}

static bool has_status(struct seen_read *r, const char *word)
{
    uint32_t at = seen_at(r->doc, r->data, "status");

    return at && r->doc->values[at].kind == TD_JSON_STRING &&
           td_json_string_is(r->doc, at, td_text(word));
}

static struct seen_fact progress_update(struct seen_read *r)
{
    uint32_t place = seen_read_task(r);
    struct seen_task *task;
    bool good = has_status(r, "completed");
    bool bad = has_status(r, "failed");

    if (place == SEEN_NONE || seen_is_final(r->s->tasks[place].state))
        return nothing;
    task = &r->s->tasks[place];
    seen_read_phase(r, task);
    seen_keep(&task->provider, r, "provider");
    task->attempt =
        (uint32_t)seen_number(r->doc, r->data, "attempt", task->attempt);
    if (!good && !bad) {
        seen_set_state(r->s, place, SEEN_RUNNING);
        task->began_ns = r->wall_ns;
        return (struct seen_fact){.kind = SEEN_TASK_BEGAN, .task = place};
    }
    task->took_ms = seen_real(r->doc, r->data, "duration_ms", -1);
    read_usage(r, task);
    seen_set_state(r->s, place, good ? SEEN_COMPLETED : SEEN_FAILED);
    seen_count_end(r->s, task, good);
    return (struct seen_fact){.kind = SEEN_TASK_ENDED, .task = place};
}

static void log_error(struct seen_read *r, uint32_t place, bool again)
{
    const struct seen_task *task = &r->s->tasks[place];
    struct td_buf text = {0};

    (void)td_buf_addf(&text, "%s: %s, error %u",
                      task->error_type ? task->error_type : "error",
                      task->error ? task->error : "", task->errors);
    seen_log(r->s, r->wall_ns, again ? SEEN_WARN : SEEN_ERROR, place,
             td_buf_bytes(&text));
    td_buf_release(&text);
}

/* When the next attempt comes; 0: it was not told. */
uint64_t seen_again_at(const struct seen_read *r)
{
    uint64_t ms = seen_number(r->doc, r->data, "retry_in_ms", UINT64_MAX);

    return ms == UINT64_MAX ? 0 : r->wall_ns + ms * TD_NS_PER_MS;
}

static struct seen_fact error(struct seen_read *r)
{
    uint32_t place = seen_read_task(r);
    struct seen_task *task;
    bool again = seen_at(r->doc, r->data, "will_retry")
                     ? seen_true(r->doc, r->data, "will_retry")
                     : seen_true(r->doc, r->data, "recoverable");

    if (place == SEEN_NONE)
        return nothing;
    task = &r->s->tasks[place];
    seen_replace(&task->error,
                 seen_text(r->doc, r->data, "error_message|message"));
    seen_replace(&task->error_type, seen_text(r->doc, r->data, "error_type"));
    task->attempts_max =
        task->attempts_told
            ? task->attempts_told
            : (uint32_t)(seen_number(r->doc, r->data, "max_retries", 0) %
                         UINT32_MAX) +
                  1;
    task->errors++;
    r->s->errors++;
    log_error(r, place, again);
    if (!seen_is_final(task->state) && again) {
        r->s->retries++;
        seen_set_state(r->s, place, SEEN_RETRYING);
        task->again_ns = seen_again_at(r);
    }
    return (struct seen_fact){.kind = SEEN_TASK_ERROR, .task = place};
}

/* ---- artifacts and waves ---- */

static struct seen_fact artifact_created(struct seen_read *r)
{
    struct seen *s = r->s;
    char *path = seen_text(r->doc, r->data, "file_path|path");
    char *type = seen_text(r->doc, r->data, "artifact_type|type");
    uint32_t place = s->artifact_count;

    if (!path || place == SEEN_ARTIFACTS_MAX) {
        free(path);
        free(type);
        return nothing;
    }
    s->artifacts = td_list_room(s->artifacts, place, sizeof(*s->artifacts));
    s->artifacts[place] = (struct seen_artifact){
        .path = path,
        .type = type ? type : td_strdup("file"),
        .sha256 = seen_text(r->doc, r->data, "sha256"),
        .mode = seen_text(r->doc, r->data, "mode"),
        .size = seen_number(r->doc, r->data, "size_bytes|size", 0),
        .task =
            seen_at(r->doc, r->data, "task_id") ? seen_read_task(r) : SEEN_NONE,
    };
    s->artifact_bytes += s->artifacts[place].size;
    s->artifact_count++;
    return (struct seen_fact){.kind = SEEN_ARTIFACT, .artifact = place};
}

/* The wave of this number, added if it is not there. */
static uint32_t wave_of(struct seen *s, uint32_t number)
{
    for (uint32_t i = s->wave_count; i-- > 0;)
        if (s->waves[i].number == number)
            return i;
    if (s->wave_count == SEEN_WAVES_MAX)
        return SEEN_NONE;
    s->waves = td_list_room(s->waves, s->wave_count, sizeof(*s->waves));
    s->waves[s->wave_count] = (struct seen_wave){.number = number};
    return s->wave_count++;
}

static struct seen_fact wave(struct seen_read *r, bool ended)
{
    uint32_t place =
        wave_of(r->s, (uint32_t)seen_number(r->doc, r->data, "wave_number", 0));
    struct seen_wave *wave;

    if (place == SEEN_NONE || r->s->waves[place].ended)
        return nothing;
    wave = &r->s->waves[place];
    wave->tasks = (uint32_t)seen_number(
        r->doc, r->data, "tasks_in_wave|atoms_in_wave", wave->tasks);
    wave->good = (uint32_t)seen_number(r->doc, r->data,
                                       "successful_tasks|atoms_completed", 0);
    wave->took_ms = seen_real(r->doc, r->data, "duration_ms", -1);
    wave->began = true;
    wave->ended = ended;
    return (struct seen_fact){.kind = ended ? SEEN_WAVE_ENDED : SEEN_WAVE_BEGAN,
                              .wave = place};
}

static struct seen_fact wave_completed(struct seen_read *r)
{
    return wave(r, true);
}

static struct seen_fact wave_started(struct seen_read *r)
{
    return wave(r, false);
}

/* ---- envelopes ---- */

static const struct {
    const char *type;
    seen_reader read;
} six[] = {
    {"progress_update", progress_update},
    {"artifact_created", artifact_created},
    {"error", error},
    {"wave_started", wave_started},
    {"wave_completed", wave_completed},
    {"execution_started", execution_started},
    {"execution_completed", execution_completed},
};

static seen_reader reader_of(struct td_bytes type)
{
    for (size_t i = 0; i < sizeof(six) / sizeof(six[0]); i++)
        if (td_bytes_is(type, six[i].type))
            return six[i].read;
    return seen_extra(type);
}

/* Events of one shape are most often of one type. */
static seen_reader known_reader(struct seen_envelope *at, struct td_bytes type)
{
    if (type.len > SEEN_TYPE_MAX || type.len == 0)
        return NULL;
    if (type.len == at->read_type_len &&
        !memcmp(type.ptr, at->read_type, type.len))
        return at->read;
    seen_envelope_forget(at);
    at->read = reader_of(type);
    at->read_type_len = (uint32_t)type.len;
    memcpy(at->read_type, type.ptr, type.len);
    return at->read;
}

/* A server whose executions are gone gives their ids once more. */
static bool is_of_the_same(const struct seen_read *r)
{
    uint32_t at = seen_at(r->doc, r->data, "execution_id");

    return at && r->wall_ns == r->s->began_ns &&
           td_bytes_is(td_json_inner(r->doc, at), r->s->execution);
}

/* What was heard already. A tape that is played in a loop tells an execution
 * from its beginning once more, and that counts; so does another execution. */
static bool is_stale(const struct seen_read *r, seen_reader read, uint64_t seq,
                     uint64_t sub)
{
    bool behind =
        seq && (seq < r->s->seq || (seq == r->s->seq && sub <= r->s->sub));

    if (read != execution_started)
        return behind;
    return behind && r->s->again && is_of_the_same(r);
}

static struct seen_fact put_doc(struct seen *s, struct seen_envelope *at)
{
    const struct td_json_doc *doc = s->doc;
    struct seen_read r = {.s = s, .doc = doc, .data = at->data, .own = at->own};
    struct seen_fact fact = nothing;
    seen_reader read;
    uint64_t seq;
    uint64_t sub;

    if (!at->type || !at->data) {
        s->odd++;
        return nothing;
    }
    read = known_reader(at, td_json_inner(doc, at->type));
    seq = seen_number_at(doc, at->seq, 0);
    sub = seen_number_at(doc, at->sub, 0);
    if (at->time)
        r.wall_ns =
            seen_envelope_time(s->envelopes, td_json_inner(doc, at->time));
    if (!read || is_stale(&r, read, seq, sub))
        return nothing;
    if (r.wall_ns > s->last_ns)
        s->last_ns = r.wall_ns; /* of what it changes, too */
    fact = read(&r);
    s->events++;
    if (seq) {
        s->seq = seq;
        s->sub = sub;
    }
    if (r.wall_ns > s->last_ns) /* it began anew */
        s->last_ns = r.wall_ns;
    /* cppcheck-suppress returnDanglingLifetime ; a fact points nowhere */
    return fact;
}

struct seen_fact seen_put(struct seen *s, struct td_bytes event)
{
    struct seen_envelope *at;

    if (!s->envelopes)
        s->envelopes = seen_envelopes_new();
    at = seen_envelope_read(s->envelopes, s->doc, event);
    if (at)
        return put_doc(s, at);
    s->odd++;
    return nothing;
}
