/* Plans and executions, drawn: lines as they are, and what holds for all. */
#include "core/clock.h"
#include "core/mem.h"
#include "orchestrator/plan/load.h"
#include "orchestrator/view/view.h"
#include "tests/suites.h"
#include "tests/support/plans.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static struct plan plan;
static struct sched *sched;
static struct td_buf out;
static struct view_style style;

static void load(const char *text)
{
    struct td_error err = {0};

    style = (struct view_style){.width = 80, .ascii = true};
    if (plan_parse(&plan, "plan.yaml", td_text(text), NULL, &err)) {
        printf("\n    %s: %s\n", err.where, err.text);
        CU_FAIL_FATAL("the plan of the test is wrong");
    }
}

static void over(void)
{
    sched_free(sched);
    sched = NULL;
    plan_release(&plan);
    td_buf_release(&out);
}

static struct view *look(void)
{
    struct view_subject of = {.plan = &plan, .workers = 2, .sched = sched};

    of.execution = sched ? "x7" : NULL;
    of.now_ns = sched ? 10 * PLANS_S : 0;
    return view_new(&of);
}

static const char *drawn(enum view_what what, const struct view_pick *pick)
{
    static const struct view_pick all = {.phase = 0};
    struct view *v = look();

    td_buf_clear(&out);
    CU_ASSERT_EQUAL(view_draw(v, what, &style, pick ? pick : &all, &out),
                    TD_OK);
    view_free(v);
    return td_buf_str(&out);
}

static void expect(const char *is, const char *want)
{
    if (strcmp(is, want) != 0)
        printf("\n--- is\n%s--- wants\n%s", is, want);
    CU_ASSERT_STRING_EQUAL(is, want);
}

#define FOUR                                                                   \
    "plan: 1\nname: four\ntasks:\n"                                            \
    "- {id: a, run: x, estimate: 2s}\n"                                        \
    "- {id: b, run: x, estimate: 3s, depends_on: [a]}\n"                       \
    "- {id: c, run: x, estimate: 1s, depends_on: [a]}\n"                       \
    "- {id: d, run: x, depends_on: [b, c], phase: 4}\n"

/* One after the other, each for a second, so many of them. */
static void run_some(uint32_t tasks)
{
    struct sched_options options = {.execution = "x7", .workers = 1};
    struct sched_event ev;
    uint64_t now = 0;

    sched = sched_new(&plan, &options);
    for (uint32_t done = 0; done <= tasks && sched_next(sched, now, &ev);) {
        if (ev.what == SCHED_LAUNCH && done == tasks)
            return;
        CU_ASSERT_EQUAL_FATAL(sched_apply(sched, &ev, NULL), TD_OK);
        if (ev.what != SCHED_LAUNCH)
            continue;
        now += PLANS_S;
        ev = (struct sched_event){.what = SCHED_ENDED,
                                  .task = ev.task,
                                  .attempt = 1,
                                  .at_ns = now,
                                  .cost_usd = -1};
        CU_ASSERT_EQUAL_FATAL(sched_apply(sched, &ev, NULL), TD_OK);
        ev.what = SCHED_DONE;
        CU_ASSERT_EQUAL_FATAL(sched_apply(sched, &ev, NULL), TD_OK);
        done++;
    }
}

static void overview_of_a_plan(void)
{
    load(FOUR);
    expect(drawn(VIEW_OVERVIEW, NULL),
           "plan four\n"
           "  tasks      4 in 3 waves, critical path 3 tasks, about 6 s\n"
           "  estimate   6 s on 2 workers: 3 from the plan, 1 taken as 1 s "
           "each\n"
           "  budget     none\n"
           "  artifacts  0 expected\n"
           "  progress   .................................................. "
           "0.0%\n"
           "  now        nothing has run\n");
    over();
}

