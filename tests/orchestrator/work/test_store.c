/* Keys, what is remembered, rooms and snapshots; and that a failure at any call
 * leaves nothing half.
 */
#include "orchestrator/work/isolate.h"
#include "orchestrator/work/snapshot.h"
#include "orchestrator/work/store.h"
#include "tests/suites.h"
#include "tests/support/work_scene.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static char path_var[] = "PATH=/bin";
static char secret_var[] = "TOKEN=swordfish";
static char other_var[] = "TOKEN=other";

static const char *run_words[] = {"sh", "-euc", "true", "", NULL};
static const char *output_words[] = {"a.csv", "model/", NULL};

static struct plan_task task_of(struct plan_words inputs)
{
    return (struct plan_task){.id = "clean_a",
                              .run = {run_words, 3},
                              .dir = ".",
                              .with = "{}",
                              .inputs = inputs,
                              .outputs = {output_words, 2}};
}

static void make_key(struct work_scene *s, const struct plan_task *task,
                     char *const *env, struct work_key *key)
{
    struct work_files inputs = {0};
    struct work_key_of of = {.task = task,
                             .provider = "shell",
                             .version = "1",
                             .env = env,
                             .inputs = &inputs};

    CU_ASSERT_EQUAL_FATAL(work_inputs(s->place, &task->inputs, &inputs, NULL),
                          TD_OK);
    work_key_make(key, &of);
    work_files_release(&inputs);
}

static void check_why(struct work_scene *s, const struct plan_task *task,
                      char *const *env, const struct work_key *then,
                      const char *want)
{
    struct work_key now;
    struct td_buf why = {0};

    make_key(s, task, env, &now);
    CU_ASSERT_EQUAL(work_key_why(&why, &now, then, "x6"), TD_OK);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&why), want);
    td_buf_release(&why);
    work_key_release(&now);
}

static void a_key_says_what_changed(void)
{
    char *env[] = {path_var, secret_var, NULL};
    char *env_other[] = {path_var, other_var, NULL};
    struct plan_task task = task_of(WORDS("clean", "raw"));
    struct plan_task run;
    struct work_scene s;
    struct work_key key;

    work_scene_open(&s);
    work_scene_write(&s, "clean", "world");
    work_scene_write(&s, "raw", "raw");
    make_key(&s, &task, env, &key);
    CU_ASSERT_EQUAL(strlen(key.hex), 64);
    check_why(&s, &task, env, &key, "nothing changed since x6");
    work_scene_run(&s, "touch -d 2001-01-01 raw");
    check_why(&s, &task, env, &key, "nothing changed since x6");
    work_scene_write(&s, "clean", "hello");
    check_why(&s, &task, env, &key,
              "input clean is 2cf24dba, was 486ea462 in x6; same: provider, "
              "run, dir, with, outputs, 2 env, 1 input");
    work_scene_write(&s, "clean", "world");
    work_scene_run(&s, "chmod +x clean");
    check_why(&s, &task, env, &key,
              "input clean is executable, was not executable in x6; same: "
              "provider, run, dir, with, outputs, 2 env, 1 input");
    work_scene_run(&s, "chmod -x clean; rm raw");
    check_why(&s, &task, env, &key,
              "input raw is gone since x6; same: provider, run, dir, with, "
              "outputs, 2 env, 1 input");
    work_scene_write(&s, "raw", "raw");
    run = task;
    run.run.count = 4; /* one more, empty, is another command */
    {
        struct work_key now;
        struct td_buf why = {0};

        make_key(&s, &run, env_other, &now);
        (void)work_key_why(&why, &now, &key, "x6");
        CU_ASSERT_PTR_NOT_NULL(strstr(td_buf_str(&why), "run is "));
        CU_ASSERT_PTR_NOT_NULL(strstr(td_buf_str(&why), "env TOKEN is "));
        CU_ASSERT_PTR_NULL(strstr(td_buf_str(&why), "swordfish"));
        td_buf_release(&why);
        work_key_release(&now);
    }
    work_key_release(&key);
    work_scene_close(&s);
}

