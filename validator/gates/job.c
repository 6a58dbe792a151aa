/* One gate of a run: its command, its directory, its end. */
#include "validator/gates/run_internal.h"

#include "core/clock.h"
#include "core/log.h"
#include "validator/gates/capture.h"
#include "validator/gates/words.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEVELS_MAX 256 /* of directories that are removed */

static uint64_t now_ns(void)
{
    return td_mono_ns(td_clock_real());
}

void gates_conclude(struct gates_session *s, struct gates_job *job,
                    enum check_outcome outcome, const char *fmt, ...)
{
    char text[1024];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    job->gate->outcome = outcome;
    job->gate->reason = *text ? gates_line(s, td_text(text)) : NULL;
}

void gates_remark(struct gates_session *s, struct gates_job *job,
                  const char *fmt, ...)
{
    const char *before = job->gate->reason;
    char text[1024];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    job->gate->warned = true;
    gates_conclude(s, job, job->gate->outcome, "%s%s%s", before ? before : "",
                   before ? "; " : "", text);
}

const char *gates_line(struct gates_session *s, struct td_bytes text)
{
    struct td_buf clean = {0};
    const char *kept;

    (void)td_text_clean(&clean, text);
    kept = td_arena_text(&s->doc->arena, td_buf_bytes(&clean));
    td_buf_release(&clean);
    return kept;
}

/* ---- names and variables ---- */

struct gates_job *gates_job_of(struct gates_session *s, const char *name,
                               size_t len)
{
    for (size_t i = 0; i < s->len; i++) {
        const char *own = s->jobs[i].check->name;

        if (strlen(own) == len && !memcmp(own, name, len))
            return &s->jobs[i];
    }
    return NULL;
}

static const char *look_up(void *self, const char *name)
{
    struct gates_pair *f = self;
    const char *dot = strrchr(name, '.');
    const struct gates_job *other;

    if (!strcmp(name, "OUT"))
        return f->job->out;
    if (!strcmp(name, "FAILED") && !f->job->check->shell)
        return f->job->failed;
    if (!strcmp(name, "ROOT"))
        return f->s->root;
    if (!dot || strcmp(dot, ".OUT") != 0)
        return NULL;
    other = gates_job_of(f->s, name, (size_t)(dot - name));
    return other ? other->out : NULL;
}

const char *gates_from_root(const struct gates_session *s, const char *path)
{
    size_t len = strlen(s->root);

    return path && !strncmp(path, s->root, len) && path[len] == '/'
               ? path + len + 1
               : path;
}

const char *gates_fill(struct gates_session *s, struct gates_job *job,
                       const char *text)
{
    struct gates_pair f = {s, job};
    const char *bad;
    const char *made = gates_expand(&s->arena, text, look_up, &f, &bad);

    if (!made)
        gates_conclude(s, job, CHECK_ERROR, "${%s} stands for nothing", bad);
    return made;
}

bool gates_exit_is(const struct gates_exits *exits, int status, int preset)
{
    for (size_t i = 0; i < exits->len; i++) {
        if (exits->list[i] == status)
            return true;
    }
    return exits->len == 0 && status == preset;
}

/* ---- directories ---- */

/* As deep as LEVELS_MAX. */
/* NOLINTBEGIN(misc-no-recursion) */
/* Remove a file, or a directory and all that is in it. Links are removed, not
 * followed. */
static void remove_tree(const char *path, unsigned depth)
{
    DIR *list = opendir(path);
    struct dirent *entry;
    struct stat st;

    if (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode) || depth > LEVELS_MAX) {
        (void)unlink(path);
        if (list)
            (void)closedir(list);
        return;
    }
    while (list && (entry = readdir(list)) != NULL) {
        struct td_buf below = {0};

        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        (void)td_buf_addf(&below, "%s/%s", path, entry->d_name);
        remove_tree(td_buf_str(&below), depth + 1);
        td_buf_release(&below);
    }
    if (list)
        (void)closedir(list);
    (void)rmdir(path);
}
/* NOLINTEND(misc-no-recursion) */

