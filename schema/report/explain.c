#include "schema/report/explain.h"

#include "schema/value/pointer.h"

/* Units lie within each other no deeper than they ran. */
/* NOLINTBEGIN(misc-no-recursion) */

/* What is told of a trace: every failure of what had to hold, and of
 * alternatives the one that was meant, as far as that can be seen.
 */

static void choose(struct schema_run *r, uint32_t unit, uint32_t failure,
                   enum schema_shape shape)
{
    struct schema_chosen c = {unit, failure, shape};

    (void)td_buf_add(&r->chosen, &c, sizeof(c));
}

/* How far alternative `unit` went: failures about the value itself weigh less
 * than those of what it contains.
 */
static uint32_t reach(const struct schema_run *r, uint32_t unit, uint32_t at)
{
    const struct schema_unit *u = &r->units[unit];
    uint32_t far = u->first_failure != SCHEMA_NONE && u->at > at ? u->at : 0;

    for (uint32_t i = u->first_kid; i != SCHEMA_NONE; i = r->units[i].next) {
        uint32_t inner;

        if (r->units[i].valid || r->units[i].condition)
            continue;
        inner = reach(r, i, at);
        far = inner > far ? inner : far;
    }
    return far;
}

bool schema_fails_itself(const struct schema_run *r, uint32_t unit,
                         struct schema_chosen *chosen)
{
    const struct schema_unit *u = &r->units[unit];

    for (uint32_t f = u->first_failure; f != SCHEMA_NONE;) {
        struct schema_failure failed = schema_failure_at(r, f);
        enum schema_op_kind kind = r->set->ops[failed.op].kind;

        if (kind == SCHEMA_TYPE || kind == SCHEMA_CONST ||
            kind == SCHEMA_ENUM || kind == SCHEMA_NEVER) {
            *chosen = (struct schema_chosen){unit, f, SCHEMA_SHAPE_PLAIN};
            return true;
        }
        f = failed.next;
    }
    for (uint32_t i = u->first_kid; i != SCHEMA_NONE; i = r->units[i].next) {
        const struct schema_unit *kid = &r->units[i];

        if (!kid->valid && !kid->condition && kid->at == u->at &&
            schema_fails_itself(r, i, chosen))
            return true;
    }
    return false;
}

/* The alternatives; where the value has a tag, those that have it too. */
struct field {
    uint32_t count;
    uint32_t only;  /* one that fits the value's type; SCHEMA_NONE: not one */
    uint32_t right; /* how many do */
    uint32_t best;  /* the one that went farthest; SCHEMA_NONE: not one */
    uint32_t far;
};

static struct field weigh(struct schema_run *r, uint32_t unit, uint32_t op)
{
    struct field field = {.only = SCHEMA_NONE, .best = SCHEMA_NONE};
    uint32_t at = r->units[unit].at;

    for (uint32_t i = r->units[unit].first_kid; i != SCHEMA_NONE;
         i = r->units[i].next) {
        struct schema_chosen own;
        uint32_t far;

        if (r->units[i].op != op)
            continue;
        field.count++;
        if (schema_fails_itself(r, i, &own))
            continue;
        field.only = field.right++ == 0 ? i : SCHEMA_NONE;
        far = reach(r, i, at);
        if (far > field.far || field.right == 1) {
            field.best = i;
            field.far = far;
        } else if (far == field.far) {
            field.best = SCHEMA_NONE;
        }
    }
    return field;
}

static void pick(struct schema_run *r, uint32_t unit);

/* None of the alternatives holds. */
static void pick_alternative(struct schema_run *r, uint32_t unit,
                             uint32_t failure)
{
    struct schema_failure f = schema_failure_at(r, failure);
    const struct schema_op *op = &r->set->ops[f.op];
    uint32_t at = r->units[unit].at;
    bool tagged = op->tag && schema_tag_number(r, op->tag, at) != SCHEMA_NONE;
    struct field field = weigh(r, unit, f.op);

    if (tagged && field.count == 0) {
        choose(r, unit, failure, SCHEMA_SHAPE_TAG);
    } else if (field.only != SCHEMA_NONE) {
        pick(r, field.only);
    } else if (field.right == 0) {
        choose(r, unit, failure, SCHEMA_SHAPE_TYPES);
    } else {
        choose(r, unit, failure, SCHEMA_SHAPE_PLAIN);
        if (field.best != SCHEMA_NONE && field.far > 0)
            pick(r, field.best);
    }
}

static void pick_failure(struct schema_run *r, uint32_t unit, uint32_t failure)
{
    struct schema_failure f = schema_failure_at(r, failure);
    enum schema_op_kind kind = r->set->ops[f.op].kind;

    if (f.detail == 0 && (kind == SCHEMA_ANY || kind == SCHEMA_ONE))
        pick_alternative(r, unit, failure);
    else
        choose(r, unit, failure, SCHEMA_SHAPE_PLAIN);
}

/* Failures and kids of a unit in the order of its operations. */
static void pick(struct schema_run *r, uint32_t unit)
{
    uint32_t kid = r->units[unit].first_kid;
    uint32_t failure = r->units[unit].first_failure;

    while (kid != SCHEMA_NONE || failure != SCHEMA_NONE) {
        struct schema_failure f = {.op = SCHEMA_NONE};

        if (failure != SCHEMA_NONE)
            f = schema_failure_at(r, failure);
        if (kid != SCHEMA_NONE && r->units[kid].op <= f.op) {
            if (!r->units[kid].valid && !r->units[kid].condition)
                pick(r, kid);
            kid = r->units[kid].next;
        } else {
            pick_failure(r, unit, failure);
            failure = f.next;
        }
    }
}

/* It may be plain that a value fails, and why too much to be told. */
static enum td_code report_too_large(
    struct schema_run *run, uint32_t root, struct schema_value value,
    void (*report)(void *self, const struct schema_problem *problem),
    void *self)
{
    struct schema_problem problem = {
        .path = "",
        .expected = "a value that fits",
        .found = "one that does not; saying why takes too "
                 "many steps",
        .at = value.at};
    struct schema_place place = run->set->nodes[root].place;
    const struct td_jsonx *x = run->set->docs[place.doc].x;
    struct td_buf *path = &run->words[0];
    enum td_code code = schema_run_test(run, root, value);

    if (code != TD_FAILED)
        return code;
    td_buf_clear(path);
    (void)td_buf_addf(path, "%s#", x->name);
    schema_pointer(path, &x->json, 0, place.at);
    problem.schema_path = td_buf_str(path);
    report(self, &problem);
    return code;
}

enum td_code
schema_explain(struct schema_run *run, uint32_t root, struct schema_value value,
               void (*report)(void *self, const struct schema_problem *problem),
               void *self)
{
    bool valid;

    run->keep_all = false;
    schema_trace(run, root, value);
    td_buf_clear(&run->chosen);
    if (run->gave_up)
        return report_too_large(run, root, value, report, self);
    valid = run->units[0].valid;
    if (!valid)
        pick(run, 0);
    for (size_t i = 0; i < run->chosen.len; i += sizeof(struct schema_chosen)) {
        struct schema_chosen chosen;
        struct schema_problem problem;

        memcpy(&chosen, run->chosen.ptr + i, sizeof(chosen));
        schema_describe(run, &chosen, value, &problem);
        report(self, &problem);
    }
    return valid ? TD_OK : TD_FAILED;
}

/* NOLINTEND(misc-no-recursion) */