static enum td_code remember(struct work_scene *s, const struct work_key *key,
                             const char *execution, uint64_t took)
{
    struct plan_task task = task_of(WORDS("in"));
    struct work_files outputs = {0};
    struct work_success success = {.plan = "night ly/..",
                                   .task = "clean_a",
                                   .execution = execution,
                                   .key = key,
                                   .outputs = &outputs,
                                   .took_ns = took};
    enum td_code code = work_outputs(s->place, &task.outputs, &outputs, NULL);

    if (!code)
        code = work_remember(s->place, &success, NULL);
    work_files_release(&outputs);
    return code;
}

static void recall(struct work_scene *s, struct work_past *past)
{
    *past = (struct work_past){0};
    CU_ASSERT_EQUAL_FATAL(
        work_recall(s->place, "night ly/..", "clean_a", past, NULL), TD_OK);
}

static void check_fresh(struct work_scene *s, const struct work_key *key,
                        const char *want)
{
    struct plan_task task = task_of(WORDS("in"));
    struct work_want ask = {key, &task.outputs};
    struct work_past past;
    struct td_buf why = {0};
    bool fresh = false;

    recall(s, &past);
    CU_ASSERT_EQUAL(work_fresh(s->place, &past, &ask, &fresh, &why, NULL),
                    TD_OK);
    CU_ASSERT_EQUAL(fresh, want == NULL);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&why), want ? want : "");
    work_past_release(&past);
    td_buf_release(&why);
}

static void a_success_is_remembered_and_its_outputs_are_looked_at(void)
{
    struct plan_task task = task_of(WORDS("in"));
    char *env[] = {path_var, NULL};
    struct work_scene s;
    struct work_past past;
    struct work_key key;

    work_scene_open(&s);
    work_scene_write(&s, "in", "in");
    work_scene_write(&s, "a.csv", "a");
    work_scene_write(&s, "model/w", "w");
    make_key(&s, &task, env, &key);
    check_fresh(&s, &key, "it has never ended well");
    for (uint64_t i = 1; i <= 7; i++)
        CU_ASSERT_EQUAL(remember(&s, &key, "x6", i * 10), TD_OK);
    CU_ASSERT_EQUAL(remember(&s, &key, "x7", 0), TD_OK);
    recall(&s, &past);
    CU_ASSERT_STRING_EQUAL(past.execution, "x7");
    CU_ASSERT_EQUAL(past.took_count, 5);
    CU_ASSERT_EQUAL(past.took_ns[0], 70);
    CU_ASSERT_EQUAL(work_past_took(&past), 50);
    work_past_release(&past);
    check_fresh(&s, &key, NULL);
    work_scene_run(&s, "touch -d 2001-01-01 a.csv model/w");
    check_fresh(&s, &key, NULL);
    work_scene_write(&s, "a.csv", "b");
    check_fresh(&s, &key, "output a.csv has changed");
    work_scene_write(&s, "a.csv", "a");
    work_scene_write(&s, "model/more", "m");
    check_fresh(&s, &key, "output model/more was not there");
    work_scene_run(&s, "rm model/more; rm model/w");
    check_fresh(&s, &key, "output model/w is gone");
    work_scene_run(&s,
                   "for f in .tapedeck/last/*/*; do echo '{' >\"$f\"; done");
    check_fresh(&s, &key, "it has never ended well");
    CU_ASSERT_EQUAL(remember(&s, NULL, "x8", 1), TD_OK);
    check_fresh(&s, &key, "its last run was not to be kept");
    work_key_release(&key);
    work_scene_close(&s);
}

