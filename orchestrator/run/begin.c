/* How an execution comes to be: its plan, its place, its first lines. */
#include "orchestrator/run/exec_internal.h"

#include "core/fs.h"
#include "core/mem.h"
#include "orchestrator/keeper/keeper.h"
#include "orchestrator/plan/load.h"
#include "orchestrator/run/folder.h"
#include "orchestrator/run/marks.h"
#include "orchestrator/run/wants.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The median of what each task took before. */
static enum td_code learn_usual(struct run_exec *x, struct td_error *err)
{
    x->usual = td_calloc(x->plan.task_count + 1, sizeof(*x->usual));
    for (uint32_t i = 0; i < x->plan.task_count; i++) {
        struct work_past past = {.took_count = 0};

        if (work_recall(x->place, x->plan.name, x->plan.tasks[i].id, &past,
                        err))
            return err->code;
        x->usual[i] = work_past_took(&past);
        work_past_release(&past);
    }
    return TD_OK;
}

enum td_code run_prepare(struct run_exec *x, struct td_error *err)
{
    struct sched_options options = {
        .execution = x->id,
        .workers = x->options.workers,
        .waves = x->options.waves,
        .fail_fast = x->options.fail_fast,
        .cache = !x->options.no_cache || x->taken,
    };

    if (learn_usual(x, err))
        return err->code;
    options.usual = x->usual;
    options.ahead = x->ahead = run_ahead_of(x, &options.in_order);
    x->sched = sched_new(&x->plan, &options);
    x->tasks = td_calloc(x->plan.task_count + 1, sizeof(*x->tasks));
    for (uint32_t i = 0; i < x->plan.task_count; i++) {
        x->tasks[i].x = x;
        x->tasks[i].grace_ns = RUN_GRACE;
    }
    run_tally_init(&x->tally, x->plan.task_count);
    return TD_OK;
}

uint32_t run_processors(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);

    return n > 0 ? (uint32_t)n : 1;
}

/* What processes of an execution are told of it holds in any folder. */
static void add_absolute(struct td_buf *out, const char *path)
{
    char *here = *path == '/' ? NULL : realpath(".", NULL);

    while (here && !strncmp(path, "./", 2))
        path += 2;
    (void)td_buf_addf(out, "%s%s%s", here ? here : "", here ? "/" : "", path);
    free(here);
}

enum td_code run_new(struct run_exec **out, struct wire_net *net,
                     const char *root, const struct run_options *options,
                     struct td_error *err)
{
    struct run_exec *x = td_calloc(1, sizeof(*x));
    struct td_buf state = {0};
    char *absolute = realpath(root, NULL);

    x->net = net;
    x->lock = -1;
    x->options = *options;
    x->timer = (struct wire_timer){.fire = run_on_timer, .ctx = x};
    if (!x->options.env)
        x->options.env = environ;
    if (x->options.own_workers)
        x->options.workers = x->options.own_workers;
    if (!x->options.workers)
        x->options.workers = run_processors();
    *out = x;
    if (!absolute)
        return td_error_errno(err, TD_IO, root, errno, "cannot be entered");
    x->root = absolute;
    if (options->state)
        add_absolute(&state, options->state);
    else
        (void)td_buf_addf(&state, "%s/.tapedeck", x->root);
    x->state = td_strdup(td_buf_str(&state));
    td_buf_release(&state);
    return TD_OK;
}

/* The plan's folder, or a fresh one in the execution's. */
enum td_code run_open_place(struct run_exec *x, struct td_error *err)
{
    struct work_options options = {.root = x->root,
                                   .state = x->state,
                                   .no_sync = x->options.no_fsync,
                                   .clock = x->options.clock};
    struct td_buf own = {0};
    enum td_code code;

    (void)td_buf_addf(&own, "%s/%s/work", x->state, *x->home ? x->home : x->id);
    if (x->plan.own_workspace) {
        options.root = td_buf_str(&own);
        if (mkdir(options.root, 0777) != 0 && errno != EEXIST) {
            code = td_error_errno(err, TD_IO, options.root, errno,
                                  "cannot be made");
            td_buf_release(&own);
            return code;
        }
    }
    code = work_open(&x->place, &options, err);
    td_buf_release(&own);
    return code;
}

