#include "schema/value/decimal.h"
#include "validator/lint/lint_internal.h"

/* True if value `at` is a number that is 0 however it is written. */
static bool is_zero(const struct check_lint *lint, uint32_t at)
{
    struct schema_decimal d;
    int64_t n = 1;

    if (at == 0 || lint->doc->json.values[at].kind != TD_JSON_NUMBER)
        return false;
    schema_decimal_read(&d, td_json_raw(&lint->doc->json, at));
    return schema_decimal_int64(&d, &n) && n == 0;
}

/* At least none is always true. */
static void lint_count(const struct check_lint *lint, uint32_t rule)
{
    uint32_t least = check_lint_member(lint, rule, "at_least");

    if (is_zero(lint, least) && !check_lint_member(lint, rule, "at_most"))
        check_doubt(lint, least, "ask for 1 or more, or leave the rule out",
                    "this rule can never fail: there is at least none");
}

static void lint_report(const struct check_lint *lint, uint32_t rule)
{
    uint32_t max = check_lint_member(lint, rule, "max_report");

    if (is_zero(lint, max))
        check_doubt(lint, max, "write 1 or more",
                    "no finding of this rule would ever be shown");
}

/* true and {} take everything. */
static void lint_schema(const struct check_lint *lint, uint32_t rule)
{
    uint32_t schema = check_lint_member(lint, rule, "schema");
    const struct td_json_value *v = &lint->doc->json.values[schema];

    if (schema && (v->kind == TD_JSON_TRUE ||
                   (v->kind == TD_JSON_OBJECT && v->count == 0)))
        check_doubt(lint, schema, "say what must be",
                    "this rule can never fail: its schema takes everything");
}

void check_lint_rule(const struct check_lint *lint, uint32_t at)
{
    uint32_t states = check_lint_member(lint, at, "states");

    if (check_lint_member(lint, at, "count"))
        lint_count(lint, at);
    check_lint_names(lint, at);
    lint_report(lint, at);
    lint_schema(lint, at);
    if (states)
        check_lint_states(lint, states);
}