/* With a key it has a file of its own, without it a line. */
static void check_failed_writes(bool keyed)
{
    struct plan_task task = task_of(WORDS("in"));
    char *env[] = {path_var, NULL};
    struct work_scene s;
    struct work_past past;
    struct work_key key;
    enum td_code code = TD_IO;

    work_scene_open(&s);
    work_scene_write(&s, "in", "in");
    work_scene_write(&s, "a.csv", "a");
    work_scene_write(&s, "model/w", "w");
    make_key(&s, &task, env, &key);
    CU_ASSERT_EQUAL(remember(&s, keyed ? &key : NULL, "x6", 1), TD_OK);
    for (unsigned n = 1; code; n++) {
        work_scene_fail(n, ENOSPC);
        code = remember(&s, keyed ? &key : NULL, "x7", 1);
        work_scene_fail(0, 0);
        work_scene_again(&s);
        recall(&s, &past);
        CU_ASSERT_PTR_NOT_NULL_FATAL(past.execution);
        CU_ASSERT(code || !strcmp(past.execution, "x7"));
        work_past_release(&past);
    }
    work_scene_run(&s, "test -z \"$(find . -name '*.tmp')\"");
    work_key_release(&key);
    work_scene_close(&s);
}

static void a_failed_write_forgets_nothing(void)
{
    check_failed_writes(true);
    check_failed_writes(false);
}

/* What a scene's durations of a task without a key come to. */
static void check_took(struct work_scene *s, const char *execution,
                       uint32_t count, uint64_t last)
{
    struct work_past past;

    work_scene_again(s);
    recall(s, &past);
    CU_ASSERT_EQUAL(past.took_count, count);
    CU_ASSERT_EQUAL(past.took_ns[0], last);
    CU_ASSERT_STRING_EQUAL(past.execution ? past.execution : "none", execution);
    work_past_release(&past);
}

static void without_a_key_durations_are_lines_of_one_log(void)
{
    struct plan_task task = task_of(WORDS("in"));
    char *env[] = {path_var, NULL};
    struct work_scene s;
    struct work_key key;

    work_scene_open(&s);
    work_scene_write(&s, "in", "in");
    work_scene_write(&s, "a.csv", "a");
    work_scene_write(&s, "model/w", "w");
    check_took(&s, "none", 0, 0);
    for (uint64_t i = 1; i <= 7; i++)
        CU_ASSERT_EQUAL(remember(&s, NULL, "x6", i * 10), TD_OK);
    check_took(&s, "x6", 5, 70);
    /* One was killed in the middle of a line, and others are no lines. */
    work_scene_run(&s, "cd .tapedeck/last/*/ && test \"$(ls)\" = '' && "
                       "printf '[]\\n{\"task\":1}\\n{\"task\":\"cl' >>.took");
    check_took(&s, "x6", 5, 70);
    CU_ASSERT_EQUAL(remember(&s, NULL, "x7", 80), TD_OK);
    check_took(&s, "x7", 5, 80);
    /* With a key it has a past of its own, and takes these along. */
    make_key(&s, &task, env, &key);
    CU_ASSERT_EQUAL(remember(&s, &key, "x8", 90), TD_OK);
    check_took(&s, "x8", 5, 90);
    check_fresh(&s, &key, NULL);
    CU_ASSERT_EQUAL(remember(&s, NULL, "x9", 100), TD_OK);
    check_took(&s, "x9", 5, 100);
    check_fresh(&s, &key, "its last run was not to be kept");
    work_key_release(&key);
    work_scene_close(&s);
}

/* Of two tasks with three thousand successes each nobody asks for most. */
static void a_long_log_is_made_short(void)
{
    struct work_scene s;

    work_scene_open(&s);
    work_scene_run(
        &s, "mkdir -p .tapedeck/last/night%20ly%2F%2E%2E && "
            "i=0; while [ $i -lt 6000 ]; do i=$((i + 1)); "
            "printf '{\"task\":\"%s\",\"execution\":\"x%d\",\"took\":%d}\\n' "
            "$([ $((i % 2)) = 0 ] && echo clean_a || echo b) $i $i; "
            "done >.tapedeck/last/night%20ly%2F%2E%2E/.took");
    check_took(&s, "x6000", 5, 6000);
    work_scene_run(&s, "test $(cat .tapedeck/last/*/.took | wc -l) = 10");
    check_took(&s, "x6000", 5, 6000);
    work_scene_close(&s);
}

