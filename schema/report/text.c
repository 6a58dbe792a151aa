#include "core/alternatives.h"
#include "schema/report/explain.h"
#include "schema/value/pointer.h"

#define SHOWN  80              /* bytes of a value or keyword in a message */
#define LISTED TD_ALTERNATIVES /* types in a message */

enum word { PATH, SCHEMA_PATH, EXPECTED, FOUND };

/* A failure with all that is said about it. */
struct told {
    const struct schema_run *r;
    const struct schema_unit *unit;
    const struct schema_op *op;
    const struct td_json_doc *schema;
    uint32_t detail;
};

static void add_kinds(struct td_buf *out, uint32_t kinds)
{
    static const struct {
        uint32_t kind;
        const char *name;
    } names[] = {
        {SCHEMA_KIND(TD_JSON_NULL), "null"},
        {SCHEMA_KIND(TD_JSON_TRUE), "boolean"},
        {SCHEMA_INTEGER, "integer"},
        {SCHEMA_KIND(TD_JSON_NUMBER), "number"},
        {SCHEMA_KIND(TD_JSON_STRING), "string"},
        {SCHEMA_KIND(TD_JSON_ARRAY), "array"},
        {SCHEMA_KIND(TD_JSON_OBJECT), "object"},
    };
    size_t from = out->len;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (kinds & names[i].kind)
            (void)td_buf_addf(out, "%s%s", out->len > from ? " or " : "",
                              names[i].name);
    }
}

/* Keywords whose expectation is a phrase in front of their value. */
static const char *phrase(enum schema_op_kind kind)
{
    switch ((int)kind) {
    case SCHEMA_CONST:
        return "";
    case SCHEMA_ENUM:
        return "one of ";
    case SCHEMA_MINIMUM:
        return "at least ";
    case SCHEMA_MAXIMUM:
        return "at most ";
    case SCHEMA_ABOVE:
        return "more than ";
    case SCHEMA_BELOW:
        return "less than ";
    case SCHEMA_MULTIPLE:
        return "a multiple of ";
    case SCHEMA_PATTERN:
        return "text that matches ";
    case SCHEMA_FORMAT:
        return "text in the format ";
    default:
        return NULL;
    }
}

static void add_count(struct td_buf *out, const struct schema_op *op)
{
    bool least = op->kind == SCHEMA_MIN_LENGTH || op->kind == SCHEMA_MIN_COUNT;
    const char *what = "character";

    if (op->kind == SCHEMA_MIN_COUNT || op->kind == SCHEMA_MAX_COUNT)
        what = op->kinds & SCHEMA_KIND(TD_JSON_ARRAY) ? "item" : "member";
    (void)td_buf_addf(out, "at %s %llu %s%s", least ? "least" : "most",
                      (unsigned long long)op->low, what,
                      op->low == 1 ? "" : "s");
}

static void add_contains(struct td_buf *out, const struct schema_op *op)
{
    (void)td_buf_addf(out, "at least %llu", (unsigned long long)op->low);
    if (op->high != UINT64_MAX)
        (void)td_buf_addf(out, " and at most %llu",
                          (unsigned long long)op->high);
    (void)td_buf_add_text(out, " items that fit");
}

/* The schema false says no more than where it stands. */
static void add_never(struct td_buf *out, const struct td_json_doc *schema,
                      uint32_t at)
{
    static const struct {
        const char *keyword;
        const char *words;
    } places[] = {
        {"additionalProperties", "no member of this name"},
        {"unevaluatedProperties", "no member of this name"},
        {"items", "no item here"},
        {"additionalItems", "no item here"},
        {"unevaluatedItems", "no item here"},
    };

    for (size_t i = 0; at > 0 && i < sizeof(places) / sizeof(places[0]); i++) {
        if (schema->values[at - 1].kind == TD_JSON_STRING &&
            td_json_string_is(schema, at - 1, td_text(places[i].keyword))) {
            (void)td_buf_add_text(out, places[i].words);
            return;
        }
    }
    (void)td_buf_add_text(out, "nothing (the schema is false)");
}

