/* What gates lint says of a file that is legal and hardly meant. */
#include "validator/gates/load.h"

#include <string.h>
#include <sys/stat.h>

struct doubter {
    const struct gates_file *file;
    const struct td_jsonx_errors *to;
};

static void doubt(const struct doubter *d, uint32_t at, const char *text,
                  const char *hint)
{
    struct td_error what = {0};

    (void)td_jsonx_fail(&d->file->doc, at, TD_OK, &what, "%s", text);
    (void)td_error_hint(&what, "%s", hint);
    d->to->report(d->to->self, &what);
}

static bool has_limits_by_itself(const struct gates_check *c)
{
    return c->limits_len > 0 || c->kind == VERDICT_TESTS ||
           c->kind == VERDICT_LINT || c->kind == VERDICT_CUSTOM ||
           c->kind == VERDICT_STREAM || c->unmeasured != GATES_UNMEASURED_TELL;
}

/* ---- limits on what can never be there ---- */

/* Reports that never have a number. */
static const struct {
    const char *format;
    const char *measure;
    const char *why;
    const char *hint;
} lacks[] = {
    {"go-cover", "branches", "cover profiles of Go have no branches",
     "limit lines, which are statements there"},
    {"cunit", "skipped", "CUnit leaves out what it does not run",
     "limit count, or add min: with the number of tests there are"},
    {"callgrind", "time", "callgrind counts instructions and measures no time",
     "limit instructions, or read hyperfine"},
    {"hyperfine", "instructions", "hyperfine measures times",
     "limit time, or read callgrind"},
    {"google-benchmark", "instructions", "Google Benchmark measures times",
     "limit time, or read callgrind"},
};

static bool reads_only(const struct gates_check *c, const char *format)
{
    for (size_t i = 0; i < c->inputs_len; i++)
        if (strcmp(c->inputs[i].format, format) != 0)
            return false;
    return c->inputs_len > 0;
}

static bool doubt_format(const struct doubter *d, uint32_t at,
                         const struct gates_check *c, const char *measure)
{
    for (size_t i = 0; i < sizeof(lacks) / sizeof(lacks[0]); i++)
        if (!strcmp(lacks[i].measure, measure) &&
            reads_only(c, lacks[i].format)) {
            doubt(d, at, lacks[i].why, lacks[i].hint);
            return true;
        }
    return false;
}

static bool says(const struct gates_check *c, const char *word)
{
    for (size_t i = 0; i < c->run.len; i++)
        if (strstr(c->run.list[i], word))
            return true;
    return false;
}

/* -b, also among others as in -bjt. */
static bool has_letter(const struct gates_check *c, char letter)
{
    for (size_t i = 0; i < c->run.len; i++)
        for (const char *at = c->run.list[i]; *at;) {
            size_t len = strcspn(at, " ");

            if (len > 1 && at[0] == '-' && at[1] != '-' &&
                memchr(at, letter, len))
                return true;
            at += len + (at[len] == ' ');
        }
    return false;
}

/* Some tools count branches only when they are told to. */
static void doubt_branches(const struct doubter *d, uint32_t at,
                           const struct gates_check *c)
{
    if (says(c, "--config-file"))
        return;
    if ((says(c, "lcov") || says(c, "geninfo")) && reads_only(c, "lcov") &&
        (says(c, "-c") || says(c, "--capture") || says(c, "geninfo")) &&
        !says(c, "branch"))
        doubt(d, at, "lcov counts no branches if it is not told to",
              "add --rc lcov_branch_coverage=1, of lcov 2 --branch-coverage");
    if (says(c, "gcov") && reads_only(c, "gcov") && !has_letter(c, 'b') &&
        !says(c, "--branch-p"))
        doubt(d, at, "gcov counts no branches if it is not told to",
              "add --branch-probabilities");
}

