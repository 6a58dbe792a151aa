/* The text format of Prometheus, version 0.0.4, as its textfile collector reads
 * it: no time stamps, no series twice, a line end at the end.
 */
#include "core/log.h"
#include "reports/formats.h"
#include "reports/pick.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void begin(struct td_buf *out, const char *name, const char *help)
{
    (void)td_buf_addf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static void add_label(struct td_buf *out, const char *name, const char *text)
{
    struct td_buf clean = {0};

    (void)td_text_clean(&clean, td_text(text));
    (void)td_buf_addf(out, "%s=\"", name);
    for (size_t i = 0; i < clean.len; i++) {
        if (clean.ptr[i] == '"' || clean.ptr[i] == '\\')
            (void)td_buf_add_byte(out, '\\');
        (void)td_buf_add_byte(out, clean.ptr[i]);
    }
    (void)td_buf_add_byte(out, '"');
    td_buf_release(&clean);
}

/* NAME{gate="GATE" and what the caller adds, which ends with "} VALUE\n". */
static void add_gate(struct td_buf *out, const char *name, const char *gate)
{
    (void)td_buf_addf(out, "%s{", name);
    add_label(out, "gate", gate);
}

/* The gates of which each is the first of its name. */
static struct report_gates singles(const struct verdict_document *doc)
{
    struct report_gates gates = report_pick_gates(doc);
    struct report_twins twins = {0};
    size_t kept = 0;

    for (size_t i = 0; i < gates.len; i++)
        if (report_twin(&twins, gates.list[i]->name) == 1)
            gates.list[kept++] = gates.list[i];
    gates.len = kept;
    report_twins_release(&twins);
    return gates;
}

static void add_status(struct td_buf *out, struct report_gates gates)
{
    begin(out, "tapedeck_gate_status", "1 for the verdict that a gate has.");
    for (size_t i = 0; i < gates.len; i++) {
        for (int o = CHECK_PASS; o <= CHECK_ERROR; o++) {
            add_gate(out, "tapedeck_gate_status", gates.list[i]->name);
            (void)td_buf_addf(out, ",kind=\"%s\",status=\"%s\"} %d\n",
                              verdict_kind_text(gates.list[i]->kind),
                              check_outcome_text((enum check_outcome)o),
                              gates.list[i]->outcome == (enum check_outcome)o);
        }
    }
}

static void add_seconds(struct td_buf *out, struct report_gates gates)
{
    begin(out, "tapedeck_gate_duration_seconds", "How long a gate took.");
    for (size_t i = 0; i < gates.len; i++) {
        add_gate(out, "tapedeck_gate_duration_seconds", gates.list[i]->name);
        (void)td_buf_addf(out, "} %" PRIu64 ".%03" PRIu64 "\n",
                          gates.list[i]->ms / 1000, gates.list[i]->ms % 1000);
    }
}

static void add_measures(struct td_buf *out, const struct verdict_gate *gate)
{
    struct report_twins twins = {0};

    for (const struct verdict_measure *m = gate->measures; m; m = m->next) {
        if (!m->value.known || !isfinite(m->value.value) ||
            report_twin(&twins, m->id) > 1)
            continue;
        add_gate(out, "tapedeck_gate_measure", gate->name);
        (void)td_buf_add_byte(out, ',');
        add_label(out, "measure", m->id);
        (void)td_buf_add_byte(out, ',');
        add_label(out, "unit", m->unit ? m->unit : "1");
        (void)td_buf_addf(out, "} %.15g\n", m->value.value);
    }
    report_twins_release(&twins);
}

static void add_findings(struct td_buf *out, const struct verdict_document *doc,
                         const struct verdict_gate *gate)
{
    struct report_findings found = report_pick_findings(doc, gate);
    size_t counts[VERDICT_FIXED + 1][CHECK_LEVEL_INFO + 1] = {{0}};

    for (size_t i = 0; i < found.len; i++)
        counts[found.list[i]->state][found.list[i]->level]++;
    for (int s = VERDICT_NEW; s <= VERDICT_FIXED; s++) {
        for (int l = CHECK_LEVEL_ERROR; l <= CHECK_LEVEL_INFO; l++) {
            add_gate(out, "tapedeck_findings", gate->name);
            (void)td_buf_addf(out, ",level=\"%s\",state=\"%s\"} %zu\n",
                              check_level_text((enum check_level)l),
                              verdict_state_text((enum verdict_state)s),
                              counts[s][l]);
        }
    }
    free(found.list);
}

static void add_tests(struct td_buf *out, const struct verdict_document *doc,
                      const struct verdict_gate *gate)
{
    size_t counts[VERDICT_RESULT_ERROR + 1] = {0};

    if (gate->kind != VERDICT_TESTS)
        return;
    for (const struct verdict_test *t = doc->tests; t; t = t->next)
        counts[t->result] += !strcmp(t->gate, gate->name);
    for (int r = VERDICT_RESULT_SKIP; r <= VERDICT_RESULT_ERROR; r++) {
        add_gate(out, "tapedeck_tests", gate->name);
        (void)td_buf_addf(out, ",result=\"%s\"} %zu\n",
                          verdict_result_text((enum verdict_result)r),
                          counts[r]);
    }
}

/* A family of metrics stands in one piece. */
static void add_gates(struct td_buf *out, const struct verdict_document *doc,
                      struct report_gates gates)
{
    begin(out, "tapedeck_gate_measure", "What a gate measured.");
    for (size_t i = 0; i < gates.len; i++)
        add_measures(out, gates.list[i]);
    begin(out, "tapedeck_findings", "Findings of a gate.");
    for (size_t i = 0; i < gates.len; i++)
        add_findings(out, doc, gates.list[i]);
    begin(out, "tapedeck_tests", "Tests of a gate by result.");
    for (size_t i = 0; i < gates.len; i++)
        add_tests(out, doc, gates.list[i]);
}

enum td_code report_write_prometheus(const struct verdict_document *const *docs,
                                     size_t len, struct td_buf *out,
                                     struct td_error *err)
{
    const struct verdict_document *doc = docs[len - 1];
    struct report_gates gates = singles(doc);

    begin(out, "tapedeck_verdict_exit_status", "Exit status of the verdict.");
    (void)td_buf_addf(out, "tapedeck_verdict_exit_status %d\n", doc->exit);
    begin(out, "tapedeck_verdict_timestamp_seconds", "When the run began.");
    (void)td_buf_addf(
        out, "tapedeck_verdict_timestamp_seconds %" PRIu64 ".%03" PRIu64 "\n",
        doc->run.at_ns / 1000000000, doc->run.at_ns / 1000000 % 1000);
    begin(out, "tapedeck_verdict_duration_seconds", "How long the run took.");
    (void)td_buf_addf(
        out, "tapedeck_verdict_duration_seconds %" PRIu64 ".%03" PRIu64 "\n",
        doc->run.ms / 1000, doc->run.ms % 1000);
    add_status(out, gates);
    add_seconds(out, gates);
    add_gates(out, doc, gates);
    free(gates.list);
    return report_done(out, "prometheus", err);
}
