/* tapedeck test: streams that must be what they were. */
#include "cli/shared/report_files.h"
#include "cli/shared/tape_output.h"
#include "cli/shared/wait.h"
#include "cli/verbs/run_loop.h"
#include "cli/verbs/test_show.h"
#include "core/fs.h"
#include "core/mem.h"
#include "validator/diff/suggest.h"

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOR_MASKS 2 /* further runs of one that is seen for the first time */
#define TREE_FDS  16

static const struct cli_option options[] = {
    {.name = "tape",
     .type = CLI_TEXT,
     .value = "FILE",
     .help = "compare this tape or NDJSON, and run no command; with several "
             "goldens the nearest is shown"},
    {.name = "bless",
     .type = CLI_FLAG,
     .not_of_project = true,
     .help = "write what differs as NAME.pending.tape.gz; not in CI"},
    {.name = "accept",
     .type = CLI_FLAG,
     .not_of_project = true,
     .help = "what is pending is the golden from now on; nothing is run; not "
             "in CI"},
    {.name = "retries",
     .type = CLI_NUMBER,
     .value = "N",
     .preset = "0",
     .max = 100,
     .help = "run what differs up to N times more; the same then is status 8"},
    {.name = "jobs",
     .letter = 'j',
     .type = CLI_NUMBER,
     .value = "N",
     .min = 1,
     .max = 1024,
     .help = "commands that run at once; all cores if not given"},
    {.name = "keep",
     .type = CLI_TEXT,
     .value = "DIR",
     .help = "leave what was recorded in DIR/NAME, which is not removed"},
    CLI_REPORT_OPTION,
    {.name = NULL},
};

struct session {
    const struct cli_args *args;
    const char *program;
    const volatile int *stop;
    bool ci;
    struct golden_folder folder;
    struct test_case *cases;
    uint32_t len;
    char scratch[4096]; /* folder, absolute */
    bool made;          /* it goes in the end */
    struct td_arena arena;
    struct td_buf out;
    struct test_page page;
};

static bool is_ci(void)
{
    const char *ci = getenv("CI");

    return ci && *ci && strcmp(ci, "false") != 0;
}

static enum td_code check_call(const struct session *s, struct td_error *err)
{
    const struct cli_args *args = s->args;

    if (s->ci && (cli_flag(args, "bless") || cli_flag(args, "accept"))) {
        (void)td_error_set(err, TD_USAGE,
                           cli_flag(args, "bless") ? "--bless" : "--accept", 0,
                           "goldens do not change in CI (CI is set)");
        return td_error_hint(err, "do it where you develop, and commit it");
    }
    if (cli_flag(args, "accept") &&
        (cli_flag(args, "bless") || cli_text(args, "tape") ||
         cli_given(args, "report")))
        return td_error_set(err, TD_USAGE, "--accept", 0,
                            "only takes what is pending: it excludes --bless, "
                            "--tape and --report");
    if (cli_text(args, "tape") && cli_flag(args, "bless") &&
        cli_operands(args) != 2)
        return td_error_set(err, TD_USAGE, "--bless", 0,
                            "with --tape blesses one golden: name it");
    return cli_report_check(args, err);
}

/* The goldens of the call: those that are named, or all. */
static enum td_code choose(struct session *s, struct td_error *err)
{
    int named = cli_operands(s->args) - 1;

    if (s->folder.len == 0) {
        (void)td_error_set(err, TD_USAGE, s->folder.dir, 0, "has no goldens");
        return td_error_hint(err, "a golden begins with NAME.golden.yaml that "
                                  "says golden: 1 (docs/regression.md)");
    }
    s->cases = (struct test_case *)td_calloc(
        named ? (size_t)named : s->folder.len, sizeof(*s->cases));
    for (uint32_t i = 0; !named && i < s->folder.len; i++)
        s->cases[s->len++].golden = &s->folder.list[i];
    for (int i = 1; i <= named; i++) {
        const char *name = cli_operand(s->args, i);

        s->cases[s->len].golden = golden_find(&s->folder, name);
        if (!s->cases[s->len++].golden)
            return td_error_set(err, TD_USAGE, name, 0, "is no golden of %s",
                                s->folder.dir);
    }
    return TD_OK;
}

