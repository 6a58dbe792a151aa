/* Plans that are asked for: checked, made of a specification, run. */
#include "orchestrator/serve/again.h"
#include "orchestrator/serve/args.h"

#include "core/clock.h"
#include "core/fs.h"
#include "orchestrator/blueprint/generate.h"
#include "orchestrator/plan/load.h"
#include "orchestrator/spec/show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLAN_FILE "plan.json" /* what `plan generate` made last */
#define SHOWN     80          /* bytes of a name that there is not */
#define PLAN_MAX  ((size_t)64 << 20)
#define EXACT_MAX ((uint64_t)1 << 53) /* that JSON readers agree on */

/* Of what makes a plan: how much is done, and what matters. */
#define OF_MAKING                                                              \
    {"depth", SERVE_ARG_WORD, 0, 0, "light|standard|deep"},                    \
    {                                                                          \
        "focus", SERVE_ARG_WORD, 0, 0, SERVE_FOCUSES                           \
    }

/* ---- a plan that is named ---- */

struct mistakes {
    struct td_json_writer w;
    unsigned count;
};

/* "FILE:LINE:COLUMN" as its parts. */
static void on_mistake(void *self, const struct td_error *error)
{
    struct mistakes *m = self;
    const char *column = strrchr(error->where, ':');
    const char *line =
        column ? memrchr(error->where, ':', (size_t)(column - error->where))
               : NULL;

    m->count++;
    td_json_object(&m->w, NULL);
    if (line) {
        td_json_put_u64(&m->w, "line", strtoull(line + 1, NULL, 10));
        td_json_put_u64(&m->w, "column", strtoull(column + 1, NULL, 10));
    }
    td_json_put_text(&m->w, "text", error->text);
    if (*error->hint)
        td_json_put_text(&m->w, "mend", error->hint);
    td_json_object_end(&m->w);
}

/* The plan itself, a path in the workspace, or what was generated. */
static enum td_code load(const struct serve_call *call, struct plan *plan,
                         const struct td_jsonx_errors *errors,
                         struct td_error *err)
{
    uint32_t at = serve_member(call->doc, call->args, "plan");
    struct td_buf path = {0};
    struct td_buf text = {.max = PLAN_MAX};
    enum td_code code;

    if (at && call->doc->values[at].kind == TD_JSON_OBJECT)
        return plan_parse(plan, "plan", td_json_raw(call->doc, at), errors,
                          err);
    if (at && !serve_arg_text(call, "plan", &path))
        return td_error_set(err, TD_USAGE, "plan", 0,
                            "it is a path in the workspace, or a plan itself");
    if (at) {
        code = work_read(call->serve->place, td_buf_str(&path), &text, err);
        if (code == TD_IO)
            err->code = TD_USAGE; /* they named it */
    } else {
        serve_state_path(call->serve, PLAN_FILE, &path);
        code = td_fs_read(&text, td_buf_str(&path), err);
        if (code == TD_IO)
            (void)td_error_set(err, TD_USAGE, "plan", 0,
                               "none was named, and none was generated");
    }
    if (!code)
        code = plan_parse(plan, at ? td_buf_str(&path) : "plan",
                          td_buf_bytes(&text), errors, err);
    td_buf_release(&path);
    td_buf_release(&text);
    return code ? err->code : TD_OK;
}

struct run_options serve_call_how(const struct serve_call *call)
{
    struct run_options how = call->serve->options.run;
    uint32_t parallel = serve_member(call->doc, call->args, "parallel");

    how.own_workers = (uint32_t)serve_arg_number(call, "max_workers", 0);
    if (parallel && call->doc->values[parallel].kind == TD_JSON_FALSE)
        how.own_workers = 1;
    if (serve_arg(call, "schedule").len)
        how.waves = td_bytes_is(serve_arg(call, "schedule"), "waves");
    how.fail_fast |= serve_arg_flag(call, "fail_fast");
    how.auto_approve = serve_arg_flag(call, "auto_approve");
    if (serve_arg(call, "model").len)
        (void)snprintf(how.model, sizeof(how.model), "%.*s",
                       (int)serve_arg(call, "model").len,
                       (const char *)serve_arg(call, "model").ptr);
    return how;
}

