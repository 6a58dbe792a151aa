/* tapedeck snapshot: the outputs of a plan at one time, to go back to. */
#include "cli/shared/tape_output.h"
#include "cli/verbs/plan_see.h"
#include "cli/verbs/snapshot_show.h"
#include "core/clock.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WORDS "create|list|show|rollback|delete"

static const struct cli_option options[] = {
    {.name = "yes",
     .letter = 'y',
     .type = CLI_FLAG,
     .help = "with rollback and delete: do it; else only what would be done is "
             "told"},
    {.name = "workspace",
     .type = CLI_TEXT,
     .value = "DIR",
     .help = "the folder that the outputs are in; that of the plan, or the one "
             "at hand"},
    {.name = "state",
     .type = CLI_TEXT,
     .value = "DIR",
     .help = "where snapshots and executions are kept; .tapedeck in the "
             "workspace if not given"},
    {.name = NULL},
};

struct shot {
    const struct cli_args *args;
    struct work_place *place;
    char *root;
    struct td_buf out;
    struct td_json_writer w;
    uint32_t count; /* of a list */
};

static enum td_code check_idle(const struct shot *s, struct td_error *err)
{
    const char *state = cli_text(s->args, "state");
    struct td_buf own = {0};
    enum td_code code;

    (void)td_buf_addf(&own, "%s/.tapedeck", s->root);
    code = run_idle(state ? state : td_buf_str(&own), err);
    td_buf_release(&own);
    return code;
}

static enum td_code open_place(struct shot *s, bool look, struct td_error *err)
{
    const struct work_options how = {
        .root = s->root, .state = cli_text(s->args, "state"), .look = look};

    if (!look && check_idle(s, err))
        return err->code;
    return work_open(&s->place, &how, err);
}

/* ---- by number or name ---- */

struct wanted {
    unsigned long long number;
    unsigned long long at;
    char name[WORK_SNAPSHOT_NAME + 1];
};

static void look_for(void *ctx, const struct work_snapshot *s)
{
    struct wanted *want = ctx;

    if (++want->at == want->number)
        (void)snprintf(want->name, sizeof(want->name), "%s", s->name);
}

/* A number is a place in the list, unless one is named so. */
static enum td_code find(struct shot *s, struct work_snapshot *out,
                         struct td_error *err)
{
    const char *name = cli_operand(s->args, 1);
    struct wanted want = {.number = 0};
    enum td_code code = work_snapshot_show(s->place, name, out, err);

    if (code != TD_USAGE || !*name || name[strspn(name, "0123456789")] ||
        strlen(name) > 9)
        return code;
    want.number = strtoull(name, NULL, 10);
    code = work_snapshot_list(s->place, look_for, &want, err);
    if (code)
        return code;
    if (*want.name)
        return work_snapshot_show(s->place, want.name, out, err);
    (void)td_error_set(err, TD_USAGE, name, 0, "no snapshot");
    return want.at ? td_error_hint(err, "there are 1 to %llu", want.at)
                   : td_error_hint(err, "there is none");
}

/* ---- what can be done ---- */

static enum td_code tell(struct shot *s, const struct work_snapshot *snapshot,
                         struct td_error *err)
{
    if (cli_json(s->args)) {
        td_json_object(&s->w, NULL);
        cli_snapshot_json(&s->w, snapshot);
        td_json_object_end(&s->w);
        (void)td_json_line(&s->w);
    } else {
        (void)td_buf_add_text(&s->out, "snapshot ");
        cli_snapshot_line(&s->out, snapshot);
        (void)td_buf_add_byte(&s->out, '\n');
    }
    return cli_print(&s->out, err);
}

/* All outputs of a plan. */
static struct plan_words outputs_of(const struct plan *plan)
{
    struct plan_words all = {0};

    for (uint32_t i = 0; i < plan->task_count; i++)
        all.count += plan->tasks[i].outputs.count;
    all.list = td_calloc((size_t)all.count + 1, sizeof(*all.list));
    all.count = 0;
    for (uint32_t i = 0; i < plan->task_count; i++)
        for (uint32_t n = 0; n < plan->tasks[i].outputs.count; n++)
            all.list[all.count++] = plan->tasks[i].outputs.list[n];
    return all;
}

