/* Plans and executions, drawn: the views of the verb plan, for consoles. */
#include "orchestrator/serve/args.h"
#include "orchestrator/serve/past.h"

#include "core/clock.h"
#include "orchestrator/plan/load.h"
#include "orchestrator/run/look.h"
#include "orchestrator/view/view.h"
#include "orchestrator/work/place.h"

#include <string.h>
#include <strings.h>

#define WIDTH     80
#define DEPTH     3
#define ROWS      20
#define DRAWN_MAX ((size_t)1 << 20) /* of an answer */

/* What is drawn, of a plan or of an execution. */
struct looked {
    struct plan plan; /* that was named */
    struct run_look look;
    const struct plan *of;
    const struct sched *sched; /* NULL: it does not run */
    const char *execution;
    uint32_t workers; /* that it has; 0: it does not run */
    uint64_t now_ns;
    struct view *view;
};

/* False: it is answered later, or there is an error. */
static bool take_execution(const struct serve_call *call,
                           const struct serve_exec *exec, struct looked *l)
{
    l->execution = exec->id;
    if (exec->run) {
        l->of = run_plan(exec->run);
        l->sched = run_sched(exec->run);
        l->now_ns = run_now(exec->run);
        l->workers = run_workers(exec->run);
        return true;
    }
    if (!serve_past(call, exec, SERVE_PAST_STATE, NULL))
        return false;
    l->of = &serve_past_state(call)->plan;
    l->sched = serve_past_state(call)->sched;
    l->now_ns = serve_past_state(call)->at_ns;
    return true;
}

/* The execution that is named, or else a plan as plan lint takes it. */
static bool take(const struct serve_call *call, struct looked *l)
{
    const struct serve *serve = call->serve;
    struct serve_exec *exec = NULL;
    struct run_options how = serve->options.run;
    struct td_error err;

    l->of = &l->plan;
    if (serve_arg(call, "execution_id").len) {
        exec = serve_call_exec(call);
        if (!exec || !take_execution(call, exec, l))
            return false;
    } else if (!serve_call_plan(call, &l->plan)) {
        return false;
    }
    how.no_cache = true;
    if (run_look(&l->look, l->of, serve->options.root, &how, &err)) {
        serve_fail_by(call->answer, &err);
        return false;
    }
    return true;
}

/* With so many workers, unless the execution has others. */
static uint32_t workers_of(const struct run_options *how)
{
    uint32_t workers = how->own_workers ? how->own_workers : how->workers;

    return workers ? workers : run_processors();
}

static void see(struct looked *l, const struct run_options *how)
{
    struct view_subject subject = {
        .plan = l->of,
        .workers = workers_of(how),
        .waves = how->waves,
        .usual = l->look.usual,
        .runs = l->look.runs,
        .sched = l->sched,
        .execution = l->execution,
        .now_ns = l->now_ns,
    };

    l->view = view_new(&subject);
}

static void forget(struct looked *l)
{
    view_free(l->view);
    run_look_release(&l->look);
    plan_release(&l->plan);
}

/* ---- how ---- */

static struct view_style style_of(const struct serve_call *call)
{
    uint64_t width = serve_arg_number(call, "width", WIDTH);

    if (width < VIEW_WIDTH_MIN)
        width = VIEW_WIDTH_MIN;
    if (width > VIEW_WIDTH_MAX)
        width = VIEW_WIDTH_MAX;
    return (struct view_style){.width = (unsigned)width,
                               .ascii = serve_arg_flag(call, "ascii")};
}

#define VIEWS  "overview|timeline|tasks|stats|dependencies|full"
#define PHASES "discovery|analysis|planning|execution|validation"
#define STATES                                                                 \
    "waits|ready|approve|running|stopping|verifying|retry|done|cached|failed|" \
    "skipped|cancelled"