enum td_code gates_make_dir(const char *path, struct td_error *err)
{
    if (mkdir(path, 0755) == 0 || errno == EEXIST)
        return TD_OK;
    return td_error_errno(err, TD_IO, path, errno, "cannot make the directory");
}

static bool fresh_out(struct gates_session *s, struct gates_job *job)
{
    struct td_error err = {0};

    remove_tree(job->out, 0);
    if (gates_make_dir(job->out, &err) == TD_OK)
        return true;
    gates_conclude(s, job, CHECK_ERROR, "%s: %s", err.where, err.text);
    return false;
}

/* ---- commands ---- */

/* A word for a POSIX shell. */
static void add_word(struct td_buf *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRS"
                                "TUVWXYZ0123456789_-./=:,+%@";

    if (*word && !word[strspn(word, plain)]) {
        (void)td_buf_add_text(out, word);
        return;
    }
    gates_quote(out, word);
}

static const char *shell_text(struct td_arena *arena, const char *dir,
                              const struct verdict_words *words, bool shell)
{
    struct td_buf out = {0};
    const char *text;

    if (dir) {
        (void)td_buf_add_text(&out, "cd ");
        add_word(&out, dir);
        (void)td_buf_add_text(&out, " && ");
    }
    for (size_t i = 0; i < words->len; i++) {
        (void)td_buf_add_text(&out, i ? " " : "");
        if (shell)
            (void)td_buf_add_text(&out, words->list[i]);
        else
            add_word(&out, words->list[i]);
    }
    text = td_arena_text(arena, td_buf_bytes(&out));
    td_buf_release(&out);
    return text;
}

/* argv of the words with variables replaced; NULL: concluded. */
static char **make_argv(struct gates_session *s, struct gates_job *job,
                        const struct verdict_words *words, bool shell)
{
    char **argv = td_arena_alloc(&s->arena, (words->len + 3) * sizeof(*argv));
    size_t len = 0;

    if (shell) {
        argv[len++] = td_arena_copy(&s->arena, "/bin/sh");
        argv[len++] = td_arena_copy(&s->arena, "-c");
    }
    for (size_t i = 0; i < words->len; i++) {
        const char *word = gates_fill(s, job, words->list[i]);

        if (!word)
            return NULL;
        argv[len++] = td_arena_copy(&s->arena, word);
    }
    return argv;
}

static char *const *make_env(struct gates_session *s, struct gates_job *job)
{
    const struct gates_check *c = job->check;
    struct verdict_words env = {
        .list =
            td_arena_alloc(&s->arena, (c->env.len + 2) * sizeof(*env.list))};

    env.list[env.len++] = td_arena_print(&s->arena, "OUT=%s", job->out);
    if (job->failed)
        env.list[env.len++] =
            td_arena_print(&s->arena, "FAILED=%s", job->failed);
    for (size_t i = 0; i < c->env.len; i++) {
        const char *entry = gates_fill(s, job, c->env.list[i]);

        if (!entry)
            return NULL;
        env.list[env.len++] = entry;
    }
    return gates_environment(&s->arena, &env);
}

/* Of the gate: what was run, for people and for a shell that has no $OUT. Of
 * commands that are compared the last: it may be the one that failed. */
static void note_command(struct gates_session *s, struct gates_job *job,
                         const struct verdict_words *words, bool shell,
                         char *const *argv)
{
    struct td_arena *arena = &s->doc->arena;
    struct verdict_gate *gate = job->gate;
    struct verdict_words filled = {.len = words->len};

    if (gate->command.len > 0 && job->check->a.len == 0)
        return;
    gate->command.len = 0;
    filled.list = td_arena_alloc(arena, words->len * sizeof(*filled.list));
    gate->command.list =
        td_arena_alloc(arena, words->len * sizeof(*gate->command.list));
    for (size_t i = 0; i < words->len; i++) {
        gate->command.list[gate->command.len++] =
            td_arena_copy(arena, words->list[i]);
        filled.list[i] = argv[i + (shell ? 2 : 0)];
    }
    gate->log = td_arena_print(arena, ".tapedeck/out/%s.log", job->check->name);
    gate->repro = shell_text(arena, job->check->dir, &filled, shell);
}

