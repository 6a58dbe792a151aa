#include "validator/lint_int.h"

#include "core/mem.h"
#include "validator/trial.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void check_doubt(const struct check_lint *lint, uint32_t at, const char *mend,
                 const char *fmt, ...)
{
    struct td_error what = {0};
    char text[sizeof(what.text)];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    (void)td_jsonx_fail(lint->doc, at, TD_OK, &what, "%s", text);
    (void)td_error_mend(&what, "%s", mend);
    lint->linter->report(lint->linter->self, true, &what);
}

uint32_t check_lint_member(const struct check_lint *lint, uint32_t at,
                           const char *key)
{
    return td_json_member(&lint->doc->json, at, td_text(key));
}

/* Ids that the verdict has anyway. */
static bool is_ours(const char *id)
{
    static const char *const ours[] = {"json", "schema", "unknown", "tape",
                                       "loss"};

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
        if (is_ours(list[i].id))
            check_doubt(lint, list[i].at, "choose another id",
                        "every verdict has a rule \"%.80s\" of its own",
                        list[i].id);
        else if (i > 0 && !strcmp(list[i].id, list[i - 1].id))
            check_doubt(lint, list[i].at, "give each rule an id of its own",
                        "the id \"%.80s\" is already in line %u", list[i].id,
                        td_jsonx_where(lint->doc, list[i - 1].at).line);
    }
}

static void lint_rules(const struct check_lint *lint)
{
    const struct check_contract *c = lint->contract;
    uint32_t rules = check_lint_member(lint, 0, "rules");
    struct named *list = td_calloc(c->rules_len + 1, sizeof(*list));
    uint32_t at = rules + 1;

    for (uint32_t i = 0; i < c->rules_len; i++) {
        list[i] =
            (struct named){c->rules[i].id, check_lint_member(lint, at, "id")};
        check_lint_rule(lint, at);
        at = lint->doc->json.values[at].next;
    }
    qsort(list, c->rules_len, sizeof(*list), compare_named);
    lint_ids(lint, list, c->rules_len);
    free(list);
}

static void on_error(void *self, const struct td_error *error)
{
    const struct check_linter *linter = self;

    linter->report(linter->self, false, error);
}

enum td_code check_lint(const char *path,
                        const struct check_schema_options *how,
                        const struct check_linter *linter)
{
    const struct check_contract_errors errors = {on_error,
                                                 (void *)(uintptr_t)linter};
    struct check_contract *contract = NULL;
    struct check_trials *trials = NULL;
    struct td_jsonx doc = {0};
    struct td_error err = {0};
    enum td_code code = td_jsonx_load(&doc, path, &err);

    if (code) {
        linter->report(linter->self, false, &err);
        return code;
    }
    code = check_contract_compile_all(&contract, &doc, how, &errors, &err);
    if (code == TD_OK) {
        const struct check_options options = {.contract = contract};
        const struct check_lint lint = {linter, contract, &contract->doc, how};

        code = check_trials_new(&trials, &options, &err);
        if (code)
            linter->report(linter->self, false, &err);
        lint_rules(&lint);
    }
    check_trials_free(trials);
    check_contract_free(contract);
    return code;
}
