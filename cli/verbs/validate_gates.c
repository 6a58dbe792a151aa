#include "cli/verbs/validate_gates.h"
#include "cli/shared/hash_input.h"

#include "cli/shared/report_files.h"
#include "cli/shared/tape_output.h"
#include "cli/shared/wait.h"
#include "cli/verbs/gates_progress.h"
#include "cli/verbs/gates_show.h"
#include "cli/verbs/validate_input.h"
#include "core/clock.h"
#include "validator/gates/date.h"
#include "validator/gates/git.h"
#include "validator/gates/load.h"
#include "validator/verdict/lens.h"
#include "validator/verdict/stream.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct session {
    const struct cli_args *args;
    struct wire_net *net; /* in which slow input is waited for */
    struct gates_file file;
    struct gates_facts facts;
    struct gates_baseline baseline;
    struct gates_options how;
    struct verdict_document doc;
    char today[GATES_DATE_SIZE];
    char *baseline_path;
    struct td_arena arena;
    const struct gates_check **order;
    size_t order_len;
};

/* ---- options ---- */

static const char *const needing[] = {
    "check", "changed-since", "baseline", "accept", "until", "tape", NULL};
static const char *const flags_needing[] = {"list", "dry-run",
                                            "update-baseline", NULL};

static bool is_used(const struct cli_args *args, const char *name)
{
    return !strcmp(name, "check") ? cli_list(args, name)[0] != NULL
                                  : cli_text(args, name) != NULL;
}

static enum td_code refuse(struct td_error *err, const char *option,
                           const char *why, const char *hint)
{
    (void)td_error_set(err, TD_USAGE, option, 0, "%s", why);
    return td_error_hint(err, "%s", hint);
}

static enum td_code without_gates(const struct cli_args *args,
                                  struct td_error *err)
{
    const char *found = NULL;
    char option[64];

    for (size_t i = 0; needing[i] && !found; i++)
        found = is_used(args, needing[i]) ? needing[i] : NULL;
    for (size_t i = 0; flags_needing[i] && !found; i++)
        found = cli_flag(args, flags_needing[i]) ? flags_needing[i] : NULL;
    if (!found)
        return TD_OK;
    (void)snprintf(option, sizeof(option), "--%s", found);
    return refuse(err, option, "is about gates", "give the file with --gates");
}

static enum td_code accepted(const struct cli_args *args, struct td_error *err)
{
    const char *reason = cli_text(args, "accept");
    const char *until = cli_text(args, "until");
    char today[GATES_DATE_SIZE];

    if (!reason && !until)
        return TD_OK;
    if (!reason || !until)
        return refuse(err, reason ? "--accept" : "--until",
                      "what is accepted has a reason and a last day",
                      "give both --accept REASON and --until DATE");
    if (!gates_is_date(until))
        return refuse(err, "--until", "is no date", "write it as 2026-12-31");
    gates_date(td_wall_ns(td_clock_real()), today);
    return strcmp(until, today) < 0
               ? refuse(err, "--until", "that day is over",
                        "name the last day on which they are known")
               : TD_OK;
}

enum td_code cli_gates_together(const struct cli_args *args,
                                struct td_error *err)
{
    if (!cli_text(args, "gates"))
        return without_gates(args, err);
    if (cli_flag(args, "follow") || cli_text(args, "output") ||
        cli_flag(args, "summary"))
        return refuse(err, "--gates", "gives one verdict when all is done",
                      "leave --follow, --output and --summary out");
    return accepted(args, err);
}

/* ---- streams ---- */

/* Judge path by what was read into check from contract; take the verdict. */
static enum td_code judge_stream(struct session *s,
                                 const struct cli_check *check,
                                 const char *path, const char *contract,
                                 const struct gates_taker *taker,
                                 struct td_error *err)
{
    struct cli_check copy = *check;
    const struct cli_live_options how = {
        .check = &copy, .args = s->args, .input = path};
    struct verdict_gate *gate;
    struct cli_live *live;
    enum td_code code;