/* Budgets that are given stand for those of the plan. */
void serve_call_budgets(const struct serve_call *call, struct plan *plan)
{
    static const char *const on[] = {"stop", "pause", "warn", NULL};
    struct plan_budget *budget = &plan->budget;
    uint64_t none = UINT64_MAX;
    uint64_t tokens = serve_arg_number(call, "budget_tokens", none);
    uint64_t wall_ms = serve_arg_number(call, "budget_ms", none);
    uint64_t micro = serve_arg_number(call, "budget_micro_usd", none);

    if (tokens != none)
        budget->tokens = tokens;
    if (wall_ms != none)
        budget->wall_ns = wall_ms * TD_NS_PER_MS;
    if (micro != none)
        budget->cost_usd = (double)micro / 1e6;
    for (unsigned i = 0; on[i]; i++)
        if (td_bytes_is(serve_arg(call, "on_limit"), on[i]))
            budget->on = (enum plan_limit)i;
    budget->warn =
        (unsigned)serve_arg_number(call, "budget_warn", budget->warn);
    budget->critical =
        (unsigned)serve_arg_number(call, "budget_critical", budget->critical);
}

/* Takes over *plan. */
static void begin(const struct serve_call *call, struct plan *plan)
{
    struct run_options how = serve_call_how(call);
    char hash[RUN_HASH_SIZE];
    struct serve_exec *exec = NULL;
    struct td_error err;

    how.asked = serve_asked(call, hash);
    serve_call_budgets(call, plan);
    if (serve_exec_start(call->serve, plan, &how, &exec, &err)) {
        serve_fail_by(call->answer, &err);
        return;
    }
    call->answer->status = 201;
    (void)td_buf_add_text(&call->answer->output, exec->id);
    serve_call_put(call, exec);
    if (!serve_arg_flag(call, "detach"))
        serve_watch_session(call->serve, exec);
}

/* Every mistake goes to data. */
bool serve_call_plan(const struct serve_call *call, struct plan *plan)
{
    struct td_buf list = {0};
    struct mistakes m = {.w = td_json_writer(&list)};
    struct td_jsonx_errors errors = {.report = on_mistake, .self = &m};
    struct td_error err;
    bool fine;

    td_json_array(&m.w, NULL);
    fine = load(call, plan, &errors, &err) == TD_OK;
    td_json_array_end(&m.w);
    if (!fine)
        serve_fail_by(call->answer, &err);
    if (m.count)
        (void)td_buf_addf(&call->answer->data, "{\"errors\":%s}",
                          td_buf_str(&list));
    td_buf_release(&list);
    return fine;
}

static void lint(const struct serve_call *call)
{
    struct serve_answer *answer = call->answer;
    struct plan plan = {.name = NULL};

    if (!serve_call_plan(call, &plan))
        return;
    (void)td_buf_addf(&answer->output, "%s: %u tasks, depth %u", plan.name,
                      plan.task_count, plan.waves);
    (void)plan_write(&plan, &answer->data);
    plan_release(&plan);
}

/* ---- a plan that is made ---- */

struct making {
    const struct serve_call *call;
    struct td_buf focus;
    struct spec spec;
    struct blueprint blueprint;
    struct blue_plan plan;
    struct td_buf matched;
};

static void making_release(struct making *m)
{
    blue_plan_release(&m->plan);
    blue_release(&m->blueprint);
    spec_release(&m->spec);
    td_buf_release(&m->matched);
    td_buf_release(&m->focus);
}

/* How a call names one, which is no option of a command line. */
static enum td_code say_builtins(struct td_error *err)
{
    struct td_buf all = {0};
    enum td_code code;

    blue_put_builtins(&all);
    code = td_error_hint(err, "choose a blueprint: %s", td_buf_str(&all));
    td_buf_release(&all);
    return code;
}

/* Only what is built in: a folder that somebody names over a network would be
 * a file of theirs that we read. */
static enum td_code choose(struct making *m, struct td_error *err)
{
    struct td_bytes wanted = serve_arg(m->call, "blueprint");
    const char *name = NULL;
    enum td_code code = TD_OK;

    for (size_t i = 0; wanted.len && !name && blue_builtin(i); i++)
        if (td_bytes_is(wanted, blue_builtin(i)))
            name = blue_builtin(i);
    if (wanted.len && !name) {
        (void)td_error_set(err, TD_USAGE, "", 0, "no blueprint \"%.*s\"",
                           wanted.len < SHOWN ? (int)wanted.len : SHOWN,
                           (const char *)wanted.ptr);
        return say_builtins(err);
    }
    if (!name)
        code = blue_choose(&name, &m->spec, &m->matched, err);
    if (code == TD_USAGE)
        code = say_builtins(err);
    return code ? code : blue_load(&m->blueprint, name, ".", err);
}

