/* What may be named, what is found, and that it is read once. */
#include "orchestrator/work/env.h"
#include "orchestrator/work/files.h"
#include "tests/suites.h"
#include "tests/support/work_scene.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void names_meet_the_rules(void)
{
    static const struct {
        const char *text;
        enum work_name what;
        const char *why; /* NULL: it may be */
    } rows[] = {
        {"a.csv", WORK_PATH, NULL},
        {"raw/a b.csv", WORK_PATH, NULL},
        {"...", WORK_PATH, NULL},
        {"\xc3\xa9.csv", WORK_PATH, NULL},
        {"model/", WORK_TREE, NULL},
        {".", WORK_TREE, NULL},
        {"raw/*.csv", WORK_PATTERN, NULL},
        {"**/x", WORK_PATTERN, NULL},
        {"", WORK_PATH, "is no path"},
        {"/etc/passwd", WORK_PATTERN, "is absolute"},
        {"..", WORK_TREE, "leads out of the workspace by \"..\""},
        {"a/../../b", WORK_PATTERN, "leads out of the workspace by \"..\""},
        {"../*", WORK_PATTERN, "leads out of the workspace by \"..\""},
        {"a//b", WORK_PATH, "has an empty part"},
        {"./a", WORK_PATH, "has a part \".\""},
        {"a/", WORK_PATH, "is a folder"},
        {"*.c", WORK_PATH, "is a pattern"},
        {"a\nb", WORK_PATTERN, "has control characters, or is not UTF-8"},
        {"a\x1b[2J", WORK_PATTERN, "has control characters, or is not UTF-8"},
        {"a\x7f", WORK_PATH, "has control characters, or is not UTF-8"},
        {"a\xc2\x9b", WORK_PATH, "has control characters, or is not UTF-8"},
        {"a\xff", WORK_PATH, "has control characters, or is not UTF-8"},
        {".tapedeck/x", WORK_PATH, "is in .tapedeck, which is no part of it"},
        {".tapedeckx", WORK_PATH, NULL},
        {".tapedeck/gates.yaml", WORK_PATH, NULL},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_error err = {0};
        enum td_code code = work_name_check(rows[i].text, rows[i].what, &err);

        CU_ASSERT_EQUAL(code, rows[i].why ? TD_USAGE : TD_OK);
        CU_ASSERT_STRING_EQUAL(err.text, rows[i].why ? rows[i].why : "");
        CU_ASSERT(!rows[i].why || err.hint[0]);
    }
}

static void list(struct td_buf *out, const struct work_files *files)
{
    for (uint32_t i = 0; i < files->count; i++)
        (void)td_buf_addf(out, "%s%s ", files->list[i].path,
                          files->list[i].exec ? "!" : "");
    for (uint32_t i = 0; i < files->missing_count; i++)
        (void)td_buf_addf(out, "-%s ", files->missing[i]);
}

static void inputs_are_found_sorted_and_once(void)
{
    static const struct {
        const char *names[3];
        const char *found;
        enum td_code code;
    } rows[] = {
        {{"b.csv", "a.csv"}, "a.csv b.csv ", TD_OK},
        {{"*.csv", "a.csv"}, "a.csv b.csv ", TD_OK},
        {{"none", "*.none"}, "-none ", TD_OK},
        {{"raw/"}, "raw/ raw/.dot raw/x/y.csv raw/z! ", TD_OK},
        {{"raw/*"}, "raw/z! ", TD_OK},
        {{"r*/*/*.csv"}, "raw/x/y.csv ", TD_OK},
        {{"*/*/*.csv"}, "", TD_FAILED} /* through bad/up */,
        {{"**/*.csv"}, "a.csv b.csv raw/x/y.csv ", TD_OK},
        {{"**/**/y.csv"}, "raw/x/y.csv ", TD_OK},
        {{"**/x/**/y.csv"}, "raw/x/y.csv ", TD_OK},
        {{"**/.dot"}, "raw/.dot ", TD_OK},
        {{"**/x/"}, "raw/x/ raw/x/y.csv ", TD_OK},
        {{"**/[[:alpha:]].csv"}, "a.csv b.csv raw/x/y.csv ", TD_OK},
        {{"r*/"}, "raw/ raw/.dot raw/x/y.csv raw/z! ", TD_OK},
        {{"raw/**"}, "raw/x/y.csv raw/z! ", TD_OK},
        {{"inside"}, "inside ", TD_OK},
        {{".*"}, "", TD_OK},
        {{"raw"}, "", TD_FAILED},
        {{"a.csv/"}, "", TD_FAILED},
        {{"bad/out"}, "", TD_FAILED},
        {{"bad/abs"}, "", TD_FAILED},
        {{"bad/*"}, "", TD_FAILED},
        {{"bad/"}, "", TD_FAILED},
        {{"bad/up/passwd"}, "", TD_FAILED},
        {{"pipe"}, "", TD_FAILED},
        {{"../x"}, "", TD_USAGE},
    };
    struct work_scene s;

    work_scene_open(&s);
    work_scene_write(&s, "a.csv", "a");
    work_scene_write(&s, "b.csv", "b");
    work_scene_write(&s, "raw/x/y.csv", "y");
    work_scene_write(&s, "raw/.dot", "dot");
    work_scene_script(&s, "raw/z", "z");
    work_scene_run(&s, "ln -s a.csv inside; mkdir bad; mkfifo pipe; "
                       "ln -s ../../etc/passwd bad/out; "
                       "ln -s /etc/passwd bad/abs; ln -s /etc bad/up");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct plan_words names = {(const char **)(uintptr_t)rows[i].names, 0};
        struct work_files files = {0};
        struct td_buf got = {0};
        struct td_error err = {0};

        while (names.list[names.count] && names.count < 3)
            names.count++;
        CU_ASSERT_EQUAL(work_inputs(s.place, &names, &files, &err),
                        rows[i].code);
        if (!rows[i].code) {
            list(&got, &files);
            CU_ASSERT_STRING_EQUAL(td_buf_str(&got), rows[i].found);
        }
        td_buf_release(&got);
        work_files_release(&files);
    }
    work_scene_close(&s);
}

