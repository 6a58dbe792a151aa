/* The verdict of a project: lists in order, streams as gates, the exit. */
#include "tests/suites.h"
#include "validator/verdict/document.h"

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

CU_TestInfo validator_verdict_document_tests[] = {
    {"lists keep their order", lists_keep_their_order},
    {"a stream is a gate", a_stream_is_a_gate},
    {"the worst gate decides", the_worst_gate_decides},
    CU_TEST_INFO_NULL,
};
