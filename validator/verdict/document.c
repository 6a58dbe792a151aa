#include "validator/verdict/document.h"

#include <string.h>

void verdict_document_init(struct verdict_document *doc)
{
    memset(doc, 0, sizeof(*doc));
    doc->gates_end = &doc->gates;
    doc->findings_end = &doc->findings;
    doc->tests_end = &doc->tests;
    doc->coverage_end = &doc->coverage;
    doc->perf_end = &doc->perf;
}

void verdict_document_release(struct verdict_document *doc)
{
    td_arena_release(&doc->arena);
    verdict_document_init(doc);
}

/* A zeroed one of a type, at the end of the list whose end is *end. */
#define ADD(type, doc, end)                                                    \
    do {                                                                       \
        struct type *added = td_arena_alloc(&(doc)->arena, sizeof(*added));    \
                                                                               \
        *(doc)->end = added;                                                   \
        (doc)->end = &added->next;                                             \
        return added;                                                          \
    } while (0)

struct verdict_gate *verdict_add_gate(struct verdict_document *doc)
{
    ADD(verdict_gate, doc, gates_end);
}

struct verdict_finding *verdict_add_finding(struct verdict_document *doc)
{
    ADD(verdict_finding, doc, findings_end);
}

struct verdict_test *verdict_add_test(struct verdict_document *doc)
{
    ADD(verdict_test, doc, tests_end);
}

struct verdict_coverage *verdict_add_coverage(struct verdict_document *doc)
{
    ADD(verdict_coverage, doc, coverage_end);
}

struct verdict_perf *verdict_add_perf(struct verdict_document *doc)
{
    ADD(verdict_perf, doc, perf_end);
}

/* Those of one gate move from a list to the end of another. */
#define MOVE(type)                                                             \
    static struct type **move_##type(struct type **from, struct type **end,    \
                                     const char *gate)                         \
    {                                                                          \
        while (*from) {                                                        \
            struct type *one = *from;                                          \
                                                                               \
            if (one->gate && !strcmp(one->gate, gate)) {                       \
                *from = one->next;                                             \
                *end = one;                                                    \
                end = &one->next;                                              \
            } else {                                                           \
                from = &one->next;                                             \
            }                                                                  \
        }                                                                      \
        return end;                                                            \
    }                                                                          \
                                                                               \
    static void sort_##type(struct type **list, struct type ***list_end,       \
                            const struct verdict_gate *gates)                  \
    {                                                                          \
        struct type *rest = *list;                                             \
        struct type **end = list;                                              \
                                                                               \
        for (; gates; gates = gates->next)                                     \
            end = move_##type(&rest, end, gates->name);                        \
        *end = rest;                                                           \
        while (*end)                                                           \
            end = &(*end)->next;                                               \
        *list_end = end;                                                       \
    }

MOVE(verdict_finding)
MOVE(verdict_test)
MOVE(verdict_coverage)
MOVE(verdict_perf)

void verdict_sort(struct verdict_document *doc)
{
    sort_verdict_finding(&doc->findings, &doc->findings_end, doc->gates);
    sort_verdict_test(&doc->tests, &doc->tests_end, doc->gates);
    sort_verdict_coverage(&doc->coverage, &doc->coverage_end, doc->gates);
    sort_verdict_perf(&doc->perf, &doc->perf_end, doc->gates);
}

/* A gate has few of these: the end is walked to. */
struct verdict_input *verdict_add_input(struct verdict_document *doc,
                                        struct verdict_gate *gate)
{
    struct verdict_input **end = &gate->inputs;

    while (*end)
        end = &(*end)->next;
    *end = td_arena_alloc(&doc->arena, sizeof(**end));
    return *end;
}

struct verdict_measure *verdict_add_measure(struct verdict_document *doc,
                                            struct verdict_gate *gate)
{
    struct verdict_measure **end = &gate->measures;

    while (*end)
        end = &(*end)->next;
    *end = td_arena_alloc(&doc->arena, sizeof(**end));
    return *end;
}

/* ---- the whole ---- */

unsigned verdict_badness(enum check_outcome outcome)
{
    static const unsigned char ranks[] = {
        [CHECK_PASS] = 0, [CHECK_VACUOUS] = 1, [CHECK_SKIPPED] = 2,
        [CHECK_OPEN] = 3, [CHECK_FLAKY] = 4,   [CHECK_ERROR] = 5,
        [CHECK_FAIL] = 6};

    return ranks[outcome];
}

static int exit_of(const struct verdict_document *doc, bool lossy,
                   bool cancelled)
{
    if (cancelled)
        return 130;
    if (doc->outcome == CHECK_FAIL)
        return 1;
    if (doc->outcome == CHECK_ERROR)
        return 7;
    if (doc->outcome == CHECK_FLAKY)
        return 8;
    return lossy ? 3 : 0;
}

void verdict_document_close(struct verdict_document *doc, bool cancelled)
{
    bool lossy = false;
    bool any = false;

    doc->outcome = doc->gates ? CHECK_VACUOUS : CHECK_PASS;
    for (const struct verdict_gate *g = doc->gates; g; g = g->next) {
        lossy = lossy || g->lossy;
        any = any || g->outcome == CHECK_PASS;
        if (verdict_badness(g->outcome) > verdict_badness(doc->outcome))
            doc->outcome = g->outcome;
    }
    if (doc->outcome == CHECK_VACUOUS && any)
        doc->outcome = CHECK_PASS;
    doc->exit = exit_of(doc, lossy, cancelled);
}

/* ---- words ---- */

const char *verdict_kind_text(enum verdict_kind kind)
{
    static const char *const words[] = {
#define VERDICT_KIND_WORD(name, text) [VERDICT_##name] = text,
        VERDICT_KINDS(VERDICT_KIND_WORD)
#undef VERDICT_KIND_WORD
    };

    return words[kind];
}

const char *verdict_result_text(enum verdict_result result)
{
    static const char *const words[] = {
#define VERDICT_RESULT_WORD(name, text) [VERDICT_RESULT_##name] = text,
        VERDICT_RESULTS(VERDICT_RESULT_WORD)
#undef VERDICT_RESULT_WORD
    };

    return words[result];
}

const char *verdict_state_text(enum verdict_state state)
{
    static const char *const words[] = {[VERDICT_NEW] = "new",
                                        [VERDICT_KNOWN] = "known",
                                        [VERDICT_FIXED] = "fixed"};

    return words[state];
}
