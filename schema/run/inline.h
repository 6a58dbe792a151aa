/* schema/run/inline.h - what decides most values, without a call.
 *
 * These run for every value of every event and are a part of schema_eval.c.
 */
#ifndef SCHEMA_RUN_INLINE_H
#define SCHEMA_RUN_INLINE_H

#include "schema/run/run.h"

/* A call would cost as much as the work. */
#define SCHEMA_INLINE inline __attribute__((always_inline))

/* No, yes, or the steps must run. */
enum schema_answer { SCHEMA_NO, SCHEMA_YES, SCHEMA_LATER };

/* An integer, or the whole part of another number, decides but at the bounds.
 */
static SCHEMA_INLINE enum schema_answer
schema_in_range(const struct schema_run *r, const struct schema_step *s,
                const struct td_json_value *v)
{
    bool whole = !(v->flags & TD_JSON_NOT_INT);
    int64_t n;

    if (!schema_whole_part(schema_token(r, v), &n))
        return SCHEMA_LATER;
    if (n >= s->low && (n < s->high || (whole && n == s->high)))
        return SCHEMA_YES;
    return whole && r->bytes[v->start] != '-' ? SCHEMA_NO : SCHEMA_LATER;
}

static SCHEMA_INLINE enum schema_answer
schema_has_length(const struct schema_run *r, const struct schema_step *s,
                  const struct td_json_value *v)
{
    int64_t len = (int64_t)v->end - v->start - 2;
    int64_t count;

    if (v->flags & TD_JSON_ESCAPED)
        return SCHEMA_LATER;
    /* A character is one to four bytes. */
    if (len <= s->high && (len / 4 >= s->low || (s->low == 1 && len > 0)))
        return SCHEMA_YES;
    if (len < s->low)
        return SCHEMA_NO;
    count = (int64_t)schema_count_characters(schema_inner(r, v));
    return count >= s->low && count <= s->high ? SCHEMA_YES : SCHEMA_NO;
}

/* Most values are settled by their kind, or by a single step. */
static SCHEMA_INLINE enum schema_answer
schema_settle(const struct schema_run *r, uint32_t node,
              const struct td_json_value *v)
{
    const struct schema_fast *f = &r->nodes[node];
    const struct schema_step *s = &r->list[f->first[v->kind]];

    if (!(f->kinds >> v->kind & 1))
        return SCHEMA_NO;
    if (f->integer && v->kind == TD_JSON_NUMBER && v->flags & TD_JSON_NOT_INT)
        return SCHEMA_LATER;
    if (s == r->list)
        return SCHEMA_YES;
    if (!s->alone || v->flags & TD_JSON_ESCAPED)
        return SCHEMA_LATER;
    if (s->kind == STEP_RANGE)
        return schema_in_range(r, s, v);
    if (s->kind == STEP_LENGTH)
        return schema_has_length(r, s, v);
    if (s->kind == STEP_TEXT)
        return schema_key_is(s->key, schema_words(schema_inner(r, v)),
                             schema_inner(r, v));
    if (s->kind == STEP_TEXTS)
        return schema_table_find(s->table, schema_inner(r, v)) != SCHEMA_NONE;
    return SCHEMA_LATER;
}

#endif
