#include "cli/verbs/run_show.h"

#include "cli/verbs/run_live.h"
#include "core/clock.h"
#include "core/fs.h"
#include "core/ink.h"
#include "core/log.h"
#include "core/mem.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ID_MAX     24 /* columns for ids; longer ones push the rest */
#define TAIL_LINES 10 /* of a log, behind a failure */
#define TAIL_BYTES 4096

/* Of a task, until its end is shown. */
struct shown {
    char text[256]; /* of its last failure */
    uint64_t took_ns;
    uint32_t attempt;
};

struct run_show {
    const struct cli_args *args;
    const struct run_exec *x;
    struct shown *tasks;
    struct run_live *live; /* NULL: not on a terminal */
    int width;
    bool color;
    struct td_error unseen; /* why a line could not be written */
};

static void put(struct run_show *show, struct td_buf *line)
{
    struct td_error err;

    cli_run_live_wipe(show->live);
    (void)td_buf_add_byte(line, '\n');
    if (!cli_json(show->args) &&
        td_fs_write(STDOUT_FILENO, td_buf_bytes(line), "stdout", &err) &&
        !show->unseen.code)
        show->unseen = err; /* the run goes on */
    td_buf_release(line);
    cli_run_live_draw(show->live);
}

enum td_code cli_run_show_unseen(const struct run_show *show,
                                 struct td_error *err)
{
    if (show->unseen.code)
        *err = show->unseen;
    return show->unseen.code;
}

void cli_run_show_alive(struct run_show *show, uint32_t task, double share)
{
    cli_run_live_share(show->live, task, share);
}

void cli_run_show_step_aside(struct run_show *show)
{
    cli_run_live_wipe(show->live);
}

/* "ok      fetch_b   " */
static void head(struct run_show *show, struct td_buf *line, const char *word,
                 uint32_t task)
{
    bool bad = !strcmp(word, "FAILED");

    if (bad && show->color)
        (void)td_ink(line, TD_INK_BAD, word, true);
    else
        (void)td_buf_add_text(line, word);
    (void)td_buf_addf(line, "%*s %-*s  ", (int)(7 - strlen(word)), "",
                      show->width, run_plan(show->x)->tasks[task].id);
}

static void add_outputs(struct td_buf *line, const struct run_news *news,
                        const struct plan_task *task)
{
    if (news->outputs == 0)
        return;
    if (news->outputs == 1)
        (void)td_buf_addf(line, ", %s ", task->outputs.list[0]);
    else
        (void)td_buf_addf(line, ", %u files, ", news->outputs);
    (void)td_size_format(line, news->bytes);
}

static const struct plan_task *plan_of(const struct run_show *show,
                                       const struct run_news *news)
{
    return &run_plan(show->x)->tasks[news->event->task];
}

static void show_ok(struct run_show *show, const struct run_news *news)
{
    struct td_buf line = {0};

    head(show, &line, "ok", news->event->task);
    (void)td_duration_format(&line, news->took_ns);
    add_outputs(&line, news, plan_of(show, news));
    put(show, &line);
}

static void show_cached(struct run_show *show, const struct run_news *news)
{
    struct td_buf line = {0};

    head(show, &line, "cached", news->event->task);
    (void)td_buf_addf(&line, "as in %s", news->from);
    put(show, &line);
}

static void note_fault(struct run_show *show, const struct run_news *news)
{
    struct shown *shown = &show->tasks[news->event->task];

    (void)snprintf(shown->text, sizeof(shown->text), "%s", news->text);
    shown->took_ns = news->took_ns;
    shown->attempt = news->event->attempt;
}

static void add_attempt(struct run_show *show, struct td_buf *line,
                        const struct run_news *news)
{
    const struct shown *shown = &show->tasks[news->event->task];

    (void)td_buf_addf(line, "attempt %u of %u: ", shown->attempt,
                      plan_of(show, news)->retry.attempts);
    (void)td_text_clean(line, td_text(shown->text));
}

static void show_retry(struct run_show *show, const struct run_news *news)
{
    struct td_buf line = {0};
    uint64_t now = run_now(show->x);

    head(show, &line, "retry", news->event->task);
    add_attempt(show, &line, news);
    (void)td_buf_add_text(&line, "; again in ");
    (void)td_duration_format(
        &line, news->event->until > now ? news->event->until - now : 0);
    put(show, &line);
}

/* The end of a task's log, without what is blank behind it; false: there is
 * nothing in it. */
static bool read_tail(const struct run_show *show, uint32_t task,
                      struct td_buf *tail)
{
    struct td_buf path = {0};
    struct stat st;
    uint8_t *room;
    ssize_t n = -1;
    int fd;

