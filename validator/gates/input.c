/* The reports of a gate: which files, how fresh, and what they say. */
#include "validator/gates/run_internal.h"

#include "core/clock.h"
#include "core/digest.h"
#include "core/fs.h"
#include "core/glob.h"
#include "validator/gates/child.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES_MAX  100000
#define HASHED_MAX ((size_t)16 << 20) /* bytes of a file whose hash is told */
#define PIECE      ((size_t)256 << 10)

static uint64_t changed_ns(const struct stat *st)
{
    return (uint64_t)st->st_mtim.tv_sec * TD_NS_PER_S +
           (uint64_t)st->st_mtim.tv_nsec;
}

/* When the newest of the files that a report must be newer than changed. */
static bool newest_source(struct gates_session *s, struct gates_job *job,
                          uint64_t *newest, const char **name)
{
    const struct verdict_words *globs = &job->check->newer_than;

    *newest = 0;
    for (size_t i = 0; i < globs->len; i++) {
        const char *glob = gates_fill(s, job, globs->list[i]);
        struct verdict_words files;

        if (!glob)
            return false;
        files = gates_files(&s->arena, s->root, glob, FILES_MAX);
        for (size_t k = 0; k < files.len; k++) {
            struct stat st;

            if (stat(files.list[k], &st) == 0 && changed_ns(&st) > *newest) {
                *newest = changed_ns(&st);
                *name = files.list[k];
            }
        }
    }
    return true;
}

struct file {
    struct gates_session *s;
    struct gates_job *job;
    struct gates_reading *reading;
    const struct read_format *format;
    const char *path;
    struct verdict_input *input;
    bool stopped; /* by a signal, before its end */
};

static void trouble(struct file *f, const char *state, const char *text)
{
    struct gates_reading *r = f->reading;

    f->input->state = state;
    if (!r->trouble)
        r->trouble = td_arena_print(&f->s->doc->arena, "%s: %s",
                                    gates_from_root(f->s, f->path), text);
    r->empty = r->empty && !strcmp(state, "empty");
}

static void note_tool(struct file *f, const struct read_end *end)
{
    struct gates_reading *r = f->reading;
    struct td_arena *arena = &f->s->doc->arena;

    if (!r->format)
        r->format = f->format->name;
    if (*end->tool && !r->tool)
        r->tool = td_arena_copy(arena, end->tool);
    r->leaves += end->leaves;
    r->files += end->files;
    r->has_work |= end->has_work;
    r->stale |= end->stale;
}

static void settle(struct file *f, const struct read_end *end)
{
    char text[400];

    note_tool(f, end);
    f->input->state = "ok";
    if (end->state == READ_EMPTY) {
        f->reading->hollow |= !end->has_work && !end->silent;
        trouble(f, "empty",
                *end->reason ? end->reason : "there is nothing in it");
        return;
    }
    if (end->state == READ_OK && end->has_claim &&
        end->claimed != end->leaves) {
        (void)snprintf(text, sizeof(text), "it says %llu and has %llu of them",
                       (unsigned long long)end->claimed,
                       (unsigned long long)end->leaves);
        trouble(f, "partial", text);
        return;
    }
    if (end->state == READ_OK && end->stale) {
        trouble(f, "stale",
                *end->reason ? end->reason
                             : "these are results of an earlier "
                               "run (cached)");
        return;
    }
    if (end->state == READ_OK)
        return;
    (void)snprintf(text, sizeof(text), end->line ? "%s (line %llu)" : "%s",
                   end->reason, (unsigned long long)end->line);
    trouble(f, "partial", text);
}

static void note_hash(struct file *f, const struct td_buf *whole)
{
    char hex[TD_SHA256_HEX];

    if (whole->len != f->input->bytes)
        return;
    td_sha256_hex(hex, td_buf_bytes(whole));
    f->input->sha256 = td_arena_copy(&f->s->doc->arena, hex);
}

