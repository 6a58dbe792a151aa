#include "cli/verbs/run_live.h"

#include "core/clock.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/terminal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DRAW_NS   (200 * TD_NS_PER_MS)
#define SOON_NS   (50 * TD_NS_PER_MS) /* between lines that scroll by */
#define ID_MAX    24
#define GATES_MAX 16
#define GATE_NAME 64
#define LOG_BYTES 512 /* of a log's end, where its last line is */

struct gate {
    char name[GATE_NAME];
    uint64_t since_ns;
};

struct run_live {
    const struct run_exec *x;
    struct wire_net *net;
    struct wire_timer timer;
    struct td_term_block block;
    uint64_t drawn_ns;
    double *shares; /* by task; below 0: not known */
    struct gate gates[GATES_MAX];
    unsigned gate_count;
    bool gone;
};

static bool is_set(const char *name)
{
    const char *value = getenv(name);

    return value && *value;
}

/* ---- pieces ---- */

/* 0:07, 12:30, 1:02:30 */
static void add_clock(struct td_buf *out, uint64_t ns)
{
    unsigned long long s = ns / TD_NS_PER_S;

    if (s >= 3600)
        (void)td_buf_addf(out, "%llu:%02llu:%02llu", s / 3600, s / 60 % 60,
                          s % 60);
    else
        (void)td_buf_addf(out, "%llu:%02llu", s / 60, s % 60);
}

static void add_pools(struct td_buf *out, const struct run_exec *x)
{
    const struct plan *plan = run_plan(x);

    for (uint32_t i = 0; i < plan->pool_count; i++)
        (void)td_buf_addf(out, "%s%s %u/%u", i ? " " : " | ",
                          plan->pools[i].name, sched_slots(run_sched(x), i),
                          plan->pools[i].slots);
}

static void add_tokens(struct td_buf *out, const struct run_exec *x)
{
    const struct sched_counts *counts = sched_counts(run_sched(x));
    const struct plan *plan = run_plan(x);

    if (!counts->tokens && plan->budget.tokens == PLAN_NO_LIMIT)
        return;
    (void)td_buf_addf(out, " | tokens %llu",
                      (unsigned long long)counts->tokens);
    if (plan->budget.tokens != PLAN_NO_LIMIT)
        (void)td_buf_addf(out, "/%llu",
                          (unsigned long long)plan->budget.tokens);
}

static void add_state(struct td_buf *out, const struct run_exec *x)
{
    const struct sched_counts *counts = sched_counts(run_sched(x));

    if (counts->failed)
        (void)td_buf_addf(out, " | %u failed", counts->failed);
    if (counts->cancelling)
        (void)td_buf_add_text(out, " | is cancelled");
    else if (counts->paused)
        (void)td_buf_add_text(out, " | paused");
}

static void add_wave(struct td_buf *out, const struct run_exec *x)
{
    if (run_plan(x)->waves > 1)
        (void)td_buf_addf(out, " | wave %u/%u",
                          sched_counts(run_sched(x))->wave, run_plan(x)->waves);
}

static void add_time(struct td_buf *out, const struct run_exec *x)
{
    uint64_t left = sched_left(run_sched(x), run_now(x));

    (void)td_buf_add_text(out, " | ");
    add_clock(out, run_now(x));
    if (left == TD_NEVER || left == 0)
        return;
    (void)td_buf_add_text(out, ", about ");
    add_clock(out, left);
    (void)td_buf_add_text(out, " left");
}

/* The first line: what does not fit between the count and the time is left
 * out. */
static void add_head(struct td_buf *out, const struct run_exec *x,
                     unsigned columns)
{
    static void (*const pieces[])(struct td_buf *, const struct run_exec *) = {
        add_state, add_wave, add_pools, add_tokens};
    const struct sched_counts *counts = sched_counts(run_sched(x));
    uint32_t all = run_plan(x)->task_count;
    uint32_t ended = counts->completed + counts->failed + counts->skipped +
                     counts->cancelled;
    struct td_buf time = {0};

    (void)td_buf_addf(out, "%u/%u %u %%", ended, all,
                      (unsigned)(100ULL * ended / all));
    add_time(&time, x);
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        struct td_buf piece = {0};

        pieces[i](&piece, x);
        if (out->len + piece.len + time.len < columns)
            (void)td_buf_add_bytes(out, td_buf_bytes(&piece));
        td_buf_release(&piece);
    }
    (void)td_buf_add_bytes(out, td_buf_bytes(&time));
    td_buf_release(&time);
}

/* The last whole line of a task's log, if there is one. */
static void add_said(struct td_buf *out, const struct run_exec *x,
                     const char *id)
{
    struct td_buf path = {0};
    char tail[LOG_BYTES];
    struct stat st;
    ssize_t n = -1;
    const char *end;
    const char *from;
    int fd;

    (void)td_buf_addf(&path, "%s/logs/%s.log", run_folder(x), id);
    fd = open(td_buf_str(&path), O_RDONLY | O_CLOEXEC);
    td_buf_release(&path);
    if (fd < 0)
        return;
    if (!fstat(fd, &st))
        n = pread(fd, tail, sizeof(tail),
                  st.st_size > LOG_BYTES ? st.st_size - LOG_BYTES : 0);
    (void)close(fd);
    end = n > 0 ? memrchr(tail, '\n', (size_t)n) : NULL;
    if (!end)
        return;
    from = memrchr(tail, '\n', (size_t)(end - tail));
    from = from ? from + 1 : tail;
    (void)td_buf_add_text(out, "   ");
    (void)td_text_clean(out, td_bytes(from, (size_t)(end - from)));
}

