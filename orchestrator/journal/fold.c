#include "orchestrator/journal/fold.h"

#include "core/json_shape.h"
#include "core/json_value.h"
#include "core/mem.h"
#include "orchestrator/journal/journal_internal.h"
#include "tape/reader.h"
#include "tape/rewrite.h"

#include <string.h>

#define INT_DIGITS 16 /* of 2^53 */
#define SECOND_LEN 20
#define MS_LEN     4 /* "123Z" */

/* Where documents of one shape have what every execution event has. */
struct envelope {
    uint64_t shape; /* 0: of none */
    uint32_t data;
    uint32_t seq;
    uint32_t task;
    uint32_t timestamp;
};

/* A moment that was read, but for its milliseconds: "2026-01-31T12:00:00." */
struct second {
    uint8_t text[SECOND_LEN];
    uint64_t ns; /* 0: none yet */
};

struct folding {
    struct td_json_shapes *shapes;
    struct envelope envelope; /* of the event before */
    struct second second;
    const struct journal_listener *listener;
    void *ctx;
    struct journal_found *found;
    struct td_json_doc doc;
    uint32_t tasks;
    uint64_t base_ns; /* of the segment */
    uint64_t last_ns;
    bool created;
};

/* ---- members ---- */

static enum td_code wrong(struct td_error *err, const char *what)
{
    return td_error_set(err, TD_FORMAT, "", 0, "%s", what);
}

/* A whole number from 0; false: it is none, or `at` is 0. */
static bool number_at(const struct td_json_doc *doc, uint32_t at, uint64_t *out)
{
    struct td_bytes raw = td_json_raw(doc, at);
    uint64_t n = 0;

    if (!at || doc->values[at].kind != TD_JSON_NUMBER || raw.len > INT_DIGITS)
        return false;
    for (size_t i = 0; i < raw.len; i++) {
        if (raw.ptr[i] < '0' || raw.ptr[i] > '9')
            return false;
        n = n * 10 + raw.ptr[i] - '0';
    }
    *out = n;
    return true;
}

static bool read_u64(const struct td_json_doc *doc, uint32_t object,
                     const char *name, uint64_t *out)
{
    return number_at(doc, td_json_member(doc, object, td_text(name)), out);
}

/* A task by its place; TD_OK and its index. */
static enum td_code read_place(const struct td_json_doc *doc, const char *name,
                               uint32_t tasks, uint32_t *index,
                               struct td_error *err)
{
    uint64_t place;

    if (!read_u64(doc, 0, name, &place) || place < 1 || place > tasks)
        return wrong(err, "it names no task of the plan");
    *index = (uint32_t)place - 1;
    return TD_OK;
}

static enum td_code read_budget(const struct td_json_doc *doc,
                                struct sched_event *ev, struct td_error *err)
{
    struct td_bytes of = td_json_member_inner(doc, 0, "of");
    uint64_t percent = 0;

    for (ev->budget = SCHED_TOKENS; ev->budget <= SCHED_WALL; ev->budget++)
        if (td_bytes_is(of, journal_budgets[ev->budget]))
            break;
    if (ev->budget > SCHED_WALL || !read_u64(doc, 0, "percent", &percent) ||
        percent > 100)
        return wrong(err, "it is about no budget");
    ev->percent = (unsigned)percent;
    return TD_OK;
}

static enum td_code read_fault(const struct td_json_doc *doc,
                               struct sched_event *ev, struct td_error *err)
{
    ev->fault = plan_fault_of(td_json_member_inner(doc, 0, "fault"));
    return ev->fault < PLAN_FAULTS ? TD_OK
                                   : wrong(err, "its fault is not known");
}

static enum td_code read_count(const struct td_json_doc *doc, const char *name,
                               uint32_t *out, struct td_error *err)
{
    uint64_t n;

    if (!read_u64(doc, 0, name, &n) || n > UINT32_MAX)
        return wrong(err, "a number is missing");
    *out = (uint32_t)n;
    return TD_OK;
}