static void take_wanted(struct making *m)
{
    struct td_bytes depth = serve_arg(m->call, "depth");

    for (unsigned i = 0; depth.len && blue_level_words[i]; i++)
        if (td_bytes_is(depth, blue_level_words[i]))
            m->blueprint.wanted = (enum blue_level)i;
    if (serve_arg_text(m->call, "focus", &m->focus))
        m->blueprint.focus = td_buf_str(&m->focus);
}

static enum td_code take_spec(struct making *m, struct td_error *err)
{
    struct td_buf text = {0};
    enum td_code code;

    if (serve_arg_text(m->call, "text", &text)) {
        code = spec_begin(&m->spec, td_buf_bytes(&text), SPEC_TYPES, err);
    } else {
        serve_state_path(m->call->serve, SERVE_SPEC, &text);
        code = spec_load(&m->spec, td_buf_str(&text), err);
        if (code == TD_IO)
            code = td_error_set(err, TD_USAGE, "spec", 0,
                                "nothing is specified yet; say what is to be "
                                "built: spec TEXT");
    }
    td_buf_release(&text);
    return code;
}

static enum td_code make(struct making *m, struct td_error *err)
{
    struct td_buf path = {0};
    enum td_code code = take_spec(m, err);

    if (!code)
        code = choose(m, err);
    if (!code)
        take_wanted(m);
    if (!code)
        code = blue_generate(&m->plan, &m->blueprint, &m->spec, err);
    serve_state_path(m->call->serve, PLAN_FILE, &path);
    if (!code)
        code =
            td_fs_replace(td_buf_str(&path), td_buf_bytes(&m->plan.json), err);
    td_buf_release(&path);
    return code;
}

/* What was taken where the specification says nothing. */
static void put_taken(const struct making *m, struct td_json_writer *w)
{
    struct td_buf missing = {0};

    td_json_array(w, "defaults");
    for (size_t i = 0; i < m->plan.defaults.len; i++)
        td_json_put_text(w, NULL, m->plan.defaults.items[i]);
    td_json_array_end(w);
    td_json_put_u64(w, "completeness", spec_completeness(&m->spec));
    spec_show_missing(&m->spec, &missing);
    td_json_put_text(w, "missing", td_buf_str(&missing));
    td_buf_release(&missing);
}

static void tell_made(const struct making *m)
{
    struct serve_answer *answer = m->call->answer;
    struct td_json_writer w = td_json_writer(&answer->data);

    (void)td_buf_addf(&answer->output,
                      "%zu tasks in %zu waves, %zu files, by the blueprint %s",
                      m->plan.tasks, m->plan.waves, m->plan.files,
                      m->plan.blueprint);
    td_json_object(&w, NULL);
    td_json_put_text(&w, "blueprint", m->plan.blueprint);
    td_json_put_string(&w, "matched", td_buf_bytes(&m->matched));
    td_json_put_u64(&w, "tasks", m->plan.tasks);
    td_json_put_u64(&w, "waves", m->plan.waves);
    td_json_put_u64(&w, "files", m->plan.files);
    put_taken(m, &w);
    td_json_put_raw(&w, "plan", serve_line(td_buf_bytes(&m->plan.json)));
    td_json_object_end(&w);
}

static void generate(const struct serve_call *call)
{
    struct making m = {.call = call};
    struct td_error err;

    if (make(&m, &err))
        serve_fail_by(call->answer, &err);
    else
        tell_made(&m);
    making_release(&m);
}

static const struct serve_arg_rule of_lint[] = {
    SERVE_ARG_ACTION, {"plan", SERVE_ARG_PLAN, 0, 0, NULL}, SERVE_ARG_END};
static const struct serve_arg_rule of_generate[] = {
    SERVE_ARG_ACTION,
    {"text", SERVE_ARG_TEXT, 0, 0, NULL},
    {"blueprint", SERVE_ARG_TEXT, 0, 0, NULL},
    OF_MAKING,
    SERVE_ARG_END};

