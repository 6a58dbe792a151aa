/* Gates of kind tests: what ran, what failed, what only failed at first. */
#include "validator/gates/run_internal.h"

#include "core/hash.h"
#include "core/log.h"
#include "core/mem.h"
#include "validator/gates/flaky.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_FIRST     1024
#define TESTS_MAX       20000000 /* of one gate: 24 to 32 bytes each */
#define KEPT_MAX        (2 * GATES_TESTS_KEPT)
#define KEPT_MASK       ((1U << 18) - 1)
#define RUN_MASK        ((1U << 4) - 1)
#define RESULT_MASK     ((1U << 3) - 1)
#define MESSAGE_MAX     500 /* bytes of a message that are kept */
#define EXCERPT_MAX     4000
#define ATTEMPTS_MAX    100  /* of a test that are told */
#define NAME_MAX_FAILED 4096 /* bytes of a name that is handed to a command */

/* A test, once whatever it was called for how often. There may be millions. */
struct test {
    uint64_t hash;       /* of the key; 0: none yet */
    uint32_t twins;      /* others of the same key in this run */
    unsigned kept : 18;  /* its number among those that are kept; 0: none */
    unsigned run : 4;    /* that saw it last, from 1 */
    unsigned result : 3; /* the worst of this run, enum verdict_result */
    bool good : 1;       /* some run had it pass */
    bool bad : 1;        /* some run had it fail */
    bool retried : 1;    /* it failed in this run, and passed then */
};

_Static_assert(KEPT_MAX <= KEPT_MASK && GATES_TIMES_MAX < RUN_MASK &&
                   VERDICT_RESULT_ERROR <= RESULT_MASK,
               "a test has room for its numbers");

/* A test that the verdict has, and where this run had it first. */
struct kept {
    struct verdict_test *test;
    unsigned report; /* its number */
    uint64_t place;  /* place_of() */
};

/* A test that failed, for the command that runs it again. */
struct failure {
    uint64_t hash;
    const char *name;
};

struct gates_tests {
    struct gates_session *s;
    struct gates_job *job;
    struct test *list; /* in the order they came; behind them an empty one */
    size_t len;
    size_t room;
    uint32_t *slots; /* by hash: a test's number from 1; 0: free */
    size_t cap;
    uint64_t last;     /* hash of the test that came before, and its report */
    struct kept *kept; /* by their numbers from 1 */
    size_t kept_len;
    const struct gates_reading *reading;
    struct td_buf key;
    bool too_many;
    struct failure failures[GATES_RETRY_MOST]; /* the first */
    size_t failures_len;
};

void gates_tests_free(struct gates_tests *tests)
{
    if (!tests)
        return;
    td_buf_release(&tests->key);
    free(tests->slots);
    free(tests->kept);
    free(tests->list);
    free(tests);
}

/* The slot of that hash, or the free one where it would be. */
static uint32_t *slot_of(const struct gates_tests *t, uint64_t hash)
{
    size_t i = (size_t)hash & (t->cap - 1);

    while (t->slots[i] && t->list[t->slots[i] - 1].hash != hash)
        i = (i + 1) & (t->cap - 1);
    return &t->slots[i];
}

/* The test of that hash, or the empty one: add_test(). */
static struct test *test_of(const struct gates_tests *t, uint64_t hash)
{
    uint32_t number = *slot_of(t, hash);

    return number ? &t->list[number - 1] : &t->list[t->len];
}

static void add_test(struct gates_tests *t, uint64_t hash)
{
    *slot_of(t, hash) = (uint32_t)t->len + 1;
    t->list[t->len++].hash = hash;
    t->list[t->len] = (struct test){0};
}

/* For one more test. The list, which is the larger part, grows in place. */
static void make_room(struct gates_tests *t)
{
    if (t->len + 2 > t->room) {
        t->room = t->room ? t->room * 2 : SLOTS_FIRST;
        t->list = td_realloc(t->list, t->room * sizeof(*t->list));
    }
    if (t->len == 0)
        t->list[0] = (struct test){0};
    if (t->len * 2 < t->cap)
        return;
    free(t->slots);
    t->cap = t->cap ? t->cap * 2 : SLOTS_FIRST;
    t->slots = td_calloc(t->cap, sizeof(*t->slots));
    for (size_t i = 0; i < t->len; i++)
        *slot_of(t, t->list[i].hash) = (uint32_t)i + 1;
}

