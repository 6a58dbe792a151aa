#include "schema/run/run.h"

static const struct td_json_value *at(struct schema_value v)
{
    return &v.doc->values[v.at];
}

bool schema_is_integer(struct schema_value v, bool short_only)
{
    struct schema_decimal d;

    if (!(at(v)->flags & TD_JSON_NOT_INT))
        return true;
    if (short_only)
        return false;
    schema_decimal_read(&d, td_json_raw(v.doc, v.at));
    return schema_decimal_is_integer(&d);
}

static bool has_type(const struct schema_op *op, struct schema_value v)
{
    if (op->kinds & SCHEMA_KIND(at(v)->kind))
        return true;
    return op->kinds & SCHEMA_INTEGER && at(v)->kind == TD_JSON_NUMBER &&
           schema_is_integer(v, op->kinds & SCHEMA_SHORT_INTEGER);
}

/* An integer of up to 18 digits without a detour; false if it is none. */
static bool schema_short_integer(struct schema_value v, int64_t *n)
{
    struct td_bytes token = td_json_raw(v.doc, v.at);
    bool minus = token.ptr[0] == '-';
    int64_t sum = 0;

    if (at(v)->flags & TD_JSON_NOT_INT || token.len > 18)
        return false;
    for (size_t i = minus; i < token.len; i++)
        sum = sum * 10 + (token.ptr[i] - '0');
    *n = minus ? -sum : sum;
    return true;
}

static int compare(const struct schema_op *op, struct schema_value v)
{
    struct schema_decimal d;
    int64_t n;

    if (op->small && schema_short_integer(v, &n))
        return (n > op->integer) - (n < op->integer);
    schema_decimal_read(&d, td_json_raw(v.doc, v.at));
    return schema_decimal_compare(&d, &op->number);
}

static bool fits_number(const struct schema_op *op, struct schema_value v)
{
    struct schema_decimal d;

    if (op->kind == SCHEMA_MINIMUM)
        return compare(op, v) >= 0;
    if (op->kind == SCHEMA_MAXIMUM)
        return compare(op, v) <= 0;
    if (op->kind == SCHEMA_ABOVE)
        return compare(op, v) > 0;
    if (op->kind == SCHEMA_BELOW)
        return compare(op, v) < 0;
    schema_decimal_read(&d, td_json_raw(v.doc, v.at));
    return schema_decimal_is_multiple(&d, &op->number);
}

/* Characters are code points: bytes that do not continue another. */
uint64_t schema_count_characters(struct td_bytes text)
{
    uint64_t n = 0;

    for (size_t i = 0; i < text.len; i++)
        n += (text.ptr[i] & 0xC0) != 0x80;
    return n;
}

static bool matches(struct schema_run *r, const struct schema_op *op,
                    struct td_bytes text)
{
    enum schema_match match =
        schema_pattern_match(op->pattern, r->patterns, text);

    r->gave_up |= match == SCHEMA_GAVE_UP;
    return match == SCHEMA_MATCH;
}

static bool fits_string(struct schema_run *r, const struct schema_op *op,
                        struct schema_value v)
{
    struct td_bytes text = schema_value_text(&r->text, v);

    if (op->kind == SCHEMA_MIN_LENGTH)
        return schema_count_characters(text) >= op->low;
    if (op->kind == SCHEMA_MAX_LENGTH)
        return schema_count_characters(text) <= op->low;
    if (op->kind == SCHEMA_FORMAT)
        return op->format(text);
    return matches(r, op, text);
}

static bool fits_count(const struct schema_op *op, struct schema_value v)
{
    if (!(op->kinds & SCHEMA_KIND(at(v)->kind)))
        return true;
    return op->kind == SCHEMA_MIN_COUNT ? at(v)->count >= op->low
                                        : at(v)->count <= op->low;
}

static bool is_one_of(struct schema_run *r, const struct schema_op *op,
                      const struct td_json_doc *schema, struct schema_value v)
{
    uint32_t end = schema->values[op->at].next;

    for (uint32_t i = op->at + 1; i < end; i = schema->values[i].next) {
        struct schema_value allowed = {schema, i};

        if (schema->values[i].kind != at(v)->kind)
            continue;
        r->steps--;
        if (schema_equal(&r->memory, v, allowed))
            return true;
    }
    return false;
}

static bool has_what_it_needs(struct schema_run *r, const struct schema_op *op,
                              const struct td_json_doc *schema,
                              struct schema_value v)
{
    uint32_t end = schema->values[op->at].next;

    if (at(v)->kind != TD_JSON_OBJECT)
        return true;
    r->steps -= at(v)->count;
    if (r->steps < 0 || td_json_member(v.doc, v.at, op->name) == 0)
        return r->steps >= 0;
    for (uint32_t i = op->at + 1; i < end; i++) {
        struct schema_value name = {schema, i};

        r->steps -= at(v)->count;
        if (!td_json_member(v.doc, v.at, schema_value_text(&r->text, name)))
            return false;
    }
    return true;
}

bool schema_leaf(struct schema_run *r, const struct schema_op *op,
                 const struct td_json_doc *schema, struct schema_value v)
{
    switch ((int)op->kind) {
    case SCHEMA_TYPE:
        return has_type(op, v);
    case SCHEMA_CONST:
        return schema_equal(&r->memory, v,
                            (struct schema_value){schema, op->at});
    case SCHEMA_ENUM:
        return is_one_of(r, op, schema, v);
    case SCHEMA_MINIMUM:
    case SCHEMA_MAXIMUM:
    case SCHEMA_ABOVE:
    case SCHEMA_BELOW:
    case SCHEMA_MULTIPLE:
        return at(v)->kind != TD_JSON_NUMBER || fits_number(op, v);
    case SCHEMA_MIN_LENGTH:
    case SCHEMA_MAX_LENGTH:
    case SCHEMA_PATTERN:
    case SCHEMA_FORMAT:
        return at(v)->kind != TD_JSON_STRING || fits_string(r, op, v);
    case SCHEMA_MIN_COUNT:
    case SCHEMA_MAX_COUNT:
        return fits_count(op, v);
    case SCHEMA_UNIQUE:
        return at(v)->kind != TD_JSON_ARRAY || schema_all_unique(&r->memory, v);
    case SCHEMA_NEEDS:
        return has_what_it_needs(r, op, schema, v);
    default: /* SCHEMA_NEVER */
        return false;
    }
}
