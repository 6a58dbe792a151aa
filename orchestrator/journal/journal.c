#include "orchestrator/journal/journal_internal.h"

#include "core/mem.h"
#include "tape/writer.h"

#include <stdlib.h>
#include <string.h>

#define SCHEMA 1

struct journal {
    struct tape_writer *tape;
    const struct td_clock *clock;
    char *id;
    uint64_t base_ns;  /* of the execution, where the segment begins */
    uint64_t start_ns; /* monotonic, when the segment began */
    uint64_t seq;
    uint64_t said_ns; /* wall */
    struct td_buf line;
    struct td_json_writer writer;
    const char *type; /* of what is being said */
    bool dirty;
    struct td_error failed; /* the first; nothing is written any more */
    void (*event)(void *ctx, const struct td_event *ev);
    void *ctx;
    struct td_buf said; /* lines that were put and not told yet: each its
                           struct td_event's parts, see keep() */
    struct kept *kept;
    size_t kept_len;
    const struct plan *waves_of; /* whose tasks by_depth are; NULL: none yet */
    uint32_t *by_depth;
    uint32_t *depth_ends;
};

/* A line to be told after the commit: extents in `said`. */
struct kept {
    uint64_t at_ns;
    uint64_t seq; /* of an execution event; else 0 */
    bool run;
    size_t name;
    size_t name_len;
    size_t json;
    size_t json_len;
};

static struct tape_options tape_of(const struct journal_options *options)
{
    return (struct tape_options){
        .clock = options->clock,
        .source = options->source,
        .id = options->id,
        .fsync = options->fsync ? TAPE_FSYNC_FLUSH : TAPE_FSYNC_NEVER,
        .patient = true,
        .one_thread = true, /* each commit would wait for the other */
    };
}

static enum td_code open_tape(struct journal **out, const char *path,
                              const struct journal_options *options,
                              const struct tape_options *tape,
                              struct td_error *err)
{
    struct journal *j = td_calloc(1, sizeof(*j));
    enum td_code code;

    j->clock = options->clock ? options->clock : td_clock_real();
    code = tape_writer_open(&j->tape, path, tape, err);
    if (code) {
        free(j);
        return code;
    }
    j->id = td_strdup(options->id);
    j->start_ns = td_mono_ns(j->clock);
    *out = j;
    return TD_OK;
}

enum td_code journal_create(struct journal **out, const char *path,
                            const struct journal_options *options,
                            struct td_error *err)
{
    struct tape_options tape = tape_of(options);

    return open_tape(out, path, options, &tape, err);
}

enum td_code journal_continue(struct journal **out, const char *path,
                              const struct journal_options *options,
                              const struct journal_mark *mark,
                              struct td_error *err)
{
    struct tape_options tape = tape_of(options);
    struct td_json_writer w;
    struct td_buf json = {0};
    enum td_code code;

    tape.append = true;
    code = open_tape(out, path, options, &tape, err);
    if (code)
        return code;
    (*out)->base_ns = mark->at_ns;
    (*out)->seq = mark->seq;
    (*out)->said_ns = mark->said_ns;
    w = td_json_writer(&json);
    td_json_object(&w, NULL);
    td_json_put_u64(&w, "segment", mark->segment);
    td_json_put_u64(&w, "seq", mark->seq);
    td_json_put_u64(&w, "at", mark->at_ns);
    td_json_object_end(&w);
    journal_note_json(*out, JOURNAL_RESUMED, td_buf_bytes(&json));
    td_buf_release(&json);
    return TD_OK;
}

void journal_on_event(struct journal *j,
                      void (*event)(void *ctx, const struct td_event *ev),
                      void *ctx)
{
    j->event = event;
    j->ctx = ctx;
}

static uint64_t segment_now(const struct journal *j)
{
    return td_mono_ns(j->clock) - j->start_ns;
}

uint64_t journal_now(const struct journal *j)
{
    return j->base_ns + segment_now(j);
}

uint64_t journal_said_ns(const struct journal *j)
{
    return j->said_ns;
}

uint64_t journal_seq(const struct journal *j)
{
    return j->seq;
}