static bool is_bad(enum verdict_result result)
{
    return result == VERDICT_RESULT_FAIL || result == VERDICT_RESULT_ERROR;
}

static void add_part(struct td_buf *key, struct td_bytes part,
                     struct td_bytes *last)
{
    if (part.len == 0 || td_bytes_equal(part, *last))
        return;
    (void)td_buf_add_text(key, key->len ? " > " : "");
    (void)td_text_clean(key, part);
    *last = part;
}

/* A suite that is a file is called as the project calls it, so that its tests
 * have the same names in every checkout. */
static struct td_bytes suite_of(struct gates_tests *t,
                                const struct read_test *test)
{
    const char *path =
        test->suite.len > 0 && td_bytes_equal(test->suite, test->file)
            ? gates_paths_find(t->s->paths, test->file)
            : NULL;

    return path ? td_text(path) : test->suite;
}

/* Suite, class and name; what is said twice in a row, once. */
static void make_key(struct gates_tests *t, const struct read_test *test)
{
    struct td_bytes last = {0};

    td_buf_clear(&t->key);
    if (!td_bytes_is(test->suite, "(empty)"))
        add_part(&t->key, suite_of(t, test), &last);
    add_part(&t->key, test->class_name, &last);
    add_part(&t->key, test->name, &last);
    if (t->key.len == 0)
        (void)td_buf_add_text(&t->key, "(no name)");
}

/* Of a file and a line; 0: not known. */
static uint64_t place_of(const struct read_test *from)
{
    return from->line ? td_hash(from->file) + from->line : 0;
}

/* It failed, and the same one passes now: the tool has tried it again, as
 * gotestsum and Gradle's retry tell it. They do so in one report: others are of
 * other versions that are tested, too. */
static bool is_retry(const struct gates_tests *t, const struct test *test,
                     const struct read_test *from)
{
    const struct kept *kept = test->kept ? &t->kept[test->kept - 1] : NULL;

    if (kept &&
        (kept->report != t->reading->read ||
         (kept->place && place_of(from) && kept->place != place_of(from))))
        return false;
    return from->result == VERDICT_RESULT_PASS && !test->retried &&
           test->twins == 0 && is_bad((enum verdict_result)test->result);
}

/* Two that stand behind each other and are both bad are one test in two phases,
 * as a failure and the error of its teardown; others of one key are twins. */
static struct test *find_test(struct gates_tests *t,
                              const struct read_test *from)
{
    uint64_t hash = td_hash(td_buf_bytes(&t->key));
    struct test *test = test_of(t, hash);
    size_t bare = t->key.len;
    bool follows = t->last == hash + t->reading->read;

    t->last = hash + t->reading->read;
    if (!test->hash || test->run != t->job->runs ||
        (follows && is_bad(from->result) && !test->retried &&
         is_bad((enum verdict_result)test->result)))
        return test;
    if (is_retry(t, test, from)) {
        test->retried = true;
        return test;
    }
    for (uint32_t n = test->twins + 2;; n++) {
        struct test *twin;

        t->key.len = bare;
        (void)td_buf_addf(&t->key, " #%" PRIu32, n);
        twin = test_of(t, td_hash(td_buf_bytes(&t->key)));
        if (!twin->hash || twin->run != t->job->runs) {
            test->twins = n - 1;
            return twin;
        }
    }
}

static void put_attempt(struct gates_tests *t, struct verdict_test *test,
                        const struct read_test *from)
{
    struct verdict_attempt **end = &test->attempts;
    struct td_bytes message = from->message;
    unsigned n = 0;

    for (; *end && n < ATTEMPTS_MAX; n++)
        end = &(*end)->next;
    if (n == ATTEMPTS_MAX)
        return;
    if (message.len > MESSAGE_MAX)
        message.len = MESSAGE_MAX;
    *end = td_arena_alloc(&t->s->doc->arena, sizeof(**end));
    (*end)->result = from->result;
    (*end)->ns = from->ns;
    (*end)->message = message.len ? gates_line(t->s, message) : NULL;
}

/* A first one that simply passed is made up for when there is another: most
 * tests have no other. */