static void read_fd(struct file *f, int fd)
{
    struct read_reader *reader = f->format->open(&f->reading->sink);
    struct read_end end = {0};
    struct td_buf whole = {0};
    uint8_t *piece = td_arena_alloc(&f->s->arena, PIECE);
    bool fine = true;
    ssize_t n;

    td_buf_init(&whole, HASHED_MAX);
    while ((n = read(fd, piece, PIECE)) > 0 || (n < 0 && errno == EINTR)) {
        if (n < 0)
            continue;
        f->stopped = f->input->bytes > 0 && gates_is_told_to_end(f->s);
        if (f->stopped)
            break;
        f->input->bytes += (uint64_t)n;
        (void)td_buf_add(&whole, piece, (size_t)n);
        if (fine)
            fine = f->format->put(reader, td_bytes(piece, (size_t)n)) == TD_OK;
    }
    f->format->end(reader, &end);
    if (n < 0)
        trouble(f, "partial", strerror(errno));
    if (f->stopped) {
        trouble(f, "partial", "a signal came while it was read");
    } else {
        note_hash(f, &whole);
        settle(f, &end);
    }
    td_buf_release(&whole);
}

bool gates_is_of_run(const struct gates_job *job, const struct stat *st)
{
    return job->check->run.len == 0 || changed_ns(st) >= job->begun_file_ns;
}

static bool is_fresh(struct file *f, const struct stat *st, uint64_t newest,
                     const char *source)
{
    char text[600];

    if (!gates_is_of_run(f->job, st)) {
        trouble(f, "stale", GATES_NOT_OF_RUN);
        return false;
    }
    if (newest <= changed_ns(st))
        return true;
    (void)snprintf(text, sizeof(text), "it is older than %.400s",
                   gates_from_root(f->s, source));
    trouble(f, "stale", text);
    return false;
}

static void read_file(struct file *f, uint64_t newest, const char *source)
{
    struct td_error err = {0};
    struct stat st;
    int fd;

    f->reading->read++;
    f->input = verdict_add_input(f->s->doc, f->job->gate);
    f->input->path = gates_line(f->s, td_text(gates_from_root(f->s, f->path)));
    f->input->format = f->format->name;
    if (td_fs_open_file(&fd, f->path, &err)) {
        trouble(f, "partial", err.text);
        return;
    }
    if (fstat(fd, &st) == 0 && is_fresh(f, &st, newest, source))
        read_fd(f, fd);
    (void)close(fd);
}

/* "exit status 1: No module named pytest": with what the command said last. */
static const char *status_text(struct gates_session *s,
                               const struct gates_job *job)
{
    struct td_buf last = {0};
    const char *text;

    if (job->log && gates_log_last(job->log, &last))
        text = td_arena_print(&s->arena, "exit status %d: %s", job->gate->exit,
                              gates_line(s, td_buf_bytes(&last)));
    else
        text = td_arena_print(&s->arena, "exit status %d", job->gate->exit);
    td_buf_release(&last);
    return text;
}

static void miss_report(struct gates_session *s, struct gates_job *job,
                        const char *glob)
{
    const char *path = gates_from_root(s, glob);
    const char *full =
        *glob == '/' ? glob : td_arena_print(&s->arena, "%s/%s", s->root, glob);
    struct stat st;

    if (stat(full, &st) == 0 && S_ISDIR(st.st_mode))
        gates_conclude(s, job, CHECK_ERROR, "%s is a directory, not a report",
                       path);
    else if (job->check->run.len == 0 ||
             gates_exit_is(&job->check->clean, job->gate->exit, 0))
        gates_conclude(s, job, CHECK_ERROR, "there is no report %s", path);
    else
        gates_conclude(s, job, CHECK_ERROR, "there is no report %s; %s", path,
                       status_text(s, job));
}

bool gates_read_inputs(struct gates_session *s, struct gates_job *job,
                       struct gates_reading *reading)
{
    struct file f = {.s = s, .job = job, .reading = reading};
    const char *source = NULL;
    uint64_t newest;

    reading->empty = true;
    job->gate->inputs = NULL;
    if (!newest_source(s, job, &newest, &source))
        return false;
    for (size_t i = 0; i < job->check->inputs_len; i++) {
        const struct gates_input *in = &job->check->inputs[i];
        const char *glob = gates_fill(s, job, in->glob);
        struct verdict_words files;

        if (!glob)
            return false;
        files = gates_files(&s->arena, s->root, glob, FILES_MAX);
        if (files.len == 0) {
            miss_report(s, job, glob);
            return false;
        }
        f.format = read_find(in->format);
        for (size_t k = 0; k < files.len && !f.stopped; k++) {
            f.path = files.list[k];
            read_file(&f, newest, source);
        }
        if (f.stopped) {
            gates_conclude(s, job, CHECK_SKIPPED,
                           "cancelled while its report was read");
            return false;
        }
    }
    return true;
}

