/* The verdict of a project: lists in order, streams as gates, the exit. */
#include "tests/suites.h"
#include "validator/verdict/stream.h"
#include "validator/verdict/sum.h"

#include <ctype.h>
#include <string.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static void lists_keep_their_order(void)
{
    struct verdict_document doc;
    char names[] = "abc";

    verdict_document_init(&doc);
    for (int i = 0; i < 3; i++) {
        struct verdict_gate *gate = verdict_add_gate(&doc);

        gate->name = td_arena_text(&doc.arena, td_bytes(names + i, 1));
        verdict_add_input(&doc, gate)->path = "1";
        verdict_add_input(&doc, gate)->path = "2";
        verdict_add_measure(&doc, gate)->id = "m";
        verdict_add_finding(&doc)->line = (uint64_t)i;
        verdict_add_test(&doc)->ns = i;
        verdict_add_coverage(&doc)->lines[0] = (uint64_t)i;
        verdict_add_perf(&doc)->n = (uint32_t)i;
    }
    CU_ASSERT_STRING_EQUAL(doc.gates->name, "a");
    CU_ASSERT_STRING_EQUAL(doc.gates->next->next->name, "c");
    CU_ASSERT_STRING_EQUAL(doc.gates->inputs->next->path, "2");
    CU_ASSERT_PTR_NULL(doc.gates->inputs->next->next);
    CU_ASSERT_EQUAL(doc.findings->next->next->line, 2);
    CU_ASSERT_EQUAL(doc.tests->next->ns, 1);
    CU_ASSERT_EQUAL(doc.coverage->next->next->lines[0], 2);
    CU_ASSERT_EQUAL(doc.perf->next->n, 1);
    verdict_document_release(&doc);
    CU_ASSERT_PTR_NULL(doc.gates);
}

static void what_gates_found_is_in_their_order(void)
{
    static const char *const came[] = {"c", "a", "", "a", "b", "c"};
    static const char want[] = "aabcc";
    struct verdict_document doc;
    const struct verdict_finding *f;
    size_t n = 0;

    verdict_document_init(&doc);
    for (const char *name = "abc"; *name; name++)
        verdict_add_gate(&doc)->name =
            td_arena_text(&doc.arena, td_bytes(name, 1));
    for (size_t i = 0; i < ROWS(came); i++) {
        struct verdict_finding *added = verdict_add_finding(&doc);

        added->line = i;
        added->gate = *came[i] ? came[i] : NULL;
    }
    verdict_sort(&doc);
    for (f = doc.findings; f && f->gate; f = f->next)
        CU_ASSERT_EQUAL(*f->gate, want[n++]);
    CU_ASSERT_EQUAL(n, 5);
    CU_ASSERT_EQUAL(doc.findings->line, 1);
    CU_ASSERT_EQUAL(doc.findings->next->line, 3);
    CU_ASSERT(f && f->line == 2 && !f->next);
    CU_ASSERT_PTR_EQUAL(doc.findings_end, &f->next);
    verdict_document_release(&doc);
}