    copy.how.jobs = s->how.jobs < CHECK_JOBS_MAX ? s->how.jobs : CHECK_JOBS_MAX;
    if (cli_list(s->args, "report")[0])
        copy.how.lens = verdict_lens_new();
    live = cli_live_new(&how);
    code = cli_validate_input(live, path, &(struct cli_validate_how){0}, s->net,
                              err);
    if (code == TD_OK || code == TD_CANCELLED) {
        gate = taker->take(taker->self, check_end(cli_live_check(live)));
        cli_hash_input(&s->doc, gate, path, "stream");
        cli_hash_contract(&s->doc, gate, contract, check->contract);
        if (check->schemas)
            cli_hash_input(&s->doc, gate, cli_text(s->args, "schema"),
                           "schema");
    }
    cli_live_free(live);
    verdict_lens_free(copy.how.lens);
    return code == TD_CANCELLED ? TD_OK : code;
}

static enum td_code judge_gate_stream(void *self, const char *tape,
                                      const char *contract,
                                      const struct gates_taker *taker,
                                      struct td_error *err)
{
    struct session *s = self;
    struct cli_check check = {0};
    enum td_code code = cli_check_read(&check, s->args, NULL, contract, err);

    if (code == TD_OK)
        code = judge_stream(s, &check, tape, contract, taker, err);
    cli_check_release(&check);
    return code;
}

struct operand {
    struct session *s;
    const char *path;
};

static struct verdict_gate *take_operand(void *to,
                                         const struct check_verdict *v)
{
    struct operand *o = to;

    return verdict_add_stream(&o->s->doc, o->path, v);
}

/* A tape that cannot be judged is an error of its gate, not of the call. */
static void judge_operand(struct session *s, const struct cli_check *check,
                          const char *path)
{
    const struct gates_check told = {.name = path, .kind = VERDICT_STREAM};
    struct operand o = {s, path};
    const struct gates_taker taker = {take_operand, &o};
    struct verdict_gate **at = s->doc.gates_end;
    struct td_error err = {0};
    struct verdict_gate *gate;

    s->how.listener.started(s->how.listener.self, &told);
    if (judge_stream(s, check, path, cli_text(s->args, "contract"), &taker,
                     &err)) {
        gate = verdict_add_gate(&s->doc);
        gate->name = td_arena_copy(&s->doc.arena, path);
        gate->kind = VERDICT_STREAM;
        gate->outcome = CHECK_ERROR;
        gate->reason = td_arena_print(&s->doc.arena, "%s%s%s", err.text,
                                      *err.hint ? "; " : "", err.hint);
    }
    s->how.listener.finished(s->how.listener.self, &told, *at);
}

/* ---- the run ---- */

static unsigned jobs_of(const struct cli_args *args)
{
    cpu_set_t cores;

    if (cli_given(args, "jobs"))
        return (unsigned)cli_number(args, "jobs");
    if (sched_getaffinity(0, sizeof(cores), &cores) != 0)
        return 1;
    return (unsigned)CPU_COUNT(&cores);
}

static enum td_code read_baseline(struct session *s, struct td_error *err)
{
    const char *path = cli_text(s->args, "baseline");

    s->how.facts = &s->facts;
    gates_git_facts(&s->facts, &s->arena, s->file.root);
    s->baseline_path =
        td_arena_print(&s->arena, "%s%s", path ? "" : s->file.root,
                       path ? path : "/.tapedeck/baseline.json");
    if (path && access(path, F_OK) != 0 &&
        !cli_flag(s->args, "update-baseline") && !cli_text(s->args, "accept"))
        return refuse(err, path, "there is no such baseline",
                      "write a first one with --update-baseline");
    return gates_baseline_read(&s->baseline, s->baseline_path, s->facts.first,
                               s->today, err);
}

static enum td_code prepare(struct session *s, struct td_error *err)
{
    const struct cli_args *args = s->args;
    enum td_code code =
        gates_load(&s->file, cli_text(args, "gates"), NULL, err);

    gates_date(td_wall_ns(td_clock_real()), s->today);
    s->how =
        (struct gates_options){.file = &s->file,
                               .picks = cli_list(args, "check"),
                               .strict = cli_flag(args, "strict"),
                               .changed_since = cli_text(args, "changed-since"),
                               .baseline = &s->baseline,
                               .update = cli_flag(args, "update-baseline"),
                               .accept = cli_text(args, "accept"),
                               .until = cli_text(args, "until"),
                               .jobs = jobs_of(args),
                               .stream = judge_gate_stream,
                               .stream_self = s,
                               .today = s->today};
    if (code == TD_OK)
        code = gates_order(&s->how, &s->arena, &s->order, &s->order_len, err);
    return code;
}