static void add_attempt(struct gates_tests *t, struct verdict_test *test,
                        const struct read_test *from, bool first)
{
    const struct read_test passed = {.result = VERDICT_RESULT_PASS,
                                     .ns = test->ns};

    if (first && from->result == VERDICT_RESULT_PASS && from->message.len == 0)
        return;
    if (!first && !test->attempts)
        put_attempt(t, test, &passed);
    put_attempt(t, test, from);
}

static void keep(struct gates_tests *t, struct test *test,
                 const struct read_test *from)
{
    bool worth = t->kept_len < GATES_TESTS_KEPT ||
                 (is_bad(from->result) && t->kept_len < KEPT_MAX);
    struct verdict_test *kept;

    if (!worth) {
        t->s->doc->truncated_tests++;
        return;
    }
    kept = verdict_add_test(t->s->doc);
    kept->gate = t->job->gate->name;
    kept->key = td_arena_text(&t->s->doc->arena, td_buf_bytes(&t->key));
    kept->ns = from->ns;
    t->kept = td_list_room(t->kept, t->kept_len, sizeof(*t->kept));
    t->kept[t->kept_len++] = (struct kept){.test = kept};
    test->kept = (unsigned)t->kept_len & KEPT_MASK;
}

static struct verdict_test *kept_of(const struct gates_tests *t,
                                    const struct test *test)
{
    return test->kept ? t->kept[test->kept - 1].test : NULL;
}

/* A finding for a failure, of the first run in which it fails. */
static void tell_failure(struct gates_tests *t, const struct read_test *from)
{
    struct gates_session *s = t->s;
    struct verdict_finding *f;
    struct td_bytes message = from->message;
    struct td_bytes detail = from->detail;
    const char *path;

    f = gates_find_fault(s, t->job->gate->name,
                         from->result == VERDICT_RESULT_ERROR ? "test-error"
                                                              : "test-failed",
                         CHECK_LEVEL_ERROR);
    if (!f)
        return;
    message.len = message.len > MESSAGE_MAX ? MESSAGE_MAX : message.len;
    detail.len = detail.len > EXCERPT_MAX ? EXCERPT_MAX : detail.len;
    f->test = td_arena_text(&s->doc->arena, td_buf_bytes(&t->key));
    f->message = message.len ? gates_line(s, message) : "it failed";
    path = gates_paths_find(s->paths, from->file);
    f->file = path             ? td_arena_copy(&s->doc->arena, path)
              : from->file.len ? gates_line(s, from->file)
                               : NULL;
    f->line = from->line;
    f->repro = t->job->gate->repro;
    if (detail.len > 0)
        f->excerpt = td_arena_text(&s->doc->arena, detail);
}

/* What a tool calls it. Of Go's tests the one that runs others: -run takes a
 * name apart at each /. */
static void note_failure(struct gates_tests *t, const struct read_test *from)
{
    struct td_bytes name = from->name;
    const uint8_t *slash = memchr(name.ptr, '/', name.len);

    if (t->failures_len == GATES_RETRY_MOST || name.len > NAME_MAX_FAILED)
        return;
    if (slash && !strcmp(t->job->check->inputs[0].format, "go-json"))
        name.len = (size_t)(slash - name.ptr);
    t->failures[t->failures_len++] = (struct failure){
        td_hash(td_buf_bytes(&t->key)), td_arena_text(&t->s->arena, name)};
}

static void on_test(void *self, const struct read_test *from)
{
    struct gates_tests *t = self;
    bool idle = from->result == VERDICT_RESULT_SKIP; /* tells nothing */
    struct test *test;
    bool first;

    if (t->len >= TESTS_MAX) {
        t->too_many = true;
        return;
    }
    make_room(t);
    make_key(t, from);
    test = find_test(t, from);
    first = !test->hash;
    if (first) {
        add_test(t, td_hash(td_buf_bytes(&t->key)));
        keep(t, test, from);
    }
    if (test->run != t->job->runs) {
        test->run = t->job->runs & RUN_MASK;
        if (!idle || !test->bad)
            test->result = (unsigned)from->result & RESULT_MASK;
        test->twins = 0;
        test->retried = false;
        if (test->kept) {
            t->kept[test->kept - 1].report = t->reading->read;
            t->kept[test->kept - 1].place = place_of(from);
        }
    } else if (from->result > (enum verdict_result)test->result) {
        test->result = (unsigned)from->result & RESULT_MASK;
    }
    if (is_bad(from->result) && !test->bad) {
        tell_failure(t, from);
        note_failure(t, from);
    }
    test->bad = test->bad || is_bad(from->result) || from->flaky;
    test->good = test->good || from->flaky || !(idle || is_bad(from->result));
    if (test->kept)
        add_attempt(t, kept_of(t, test), from, first);
}