static bool is_of(const char *pattern, const char *path)
{
    return td_glob_path(td_text(pattern), td_text(path), TD_GLOB_HIDDEN);
}

bool gates_in_scope(const struct gates_check *c, const char *path)
{
    bool in = c->include.len == 0;

    for (size_t i = 0; !in && i < c->include.len; i++)
        in = is_of(c->include.list[i], path);
    for (size_t i = 0; in && i < c->exclude.len; i++)
        in = !is_of(c->exclude.list[i], path);
    return in;
}

bool gates_weigh(struct gates_session *s, struct gates_job *job,
                 const struct gates_reading *reading, uint64_t faults)
{
    const struct gates_check *c = job->check;
    bool ran = c->run.len > 0;
    bool clean = !ran || gates_exit_is(&c->clean, job->gate->exit, 0);

    if (faults > 0)
        return true;
    if (reading->trouble && reading->empty && c->allow_empty && clean) {
        gates_conclude(s, job, CHECK_VACUOUS, "%s", reading->trouble);
        return false;
    }
    if (reading->trouble) {
        gates_conclude(s, job, CHECK_ERROR, "%s%s%s", reading->trouble,
                       clean ? "" : "; ", clean ? "" : status_text(s, job));
        return false;
    }
    if (!clean) {
        gates_conclude(s, job, CHECK_ERROR,
                       "the report has no fault in it, but the command "
                       "ended with %s",
                       status_text(s, job));
        return false;
    }
    return true;
}

/* "lines 89.9 % (899 of 1000), at least 90 %" */
static void add_measure_text(struct td_buf *out,
                             const struct verdict_measure *m)
{
    bool is_ratchet = !strcmp(m->op, "ratchet");

    (void)td_buf_addf(out, "%s ", m->id);
    if (m->value.whole)
        gates_share_text(out, m->value,
                         is_ratchet ? m->base.value : m->limit.value);
    else if (!strcmp(m->unit, "ns"))
        (void)td_duration_format(out, (uint64_t)m->value.value);
    else if (!strcmp(m->unit, "%"))
        gates_percent_text(out, m->value.value, m->limit.value);
    else
        (void)td_buf_addf(out, "%.10g", m->value.value);
    if (is_ratchet && !m->base.whole) {
        (void)td_buf_add_text(out, " more than in the baseline");
        return;
    }
    if (is_ratchet) {
        (void)td_buf_add_text(out, ", was ");
        gates_share_text(out, m->base, m->value.value);
        if (m->limit.known)
            (void)td_buf_addf(out, ", may fall by %.10g %%", m->limit.value);
        return;
    }
    (void)td_buf_add_text(out, *m->op == '>' ? ", at least " : ", at most ");
    if (!strcmp(m->unit, "ns"))
        (void)td_duration_format(out, (uint64_t)m->limit.value);
    else
        (void)td_buf_addf(out, "%.10g%s", m->limit.value,
                          !strcmp(m->unit, "%") ? " %" : "");
}

void gates_judge_measures(struct gates_session *s, struct gates_job *job)
{
    struct verdict_gate *gate = job->gate;
    struct td_buf text = {0};
    bool fails = gate->outcome == CHECK_FAIL;
    bool warns = false;

    if (gate->reason)
        (void)td_buf_add_text(&text, gate->reason);
    for (const struct verdict_measure *m = gate->measures; m; m = m->next) {
        if (m->holds || !m->op)
            continue;
        fails = fails || !m->warns;
        warns = true;
        (void)td_buf_add_text(&text, text.len ? "; " : "");
        add_measure_text(&text, m);
    }
    if (warns) {
        gate->warned = true;
        gates_conclude(s, job, fails ? CHECK_FAIL : gate->outcome, "%s",
                       td_buf_str(&text));
    }
    td_buf_release(&text);
}

struct verdict_finding *gates_find_fault(struct gates_session *s,
                                         const char *gate, const char *rule,
                                         enum check_level level)
{
    struct verdict_finding *f;

    if (s->faults >= GATES_FOUND_KEPT) {
        s->doc->truncated_findings++;
        return NULL;
    }
    s->faults++;
    f = verdict_add_finding(s->doc);
    f->gate = td_arena_copy(&s->doc->arena, gate);
    f->rule = td_arena_copy(&s->doc->arena, rule);
    f->level = level;
    return f;
}
