/* The validate phase: when all tasks have ended well, the gates of the
 * workspace; and when the last event was told, the events by the contract.
 *
 * The gates are run by a process of the keeper, `tapedeck validate --gates`, so
 * that they do not hold up the loop, outlive who started them, and are ended
 * with all that they began. What it records is read while it grows; what it
 * comes to is its verdict.json.
 */
#include "core/json_value.h"
#include "orchestrator/run/exec_internal.h"

#include "core/fs.h"
#include "core/log.h"
#include "core/mem.h"
#include "reports/verdict_json.h"
#include "tape/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOOK_NS  (200 * TD_NS_PER_MS)
#define GRACE_NS (10 * TD_NS_PER_S)
#define LOG_MAX  (UINT64_C(10) << 20)
#define WHY_MAX  512 /* of its log, for why it could not run */

struct run_phase {
    struct run_exec *x;
    struct prov_run *running; /* NULL: none */
    struct plan_task task;    /* as a provider knows tasks */
    struct prov_job job;
    char id[RUN_JOB_ID];
    const char *argv[9];
    char *dir;
    char *tape;
    char *verdict;
    char *log;
    struct tape_reader *reader; /* of tape; NULL: not there yet */
    uint32_t seen;              /* lines of gates that it has */
    struct wire_timer look;
    bool adopted; /* it may be that its keeper does not know it */
    bool done;
};

static char *in_folder(const struct run_exec *x, const char *name)
{
    struct td_buf path = {0};

    (void)td_buf_addf(&path, "%s/%s", x->folder, name);
    (void)td_buf_str(&path);
    return (char *)path.ptr;
}

/* ---- what the gates say while they run ---- */

static bool is_gate_line(const struct td_event *ev)
{
    return td_bytes_is(ev->name, JOURNAL_GATE_STARTED) ||
           td_bytes_is(ev->name, JOURNAL_GATE_ENDED);
}

static void note_gate(struct run_phase *p, const struct td_event *ev)
{
    if (!is_gate_line(ev) || ++p->seen <= p->x->gates_told)
        return;
    p->x->gates_told++;
    journal_note_json(p->x->journal,
                      td_bytes_is(ev->name, JOURNAL_GATE_STARTED)
                          ? JOURNAL_GATE_STARTED
                          : JOURNAL_GATE_ENDED,
                      ev->payload);
    run_turn_soon(p->x);
}

static void read_tape(struct run_phase *p)
{
    const struct tape_read_options how = {.follow = true};
    struct td_event ev;

    if (!p->reader && tape_reader_open(&p->reader, p->tape, &how, NULL))
        p->reader = NULL;
    while (p->reader && !tape_reader_next(p->reader, &ev, NULL))
        note_gate(p, &ev);
}

static void on_look(void *ctx)
{
    struct run_phase *p = ctx;

    read_tape(p);
    wire_timer_set(p->x->net, &p->look, wire_now(p->x->net) + LOOK_NS);
}

/* What a member says, as it is meant. */
static struct td_bytes text(const struct td_json_doc *doc, const char *name,
                            struct td_buf *out)
{
    if (td_json_unescape(out, td_json_member_inner(doc, 0, name)))
        td_buf_clear(out);
    return td_buf_bytes(out);
}

void run_validate_tell(struct run_exec *x, const struct td_event *line)
{
    struct td_json_doc doc = {0};
    struct td_buf texts[3] = {{0}, {0}, {0}};
    struct run_gate gate;

    if (!x->events.gate || !is_gate_line(line))
        return;
    if (!td_json_parse(&doc, line->payload, TD_JSON_DEPTH, NULL)) {
        gate = (struct run_gate){.name = text(&doc, "gate", &texts[0]),
                                 .verdict = text(&doc, "verdict", &texts[1]),
                                 .reason = text(&doc, "reason", &texts[2]),
                                 .ms = td_json_member_u64(&doc, 0, "ms", 0)};
        x->events.gate(x->ctx, &gate);
    }
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        td_buf_release(&texts[i]);
    td_json_release(&doc);
}

/* ---- how they ended ---- */

