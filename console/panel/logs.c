#include "console/panel/panel_internal.h"
#include "core/clock.h"

#include <string.h>

static const struct {
    const char *word;
    enum text_role role;
} levels[] = {
    [SEEN_DEBUG] = {"DEBUG", TEXT_DIM},
    [SEEN_INFO] = {"INFO", TEXT_PLAIN},
    [SEEN_WARN] = {"WARN", TEXT_WARN},
    [SEEN_ERROR] = {"ERROR", TEXT_BAD},
};

static const struct seen_log *log_at(const struct seen *s, uint32_t i)
{
    return &s->logs[(s->log_first + i) % s->logs_max];
}

static const char *source_of(const struct seen *s, const struct seen_log *log)
{
    return log->gate || s->gates    ? "gate"
           : log->task == SEEN_NONE ? "run"
                                    : "task";
}

static bool is_wanted(const struct seen *s, const struct seen_log *log,
                      const struct panel_logs *which)
{
    return log->level >= which->level && log->wall_ns >= which->since_ns &&
           (!which->source || !strcmp(source_of(s, log), which->source)) &&
           (!which->task ||
            (log->task != SEEN_NONE &&
             log->task == seen_find_task(s, td_text(which->task)))) &&
           (!which->query || strcasestr(log->text, which->query));
}

static void log_line(struct td_buf *out, const struct panel *v,
                     const struct seen_log *log)
{
    uint64_t since =
        log->wall_ns > v->seen->began_ns ? log->wall_ns - v->seen->began_ns : 0;
    struct text_line line = panel_line(out, v);
    char clock[PANEL_SHORT];

    text_putf(&line, TEXT_DIM, "  %s.%03u ",
              panel_clock(clock, v, log->wall_ns),
              (unsigned)(since / TD_NS_PER_MS % 1000));
    text_putf(&line, levels[log->level].role, "%-5s ", levels[log->level].word);
    text_put(&line, TEXT_DIM, source_of(v->seen, log));
    text_put(&line, TEXT_PLAIN, log->task == SEEN_NONE ? "  " : " ");
    if (log->task != SEEN_NONE) {
        text_put_foreign(&line, TEXT_ACCENT,
                         td_text(seen_task_id(&v->seen->tasks[log->task])));
        text_put(&line, TEXT_PLAIN, "  ");
    }
    text_put_foreign(&line, TEXT_PLAIN, td_text(log->text));
    panel_end(&line);
}

void panel_logs(struct td_buf *out, const struct panel *v,
                const struct panel_logs *which)
{
    const struct seen *s = v->seen;
    size_t found = 0;
    uint32_t first = s->log_count;
    struct text_line line;
    char count[PANEL_SHORT];
    char all[PANEL_SHORT];

    while (first > 0 && found < which->limit)
        found += is_wanted(s, log_at(s, --first), which);
    for (uint32_t i = first; i < s->log_count; i++)
        if (is_wanted(s, log_at(s, i), which))
            log_line(out, v, log_at(s, i));
    if (which->bare)
        return;
    line = panel_line(out, v);
    text_putf(&line, TEXT_DIM, "  %s of %s lines", panel_count(count, found),
              panel_count(all, s->log_count));
    if (s->logs_dropped)
        text_putf(&line, TEXT_DIM, "; %llu older ones are gone",
                  (unsigned long long)s->logs_dropped);
    panel_end(&line);
}

void panel_log_last(struct td_buf *out, const struct panel *v)
{
    if (v->seen->log_count)
        log_line(out, v, log_at(v->seen, v->seen->log_count - 1));
}

void panel_log_gate(struct td_buf *out, const struct panel *v,
                    const struct seen_log *log)
{
    struct text_line line = panel_line(out, v);

    text_put(&line, TEXT_PLAIN, "  ");
    if (log->begins)
        text_put_sign(&line, TEXT_RUN, TEXT_RUNS);
    else if (log->level == SEEN_ERROR)
        text_put_sign(&line, TEXT_BAD, TEXT_FAILED);
    else
        text_put_sign(&line, TEXT_GOOD, TEXT_DONE);
    text_put(&line, TEXT_PLAIN, " ");
    text_put_foreign(&line, TEXT_PLAIN, td_text(log->text));
    panel_end(&line);
}

void panel_logs_from(struct td_buf *out, const struct panel *v,
                     const struct panel_logs *which, uint64_t told)
{
    const struct seen *s = v->seen;
    uint64_t first = told > s->logs_dropped ? told - s->logs_dropped : 0;

    for (uint64_t i = first; i < s->log_count; i++)
        if (is_wanted(s, log_at(s, (uint32_t)i), which))
            log_line(out, v, log_at(s, (uint32_t)i));
}

bool panel_log_found(struct td_buf *out, const struct panel *v,
                     const struct panel_logs *which, size_t n)
{
    const struct seen *s = v->seen;

    for (uint32_t i = s->log_count; i-- > 0;) {
        if (!is_wanted(s, log_at(s, i), which) || n-- > 0)
            continue;
        log_line(out, v, log_at(s, i));
        return true;
    }
    return false;
}

/* "   00:00.0 to 02:13.4": from the oldest line that is kept to the newest. */
static void put_span(struct td_buf *out, const struct panel *v)
{
    const struct seen *s = v->seen;
    const uint64_t ends[] = {log_at(s, 0)->wall_ns,
                             log_at(s, s->log_count - 1)->wall_ns};

    for (size_t i = 0; i < 2; i++) {
        uint64_t since = ends[i] > s->began_ns ? ends[i] - s->began_ns : 0;
        char clock[PANEL_SHORT];

        (void)td_buf_addf(out, "%s%s.%u", i ? " to " : "   ",
                          panel_clock(clock, v, ends[i]),
                          (unsigned)(since / (TD_NS_PER_S / 10) % 10));
    }
}

/* "   debug 880  info 310", with the thousands parted. */
static void put_counts(struct td_buf *out, const char *const *names,
                       const uint32_t *counts, size_t n)
{
    char text[PANEL_SHORT];

    for (size_t i = 0; i < n; i++)
        (void)td_buf_addf(out, "%s%s %s", i ? "  " : "   ", names[i],
                          panel_count(text, counts[i]));
}

void panel_logs_stats(struct td_buf *out, const struct panel *v)
{
    static const char *const words[] = {"debug", "info", "warn", "error"};
    static const char *const sources[] = {"task", "gate", "run"};
    const struct seen *s = v->seen;
    uint32_t by_level[4] = {0};
    uint32_t by_source[3] = {0};
    struct td_buf text = {0};
    char count[PANEL_SHORT];
    struct text_line line;

    for (uint32_t i = 0; i < s->log_count; i++) {
        const struct seen_log *log = log_at(s, i);
        const char *source = source_of(s, log);

        by_level[log->level]++;
        by_source[*source == 'g' ? 1 : *source == 't' ? 0 : 2]++;
    }
    (void)td_buf_addf(&text, "  %s line%s", panel_count(count, s->log_count),
                      s->log_count == 1 ? "" : "s");
    put_counts(&text, words, by_level, 4);
    if (s->log_count)
        put_span(&text, v);
    line = panel_line(out, v);
    text_put_bytes(&line, TEXT_PLAIN, td_buf_bytes(&text));
    panel_end(&line);
    td_buf_clear(&text);
    (void)td_buf_add_text(&text, "  by source");
    put_counts(&text, sources, by_source, 3);
    line = panel_line(out, v);
    text_put_bytes(&line, TEXT_PLAIN, td_buf_bytes(&text));
    panel_end(&line);
    td_buf_release(&text);
}
