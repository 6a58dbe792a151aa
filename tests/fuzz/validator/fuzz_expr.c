/* Any text is refused with a reason, or is an expression with an answer about
 * any event. Input: the expression, a line feed, events one a line.
 */
#include "core/utf8.h"
#include "validator/expr/aggregate.h"
#include "validator/expr/expr.h"
#include "validator/expr/selector.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct scene {
    struct check_words *words;
    struct td_jsonx doc;
    struct check_aggregates *aggregates;
    struct check_selector *target;
    struct check_env env;
};

static struct td_bytes next_line(struct td_bytes *rest)
{
    const uint8_t *end = rest->len ? memchr(rest->ptr, '\n', rest->len) : NULL;
    size_t len = end ? (size_t)(end - rest->ptr) : rest->len;
    struct td_bytes line = td_bytes(rest->ptr, len);

    *rest = td_bytes(rest->ptr + len + (end != NULL),
                     rest->len - len - (end != NULL));
    return line;
}

static void judge(struct scene *s, struct check_expr *expr,
                  struct td_bytes events)
{
    struct check_eval *eval = check_eval_new(s->words);
    struct check_aggregate *own = check_aggregate_new(s->aggregates);
    struct td_json_doc doc = {0};
    struct td_buf out = {0};

    for (uint64_t i = 1; i < 9 && events.len > 0; i++) {
        struct check_message m = {.seq = i, .number = i, .doc = &doc};

        if (td_json_parse(&doc, next_line(&events), TD_JSON_DEPTH, NULL))
            continue;
        check_eval_begin(eval, &m);
        check_eval_time(eval, (int64_t)i * 1000, 1000000);
        check_eval_aggregate(eval, own, NULL);
        check_aggregate_observe(own, eval);
        td_buf_clear(&out);
        if (check_expr_test(expr, eval) == CHECK_UNDEFINED) {
            check_eval_reason(eval, &out);
            if (out.len == 0)
                abort();
        }
        check_expr_explain(expr, eval, &out);
    }
    td_buf_release(&out);
    td_json_release(&doc);
    check_aggregate_free(own);
    check_eval_free(eval);
}

static void load(struct scene *s, struct td_bytes events)
{
    struct check_expr *expr = NULL;
    struct td_error err = {0};

    if (check_expr_load(&expr, &s->env, 2, &err) == TD_OK)
        judge(s, expr, events);
    else if (err.text[0] == '\0' || err.where[0] == '\0')
        abort();
    check_expr_free(expr);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct td_bytes rest = td_bytes(data, size);
    struct td_bytes text = next_line(&rest);
    struct scene s = {.words = check_words_new(),
                      .aggregates = check_aggregates_new()};
    struct td_buf json = {0};

    (void)check_event_add(s.words, td_text("a"));
    (void)td_buf_add_text(&json, "[\"a\",\"");
    if (td_utf8_valid(text))
        (void)td_json_escape(&json, text);
    (void)td_buf_add_text(&json, "\"]");
    if (td_jsonx_parse(&s.doc, "fuzz", TD_JSONX_JSON, td_buf_bytes(&json),
                       NULL) ||
        check_selector_load(&s.target, s.words, &s.doc, 1, NULL))
        abort();
    s.env = (struct check_env){.words = s.words,
                               .doc = &s.doc,
                               .aggregates = s.aggregates,
                               .target = s.target,
                               .events = size % 2};
    load(&s, rest);
    td_buf_release(&json);
    check_aggregates_free(s.aggregates);
    check_selector_free(s.target);
    td_jsonx_release(&s.doc);
    check_words_free(s.words);
    return 0;
}
