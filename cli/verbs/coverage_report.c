#include "cli/verbs/coverage_report.h"

#include "cli/shared/hash_input.h"
#include "validator/audit/tell.h"

#include <inttypes.h>

struct coverage_report {
    struct verdict_document *doc;
    struct verdict_gate *gate;
    const struct check_contract *contract;
    const struct coverage *coverage;
};

static void add_measure(struct coverage_report *r, const char *id,
                        const struct coverage_part *part)
{
    struct verdict_measure *m = verdict_add_measure(r->doc, r->gate);

    m->id = id;
    m->unit = "%";
    m->holds = true;
    m->value = (struct verdict_number){.known = true,
                                       .value = 100.0 * (double)part->seen /
                                                (double)part->all,
                                       .part = part->seen,
                                       .whole = part->all};
}

/* The number that --min is about, and it. */
static void add_share(struct coverage_report *r, const struct cli_args *args,
                      bool holds)
{
    struct verdict_measure *m = verdict_add_measure(r->doc, r->gate);

    m->id = "coverage";
    m->unit = "%";
    m->holds = holds;
    m->value = (struct verdict_number){
        .known = true, .value = coverage_share(r->coverage) / 10.0};
    if (!cli_given(args, "min"))
        return;
    m->op = ">=";
    m->limit = (struct verdict_number){
        .known = true, .value = (double)cli_number(args, "min")};
}

static void add_rules(struct coverage_report *r)
{
    const struct check_ruleset *set = &r->contract->set;
    struct verdict_rule **end = &r->gate->rules;

    for (uint32_t i = 0; i < set->rules_len; i++) {
        struct verdict_rule *rule;

        if (set->rules[i].dropped)
            continue;
        rule = (struct verdict_rule *)td_arena_alloc(&r->doc->arena,
                                                     sizeof(*rule));
        rule->id = td_arena_copy(&r->doc->arena, set->rules[i].id);
        rule->what = rule->id;
        rule->level = CHECK_LEVEL_INFO;
        rule->applied = rule->judged = r->coverage->judged[i];
        rule->outcome = rule->judged ? CHECK_PASS : CHECK_VACUOUS;
        *end = rule;
        end = &rule->next;
    }
}

static void add_missing(struct coverage_report *r, enum coverage_part_kind kind)
{
    static const char *const texts[COVERAGE_PARTS_LEN] = {
        "no stream gave the rule anything to judge",
        "the event never came",
        "the field never came",
        "the value never came",
        "no value took this alternative",
        "the event never came on the channel",
        "the state never came",
        "the step was never taken",
        "no mutant of the streams fails the rule"};
    const struct coverage_part *part = &r->coverage->parts[kind];

    for (uint32_t i = 0; i < part->missing_len; i++) {
        struct verdict_finding *f = verdict_add_finding(r->doc);

        f->gate = r->gate->name;
        f->rule = coverage_part_text(kind);
        f->level = CHECK_LEVEL_INFO;
        f->message = td_arena_print(&r->doc->arena, "%s: %s", part->missing[i],
                                    texts[kind]);
    }
}

static void add_gate(struct coverage_report *r, const struct cli_args *args,
                     bool holds)
{
    const struct coverage *coverage = r->coverage;
    uint32_t share = coverage_share(coverage);

    r->gate->name = "contract coverage";
    r->gate->kind = VERDICT_STREAM;
    r->gate->outcome = coverage->unread.len ? CHECK_ERROR
                       : holds              ? CHECK_PASS
                                            : CHECK_FAIL;
    r->gate->events = audit_profile_messages(coverage->profile);
    r->gate->reason =
        td_arena_print(&r->doc->arena, "coverage is %" PRIu32 ".%" PRIu32 " %%",
                       share / 10, share % 10);
    if (coverage->unread.len)
        r->gate->reason = td_arena_print(
            &r->doc->arena, "%s; %" PRIu32 " file%s could not be read",
            r->gate->reason, coverage->unread.len,
            coverage->unread.len == 1 ? "" : "s");
    cli_hash_contract(r->doc, r->gate, cli_operand(args, 1), r->contract);
    for (uint32_t i = 0; i < coverage->tapes.len; i++)
        cli_hash_stream(r->doc, r->gate, coverage->tapes.list[i].path,
                        &coverage->tapes.list[i].state);
    add_share(r, args, holds);
    for (int i = 0; i < COVERAGE_PARTS_LEN; i++) {
        enum coverage_part_kind kind = (enum coverage_part_kind)i;

        if (coverage->parts[i].all)
            add_measure(r, coverage_part_text(kind), &coverage->parts[i]);
        add_missing(r, kind);
    }
    add_rules(r);
    r->gate->names = audit_tell_declared(coverage->profile, coverage->declared,
                                         &r->doc->arena);
}

enum td_code cli_coverage_reports(const struct cli_args *args,
                                  const struct check_contract *contract,
                                  const struct coverage *coverage, bool holds,
                                  struct td_error *err)
{
    struct verdict_document doc;
    struct coverage_report r = {
        .doc = &doc, .contract = contract, .coverage = coverage};

    if (!cli_list(args, "report")[0])
        return TD_OK;
    cli_report_begin(args, &doc);
    r.gate = verdict_add_gate(&doc);
    add_gate(&r, args, holds);
    return cli_report_end(args, &doc, err);
}
