/* What of a text in pieces is a secret, from where to where. */
#include "recorder/redact_pieces.h"

struct redact_span *redact_spans(const struct redact_text *text, size_t *len)
{
    *len = text->spans.len / sizeof(struct redact_span);
    return (struct redact_span *)(void *)text->spans.ptr;
}

/* One span of two; its name is that of the one which is all of it. */
static void take_in(struct redact_span *span, const struct redact_span *met)
{
    bool first = met->from <= span->from;
    bool last = met->to >= span->to;

    if (first && last) {
        span->named = met->named;
        span->name = met->name;
    } else if (first || met->to > span->to) {
        span->named &= met->from == span->from;
    }
    if (first) {
        span->from = met->from;
        span->whole = met->whole;
        span->level = met->level;
    }
    span->to = last ? met->to : span->to;
    span->pieced |= met->pieced;
}

bool redact_span_put(struct redact_text *text, struct redact_span span)
{
    size_t len;
    struct redact_span *list = redact_spans(text, &len);
    size_t first = len;
    size_t behind;

    while (first > 0 && list[first - 1].to > span.from)
        first--;
    for (behind = first; behind < len && list[behind].from < span.to;
         behind++) {
        struct redact_span *met = &list[behind];

        take_in(&span, met);
    }
    if (behind == first) {
        (void)td_buf_add(&text->spans, &span, sizeof(span));
        list = redact_spans(text, &len);
        memmove(&list[first + 1], &list[first],
                (len - 1 - first) * sizeof(span));
        list[first] = span;
        return true;
    }
    list[first] = span;
    memmove(&list[first + 1], &list[behind], (len - behind) * sizeof(span));
    text->spans.len -= (behind - first - 1) * sizeof(span);
    return false;
}