    (void)td_buf_addf(&path, "%s/logs/%s.log", run_folder(show->x),
                      run_plan(show->x)->tasks[task].id);
    fd = open(td_buf_str(&path), O_RDONLY | O_CLOEXEC);
    td_buf_release(&path);
    if (fd < 0)
        return false;
    room = td_buf_room(tail, TAIL_BYTES);
    if (room && !fstat(fd, &st))
        n = pread(fd, room, TAIL_BYTES,
                  st.st_size > TAIL_BYTES ? st.st_size - TAIL_BYTES : 0);
    (void)close(fd);
    if (n > 0)
        tail->len += (size_t)n;
    while (tail->len > 0 && strchr("\n\r\t ", tail->ptr[tail->len - 1]))
        tail->len--;
    return tail->len > 0;
}

static void put_tail(struct run_show *show, struct td_bytes tail)
{
    const uint8_t *end = tail.ptr + tail.len;
    const uint8_t *at;
    unsigned lines = 0;

    for (at = end; at > tail.ptr && lines < TAIL_LINES; at--)
        lines += at[-1] == '\n' && at != end;
    if (at > tail.ptr)
        at += 1; /* behind the line feed that ended the count */
    while (at < end) {
        const uint8_t *feed = memchr(at, '\n', (size_t)(end - at));
        struct td_buf line = {0};

        if (!feed)
            feed = end;
        (void)td_buf_add_text(&line, "  | ");
        (void)td_text_clean(&line, td_bytes(at, (size_t)(feed - at)));
        put(show, &line);
        at = feed + 1;
    }
}

static void show_failed(struct run_show *show, const struct run_news *news)
{
    struct shown *shown = &show->tasks[news->event->task];
    struct td_buf line = {0};
    struct td_buf tail = {0};
    bool has_tail;

    head(show, &line, "FAILED", news->event->task);
    if (*shown->text)
        add_attempt(show, &line, news);
    else /* it was not tried, or its attempts were cut short */
        (void)td_text_clean(
            &line, td_text(*news->text ? news->text
                                       : plan_fault_word(news->event->fault)));
    if (*news->text && *shown->text && strcmp(news->text, shown->text) != 0) {
        (void)td_buf_add_text(&line, ", and ");
        (void)td_text_clean(&line, td_text(news->text));
    }
    if (shown->took_ns) {
        (void)td_buf_add_text(&line, ", ");
        (void)td_duration_format(&line, shown->took_ns);
    }
    has_tail = read_tail(show, news->event->task, &tail);
    if (has_tail)
        (void)td_buf_add_text(&line, "; its last lines:");
    put(show, &line);
    if (has_tail)
        put_tail(show, td_buf_bytes(&tail));
    td_buf_release(&tail);
}

static void show_reason(struct run_show *show, const char *word,
                        const struct run_news *news)
{
    struct td_buf line = {0};

    head(show, &line, word, news->event->task);
    (void)td_text_clean(&line, td_text(news->text));
    put(show, &line);
}

static void show_ask(struct run_show *show, const struct run_news *news)
{
    const struct plan_task *task = plan_of(show, news);
    struct td_buf line = {0};

    head(show, &line, "ask", news->event->task);
    (void)td_text_clean(&line, td_text(task->approval.ask));
    (void)td_buf_addf(&line, "  tapedeck approve %s %s", run_id(show->x),
                      task->id);
    put(show, &line);
}

static void show_budget(struct run_show *show, const struct run_news *news)
{
    static const char *const budgets[] = {"tokens", "cost", "wall"};
    struct td_buf line = {0};

    (void)td_buf_addf(&line, "budget  %s: %u %% used",
                      budgets[news->event->budget], news->event->percent);
    if (news->event->what == SCHED_HALT)
        (void)td_buf_add_text(&line, "; nothing more starts");
    if (news->event->what == SCHED_HALT &&
        run_plan(show->x)->budget.on == PLAN_PAUSES)
        (void)td_buf_addf(&line, " until tapedeck resume %s", run_id(show->x));
    put(show, &line);
}

static void show_pause(struct run_show *show, const struct run_news *news)
{
    struct td_buf line = {0};

    if (news->event->what == SCHED_PAUSE)
        (void)td_buf_addf(&line,
                          "paused  nothing more starts until tapedeck resume "
                          "%s",
                          run_id(show->x));
    else
        (void)td_buf_add_text(&line, "goes on");
    put(show, &line);
}

static void show_skipped(struct run_show *show, const struct run_news *news)
{
    show_reason(show, "skipped", news);
}

static void show_dropped(struct run_show *show, const struct run_news *news)
{
    show_reason(show, "dropped", news);
}

void cli_run_show_news(struct run_show *show, const struct run_news *news)
{
    static const struct {
        enum sched_what what;
        void (*show)(struct run_show *show, const struct run_news *news);
    } rows[] = {
        {SCHED_DONE, show_ok},      {SCHED_CACHED_NOW, show_cached},
        {SCHED_FAULT, note_fault},  {SCHED_WAIT, show_retry},
        {SCHED_FAIL, show_failed},  {SCHED_SKIP, show_skipped},
        {SCHED_DROP, show_dropped}, {SCHED_ASK, show_ask},
        {SCHED_WARN, show_budget},  {SCHED_HALT, show_budget},
        {SCHED_PAUSE, show_pause},  {SCHED_GO_ON, show_pause},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].what == news->event->what)
            rows[i].show(show, news);
}