static void note_gate_end(struct run_exec *x, const char *name,
                          const char *verdict, const char *reason)
{
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);

    td_json_object(&w, NULL);
    td_json_put_text(&w, "gate", name);
    td_json_put_text(&w, "verdict", verdict);
    td_json_put_text_or_null(&w, "reason", reason);
    td_json_put_u64(&w, "ms", 0);
    td_json_put_null(&w, "exit");
    td_json_object_end(&w);
    journal_note_json(x->journal, JOURNAL_GATE_ENDED, td_buf_bytes(&json));
    td_buf_release(&json);
}

/* None of them could be run. */
static void no_gates(struct run_exec *x, const char *why)
{
    run_judge_error(x->judge, why);
    note_gate_end(x, "gates", check_outcome_text(CHECK_ERROR), why);
}

/* The last line of its log says what it did not like. */
static void explain(struct run_phase *p, const struct prov_end *end)
{
    struct td_buf log = {.max = LOG_MAX + LOG_MAX};
    struct td_buf why = {0};
    const char *at;
    size_t len;

    if (td_fs_read(&log, p->log, NULL))
        td_buf_clear(&log);
    while (log.len > 0 && log.ptr[log.len - 1] == '\n')
        log.len--;
    at = log.len ? memrchr(log.ptr, '\n', log.len) : NULL;
    at = at ? at + 1 : (const char *)log.ptr;
    len = log.len ? (size_t)((const char *)log.ptr + log.len - at) : 0;
    if (len > 0)
        (void)td_text_clean(&why, td_bytes(at, len < WHY_MAX ? len : WHY_MAX));
    else
        (void)td_buf_add_text(&why, end->text);
    no_gates(p->x, td_buf_str(&why));
    td_buf_release(&why);
    td_buf_release(&log);
}

static void start(struct run_phase *p, bool adopt);

static void on_ended(void *ctx, const struct prov_end *end)
{
    struct run_phase *p = ctx;
    struct td_error err = {.code = TD_OK};

    p->running = NULL;
    wire_timer_cancel(p->x->net, &p->look);
    read_tape(p);
    if (run_judge_load(p->x->judge, p->verdict, &err)) {
        if (p->adopted && end->fault == PLAN_INFRASTRUCTURE) {
            start(p, false);
            return;
        }
        explain(p, end);
    }
    p->done = true;
    run_turn_soon(p->x);
}

/* ---- running them ---- */

static const struct prov_events prov_events = {.ended = on_ended};

static void make_job(struct run_phase *p)
{
    struct run_exec *x = p->x;
    const char *argv[] = {x->options.tapedeck, "validate", "--gates",
                          WORK_GATES,          "--tape",   p->tape,
                          "--report",          NULL /* below */};
    struct td_buf report = {0};

    (void)td_buf_addf(&report, "json=%s", p->verdict);
    free((void *)(uintptr_t)p->argv[7]);
    memcpy(p->argv, argv, sizeof(argv));
    p->argv[7] = td_buf_str(&report);
    p->argv[8] = NULL;
    (void)snprintf(p->id, sizeof(p->id), "%s/0/%u", x->id, x->judgings);
    p->task = (struct plan_task){.id = "gates",
                                 .name = "gates",
                                 .run = {p->argv, 8},
                                 .with = "{}",
                                 .grace_ns = GRACE_NS,
                                 .log_max = LOG_MAX};
    p->job = (struct prov_job){.id = p->id,
                               .task = &p->task,
                               .attempt = 1,
                               .dir = p->dir,
                               .log = p->log,
                               .env = x->options.env,
                               .key = ""};
}

static void note_judging(struct run_exec *x, bool gates)
{
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);

    td_json_object(&w, NULL);
    if (gates)
        td_json_put_text(&w, "gates", WORK_GATES);
    else
        td_json_put_null(&w, "gates");
    td_json_object_end(&w);
    journal_note_json(x->journal, JOURNAL_JUDGING, td_buf_bytes(&json));
    td_buf_release(&json);
    x->judgings++;
    x->gates_told = 0;
}

/* What an attempt before left behind would be taken for this one's. */
static void make_fresh(struct run_phase *p)
{
    note_judging(p->x, true);
    tape_reader_close(p->reader);
    p->reader = NULL;
    p->seen = 0;
    (void)unlink(p->tape);
    (void)unlink(p->verdict);
}

