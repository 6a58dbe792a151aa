/* Which mask would have hidden a change. */
#include "validator/diff/tree_internal.h"

#include "schema/value/timestamp.h"

#include <math.h>
#include <stdlib.h>

static uint8_t kind_of(const struct diff_trees *trees, int side, uint32_t at)
{
    uint8_t kind = trees->view[side].doc->values[at].kind;

    return kind == TD_JSON_FALSE ? TD_JSON_TRUE : kind;
}

static double number(struct diff_trees *trees, int side, uint32_t at)
{
    td_buf_clear(&trees->scratch);
    (void)td_buf_add_bytes(&trees->scratch,
                           td_json_raw(trees->view[side].doc, at));
    return strtod(td_buf_str(&trees->scratch), NULL);
}

static bool is_time(const struct diff_trees *trees, int side, uint32_t at)
{
    int64_t ns;

    return schema_timestamp_read(td_json_inner(trees->view[side].doc, at), &ns);
}

static void add(struct td_buf *out, const char *text)
{
    (void)td_buf_addf(out, "%s%s", out->len ? ", " : "", text);
}

/* The least power of ten to which both round to one number. */
static void add_number(struct diff_trees *trees, struct td_buf *out, uint32_t a,
                       uint32_t b)
{
    double x = number(trees, 0, a);
    double y = number(trees, 1, b);
    double unit = 1e-6;

    while (unit < 1e18 && round(x / unit) != round(y / unit))
        unit *= 10;
    if (isfinite(x) && isfinite(y) && unit < 1e18)
        (void)td_buf_addf(out, ", {round: %.15g}, {within: %.15g}", unit,
                          nextafter(fabs(x - y), HUGE_VAL));
}

static void add_text(const struct diff_trees *trees, struct td_buf *out,
                     uint32_t a, uint32_t b)
{
    if (is_time(trees, 0, a) && is_time(trees, 1, b))
        add(out, "relative-time");
    else
        add(out, "number-ids");
}

bool diff_same_items(struct diff_trees *trees, uint32_t a, uint32_t b)
{
    uint32_t list[2] = {a, b};
    uint64_t sum[2] = {0, 0};

    for (int side = 0; side < 2; side++) {
        const struct td_json_doc *doc = trees->view[side].doc;

        for (uint32_t i = list[side] + 1; i < doc->values[list[side]].next;
             i = doc->values[i].next)
            sum[side] +=
                schema_fingerprint_mix(diff_look_hash(trees->look[side], i));
    }
    return sum[0] == sum[1];
}

void diff_hint(struct diff_trees *trees, uint32_t a, uint32_t b,
               struct diff_line *line)
{
    uint8_t kind = kind_of(trees, 0, a);
    struct td_buf out = {0};

    if (kind != kind_of(trees, 1, b) || diff_look_mask(trees->look[0], a))
        return;
    add(&out, "ignore");
    if (kind == TD_JSON_NUMBER)
        add_number(trees, &out, a, b);
    else if (kind == TD_JSON_STRING)
        add_text(trees, &out, a, b);
    else if (kind == TD_JSON_ARRAY && diff_same_items(trees, a, b))
        add(&out, "sort");
    line->hint = td_arena_text(&trees->tree->arena, td_buf_bytes(&out));
    td_buf_release(&out);
}
