#include "orchestrator/journal/fold.h"

#include "core/mem.h"
#include "core/take.h"
#include "orchestrator/journal/journal_internal.h"
#include "tape/reader.h"

#include <stdlib.h>
#include <string.h>

#define INT_DIGITS 16 /* of 2^53 */

struct folding {
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

/* A whole number from 0; false: it is none. */
static bool read_u64(const struct td_json_doc *doc, uint32_t object,
                     const char *name, uint64_t *out)
{
    uint32_t at = td_json_member(doc, object, td_text(name));
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

static struct td_bytes read_text(const struct td_json_doc *doc, uint32_t object,
                                 const char *name)
{
    uint32_t at = td_json_member(doc, object, td_text(name));

    return at && doc->values[at].kind == TD_JSON_STRING ? td_json_inner(doc, at)
                                                        : td_text("");
}

static double read_real(const struct td_json_doc *doc, uint32_t object,
                        const char *name, double missing)
{
    uint32_t at = td_json_member(doc, object, td_text(name));
    struct td_bytes raw = td_json_raw(doc, at);
    char text[64];

    if (!at || doc->values[at].kind != TD_JSON_NUMBER ||
        raw.len >= sizeof(text))
        return missing;
    memcpy(text, raw.ptr, raw.len);
    text[raw.len] = '\0';
    return strtod(text, NULL);
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
    struct td_bytes of = read_text(doc, 0, "of");
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
    ev->fault = plan_fault_of(read_text(doc, 0, "fault"));
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
    ev->status = (int)read_real(doc, 0, "status", 0);
    (void)read_u64(doc, 0, "retry_after", &ev->retry_after_ns);
    (void)read_u64(doc, 0, "until", &ev->until);
    (void)read_u64(doc, 0, "tokens", &ev->tokens);
    ev->cost_usd = read_real(doc, 0, "cost_usd", -1);
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
    (void)td_buf_add_bytes(&f->found->boot, read_text(&f->doc, 0, "boot"));
    options =
        td_json_raw(&f->doc, td_json_member(&f->doc, 0, td_text("options")));
    return f->listener->created(f->ctx, td_json_raw(&f->doc, plan), options,
                                err);
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
    return f->listener->event(
        f->ctx, &(struct sched_event){.what = SCHED_RESUMED, .at_ns = at}, err);
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
    if (code)
        return code == TD_END ? TD_OK : code;
    ev.at_ns += f->base_ns;
    f->last_ns = ev.at_ns;
    f->found->finished = ev.what == SCHED_FINISH;
    return f->listener->event(f->ctx, &ev, err);
}

/* An execution event: its number goes on from the one before. */
static enum td_code fold_said(struct folding *f, const struct td_event *line,
                              struct td_error *err)
{
    struct journal_said said = {.type = line->name, .doc = &f->doc};

    if (parse(f, line, err))
        return err->code;
    said.data = td_json_member(&f->doc, 0, td_text("data"));
    if (!said.data || !read_u64(&f->doc, said.data, "seq", &said.seq))
        return TD_OK; /* one that is not counted */
    if (said.seq != f->found->mark.seq + 1)
        return wrong(err, "its number does not go on from the one before");
    if (td_time_parse(read_text(&f->doc, 0, "timestamp"), &said.wall_ns))
        return wrong(err, "its timestamp is none");
    f->found->mark.seq = said.seq;
    f->found->mark.said_ns = said.wall_ns;
    return f->listener->said ? f->listener->said(f->ctx, &said, err) : TD_OK;
}

static enum td_code fold_line(struct folding *f, const struct td_event *line,
                              struct td_error *err)
{
    bool run = td_bytes_is(line->kind, JOURNAL_KIND);

    f->found->lines++;
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
    struct tape_read_options how = {.threads = 0};
    struct tape_reader *tape;
    enum td_code code;

    *found = (struct journal_found){.lines = 0};
    code = tape_reader_open(&tape, path, &how, err);
    if (code)
        return code;
    code = fold_all(&f, tape, path, err);
    if (!code) {
        found->torn = tape_reader_state(tape).torn;
        set_mark(&f, clock);
    }
    td_json_release(&f.doc);
    tape_reader_close(tape);
    if (code)
        journal_found_release(found);
    return code;
}

void journal_found_release(struct journal_found *found)
{
    td_buf_release(&found->boot);
}
