#include "recorder/record_summary.h"

#include "core/clock.h"
#include "core/json.h"
#include "core/utf8.h"

#include <inttypes.h>
#include <stdio.h>

/* "1,234,567" */
static void add_count(struct td_buf *out, uint64_t n)
{
    char digits[32];
    int len = snprintf(digits, sizeof(digits), "%" PRIu64, n);

    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            td_buf_add_byte(out, ',');
        td_buf_add_byte(out, (uint8_t)digits[i]);
    }
}

/* Scaled to three digits or so: "999", "1.5k", "2.0M". */
static void add_scaled(struct td_buf *out, double n, double step,
                       const char *const *units)
{
    int unit = 0;

    while (n >= step && units[unit + 1]) {
        n /= step;
        unit++;
    }
    td_buf_addf(out, unit && n < 100 ? "%.1f%s" : "%.0f%s", n, units[unit]);
}

static void add_rate(struct td_buf *out, double rate)
{
    static const char *const units[] = {"", "k", "M", "G", NULL};

    add_scaled(out, rate, 1000, units);
    td_buf_add_text(out, "/s");
}

static double seconds(uint64_t ns)
{
    return (double)ns / (double)TD_NS_PER_S;
}

static double mean_rate(const struct rec_stats *stats)
{
    return stats->elapsed_ns
               ? (double)stats->events / seconds(stats->elapsed_ns)
               : 0.0;
}

void rec_summary_progress(struct td_buf *out, const struct rec_stats *stats,
                          double rate)
{
    add_count(out, stats->events);
    td_buf_add_text(out, " messages, ");
    add_rate(out, rate);
    td_buf_add_text(out, ", lag ");
    td_duration_format(out, stats->lag_ns);
    td_buf_add_text(out, ", ");
    td_size_format(out, stats->output.file_bytes);
    if (stats->lost) {
        td_buf_add_text(out, ", ");
        add_count(out, stats->lost);
        td_buf_add_text(out, " lost");
    }
}

static void add_file(struct td_buf *out, const struct rec_result *result)
{
    const struct rec_output_stats *output = &result->stats.output;

    td_buf_add_text(out, "; ");
    if (!result->kept) {
        td_buf_add_text(out, "no tape was kept");
        return;
    }
    td_buf_add_bytes(out, td_buf_bytes(&result->path));
    td_buf_add_text(out, ", ");
    td_size_format(out, output->file_bytes);
    if (output->files > 1)
        td_buf_addf(out, " in %u files", output->files);
    if (output->removed)
        td_buf_addf(out, ", the oldest %u removed", output->removed);
}

static void add_number(struct td_buf *out, uint64_t n, const char *what)
{
    add_count(out, n);
    td_buf_addf(out, " %s%s", what, n == 1 ? "" : "s");
}

/* ", 2 values redacted"; nothing for none. */
static void add_some(struct td_buf *out, uint64_t n, const char *what,
                     const char *became)
{
    if (!n)
        return;
    td_buf_add_text(out, ", ");
    add_number(out, n, what);
    td_buf_addf(out, " %s", became);
}

/* ", 9 values redacted (2 over pieces), 1 payload withheld, 31 events held back
 * at most 412 ms / 96 bytes", as far as there were any.
 */
static void add_redaction(struct td_buf *out, const struct rec_stats *stats)
{
    const struct rec_redact_held *held = &stats->held;

    add_some(out, stats->redacted, "value", "redacted");
    if (held->pieces) {
        td_buf_add_text(out, " (");
        add_count(out, held->pieces);
        td_buf_add_text(out, " over pieces)");
    }
    add_some(out, stats->withheld, "payload", "withheld");
    if (!held->events)
        return;
    add_some(out, held->events, "event", "held back at most ");
    td_duration_format(out, held->ns);
    td_buf_add_text(out, " / ");
    add_number(out, held->bytes, "byte");
}

void rec_summary_text(struct td_buf *out, const struct rec_result *result,
                      const char *ended)
{
    const struct rec_stats *stats = &result->stats;

    if (stats->exchanges) {
        add_number(out, stats->exchanges, "exchange");
        td_buf_add_text(out, ", ");
    }
    add_number(out, stats->events, stats->exchanges ? "event" : "message");
    td_buf_add_text(out, " (");
    td_size_format(out, stats->payload_bytes);
    td_buf_add_text(out, ") in ");
    td_duration_format(out, stats->elapsed_ns);
    td_buf_add_text(out, ", ");
    if (!stats->exchanges) {
        add_rate(out, mean_rate(stats));
        td_buf_add_text(out, ", ");
    }
    if (result->torn) {
        td_buf_add_text(out, "not all on the tape");
    } else {
        add_count(out, stats->lost);
        td_buf_add_text(out, " lost");
    }
    add_some(out, stats->cut, "payload", "cut");
    add_redaction(out, stats);
    td_buf_addf(out, "; %s", ended ? ended : rec_stop_text(result->stop));
    add_file(out, result);
}

void rec_summary_json(struct td_json_writer *w, const struct rec_result *result,
                      const int *child_status)
{
    const struct rec_stats *stats = &result->stats;

    td_json_put_u64(w, "events", stats->events);
    td_json_put_u64(w, "payload_bytes", stats->payload_bytes);
    td_json_put_bool(w, "torn", result->torn);
    td_json_put_u64(w, "lost", stats->lost);
    td_json_put_u64(w, "redacted", stats->redacted);
    td_json_put_u64(w, "withheld", stats->withheld);
    if (stats->held.streams)
        rec_redact_put_held(w, &stats->held);
    td_json_put_u64(w, "connections", stats->conns);
    if (stats->exchanges)
        td_json_put_u64(w, "exchanges", stats->exchanges);
    if (stats->exchanges || stats->cut)
        td_json_put_u64(w, "cut", stats->cut);
    td_json_put_fixed(w, "seconds", seconds(stats->elapsed_ns), 6);
    td_json_put_text(w, "ended", rec_stop_text(result->stop));
    if (result->kept)
        td_json_put_string(w, "file", td_buf_bytes(&result->path));
    else
        td_json_put_null(w, "file");
    td_json_put_u64(w, "files", stats->output.files);
    td_json_put_u64(w, "files_removed", stats->output.removed);
    td_json_put_u64(w, "file_bytes", stats->output.file_bytes);
    td_json_put_u64(w, "lines", stats->output.lines);
    if (result->error.code)
        td_json_put_text(w, "error", result->error.text);
    if (child_status)
        td_json_put_i64(w, "child_status", *child_status);
}