void serve_command_plan(const struct serve_call *call)
{
    static const struct serve_action actions[] = {
        {"lint", lint, of_lint},
        {"show", lint, of_lint},
        {"generate", generate, of_generate},
        {"draw", serve_plan_draw, serve_draw_args},
        {"review", serve_plan_review, serve_draw_args},
        {"why", serve_plan_why, serve_draw_args},
        {"tasks", serve_plan_known, serve_draw_args},
        {NULL, NULL, NULL},
    };

    serve_call_action(call, actions);
}

/* ---- running one ---- */

/* To the object that tells of the execution. */
static void add_taken(const struct making *m)
{
    struct td_buf *data = &m->call->answer->data;
    struct td_buf taken = {0};
    struct td_json_writer w = td_json_writer(&taken);

    td_json_object(&w, NULL);
    put_taken(m, &w);
    td_json_object_end(&w);
    data->len--;
    (void)td_buf_addf(data, ",%s", td_buf_str(&taken) + 1);
    td_buf_release(&taken);
}

/* A sentence: it is specified, planned and run. */
static void run_text(const struct serve_call *call)
{
    struct making m = {.call = call};
    struct plan plan = {.name = NULL};
    struct td_error err;
    enum td_code code = make(&m, &err);

    if (!code)
        code =
            plan_parse(&plan, "plan", td_buf_bytes(&m.plan.json), NULL, &err);
    if (code)
        serve_fail_by(call->answer, &err);
    else
        begin(call, &plan);
    if (call->answer->success)
        add_taken(&m);
    making_release(&m);
}

const struct serve_arg_rule serve_run_args[] = {
    {"plan", SERVE_ARG_PLAN, 0, 0, NULL},
    {"text", SERVE_ARG_TEXT, 0, 0, NULL},
    {"blueprint", SERVE_ARG_TEXT, 0, 0, NULL},
    OF_MAKING,
    {"parallel", SERVE_ARG_FLAG, 0, 0, NULL},
    {"max_workers", SERVE_ARG_NUMBER, 1, RUN_WORKERS_MAX, NULL},
    {"schedule", SERVE_ARG_WORD, 0, 0, "waves|greedy"},
    {"fail_fast", SERVE_ARG_FLAG, 0, 0, NULL},
    {"auto_approve", SERVE_ARG_FLAG, 0, 0, NULL},
    {"budget_tokens", SERVE_ARG_NUMBER, 0, EXACT_MAX, NULL},
    {"budget_micro_usd", SERVE_ARG_NUMBER, 0, EXACT_MAX, NULL},
    {"budget_ms", SERVE_ARG_NUMBER, 0, UINT64_MAX / 2 / TD_NS_PER_MS, NULL},
    {"on_limit", SERVE_ARG_WORD, 0, 0, "pause|stop|warn"},
    {"budget_warn", SERVE_ARG_NUMBER, 1, 99, NULL},
    {"budget_critical", SERVE_ARG_NUMBER, 1, 99, NULL},
    {"model", SERVE_ARG_KEY, 0, 0, NULL},
    {"detach", SERVE_ARG_FLAG, 0, 0, NULL},
    {"dry_run", SERVE_ARG_FLAG, 0, 0, NULL},
    {"width", SERVE_ARG_NUMBER, 0, UINT32_MAX, NULL},
    {"ascii", SERVE_ARG_FLAG, 0, 0, NULL},
    SERVE_ARG_END,
};

/* What is asked does not go together; or NULL. */
static const char *discord(const struct serve_call *call)
{
    static const char *const of_text[] = {"blueprint", "depth", "focus"};
    bool text = serve_member(call->doc, call->args, "text");

    if (text && serve_member(call->doc, call->args, "plan"))
        return "text, a sentence, and plan: give one of them";
    for (size_t i = 0; i < sizeof(of_text) / sizeof(of_text[0]); i++)
        if (!text && serve_member(call->doc, call->args, of_text[i]))
            return "blueprint, depth, focus: they go with text, a sentence";
    if (text && serve_arg_flag(call, "dry_run"))
        return "a sentence has no dry run: plan generate, then run with "
               "dry_run";
    return NULL;
}

void serve_command_run(const struct serve_call *call)
{
    struct plan plan = {.name = NULL};
    const char *wrong = discord(call);

    if (wrong)
        serve_fail(call->answer, 422, "%s", wrong);
    else if (serve_arg_flag(call, "dry_run"))
        serve_plan_starts(call);
    else if (serve_member(call->doc, call->args, "text"))
        run_text(call);
    else if (serve_call_plan(call, &plan))
        begin(call, &plan);
}
