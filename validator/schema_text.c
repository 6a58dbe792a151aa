#include "validator/pointer.h"
#include "validator/schema_int.h"

#define SHOWN 80 /* bytes of a value or keyword in a message */

enum word { PATH, SCHEMA_PATH, EXPECTED, FOUND };

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
    const char *what = "characters";

    if (op->kind == SCHEMA_MIN_COUNT || op->kind == SCHEMA_MAX_COUNT)
        what = op->kinds & SCHEMA_KIND(TD_JSON_ARRAY) ? "items" : "members";
    (void)td_buf_addf(out, "at %s %llu %s", least ? "least" : "most",
                      (unsigned long long)op->low, what);
}

static void add_contains(struct td_buf *out, const struct schema_op *op)
{
    (void)td_buf_addf(out, "at least %llu", (unsigned long long)op->low);
    if (op->high != UINT64_MAX)
        (void)td_buf_addf(out, " and at most %llu",
                          (unsigned long long)op->high);
    (void)td_buf_add_text(out, " items that fit");
}

static void add_never(struct td_buf *out, const struct td_json_doc *schema,
                      uint32_t at)
{
    bool rest =
        at > 0 && schema->values[at - 1].kind == TD_JSON_STRING &&
        td_json_string_is(schema, at - 1, td_text("additionalProperties"));

    (void)td_buf_add_text(out, rest ? "no member of this name"
                                    : "nothing (the schema is false)");
}

static void add_expected(struct td_buf *out, const struct schema_op *op,
                         const struct td_json_doc *schema, uint32_t detail)
{
    switch ((int)op->kind) {
    case SCHEMA_TYPE:
        add_kinds(out, op->kinds);
        break;
    case SCHEMA_UNIQUE:
        (void)td_buf_add_text(out, "no two equal items");
        break;
    case SCHEMA_NEEDS:
        check_excerpt(out, td_json_raw(schema, op->at), SHOWN);
        (void)td_buf_addf(out, " beside \"%s\"", (const char *)op->name.ptr);
        break;
    case SCHEMA_OBJECT:
        (void)td_buf_addf(out, "a member \"%s\"",
                          (const char *)op->members->names[detail].text.ptr);
        break;
    case SCHEMA_CONTAINS:
        add_contains(out, op);
        break;
    case SCHEMA_ANY:
        (void)td_buf_addf(out, "one of %u schemas to fit", op->count);
        break;
    case SCHEMA_ONE:
        (void)td_buf_addf(out, "exactly one of %u schemas to fit", op->count);
        break;
    case SCHEMA_NOT:
        (void)td_buf_add_text(out, "not to fit the schema");
        break;
    case SCHEMA_NEVER:
        add_never(out, schema, op->at);
        break;
    default:
        add_count(out, op);
        break;
    }
}

static void add_found(struct td_buf *out, const struct schema_op *op,
                      struct check_value v, uint32_t detail)
{
    const struct td_json_value *value = &v.doc->values[v.at];

    switch ((int)op->kind) {
    case SCHEMA_OBJECT:
    case SCHEMA_NEEDS:
        (void)td_buf_add_text(out, "no such member");
        break;
    case SCHEMA_MIN_COUNT:
    case SCHEMA_MAX_COUNT:
        (void)td_buf_addf(out, "%u", value->count);
        break;
    case SCHEMA_CONTAINS:
        (void)td_buf_addf(out, "%u of %u", detail, value->count);
        break;
    case SCHEMA_ONE:
        (void)td_buf_add_text(out, detail ? "more than one" : "none");
        break;
    default:
        check_excerpt(out, td_json_raw(v.doc, v.at), SHOWN);
        break;
    }
}

/* A required name is reported where it is required. */
static uint32_t keyword_place(const struct schema_op *op, uint32_t detail)
{
    return op->kind == SCHEMA_OBJECT ? op->members->names[detail].at : op->at;
}

void schema_describe(struct check_schema_run *r,
                     const struct schema_failure *failure,
                     struct check_value value, struct check_problem *out)
{
    const struct schema_op *op = &r->set->ops[failure->op];
    const struct td_jsonx *x =
        r->set->docs[r->set->nodes[failure->node].place.doc].x;
    struct check_value v = {value.doc, failure->at};
    struct td_buf *w = r->words;

    for (int i = PATH; i <= FOUND; i++)
        td_buf_clear(&w[i]);
    check_pointer(&w[PATH], value.doc, value.at, failure->at);
    (void)td_buf_addf(&w[SCHEMA_PATH], "%s#", x->name);
    check_pointer(&w[SCHEMA_PATH], &x->json, 0,
                  keyword_place(op, failure->detail));
    if (phrase(op->kind)) {
        (void)td_buf_add_text(&w[EXPECTED], phrase(op->kind));
        check_excerpt(&w[EXPECTED], td_json_raw(&x->json, op->at), SHOWN);
    } else {
        add_expected(&w[EXPECTED], op, &x->json, failure->detail);
    }
    add_found(&w[FOUND], op, v, failure->detail);
    *out = (struct check_problem){
        .path = td_buf_str(&w[PATH]),
        .schema_path = td_buf_str(&w[SCHEMA_PATH]),
        .expected = td_buf_str(&w[EXPECTED]),
        .found = td_buf_str(&w[FOUND]),
        .at = failure->at,
    };
}
