#include "replayer/dry_run.h"

#include "core/json.h"
#include "core/json_writer.h"
#include "core/log.h"
#include "core/mem.h"
#include "tape/name_counts.h"

#include <inttypes.h>
#include <stdlib.h>

struct play_dry_run {
    struct tape_counts names;
    struct play_seen seen;
    uint64_t bytes;
    uint64_t passes;  /* 0 = for ever */
    uint64_t pass_ns; /* due time of the last event of one pass */
    uint64_t duration_ns;
    uint64_t first_ns;
    uint64_t last_ns;
    uint64_t gaps;
    uint64_t longest_gap_ns;
    uint64_t longest_gap_seq; /* of the event behind it */
    uint64_t back;
    struct td_buf damage;
    bool damaged;
    bool full_speed;
};

static void look_at_time(struct play_dry_run *run, const struct td_event *ev)
{
    uint64_t gap;

    if (run->seen.taken == 0)
        run->first_ns = ev->at_ns;
    else if (ev->at_ns < run->last_ns)
        run->back++;
    gap = run->seen.taken && ev->at_ns > run->last_ns ? ev->at_ns - run->last_ns
                                                      : 0;
    run->gaps += gap >= PLAY_GAP_NOTED;
    if (gap > run->longest_gap_ns) {
        run->longest_gap_ns = gap;
        run->longest_gap_seq = ev->seq;
    }
    run->last_ns = ev->at_ns;
    run->seen.taken++;
}

static enum td_code walk(struct play_dry_run *run, struct play_source *source,
                         const struct play_pace *pace, struct td_error *err)
{
    struct play_schedule schedule;
    struct td_event ev;
    enum td_code code;

    play_schedule_start(&schedule, pace, 0);
    while (!(code = play_source_next(source, &ev, err))) {
        play_schedule_next(&schedule, ev.at_ns);
        look_at_time(run, &ev);
        (void)tape_counts_name(&run->names, ev.name);
        run->bytes += ev.payload.len;
    }
    run->pass_ns = run->seen.taken ? play_schedule_due(&schedule) : 0;
    run->seen.read = play_source_seen(source).read;
    return code == TD_END ? TD_OK : code;
}

static uint64_t add(uint64_t a, uint64_t b)
{
    return a > TD_NEVER - b ? TD_NEVER : a + b;
}

static uint64_t times(uint64_t a, uint64_t n)
{
    return n && a > TD_NEVER / n ? TD_NEVER : a * n;
}

static int by_count(const void *a, const void *b)
{
    const struct tape_name *x = a;
    const struct tape_name *y = b;

    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return strcmp(x->text, y->text);
}

enum td_code play_dry_run(struct play_dry_run **out, struct play_source *source,
                          const struct play_pace *pace, uint64_t passes,
                          uint64_t loop_delay_ns, struct td_error *err)
{
    struct play_dry_run *run = td_calloc(1, sizeof(*run));
    uint64_t between = loop_delay_ns;
    enum td_code code;

    run->full_speed = !pace->eps && pace->speed == PLAY_SPEED_MAX;
    run->passes = passes;
    code = walk(run, source, pace, err);
    if (code) {
        play_dry_run_free(run);
        return code;
    }
    if (pace->eps) /* one step of the pace lies between two passes */
        between = add(between,
                      (uint64_t)((double)TD_NS_PER_S * (double)PLAY_SPEED_ONE /
                                 (double)pace->eps));
    run->duration_ns =
        passes ? add(times(run->pass_ns, passes), times(between, passes - 1))
               : TD_NEVER;
    run->damaged = play_source_damage(source, &run->damage);
    if (run->names.len > 0)
        qsort(run->names.list, run->names.len, sizeof(*run->names.list),
              by_count);
    *out = run;
    return TD_OK;
}

void play_dry_run_free(struct play_dry_run *run)
{
    if (!run)
        return;
    tape_counts_release(&run->names);
    td_buf_release(&run->damage);
    free(run);
}

uint64_t play_dry_run_events(const struct play_dry_run *run)
{
    return times(run->seen.taken, run->passes ? run->passes : 1);
}