/* "20261128-190200" */
static void name_by_time(char out[WORK_SNAPSHOT_NAME])
{
    time_t now = (time_t)(td_wall_ns(td_clock_real()) / TD_NS_PER_S);
    struct tm tm;

    (void)gmtime_r(&now, &tm);
    (void)strftime(out, WORK_SNAPSHOT_NAME, "%Y%m%d-%H%M%S", &tm);
}

static enum td_code keep(struct shot *s, const struct plan *plan,
                         struct td_error *err)
{
    struct plan_words outputs = outputs_of(plan);
    struct work_snapshot made = {.name = NULL};
    char name[WORK_SNAPSHOT_NAME];
    const char *given =
        cli_operands(s->args) > 2 ? cli_operand(s->args, 2) : name;
    enum td_code code = open_place(s, false, err);

    name_by_time(name);
    if (!code)
        code = work_snapshot_create(s->place, given, "", &outputs, err);
    if (!code)
        code = work_snapshot_show(s->place, given, &made, err);
    if (!code)
        code = tell(s, &made, err);
    work_snapshot_release(&made);
    free(outputs.list);
    return code;
}

static enum td_code create(struct shot *s, struct td_error *err)
{
    const char *path = cli_operand(s->args, 1);
    struct plan plan = {.name = NULL};
    enum td_code code = cli_plan_load(&plan, path, err);

    if (!code && plan.own_workspace && !cli_text(s->args, "workspace")) {
        (void)td_error_set(err, TD_USAGE, path, 0,
                           "each of its executions has a workspace of its own");
        code = td_error_hint(err, "name one: --workspace .tapedeck/x7/work");
    }
    if (!code && !cli_text(s->args, "workspace")) {
        free(s->root);
        s->root = cli_plan_folder(path);
    }
    if (!code)
        code = keep(s, &plan, err);
    plan_release(&plan);
    return code;
}

static void list_one(void *ctx, const struct work_snapshot *snapshot)
{
    struct shot *s = ctx;

    s->count++;
    if (cli_json(s->args)) {
        td_json_object(&s->w, NULL);
        td_json_put_u64(&s->w, "number", s->count);
        cli_snapshot_json(&s->w, snapshot);
        td_json_object_end(&s->w);
        return;
    }
    (void)td_buf_addf(&s->out, "%u  ", s->count);
    (void)td_time_format(&s->out,
                         snapshot->wall_ns / TD_NS_PER_S * TD_NS_PER_S);
    s->out.len -= sizeof(".000000000Z") - 1;
    (void)td_buf_add_text(&s->out, "Z  ");
    cli_snapshot_line(&s->out, snapshot);
    (void)td_buf_add_byte(&s->out, '\n');
}

static enum td_code list(struct shot *s, struct td_error *err)
{
    enum td_code code = open_place(s, true, err);
    enum td_code printed;

    if (code)
        return code;
    if (cli_json(s->args)) {
        td_json_object(&s->w, NULL);
        td_json_array(&s->w, "snapshots");
    }
    code = work_snapshot_list(s->place, list_one, s, err);
    if (cli_json(s->args)) {
        td_json_array_end(&s->w);
        td_json_object_end(&s->w);
        (void)td_json_line(&s->w);
    } else if (s->count == 0 && !code) {
        (void)td_buf_add_text(&s->out, "no snapshots\n");
    }
    printed = cli_print(&s->out, code ? NULL : err);
    return code ? code : printed;
}

/* The snapshot, and what has changed since. */
static enum td_code compare(struct shot *s,
                            const struct work_snapshot *snapshot,
                            uint32_t *changes, struct td_error *err)
{
    struct work_files now = {.count = 0};
    enum td_code code = work_inputs(s->place, &snapshot->names, &now, err);

    if (!code && cli_json(s->args)) {
        td_json_object(&s->w, NULL);
        cli_snapshot_json(&s->w, snapshot);
        *changes = cli_snapshot_changes_json(&s->w, snapshot, &now);
        td_json_object_end(&s->w);
        (void)td_json_line(&s->w);
    } else if (!code) {
        (void)td_buf_add_text(&s->out, "snapshot ");
        cli_snapshot_line(&s->out, snapshot);
        (void)td_buf_add_byte(&s->out, '\n');
        *changes = cli_snapshot_changes(&s->out, snapshot, &now);
    }
    work_files_release(&now);
    return code ? code : cli_print(&s->out, err);
}

static enum td_code show(struct shot *s, struct td_error *err)
{
    struct work_snapshot snapshot = {.name = NULL};
    uint32_t changes = 0;
    enum td_code code = open_place(s, true, err);

