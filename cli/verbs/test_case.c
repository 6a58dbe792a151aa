#include "cli/verbs/test_case.h"

#include "cli/shared/tape_output.h"
#include "core/clock.h"
#include "core/fs.h"
#include "core/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const char *cli_test_outcome_text(enum test_outcome outcome)
{
    static const char *const texts[] = {
#define TEXT(name, text, code) text,
        TEST_OUTCOMES(TEXT)
#undef TEXT
    };

    return texts[outcome];
}

enum td_code cli_test_outcome_code(enum test_outcome outcome)
{
    static const enum td_code codes[] = {
#define CODE(name, text, code) code,
        TEST_OUTCOMES(CODE)
#undef CODE
    };

    return codes[outcome];
}

static void settle(struct test_case *c, enum test_outcome outcome)
{
    c->outcome = outcome;
    c->code = cli_test_outcome_code(outcome);
}

/* Run this binary with words; what it prints is appended to out. The exit
 * status; -1: it could not be started.
 */
static int run_self(const char *const *words, struct td_buf *out)
{
    union {
        const char *const *words;
        char *const *argv;
    } of = {.words = words};
    struct td_proc_options how = {.argv = of.argv,
                                  .in = TD_PROC_NULL,
                                  .out = TD_PROC_PIPE,
                                  .err = TD_PROC_WITH_OUT};
    struct td_proc proc;
    uint8_t bytes[4096];
    ssize_t n;
    int status;

    if (td_proc_spawn(&proc, &how, NULL))
        return -1;
    while ((n = read(proc.out, bytes, sizeof(bytes))) > 0 ||
           (n < 0 && errno == EINTR)) {
        if (n > 0)
            (void)td_buf_add(out, bytes, (size_t)n);
    }
    (void)!td_proc_wait(&proc, TD_NEVER, NULL);
    status = td_proc_exit_status(&proc);
    td_proc_stop(&proc, 0);
    return status;
}

/* Hold the stream to the contract; what it says is kept if it fails. */
static void judge_contract(struct test_case *c, const char *program)
{
    const char *const words[] = {
        program, "validate",   c->stream,           "--color",
        "never", "--contract", c->golden->contract, NULL};
    int status = run_self(words, &c->broken);

    if (status == 0 || status == 3) {
        td_buf_clear(&c->broken);
        return;
    }
    if (status == 1) {
        settle(c, TEST_DIFFERS);
        return;
    }
    (void)td_error_set(&c->err, TD_USAGE, c->golden->contract, 0,
                       "cannot be used: %.200s", td_buf_str(&c->broken));
    td_buf_clear(&c->broken);
    settle(c, TEST_BROKEN);
}

static void compare(struct test_case *c)
{
    struct cli_comparison_options how = {.paths = {c->golden->tape, c->stream},
                                         .masks = c->golden->masks,
                                         .shown = DIFF_DETAILS};

    if (cli_compare(&c->of, &how, &c->err)) {
        settle(c, TEST_BROKEN);
        c->code = c->err.code;
        return;
    }
    settle(c, diff_is_same(c->of.diff) ? TEST_SAME : TEST_DIFFERS);
    for (int side = 0; side < 2 && c->outcome == TEST_SAME; side++) {
        const struct diff_side *s = &c->of.diff->sides[side];

        if (cli_tape_verdict(s->path, NULL, &s->state, &c->err))
            settle(c, TEST_LOSSY);
    }
}

static bool did_not_run(struct test_case *c)
{
    enum td_code code = c->run.err.code;

    if (c->run.golden == NULL || code == TD_OK)
        return false;
    c->err = c->run.err;
    settle(c, code == TD_FAILED    ? TEST_FAILED
              : code == TD_TIMEOUT ? TEST_LATE
                                   : TEST_NOT_RUN);
    return true;
}

void cli_test_judge(struct test_case *c, const char *program)
{
    cli_comparison_release(&c->of);
    td_buf_clear(&c->broken);
    if (!c->stream && !c->run.golden) {
        settle(c, TEST_SKIPPED);
        return;
    }
    if (did_not_run(c))
        return;
    if (!c->golden->has_tape)
        settle(c, TEST_MISSING);
    else
        compare(c);
    if (c->outcome != TEST_BROKEN && c->golden->contract)
        judge_contract(c, program);
}

/* Whether the pending tape says what the stream says, under the masks that
 * would be accepted with it.
 */
static bool is_pending_already(const struct test_case *c)
{
    const struct golden *g = c->golden;
    struct cli_comparison of = {0};
    struct cli_comparison_options how = {
        .paths = {g->pending, c->stream},
        .masks =
            access(g->pending_masks, R_OK) == 0 ? g->pending_masks : g->masks};
    bool same = access(g->pending, R_OK) == 0 &&
                !cli_compare(&of, &how, NULL) && diff_is_same(of.diff);

    cli_comparison_release(&of);
    return same;
}

static bool is_gzip(struct td_bytes bytes)
{
    return bytes.len > 2 && bytes.ptr[0] == 0x1f && bytes.ptr[1] == 0x8b;
}

/* A tape as it is, lines as a tape. */
static enum td_code read_tape(struct test_case *c, const char *program,
                              struct td_buf *out, struct td_error *err)
{
    const char *const words[] = {program, "record", "--quiet", "--output", "-",
                                 "--",    "cat",    c->stream, NULL};
    enum td_code code = td_fs_read(out, c->stream, err);

    if (code || is_gzip(td_buf_bytes(out)))
        return code;
    td_buf_clear(out);
    if (run_self(words, out) != 0 || !is_gzip(td_buf_bytes(out)))
        return td_error_set(err, TD_FORMAT, c->stream, 0,
                            "cannot be made a tape");
    return TD_OK;
}

enum td_code cli_test_bless(struct test_case *c, const char *program,
                            struct td_error *err)
{
    struct td_buf tape = {0};
    enum td_code code = TD_OK;

    c->pending = true;
    if (!is_pending_already(c)) {
        code = read_tape(c, program, &tape, err);
        if (!code)
            code = td_fs_replace(c->golden->pending, td_buf_bytes(&tape), err);
    }
    if (!code && c->masks.len)
        code = td_fs_replace(c->golden->pending_masks, td_buf_bytes(&c->masks),
                             err);
    td_buf_release(&tape);
    return code;
}

static enum td_code take(const char *from, const char *to, bool *took,
                         struct td_error *err)
{
    if (access(from, F_OK) != 0)
        return TD_OK;
    if (rename(from, to) != 0)
        return td_error_errno(err, TD_IO, to, errno, "cannot be replaced");
    td_fs_settle(to);
    *took = true;
    return TD_OK;
}

enum td_code cli_test_accept(const struct golden *golden, struct td_error *err)
{
    bool took = false;
    enum td_code code =
        take(golden->pending_masks, golden->masks_file, &took, err);

    if (!code)
        code = take(golden->pending, golden->tape, &took, err);
    if (code || took)
        return code;
    (void)td_error_set(err, TD_USAGE, golden->name, 0, "nothing is pending");
    return td_error_hint(err, "--bless writes what is to be accepted");
}

void cli_test_case_release(struct test_case *c)
{
    cli_test_run_release(&c->run);
    cli_comparison_release(&c->of);
    td_buf_release(&c->broken);
    td_buf_release(&c->masks);
}