static enum td_code make_folder(const char *path, struct td_error *err)
{
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        return td_error_errno(err, TD_IO, path, errno, "cannot be made");
    return TD_OK;
}

/* Where the runs have their folders. */
static enum td_code make_scratch(struct session *s, struct td_error *err)
{
    const char *keep = cli_text(s->args, "keep");
    const char *tmp = getenv("TMPDIR");
    enum td_code code = TD_OK;

    if (keep) {
        code = make_folder(keep, err);
        if (!code && !realpath(keep, s->scratch))
            code = td_error_errno(err, TD_IO, keep, errno, "cannot be used");
        return code;
    }
    (void)snprintf(s->scratch, sizeof(s->scratch), "%s/tapedeck-test-XXXXXX",
                   tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(s->scratch))
        return td_error_errno(err, TD_IO, s->scratch, errno, "cannot be made");
    s->made = true;
    return TD_OK;
}

static int remove_one(const char *path, const struct stat *st, int kind,
                      struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

static enum td_code prepare(struct session *s, struct test_run *run,
                            const struct golden *golden, const char *suffix,
                            struct td_error *err)
{
    run->golden = golden;
    run->dir = s->folder.dir;
    run->scratch =
        td_arena_print(&s->arena, "%s/%s%s", s->scratch, golden->name, suffix);
    return make_folder(run->scratch, err);
}

static uint32_t jobs_of(const struct session *s)
{
    uint64_t jobs = cli_number(s->args, "jobs");
    long cores = jobs ? 0 : sysconf(_SC_NPROCESSORS_ONLN);

    return jobs ? (uint32_t)jobs : cores > 0 ? (uint32_t)cores : 1;
}

/* Run the commands of the call. */
static enum td_code run_commands(struct session *s, struct td_error *err)
{
    struct test_run *runs =
        (struct test_run *)td_calloc((size_t)s->len + 1, sizeof(*runs));
    uint32_t len = 0;
    enum td_code code = make_scratch(s, err);

    for (uint32_t i = 0; i < s->len && !code; i++) {
        if (s->cases[i].golden->command)
            code = prepare(s, &runs[len++], s->cases[i].golden, "", err);
    }
    if (!code)
        code = cli_test_run_all(runs, len, jobs_of(s), s->program, s->stop);
    len = 0;
    for (uint32_t i = 0; i < s->len; i++) {
        if (!s->cases[i].golden->command)
            continue;
        s->cases[i].run = runs[len++];
        s->cases[i].stream = s->cases[i].run.stream;
    }
    free(runs);
    return code;
}

static bool may_change(enum test_outcome outcome)
{
    return outcome == TEST_DIFFERS || outcome == TEST_FAILED;
}

/* Once more, for one that may have been unlucky. */
static enum td_code run_again(struct session *s, struct test_case *c,
                              struct td_error *err)
{
    uint64_t tries = cli_number(s->args, "retries");
    enum td_code code = TD_OK;

    while (!code && c->golden->command && may_change(c->outcome) &&
           c->retries < tries && !cli_text(s->args, "tape")) {
        cli_test_run_release(&c->run);
        c->run = (struct test_run){0};
        c->err = (struct td_error){0};
        c->retries++;
        code = prepare(s, &c->run, c->golden, "", err);
        if (!code)
            code = cli_test_run_all(&c->run, 1, 1, s->program, s->stop);
        c->stream = c->run.stream;
        if (!code)
            cli_test_judge(c, s->program);
        if (c->outcome == TEST_SAME) {
            c->outcome = TEST_FLAKY;
            c->code = TD_FLAKY;
        }
    }
    return code;
}

/* What differs between runs that are all good, as far as one can know. */
static enum td_code suggest(struct session *s, struct test_case *c,
                            struct td_error *err)
{
    struct test_run more[FOR_MASKS] = {{0}};
    const char *paths[FOR_MASKS + 2] = {c->stream};
    struct diff_options how = {0};
    uint32_t left = 0;
    enum td_code code = TD_OK;

    for (uint32_t i = 0; i < FOR_MASKS && !code; i++)
        code = prepare(s, &more[i], c->golden, i ? ".3" : ".2", err);
    if (!code)
        code =
            cli_test_run_all(more, FOR_MASKS, FOR_MASKS, s->program, s->stop);
    for (uint32_t i = 0; i < FOR_MASKS; i++)
        paths[i + 1] = more[i].err.code ? NULL : more[i].stream;
    if (!code && paths[1])
        code = diff_suggest(paths, &how, &c->masks, &left, err);
    /* Nothing but its head: the runs are alike. */
    if (!code && c->masks.len && !strstr(td_buf_str(&c->masks), "\nfields:") &&
        !strstr(td_buf_str(&c->masks), "\noptional:"))
        td_buf_clear(&c->masks);
    for (uint32_t i = 0; i < FOR_MASKS; i++)
        cli_test_run_release(&more[i]);
    return code;
}

/* Write what was seen, where that is asked for or there is nothing yet. */
static enum td_code bless(struct session *s, struct test_case *c,
                          struct td_error *err)
{
    bool first = c->outcome == TEST_MISSING;
    bool asked = cli_flag(s->args, "bless");
    enum td_code code = TD_OK;

    if (s->ci || !c->stream || c->broken.len)
        return TD_OK;
    if (!(asked && c->outcome == TEST_DIFFERS) &&
        !(first && (asked || c->golden->command)))
        return TD_OK;
    if (first && !c->golden->masks && c->golden->command &&
        access(c->golden->pending_masks, F_OK) != 0 &&
        !cli_text(s->args, "tape"))
        code = suggest(s, c, err);
    return code ? code : cli_test_bless(c, s->program, err);
}

static enum td_code judge_all(struct session *s, struct td_error *err)
{
    enum td_code code = TD_OK;

    for (uint32_t i = 0; i < s->len && !code; i++) {
        cli_test_judge(&s->cases[i], s->program);
        code = run_again(s, &s->cases[i], err);
        if (!code)
            code = bless(s, &s->cases[i], err);
    }
    return code;
}

static uint64_t distance(const struct test_case *c)
{
    return c->of.diff
               ? c->of.diff->findings_len + (uint64_t)c->of.diff->timing.broken
               : UINT64_MAX;
}

static int by_distance(const void *a, const void *b)
{
    const struct test_case *x = (const struct test_case *)a;
    const struct test_case *y = (const struct test_case *)b;

    if (distance(x) != distance(y))
        return distance(x) < distance(y) ? -1 : 1;
    return strcmp(x->golden->name, y->golden->name);
}

static void show(struct session *s)
{
    bool json = cli_json(s->args);
    bool nearest = cli_text(s->args, "tape") != NULL;

    if (nearest && s->len > 1)
        qsort(s->cases, s->len, sizeof(*s->cases), by_distance);
    for (uint32_t i = 0; i < s->len; i++) {
        s->page.brief = nearest && i > 0;
        if (json)
            cli_test_show_json(&s->page, &s->cases[i]);
        else
            cli_test_show_text(&s->page, &s->cases[i]);
    }
    for (uint32_t i = 0; i < s->folder.stray_len && !json; i++)
        (void)td_buf_addf(&s->out, "unused: %s/%s\n", s->folder.dir,
                          s->folder.stray[i]);
    if (json)
        cli_test_show_sum_json(&s->page, s->cases, s->len);
    else
        cli_test_show_sum(&s->page, s->cases, s->len);
}

static enum td_code report(struct session *s, struct td_error *err)
{
    struct verdict_document doc;

    if (!cli_list(s->args, "report")[0])
        return TD_OK;
    cli_report_begin(s->args, &doc);
    for (uint32_t i = 0; i < s->len; i++) {
        /* A tape need not be what the others are. */
        if (i == 0 || !cli_text(s->args, "tape"))
            cli_test_show_gate(&doc, &s->cases[i]);
    }
    return cli_report_end(s->args, &doc, err);
}

/* The order of docs/exit-status.md: the first that is there counts. */
static const enum td_code order[] = {TD_USAGE, TD_IO,      TD_FORMAT,
                                     TD_LIMIT, TD_TIMEOUT, TD_FAILED,
                                     TD_TOOL,  TD_FLAKY,   TD_LOSSY};

static enum td_code worst(const struct session *s, const struct test_case **of)
{
    for (size_t n = 0; n < sizeof(order) / sizeof(*order); n++) {
        for (uint32_t i = 0; i < s->len; i++) {
            *of = &s->cases[i];
            if (s->cases[i].code == order[n])
                return order[n];
        }
    }
    return TD_OK;
}

/* One of several goldens is what the tape must be. */
static enum td_code nearest_verdict(const struct session *s,
                                    struct td_error *err)
{
    const struct test_case *c = &s->cases[0];

    for (uint32_t i = 0; i < s->len; i++) {
        if (s->cases[i].outcome == TEST_BROKEN) {
            *err = s->cases[i].err;
            return s->cases[i].code;
        }
    }
    if (c->code == TD_LOSSY)
        *err = c->err;
    if (c->of.diff && (c->code == TD_OK || c->code == TD_LOSSY))
        return c->code;
    if (s->len > 1)
        return td_error_set(err, TD_FAILED, cli_text(s->args, "tape"), 0,
                            "is none of the goldens");
    return td_error_set(err, TD_FAILED, c->golden->name, 0, "%s",
                        cli_test_outcome_text(c->outcome));
}

/* Where CI is set nothing may wait for anybody, or belong to no golden. */
static enum td_code refuse_left(const struct session *s, struct td_error *err)
{
    for (uint32_t i = 0; i < s->len && s->ci; i++) {
        if (s->cases[i].golden->is_pending)
            return td_error_set(err, TD_FAILED, s->cases[i].golden->name, 0,
                                "is pending: accept it or remove it");
    }
    if (s->ci && s->folder.stray_len)
        return td_error_set(err, TD_FAILED, s->folder.stray[0], 0,
                            "is unused: it has no golden file");
    return TD_OK;
}

static enum td_code verdict(const struct session *s, struct td_error *err)
{
    const struct test_case *c = NULL;
    enum td_code code;
    uint32_t skipped = 0;

    if (cli_text(s->args, "tape")) {
        code = nearest_verdict(s, err);
        return code ? code : refuse_left(s, err);
    }
    code = worst(s, &c);
    for (uint32_t i = 0; i < s->len; i++)
        skipped += s->cases[i].outcome == TEST_SKIPPED;
    if (!code)
        code = refuse_left(s, err);
    if (!code && skipped == s->len)
        return td_error_set(err, TD_USAGE, s->folder.dir, 0,
                            "no golden has a command: nothing was compared");
    if (!code || err->code)
        return code;
    if (c->err.code && code != TD_FAILED) {
        *err = c->err;
        return code;
    }
    return td_error_set(err, code, c->golden->name, 0, "%s",
                        cli_test_outcome_text(c->outcome));
}

static enum td_code accept_all(struct session *s, struct td_error *err)
{
    uint32_t took = 0;
    enum td_code code = TD_OK;

    for (uint32_t i = 0; i < s->len && !code; i++) {
        /* Of all those of a folder, those that are pending. */
        if (cli_operands(s->args) == 1 && !s->cases[i].golden->is_pending)
            continue;
        code = cli_test_accept(s->cases[i].golden, err);
        if (code)
            continue;
        took++;
        (void)td_buf_addf(&s->out, "%s: accepted\n", s->cases[i].golden->name);
    }
    if (!code && took == 0)
        code =
            td_error_set(err, TD_USAGE, s->folder.dir, 0, "nothing is pending");
    return code;
}

static enum td_code check_tape_file(const char *path, struct td_error *err)
{
    int fd = -1;
    enum td_code code = td_fs_open_file(&fd, path, err);

    if (!code)
        (void)close(fd);
    return code;
}

static enum td_code test_all(struct session *s, struct td_error *err)
{
    const char *tape = cli_text(s->args, "tape");
    enum td_code code;

    for (uint32_t i = 0; tape && i < s->len; i++)
        s->cases[i].stream = tape;
    code = tape ? check_tape_file(tape, err) : run_commands(s, err);
    if (!code)
        code = judge_all(s, err);
    if (code)
        return code == TD_CANCELLED
                   ? td_error_set(err, code, "", 0, "cancelled by a signal")
                   : code;
    show(s);
    code = cli_print(&s->out, err);
    if (!code)
        code = report(s, err);
    return code ? code : verdict(s, err);
}

static void release(struct session *s)
{
    for (uint32_t i = 0; i < s->len; i++)
        cli_test_case_release(&s->cases[i]);
    free(s->cases);
    golden_folder_release(&s->folder);
    td_arena_release(&s->arena);
    td_buf_release(&s->out);
    if (s->made)
        (void)nftw(s->scratch, remove_one, TREE_FDS, FTW_DEPTH | FTW_PHYS);
}

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    struct session s = {
        .args = args, .program = cli_run_program(), .ci = is_ci()};
    enum td_code code = check_call(&s, err);

    s.stop = cli_wait_count_signals();
    if (!code && !s.program)
        code = td_error_set(err, TD_IO, "/proc/self/exe", 0,
                            "does not tell where this program is");
    if (!code)
        code = golden_folder_read(&s.folder, cli_operand(args, 0), err);
    if (!code)
        code = choose(&s, err);
    s.page = (struct test_page){.dir = cli_operand(args, 0),
                                .out = &s.out,
                                .verbose = cli_verbose(args),
                                .color = cli_color(args, 1),
                                .ci = s.ci};
    if (!code && cli_flag(args, "accept")) {
        code = accept_all(&s, err);
        if (!code)
            code = cli_print(&s.out, err);
    } else if (!code) {
        code = test_all(&s, err);
    }
    release(&s);
    return code;
}

const struct cli_command cli_cmd_test = {
    .name = "test",
    .summary = "Run golden tests of streams.",
    .usage = "DIR [NAME...]",
    .details =
        "Each NAME.golden.yaml in DIR says how a stream is made; its command "
        "runs, what it\nprints is recorded and compared with "
        "NAME.golden.tape.gz under NAME.masks.yaml.\nA golden that is not "
        "there is written as pending, with masks for what differs\nbetween "
        "three runs. Where CI is set nothing is written: a missing, pending "
        "or unused\ngolden fails. Exit status 0: all are the same, 1: one "
        "differs or failed, 2: a golden,\nmasks or a contract are wrong, 5: a "
        "command did not end, 7: one could not be run,\n8: the same only when "
        "run again. docs/regression.md is the manual.",
    .examples =
        "tapedeck test tests/streams\n"
        "tapedeck test tests/streams build -v\n"
        "tapedeck test tests/streams build --bless\n"
        "tapedeck test tests/streams build --accept\n"
        "tapedeck test tests/streams --tape run.tape.gz  # which is it?\n"
        "CI=1 tapedeck test tests/streams --report junit=goldens.xml",
    .options = options,
    .min_operands = 1,
    .max_operands = -1,
    .run = run,
};