/* F56: goldens at 0, 25, 50, 75 and 100 percent. */
static void progress_of_an_execution(void)
{
    static const struct {
        const char *bar;
        const char *now;
        const char *phases;
    } rows[] = {
        {".................................................. 0.0%\n",
         "wave 1 of 3\n",
         "  . Execution          0/3  ........................................ "
         "  "
         "0.0%\n"
         "  . Validation         0/1  ........................................ "
         "  "
         "0.0%\n"
         "  waves   1 .1  2 .2  3 .1\n"},
        {"############...................................... 25.0%\n",
         "wave 2 of 3\n",
         "  > Execution          1/3  #############........................... "
         " "
         "33.3%\n"
         "  . Validation         0/1  ........................................ "
         "  "
         "0.0%\n"
         "  waves   1 +1  2 .2  3 .1\n"},
        {"#########################......................... 50.0%\n",
         "wave 2 of 3\n",
         "  > Execution          2/3  ##########################.............. "
         " "
         "66.6%\n"
         "  . Validation         0/1  ........................................ "
         "  "
         "0.0%\n"
         "  waves   1 +1  2 >1/2  3 .1\n"},
        {"#####################################............. 75.0%\n",
         "wave 3 of 3\n",
         "  + Execution          3/3  ######################################## "
         "100.0%\n"
         "  . Validation         0/1  ........................................ "
         "  "
         "0.0%\n"
         "  waves   1 +1  2 +2  3 .1\n"},
        {"################################################## 100.0%\n",
         "ended after 10 s: 4 done\n",
         "  + Execution          3/3  ######################################## "
         "100.0%\n"
         "  + Validation         1/1  ######################################## "
         "100.0%\n"
         "  waves   1 +1  2 +2  3 +1\n"},
    };

    for (uint32_t i = 0; i < ROWS(rows); i++) {
        const char *at;

        load(FOUR);
        run_some(i);
        at = strstr(drawn(VIEW_OVERVIEW, NULL), "progress");
        CU_ASSERT_PTR_NOT_NULL_FATAL(at);
        CU_ASSERT_PTR_EQUAL(strstr(at + 11, rows[i].bar), at + 11);
        CU_ASSERT_PTR_NOT_NULL(strstr(at, rows[i].now));
        expect(drawn(VIEW_TIMELINE, NULL), rows[i].phases);
        over();
    }
}

static void rows_of_tasks(void)
{
    static const struct view_pick some = {.state = "done", .limit = 1};
    static const struct view_pick last = {.phase = 5};

    load(FOUR);
    run_some(2);
    expect(drawn(VIEW_TASKS, NULL), "     id  state            time  needs\n"
                                    "  +  a   done              1 s\n"
                                    "  +  b   done              1 s  a\n"
                                    "  .  c   ready            ~1 s  a\n"
                                    "  .  d   waits            ~1 s  b c\n"
                                    "  4 of 4\n");
    expect(drawn(VIEW_TASKS, &some),
           "     id  state            time  needs\n"
           "  +  a   done              1 s\n"
           "  1 of 2, done; more: --all, --phase, --only, --limit N\n");
    expect(drawn(VIEW_TASKS, &last), "     id  state            time  needs\n"
                                     "  .  d   waits            ~1 s  b c\n"
                                     "  1 of 1 in validation\n");
    over();
}

static void sums(void)
{
    load(FOUR);
    expect(drawn(VIEW_STATS, NULL),
           "  state      waits 4  failed 0\n"
           "  time       sum 7 s  median 1 s  p95 3 s  slowest b 3 s  "
           "(expected)\n"
           "  parallel   1.2 tasks at once, expected on 2 workers\n"
           "  cache      0 tasks unchanged\n"
           "  provider   shell 4\n"
           "  phase      execution 0/3  validation 0/1\n");
    run_some(4);
    expect(drawn(VIEW_STATS, NULL),
           "  state      done 4  failed 0\n"
           "  time       sum 4 s  median 1 s  p95 1 s  slowest a 1 s\n"
           "  parallel   0.4 tasks at once, over the run so far\n"
           "  cache      0 tasks unchanged\n"
           "  provider   shell 4\n"
           "  phase      execution 3/3  validation 1/1\n");
    over();
}

static void trees(void)
{
    static const struct view_pick flat = {.depth = 1};
    static const struct view_pick from = {.from = 3};
    static const struct view_pick short_one = {.limit = 2};

    load(FOUR);
    expect(drawn(VIEW_DEPENDENCIES, NULL),
           "  . a\n"
           "  |- . b\n"
           "  |  `- . d\n"
           "  `- . c\n"
           "     `- . d see above\n"
           "  1 root, 4 tasks, 4 edges, no cycle; also --format "
           "dot|mermaid|json\n");
    expect(drawn(VIEW_DEPENDENCIES, &flat),
           "  . a\n"
           "  |- . b\n"
           "  |  `- 1 below (--depth 2)\n"
           "  `- . c\n"
           "  1 root, 4 tasks, 4 edges, no cycle; also --format "
           "dot|mermaid|json\n");
    expect(drawn(VIEW_DEPENDENCIES, &from),
           "  . c\n"
           "  `- . d\n"
           "  1 root, 4 tasks, 4 edges, no cycle; also --format "
           "dot|mermaid|json\n");
    expect(drawn(VIEW_DEPENDENCIES, &short_one),
           "  . a\n"
           "  |- . b\n"
           "  and 2 more: --all, --limit N\n"
           "  1 root, 4 tasks, 4 edges, no cycle; also --format "
           "dot|mermaid|json\n");
    over();
}

