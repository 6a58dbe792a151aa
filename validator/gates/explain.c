#include "validator/gates/explain.h"

#include "core/clock.h"
#include "core/log.h"
#include "validator/gates/limit.h"
#include "validator/gates/words.h"

#include <inttypes.h>
#include <string.h>

static void add_list(struct td_buf *out, const struct verdict_words *words,
                     const char *between)
{
    for (size_t i = 0; i < words->len; i++)
        (void)td_buf_addf(out, "%s%s", i ? between : "", words->list[i]);
}

/* Words that blanks or quotes would blur are quoted; those of a shell are one
 * text as it stands. */
static void add_command(struct td_buf *out, const struct verdict_words *words,
                        bool shell)
{
    for (size_t i = 0; i < words->len; i++) {
        const char *word = words->list[i];

        (void)td_buf_add_text(out, i ? " " : "");
        if (!shell && (!*word || strpbrk(word, " \t\n'\"")))
            gates_quote(out, word);
        else
            (void)td_buf_add_text(out, word);
    }
}

static void explain_command(struct td_buf *out, const struct gates_check *c)
{
    if (c->a.len > 0) {
        (void)td_buf_addf(out, "Measures %" PRIu64 " times in random order a (",
                          c->blocks);
        add_command(out, &c->a, false);
        (void)td_buf_add_text(out, "), b (");
        add_command(out, &c->b, false);
        (void)td_buf_add_text(out, ") and a again");
    } else if (c->run.len > 0) {
        (void)td_buf_add_text(out, c->shell ? "Runs with a shell: " : "Runs: ");
        add_command(out, &c->run, c->shell);
    } else {
        (void)td_buf_add_text(out, "Runs nothing");
    }
    if (c->dir)
        (void)td_buf_addf(out, " in %s", c->dir);
    if (c->env.len > 0) {
        (void)td_buf_add_text(out, " with ");
        add_command(out, &c->env, false);
    }
    if (c->run.len > 0 || c->a.len > 0) {
        (void)td_buf_add_text(out, ", for at most ");
        (void)td_duration_format(out, c->timeout_ns);
    }
    (void)td_buf_add_text(out, ".");
}

static void explain_order(struct td_buf *out, const struct gates_check *c)
{
    if (c->needs.len > 0) {
        (void)td_buf_add_text(out, " Begins when ");
        add_list(out, &c->needs, " and ");
        (void)td_buf_add_text(out, c->needs.len == 1 ? " has passed."
                                                     : " have passed.");
    }
    if (c->pool == GATES_EXCLUSIVE)
        (void)td_buf_add_text(out, " Nothing runs beside it.");
}

static void explain_inputs(struct td_buf *out, const struct gates_check *c)
{
    for (size_t i = 0; i < c->inputs_len; i++)
        (void)td_buf_addf(out, "%s%s as %s", i ? ", " : " Reads ",
                          c->inputs[i].glob, c->inputs[i].format);
    if (c->inputs_len > 0)
        (void)td_buf_add_text(out, ".");
    if (c->include.len > 0) {
        (void)td_buf_add_text(out, " Looks only at ");
        add_list(out, &c->include, " and ");
        (void)td_buf_add_text(out, ".");
    }
    if (c->exclude.len > 0) {
        (void)td_buf_add_text(out, " Passes over ");
        add_list(out, &c->exclude, " and ");
        (void)td_buf_add_text(out, ".");
    }
    if (c->newer_than.len > 0) {
        (void)td_buf_add_text(out, " What it reads must be newer than ");
        add_list(out, &c->newer_than, " and ");
        (void)td_buf_add_text(out, ".");
    }
    if (c->roots.len > 0) {
        (void)td_buf_add_text(out, " Its paths may begin at ");
        add_list(out, &c->roots, " and ");
        (void)td_buf_add_text(out, ".");
    }
    if (c->allow_empty)
        (void)td_buf_add_text(out, " It may have nothing in it.");
    if (c->tape)
        (void)td_buf_addf(out, " Checks the tape %s%s%s.", c->tape,
                          c->contract ? " against the contract " : "",
                          c->contract ? c->contract : "");
}