/* A task with a folder of its own: from outside it is never seen at work. */
static enum td_code work_in_room(struct work_scene *s, const char *script)
{
    struct work_files inputs = {0};
    struct work_files out = {0};
    struct work_room *room = NULL;
    enum td_code code =
        work_inputs(s->place, &WORDS("clean", "raw/"), &inputs, NULL);

    if (!code)
        code = work_room_open(&room, s->place, "x7/1/2", &inputs, NULL);
    if (!code) {
        char all[600];

        (void)snprintf(all, sizeof(all), "cd '%s' && %s", work_room_dir(room),
                       script);
        work_scene_run(s, all);
        code = work_room_commit(room, &WORDS("a.csv", "model/", "new/deep/x"),
                                &out, NULL);
    }
    CU_ASSERT_EQUAL(out.count, code ? 0 : 4);
    work_room_close(room);
    work_files_release(&inputs);
    work_files_release(&out);
    return code;
}

#define ROOM_SCRIPT                                                            \
    "./clean >a.csv; mkdir -p model new/deep; cat raw/x >model/w; echo "       \
    ">new/deep/x; echo changed >raw/x"

static void a_room_gives_all_or_nothing(void)
{
    struct work_scene s;
    struct td_buf before = {0};
    enum td_code code = TD_IO;

    work_scene_open(&s);
    work_scene_script(&s, "clean", "#!/bin/sh\necho clean");
    work_scene_write(&s, "raw/x", "raw");
    work_scene_write(&s, "model/old", "old");
    work_scene_write(&s, "a.csv", "a");
    work_scene_all(&s, &before);
    CU_ASSERT_EQUAL(work_in_room(&s, "touch a.csv"), TD_FAILED);
    CU_ASSERT_EQUAL(work_in_room(&s,
                                 "touch a.csv; mkdir -p model new/deep; ln -s "
                                 "/etc/passwd new/deep/x"),
                    TD_FAILED);
    for (unsigned n = 1; code; n++) {
        struct td_buf after = {0};

        work_scene_fail(n, ENOSPC);
        code = work_in_room(&s, ROOM_SCRIPT);
        work_scene_all(&s, &after);
        CU_ASSERT(n > 3 * work_scene_calls() || !code ||
                  td_bytes_equal(td_buf_bytes(&before), td_buf_bytes(&after)));
        /* What only tidies up may fail: then all is in its place. */
        if (!code && n <= work_scene_calls())
            code = work_scene_is(&s, "new/deep/x", "\n") ? TD_OK : TD_IO;
        td_buf_release(&after);
    }
    CU_ASSERT(work_scene_is(&s, "a.csv", "clean\n"));
    CU_ASSERT(work_scene_is(&s, "model/w", "raw"));
    CU_ASSERT(work_scene_is(&s, "model/old", NULL));
    CU_ASSERT(work_scene_is(&s, "new/deep/x", "\n"));
    CU_ASSERT(work_scene_is(&s, "raw/x", "raw"));
    td_buf_release(&before);
    work_scene_close(&s);
}

static void count(void *ctx, const struct work_snapshot *s)
{
    (void)td_buf_addf(ctx, "%s:%u ", s->name, s->files.count);
}

