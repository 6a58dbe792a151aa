#include "validator/expr/context.h"

#include "core/mem.h"
#include "validator/expr/run.h"

#include <stdlib.h>

struct check_eval *check_eval_new(const struct check_words *words)
{
    struct check_eval *eval = td_calloc(1, sizeof(*eval));

    eval->words = words;
    eval->fields = check_field_cache_new(words);
    eval->patterns = schema_pattern_memory_new();
    return eval;
}

static void release_value(struct expr_value *v)
{
    schema_rational_release(&v->number);
    td_buf_release(&v->room);
    td_json_release(&v->doc);
}

void check_eval_free(struct check_eval *eval)
{
    if (!eval)
        return;
    for (uint32_t i = 0; i < eval->room; i++)
        release_value(&eval->stack[i]);
    for (int i = 0; i < 2; i++)
        release_value(&eval->spare[i]);
    free(eval->stack);
    schema_equal_release(&eval->equal);
    schema_pattern_memory_free(eval->patterns);
    td_buf_release(&eval->limit);
    check_field_cache_free(eval->fields);
    free(eval);
}

void check_eval_begin(struct check_eval *eval, const struct check_message *m)
{
    eval->m = m;
    check_field_begin(eval->fields, m);
}

struct check_field_cache *check_eval_fields(struct check_eval *eval)
{
    return eval->fields;
}

void check_eval_aggregate(struct check_eval *eval,
                          const struct check_aggregate *own,
                          const struct check_aggregate *whole)
{
    eval->own = own;
    eval->whole = whole;
}

void check_eval_time(struct check_eval *eval, int64_t at, int64_t unit)
{
    eval->time = at;
    eval->time_unit = unit;
}

void check_eval_key(struct check_eval *eval, struct td_bytes key)
{
    eval->key = key;
}

void check_eval_reason(const struct check_eval *eval, struct td_buf *out)
{
    (void)td_buf_add_bytes(out, eval->subject);
    (void)td_buf_addf(out, "%s%s", eval->subject.len ? " " : "",
                      eval->why ? eval->why : "");
}

const char *check_eval_gave_up(struct check_eval *eval)
{
    const char *gave_up = eval->gave_up;

    eval->gave_up = NULL;
    return gave_up;
}