/* Each folder is read once: by all the ways there are to it, this takes years.
 */
static void many_folders_that_may_be_any_end(void)
{
    char name[] = "**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/b";
    char *list[] = {name};
    struct plan_words names = {(const char **)(uintptr_t)list, 1};
    struct work_files files = {0};
    struct td_error err = {0};
    struct work_scene s;
    char path[128] = "";

    work_scene_open(&s);
    for (int i = 0; i < 50; i++)
        memcpy(path + (ptrdiff_t)2 * i, "a/", 2);
    path[100] = 'b';
    work_scene_write(&s, path, "b");
    CU_ASSERT_EQUAL(work_inputs(s.place, &names, &files, &err), TD_OK);
    CU_ASSERT_EQUAL(files.count, 1);
    work_files_release(&files);
    work_scene_close(&s);
}

static uint64_t read_again(struct work_scene *s, const char *hex)
{
    struct work_files files = {0};
    uint64_t bytes;
    char got[WORK_HEX];

    CU_ASSERT_EQUAL(work_inputs(s->place, &WORDS("a.csv"), &files, NULL),
                    TD_OK);
    CU_ASSERT_EQUAL_FATAL(files.count, 1);
    work_hex(got, files.list[0].sha256);
    CU_ASSERT(!strncmp(got, hex, 8));
    bytes = files.read_bytes;
    work_files_release(&files);
    return bytes;
}

static void a_file_is_read_again_only_if_it_may_have_changed(void)
{
    struct work_scene s;

    work_scene_open(&s);
    work_scene_write(&s, "a.csv", "hello");
    CU_ASSERT_EQUAL(read_again(&s, "2cf24dba"), 5);
    CU_ASSERT_EQUAL(read_again(&s, "2cf24dba"), 0);
    work_scene_again(&s);
    CU_ASSERT_EQUAL(read_again(&s, "2cf24dba"), 0);
    /* The same size, and the mtime set back: the ctime tells. */
    work_scene_run(&s, "touch -r a.csv ref; printf world >a.csv; "
                       "touch -r ref a.csv");
    CU_ASSERT_EQUAL(read_again(&s, "486ea462"), 5);
    work_scene_run(&s, "printf hello >b; mv b a.csv");
    CU_ASSERT_EQUAL(read_again(&s, "2cf24dba"), 5);
    work_scene_again(&s);
    work_scene_run(&s, "printf garbage >>.tapedeck/hashes");
    work_scene_again(&s);
    CU_ASSERT_EQUAL(read_again(&s, "2cf24dba"), 5);
    work_scene_close(&s);
}

static void a_young_file_is_never_believed(void)
{
    struct work_scene s;

    work_scene_open(&s);
    work_scene_write(&s, "a.csv", "hello");
    s.clock.virtual_wall_ns = td_wall_ns(td_clock_real());
    CU_ASSERT_EQUAL(read_again(&s, "2cf24dba"), 5);
    CU_ASSERT_EQUAL(read_again(&s, "2cf24dba"), 5);
    work_scene_close(&s);
}

static void outputs_that_are_missing_are_named(void)
{
    struct work_scene s;
    struct work_files files = {0};
    struct td_error err = {0};

    work_scene_open(&s);
    work_scene_write(&s, "a.csv", "a");
    CU_ASSERT_EQUAL(work_outputs(s.place, &WORDS("a.csv", "b.csv", "c*", "d/"),
                                 &files, &err),
                    TD_FAILED);
    CU_ASSERT_EQUAL(files.count, 0);
    CU_ASSERT_EQUAL_FATAL(files.missing_count, 3);
    CU_ASSERT_STRING_EQUAL(files.missing[0], "b.csv");
    CU_ASSERT_STRING_EQUAL(files.missing[1], "c*");
    CU_ASSERT_STRING_EQUAL(files.missing[2], "d/");
    CU_ASSERT_STRING_EQUAL(err.where, "b.csv");
    CU_ASSERT_STRING_EQUAL(err.text, "is not there");
    work_files_release(&files);
    work_scene_close(&s);
}