/* Remember a line until it may be told. */
static void keep(struct journal *j, const struct td_event *ev)
{
    struct kept kept = {.at_ns = ev->at_ns, .run = ev->kind.len > 0};

    kept.seq = kept.run ? 0 : j->seq;
    kept.name = j->said.len;
    kept.name_len = ev->name.len;
    (void)td_buf_add_bytes(&j->said, ev->name);
    kept.json = j->said.len;
    kept.json_len = ev->payload.len;
    if (td_buf_add_bytes(&j->said, ev->payload))
        return;
    j->kept = td_realloc(j->kept, (j->kept_len + 1) * sizeof(*j->kept));
    j->kept[j->kept_len++] = kept;
}

static bool put_line(struct journal *j, const struct td_event *ev)
{
    struct td_error err;

    if (j->failed.code)
        return false;
    if (tape_writer_put(j->tape, ev, &err)) {
        j->failed = err;
        return false;
    }
    j->dirty = true;
    return true;
}

static void put(struct journal *j, const char *kind, const char *word,
                struct td_bytes json)
{
    struct td_event ev = {
        .at_ns = segment_now(j),
        .dir = TD_DIR_OUT,
        .form = TD_FORM_JSON,
        .kind = td_text(kind),
        .name = td_text(word),
        .payload = json,
    };

    if (put_line(j, &ev) && j->event)
        keep(j, &ev);
}

void journal_note_stream(struct journal *j, uint32_t place,
                         const struct td_event *ev)
{
    struct td_event mine = *ev;

    mine.at_ns = segment_now(j);
    mine.conn = place;
    mine.kind = td_text(JOURNAL_STREAM);
    (void)put_line(j, &mine);
}

void journal_note_json(struct journal *j, const char *word,
                       struct td_bytes json)
{
    put(j, JOURNAL_KIND, word, json);
}

static const struct journal_word *word_of(const struct sched_event *ev)
{
    const struct journal_word *word = journal_words;

    while (word->word && word->what != ev->what)
        word++;
    return word;
}

/* The tasks of a wave, by their places; they are sorted once. */
static void put_wave(struct journal *j, struct td_json_writer *w,
                     const struct plan *plan, uint32_t wave)
{
    if (j->waves_of != plan) {
        free(j->by_depth);
        free(j->depth_ends);
        j->by_depth = plan_by_depth(plan, &j->depth_ends);
        j->waves_of = plan;
    }
    td_json_put_u64(w, "wave", wave);
    td_json_array(w, "tasks");
    for (uint32_t i = j->depth_ends[wave - 1]; i < j->depth_ends[wave]; i++)
        td_json_put_u64(w, NULL, plan->tasks[j->by_depth[i]].place);
    td_json_array_end(w);
}

static void put_used(struct td_json_writer *w, const struct sched_event *ev)
{
    td_json_put_u64(w, "tokens", ev->tokens);
    if (ev->cost_usd >= 0)
        td_json_put_fixed(w, "cost_usd", ev->cost_usd, 9);
}

static void put_fate(struct td_json_writer *w, const struct sched_event *ev,
                     unsigned members)
{
    if (members & JOURNAL_FAULT)
        td_json_put_text(w, "fault", plan_fault_word(ev->fault));
    if (members & JOURNAL_STATUS && (ev->status || ev->what == SCHED_ENDED))
        td_json_put_i64(w, "status", ev->status);
    if (members & JOURNAL_AFTER && ev->retry_after_ns)
        td_json_put_u64(w, "retry_after", ev->retry_after_ns);
    if (members & JOURNAL_UNTIL && ev->until)
        td_json_put_u64(w, "until", ev->until);
}

static void put_members(struct journal *j, struct td_json_writer *w,
                        const struct plan *plan, const struct sched_event *ev,
                        unsigned members)
{
    if (members & JOURNAL_TASK)
        td_json_put_u64(w, "task", plan->tasks[ev->task].place);
    if (members & JOURNAL_ATTEMPT)
        td_json_put_u64(w, "attempt", ev->attempt);
    if (members & JOURNAL_WAVE && ev->what == SCHED_WAVE_BEGIN)
        put_wave(j, w, plan, ev->wave);
    else if (members & JOURNAL_WAVE)
        td_json_put_u64(w, "wave", ev->wave);
    if (members & JOURNAL_CAUSE)
        td_json_put_u64(w, "cause", plan->tasks[ev->cause].place);
    put_fate(w, ev, members);
    if (members & JOURNAL_USED)
        put_used(w, ev);
    if (members & JOURNAL_BUDGET) {
        td_json_put_text(w, "of", journal_budgets[ev->budget]);
        td_json_put_u64(w, "percent", ev->percent);
    }
}