static bool spawn(struct gates_session *s, struct gates_job *job,
                  const struct verdict_words *words)
{
    const char *dir = job->check->dir;
    bool shell =
        job->check->shell && words != &job->check->a && words != &job->check->b;
    struct gates_command command = {
        .log = job->log,
        .more = job->runs > 0,
        .timeout_ns = job->check->timeout_ns,
        .dir = dir ? td_arena_print(&s->arena, *dir == '/' ? "%.0s%s" : "%s/%s",
                                    s->root, dir)
                   : s->root};
    struct td_error err = {0};

    command.argv = make_argv(s, job, words, shell);
    if (command.argv)
        note_command(s, job, words, shell, command.argv);
    command.env = command.argv ? make_env(s, job) : NULL;
    if (!command.env)
        return false;
    if (gates_child_start(&job->child, &command, &err)) {
        gates_conclude(s, job, CHECK_ERROR, "%s: %s%s%s",
                       gates_from_root(s, err.where), err.text,
                       *err.hint ? "; " : "", err.hint);
        return false;
    }
    return true;
}

/* ---- one gate ---- */

void gates_job_hear(void *self, struct td_bytes text)
{
    struct gates_pair *f = self;
    const struct gates_listener *to = &f->s->how->listener;

    if (to->output)
        to->output(to->self, f->job->check, text);
}

static void judge(struct gates_session *s, struct gates_job *job)
{
    switch (job->check->kind) {
    case VERDICT_TESTS:
        gates_judge_tests(s, job);
        break;
    case VERDICT_COVERAGE:
        gates_judge_coverage(s, job);
        break;
    case VERDICT_LINT:
        gates_judge_lint(s, job);
        break;
    case VERDICT_PERFORMANCE:
        gates_judge_performance(s, job);
        break;
    case VERDICT_STREAM:
        gates_judge_stream(s, job);
        break;
    case VERDICT_CUSTOM:
        gates_judge_custom(s, job);
        break;
    }
}

/* What --strict makes of outcomes that are no failure by themselves. */
static void be_strict(struct gates_job *job, struct gates_session *s)
{
    struct verdict_gate *gate = job->gate;
    const char *why = gate->reason ? gate->reason : "";

    if (!s->how->strict)
        return;
    if (gate->outcome == CHECK_VACUOUS)
        gates_conclude(s, job, CHECK_FAIL, "vacuous, and this is strict: %s",
                       why);
    else if ((gate->outcome == CHECK_PASS || gate->outcome == CHECK_FLAKY) &&
             gate->warned)
        gates_conclude(s, job, CHECK_FAIL, "a warning, and this is strict: %s",
                       why);
}

void gates_job_finish(struct gates_session *s, struct gates_job *job)
{
    const struct gates_listener *to = &s->how->listener;

    be_strict(job, s);
    job->gate->warned = job->gate->warned && job->gate->outcome == CHECK_PASS;
    job->phase = GATES_DONE;
    if (job->begun_ns) /* rounded up: what ran took some time */
        job->gate->ms =
            (now_ns() - job->begun_ns + TD_NS_PER_MS - 1) / TD_NS_PER_MS;
    gates_tests_free(job->tests);
    gates_series_free(job->series);
    job->tests = NULL;
    job->series = NULL;
    if (to->finished)
        to->finished(to->self, job->check, job->gate);
}

/* The command that comes next, or NULL: there is none to run. */
static const struct verdict_words *next_command(struct gates_job *job)
{
    const struct gates_check *c = job->check;

    if (c->kind == VERDICT_PERFORMANCE && c->a.len > 0)
        return gates_series_next(job);
    if (job->again)
        return c->retry_run.len > 0 ? &c->retry_run : &c->run;
    return c->run.len > 0 && job->runs == 0 ? &c->run : NULL;
}