/* ---- judging ---- */

struct counts {
    uint64_t all;
    uint64_t failed;
    uint64_t skipped;
    uint64_t flaky;
    uint64_t strangers; /* flaky and on no list */
};

static enum verdict_result final_result(const struct test *test)
{
    if (test->bad && test->good)
        return VERDICT_RESULT_FLAKY;
    return (enum verdict_result)test->result;
}

static void count_test(struct counts *n, const struct test *test,
                       struct verdict_test *kept, struct gates_flaky *known)
{
    enum verdict_result result = final_result(test);

    n->all++;
    n->failed += is_bad(result);
    n->skipped += result == VERDICT_RESULT_SKIP;
    n->flaky += result == VERDICT_RESULT_FLAKY;
    if (result == VERDICT_RESULT_FLAKY && kept &&
        !gates_flaky_knows(known, kept->key))
        n->strangers++;
    if (!kept)
        return;
    kept->result = result;
    kept->is_new_failure = is_bad(result);
}

static struct counts count_all(struct gates_tests *t, struct gates_flaky *known)
{
    struct counts n = {0};

    for (size_t i = 0; i < t->len; i++)
        count_test(&n, &t->list[i], kept_of(t, &t->list[i]), known);
    return n;
}

/* Of a test that ran once there is no more to tell. */
static void drop_single_attempts(struct gates_tests *t)
{
    for (size_t i = 0; i < t->kept_len; i++) {
        struct verdict_test *kept = t->kept[i].test;

        if (kept->attempts && !kept->attempts->next &&
            kept->result != VERDICT_RESULT_FLAKY)
            kept->attempts = NULL;
    }
}

/* Is a test of this key flaky now? Its failure then is no fault but a remark.
 */
static void soften_findings(struct gates_tests *t)
{
    for (struct verdict_finding *f = t->s->doc->findings; f; f = f->next) {
        const struct test *test;

        if (!f->test || strcmp(f->gate, t->job->gate->name) != 0)
            continue;
        test = test_of(t, td_hash(td_text(f->test)));
        if (test->hash && final_result(test) == VERDICT_RESULT_FLAKY) {
            f->rule = "test-flaky";
            f->level = CHECK_LEVEL_WARN;
            f->message = td_arena_print(
                &t->s->doc->arena, "%s; it passed in another try", f->message);
        }
    }
}

static bool wants_again(const struct gates_job *job, const struct counts *n)
{
    return n->failed > 0 && n->failed <= GATES_RETRY_MOST &&
           job->check->run.len > 0 && job->runs <= job->check->retry_times;
}

/* The names of those that still fail as a regular expression: a|b, with what
 * means something there behind a backslash. */
static const char *failed_names(const struct gates_tests *t)
{
    struct td_buf out = {0};
    const char *made;

    for (size_t i = 0; i < t->failures_len; i++) {
        const struct failure *f = &t->failures[i];

        if (!is_bad(final_result(test_of(t, f->hash))))
            continue;
        (void)td_buf_add_text(&out, out.len > 0 ? "|" : "");
        for (const char *c = f->name; *c; c++) {
            if (strchr("\\.+*?()|[]{}^$", *c))
                (void)td_buf_add_byte(&out, '\\');
            (void)td_buf_add_byte(&out, (uint8_t)*c);
        }
    }
    made = td_arena_text(&t->s->arena, td_buf_bytes(&out));
    td_buf_release(&out);
    return made;
}

static void add_measures(struct gates_session *s, struct gates_job *job,
                         const struct counts *n)
{
    const struct verdict_number none = {0};
    bool limited = false;

    for (size_t i = 0; i < job->check->limits_len; i++)
        limited = limited || !strcmp(job->check->limits[i].measure, "failed");
    gates_limit_apply(s->doc, job->gate, job->check, "count",
                      gates_number((double)n->all), none);
    gates_limit_apply(s->doc, job->gate, job->check, "failed",
                      gates_number((double)n->failed), none);
    gates_limit_apply(s->doc, job->gate, job->check, "skipped",
                      gates_number((double)n->skipped), none);
    gates_limit_apply(s->doc, job->gate, job->check, "flaky",
                      gates_number((double)n->flaky), none);
    if (n->failed > 0 && !limited)
        gates_conclude(s, job, CHECK_FAIL, "%" PRIu64 " of %" PRIu64 " failed",
                       n->failed, n->all);
}

