#include "cli/verbs/gates_progress.h"

#include "core/clock.h"
#include "core/fs.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX ((size_t)2000) /* of output; longer ones are parted */
#define DRAW_NS  (200 * TD_NS_PER_MS)

/* A gate that runs. */
struct running {
    const struct gates_check *check;
    uint64_t begun_ns;
    uint64_t last_ms;   /* of the last time; 0: not known */
    struct td_buf line; /* of its output, so far */
};

struct cli_gates_progress {
    const struct cli_args *args;
    bool live;
    bool quiet_good; /* the verdict soon names them on the same terminal */
    bool drawn;
    struct td_buf shown; /* the line that was drawn last */
    const volatile int *stop;
    size_t total;
    size_t done;
    struct running *running;
    size_t running_len;
    uint64_t drawn_ns;
    char *times_path;
    struct td_buf times; /* "name ms" lines of the last run */
    struct cli_gates_tape *tape;
};

static uint64_t now_ns(void)
{
    return td_mono_ns(td_clock_real());
}

enum td_code cli_gates_progress_open(struct cli_gates_progress **out,
                                     const struct cli_gates_plan *plan,
                                     const char *tape, struct td_error *err)
{
    struct cli_gates_progress *p = td_calloc(1, sizeof(*p));
    struct td_buf path = {0};

    p->args = plan->args;
    p->total = plan->len + (size_t)cli_operands(plan->args);
    p->live = td_term_draws(STDERR_FILENO) && !cli_quiet(p->args) &&
              !cli_verbose(p->args);
    p->quiet_good = p->live && isatty(STDOUT_FILENO) && !cli_json(p->args);
    p->running = td_calloc(p->total + 1, sizeof(*p->running));
    (void)td_buf_addf(&path, "%s/.tapedeck/out/.times", plan->file->root);
    p->times_path = td_strdup(td_buf_str(&path));
    td_buf_init(&p->times, (size_t)1 << 20);
    if (access(p->times_path, R_OK) == 0)
        (void)!td_fs_read(&p->times, p->times_path, NULL);
    td_buf_release(&path);
    *out = p;
    return tape ? cli_gates_tape_open(&p->tape, tape, plan, err) : TD_OK;
}

static uint64_t last_ms(struct cli_gates_progress *p, const char *name)
{
    size_t len = strlen(name);

    for (const char *at = td_buf_str(&p->times); *at; at++) {
        if (!strncmp(at, name, len) && at[len] == ' ')
            return strtoull(at + len, NULL, 10);
        at += strcspn(at, "\n");
        if (!*at)
            break;
    }
    return 0;
}

/* In whole seconds. */
static void add_time(struct td_buf *out, uint64_t ns)
{
    if (ns < TD_NS_PER_S)
        (void)td_buf_add_text(out, "0 s");
    else
        (void)td_duration_format(out, ns / TD_NS_PER_S * TD_NS_PER_S);
}

static void draw(struct cli_gates_progress *p)
{
    struct td_buf line = {0};

    (void)td_buf_addf(&line, "%s%zu of %zu done",
                      p->stop && *p->stop ? "ending (Ctrl-C again: at once); "
                                          : "",
                      p->done, p->total);
    for (size_t i = 0; i < p->running_len; i++) {
        const struct running *r = &p->running[i];

        (void)td_buf_addf(&line, "%s%s ", i ? ", " : ": ", r->check->name);
        add_time(&line, now_ns() - r->begun_ns);
        if (r->last_ms >= 1000) {
            (void)td_buf_add_text(&line, " of about ");
            add_time(&line, r->last_ms * TD_NS_PER_MS);
        }
    }
    p->drawn_ns = now_ns();
    if (!p->drawn || strcmp(td_buf_str(&line), td_buf_str(&p->shown)) != 0)
        p->live = td_term_line(STDERR_FILENO, td_buf_bytes(&line));
    p->drawn = true;
    td_buf_release(&p->shown);
    p->shown = line;
}

static void wipe(struct cli_gates_progress *p)
{
    if (p->drawn)
        (void)td_term_line(STDERR_FILENO, td_bytes("", 0));
    p->drawn = false;
}

static void on_started(void *self, const struct gates_check *check)
{
    struct cli_gates_progress *p = self;

    p->running[p->running_len++] =
        (struct running){.check = check,
                         .begun_ns = now_ns(),
                         .last_ms = last_ms(p, check->name)};
    if (p->tape)
        cli_gates_tape_started(p->tape, check);
    if (p->live)
        draw(p);
}

static struct running *find(struct cli_gates_progress *p,
                            const struct gates_check *check)
{
    for (size_t i = 0; i < p->running_len; i++) {
        if (p->running[i].check == check)
            return &p->running[i];
    }
    return NULL;
}