static void start(struct run_phase *p, bool adopt)
{
    struct run_exec *x = p->x;
    const struct provider *shell = &x->providers[PLAN_SHELL];
    struct td_error err = {.code = TD_OK};

    p->adopted = adopt;
    if (!adopt)
        make_fresh(p);
    make_job(p);
    if ((adopt ? shell->ops->adopt : shell->ops->start)(
            shell->self, &p->job, &prov_events, p, &p->running, &err)) {
        no_gates(x, err.text);
        p->running = NULL;
        p->done = true;
        return;
    }
    on_look(p);
    run_turn_soon(x);
}

/* A run within a task or a gate of another would never end. */
static bool is_inner(const struct run_exec *x)
{
    for (char *const *env = x->options.env; *env; env++)
        if (!strncmp(*env, "TAPEDECK_TASK=", strlen("TAPEDECK_TASK=")))
            return true;
    return false;
}

/* Gates judge what the tasks have made; where one failed, that is the news. */
static bool are_wanted(const struct run_exec *x)
{
    struct td_buf path = {0};
    bool there;

    if (!x->judge || !x->options.tapedeck || !x->processes || is_inner(x) ||
        run_exit_status(x) != 0)
        return false;
    (void)td_buf_addf(&path, "%s/" WORK_GATES, work_root(x->place));
    there = access(td_buf_str(&path), F_OK) == 0;
    td_buf_release(&path);
    return there;
}

bool run_validate_gates(struct run_exec *x)
{
    struct run_phase *p = x->phase;
    struct td_error err;

    if (p || !are_wanted(x))
        return p && !p->done;
    p = x->phase = td_calloc(1, sizeof(*p));
    p->x = x;
    p->look = (struct wire_timer){.fire = on_look, .ctx = p};
    p->tape = in_folder(x, "gates.tape.gz");
    p->verdict = in_folder(x, "gates.json");
    p->log = in_folder(x, "gates.log");
    if (work_dir(&p->dir, x->place, ".", &err)) {
        no_gates(x, err.text);
        p->done = true;
    } else {
        start(p, x->adopts && x->judgings > 0);
    }
    return !p->done;
}

void run_validate_stop(struct run_exec *x, uint64_t grace_ns)
{
    if (x->phase && x->phase->running)
        x->providers[PLAN_SHELL].ops->cancel(x->phase->running, grace_ns);
}

void run_validate_close(struct run_exec *x)
{
    struct run_phase *p = x->phase;

    if (!p)
        return;
    wire_timer_cancel(x->net, &p->look);
    tape_reader_close(p->reader);
    free((void *)(uintptr_t)p->argv[7]);
    free(p->dir);
    free(p->tape);
    free(p->verdict);
    free(p->log);
    free(p);
    x->phase = NULL;
}

/* ---- the end ---- */

static void note_judged(struct run_exec *x, const struct verdict_document *doc)
{
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);

    td_json_object(&w, NULL);
    td_json_put_text(&w, "verdict", check_outcome_text(doc->outcome));
    td_json_put_u64(&w, "exit", (uint64_t)doc->exit);
    td_json_object_end(&w);
    journal_note_json(x->journal, JOURNAL_JUDGED, td_buf_bytes(&json));
    td_buf_release(&json);
}

/* Gates that ended before a crash are not run again. */
static void recall_gates(struct run_exec *x)
{
    char *path = in_folder(x, "gates.json");
    struct td_error err;

    if (!x->phase && x->judgings > 0 && access(path, F_OK) == 0 &&
        run_judge_load(x->judge, path, &err))
        no_gates(x, err.text);
    free(path);
}

enum td_code run_validate_end(struct run_exec *x, struct td_error *err)
{
    const struct verdict_document *doc;
    const struct verdict_gate *gate;
    struct td_buf json = {0};
    char *path;
    enum td_code code;

    x->judged = true;
    if (!x->judge)
        return TD_OK;
    recall_gates(x);
    if (x->judgings == 0)
        note_judging(x, false);
    doc = run_judge_end(x->judge, x->id, sched_counts(x->sched)->cancelling);
    for (gate = doc->gates; gate->next; gate = gate->next)
        continue;
    path = in_folder(x, "verdict.json");
    code = report_verdict_json(&json, doc);
    code = code ? td_error_set(err, code, path, 0, "the verdict is too long")
                : td_fs_replace(path, td_buf_bytes(&json), err);
    note_gate_end(x, gate->name, check_outcome_text(gate->outcome),
                  gate->reason);
    note_judged(x, doc);
    td_buf_release(&json);
    free(path);
    return code;
}