static void why_it_waits(void)
{
    struct view *v;

    load(FOUR);
    v = look();
    CU_ASSERT_EQUAL(view_draw_why(v, 2, &style, &out), TD_OK);
    expect(td_buf_str(&out),
           "c\n"
           "  needs      a 2 s: it starts after 2 s at the earliest\n"
           "  slack      2 s: it may start so much later, and the end stays\n"
           "  starts     as number 3 of 4, about 2 s in, on 2 workers\n"
           "  then       d\n");
    td_buf_clear(&out);
    CU_ASSERT_EQUAL(view_draw_why(v, 3, &style, &out), TD_OK);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(td_buf_str(&out), "needs      a 2 s > b 3 s"));
    CU_ASSERT_PTR_NOT_NULL(strstr(td_buf_str(&out),
                                  "slack      none: it is on the critical path "
                                  "of 6 s"));
    view_free(v);
    over();
}

/* Hand-computed: 2 + 3 + 1 along a, b, d; 7 in all. */
static void reviews(void)
{
    struct view *v;

    load(FOUR "- {id: e, run: x, depends_on: [d, a]}\n");
    v = look();
    CU_ASSERT_EQUAL(view_draw_review(v, &style, &out), TD_OK);
    expect(strstr(td_buf_str(&out), "  critical"),
           "  critical   4 tasks, 7 s: a 2 s > b 3 s > d 1 s > e 1 s\n"
           "  parallel   all tasks one by one take 8 s, 1.1 times the critical "
           "path; widest\n"
           "             is wave 2 with 2 tasks\n"
           "  workers    1: 8 s, 2: 7 s\n"
           "  times      of 0 tasks from earlier runs (at most 0 of each), 3 "
           "by estimate, 2\n"
           "             a guess of 1 s\n"
           "5 doubts\n"
           "  plan.yaml:4: a has no outputs: it runs each time, and who "
           "depends on it is not\n"
           "    told what it makes\n"
           "  plan.yaml:5: b has no outputs: it runs each time, and d is not "
           "told what it\n"
           "    makes\n"
           "  plan.yaml:6: c has no outputs: it runs each time, and d is not "
           "told what it\n"
           "    makes\n"
           "  plan.yaml:7: d has no outputs: it runs each time, and e is not "
           "told what it\n"
           "    makes\n"
           "  plan.yaml:8: e needs a anyway, by another of its dependencies\n");
    view_free(v);
    over();
}

/* ---- what holds for all ---- */

/* F61: floor(cells * percent / 100) cells, at any width, in both alphabets. */
static void bars(void)
{
    for (unsigned cells = 0; cells <= 60; cells++)
        for (unsigned percent = 0; percent <= 100; percent++) {
            struct td_buf ascii = {0};
            struct td_buf art = {0};
            size_t full = 0;
            struct view_style s = {.ascii = true};

            draw_bar(&ascii, &s, cells, percent, 100);
            s.ascii = false;
            draw_bar(&art, &s, cells, percent, 100);
            while (full < ascii.len && ascii.ptr[full] == '#')
                full++;
            CU_ASSERT_EQUAL(full, (size_t)cells * percent / 100);
            CU_ASSERT_EQUAL(ascii.len, cells);
            CU_ASSERT_EQUAL(draw_columns(td_buf_bytes(&art)), cells);
            td_buf_release(&ascii);
            td_buf_release(&art);
        }
}

static void lines_are_no_wider(const char *text, unsigned width)
{
    while (*text) {
        size_t len = strcspn(text, "\n");

        CU_ASSERT(draw_columns(td_bytes(text, len)) <= width);
        CU_ASSERT(text[len] == '\n');
        text += len + 1;
    }
}

/* With what stands before and behind its id. */
static void every_task_is_in(const char *text, const char *before,
                             const char *behind)
{
    for (uint32_t i = 0; i < plan.task_count; i++) {
        char row[32];

        (void)snprintf(row, sizeof(row), "%st%u%s", before, i, behind);
        CU_ASSERT_PTR_NOT_NULL(strstr(text, row));
    }
}

/* Random graphs: every task has a row and stands in the tree; no line is too
 * wide. */
