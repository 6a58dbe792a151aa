/* What the upstream sends: answers, or another protocol. */
#include "wire/proxy/proxy_internal.h"

#include <stdio.h>

/* It is no HTTP. The client hears of it as long as its answer has not begun. */
static void fail(struct proxy_link *link, struct td_bytes bytes,
                 const struct td_error *why)
{
    const struct proxy *proxy = link->proxy;
    char text[400];

    proxy->events.bad(proxy->ctx, link->mine, PROXY_UPSTREAM, bytes, why);
    (void)snprintf(text, sizeof(text), "the upstream broke its protocol: %s",
                   why->text);
    if (link->first && !link->first->begun)
        proxy_link_answer(link, 502, text);
    else
        proxy_link_reset(link, "the upstream broke its protocol");
}

static void begin_answer(struct proxy_link *link, const struct http_head *head)
{
    const struct proxy *proxy = link->proxy;
    struct proxy_exchange *x = link->first;

    link->in_answer = true;
    link->interim = head->status < 200 && head->status != 101;
    x->begun = !link->interim;
    proxy_to_client(link, http_head_text(&link->responses));
    proxy->events.response(proxy->ctx, x->mine, head, false);
}

static void end_answer(struct proxy_link *link)
{
    const struct proxy *proxy = link->proxy;
    struct proxy_exchange *x = link->first;
    bool waited = link->waits;

    link->in_answer = false;
    if (link->interim)
        return;
    if (x->upgrade && link->responses.head->status == 101) {
        proxy_link_switched(link, true);
        return;
    }
    proxy->events.whole(proxy->ctx, x->mine, PROXY_UPSTREAM, &link->responses);
    proxy_exchange_pop(link);
    if (link->moving.len > 0) {
        if (link->first == link->asking)
            proxy_link_move(link);
    } else if (waited) {
        proxy_link_switched(link, false);
    }
    proxy_link_read(link);
    proxy_link_next(link);
}

static void take_item(struct proxy_link *link, const struct http_item *item,
                      struct td_bytes raw)
{
    const struct proxy *proxy = link->proxy;

    if (item->kind == HTTP_HEAD) {
        begin_answer(link, item->head);
        return;
    }
    proxy_to_client(link, raw);
    if (item->kind == HTTP_BODY)
        proxy->events.body(
            proxy->ctx, link->first->mine, PROXY_UPSTREAM, item->body,
            item->chunk_ends || link->responses.head->framing != HTTP_CHUNKED);
    else
        end_answer(link);
}

/* The next item belongs to the first exchange, if there is one to answer. */
static bool may_answer(struct proxy_link *link, struct td_bytes all,
                       struct td_bytes in)
{
    struct td_error why;

    if (http_parser_busy(&link->responses))
        return true;
    if (in.len == 0)
        return false;
    if (!link->first || link->first->own) {
        (void)td_error_set(&why, TD_PROTOCOL, NULL, 0,
                           "bytes that answer no request");
        fail(link, all, &why);
        return false;
    }
    if (link->first->head)
        http_parser_expect_no_body(&link->responses);
    return true;
}

/* A protocol that nobody asked for (RFC 9110, 15.2.2). */
static bool is_unasked(const struct proxy_link *link,
                       const struct http_item *item)
{
    return item->kind == HTTP_HEAD && item->head->status == 101 &&
           !link->first->upgrade;
}

/* What is left in *in then is of another protocol, or of no interest. */
static void take_answers(struct proxy_link *link, struct td_bytes *in)
{
    bool within = !link->in_answer && http_parser_busy(&link->responses);
    struct td_bytes all = proxy_shown(*in, within);
    struct td_error why = {0};
    const struct wire_conn *conn = link->upstream;

    while (!link->ending && !link->tunnel && may_answer(link, all, *in)) {
        const uint8_t *from = in->ptr;
        struct http_item item;
        enum td_code code = http_next(&link->responses, in, &item, &why);
        struct td_bytes raw = td_bytes(from, (size_t)(in->ptr - from));

        if (code == TD_OK && is_unasked(link, &item))
            code = td_error_set(&why, TD_PROTOCOL, NULL, 0,
                                "it switches to a protocol that it was not "
                                "asked for");
        if (code == TD_OK)
            take_item(link, &item, raw);
        if (link->upstream != conn)
            in->len = 0; /* another server answers what follows */
        if (code == TD_OK)
            continue;
        if (code != TD_AGAIN)
            fail(link, all, &why);
        else if (link->in_answer)
            proxy_to_client(link, raw);
        break;
    }
}

void proxy_from_upstream(struct proxy_link *link, struct td_bytes in)
{
    const struct proxy *proxy = link->proxy;

    if (!link->tunnel)
        take_answers(link, &in);
    if (!link->tunnel || in.len == 0)
        return;
    proxy_to_client(link, in);
    proxy->events.data(proxy->ctx, link->tunnel->mine, PROXY_UPSTREAM, in);
}

/* It said something, and not the whole head of an answer. */
static void fail_within_head(struct proxy_link *link)
{
    struct td_error why;

    (void)td_error_set(&why, TD_PROTOCOL, NULL, 0,
                       "HTTP: the connection ended within a head");
    fail(link, http_head_text(&link->responses), &why);
}

void proxy_upstream_ended(struct proxy_link *link)
{
    if (link->tunnel || !http_parser_busy(&link->responses))
        return;
    if (!link->in_answer)
        fail_within_head(link);
    else if (http_parser_finish(&link->responses, NULL) == TD_END)
        end_answer(link);
}