static void explain_limit(struct td_buf *out, const struct gates_check *c,
                          const struct gates_limit *limit)
{
    const struct gates_measure *m = gates_measure(c->kind, limit->measure);
    const char *number = limit->text;

    number += strspn(number, "<>= ");
    (void)td_buf_addf(out, " %s ",
                      limit->warns ? "Warns unless" : "Fails unless");
    if (limit->op == GATES_RATCHET && limit->value > 0)
        (void)td_buf_addf(out,
                          "%s is at most %.10g %% less than in the baseline",
                          limit->measure, limit->value);
    else if (limit->op == GATES_RATCHET)
        (void)td_buf_addf(out, "%s is no worse than in the baseline",
                          limit->measure);
    else
        (void)td_buf_addf(out, "%s is at %s %s (%s)", limit->measure,
                          limit->op == GATES_AT_LEAST ? "least" : "most",
                          number, m->what);
    (void)td_buf_add_text(out, ".");
}

static void explain_tests(struct td_buf *out, const struct gates_check *c)
{
    (void)td_buf_add_text(out, " Fails if a test fails.");
    if (c->min > 0)
        (void)td_buf_addf(out, " Fails if fewer than %" PRIu64 " tests ran.",
                          c->min);
    if (c->retry_times > 0)
        (void)td_buf_addf(out,
                          " Runs up to %" PRIu64 " times again when a test "
                          "fails; one that passes then is flaky.",
                          c->retry_times);
    if (c->retry_run.len > 0) {
        (void)td_buf_add_text(out, " Then it runs: ");
        add_command(out, &c->retry_run, c->shell);
        (void)td_buf_add_text(out, ".");
    }
    if (c->retry_known)
        (void)td_buf_addf(out, " Flaky tests that are known stand in %s.",
                          c->retry_known);
}

static bool has_failing_limit(const struct gates_check *c)
{
    for (size_t i = 0; i < c->limits_len; i++) {
        if (!c->limits[i].warns)
            return true;
    }
    return false;
}

static void explain_exits(struct td_buf *out, const struct gates_exits *exits,
                          const char *what)
{
    for (size_t i = 0; i < exits->len; i++)
        (void)td_buf_addf(out, "%s%d", i ? " or " : " Exit status ",
                          exits->list[i]);
    if (exits->len > 0)
        (void)td_buf_addf(out, " says that %s.", what);
}

static void explain_kind(struct td_buf *out, const struct gates_check *c)
{
    if (c->kind == VERDICT_TESTS)
        explain_tests(out, c);
    if (c->kind == VERDICT_CUSTOM && c->clean.len + c->found.len == 0)
        (void)td_buf_add_text(out, " Fails if its exit status is not 0.");
    explain_exits(out, &c->clean, "nothing is wrong");
    explain_exits(out, &c->found, "something was found");
    if (c->whitespace)
        (void)td_buf_add_text(out, " Changed blanks are changes, too.");
    if (c->kind == VERDICT_LINT && !has_failing_limit(c))
        (void)td_buf_add_text(out,
                              " Fails if there is a finding that the baseline "
                              "does not have.");
    if (c->unmeasured != GATES_UNMEASURED_TELL)
        (void)td_buf_addf(out, " %s if changed source is not in the report.",
                          c->unmeasured == GATES_UNMEASURED_FAIL ? "Fails"
                                                                 : "Warns");
    if (c->must_see > 0)
        (void)td_buf_addf(
            out, " Is an error if fewer than %" PRIu64 " files were looked at.",
            c->must_see);
}

/* Who reads what a file would run before it is run sees all of it. */
void gates_explain_check(struct td_buf *out, const struct gates_check *check)
{
    struct td_buf text = {0};

    explain_command(&text, check);
    explain_order(&text, check);
    explain_inputs(&text, check);
    explain_kind(&text, check);
    for (size_t i = 0; i < check->limits_len; i++)
        explain_limit(&text, check, &check->limits[i]);
    (void)td_text_clean_lines(out, td_buf_bytes(&text));
    td_buf_release(&text);
}

void gates_explain(struct td_buf *out, const struct gates_file *file)
{
    for (size_t i = 0; i < file->len; i++) {
        (void)td_buf_addf(out, "%s%s (%s)\n  ", i ? "\n" : "",
                          file->checks[i].name,
                          verdict_kind_text(file->checks[i].kind));
        gates_explain_check(out, &file->checks[i]);
        (void)td_buf_add_text(out, "\n");
    }
}
