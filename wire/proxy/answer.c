/* What the proxy says itself. */
#include "wire/proxy/proxy_internal.h"

void proxy_put_answer(struct td_buf *out, int status, const char *why,
                      bool head)
{
    struct td_buf text = {0};

    (void)td_buf_addf(&text, "tapedeck: %s\n", why);
    (void)http_put_status(out, status);
    (void)http_put_field(out, "Content-Type",
                         td_text("text/plain; charset=utf-8"));
    (void)http_put_length(out, text.len);
    (void)http_put_field(out, "Connection", td_text("close"));
    (void)http_put_end(out);
    if (!head)
        (void)td_buf_add_bytes(out, td_buf_bytes(&text));
    td_buf_release(&text);
}

void proxy_tell_answer(const struct proxy *proxy, void *exchange,
                       struct td_bytes answer, bool head)
{
    struct http_parser parser;
    struct http_item item;

    http_parser_init(&parser, HTTP_RESPONSES, NULL);
    if (head)
        http_parser_expect_no_body(&parser);
    while (http_next(&parser, &answer, &item, NULL) == TD_OK) {
        if (item.kind == HTTP_HEAD)
            proxy->events.response(proxy->ctx, exchange, item.head, true);
        else if (item.kind == HTTP_BODY)
            proxy->events.body(proxy->ctx, exchange, PROXY_UPSTREAM, item.body,
                               true);
        else
            proxy->events.whole(proxy->ctx, exchange, PROXY_UPSTREAM, &parser);
        if (item.kind == HTTP_END)
            break;
    }
    http_parser_release(&parser);
}