static void add_alternatives(struct td_buf *out, const struct schema_op *op)
{
    (void)td_buf_addf(out, "%s of %u schemas to fit",
                      op->kind == SCHEMA_ANY ? "one" : "exactly one",
                      op->count);
}

static void add_plain(struct td_buf *out, const struct told *t)
{
    switch ((int)t->op->kind) {
    case SCHEMA_TYPE:
        add_kinds(out, t->op->kinds);
        break;
    case SCHEMA_UNIQUE:
        (void)td_buf_add_text(out, "no two equal items");
        break;
    case SCHEMA_NEEDS:
        schema_excerpt_value(out, t->schema, t->op->at, SHOWN);
        (void)td_buf_addf(out, " beside \"%s\"", (const char *)t->op->name.ptr);
        break;
    case SCHEMA_OBJECT:
        (void)td_buf_addf(
            out, "a member \"%s\"",
            (const char *)t->op->members->table.keys[t->detail].text.ptr);
        break;
    case SCHEMA_CONTAINS:
        add_contains(out, t->op);
        break;
    case SCHEMA_ANY:
    case SCHEMA_ONE:
        add_alternatives(out, t->op);
        break;
    case SCHEMA_NOT:
        (void)td_buf_add_text(out, "not to fit the schema");
        break;
    case SCHEMA_NEVER:
        add_never(out, t->schema, t->op->at);
        break;
    default:
        add_count(out, t->op);
        break;
    }
}

static struct told tell(const struct schema_run *r,
                        const struct schema_chosen *chosen)
{
    struct schema_failure f = schema_failure_at(r, chosen->failure);
    const struct schema_unit *unit = &r->units[chosen->unit];

    return (struct told){
        .r = r,
        .unit = unit,
        .op = &r->set->ops[f.op],
        .schema = schema_doc_of(r->set, unit->node),
        .detail = f.detail,
    };
}

/* Append alternatives, each of which is cut off where it gets long. */
static void add_cut(struct td_buf *out, struct td_alternatives *all,
                    const char *quote)
{
    struct td_buf cut[TD_ALTERNATIVES] = {0};

    for (uint32_t i = 0; i < all->len && i < TD_ALTERNATIVES; i++) {
        schema_excerpt(&cut[i], all->best[i].text, SHOWN);
        all->best[i].text = td_buf_bytes(&cut[i]);
    }
    td_alternatives_say(all, out, quote, ", ");
    for (uint32_t i = 0; i < TD_ALTERNATIVES; i++)
        td_buf_release(&cut[i]);
}

/* One of "a", "b", ... of the tags that are known. */
static void add_tags(struct td_buf *out, const struct told *t)
{
    const struct schema_tag *tag = t->op->tag;
    uint32_t at = schema_tag_value(tag, t->r->doc, t->unit->at);
    struct td_alternatives all = {.near = td_json_inner(t->r->doc, at)};

    (void)td_buf_add_text(out, tag->values.len > 1 ? "one of " : "");
    for (uint32_t i = 0; i < tag->values.len; i++)
        td_alternatives_add(&all, tag->values.keys[i].text);
    add_cut(out, &all, "\"");
}

/* An enum of more values than are named. */
static void add_enum(struct td_buf *out, const struct told *t)
{
    const struct td_json_value *v = t->schema->values;
    struct td_alternatives all = {.near = td_json_raw(t->r->doc, t->unit->at)};

    (void)td_buf_add_text(out, phrase(t->op->kind));
    for (uint32_t i = t->op->at + 1; i < v[t->op->at].next; i = v[i].next)
        td_alternatives_add(&all, td_json_raw(t->schema, i));
    add_cut(out, &all, "");
}

/* What an alternative wants of the value itself has no shape but a plain one.
 */
/* NOLINTBEGIN(misc-no-recursion) */