const struct serve_arg_rule serve_draw_args[] = {
    SERVE_ARG_ACTION,
    SERVE_ARG_EXECUTION,
    {"plan", SERVE_ARG_PLAN, 0, 0, NULL},
    {"task", SERVE_ARG_TEXT, 0, 0, NULL},
    {"view", SERVE_ARG_WORD, 0, 0, VIEWS},
    {"phase", SERVE_ARG_NAME, 0, 0, PHASES},
    {"state", SERVE_ARG_WORD, 0, 0, STATES},
    {"from", SERVE_ARG_TEXT, 0, 0, NULL},
    {"depth", SERVE_ARG_NUMBER, 0, UINT32_MAX, NULL},
    {"limit", SERVE_ARG_NUMBER, 0, UINT32_MAX, NULL},
    {"all", SERVE_ARG_FLAG, 0, 0, NULL},
    {"format", SERVE_ARG_WORD, 0, 0, "text|json|dot|mermaid"},
    {"width", SERVE_ARG_NUMBER, 0, UINT32_MAX, NULL},
    {"ascii", SERVE_ARG_FLAG, 0, 0, NULL},
    SERVE_ARG_END,
};

/* The place of a word, in any case, among those of its rule; 0 for none. */
static unsigned place_of(struct td_bytes word, const char *words)
{
    unsigned place = 0;

    while (word.len) {
        size_t len = strcspn(words, "|");

        if (word.len == len &&
            strncasecmp((const char *)word.ptr, words, len) == 0)
            return place;
        if (!words[len])
            break;
        words += len + 1;
        place++;
    }
    return 0;
}

/* The task of `member`; UINT32_MAX: the answer says why. */
static uint32_t take_task(const struct serve_call *call, const struct looked *l,
                          const char *member)
{
    struct td_bytes id = serve_arg(call, member);
    uint32_t task = plan_find(l->of, id);

    if (task == UINT32_MAX)
        serve_fail(call->answer, 404, "there is no task \"%.*s\"",
                   (int)(id.len < 64 ? id.len : 64), (const char *)id.ptr);
    return task;
}

/* state is a word of its own: it is used as long as `word` lives. */
static bool take_pick(const struct serve_call *call, const struct looked *l,
                      struct td_buf *word, struct view_pick *pick)
{
    bool all = serve_arg_flag(call, "all");

    *pick = (struct view_pick){
        .depth = all ? 0 : (uint32_t)serve_arg_number(call, "depth", DEPTH),
        .limit = all ? 0 : (uint32_t)serve_arg_number(call, "limit", ROWS),
    };
    if (serve_arg(call, "phase").len)
        pick->phase = 1 + place_of(serve_arg(call, "phase"), PHASES);
    if (serve_arg_text(call, "state", word))
        pick->state = td_buf_str(word);
    if (serve_arg(call, "from").len) {
        pick->from = 1 + take_task(call, l, "from");
        if (!pick->from)
            return false;
    }
    return true;
}

/* ---- what is asked ---- */

/* Lines are the output; the last line feed goes. */
static void said(const struct serve_call *call)
{
    struct td_buf *out = &call->answer->output;

    if (out->len && out->ptr[out->len - 1] == '\n')
        out->len--;
    if (out->len <= DRAWN_MAX)
        return;
    td_buf_clear(out);
    serve_fail(call->answer, 413, "more than 1 MiB; ask for less with limit");
}

/* The plan's graph in a language; false: it is none of these. */
static bool in_language(const struct serve_call *call, const struct plan *plan)
{
    struct td_bytes form = serve_arg(call, "format");

    if (td_bytes_is(form, "dot"))
        view_dot(plan, &call->answer->output);
    else if (td_bytes_is(form, "mermaid"))
        view_mermaid(plan, &call->answer->output);
    else if (td_bytes_is(form, "json"))
        (void)plan_write(plan, &call->answer->output);
    else
        return false;
    return true;
}

static void draw(const struct serve_call *call, const struct looked *l)
{
    const struct view_style style = style_of(call);
    struct td_buf word = {0};
    struct td_json_writer w = td_json_writer(&call->answer->data);
    const enum view_what what = place_of(serve_arg(call, "view"), VIEWS);
    struct view_pick pick;

    if (in_language(call, l->of))
        said(call);
    else if (take_pick(call, l, &word, &pick)) {
        if (view_draw(l->view, what, &style, &pick, &call->answer->output))
            serve_fail(call->answer, 413, "more than can be drawn");
        td_json_object(&w, NULL);
        view_json(l->view, what, &pick, &w);
        td_json_object_end(&w);
        said(call);
    }
    td_buf_release(&word);
}

