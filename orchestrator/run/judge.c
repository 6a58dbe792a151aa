#include "orchestrator/run/judge.h"

#include "core/clock.h"
#include "core/mem.h"
#include "reports/verdict_load.h"
#include "validator/check/check.h"
#include "validator/verdict/stream.h"

#include <stdlib.h>

#define FINDINGS 10 /* kept for a rule */

extern const unsigned char run_contract[];
extern const size_t run_contract_len;

struct run_judge {
    struct check_contract *contract;
    struct check_options how;
    struct check *check;
    char *input;
    const char *cut; /* why it is not whole, in the arena of doc; or NULL */
    uint64_t began_ns;
    struct verdict_document doc;
    bool ended;
};

static enum td_code compile(struct run_judge *judge, struct td_error *err)
{
    struct td_jsonx doc = {.name = NULL};
    enum td_code code = td_jsonx_parse(
        &doc, "execution.contract.yaml", TD_JSONX_YAML,
        td_bytes((const char *)run_contract, run_contract_len), err);

    return code ? code
                : check_contract_compile(&judge->contract, &doc, NULL, err);
}

enum td_code run_judge_new(struct run_judge **out, const char *input,
                           struct td_error *err)
{
    struct run_judge *judge = td_calloc(1, sizeof(*judge));

    verdict_document_init(&judge->doc);
    if (compile(judge, err)) {
        run_judge_free(judge);
        return err->code;
    }
    judge->input = td_strdup(input);
    judge->began_ns = td_mono_ns(td_clock_real());
    judge->how = (struct check_options){.contract = judge->contract,
                                        .max_findings = FINDINGS};
    judge->check = check_new(&judge->how, judge->input);
    *out = judge;
    return TD_OK;
}

void run_judge_free(struct run_judge *judge)
{
    if (!judge)
        return;
    check_free(judge->check);
    check_contract_free(judge->contract);
    verdict_document_release(&judge->doc);
    free(judge->input);
    free(judge);
}

void run_judge_cut(struct run_judge *judge, const char *why)
{
    judge->cut = td_arena_copy(&judge->doc.arena, why);
    check_free(judge->check);
    judge->how.cut = true;
    judge->check = check_new(&judge->how, judge->input);
}

void run_judge_hear(struct run_judge *judge, const struct td_event *ev)
{
    if (!judge->ended)
        (void)!check_received(judge->check, ev);
}

enum td_code run_judge_load(struct run_judge *judge, const char *path,
                            struct td_error *err)
{
    enum td_code code = report_verdict_load(&judge->doc, path, err);

    if (!code)
        return TD_OK;
    verdict_document_release(&judge->doc);
    verdict_document_init(&judge->doc);
    return code;
}

void run_judge_error(struct run_judge *judge, const char *why)
{
    struct verdict_gate *gate = verdict_add_gate(&judge->doc);

    gate->name = td_arena_copy(&judge->doc.arena, "gates");
    gate->kind = VERDICT_CUSTOM;
    gate->outcome = CHECK_ERROR;
    gate->reason = td_arena_copy(&judge->doc.arena, why);
}

struct run_judge_sums run_judge_sums(const struct run_judge *judge)
{
    struct run_judge_sums sums = {.tests = {0, 0}};

    for (const struct verdict_test *t = judge->doc.tests; t; t = t->next) {
        sums.tests[0] += t->result >= VERDICT_RESULT_XFAIL &&
                         t->result <= VERDICT_RESULT_FLAKY;
        sums.tests[1] += t->result != VERDICT_RESULT_SKIP;
    }
    for (const struct verdict_coverage *c = judge->doc.coverage; c; c = c->next)
        for (unsigned i = 0; i < 2; i++)
            sums.lines[i] += c->lines[i];
    return sums;
}

const struct verdict_document *run_judge_end(struct run_judge *judge,
                                             const char *id, bool cancelled)
{
    struct verdict_run *run = &judge->doc.run;
    struct verdict_gate *gate;

    if (judge->ended)
        return &judge->doc;
    judge->ended = true;
    gate = verdict_add_stream(&judge->doc, RUN_STREAM_GATE,
                              check_end(judge->check));
    if (gate->outcome == CHECK_OPEN && judge->cut)
        gate->reason = judge->cut;
    run->id = td_arena_copy(&judge->doc.arena, id);
    run->at_ns = td_wall_ns(td_clock_real());
    run->ms = (td_mono_ns(td_clock_real()) - judge->began_ns) / TD_NS_PER_MS;
    run->tool = TD_VERSION;
    verdict_document_close(&judge->doc, cancelled);
    return &judge->doc;
}

const struct verdict_document *run_judge_verdict(const struct run_judge *judge)
{
    return judge && judge->ended ? &judge->doc : NULL;
}