/* --list and --dry-run. */
static enum td_code tell_plan(struct session *s, struct td_error *err)
{
    struct td_buf out = {0};
    enum td_code code;

    cli_gates_plan(&out, s->order, s->order_len, cli_flag(s->args, "dry-run"),
                   cli_json(s->args));
    code = cli_print(&out, err);
    td_buf_release(&out);
    return code;
}

static enum td_code run_gates(struct session *s, const struct cli_check *check,
                              struct td_error *err)
{
    const struct cli_gates_plan plan = {.file = &s->file,
                                        .order = s->order,
                                        .len = s->order_len,
                                        .args = s->args};
    struct cli_gates_progress *progress = NULL;
    enum td_code code = cli_gates_progress_open(&progress, &plan,
                                                cli_text(s->args, "tape"), err);
    enum td_code ended;

    if (code == TD_OK) {
        s->how.listener = cli_gates_progress_listener(progress, s->how.stop);
        code = gates_run(&s->doc, &s->how, err);
    }
    for (int i = 0; code == TD_OK && !*s->how.stop && i < cli_operands(s->args);
         i++)
        judge_operand(s, check, cli_operand(s->args, i));
    s->doc.run.tool = TD_VERSION;
    verdict_document_close(&s->doc, *s->how.stop > 0);
    ended = cli_gates_progress_close(progress, code ? NULL : &s->doc,
                                     code ? NULL : err);
    if (code == TD_OK)
        code = ended;
    if (code == TD_OK && (s->how.update || s->how.accept) && !*s->how.stop)
        code = gates_baseline_write(&s->baseline, s->baseline_path, err);
    return code;
}

/* Who wants the baseline to take what a linter finds is told how. */
static bool is_hoping(const struct session *s)
{
    if (!s->how.update || s->how.accept)
        return false;
    for (const struct verdict_gate *g = s->doc.gates; g; g = g->next) {
        if (g->kind == VERDICT_LINT && g->outcome == CHECK_FAIL)
            return true;
    }
    return false;
}

static enum td_code code_of(const struct session *s, struct td_error *err)
{
    static const struct {
        int exit;
        enum td_code code;
    } codes[] = {{1, TD_FAILED},
                 {3, TD_LOSSY},
                 {7, TD_TOOL},
                 {8, TD_FLAKY},
                 {130, TD_CANCELLED}};

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (codes[i].exit != s->doc.exit)
            continue;
        cli_gates_say(&s->doc, codes[i].code, cli_text(s->args, "gates"), err);
        if (is_hoping(s))
            (void)td_error_hint(err, "--update-baseline only tightens; "
                                     "--accept REASON --until DATE takes what "
                                     "is new");
        return codes[i].code;
    }
    return TD_OK;
}

static enum td_code run_and_show(struct session *s,
                                 const struct cli_check *check,
                                 struct td_error *err)
{
    enum td_code code = read_baseline(s, err);

    if (code == TD_OK) {
        s->how.stop = cli_wait_count_signals();
        code = run_gates(s, check, err);
    }
    if (code == TD_OK)
        code = cli_gates_show(&s->doc, s->args, err);
    if (code == TD_OK)
        code = cli_report_all(s->args, &s->doc, err);
    return code ? code : code_of(s, err);
}

enum td_code cli_validate_gates(struct wire_net *net,
                                const struct cli_check *check,
                                const struct cli_args *args,
                                struct td_error *err)
{
    struct session s = {.args = args, .net = net};
    enum td_code code;

    verdict_document_init(&s.doc);
    code = prepare(&s, err);
    if (code == TD_OK)
        code = cli_flag(args, "list") || cli_flag(args, "dry-run")
                   ? tell_plan(&s, err)
                   : run_and_show(&s, check, err);
    verdict_document_release(&s.doc);
    gates_baseline_release(&s.baseline);
    gates_release(&s.file);
    td_arena_release(&s.arena);
    return code;
}
