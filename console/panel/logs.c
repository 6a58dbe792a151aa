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

    while (first > 0 && found < which->limit)
        found += is_wanted(s, log_at(s, --first), which);
    for (uint32_t i = first; i < s->log_count; i++)
        if (is_wanted(s, log_at(s, i), which))
            log_line(out, v, log_at(s, i));
    if (which->bare)
        return;
    line = panel_line(out, v);
    text_putf(&line, TEXT_DIM, "  %zu of %u lines", found, s->log_count);
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

void panel_logs_stats(struct td_buf *out, const struct panel *v)
{
    const struct seen *s = v->seen;
    uint32_t counts[SEEN_ERROR + 1] = {0};
    struct text_line line = panel_line(out, v);
    uint32_t tasks = 0;
    uint32_t gates = 0;

    for (uint32_t i = 0; i < s->log_count; i++) {
        counts[log_at(s, i)->level]++;
        tasks += *source_of(s, log_at(s, i)) == 't';
        gates += *source_of(s, log_at(s, i)) == 'g';
    }
    text_putf(&line, TEXT_PLAIN,
              "  %u lines   debug %u  info %u  warn %u  error %u", s->log_count,
              counts[SEEN_DEBUG], counts[SEEN_INFO], counts[SEEN_WARN],
              counts[SEEN_ERROR]);
    panel_end(&line);
    line = panel_line(out, v);
    text_putf(&line, TEXT_PLAIN, "  by source   task %u  gate %u  run %u",
              tasks, gates, s->log_count - tasks - gates);
    panel_end(&line);
}
