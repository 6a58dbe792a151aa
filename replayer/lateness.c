#include "replayer/lateness.h"

#include "core/clock.h"
#include "core/histogram.h"

#include <inttypes.h>
#include <stdbool.h>

void play_lateness_add(struct play_lateness *l, uint64_t late_ns)
{
    l->count++;
    l->slots[td_class_of(late_ns, PLAY_LATENESS_BITS)]++;
    if (late_ns > l->max_ns)
        l->max_ns = late_ns;
}

uint64_t play_lateness_quantile(const struct play_lateness *l,
                                unsigned per_thousand)
{
    uint64_t left = td_rank_of(l->count, per_thousand, 1000);
    uint64_t end;

    for (unsigned i = 0; i < PLAY_LATENESS_SLOTS && left; i++) {
        if (l->slots[i] < left) {
            left -= l->slots[i];
            continue;
        }
        end = td_class_top(i, PLAY_LATENESS_BITS);
        return end < l->max_ns ? end : l->max_ns;
    }
    return 0;
}

uint64_t play_lateness_above(const struct play_lateness *l, uint64_t ns)
{
    uint64_t sum = 0;

    if (ns >= l->max_ns)
        return 0;
    for (unsigned i = td_class_of(ns, PLAY_LATENESS_BITS) + 1;
         i < PLAY_LATENESS_SLOTS; i++)
        sum += l->slots[i];
    return sum;
}

/* What people read: the bounds of the printed buckets. */
static const uint64_t bounds[] = {
    UINT64_C(10000),     UINT64_C(50000),      UINT64_C(100000),
    UINT64_C(250000),    UINT64_C(500000),     UINT64_C(1000000),
    UINT64_C(5000000),   UINT64_C(10000000),   UINT64_C(50000000),
    UINT64_C(100000000), UINT64_C(1000000000), TD_NEVER};
#define BOUNDS (sizeof(bounds) / sizeof(bounds[0]))

static uint64_t bucket(const struct play_lateness *l, size_t i)
{
    uint64_t above = i ? play_lateness_above(l, bounds[i - 1]) : l->count;

    return above - play_lateness_above(l, bounds[i]);
}

static void add_time(struct td_buf *out, const char *name, uint64_t ns)
{
    (void)td_buf_add_text(out, name);
    (void)td_duration_format(out, ns);
}

static void add_bucket(const struct play_lateness *l, size_t i,
                       struct td_buf *out)
{
    uint64_t n = bucket(l, i);
    bool last = bounds[i] == TD_NEVER;

    if (n == 0)
        return;
    add_time(out, last ? "\n  above  " : "\n  up to ",
             last ? bounds[i - 1] : bounds[i]);
    (void)td_buf_addf(out, ": %" PRIu64, n);
}

enum td_code play_lateness_text(const struct play_lateness *l,
                                struct td_buf *out)
{
    add_time(out, "lateness p50 ", play_lateness_quantile(l, 500));
    add_time(out, ", p90 ", play_lateness_quantile(l, 900));
    add_time(out, ", p99 ", play_lateness_quantile(l, 990));
    add_time(out, ", max ", l->max_ns);
    for (size_t i = 0; i < BOUNDS; i++)
        add_bucket(l, i, out);
    return td_buf_add_byte(out, '\n');
}

void play_lateness_json(const struct play_lateness *l, struct td_json_writer *w,
                        const char *key)
{
    td_json_object(w, key);
    td_json_put_u64(w, "count", l->count);
    td_json_put_u64(w, "p50_ns", play_lateness_quantile(l, 500));
    td_json_put_u64(w, "p90_ns", play_lateness_quantile(l, 900));
    td_json_put_u64(w, "p99_ns", play_lateness_quantile(l, 990));
    td_json_put_u64(w, "max_ns", l->max_ns);
    td_json_array(w, "buckets");
    for (size_t i = 0; i < BOUNDS; i++) {
        td_json_object(w, NULL);
        if (bounds[i] == TD_NEVER)
            td_json_put_null(w, "le_ns");
        else
            td_json_put_u64(w, "le_ns", bounds[i]);
        td_json_put_u64(w, "count", bucket(l, i));
        td_json_object_end(w);
    }
    td_json_array_end(w);
    td_json_object_end(w);
}