/* Of what was compared without trouble b is the news. */
static void note_compared(struct gates_session *s, struct gates_job *job)
{
    const struct verdict_words *b = &job->check->b;
    char **argv = b->len > 0 ? make_argv(s, job, b, false) : NULL;

    if (argv)
        note_command(s, job, b, false, argv);
}

/* Run what comes next, or judge what there is. */
static void proceed(struct gates_session *s, struct gates_job *job)
{
    const struct verdict_words *command;

    for (;;) {
        command = next_command(job);
        job->again = false;
        if (!command) {
            note_compared(s, job);
            judge(s, job);
            if (job->again)
                continue;
            if (job->phase != GATES_HELD)
                gates_job_finish(s, job);
            return;
        }
        /* A series measures one thing often. */
        if ((job->check->a.len == 0 || job->runs == 0) && !fresh_out(s, job))
            break;
        job->begun_file_ns = td_file_ns();
        if (!spawn(s, job, command))
            break;
        job->phase = GATES_RUNNING;
        return;
    }
    gates_job_finish(s, job);
}

bool gates_settle_held(struct gates_session *s)
{
    bool some = false;

    s->settling = true;
    for (size_t i = 0; i < s->len; i++) {
        struct gates_job *job = &s->jobs[i];

        if (job->phase != GATES_HELD)
            continue;
        some = true;
        job->phase = GATES_RUNNING;
        judge(s, job);
        gates_job_finish(s, job);
    }
    s->settling = false;
    return some;
}

void gates_job_begin(struct gates_session *s, struct gates_job *job)
{
    const struct gates_listener *to = &s->how->listener;

    job->begun_ns = now_ns();
    if (to->started)
        to->started(to->self, job->check);
    proceed(s, job);
}

/* An end that is not by itself, or by a signal, is trouble. */
static bool ended_well(struct gates_session *s, struct gates_job *job)
{
    const struct gates_child *child = &job->child;
    struct verdict_gate *gate = job->gate;
    struct td_buf text = {0};
    int status = td_proc_exit_status(&child->proc);

    gate->exited = !(child->proc.status & 0x7f);
    gate->exit = gate->exited ? status : 0;
    gate->signal = child->proc.status & 0x7f;
    (void)td_duration_format(&text, job->check->timeout_ns);
    if (child->fate == GATES_STOPPED)
        gates_conclude(s, job, CHECK_SKIPPED, "cancelled while it ran");
    else if (child->fate == GATES_TIMEOUT)
        gates_conclude(s, job, CHECK_ERROR,
                       "it still ran after %s, and was ended (timeout)",
                       td_buf_str(&text));
    else if (child->fate == GATES_FLOODED)
        gates_conclude(s, job, CHECK_ERROR,
                       "it wrote more than 256 MiB, and was ended");
    else if (!gate->exited)
        gates_conclude(s, job, CHECK_ERROR, "it was killed by SIG%s",
                       sigabbrev_np(gate->signal) ? sigabbrev_np(gate->signal)
                                                  : "?");
    else if (job->check->shell && (status == 126 || status == 127))
        gates_conclude(s, job, CHECK_ERROR,
                       "the shell %s a command (exit status %d)",
                       status == 126 ? "may not run" : "does not find", status);
    td_buf_release(&text);
    return child->fate == GATES_ENDED && gate->exited &&
           gate->outcome == CHECK_PASS;
}

void gates_job_ended(struct gates_session *s, struct gates_job *job)
{
    struct gates_child *child = &job->child;

    child->proc.pid = 0;
    job->runs++;
    job->gate->outcome = CHECK_PASS;
    job->gate->reason = NULL;
    if (!ended_well(s, job)) {
        gates_job_finish(s, job);
        return;
    }
    if (job->series)
        gates_series_took(s, job, child->ended_ns - child->started_ns);
    if (job->gate->outcome == CHECK_PASS)
        proceed(s, job);
    else
        gates_job_finish(s, job);
}