static void a_snapshot_is_gone_back_to_whole(void)
{
    static const char *const outputs[] = {"a.csv", "*.json", "model/", "gone",
                                          NULL};
    struct plan_words names = {(const char **)(uintptr_t)outputs, 4};
    struct work_scene s;
    struct td_buf then = {0};
    struct td_buf now = {0};
    struct td_buf got = {0};
    struct td_error err = {0};
    enum td_code code = TD_IO;

    work_scene_open(&s);
    work_scene_script(&s, "a.csv", "a");
    work_scene_write(&s, "b.json", "b");
    work_scene_write(&s, "model/x/y", "y");
    work_scene_write(&s, "else", "else");
    work_scene_all(&s, &then);
    for (unsigned n = 1; code; n++) {
        work_scene_fail(n, ENOSPC);
        code = work_snapshot_create(s.place, "one", "x6", &names, &err);
        td_buf_clear(&got);
        CU_ASSERT_EQUAL(work_snapshot_list(s.place, count, &got, &err), TD_OK);
        /* Only the last fsync fails when it is in its place already. */
        if (code && got.len)
            CU_ASSERT_EQUAL(work_snapshot_delete(s.place, "one", &err), TD_OK);
    }
    work_scene_fail(0, 0);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&got), "one:4 ");
    CU_ASSERT_EQUAL(work_snapshot_create(s.place, "one", "", &names, &err),
                    TD_USAGE);
    CU_ASSERT_EQUAL(work_snapshot_create(s.place, "../x", "", &names, &err),
                    TD_USAGE);
    work_scene_run(&s, "chmod -x a.csv; echo c >a.csv; rm b.json; echo >n.json;"
                       "rm -r model; echo >model2; mkdir model; echo >model/z; "
                       "echo >gone; rm model2");
    work_scene_all(&s, &now);
    code = TD_IO;
    for (unsigned n = 1; code; n++) {
        struct td_buf after = {0};

        work_scene_fail(n, ENOSPC);
        code = work_snapshot_rollback(s.place, "one", &err);
        work_scene_all(&s, &after);
        CU_ASSERT(td_bytes_equal(td_buf_bytes(code ? &now : &then),
                                 td_buf_bytes(&after)));
        td_buf_release(&after);
    }
    work_scene_fail(0, 0);
    CU_ASSERT_EQUAL(work_snapshot_rollback(s.place, "two", &err), TD_USAGE);
    CU_ASSERT_STRING_EQUAL(err.hint, "there are one");
    work_scene_write(&s, "a.csv", "new");
    work_scene_run(&s, "for b in .tapedeck/blobs/*/*; do echo >\"$b\"; break; "
                       "done");
    CU_ASSERT_EQUAL(work_snapshot_rollback(s.place, "one", &err), TD_FORMAT);
    CU_ASSERT(work_scene_is(&s, "a.csv", "new"));
    CU_ASSERT_EQUAL(work_snapshot_delete(s.place, "one", &err), TD_OK);
    work_scene_run(&s, "test -z \"$(find .tapedeck/blobs -type f)\"");
    td_buf_release(&then);
    td_buf_release(&now);
    td_buf_release(&got);
    work_scene_close(&s);
}

static void contents_are_kept_while_somebody_needs_them(void)
{
    struct work_scene s;
    struct td_error err = {0};

    work_scene_open(&s);
    work_scene_write(&s, "a", "a");
    work_scene_write(&s, "b", "b");
    CU_ASSERT_EQUAL(work_snapshot_create(s.place, "one", "", &WORDS("a"), &err),
                    TD_OK);
    CU_ASSERT_EQUAL(
        work_snapshot_create(s.place, "two", "", &WORDS("a", "b"), &err),
        TD_OK);
    CU_ASSERT_EQUAL(work_snapshot_delete(s.place, "two", &err), TD_OK);
    work_scene_run(&s, "test \"$(find .tapedeck/blobs -type f | wc -l)\" = 1; "
                       "rm a");
    CU_ASSERT_EQUAL(work_snapshot_rollback(s.place, "one", &err), TD_OK);
    CU_ASSERT(work_scene_is(&s, "a", "a"));
    work_scene_close(&s);
}

CU_TestInfo orchestrator_work_store_tests[] = {
    {"a key says what changed", a_key_says_what_changed},
    {"a success is remembered, and its outputs are looked at",
     a_success_is_remembered_and_its_outputs_are_looked_at},
    {"a failed write forgets nothing", a_failed_write_forgets_nothing},
    {"without a key durations are lines of one log",
     without_a_key_durations_are_lines_of_one_log},
    {"a long log is made short", a_long_log_is_made_short},
    {"a room gives all or nothing", a_room_gives_all_or_nothing},
    {"a snapshot is gone back to whole", a_snapshot_is_gone_back_to_whole},
    {"contents are kept while somebody needs them",
     contents_are_kept_while_somebody_needs_them},
    CU_TEST_INFO_NULL,
};