/* ---- lines ---- */

static int width_of(const struct run_exec *x)
{
    int width = 0;

    for (uint32_t i = 0; i < run_plan(x)->task_count; i++) {
        int len = (int)strlen(run_plan(x)->tasks[i].id);

        if (sched_task(run_sched(x), i)->state == SCHED_RUNNING &&
            len > width && len <= ID_MAX)
            width = len;
    }
    return width;
}

static void add_task(struct td_buf *out, const struct run_live *live,
                     uint32_t index, int width)
{
    const struct run_exec *x = live->x;
    const struct plan_task *task = &run_plan(x)->tasks[index];
    const struct sched_task *state = sched_task(run_sched(x), index);
    uint64_t usual = run_usual(x, index);

    (void)td_buf_addf(out, "\n> %-*s  ", width, task->id);
    add_clock(out, run_now(x) - run_began(x, index));
    if (usual >= TD_NS_PER_S) {
        (void)td_buf_add_text(out, " of about ");
        add_clock(out, usual);
    }
    if (state->attempt > 1)
        (void)td_buf_addf(out, ", attempt %u of %u", state->attempt,
                          task->retry.attempts);
    if (live->shares[index] >= 0)
        (void)td_buf_addf(out, ", %u %%",
                          (unsigned)(100 * live->shares[index]));
    add_said(out, x, task->id);
}

static void add_tasks(struct td_buf *out, const struct run_live *live,
                      unsigned room)
{
    int width = width_of(live->x);
    unsigned shown = 0;
    unsigned more = 0;

    for (uint32_t i = 0; i < run_plan(live->x)->task_count; i++) {
        enum sched_state state = sched_task(run_sched(live->x), i)->state;

        if (state != SCHED_RUNNING && state != SCHED_STOPPING)
            continue;
        if (shown < room)
            add_task(out, live, i, width);
        else
            more++;
        shown++;
    }
    for (unsigned i = 0; i < live->gate_count && shown + i < room; i++) {
        (void)td_buf_addf(out, "\n> gate %s  ", live->gates[i].name);
        add_clock(out, run_now(live->x) - live->gates[i].since_ns);
    }
    if (more)
        (void)td_buf_addf(out, "\n  and %u more", more);
}

void cli_run_live_draw(struct run_live *live)
{
    struct td_term_size size;
    struct td_buf text = {0};
    unsigned room;

    if (!live || live->gone || sched_counts(run_sched(live->x))->finished)
        return;
    if (live->block.count == 0 &&
        wire_now(live->net) - live->drawn_ns < SOON_NS)
        return;
    size = td_term_size(STDERR_FILENO);
    room = size.rows / 2 > 2 ? size.rows / 2 : 2;
    add_head(&text, live->x, size.columns);
    add_tasks(&text, live, room - 2 > 60 ? 60 : room - 2);
    live->gone =
        !td_term_block(STDERR_FILENO, &live->block, td_buf_bytes(&text));
    live->drawn_ns = wire_now(live->net);
    td_buf_release(&text);
}

void cli_run_live_wipe(struct run_live *live)
{
    if (live && live->block.count > 0 && !live->gone)
        live->gone =
            !td_term_block(STDERR_FILENO, &live->block, td_bytes("", 0));
}

static void on_timer(void *ctx)
{
    struct run_live *live = ctx;

    cli_run_live_draw(live);
    wire_timer_set(live->net, &live->timer, wire_now(live->net) + DRAW_NS);
}

struct run_live *cli_run_live_new(const struct cli_args *args,
                                  struct wire_net *net,
                                  const struct run_exec *x)
{
    struct run_live *live;

    if (!td_term_draws(STDERR_FILENO) || cli_json(args) || cli_quiet(args) ||
        is_set("CI"))
        return NULL;
    live = td_calloc(1, sizeof(*live));
    live->x = x;
    live->net = net;
    live->timer = (struct wire_timer){.fire = on_timer, .ctx = live};
    live->shares =
        td_calloc(run_plan(x)->task_count + 1, sizeof(*live->shares));
    for (uint32_t i = 0; i < run_plan(x)->task_count; i++)
        live->shares[i] = -1;
    wire_timer_set(net, &live->timer, wire_now(net) + DRAW_NS);
    return live;
}

void cli_run_live_free(struct run_live *live)
{
    if (!live)
        return;
    cli_run_live_wipe(live);
    wire_timer_cancel(live->net, &live->timer);
    free(live->shares);
    free(live);
}

void cli_run_live_share(struct run_live *live, uint32_t task, double share)
{
    if (live && share >= 0)
        live->shares[task] = share;
}

void cli_run_live_gate(struct run_live *live, const struct run_gate *gate)
{
    char name[GATE_NAME];

    if (!live)
        return;
    (void)snprintf(name, sizeof(name), "%.*s", (int)gate->name.len,
                   (const char *)gate->name.ptr);
    if (gate->verdict.len == 0 && live->gate_count < GATES_MAX) {
        memcpy(live->gates[live->gate_count].name, name, sizeof(name));
        live->gates[live->gate_count++].since_ns = run_now(live->x);
    }
    for (unsigned i = 0; gate->verdict.len && i < live->gate_count; i++)
        if (!strcmp(live->gates[i].name, name)) {
            live->gates[i] = live->gates[--live->gate_count];
            break;
        }
}
