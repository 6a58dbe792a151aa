#include "validator/verb/limits.h"
#include "validator/engine/run.h"
#include "validator/rule/say.h"

#include <inttypes.h>

enum { LEAST, MOST, FIRST_RANK };

static const unsigned percents[CHECK_LIMITS] = {0, 0, 50, 95, 99};

enum td_code check_limits_need(const struct check_limits *limits,
                               struct check_loader *l, uint32_t at,
                               const char *what)
{
    for (int i = 0; i < CHECK_LIMITS; i++) {
        if (limits->has[i])
            return TD_OK;
    }
    return td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                         "%s needs one of min, max, p50, p95 and p99", what);
}

bool check_limits_rank(const struct check_limits *limits)
{
    return limits->has[2] || limits->has[3] || limits->has[4];
}

static void find(struct check_run *run, const struct check_limits *limits,
                 int which, int64_t ns, const struct check_message *m,
                 const struct check_seen *from)
{
    struct check_note note;

    check_note_begin(&note, run, m, CHECK_NO_VALUE);
    (void)td_buf_add_text(&note.expected,
                          which == LEAST ? "at least " : "at most ");
    check_write_duration(&note.expected, run->rule, limits->ns[which]);
    check_write_duration(&note.found, run->rule, ns);
    check_note_related(&note, from, td_bytes(NULL, 0));
    check_note_end(&note);
}

void check_limits_judge(struct check_run *run,
                        const struct check_limits *limits, int64_t ns,
                        const struct check_message *m,
                        const struct check_seen *from)
{
    bool low = limits->has[LEAST] && ns < limits->ns[LEAST];
    bool high = limits->has[MOST] && ns > limits->ns[MOST];

    if (!limits->has[LEAST] && !limits->has[MOST])
        return;
    if (!low && !high)
        check_rule_pass(run);
    else if (check_rule_fail(run))
        find(run, limits, low ? LEAST : MOST, ns, m, from);
}

static void judge_rank(struct check_run *run, const struct check_limits *limits,
                       int which, struct td_histogram *samples,
                       const char *what)
{
    int64_t ns = td_histogram_percentile(samples, percents[which]);
    struct check_note note;

    if (ns <= limits->ns[which]) {
        check_rule_pass(run);
        return;
    }
    if (!check_rule_fail(run))
        return;
    check_note_begin(&note, run, NULL, CHECK_NO_VALUE);
    (void)td_buf_addf(&note.expected, "%u%% of the %s at most ",
                      percents[which], what);
    check_write_duration(&note.expected, run->rule, limits->ns[which]);
    (void)td_buf_addf(&note.found, "%u%% of %" PRIu64 " are %s",
                      percents[which], samples->len,
                      td_histogram_rounded(samples) ? "about " : "");
    check_write_duration(&note.found, run->rule, ns);
    (void)td_buf_add_text(&note.found, " or less");
    check_note_end(&note);
}

static void judge_ranks(struct check_run *run,
                        const struct check_limits *limits,
                        struct td_histogram *samples, const char *what,
                        enum check_ending how)
{
    if (!check_limits_rank(limits))
        return;
    if (how == CHECK_CUT) {
        check_rule_open(run, "the stream was cut off");
        return;
    }
    for (int i = FIRST_RANK; i < CHECK_LIMITS && samples->len > 0; i++) {
        if (limits->has[i])
            judge_rank(run, limits, i, samples, what);
    }
}

void check_limits_close(struct check_run *run,
                        const struct check_limits *limits,
                        struct td_histogram *samples, const char *what,
                        enum check_ending how)
{
    judge_ranks(run, limits, samples, what, how);
    check_rule_spread(run, samples);
}

void check_limits_write(const struct check_writer *s)
{
    bool first = true;

    first = check_say_bound(s, first, "at least ", "min");
    first = check_say_bound(s, first, "at most ", "max");
    first = check_say_bound(s, first, "in half of the cases at most ", "p50");
    first = check_say_bound(s, first, "in 95% of the cases at most ", "p95");
    (void)check_say_bound(s, first, "in 99% of the cases at most ", "p99");
}