bool play_dry_run_whole(const struct play_dry_run *run)
{
    return !run->damaged;
}

static void text_duration(const struct play_dry_run *run, struct td_buf *out)
{
    if (run->full_speed) {
        (void)td_buf_add_text(out, "as fast as the consumers take them");
    } else if (run->duration_ns == TD_NEVER) {
        (void)td_buf_add_text(out, "in ");
        (void)td_duration_format(out, run->pass_ns);
        (void)td_buf_add_text(out, ", again and again");
    } else {
        (void)td_buf_add_text(out, "in ");
        (void)td_duration_format(out, run->duration_ns);
    }
}

static void text_gaps(const struct play_dry_run *run, struct td_buf *out)
{
    if (!run->gaps)
        return;
    (void)td_buf_addf(out, "anomaly: %" PRIu64 " silences of ", run->gaps);
    (void)td_duration_format(out, PLAY_GAP_NOTED);
    (void)td_buf_add_text(out, " or more, the longest ");
    (void)td_duration_format(out, run->longest_gap_ns);
    (void)td_buf_addf(out, " before seq %" PRIu64 " (--max-gap shortens)\n",
                      run->longest_gap_seq);
}

static void text_name(const struct tape_name *name, struct td_buf *out)
{
    (void)td_buf_addf(out, "%10" PRIu64 "  ", name->count);
    (void)td_text_clean(out, td_text(*name->text ? name->text : "(no name)"));
    (void)td_buf_add_byte(out, '\n');
}

enum td_code play_dry_run_text(struct play_dry_run *run, struct td_buf *out)
{
    (void)td_buf_addf(out, "would play %" PRIu64 " messages ",
                      play_dry_run_events(run));
    text_duration(run, out);
    (void)td_buf_addf(out, " (%" PRIu64 " of %" PRIu64 " events on the tape)\n",
                      run->seen.taken, run->seen.read);
    for (size_t i = 0; i < run->names.len && i < 20; i++)
        text_name(&run->names.list[i], out);
    if (run->names.len > 20)
        (void)td_buf_addf(out, "            and %s%zu more names\n",
                          run->names.other ? "more than " : "",
                          run->names.len - 20);
    text_gaps(run, out);
    if (run->back)
        (void)td_buf_addf(out,
                          "anomaly: time goes back %" PRIu64
                          " times: played without a pause\n",
                          run->back);
    if (run->damaged)
        (void)td_buf_addf(out, "anomaly: the input is damaged: %s\n",
                          td_buf_str(&run->damage));
    return out->len ? TD_OK : TD_LIMIT;
}

enum td_code play_dry_run_json(struct play_dry_run *run, struct td_buf *out)
{
    struct td_json_writer w = td_json_writer(out);

    td_json_object(&w, NULL);
    td_json_put_u64(&w, "events", play_dry_run_events(run));
    td_json_put_u64(&w, "read", run->seen.read);
    td_json_put_u64(&w, "bytes", run->bytes);
    td_json_put_u64(&w, "passes", run->passes);
    if (run->full_speed || run->duration_ns == TD_NEVER)
        td_json_put_null(&w, "duration_ns");
    else
        td_json_put_u64(&w, "duration_ns", run->duration_ns);
    td_json_put_u64(&w, "tape_ns",
                    run->last_ns > run->first_ns ? run->last_ns - run->first_ns
                                                 : 0);
    tape_counts_write(&run->names, &w, "names");
    td_json_object(&w, "anomalies");
    td_json_put_u64(&w, "gaps", run->gaps);
    td_json_put_u64(&w, "longest_gap_ns", run->longest_gap_ns);
    td_json_put_u64(&w, "longest_gap_seq", run->longest_gap_seq);
    td_json_put_u64(&w, "time_goes_back", run->back);
    td_json_put_text_or_null(&w, "damage",
                             run->damaged ? td_buf_str(&run->damage) : NULL);
    td_json_object_end(&w);
    td_json_object_end(&w);
    return td_json_line(&w);
}
