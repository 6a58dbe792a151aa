/* Lines of a journal, folded into the state of an execution. What cannot be is
 * refused and changes nothing; what is taken adds up.
 */
#include "core/json.h"
#include "orchestrator/journal/fold.h"
#include "orchestrator/plan/load.h"
#include "tape/line.h"

#include <stdlib.h>
#include <string.h>

#define PLAN                                                                   \
    "{plan: 1, pools: {p: 1}, budget: {tokens: 9}, tasks: [{id: a, run: x}, "  \
    "{id: b, run: x, depends_on: [a], pool: p, retry: {attempts: 3}}, {id: c," \
    " run: x, depends_on: [a], approval: {ask: q}}, {id: d, run: x, "          \
    "depends_on: [b, c], when: always}]}"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct sched *s, const struct plan *plan)
{
    const struct sched_counts *c = sched_counts(s);
    uint32_t ended = 0;

    for (uint32_t i = 0; i < plan->task_count; i++)
        ended += sched_task(s, i)->state >= SCHED_COMPLETED;
    if (c->completed + c->failed + c->skipped + c->cancelled != ended ||
        (c->finished && ended != plan->task_count))
        abort();
}

static void fold(struct sched *s, const struct plan *plan, struct td_bytes text)
{
    struct td_json_doc doc = {0};
    struct td_buf scratch = {0};
    struct td_event line;
    struct sched_event ev;
    struct sched_event next;
    uint64_t now = 0;

    if (!tape_line_parse(&line, text, &scratch, true, NULL) &&
        !journal_read_event(&doc, &line, plan->task_count, &ev, NULL)) {
        now = ev.at_ns;
        if (sched_apply(s, &ev, NULL) == TD_OK)
            check(s, plan);
        if (sched_next(s, now, &next) && next.what != SCHED_LOOK &&
            sched_apply(s, &next, NULL))
            abort(); /* what it decides can be */
    }
    td_json_release(&doc);
    td_buf_release(&scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sched_options options = {.execution = "x1", .workers = 2};
    struct plan plan = {0};
    struct sched *s;
    const uint8_t *end = data + size;

    if (plan_parse(&plan, "plan.yaml", td_text(PLAN), NULL, NULL))
        abort();
    s = sched_new(&plan, &options);
    while (data < end) {
        const uint8_t *feed = memchr(data, '\n', (size_t)(end - data));

        feed = feed ? feed : end;
        fold(s, &plan, td_bytes(data, (size_t)(feed - data)));
        data = feed + 1;
    }
    sched_free(s);
    plan_release(&plan);
    return 0;
}