/* Every fsync that fails is told, and then no output is. */
static void what_does_not_last_is_not_told(void)
{
    struct work_scene s;
    unsigned n = 0;
    enum td_code code = TD_IO;

    work_scene_open(&s);
    work_scene_write(&s, "model/x/a", "a");
    work_scene_write(&s, "b.csv", "b");
    while (code) {
        struct work_files files = {0};

        work_scene_fail(++n, EIO);
        code = work_outputs(s.place, &WORDS("model/", "b.csv"), &files, NULL);
        CU_ASSERT_EQUAL(code, n <= work_scene_calls() ? TD_IO : TD_OK);
        CU_ASSERT_EQUAL(files.count, code ? 0 : 3);
        work_files_release(&files);
    }
    /* Two files, three folders: the workspace, model, model/x. */
    CU_ASSERT_EQUAL(work_scene_calls(), 5);
    work_scene_close(&s);
}

static void a_file_is_put_whole_or_not_at_all(void)
{
    struct work_scene s;
    struct td_buf before = {0};
    struct td_error err = {0};
    enum td_code code = TD_IO;

    work_scene_open(&s);
    work_scene_write(&s, "n.md", "old");
    work_scene_all(&s, &before);
    for (unsigned n = 1; code; n++) {
        struct td_buf after = {0};

        work_scene_fail(n, ENOSPC);
        code = work_put(s.place, "n.md", td_text("new text"), &err);
        CU_ASSERT(!code || err.errnum == ENOSPC);
        work_scene_all(&s, &after);
        CU_ASSERT(work_scene_is(&s, "n.md", "new text") ||
                  td_bytes_equal(td_buf_bytes(&before), td_buf_bytes(&after)));
        td_buf_release(&after);
    }
    CU_ASSERT(work_scene_is(&s, "n.md", "new text"));
    work_scene_fail(0, 0);
    CU_ASSERT_EQUAL(work_put(s.place, "x/y/z", td_text("deep"), &err), TD_OK);
    CU_ASSERT(work_scene_is(&s, "x/y/z", "deep"));
    work_scene_run(&s, "ln -s /tmp out");
    CU_ASSERT_EQUAL(work_put(s.place, "out/z", td_text("x"), &err), TD_FAILED);
    td_buf_release(&before);
    work_scene_close(&s);
}

static void a_task_sees_what_its_plan_names(void)
{
    char a[] = "PATH=/bin";
    char b[] = "SECRET=s";
    char c[] = "TZ=UTC";
    char d[] = "OTHER=o";
    char *ours[] = {a, b, c, d, NULL};
    struct td_arena arena = {0};
    struct td_error err = {0};
    char **env;

    CU_ASSERT_EQUAL_FATAL(
        work_env(&env, &arena,
                 &WORDS("SECRET", "TZ=CET", "A=b=c", "NONE", "A=2"), ours,
                 &err),
        TD_OK);
    CU_ASSERT_STRING_EQUAL(env[0], "A=2");
    CU_ASSERT_STRING_EQUAL(env[1], "PATH=/bin");
    CU_ASSERT_STRING_EQUAL(env[2], "SECRET=s");
    CU_ASSERT_STRING_EQUAL(env[3], "TZ=CET");
    CU_ASSERT_PTR_NULL(env[4]);
    CU_ASSERT_EQUAL(work_env(&env, &arena, &WORDS("1A=b"), ours, &err),
                    TD_USAGE);
    CU_ASSERT_EQUAL(work_env(&env, &arena, &WORDS("=b"), ours, &err), TD_USAGE);
    td_arena_release(&arena);
}

CU_TestInfo orchestrator_work_files_tests[] = {
    {"names meet the rules", names_meet_the_rules},
    {"inputs are found, sorted, and once", inputs_are_found_sorted_and_once},
    {"many folders that may be any end", many_folders_that_may_be_any_end},
    {"a file is read again only if it may have changed",
     a_file_is_read_again_only_if_it_may_have_changed},
    {"a young file is never believed", a_young_file_is_never_believed},
    {"outputs that are missing are named", outputs_that_are_missing_are_named},
    {"what does not last is not told", what_does_not_last_is_not_told},
    {"a file is put whole or not at all", a_file_is_put_whole_or_not_at_all},
    {"a task sees what its plan names", a_task_sees_what_its_plan_names},
    CU_TEST_INFO_NULL,
};