static void a_stream_is_a_gate(void)
{
    struct verdict_document doc;
    struct check_verdict v;
    char none[] = "";
    char one[] = "1";
    char two[] = "2";
    char path[] = "/n";
    struct check_finding f = {.seq = 7,
                              .has_t = true,
                              .t_ns = 5,
                              .key = none,
                              .path = path,
                              .schema_path = none,
                              .expected = one,
                              .found = two,
                              .excerpt = none,
                              .related = {{.seq = 3}},
                              .related_len = 1};
    const struct verdict_gate *gate;

    check_verdict_init(&v, "a.tape.gz");
    v.show_before = strdup("tapedeck cat --seq ");
    v.show_after = strdup(" a.tape.gz");
    v.events = 12;
    (void)check_verdict_rule(&v, "R1", "on: a", CHECK_LEVEL_ERROR, 5);
    f.rule = check_verdict_rule(&v, "R2", "on: b", CHECK_LEVEL_ERROR, 5);
    check_verdict_find(&v, &f);
    f.seq = 0;
    f.expected = f.found = none;
    check_verdict_find(&v, &f);
    check_verdict_close(&v);
    verdict_document_init(&doc);
    gate = verdict_add_stream(&doc, "tape", &v);
    check_verdict_release(&v);
    verdict_document_close(&doc, false);

    CU_ASSERT_EQUAL(gate->kind, VERDICT_STREAM);
    CU_ASSERT_EQUAL(gate->outcome, CHECK_FAIL);
    CU_ASSERT_STRING_EQUAL(gate->reason,
                           "1 of 2 rules failed, with 2 findings");
    CU_ASSERT_EQUAL(gate->events, 12);
    CU_ASSERT_STRING_EQUAL(gate->rules->next->id, "R2");
    CU_ASSERT_EQUAL(gate->rules->next->total, 2);
    CU_ASSERT_STRING_EQUAL(doc.findings->message, "expected 1, found 2");
    CU_ASSERT_STRING_EQUAL(doc.findings->repro,
                           "tapedeck cat --seq 7 a.tape.gz");
    CU_ASSERT_STRING_EQUAL(doc.findings->path, "/n");
    CU_ASSERT_PTR_NULL(doc.findings->key);
    CU_ASSERT_STRING_EQUAL(doc.findings->next->message, "on: b");
    CU_ASSERT_STRING_EQUAL(doc.findings->next->repro,
                           "tapedeck cat --seq 3 a.tape.gz");
    CU_ASSERT_EQUAL(doc.exit, 1);
    verdict_document_release(&doc);
}

static const char *reason_with(struct verdict_document *doc, bool fails)
{
    struct check_verdict v;
    struct check_finding f = {.seq = 1};
    const struct verdict_gate *gate;

    check_verdict_init(&v, "a.tape.gz");
    f.rule = check_verdict_rule(&v, "R1", "on: a", CHECK_LEVEL_WARN, 5);
    check_verdict_find(&v, &f);
    f.rule = check_verdict_rule(&v, "R2", "on: b", CHECK_LEVEL_ERROR, 5);
    if (fails)
        check_verdict_find(&v, &f);
    check_verdict_close(&v);
    gate = verdict_add_stream(doc, "tape", &v);
    check_verdict_release(&v);
    return gate->reason;
}

static void a_rule_that_warns_did_not_fail(void)
{
    struct verdict_document doc;

    verdict_document_init(&doc);
    CU_ASSERT_STRING_EQUAL(reason_with(&doc, false),
                           "1 of 2 rules warned, with 1 finding");
    CU_ASSERT_STRING_EQUAL(reason_with(&doc, true),
                           "1 of 2 rules failed, 1 warned, with 2 findings");
    verdict_document_release(&doc);
}

static void the_worst_gate_decides(void)
{
    static const struct {
        enum check_outcome gates[3];
        size_t len;
        bool cancelled;
        enum check_outcome outcome;
        int exit;
    } rows[] = {
        {{0}, 0, false, CHECK_PASS, 0},
        {{CHECK_PASS, CHECK_VACUOUS}, 2, false, CHECK_PASS, 0},
        {{CHECK_VACUOUS}, 1, false, CHECK_VACUOUS, 0},
        {{CHECK_PASS, CHECK_SKIPPED}, 2, false, CHECK_SKIPPED, 0},
        {{CHECK_PASS, CHECK_OPEN}, 2, false, CHECK_OPEN, 0},
        {{CHECK_FLAKY, CHECK_PASS}, 2, false, CHECK_FLAKY, 8},
        {{CHECK_FLAKY, CHECK_ERROR}, 2, false, CHECK_ERROR, 7},
        {{CHECK_ERROR, CHECK_FAIL, CHECK_FLAKY}, 3, false, CHECK_FAIL, 1},
        {{CHECK_FAIL}, 1, true, CHECK_FAIL, 130},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct verdict_document doc;

        verdict_document_init(&doc);
        for (size_t k = 0; k < rows[i].len; k++)
            verdict_add_gate(&doc)->outcome = rows[i].gates[k];
        verdict_document_close(&doc, rows[i].cancelled);
        CU_ASSERT_EQUAL(doc.outcome, rows[i].outcome);
        CU_ASSERT_EQUAL(doc.exit, rows[i].exit);
        verdict_document_release(&doc);
    }
}

