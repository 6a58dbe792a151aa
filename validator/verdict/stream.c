#include "validator/verdict/stream.h"

#include "validator/verdict/lens.h"

#include <stdio.h>

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
                                  .where = kept(doc, r->where),
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

/* "2 of 9 rules failed, 1 warned, with 5 findings" */
static const char *reason_of(struct verdict_document *doc,
                             const struct check_verdict *v)
{
    uint64_t findings = 0;
    unsigned failed = 0;
    unsigned warned = 0;
    char beside[40] = "";

    for (uint32_t i = 0; i < v->rules_len; i++) {
        if (v->rules[i].outcome == v->outcome && v->rules[i].reason &&
            v->rules[i].reason[0] && v->outcome != CHECK_PASS)
            return td_arena_copy(&doc->arena, v->rules[i].reason);
        if (v->rules[i].outcome == CHECK_FAIL)
            *(v->rules[i].level == CHECK_LEVEL_ERROR ? &failed : &warned) += 1;
        findings += v->rules[i].total;
    }
    if (failed + warned == 0)
        return v->lossy ? "events are missing from the tape" : NULL;
    if (failed > 0 && warned > 0)
        (void)snprintf(beside, sizeof(beside), ", %u warned", warned);
    return td_arena_print(
        &doc->arena, "%u of %u rules %s%s, with %llu finding%s",
        failed ? failed : warned, (unsigned)v->rules_len,
        failed ? "failed" : "warned", beside, (unsigned long long)findings,
        findings == 1 ? "" : "s");
}

static void add_latencies(struct verdict_document *doc,
                          struct verdict_gate *gate,
                          const struct check_verdict *v)
{
    struct verdict_latency **end = &gate->latencies;

    for (uint32_t i = 0; i < v->rules_len; i++) {
        if (v->rules[i].spread.n == 0)
            continue;
        *end = td_arena_alloc(&doc->arena, sizeof(**end));
        (*end)->id = td_arena_copy(&doc->arena, v->rules[i].id);
        (*end)->what = td_arena_copy(&doc->arena, v->rules[i].what);
        (*end)->spread = v->rules[i].spread;
        end = &(*end)->next;
    }
}

struct verdict_gate *verdict_add_stream(struct verdict_document *doc,
                                        const char *name,
                                        const struct check_verdict *v)
{
    struct verdict_gate *gate = verdict_add_gate(doc);
    struct verdict_finding **findings = doc->findings_end;

    gate->name = td_arena_copy(&doc->arena, name);
    gate->kind = VERDICT_STREAM;
    gate->outcome = v->outcome;
    gate->reason = reason_of(doc, v);
    gate->events = v->events;
    gate->lossy = v->lossy;
    add_rules(doc, gate, v);
    for (size_t i = 0; i < v->findings_len; i++)
        add_stream_finding(doc, gate->name, v, &v->findings[i]);
    add_latencies(doc, gate, v);
    if (v->lens)
        verdict_lens_tell(v->lens, doc, gate, *findings);
    return gate;
}