static void say_line(struct cli_gates_progress *p, struct running *r)
{
    if (r->line.len > 0)
        cli_say(p->args, "%s | %s", r->check->name, td_buf_str(&r->line));
    td_buf_clear(&r->line);
}

static void on_output(void *self, const struct gates_check *check,
                      struct td_bytes text)
{
    struct cli_gates_progress *p = self;
    struct running *r = find(p, check);

    if (p->tape)
        cli_gates_tape_output(p->tape, check, text);
    if (!r || !cli_verbose(p->args))
        return;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\n' || r->line.len >= LINE_MAX)
            say_line(p, r);
        if (text.ptr[i] != '\n')
            (void)td_buf_add_byte(&r->line, text.ptr[i]);
    }
}

static void say_finished(struct cli_gates_progress *p,
                         const struct verdict_gate *gate)
{
    struct td_buf time = {0};

    if (p->quiet_good && gate->outcome != CHECK_FAIL &&
        gate->outcome != CHECK_ERROR)
        return;
    if (gate->outcome != CHECK_SKIPPED && gate->ms > 0) {
        (void)td_buf_add_text(&time, " (");
        (void)td_duration_format(&time, gate->ms * TD_NS_PER_MS);
        (void)td_buf_add_text(&time, ")");
    }
    cli_say(p->args, "%-7s %s%s%s%s",
            gate->outcome == CHECK_PASS && gate->warned
                ? "warn"
                : check_outcome_text(gate->outcome),
            gate->name, td_buf_str(&time), gate->reason ? ": " : "",
            gate->reason ? gate->reason : "");
    td_buf_release(&time);
}

static void on_finished(void *self, const struct gates_check *check,
                        const struct verdict_gate *gate)
{
    struct cli_gates_progress *p = self;
    struct running *r = find(p, check);

    wipe(p);
    if (r) {
        say_line(p, r);
        td_buf_release(&r->line);
        *r = p->running[--p->running_len];
    }
    p->done++;
    if (p->tape)
        cli_gates_tape_finished(p->tape, gate);
    say_finished(p, gate);
    if (p->live && p->done < p->total)
        draw(p);
}

static void on_tick(void *self)
{
    struct cli_gates_progress *p = self;

    if (p->tape)
        cli_gates_tape_tick(p->tape);
    if (p->live && now_ns() - p->drawn_ns >= DRAW_NS)
        draw(p);
}

struct gates_listener
cli_gates_progress_listener(struct cli_gates_progress *progress,
                            const volatile int *stop)
{
    progress->stop = stop;
    return (struct gates_listener){.self = progress,
                                   .started = on_started,
                                   .output = on_output,
                                   .finished = on_finished,
                                   .tick = on_tick};
}

/* Times of gates that did not run now stay. */
static void keep_times(struct cli_gates_progress *p,
                       const struct verdict_document *doc)
{
    struct td_buf out = {0};
    const char *at = td_buf_str(&p->times);
    int fd;

    for (const struct verdict_gate *g = doc->gates; g; g = g->next) {
        uint64_t ms = g->outcome == CHECK_SKIPPED ? last_ms(p, g->name) : g->ms;

        (void)td_buf_addf(&out, "%s %llu\n", g->name, (unsigned long long)ms);
    }
    while (*at) {
        size_t len = strcspn(at, "\n");
        size_t name = strcspn(at, " \n");
        bool again = false;

        for (const struct verdict_gate *g = doc->gates; g; g = g->next)
            again = again ||
                    (strlen(g->name) == name && !strncmp(g->name, at, name));
        if (!again)
            (void)td_buf_addf(&out, "%.*s\n", (int)len, at);
        at += len + (at[len] != '\0');
    }
    /* No sync: it is not worth the wait. */
    if (td_fs_create(&fd, p->times_path, TD_FS_REPLACE, NULL) == TD_OK) {
        (void)!td_fs_write(fd, td_buf_bytes(&out), p->times_path, NULL);
        (void)close(fd);
    }
    td_buf_release(&out);
}

enum td_code cli_gates_progress_close(struct cli_gates_progress *progress,
                                      const struct verdict_document *doc,
                                      struct td_error *err)
{
    enum td_code code = TD_OK;

    wipe(progress);
    if (doc && doc->gates)
        keep_times(progress, doc);
    if (progress->tape)
        code = cli_gates_tape_close(progress->tape, doc, err);
    for (size_t i = 0; i < progress->running_len; i++)
        td_buf_release(&progress->running[i].line);
    td_buf_release(&progress->times);
    td_buf_release(&progress->shown);
    free(progress->times_path);
    free(progress->running);
    free(progress);
    return code;
}