static void read_fate(const struct td_json_doc *doc, struct sched_event *ev)
{
    ev->status = (int)td_json_member_double(doc, 0, "status", 0);
    (void)read_u64(doc, 0, "retry_after", &ev->retry_after_ns);
    (void)read_u64(doc, 0, "until", &ev->until);
    (void)read_u64(doc, 0, "tokens", &ev->tokens);
    ev->cost_usd = td_json_member_double(doc, 0, "cost_usd", -1);
    ev->unbegun = td_bytes_is(td_json_member_inner(doc, 0, "how"), "unknown");
}

static enum td_code read_members(const struct td_json_doc *doc,
                                 unsigned members, uint32_t tasks,
                                 struct sched_event *ev, struct td_error *err)
{
    enum td_code code = TD_OK;

    read_fate(doc, ev);
    if (members & JOURNAL_TASK)
        code = read_place(doc, "task", tasks, &ev->task, err);
    if (!code && members & JOURNAL_CAUSE)
        code = read_place(doc, "cause", tasks, &ev->cause, err);
    if (!code && members & JOURNAL_ATTEMPT)
        code = read_count(doc, "attempt", &ev->attempt, err);
    if (!code && members & JOURNAL_WAVE)
        code = read_count(doc, "wave", &ev->wave, err);
    if (!code && members & JOURNAL_FAULT)
        code = read_fault(doc, ev, err);
    if (!code && members & JOURNAL_BUDGET)
        code = read_budget(doc, ev, err);
    return code;
}

enum td_code journal_read_event(struct td_json_doc *doc,
                                const struct td_event *line, uint32_t tasks,
                                struct sched_event *ev, struct td_error *err)
{
    const struct journal_word *word = journal_words;
    enum td_code code;

    *ev = (struct sched_event){.at_ns = line->at_ns, .cost_usd = -1};
    while (word->word && !td_bytes_is(line->name, word->word))
        word++;
    if (!word->word)
        return TD_END;
    code = td_json_parse(doc, line->payload, TD_JSON_DEPTH_ALL, err);
    if (code)
        return code;
    ev->what = word->what;
    return read_members(doc, word->members, tasks, ev, err);
}

/* ---- lines ---- */

static enum td_code parse(struct folding *f, const struct td_event *line,
                          struct td_error *err)
{
    return td_json_parse(&f->doc, line->payload, TD_JSON_DEPTH, err);
}

/* Of the plan only how many tasks it has; the listener reads it. */
static enum td_code fold_created(struct folding *f, const struct td_event *line,
                                 struct td_error *err)
{
    uint32_t plan;
    uint32_t tasks;
    struct td_bytes options;

    if (f->created)
        return wrong(err, "it was created before");
    if (parse(f, line, err))
        return err->code;
    plan = td_json_member(&f->doc, 0, td_text("plan"));
    tasks = plan ? td_json_member(&f->doc, plan, td_text("tasks")) : 0;
    if (!tasks || f->doc.values[tasks].kind != TD_JSON_ARRAY)
        return wrong(err, "there is no plan in it");
    f->tasks = f->doc.values[tasks].count;
    f->created = true;
    (void)td_buf_add_bytes(&f->found->boot,
                           td_json_member_inner(&f->doc, 0, "boot"));
    options =
        td_json_raw(&f->doc, td_json_member(&f->doc, 0, td_text("options")));
    return f->listener->created
               ? f->listener->created(f->ctx, td_json_raw(&f->doc, plan),
                                      options, err)
               : TD_OK;
}

static enum td_code tell(struct folding *f, const struct sched_event *ev,
                         struct td_error *err)
{
    return f->listener->event ? f->listener->event(f->ctx, ev, err) : TD_OK;
}

static enum td_code fold_resumed(struct folding *f, const struct td_event *line,
                                 struct td_error *err)
{
    uint64_t at;

    if (parse(f, line, err))
        return err->code;
    if (!read_u64(&f->doc, 0, "at", &at) || at < f->last_ns ||
        !read_u64(&f->doc, 0, "segment", &f->found->mark.segment))
        return wrong(err, "it does not say when it was resumed");
    f->base_ns = at;
    return tell(f, &(struct sched_event){.what = SCHED_RESUMED, .at_ns = at},
                err);
}

