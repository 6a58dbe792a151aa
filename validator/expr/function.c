/* The functions of expressions that are only about their values. */
#include "schema/value/duration.h"
#include "schema/value/timestamp.h"
#include "validator/expr/env.h"
#include "validator/expr/run.h"

static void run_abs(struct expr_value *v, unsigned n)
{
    (void)n;
    if (schema_rational_sign(&v->number) < 0)
        schema_rational_negate(&v->number);
}

static void whole(struct expr_value *v, enum schema_rounding how)
{
    schema_rational_whole(&v->number, how);
    v->text.len = 0;
}

static void run_floor(struct expr_value *v, unsigned n)
{
    (void)n;
    whole(v, SCHEMA_FLOOR);
}

static void run_ceil(struct expr_value *v, unsigned n)
{
    (void)n;
    whole(v, SCHEMA_CEIL);
}

/* round(x), round(x, places) */
static void run_round(struct expr_value *v, unsigned n)
{
    int64_t places = 0;

    if (n == 2 &&
        (!schema_rational_int64(&v[1].number, &places) ||
         places > SCHEMA_RATIONAL_PLACES || places < -SCHEMA_RATIONAL_PLACES))
        expr_set_undefined(v, "rounds to a number of places that is no integer "
                              "from -30 to 30");
    else if (schema_rational_round(&v->number, (int)places) != SCHEMA_FINE)
        expr_set_undefined(v, "is too large to calculate with");
    v->text.len = 0;
}

static void pick(struct expr_value *values, unsigned n, int sign)
{
    for (unsigned i = 1; i < n; i++) {
        if (schema_rational_compare(&values[i].number, &values[0].number) *
                sign >
            0) {
            schema_rational_copy(&values[0].number, &values[i].number);
            values[0].text = values[i].text;
        }
    }
}

static void run_min(struct expr_value *values, unsigned n)
{
    pick(values, n, -1);
}

static void run_max(struct expr_value *values, unsigned n)
{
    pick(values, n, 1);
}

/* ASCII letters; others are as they were. */
static void run_lower(struct expr_value *v, unsigned n)
{
    (void)n;
    if (v->text.len == 0)
        return;
    if (v->text.ptr != v->room.ptr) {
        td_buf_clear(&v->room);
        (void)td_buf_add_bytes(&v->room, v->text);
    }
    for (size_t i = 0; i < v->text.len; i++) {
        if (v->room.ptr[i] >= 'A' && v->room.ptr[i] <= 'Z')
            v->room.ptr[i] |= 0x20;
    }
    v->text = td_buf_bytes(&v->room);
}

/* A text that is a JSON number, as one. */
static bool number_of_text(struct expr_value *v)
{
    struct td_json_doc *doc = &v->doc;
    struct td_bytes text = v->text;

    if (td_json_parse(doc, text, 1, NULL) ||
        doc->values[0].kind != TD_JSON_NUMBER ||
        !schema_rational_read(&v->number, td_json_raw(doc, 0)))
        return false;
    v->kind = EXPR_K_NUMBER;
    v->text = td_json_raw(doc, 0);
    return true;
}

static void run_double(struct expr_value *v, unsigned n)
{
    (void)n;
    if (v->kind == EXPR_K_TEXT && !number_of_text(v))
        expr_set_undefined(v, "is of a text that is not a number");
}

static void run_int(struct expr_value *v, unsigned n)
{
    run_double(v, n);
    if (v->kind == EXPR_K_NUMBER)
        whole(v, SCHEMA_TRUNC);
}

/* A value as text: numbers as they were written, or in decimals. */
static void run_string(struct expr_value *v, unsigned n)
{
    struct td_buf *room = &v->room;

    (void)n;
    if (v->kind == EXPR_K_TEXT)
        return;
    td_buf_clear(room);
    if (v->kind == EXPR_K_BOOL)
        (void)td_buf_add_text(room, v->truth ? "true" : "false");
    else if (v->kind == EXPR_K_NULL)
        (void)td_buf_add_text(room, "null");
    else if (v->text.len > 0)
        (void)td_buf_add_bytes(room, v->text);
    else
        schema_rational_write(room, &v->number);
    v->kind = EXPR_K_TEXT;
    v->text = td_buf_bytes(room);
}