/* What each alternative wants of the value itself: "string or null". */
static void add_types(struct td_buf *out, const struct told *t, uint32_t op)
{
    const struct schema_run *r = t->r;
    uint32_t listed = 0;

    for (uint32_t i = t->unit->first_kid; i != SCHEMA_NONE;
         i = r->units[i].next) {
        struct schema_chosen inner;

        if (r->units[i].op != op || !schema_fails_itself(r, i, &inner) ||
            tell(r, &inner).op->kind == SCHEMA_NEVER)
            continue;
        if (listed++ == LISTED) {
            (void)td_buf_add_text(out, " or ...");
            return;
        }
        (void)td_buf_add_text(out, listed > 1 ? " or " : "");
        schema_add_expected(out, r, &inner);
    }
    if (listed == 0)
        add_alternatives(out, t->op);
}

void schema_add_expected(struct td_buf *out, const struct schema_run *r,
                         const struct schema_chosen *chosen)
{
    struct told t = tell(r, chosen);

    if (chosen->shape == SCHEMA_SHAPE_TAG) {
        add_tags(out, &t);
    } else if (chosen->shape == SCHEMA_SHAPE_TYPES) {
        add_types(out, &t, schema_failure_at(r, chosen->failure).op);
    } else if (t.op->kind == SCHEMA_ENUM &&
               t.schema->values[t.op->at].count > TD_ALTERNATIVES) {
        add_enum(out, &t);
    } else if (phrase(t.op->kind)) {
        (void)td_buf_add_text(out, phrase(t.op->kind));
        schema_excerpt_value(out, t.schema, t.op->at, SHOWN);
    } else {
        add_plain(out, &t);
    }
}

/* NOLINTEND(misc-no-recursion) */

static void add_found(struct td_buf *out, const struct told *t,
                      struct schema_value v)
{
    const struct td_json_value *value = &v.doc->values[v.at];

    if (t->op->kind == SCHEMA_ONE && t->detail > 0) {
        (void)td_buf_add_text(out, "more than one fits");
        return;
    }
    switch ((int)t->op->kind) {
    case SCHEMA_OBJECT:
    case SCHEMA_NEEDS:
        (void)td_buf_add_text(out, "no such member");
        break;
    case SCHEMA_MIN_COUNT:
    case SCHEMA_MAX_COUNT:
        (void)td_buf_addf(out, "%u", value->count);
        break;
    case SCHEMA_CONTAINS:
        (void)td_buf_addf(out, "%u of %u", t->detail, value->count);
        break;
    default:
        schema_excerpt_value(out, v.doc, v.at, SHOWN);
        break;
    }
}

/* A required name is reported where it is required. */
static uint32_t keyword_place(const struct told *t)
{
    return t->op->kind == SCHEMA_OBJECT ? t->op->members->names[t->detail].at
                                        : t->op->at;
}

void schema_describe(struct schema_run *r, const struct schema_chosen *chosen,
                     struct schema_value value, struct schema_problem *out)
{
    struct told t = tell(r, chosen);
    uint32_t node = t.unit->node;
    const struct td_jsonx *x = r->set->docs[r->set->nodes[node].place.doc].x;
    struct schema_value v = {value.doc, t.unit->at};
    struct td_buf *w = r->words;

    if (chosen->shape == SCHEMA_SHAPE_TAG)
        v.at = schema_tag_value(t.op->tag, v.doc, v.at);
    for (int i = PATH; i <= FOUND; i++)
        td_buf_clear(&w[i]);
    schema_pointer(&w[PATH], value.doc, value.at, v.at);
    (void)td_buf_addf(&w[SCHEMA_PATH], "%s#", x->name);
    schema_pointer(&w[SCHEMA_PATH], &x->json, 0, keyword_place(&t));
    schema_add_expected(&w[EXPECTED], r, chosen);
    if (chosen->shape == SCHEMA_SHAPE_TAG)
        schema_excerpt_value(&w[FOUND], v.doc, v.at, SHOWN);
    else
        add_found(&w[FOUND], &t, v);
    *out = (struct schema_problem){
        .path = td_buf_str(&w[PATH]),
        .schema_path = td_buf_str(&w[SCHEMA_PATH]),
        .expected = td_buf_str(&w[EXPECTED]),
        .found = td_buf_str(&w[FOUND]),
        .at = v.at,
    };
}