static enum td_code fold_spawned(struct folding *f, const struct td_event *line,
                                 struct td_error *err)
{
    uint32_t task = 0;
    uint64_t pid = 0;
    uint64_t start = 0;

    if (parse(f, line, err) ||
        read_place(&f->doc, "task", f->tasks, &task, err))
        return err->code;
    if (!read_u64(&f->doc, 0, "pid", &pid) ||
        !read_u64(&f->doc, 0, "start", &start))
        return wrong(err, "it names no process");
    return f->listener->spawned
               ? f->listener->spawned(f->ctx, task, (int64_t)pid, start, err)
               : TD_OK;
}

static enum td_code fold_run(struct folding *f, const struct td_event *line,
                             struct td_error *err)
{
    struct sched_event ev;
    enum td_code code;

    if (td_bytes_is(line->name, JOURNAL_CREATED))
        return fold_created(f, line, err);
    if (!f->created)
        return wrong(err, "it comes before the plan");
    if (td_bytes_is(line->name, JOURNAL_RESUMED))
        return fold_resumed(f, line, err);
    if (td_bytes_is(line->name, JOURNAL_SPAWNED))
        return fold_spawned(f, line, err);
    code = journal_read_event(&f->doc, line, f->tasks, &ev, err);
    if (code == TD_END && f->listener->noted)
        f->listener->noted(f->ctx, line);
    if (code)
        return code == TD_END ? TD_OK : code;
    ev.at_ns += f->base_ns;
    f->last_ns = ev.at_ns;
    f->found->finished = ev.what == SCHED_FINISH;
    f->found->exit = (int)td_json_member_double(&f->doc, 0, "exit", -1);
    return tell(f, &ev, err);
}