/* A letter a gate: how it ended; w: passed with warnings. */
static void add_gates(struct verdict_document *doc, const char *outcomes)
{
    static const char letters[] = "pwfelosv";
    static const enum check_outcome ends[] = {
        CHECK_PASS,  CHECK_PASS, CHECK_FAIL,    CHECK_ERROR,
        CHECK_FLAKY, CHECK_OPEN, CHECK_SKIPPED, CHECK_VACUOUS};

    verdict_document_init(doc);
    for (size_t i = 0; outcomes[i]; i++) {
        struct verdict_gate *gate = verdict_add_gate(doc);

        gate->name = td_arena_text(&doc->arena, td_bytes(outcomes + i, 1));
        gate->outcome = ends[strchr(letters, outcomes[i]) - letters];
        gate->warned = outcomes[i] == 'w';
    }
}

static void gates_are_summed_in_a_sentence(void)
{
    static const struct {
        const char *gates;
        const char *sum;
        const char *named;
    } rows[] = {
        {"", "no gates", "no gates"},
        {"p", "the gate passed", "the gate passed"},
        {"w", "the gate passed, with warnings",
         "the gate passed, with warnings"},
        {"pwp", "all 3 gates passed, 1 with warnings",
         "all 3 gates passed, 1 with warnings"},
        {"s", "the gate was skipped", "the gate was skipped: s"},
        {"pllv", "2 flaky, 1 vacuous of 4 gates",
         "2 flaky (l, l), 1 vacuous (v) of 4 gates"},
        {"pll", "2 of 3 gates are flaky", "2 of 3 gates are flaky: l, l"},
        {"pe", "1 of 2 gates could not be judged",
         "1 of 2 gates could not be judged: e"},
        {"pvsp", "2 passed, 1 skipped, 1 vacuous of 4 gates",
         "2 passed, 1 skipped (s), 1 vacuous (v) of 4 gates"},
        {"pfpss", "1 failed, 2 skipped of 5 gates",
         "1 failed (f), 2 skipped (s, s) of 5 gates"},
        {"vsolefw",
         "1 failed, 1 could not be judged, 1 flaky, 1 undecided, 1 skipped, "
         "1 vacuous of 7 gates",
         "1 failed (f), 1 could not be judged (e), 1 flaky (l), 1 undecided "
         "(o), 1 skipped (s), 1 vacuous (v) of 7 gates"},
        {"ffffffffff", "10 of 10 gates failed",
         "10 of 10 gates failed: f, f, f, f, f, f, f, f..."},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct verdict_document doc;
        struct td_buf out = {0};

        add_gates(&doc, rows[i].gates);
        verdict_add_sum(&out, &doc);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&out), rows[i].sum);
        td_buf_clear(&out);
        verdict_add_sum_named(&out, &doc);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&out), rows[i].named);
        td_buf_clear(&out);
        (void)td_buf_add_text(&out, "a: ");
        verdict_add_sentence(&out, &doc);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&out) + 4, rows[i].sum + 1);
        CU_ASSERT_EQUAL(td_buf_str(&out)[3], toupper(rows[i].sum[0]));
        td_buf_release(&out);
        verdict_document_release(&doc);
    }
}

CU_TestInfo validator_verdict_document_tests[] = {
    {"lists keep their order", lists_keep_their_order},
    {"what gates found is in their order", what_gates_found_is_in_their_order},
    {"a stream is a gate", a_stream_is_a_gate},
    {"a rule that warns did not fail", a_rule_that_warns_did_not_fail},
    {"the worst gate decides", the_worst_gate_decides},
    {"gates are summed in a sentence", gates_are_summed_in_a_sentence},
    CU_TEST_INFO_NULL,
};
