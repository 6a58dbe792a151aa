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

/* ---- of a stream ---- */

/* NULL for an empty text: there is none. */
static const char *kept(struct verdict_document *doc, const char *text)
{
    return text && text[0] ? td_arena_copy(&doc->arena, text) : NULL;
}

static void add_rules(struct verdict_document *doc, struct verdict_gate *gate,
                      const struct check_verdict *v)
{
    struct verdict_rule **end = &gate->rules;

    for (uint32_t i = 0; i < v->rules_len; i++) {
        const struct check_result *r = &v->rules[i];

        *end = td_arena_alloc(&doc->arena, sizeof(**end));
        **end =
            (struct verdict_rule){.id = td_arena_copy(&doc->arena, r->id),
                                  .what = td_arena_copy(&doc->arena, r->what),
                                  .level = r->level,
                                  .outcome = r->outcome,
                                  .applied = r->applied,
                                  .judged = r->judged,
                                  .total = r->total,
                                  .note = kept(doc, r->note),
                                  .reason = kept(doc, r->reason)};
        end = &(*end)->next;
    }
}

static const char *message_of(struct verdict_document *doc,
                              const struct check_result *rule,
                              const struct check_finding *f)
{
    if (f->expected && f->expected[0] && f->found && f->found[0])
        return td_arena_print(&doc->arena, "expected %s, found %s", f->expected,
                              f->found);
    if (f->expected && f->expected[0])
        return td_arena_print(&doc->arena, "expected %s", f->expected);
    return td_arena_copy(&doc->arena,
                         f->found && f->found[0] ? f->found : rule->what);
}

/* The command that shows the event, as a shell reads it. */
static const char *shown_by(struct verdict_document *doc,
                            const struct check_verdict *v,
                            const struct check_finding *f)
{
    uint64_t seq = f->seq;

    if (seq == 0 && f->related_len > 0)
        seq = f->related[0].seq;
    if (seq == 0 || !v->show_before)
        return NULL;
    return td_arena_print(&doc->arena, "%s%llu%s", v->show_before,
                          (unsigned long long)seq, v->show_after);
}

static void add_stream_finding(struct verdict_document *doc, const char *gate,
                               const struct check_verdict *v,
                               const struct check_finding *f)
{
    const struct check_result *rule = &v->rules[f->rule];
    struct verdict_finding *to = verdict_add_finding(doc);

    to->gate = gate;
    to->rule = td_arena_copy(&doc->arena, rule->id);
    to->level = rule->level;
    to->message = message_of(doc, rule, f);
    to->file = td_arena_copy(&doc->arena, v->input);
    to->seq = f->seq;
    to->has_t = f->has_t;
    to->t_ns = f->t_ns;
    to->key = kept(doc, f->key);
    to->path = kept(doc, f->path);
    to->schema_path = kept(doc, f->schema_path);
    to->expected = kept(doc, f->expected);
    to->found = kept(doc, f->found);
    to->excerpt = kept(doc, f->excerpt);
    to->repro = shown_by(doc, v, f);
    for (size_t i = 0; i < f->related_len; i++)
        to->witness[i] =
            (struct verdict_witness){.seq = f->related[i].seq,
                                     .has_t = f->related[i].has_t,
                                     .t_ns = f->related[i].t_ns,
                                     .value = kept(doc, f->related[i].value)};
    to->witness_len = f->related_len;
}

static const char *reason_of(struct verdict_document *doc,
                             const struct check_verdict *v)
{
    uint64_t findings = 0;
    uint32_t failed = 0;

    for (uint32_t i = 0; i < v->rules_len; i++) {
        if (v->rules[i].outcome == v->outcome && v->rules[i].reason &&
            v->rules[i].reason[0] && v->outcome != CHECK_PASS)
            return td_arena_copy(&doc->arena, v->rules[i].reason);
        failed += v->rules[i].outcome == CHECK_FAIL;
        findings += v->rules[i].total;
    }
    if (failed == 0)
        return v->lossy ? "events are missing from the tape" : NULL;
    return td_arena_print(
        &doc->arena, "%lu of %lu rules failed, with %llu finding%s",
        (unsigned long)failed, (unsigned long)v->rules_len,
        (unsigned long long)findings, findings == 1 ? "" : "s");
}

struct verdict_gate *verdict_add_stream(struct verdict_document *doc,
                                        const char *name,
                                        const struct check_verdict *v)
{
    struct verdict_gate *gate = verdict_add_gate(doc);

    gate->name = td_arena_copy(&doc->arena, name);
    gate->kind = VERDICT_STREAM;
    gate->outcome = v->outcome;
    gate->reason = reason_of(doc, v);
    gate->events = v->events;
    gate->lossy = v->lossy;
    add_rules(doc, gate, v);
    for (size_t i = 0; i < v->findings_len; i++)
        add_stream_finding(doc, gate->name, v, &v->findings[i]);
    return gate;
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