static const struct envelope *find_envelope(struct folding *f)
{
    struct envelope *e = &f->envelope;

    if (e->shape == f->doc.shape && e->shape > 0)
        return e;
    *e = (struct envelope){.shape = f->doc.shape};
    e->data = td_json_member(&f->doc, 0, td_text("data"));
    e->timestamp = td_json_member(&f->doc, 0, td_text("timestamp"));
    if (e->data) {
        e->seq = td_json_member(&f->doc, e->data, td_text("seq"));
        e->task = td_json_member(&f->doc, e->data, td_text("task_id"));
    }
    return e;
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* As td_time_parse(), which is asked once a second. */
static bool read_moment(struct second *second, struct td_bytes text,
                        uint64_t *ns)
{
    bool long_enough = text.len == SECOND_LEN + MS_LEN;
    const uint8_t *ms = text.ptr + (long_enough ? SECOND_LEN : 0);
    bool plain = long_enough && is_digit(ms[0]) && is_digit(ms[1]) &&
                 is_digit(ms[2]) && ms[3] == 'Z';
    uint64_t rest = plain ? (uint64_t)(100 * (ms[0] - '0') +
                                       10 * (ms[1] - '0') + ms[2] - '0') *
                                TD_NS_PER_MS
                          : 0;

    if (plain && second->ns > 0 &&
        memcmp(second->text, text.ptr, SECOND_LEN) == 0) {
        *ns = second->ns + rest;
        return true;
    }
    if (td_time_parse(text, ns))
        return false;
    if (plain && *ns > rest) {
        memcpy(second->text, text.ptr, SECOND_LEN);
        second->ns = *ns - rest;
    }
    return true;
}

/* An execution event: its number goes on from the one before. */
static enum td_code fold_said(struct folding *f, const struct td_event *line,
                              struct td_error *err)
{
    struct td_event whole = *line;
    struct journal_said said = {
        .type = line->name, .doc = &f->doc, .line = &whole};

    const struct envelope *envelope;

    whole.at_ns += f->base_ns;
    if (td_json_shapes_parse(f->shapes, &f->doc, line->payload, err))
        return err->code;
    envelope = find_envelope(f);
    said.data = envelope->data;
    said.task = envelope->task;
    if (!said.data || !number_at(&f->doc, envelope->seq, &said.seq))
        return TD_OK; /* one that is not counted */
    if (said.seq != f->found->mark.seq + 1)
        return wrong(err, "its number does not go on from the one before");
    if (!read_moment(&f->second, td_json_inner_at(&f->doc, envelope->timestamp),
                     &said.wall_ns))
        return wrong(err, "its timestamp is none");
    whole.seq = said.seq;
    f->found->mark.seq = said.seq;
    f->found->mark.said_ns = said.wall_ns;
    return f->listener->said ? f->listener->said(f->ctx, &said, err) : TD_OK;
}

static enum td_code fold_line(struct folding *f, const struct td_event *line,
                              struct td_error *err)
{
    bool run = td_bytes_is(line->kind, JOURNAL_KIND);

    f->found->lines++;
    if (f->listener->line && f->listener->line(f->ctx, line, err))
        return err->code;
    if (!run && !td_event_is_plain(line))
        return TD_OK;
    return run ? fold_run(f, line, err) : fold_said(f, line, err);
}

/* ---- the tape ---- */

static enum td_code say_where(const struct folding *f, const char *path,
                              struct td_error *err)
{
    struct td_error why = *err;

    return td_error_set(err, why.code, path, 0, "line %llu of the journal: %s",
                        (unsigned long long)f->found->lines, why.text);
}

static enum td_code fold_all(struct folding *f, struct tape_reader *tape,
                             const char *path, struct td_error *err)
{
    struct td_event line;
    enum td_code code;

    f->found->start_wall_ns = tape_reader_header(tape)->start_wall_ns;
    while (!(code = tape_reader_next(tape, &line, err))) {
        tape_note(&f->found->noted, tape_reader_header(tape)->segment, &line);
        code = fold_line(f, &line, err);
        if (code)
            return say_where(f, path, err);
    }
    if (code != TD_END)
        return code;
    return f->created ? TD_OK
                      : td_error_set(err, TD_FORMAT, path, 0,
                                     "it is no journal of an execution");
}

static void set_mark(struct folding *f, const struct td_clock *clock)
{
    struct journal_mark *mark = &f->found->mark;
    uint64_t wall = td_wall_ns(clock ? clock : td_clock_real());
    uint64_t since =
        wall > f->found->start_wall_ns ? wall - f->found->start_wall_ns : 0;

    mark->segment = (mark->segment ? mark->segment : 1) + 1;
    mark->at_ns = since > f->last_ns ? since : f->last_ns;
}

enum td_code journal_fold(const char *path, const struct td_clock *clock,
                          const struct journal_listener *listener, void *ctx,
                          struct journal_found *found, struct td_error *err)
{
    struct folding f = {.listener = listener, .ctx = ctx, .found = found};
    struct tape_read_options how = {.threads = 1};
    struct tape_reader *tape;
    enum td_code code;

    *found = (struct journal_found){.lines = 0};
    code = tape_reader_open(&tape, path, &how, err);
    if (code)
        return code;
    f.shapes = td_json_shapes_new(TD_JSON_DEPTH);
    code = fold_all(&f, tape, path, err);
    if (!code) {
        found->state = tape_reader_state(tape);
        found->torn = found->state.torn;
        set_mark(&f, clock);
    }
    td_json_shapes_free(f.shapes);
    td_json_release(&f.doc);
    tape_reader_close(tape);
    if (code)
        journal_found_release(found);
    return code;
}

enum td_code journal_seal(const char *path, struct journal_found *found,
                          struct td_error *err)
{
    struct tape_rewrite how = {
        .kind = TAPE_REWRITE_MEND, .from = path, .to = path, .overwrite = true};
    struct tape_rewritten report;
    bool sealed;
    enum td_code code =
        tape_seal(path, &found->noted, &found->state, &sealed, err);

    if (code || sealed)
        return code;
    code = tape_rewrite(&how, &report, err);
    return code == TD_LOSSY ? TD_OK : code;
}

void journal_found_release(struct journal_found *found)
{
    tape_noted_release(&found->noted);
    td_buf_release(&found->boot);
}
