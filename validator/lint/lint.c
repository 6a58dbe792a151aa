#include "validator/lint/lint_internal.h"

#include "core/mem.h"
#include "validator/cases/cases.h"
#include "validator/shelf/shelf.h"

#include <stdlib.h>
#include <string.h>

/* Ids that the verdict has anyway. */
static bool is_ours(const char *id)
{
    static const char *const ours[] = {"json", "schema", "unknown",
                                       "tape", "loss",   "direction"};

    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
        if (!strcmp(id, ours[i]))
            return true;
    }
    return false;
}

struct named {
    const char *id;
    uint32_t at; /* the value of `id` */
};

static int compare_named(const void *a, const void *b)
{
    const struct named *x = a;
    const struct named *y = b;
    int order = strcmp(x->id, y->id);

    return order ? order : x->at < y->at ? -1 : x->at > y->at;
}

/* Two rules with one id cannot be told apart in a verdict. */
static void lint_ids(const struct check_lint *lint, const struct named *list,
                     uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (list[i].at == 0)
            continue;
        if (is_ours(list[i].id))
            check_doubt(&lint->to, list[i].at, "choose another id",
                        "every verdict has a rule \"%.80s\" of its own",
                        list[i].id);
        else if (i > 0 && !strcmp(list[i].id, list[i - 1].id) &&
                 list[i - 1].at == 0)
            check_doubt(&lint->to, list[i].at,
                        "give the rule another id, or the other one with ids: "
                        "of the import",
                        "a rule that is imported has the id \"%.80s\" already",
                        list[i].id);
        else if (i > 0 && !strcmp(list[i].id, list[i - 1].id))
            check_doubt(&lint->to, list[i].at,
                        "give each rule an id of its own",
                        "the id \"%.80s\" is already in line %u", list[i].id,
                        td_jsonx_where(lint->to.doc, list[i - 1].at).line);
    }
}

static void lint_rule(const struct check_lint *lint,
                      const struct check_rule *rule, uint32_t at)
{
    uint32_t max = td_jsonx_member(lint->to.doc, at, "max_report");

    if (rule->verb->doubt)
        rule->verb->doubt(rule, &lint->to, at);
    check_lint_names(lint, at);
    if (check_is_zero(lint->to.doc, max))
        check_doubt(&lint->to, max, "write 1 or more",
                    "no finding of this rule would ever be shown");
}

static void lint_rules(const struct check_lint *lint)
{
    const struct check_contract *c = lint->contract;
    uint32_t rules = td_jsonx_member(lint->to.doc, 0, "rules");
    struct named *list = td_calloc(c->set.rules_len + 1, sizeof(*list));
    uint32_t at = rules + 1;

    for (uint32_t i = 0; i < c->set.rules_len; i++) {
        list[i] = (struct named){c->set.rules[i].id, 0};
        if (c->set.rules[i].import != CHECK_RULE_OWN)
            continue; /* it stands elsewhere */
        list[i].at = td_jsonx_member(lint->to.doc, at, "id");
        lint_rule(lint, &c->set.rules[i], at);
        at = lint->to.doc->json.values[at].next;
    }
    qsort(list, c->set.rules_len, sizeof(*list), compare_named);
    lint_ids(lint, list, c->set.rules_len);
    free(list);
}

/* True if a verdict about the contract has a rule of this id. */
static bool has_rule(const struct check_lint *lint, const char *id)
{
    const struct check_contract *c = lint->contract;

    for (uint32_t i = 0; i < c->set.rules_len; i++) {
        if (!strcmp(c->set.rules[i].id, id))
            return true;
    }
    return is_ours(id);
}

static void lint_id(const struct check_lint *lint, uint32_t at)
{
    struct td_buf id = {0};

    if (lint->to.doc->json.values[at].kind == TD_JSON_STRING) {
        (void)td_json_unescape(&id, td_json_inner(&lint->to.doc->json, at));
        if (!has_rule(lint, td_buf_str(&id)))
            check_doubt(&lint->to, at, "mend the spelling, or write the rule",
                        "the contract has no rule \"%.80s\"", td_buf_str(&id));
    }
    td_buf_release(&id);
}

/* What a test expects: rules that are there. */
static void lint_expected(const struct check_lint *lint, uint32_t expect)
{
    const struct td_json_value *v = lint->to.doc->json.values;

    for (uint32_t key = expect + 1;
         v[expect].kind == TD_JSON_OBJECT && key < v[expect].next;
         key = v[key + 1].next) {
        lint_id(lint, key + 1);
        for (uint32_t i = key + 2; i < v[key + 1].next; i++)
            lint_id(lint, i);
    }
}

static void lint_tests(const struct check_lint *lint)
{
    uint32_t tests = td_jsonx_member(lint->to.doc, 0, "tests");
    const struct td_json_value *v = lint->to.doc->json.values;

    for (uint32_t i = tests + 1; tests && i < v[tests].next; i = v[i].next)
        lint_expected(lint, td_jsonx_member(lint->to.doc, i, "expect"));
}

/* Errors, or doubts, of the contract of that name. */
struct kept {
    struct check_remarks all;
    const char *name;
};

static void keep(void *self, const struct td_error *what)
{
    struct kept *kept = self;

    check_remark_add(&kept->all, kept->name, what);
}

static enum td_code lint_contract(const struct check_lint *lint,
                                  const struct td_jsonx_errors *errors)
{
    const struct check_options options = {.contract = lint->contract};
    struct check_cases *cases = NULL;
    enum td_code code = check_cases_new_all(&cases, &options, errors, NULL);

    if (code == TD_OK) {
        lint_rules(lint);
        check_lint_sets(lint);
        check_lint_branches(lint);
        lint_tests(lint);
        schema_set_doubts(lint->contract->set.schemas, keep, lint->to.self);
    }
    check_cases_free(cases);
    return code;
}

enum td_code check_lint_document(struct td_jsonx *doc,
                                 const struct schema_options *how,
                                 const struct check_linter *linter)
{
    char *name = td_strdup(doc->name);
    struct kept errors = {.name = name};
    struct kept doubts = {.name = name};
    const struct td_jsonx_errors all = {keep, &errors};
    struct check_contract *contract = NULL;
    enum td_code code =
        check_contract_compile_all(&contract, doc, how, &all, NULL);

    if (code == TD_OK) {
        const struct check_lint lint = {
            {&contract->doc, keep, &doubts}, contract, how};

        code = lint_contract(&lint, &all);
    }
    check_remarks_tell(&errors.all, false, linter);
    check_remarks_tell(&doubts.all, true, linter);
    check_contract_free(contract);
    free(name);
    return code;
}

enum td_code check_lint(const char *path, const struct schema_options *how,
                        const struct check_linter *linter)
{
    struct td_jsonx doc = {0};
    struct td_error err = {0};
    enum td_code code = check_shelf_load(&doc, path, &err);

    if (code == TD_OK)
        return check_lint_document(&doc, how, linter);
    linter->report(linter->self, false, &err);
    return code;
}