/* Milliseconds since 1970 of an RFC 3339 text. */
static void run_time(struct expr_value *v, unsigned n)
{
    int64_t ns;

    (void)n;
    if (!schema_timestamp_read(v->text, &ns)) {
        expr_set_undefined(v, "is of a text that is no time of RFC 3339");
        return;
    }
    expr_set_number(v, 0);
    schema_rational_ratio(&v->number, ns, 1000000);
}

/* Milliseconds of a text like 10m32s. */
static void run_duration(struct expr_value *v, unsigned n)
{
    int64_t ns;

    (void)n;
    if (!schema_duration_read(v->text, &ns)) {
        expr_set_undefined(v, "is of a text that is no duration like 10m32s");
        return;
    }
    expr_set_number(v, 0);
    schema_rational_ratio(&v->number, ns, 1000000);
}

/* Characters, elements or members. */
static void run_size(struct expr_value *v, unsigned n)
{
    int64_t size = 0;

    (void)n;
    if (v->kind == EXPR_K_LIST)
        size = v->list.doc->values[v->list.at].count;
    for (size_t i = 0; v->kind == EXPR_K_TEXT && i < v->text.len; i++)
        size += (v->text.ptr[i] & 0xc0) != 0x80;
    expr_set_number(v, size);
}

static void run_starts(struct expr_value *v, unsigned n)
{
    struct td_bytes a = v[0].text;
    struct td_bytes b = v[1].text;

    (void)n;
    expr_set_bool(v,
                  b.len <= a.len && td_bytes_equal(td_bytes(a.ptr, b.len), b));
}

static void run_ends(struct expr_value *v, unsigned n)
{
    struct td_bytes a = v[0].text;
    struct td_bytes b = v[1].text;

    (void)n;
    expr_set_bool(
        v, b.len <= a.len &&
               td_bytes_equal(
                   td_bytes(a.ptr ? a.ptr + (a.len - b.len) : NULL, b.len), b));
}

static void run_contains(struct expr_value *v, unsigned n)
{
    struct td_bytes a = v[0].text;
    struct td_bytes b = v[1].text;

    (void)n;
    expr_set_bool(v, b.len == 0 ||
                         (a.len > 0 && memmem(a.ptr, a.len, b.ptr, b.len)));
}

#define NUMBER EXPR_T_NUMBER
#define TEXT   EXPR_T_TEXT
#define BOOL   EXPR_T_BOOL

static const struct expr_function functions[] = {
    {"abs", 1, 1, NUMBER, NUMBER, run_abs},
    {"floor", 1, 1, NUMBER, NUMBER, run_floor},
    {"ceil", 1, 1, NUMBER, NUMBER, run_ceil},
    {"round", 1, 2, NUMBER, NUMBER, run_round},
    {"min", 2, CHECK_EXPR_ARGS, NUMBER, NUMBER, run_min},
    {"max", 2, CHECK_EXPR_ARGS, NUMBER, NUMBER, run_max},
    {"lower", 1, 1, TEXT, TEXT, run_lower},
    {"int", 1, 1, NUMBER | TEXT, NUMBER, run_int},
    {"double", 1, 1, NUMBER | TEXT, NUMBER, run_double},
    {"string", 1, 1, NUMBER | TEXT | BOOL | EXPR_T_NULL, TEXT, run_string},
    {"time", 1, 1, TEXT, NUMBER, run_time},
    {"duration", 1, 1, TEXT, NUMBER, run_duration},
    {"size", 1, 1, TEXT | EXPR_T_LIST, NUMBER, run_size},
    {"len", 1, 1, TEXT | EXPR_T_LIST, NUMBER, run_size},
    {"startsWith", 2, 2, TEXT, BOOL, run_starts},
    {"endsWith", 2, 2, TEXT, BOOL, run_ends},
    {"contains", 2, 2, TEXT, BOOL, run_contains},
};

#define FUNCTIONS (sizeof(functions) / sizeof(functions[0]))

const struct expr_function *expr_find_function(struct td_bytes name,
                                               uint32_t *index)
{
    for (uint32_t i = 0; i < FUNCTIONS; i++) {
        if (td_bytes_is(name, functions[i].name)) {
            *index = i;
            return &functions[i];
        }
    }
    return NULL;
}

const struct expr_function *expr_function(uint32_t index)
{
    return &functions[index];
}

void expr_suggest_functions(struct td_suggestion *suggest)
{
    for (size_t i = 0; i < FUNCTIONS; i++)
        td_suggest(suggest, functions[i].name);
}