static enum td_code note_created(struct run_exec *x, struct td_error *err)
{
    char boot[KEEP_BOOT_LEN + 1];
    struct td_buf json = {0};
    struct td_buf plan = {0};
    struct td_json_writer w = td_json_writer(&json);
    enum td_code code = keep_boot_id(boot, err);

    if (!code && plan_write(&x->plan, &plan))
        code = td_error_set(err, TD_LIMIT, x->plan.file, 0,
                            "the plan is too long for a journal");
    if (code)
        return code;
    td_json_object(&w, NULL);
    td_json_put_raw(&w, "plan", td_buf_bytes(&plan));
    td_json_object(&w, "options");
    run_wants_put(&w, &x->options);
    if (*x->home)
        td_json_put_text(&w, "place", x->home);
    run_marks_put(&w, &x->plan);
    td_json_object_end(&w);
    td_json_put_text(&w, "boot", boot);
    td_json_object_end(&w);
    journal_note_json(x->journal, JOURNAL_CREATED, td_buf_bytes(&json));
    td_buf_release(&json);
    td_buf_release(&plan);
    return TD_OK;
}

enum td_code run_judge(struct run_exec *x, struct td_error *err)
{
    return x->options.no_validate ? TD_OK
                                  : run_judge_new(&x->judge, x->path, err);
}

enum td_code run_begin(struct run_exec *x, struct td_error *err)
{
    char id[RUN_ID_SIZE];
    struct td_buf source = {0};
    struct journal_options options = {.clock = x->options.clock,
                                      .fsync = !x->options.no_fsync};
    enum td_code code;

    if (run_crew_check(x, err) || run_take_id(id, x->state, err))
        return err->code;
    run_name(x, id);
    if (run_lock(x, err) || run_crew_start(x, err) || run_open_place(x, err) ||
        run_prepare(x, err) || run_judge(x, err))
        return err->code;
    (void)td_buf_addf(&source, "plan:%s", x->plan.name);
    options.id = x->id;
    options.source = td_buf_str(&source);
    code = journal_create(&x->journal, x->path, &options, err);
    td_buf_release(&source);
    if (!code)
        code = note_created(x, err);
    x->options.asked = (struct run_asked){.session = NULL};
    return code;
}

/* Who has it holds its lock, until it ends by whatever way. */
enum td_code run_lock(struct run_exec *x, struct td_error *err)
{
    struct td_buf path = {0};
    enum td_code code;
    long holder;

    (void)td_buf_addf(&path, "%s/lock", x->folder);
    x->lock = open(td_buf_str(&path), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    code = x->lock < 0 ? td_error_errno(err, TD_IO, td_buf_str(&path), errno,
                                        "cannot be opened")
                       : td_fs_lock(x->lock, td_buf_str(&path), err);
    td_buf_release(&path);
    if (!code || x->lock < 0)
        return code;
    holder = td_fs_holder(x->lock);
    if (!holder)
        return code;
    (void)td_error_set(err, TD_IO, x->id, 0, "it is run by pid %ld", holder);
    return td_error_hint(err, "stop that first");
}

void run_name(struct run_exec *x, const char *id)
{
    free(x->id);
    free(x->folder);
    free(x->path);
    x->id = td_strdup(id);
    x->folder = run_folder_of(x->state, id);
    x->path = run_journal_of(x->state, id);
}

enum td_code run_opened(struct run_exec **out, struct run_exec *x,
                        enum td_code code)
{
    struct td_error ignored; /* the first error is the one to be told */

    if (!code)
        *out = x;
    else
        (void)run_close(x, &ignored);
    return code;
}

enum td_code run_create(struct run_exec **out, struct wire_net *net,
                        struct plan *plan, const char *root,
                        const struct run_options *options, struct td_error *err)
{
    struct run_exec *x;
    enum td_code code = run_new(&x, net, root, options, err);

    x->plan = *plan;
    *plan = (struct plan){.name = NULL};
    if (!code)
        code = run_begin(x, err);
    return run_opened(out, x, code);
}