/* Retries do not turn red to green where --strict is asked for. */
static void judge_flaky(struct gates_session *s, struct gates_job *job,
                        const struct counts *n)
{
    if (n->flaky == 0 || job->gate->outcome != CHECK_PASS)
        return;
    if (s->how->strict && n->strangers > 0)
        gates_conclude(s, job, CHECK_FAIL,
                       "%" PRIu64 " of %" PRIu64
                       " failed at first and is on no list of known flaky "
                       "tests (strict)",
                       n->strangers, n->all);
    else
        gates_conclude(s, job, CHECK_FLAKY,
                       "%" PRIu64 " of %" PRIu64 " passed only when run again",
                       n->flaky, n->all);
}

/* Remarks about the list itself: what has expired, what is not there. */
static void judge_list(struct gates_session *s, struct gates_job *job,
                       const struct gates_flaky *known)
{
    const char *remark = gates_flaky_remark(known, &s->doc->arena);

    if (!remark)
        return;
    job->gate->warned = true;
    if (!job->gate->reason)
        job->gate->reason = remark;
}

/* Tests that are skipped have not run. */
static void judge_ran(struct gates_session *s, struct gates_job *job,
                      const struct counts *n)
{
    uint64_t ran = n->all - n->skipped;
    char skipped[48] = "";

    if (n->skipped > 0)
        (void)snprintf(skipped, sizeof(skipped), ", %" PRIu64 " %s skipped",
                       n->skipped, n->skipped == 1 ? "was" : "were");
    if (ran < job->check->min)
        gates_conclude(s, job, CHECK_FAIL,
                       "only %" PRIu64 " test%s ran%s, at least %" PRIu64
                       " are wanted",
                       ran, ran == 1 ? "" : "s", skipped, job->check->min);
    else if (ran == 0 && job->gate->outcome == CHECK_PASS)
        gates_conclude(s, job, CHECK_VACUOUS, "no test ran%s", skipped);
}

static void judge_counts(struct gates_tests *t, struct gates_flaky *known,
                         const struct gates_reading *reading)
{
    struct gates_session *s = t->s;
    struct gates_job *job = t->job;
    struct counts n = count_all(t, known);

    if (wants_again(job, &n)) {
        job->again = true;
        job->failed = failed_names(t);
        return;
    }
    drop_single_attempts(t);
    soften_findings(t);
    if (!gates_weigh(s, job, reading,
                     n.failed + (reading->trouble ? 0 : n.flaky)))
        return;
    add_measures(s, job, &n);
    judge_ran(s, job, &n);
    gates_judge_measures(s, job);
    judge_flaky(s, job, &n);
    judge_list(s, job, known);
    if (t->too_many)
        gates_conclude(s, job, CHECK_ERROR, "more than %d tests", TESTS_MAX);
}

void gates_judge_tests(struct gates_session *s, struct gates_job *job)
{
    struct gates_reading reading = {0};
    struct gates_flaky known = {0};
    struct td_error err = {0};
    struct gates_tests *t = job->tests;

    if (!t) {
        t = td_calloc(1, sizeof(*t));
        t->s = s;
        t->job = job;
        job->tests = t;
        make_room(t);
        gates_paths_from(s->paths, job->check->dir, &job->check->roots);
    }
    if (job->check->run.len == 0)
        job->runs = 1;
    t->last = 0;
    t->reading = &reading;
    reading.sink = (struct read_sink){.self = t, .test = on_test};
    if (!gates_read_inputs(s, job, &reading))
        return;
    if (job->check->retry_known &&
        gates_flaky_read(&known, s->root, job->check->retry_known,
                         s->how->today, &err))
        gates_conclude(s, job, CHECK_ERROR, "%s: %s",
                       gates_from_root(s, err.where), err.text);
    else
        judge_counts(t, &known, &reading);
    gates_flaky_release(&known);
}