static bool has_folder(const struct gates_file *file, const char *folder)
{
    struct td_buf path = {0};
    struct stat is;
    bool found;

    (void)td_buf_addf(&path, "%s/%s", *file->root ? file->root : ".", folder);
    found = !stat(td_buf_str(&path), &is);
    td_buf_release(&path);
    return found;
}

/* "core/": all below that folder. */
static void doubt_folder(const struct doubter *d, uint32_t at,
                         const char *measure)
{
    size_t len = strlen(measure);

    if (len > 1 && measure[len - 1] == '/' && !has_folder(d->file, measure))
        doubt(d, at, "the project has no such folder",
              "name it as seen from the project, or leave it out");
}

static void doubt_always(const struct doubter *d, uint32_t at,
                         const struct gates_limit *limit, char unit)
{
    bool share = unit == '%';

    if ((limit->op == GATES_AT_LEAST && limit->value <= 0) ||
        (share && limit->op == GATES_AT_MOST && limit->value >= 100))
        doubt(d, at, "this limit always holds", "write the number you want");
    else if (share && limit->op == GATES_AT_LEAST && limit->value > 100)
        doubt(d, at, "this limit never holds: nothing is above 100 %",
              "write the number you want");
}

static void doubt_limit(const struct doubter *d, const struct gates_check *c,
                        const struct gates_limit *limit)
{
    const struct gates_measure *m = gates_measure(c->kind, limit->measure);
    uint32_t of = td_jsonx_member(&d->file->doc, c->at + 1,
                                  limit->warns ? "warn" : "fail");
    uint32_t at = td_jsonx_member(&d->file->doc, of, limit->measure);

    if (c->kind == VERDICT_PERFORMANCE && c->a.len > 0 &&
        strcmp(limit->measure, "slower") != 0)
        doubt(d, at, "a and b tell only of slower",
              "leave this limit out, or let the gate read a report");
    else if (c->kind == VERDICT_PERFORMANCE && c->a.len == 0 &&
             !strcmp(limit->measure, "slower"))
        doubt(d, at, "no report tells of slower", "add a and b");
    else if (!doubt_format(d, at, c, limit->measure) &&
             !strcmp(limit->measure, "branches"))
        doubt_branches(d, at, c);
    doubt_folder(d, at, limit->measure);
    if (c->kind != VERDICT_PERFORMANCE && m)
        doubt_always(d, at, limit, m->unit);
}

static void doubt_check(const struct doubter *d, const struct gates_check *c)
{
    if (!has_limits_by_itself(c))
        doubt(d, c->at, "this gate has no threshold, so it only tells",
              c->kind == VERDICT_COVERAGE  ? "add fail: {lines: ratchet}"
              : c->a.len > 0               ? "add fail: {slower: 5%}"
              : reads_only(c, "callgrind") ? "add fail: {instructions: 5%}"
                                           : "add fail: {time: 2s}");
    if (c->inputs_len && !c->run.len && !c->newer_than.len && !c->needs.len)
        doubt(d, c->at, "nothing says that what it reads is of this run",
              "add run, needs, or newer_than with the sources");
    if (c->kind == VERDICT_PERFORMANCE && c->a.len &&
        c->pool != GATES_EXCLUSIVE)
        doubt(d, c->at, "other gates run beside this measurement",
              "leave pool out: it is exclusive");
    if (c->kind == VERDICT_STREAM && !c->contract)
        doubt(d, c->at, "without a contract only the tape itself is checked",
              "add contract: FILE");
    if (c->kind == VERDICT_TESTS && c->min == 0)
        doubt(d, c->at, "a suite that falls out of the build is not noticed",
              "add min: with the number of tests there are");
    for (size_t i = 0; i < c->limits_len; i++)
        doubt_limit(d, c, &c->limits[i]);
}

void gates_doubts(const struct gates_file *file,
                  const struct td_jsonx_errors *doubts)
{
    const struct doubter d = {file, doubts};

    for (size_t i = 0; i < file->len; i++)
        doubt_check(&d, &file->checks[i]);
}