static void every_task_appears(void)
{
    unsigned seed = 7;

    for (unsigned round = 0; round < 60; round++) {
        uint32_t tasks = 1 + round * 3;
        static const unsigned widths[] = {40, 80, 133};

        plans_new(&plan, tasks);
        for (uint32_t i = 1; i < tasks; i++)
            for (uint32_t k = 0; k < i; k++) {
                seed = seed * 1103515245 + 12345;
                if ((seed >> 16) % (i + 1) < 2)
                    plans_need(&plan, i, k);
            }
        plans_link(&plan);
        style = (struct view_style){.width = widths[round % 3]};
        for (unsigned what = VIEW_OVERVIEW; what <= VIEW_FULL; what++)
            lines_are_no_wider(drawn(what, NULL), style.width);
        style.width = VIEW_WIDTH_MAX; /* no tree is too deep for it */
        every_task_is_in(drawn(VIEW_DEPENDENCIES, NULL), " ", "\n");
        every_task_is_in(drawn(VIEW_TASKS, NULL), "\u00b7  ", " ");
        over();
    }
}

/* A tree that is deeper than the lines are wide is cut, and says where to go
 * on. */
static void deep_trees(void)
{
    plans_new(&plan, 200);
    for (uint32_t i = 1; i < 200; i++)
        plans_need(&plan, i, i - 1);
    plans_link(&plan);
    style = (struct view_style){.width = 80, .ascii = true};
    CU_ASSERT_PTR_NOT_NULL(
        strstr(drawn(VIEW_DEPENDENCIES, NULL), "183 below (--from t16)"));
    style.width = VIEW_WIDTH_MAX;
    CU_ASSERT_PTR_NOT_NULL(
        strstr(drawn(VIEW_DEPENDENCIES, NULL), "135 below (--from t64)"));
    over();
}

/* What was cut is counted: rows and counts are all tasks. */
static void what_is_cut_is_counted(void)
{
    static const struct view_pick cut = {.limit = 5};
    unsigned more = 0;

    plans_new(&plan, 100);
    for (uint32_t i = 1; i < 100; i++)
        plans_need(&plan, i, (i - 1) / 3);
    plans_link(&plan);
    style = (struct view_style){.width = 80};
    (void)sscanf(strstr(drawn(VIEW_DEPENDENCIES, &cut), "and "), "and %u",
                 &more);
    CU_ASSERT_EQUAL(more, 95);
    over();
}

static void widths(void)
{
    static const struct {
        const char *text;
        unsigned columns;
    } rows[] = {
        {"", 0},
        {"abc", 3},
        {"\u5546\u54c1", 4},
        {"e\u0301", 1},
        {"\u00e9", 1},
        {"\U0001f600", 2},
        {"\033[31mx\033[m", 1},
    };
    struct td_buf cell = {0};

    for (size_t i = 0; i < ROWS(rows); i++)
        CU_ASSERT_EQUAL(draw_columns(td_text(rows[i].text)), rows[i].columns);
    CU_ASSERT_EQUAL(draw_cell(&cell, "\u5546\u54c1\u30ab\u30bf", 6, true), 5);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&cell), "\u5546... ");
    td_buf_clear(&cell);
    (void)draw_cell(&cell, "a\033[2Jb", 40, false);
    CU_ASSERT_PTR_NULL(strchr(td_buf_str(&cell), '\033'));
    td_buf_release(&cell);
}

static void graphs_quote(void)
{
    load("plan: 1\ntasks:\n- {id: end, run: x, name: 'a \"b\" \\N <c>'}\n");
    view_dot(&plan, &out);
    CU_ASSERT_PTR_NOT_NULL(strstr(
        td_buf_str(&out), "\"end\" [label=\"end\\na \\\"b\\\" \\\\N <c>\"]"));
    td_buf_clear(&out);
    view_mermaid(&plan, &out);
    CU_ASSERT_PTR_NOT_NULL(strstr(
        td_buf_str(&out), "t_end[\"end<br>a #34;b#34; #92;N #60;c#62;\"]"));
    over();
}

CU_TestInfo orchestrator_view_view_tests[] = {
    {"overview of a plan", overview_of_a_plan},
    {"progress of an execution", progress_of_an_execution},
    {"rows of tasks", rows_of_tasks},
    {"sums", sums},
    {"trees", trees},
    {"why it waits", why_it_waits},
    {"reviews", reviews},
    {"bars", bars},
    {"every task appears", every_task_appears},
    {"deep trees", deep_trees},
    {"what is cut is counted", what_is_cut_is_counted},
    {"widths", widths},
    {"graphs quote", graphs_quote},
    CU_TEST_INFO_NULL,
};