/* Of its own events only what is wrong with them is worth a line. */
void cli_run_show_gate(struct run_show *show, const struct run_gate *gate)
{
    bool good = td_bytes_is(gate->verdict, "pass");
    struct td_buf line = {0};

    cli_run_live_gate(show->live, gate);
    if (gate->verdict.len == 0 ||
        (good && td_bytes_is(gate->name, "execution")))
        return;
    (void)td_buf_add_text(&line, "gate    ");
    (void)td_buf_add_bytes(&line, gate->name);
    (void)td_buf_add_text(&line, ": ");
    (void)td_buf_add_bytes(&line, gate->verdict);
    if (gate->ms) {
        (void)td_buf_add_text(&line, ", ");
        (void)td_duration_format(&line, gate->ms * TD_NS_PER_MS);
    }
    if (gate->reason.len) {
        (void)td_buf_add_text(&line, ": ");
        (void)td_text_clean(&line, gate->reason);
    }
    put(show, &line);
}

/* ---- the first and the last line ---- */

static void show_head(struct run_show *show, bool resumed)
{
    const struct plan *plan = run_plan(show->x);
    uint32_t workers = run_workers(show->x);
    struct td_buf line = {0};

    (void)td_buf_addf(&line, "%s %s%s: %u task%s, depth %u, %u worker%s; %s",
                      run_id(show->x), plan->name, resumed ? " goes on" : "",
                      plan->task_count, plan->task_count == 1 ? "" : "s",
                      plan->waves, workers, workers == 1 ? "" : "s",
                      run_journal(show->x));
    put(show, &line);
}

struct run_show *cli_run_show_new(const struct cli_args *args,
                                  struct wire_net *net,
                                  const struct run_exec *x, bool resumed)
{
    struct run_show *show = td_calloc(1, sizeof(*show));
    const struct plan *plan = run_plan(x);

    show->args = args;
    show->x = x;
    show->color = cli_color(args, STDOUT_FILENO);
    show->tasks = td_calloc(plan->task_count + 1, sizeof(*show->tasks));
    for (uint32_t i = 0; i < plan->task_count; i++) {
        int width = (int)strlen(plan->tasks[i].id);

        if (width > show->width && width <= ID_MAX)
            show->width = width;
    }
    show_head(show, resumed);
    show->live = cli_run_live_new(args, net, x);
    return show;
}

void cli_run_show_free(struct run_show *show)
{
    if (!show)
        return;
    cli_run_live_free(show->live);
    free(show->tasks);
    free(show);
}

static void add_count(struct td_buf *line, uint32_t n, const char *word)
{
    if (n)
        (void)td_buf_addf(line, ", %u %s", n, word);
}

static void show_sum(struct run_show *show, const struct sched_counts *counts)
{
    struct td_buf line = {0};

    (void)td_buf_addf(&line, "%s: %u ok", run_id(show->x),
                      counts->completed - counts->cached);
    add_count(&line, counts->cached, "cached");
    add_count(&line, counts->failed, "failed");
    add_count(&line, counts->skipped, "skipped");
    add_count(&line, counts->cancelled, "cancelled");
    (void)td_buf_addf(&line, " of %u in ", run_plan(show->x)->task_count);
    (void)td_duration_format(&line, run_now(show->x));
    (void)td_buf_addf(&line, ", %llu tokens",
                      (unsigned long long)counts->tokens);
    if (counts->failed + counts->skipped + counts->cancelled)
        (void)td_buf_addf(&line, "; go on with: tapedeck retry %s",
                          run_id(show->x));
    put(show, &line);
}

static void show_json(const struct run_show *show,
                      const struct sched_counts *counts)
{
    struct td_buf text = {0};
    struct td_json_writer w = td_json_writer(&text);
    struct td_error err;

    td_json_object(&w, NULL);
    td_json_object(&w, "result");
    td_json_put_text(&w, "execution_id", run_id(show->x));
    td_json_put_text(&w, "status", run_status(show->x));
    td_json_put_u64(&w, "exit", (uint64_t)run_exit_status(show->x));
    if (run_verdict(show->x))
        td_json_put_text(&w, "verdict",
                         check_outcome_text(run_verdict(show->x)->outcome));
    td_json_put_u64(&w, "completed", counts->completed);
    td_json_put_u64(&w, "cached", counts->cached);
    td_json_put_u64(&w, "failed", counts->failed);
    td_json_put_u64(&w, "skipped", counts->skipped);
    td_json_put_u64(&w, "cancelled", counts->cancelled);
    td_json_object_end(&w);
    td_json_object_end(&w);
    (void)td_json_line(&w);
    if (td_fs_write(STDOUT_FILENO, td_buf_bytes(&text), "stdout", &err))
        cli_complain(&err);
    td_buf_release(&text);
}

void cli_run_show_end(struct run_show *show)
{
    const struct sched_counts *counts = sched_counts(run_sched(show->x));

    if (cli_json(show->args))
        show_json(show, counts);
    else
        show_sum(show, counts);
}