    if (!code)
        code = find(s, &snapshot, err);
    if (!code)
        code = compare(s, &snapshot, &changes, err);
    work_snapshot_release(&snapshot);
    return code;
}

static enum td_code ask(const struct work_snapshot *snapshot, const char *what,
                        struct td_error *err)
{
    (void)td_error_set(err, TD_USAGE, snapshot->name, 0, "nothing was %s",
                       what);
    return td_error_hint(err, "add --yes to do it");
}

static enum td_code rollback(struct shot *s, struct td_error *err)
{
    struct work_snapshot snapshot = {.name = NULL};
    uint32_t changes = 0;
    bool yes = cli_flag(s->args, "yes");
    enum td_code code = open_place(s, !yes, err);

    if (!code)
        code = find(s, &snapshot, err);
    if (!code)
        code = compare(s, &snapshot, &changes, err);
    if (!code && changes && !yes)
        code = ask(&snapshot, "changed", err);
    else if (!code && changes)
        code = work_snapshot_rollback(s->place, snapshot.name, err);
    work_snapshot_release(&snapshot);
    return code;
}

static enum td_code delete_one(struct shot *s, struct td_error *err)
{
    struct work_snapshot snapshot = {.name = NULL};
    bool yes = cli_flag(s->args, "yes");
    enum td_code code = open_place(s, !yes, err);

    if (!code)
        code = find(s, &snapshot, err);
    if (code == TD_FORMAT && yes) /* it is no use any more, and named itself */
        return work_snapshot_delete(s->place, cli_operand(s->args, 1), err);
    if (!code)
        code = tell(s, &snapshot, err);
    if (!code && !yes)
        code = ask(&snapshot, "deleted", err);
    else if (!code)
        code = work_snapshot_delete(s->place, snapshot.name, err);
    work_snapshot_release(&snapshot);
    return code;
}

static const struct {
    const char *name;
    enum td_code (*run)(struct shot *s, struct td_error *err);
    int least; /* operands behind it */
    int most;
    const char *wants;
} actions[] = {{"create", create, 1, 2, "takes a plan, and a name"},
               {"list", list, 0, 0, "takes no operand"},
               {"show", show, 1, 1, "takes a name or a number"},
               {"rollback", rollback, 1, 1, "takes a name or a number"},
               {"delete", delete_one, 1, 1, "takes a name or a number"}};

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    const char *word = cli_operand(args, 0);
    const char *root = cli_text(args, "workspace");
    struct shot s = {.args = args};
    int given = cli_operands(args) - 1;
    enum td_code code = TD_END;

    s.w = td_json_writer(&s.out);
    s.root = td_strdup(root ? root : ".");
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (strcmp(word, actions[i].name) != 0)
            continue;
        code =
            given < actions[i].least || given > actions[i].most
                ? td_error_set(err, TD_USAGE, word, 0, "%s", actions[i].wants)
                : actions[i].run(&s, err);
    }
    if (code == TD_END) {
        (void)td_error_set(err, TD_USAGE, word, 0, "no such thing to do");
        code = td_error_hint(err, "write " WORDS);
    }
    work_close(s.place);
    td_buf_release(&s.out);
    free(s.root);
    return code;
}

const struct cli_command cli_cmd_snapshot = {
    .name = "snapshot",
    .summary = "Keep the outputs of a plan as they are, and go back to them.",
    .usage = "create PLAN [NAME] | list | show NAME | rollback NAME | delete "
             "NAME",
    .words = WORDS,
    .details =
        "A snapshot is of what the tasks of a plan name as outputs, and of "
        "nothing else: going back puts those files back, and removes what was "
        "not there. All of them, or none. Contents are kept once, however many "
        "snapshots have them.\n"
        "NAME is a name, or a number of the list. Without a name it is called "
        "by the time. show and rollback tell what is not as it was.\n"
        "While an execution of the state folder runs, nothing is kept or put "
        "back.\n\n"
        "Exit status 0: done. 2: there is no such snapshot, --yes is missing, "
        "or an execution runs. 4: the disk failed, or what is kept is damaged; "
        "nothing was changed.",
    .examples = "tapedeck snapshot create plan.yaml before-cart\n"
                "tapedeck snapshot rollback before-cart --yes",
    .options = options,
    .min_operands = 1,
    .max_operands = 3,
    .run = run,
};