static void review(const struct serve_call *call, const struct looked *l)
{
    const struct view_style style = style_of(call);
    struct td_json_writer w = td_json_writer(&call->answer->data);

    (void)view_draw_review(l->view, &style, &call->answer->output);
    td_json_object(&w, NULL);
    view_json_review(l->view, &w);
    td_json_object_end(&w);
    said(call);
}

static void starts(const struct serve_call *call, const struct looked *l)
{
    const struct view_style style = style_of(call);
    struct td_json_writer w = td_json_writer(&call->answer->data);

    (void)view_draw_starts(l->view, &style, &call->answer->output);
    td_json_object(&w, NULL);
    view_json_starts(l->view, &w);
    td_json_object_end(&w);
    said(call);
}

static void why(const struct serve_call *call, const struct looked *l)
{
    const struct view_style style = style_of(call);
    struct td_json_writer w = td_json_writer(&call->answer->data);
    uint32_t task = take_task(call, l, "task");

    if (task == UINT32_MAX)
        return;
    (void)view_draw_why(l->view, task, &style, &call->answer->output);
    td_json_object(&w, NULL);
    view_json_why(l->view, task, &w);
    td_json_object_end(&w);
    said(call);
}

/* ---- what a console knows of a plan before its tasks begin ---- */

static void put_known(const struct looked *l, uint32_t place,
                      struct td_json_writer *w)
{
    const struct plan_task *task = &l->of->tasks[place];
    char name[PLAN_TASK_NAME];

    td_json_object(w, NULL);
    td_json_put_text(w, "task_id", plan_task_name(name, task->place));
    td_json_put_text(w, "id", task->id);
    td_json_put_text(w, "name", task->name);
    td_json_put_u64(w, "phase", task->phase);
    td_json_put_text(w, "provider", plan_provider_word(task->provider));
    td_json_put_u64(w, "attempts", task->retry.attempts);
    if (l->look.usual && l->look.usual[place])
        td_json_put_u64(w, "usual_ms", l->look.usual[place] / TD_NS_PER_MS);
    td_json_array(w, "depends_on");
    for (uint32_t i = 0; i < task->depends_count; i++)
        td_json_put_text(
            w, NULL,
            plan_task_name(name, l->of->tasks[task->depends_on[i]].place));
    td_json_array_end(w);
    td_json_object_end(w);
}

static void known(const struct serve_call *call, const struct looked *l)
{
    const struct plan_budget *budget = &l->of->budget;
    struct td_json_writer w = td_json_writer(&call->answer->data);

    td_json_object(&w, NULL);
    td_json_put_text(&w, "plan", l->of->name);
    td_json_put_text(&w, "workspace", work_root(call->serve->place));
    td_json_put_u64(&w, "workers",
                    l->workers ? l->workers
                               : workers_of(&call->serve->options.run));
    if (budget->tokens != PLAN_NO_LIMIT)
        td_json_put_u64(&w, "tokens", budget->tokens);
    if (budget->cost_usd >= 0)
        td_json_put_fixed(&w, "cost_usd", budget->cost_usd, 6);
    if (budget->wall_ns != PLAN_NO_LIMIT)
        td_json_put_u64(&w, "wall_ms", budget->wall_ns / TD_NS_PER_MS);
    if (budget->on)
        td_json_put_text(&w, "on",
                         budget->on == PLAN_PAUSES ? "pause" : "warn");
    td_json_array(&w, "tasks");
    for (uint32_t i = 0; i < l->of->task_count; i++)
        put_known(l, i, &w);
    td_json_array_end(&w);
    td_json_object_end(&w);
}

static void with(const struct serve_call *call,
                 void (*act)(const struct serve_call *, const struct looked *))
{
    const struct run_options how = serve_call_how(call);
    struct looked l = {.of = NULL};

    if (take(call, &l)) {
        serve_call_budgets(call, &l.plan);
        see(&l, &how);
        act(call, &l);
    }
    forget(&l);
}

void serve_plan_draw(const struct serve_call *call)
{
    with(call, draw);
}

void serve_plan_review(const struct serve_call *call)
{
    with(call, review);
}

void serve_plan_starts(const struct serve_call *call)
{
    with(call, starts);
}

void serve_plan_why(const struct serve_call *call)
{
    with(call, why);
}

void serve_plan_known(const struct serve_call *call)
{
    with(call, known);
}