void journal_note(struct journal *j, const struct plan *plan,
                  const struct sched_event *ev, const char *more)
{
    const struct journal_word *word = word_of(ev);
    struct td_json_writer w;

    if (!word->word)
        return;
    td_buf_clear(&j->line);
    w = td_json_writer(&j->line);
    td_json_object(&w, NULL);
    put_members(j, &w, plan, ev, word->members);
    if (*more && w.comma)
        (void)td_buf_add_text(&j->line, ",");
    (void)td_buf_add_text(&j->line, more);
    td_json_object_end(&w);
    put(j, JOURNAL_KIND, word->word, td_buf_bytes(&j->line));
}

/* With three decimals, as the envelope's is. */
static void put_timestamp(struct journal *j)
{
    uint64_t now = td_wall_ns(j->clock);
    struct td_buf text = {0};

    now -= now % TD_NS_PER_MS;
    j->said_ns = now > j->said_ns ? now : j->said_ns;
    if (!td_time_format(&text, j->said_ns)) {
        text.len -= sizeof("000000Z") - 1;
        (void)td_buf_add_text(&text, "Z");
    }
    td_json_put_string(&j->writer, "timestamp", td_buf_bytes(&text));
    td_buf_release(&text);
}

struct td_json_writer *journal_say(struct journal *j, const char *type)
{
    td_buf_clear(&j->line);
    j->type = type;
    j->writer = td_json_writer(&j->line);
    td_json_object(&j->writer, NULL);
    td_json_put_text(&j->writer, "type", type);
    put_timestamp(j);
    td_json_object(&j->writer, "data");
    return &j->writer;
}

void journal_said(struct journal *j)
{
    td_json_put_text(&j->writer, "execution_id", j->id);
    td_json_put_u64(&j->writer, "seq", ++j->seq);
    td_json_put_u64(&j->writer, "schema", SCHEMA);
    td_json_object_end(&j->writer);
    td_json_object_end(&j->writer);
    put(j, "", j->type, td_buf_bytes(&j->line));
}

static void tell(struct journal *j)
{
    for (size_t i = 0; i < j->kept_len; i++) {
        const struct kept *kept = &j->kept[i];
        struct td_event ev = {
            .seq = kept->seq,
            .at_ns = kept->at_ns,
            .dir = TD_DIR_OUT,
            .form = TD_FORM_JSON,
            .kind = td_text(kept->run ? JOURNAL_KIND : ""),
            .name = td_bytes(j->said.ptr + kept->name, kept->name_len),
            .payload = td_bytes(j->said.ptr + kept->json, kept->json_len),
        };

        j->event(j->ctx, &ev);
    }
    j->kept_len = 0;
    td_buf_clear(&j->said);
}

enum td_code journal_commit(struct journal *j, struct td_error *err)
{
    if (!j->failed.code && j->dirty && tape_writer_flush(j->tape, err) != TD_OK)
        j->failed = *err;
    if (j->failed.code) {
        *err = j->failed;
        return err->code;
    }
    j->dirty = false;
    tell(j);
    return TD_OK;
}

bool journal_is_dirty(const struct journal *j)
{
    return j->dirty || j->failed.code;
}

enum td_code journal_close(struct journal *j, bool finished,
                           struct td_error *err)
{
    enum td_code code;

    if (!j)
        return TD_OK;
    code =
        tape_writer_close(j->tape, finished ? TAPE_END_CLEAN : TAPE_END_SIGNAL,
                          finished ? NULL : "left for a resume", err);
    td_buf_release(&j->line);
    td_buf_release(&j->said);
    free(j->kept);
    free(j->by_depth);
    free(j->depth_ends);
    free(j->id);
    free(j);
    return code;
}
