#include "reports/trend.h"

#include "core/clock.h"
#include "core/mem.h"
#include "reports/pick.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void report_add_trend(struct td_buf *out,
                      const struct verdict_document *const *docs, size_t len,
                      const char *gate)
{
    static const char letters[] = {
        [CHECK_PASS] = '.',    [CHECK_VACUOUS] = 'v', [CHECK_OPEN] = 'o',
        [CHECK_SKIPPED] = 's', [CHECK_FLAKY] = '~',   [CHECK_FAIL] = 'F',
        [CHECK_ERROR] = 'E'};
    size_t from = len > REPORT_TREND_MAX ? len - REPORT_TREND_MAX : 0;

    for (size_t i = from; len > 1 && i < len; i++) {
        const struct verdict_gate *g = report_gate(docs[i], gate);

        (void)td_buf_add_byte(out, g ? (uint8_t)letters[g->outcome] : '-');
    }
}

static void add_value(struct td_buf *out, double value, const char *unit)
{
    if (unit && !strcmp(unit, "ns")) {
        (void)td_duration_format(out, (uint64_t)value);
        return;
    }
    (void)td_buf_addf(out, "%.6g", value);
    if (unit && strcmp(unit, "1") != 0)
        (void)td_buf_addf(out, " %s", unit);
}

static const struct verdict_number *
before(const struct verdict_document *const *docs, size_t len,
       const struct verdict_gate *gate, const struct verdict_measure *measure)
{
    const struct verdict_gate *old =
        len > 1 ? report_gate(docs[len - 2], gate->name) : NULL;
    const struct verdict_measure *m = old ? old->measures : NULL;

    while (m && strcmp(m->id, measure->id) != 0)
        m = m->next;
    return m && m->value.known ? &m->value : &measure->base;
}

void report_add_measure(struct td_buf *out,
                        const struct verdict_document *const *docs, size_t len,
                        const struct verdict_gate *gate,
                        const struct verdict_measure *measure)
{
    const struct verdict_number *old = before(docs, len, gate, measure);
    const struct verdict_number *value = &measure->value;

    (void)td_buf_addf(out, "%s ", measure->id);
    if (value->known)
        add_value(out, value->value, measure->unit);
    else
        (void)td_buf_add_text(out, "unknown");
    if (value->known && value->whole)
        (void)td_buf_addf(out, " (%" PRIu64 " of %" PRIu64 ")", value->part,
                          value->whole);
    if (measure->op && !strcmp(measure->op, "ratchet"))
        (void)td_buf_add_text(out, ", must not get worse");
    if (measure->limit.known) {
        (void)td_buf_addf(out, ", must be %s ",
                          measure->op && strcmp(measure->op, "ratchet") != 0
                              ? measure->op
                              : "within");
        add_value(out, measure->limit.value, measure->unit);
    }
    if (old->known) {
        (void)td_buf_add_text(out, ", ");
        add_value(out, old->value, measure->unit);
        (void)td_buf_add_text(out, " before");
    }
}

static bool has_failed(const struct verdict_test *t)
{
    return t->result == VERDICT_RESULT_FAIL ||
           t->result == VERDICT_RESULT_ERROR;
}

static int compare_gates(const void *one, const void *other)
{
    const struct verdict_test *a = *(const struct verdict_test *const *)one;
    const struct verdict_test *b = *(const struct verdict_test *const *)other;

    return strcmp(a->gate ? a->gate : "", b->gate ? b->gate : "");
}

static int compare_tests(const void *one, const void *other)
{
    const struct verdict_test *a = *(const struct verdict_test *const *)one;
    const struct verdict_test *b = *(const struct verdict_test *const *)other;
    int order = compare_gates(one, other);

    return order ? order : strcmp(a->key ? a->key : "", b->key ? b->key : "");
}

void report_mark_failures(struct verdict_document *now,
                          const struct verdict_document *before)
{
    const struct verdict_test **list;
    size_t len = 0;

    for (const struct verdict_test *t = before->tests; t; t = t->next)
        len++;
    if (len == 0)
        return;
    list = td_calloc(len, sizeof(*list));
    len = 0;
    for (const struct verdict_test *t = before->tests; t; t = t->next)
        list[len++] = t;
    qsort(list, len, sizeof(*list), compare_tests);
    for (struct verdict_test *t = now->tests; t; t = t->next) {
        const struct verdict_test *key = t;
        const struct verdict_test **old;

        if (!has_failed(t) ||
            !bsearch(&key, list, len, sizeof(*list), compare_gates))
            continue;
        old = bsearch(&key, list, len, sizeof(*list), compare_tests);
        t->is_new_failure = !old || !has_failed(*old);
    }
    free(list);
}
