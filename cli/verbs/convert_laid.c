#include "cli/verbs/convert_laid.h"

#include "core/mem.h"
#include "schema/schema.h"
#include "validator/check/check.h"

#include <stdlib.h>

struct cli_laid {
    const char *path;
    struct schema_options reading;
    struct check_contract *contract;
    struct check_options how;
    struct check *check;
    struct conv_finding *findings;
    uint64_t last_seq; /* of the event before */
};

enum td_code cli_laid_open(struct cli_laid **out, const struct cli_args *args,
                           uint64_t start_wall_ns, struct td_error *err)
{
    const char *path = cli_text(args, "contract");
    struct cli_laid *c;
    enum td_code code;

    if (!path)
        return TD_OK;
    *out = c = td_calloc(1, sizeof(*c));
    c->path = path;
    code = check_contract_load(&c->contract, path, &c->reading, err);
    if (code)
        return code;
    c->how.contract = c->contract;
    c->how.max_findings = CONVERT_FINDINGS;
    c->check = check_new(&c->how, cli_operand(args, 0));
    check_began(c->check, start_wall_ns);
    return TD_OK;
}

void cli_laid_close(struct cli_laid *c)
{
    if (!c)
        return;
    check_free(c->check);
    check_contract_free(c->contract);
    free(c->findings);
    free(c);
}

void cli_laid_event(struct cli_laid *c, const struct td_event *ev)
{
    if (!c)
        return;
    if (ev->seq != c->last_seq + 1)
        check_skipped(c->check);
    c->last_seq = ev->seq;
    (void)!check_event(c->check, ev); /* it ends early if asked to only */
}

static struct conv_finding finding_of(const struct check_verdict *v,
                                      const struct check_finding *f)
{
    const struct check_result *rule = &v->rules[f->rule];

    return (struct conv_finding){.seq = f->seq,
                                 .at_ns = f->has_t ? f->t_ns : 0,
                                 .level = check_level_text(rule->level),
                                 .rule = rule->id,
                                 .message =
                                     rule->note ? rule->note : rule->what,
                                 .path = f->path,
                                 .expected = f->expected,
                                 .found = f->found};
}

void cli_laid_tell(struct cli_laid *c, struct conv_told *told)
{
    const struct check_verdict *v;
    const char *slash;

    if (!c)
        return;
    v = check_end(c->check);
    slash = strrchr(c->path, '/');
    c->findings = td_calloc(v->findings_len + 1, sizeof(*c->findings));
    for (size_t i = 0; i < v->findings_len; i++)
        c->findings[i] = finding_of(v, &v->findings[i]);
    told->contract = slash && slash[1] ? slash + 1 : c->path;
    told->outcome = check_outcome_text(v->outcome);
    told->findings = c->findings;
    told->findings_len = v->findings_len;
    for (uint32_t i = 0; i < v->rules_len; i++)
        told->findings_total += v->rules[i].total;
}
