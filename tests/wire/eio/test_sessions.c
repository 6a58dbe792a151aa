/* An Engine.IO client and server session with nothing but a queue of what they
 * say between them; and the server alone, where the client misbehaves.
 */
#include "core/clock.h"
#include "tests/suites.h"
#include "wire/eio/client_session.h"
#include "wire/eio/server_session.h"

#include <stdio.h>
#include <stdlib.h>

#define SECOND   TD_NS_PER_S
#define ITEM_MAX 256 /* bytes of what is said in these tests */

enum item_kind { GET, POST, DIAL, TO_SERVER, TO_CLIENT, REPLY, HANG_UP };

struct item {
    enum item_kind kind;
    bool binary;
    int status;
    size_t len;
    char text[ITEM_MAX];
};

struct pair {
    struct eio_client *client;
    struct eio_server *server;
    struct item items[64];
    size_t first;
    size_t end;
    uint64_t now;
    bool no_websocket; /* the network drops it */
    bool mute;         /* nothing reaches the client any more */
    struct td_buf log;
    unsigned posts;
};

static void add(struct pair *p, enum item_kind kind, struct td_bytes text,
                bool binary)
{
    struct item *item = &p->items[p->end++ % 64];

    CU_ASSERT_FATAL(text.len < ITEM_MAX && p->end - p->first < 64);
    *item = (struct item){.kind = kind, .binary = binary, .len = text.len};
    memcpy(item->text, text.ptr ? text.ptr : (const uint8_t *)"", text.len);
}

static void note(struct pair *p, const char *who, struct td_bytes data)
{
    (void)td_buf_addf(&p->log, "%s%.*s ", who, (int)data.len,
                      (const char *)data.ptr);
}

static void c_get(void *ctx, const char *query)
{
    add(ctx, GET, td_text(query), false);
}

static void c_post(void *ctx, const char *query, struct td_bytes body)
{
    struct pair *p = ctx;

    p->posts++;
    CU_ASSERT_PTR_NOT_NULL(strstr(query, "&sid=abc"));
    add(p, POST, body, false);
}

static void c_dial(void *ctx, const char *query)
{
    add(ctx, DIAL, td_text(query), false);
}

static void c_frame(void *ctx, struct td_bytes data, bool binary)
{
    add(ctx, TO_SERVER, data, binary);
}

static void hang_up(void *ctx)
{
    add(ctx, HANG_UP, td_bytes(NULL, 0), false);
}

static void c_opened(void *ctx, const struct eio_handshake *handshake)
{
    note(ctx, "open:", td_text(handshake->sid));
}

static void c_upgraded(void *ctx, const struct td_error *failed)
{
    note(ctx, failed ? "stayed" : "upgraded", td_text(""));
}

static void c_message(void *ctx, struct td_bytes data, bool binary)
{
    note(ctx, binary ? "c<b:" : "c<", data);
}

static void c_bad(void *ctx, struct td_bytes bytes, const struct td_error *why)
{
    (void)why;
    note(ctx, "bad:", bytes);
}

static void c_drained(void *ctx)
{
    note(ctx, "drained", td_text(""));
}

static void c_closed(void *ctx, const struct td_error *why)
{
    struct pair *p = ctx;

    (void)td_buf_addf(&p->log, "c-closed:%d ", (int)why->code);
}

static const struct eio_client_events client_events = {
    .get = c_get,
    .post = c_post,
    .dial = c_dial,
    .frame = c_frame,
    .hang_up = hang_up,
    .opened = c_opened,
    .upgraded = c_upgraded,
    .message = c_message,
    .bad = c_bad,
    .drained = c_drained,
    .closed = c_closed,
};

static void s_reply(void *ctx, int status, struct td_bytes body)
{
    struct pair *p = ctx;

    add(p, REPLY, body, false);
    p->items[(p->end - 1) % 64].status = status;
}

static void s_frame(void *ctx, struct td_bytes data, bool binary)
{
    add(ctx, TO_CLIENT, data, binary);
}

static void s_message(void *ctx, struct td_bytes data, bool binary)
{
    note(ctx, binary ? "s<b:" : "s<", data);
}

static void s_closed(void *ctx, const struct td_error *why)
{
    struct pair *p = ctx;

    (void)td_buf_addf(&p->log, "s-closed:%d ", (int)why->code);
}

static const struct eio_server_events server_events = {
    .reply = s_reply,
    .frame = s_frame,
    .hang_up = hang_up,
    .message = s_message,
    .closed = s_closed,
};

static void serve_dial(struct pair *p)
{
    static const struct td_error gone = {.code = TD_IO, .text = "cut"};

    if (p->no_websocket || (p->server && !eio_server_probe(p->server, p->now)))
        eio_client_ws_gone(p->client, &gone);
    else if (p->server)
        eio_client_ws_opened(p->client);
    else
        p->server = eio_server_new(&(struct eio_server_options){0}, "abc",
                                   EIO_WEBSOCKET, &server_events, p, p->now);
}

static void serve_get(struct pair *p)
{
    if (!p->server)
        p->server = eio_server_new(&(struct eio_server_options){0}, "abc",
                                   EIO_POLLING, &server_events, p, p->now);
    eio_server_poll(p->server, p->now);
    eio_server_flush(p->server);
}

static void serve(struct pair *p, const struct item *item)
{
    struct td_bytes data = td_bytes(item->text, item->len);
    int status;

    switch (item->kind) {
    case GET:
        serve_get(p);
        return;
    case POST:
        status = eio_server_post(p->server, data, p->now);
        eio_client_post_done(p->client, status, td_text("ok"), NULL);
        return;
    case DIAL:
        serve_dial(p);
        return;
    case TO_SERVER:
        eio_server_frame(p->server, data, item->binary, p->now);
        return;
    case TO_CLIENT:
        if (!p->mute)
            eio_client_ws_frame(p->client, data, item->binary, p->now);
        return;
    case REPLY:
        if (!p->mute)
            eio_client_get_done(p->client, item->status, data, NULL, p->now);
        return;
    case HANG_UP:
        eio_server_frame_gone(p->server, p->now);
        eio_client_ws_gone(p->client, &(struct td_error){.code = TD_OK});
        return;
    }
}

static void settle(struct pair *p)
{
    while (p->first < p->end) {
        struct item item = p->items[p->first++ % 64];

        serve(p, &item);
        if (p->server)
            eio_server_flush(p->server);
        eio_client_flush(p->client);
    }
}

static void pass(struct pair *p, uint64_t ns)
{
    p->now += ns;
    eio_server_tick(p->server, p->now);
    eio_client_tick(p->client, p->now);
    settle(p);
}

static void pair_open(struct pair *p, const struct eio_client_options *options)
{
    *p = (struct pair){.now = SECOND, .no_websocket = p->no_websocket};
    p->client = eio_client_new(options, &client_events, p);
    settle(p);
}

static void pair_close(struct pair *p)
{
    eio_client_free(p->client);
    eio_server_free(p->server);
    td_buf_release(&p->log);
}

static void expect(struct pair *p, const char *log)
{
    if (strcmp(td_buf_str(&p->log), log) != 0)
        printf("\n    %s\n", td_buf_str(&p->log));
    CU_ASSERT_STRING_EQUAL(td_buf_str(&p->log), log);
    td_buf_clear(&p->log);
}

/* Both say a text and bytes. */
static void talk(struct pair *p)
{
    CU_ASSERT_EQUAL(eio_client_send(p->client, td_text("hi"), false), TD_OK);
    CU_ASSERT_EQUAL(eio_client_send(p->client, td_text("\x01"), true), TD_OK);
    CU_ASSERT_EQUAL(eio_server_send(p->server, td_text("ho"), false), TD_OK);
    CU_ASSERT_EQUAL(eio_server_send(p->server, td_text("\x02"), true), TD_OK);
    eio_server_flush(p->server);
    eio_client_flush(p->client);
    settle(p);
}

/* Whether the server's session takes one more message. */
static bool is_open(struct pair *p)
{
    return eio_server_send(p->server, td_text("x"), false) == TD_OK;
}

static void polling_then_upgrade_loses_nothing(void)
{
    struct pair p = {0};

    pair_open(&p, &(struct eio_client_options){0});
    expect(&p, "open:abc upgraded ");
    CU_ASSERT_EQUAL(eio_server_transport(p.server), EIO_WEBSOCKET);
    talk(&p);
    expect(&p, "s<hi s<b:\x01 c<ho c<b:\x02 ");
    CU_ASSERT_EQUAL(p.posts, 0);
    eio_client_close(p.client, p.now);
    settle(&p);
    expect(&p, "s-closed:4 c-closed:0 ");
    pair_close(&p);
}

static void polling_only_talks_in_bodies(void)
{
    struct pair p = {0};

    pair_open(&p, &(struct eio_client_options){.polling_only = true});
    talk(&p);
    expect(&p, "open:abc c<ho c<b:\x02 s<hi s<b:\x01 ");
    CU_ASSERT_EQUAL(p.posts, 1);
    eio_client_close(p.client, p.now);
    settle(&p);
    expect(&p, "s-closed:0 c-closed:0 ");
    pair_close(&p);
}

static void websocket_only_needs_no_request(void)
{
    struct pair p = {0};

    pair_open(&p, &(struct eio_client_options){.websocket_only = true});
    talk(&p);
    expect(&p, "open:abc s<hi s<b:\x01 c<ho c<b:\x02 ");
    eio_server_close(p.server, p.now);
    settle(&p);
    expect(&p, "s-closed:0 c-closed:0 ");
    pair_close(&p);
}

static void failed_upgrade_stays_with_polling(void)
{
    struct pair p = {.no_websocket = true};

    pair_open(&p, &(struct eio_client_options){0});
    talk(&p);
    expect(&p, "open:abc stayed c<ho c<b:\x02 s<hi s<b:\x01 ");
    eio_server_close(p.server, p.now);
    settle(&p);
    expect(&p, "s-closed:0 c-closed:0 ");
    pair_close(&p);
}

static void heartbeat_keeps_both_open(void)
{
    static const struct eio_client_options rows[] = {
        {.polling_only = true}, {.websocket_only = true}, {0}};

    for (size_t i = 0; i < 3; i++) {
        struct pair p = {0};

        pair_open(&p, &rows[i]);
        for (int turn = 0; turn < 20; turn++) {
            CU_ASSERT(eio_server_due(p.server) == p.now + 25 * SECOND);
            pass(&p, 25 * SECOND);
        }
        CU_ASSERT_PTR_NULL(strstr(td_buf_str(&p.log), "closed"));
        td_buf_clear(&p.log);
        talk(&p);
        CU_ASSERT_PTR_NOT_NULL(strstr(td_buf_str(&p.log), "s<hi"));
        CU_ASSERT_PTR_NOT_NULL(strstr(td_buf_str(&p.log), "c<ho"));
        pair_close(&p);
    }
}

static void silence_closes_both_in_time(void)
{
    struct pair p = {0};

    pair_open(&p, &(struct eio_client_options){.websocket_only = true});
    td_buf_clear(&p.log);
    p.mute = true;
    pass(&p, 25 * SECOND);
    pass(&p, 19 * SECOND);
    expect(&p, "");
    pass(&p, 1 * SECOND);
    expect(&p, "s-closed:8 c-closed:8 ");
    CU_ASSERT_EQUAL(TD_TIMEOUT, 8);
    CU_ASSERT_EQUAL(eio_client_due(p.client), TD_NEVER);
    pair_close(&p);
}

/* A server session after its handshake, its poll not held. */
static void server_only(struct pair *p, size_t max_queue)
{
    *p = (struct pair){.now = SECOND};
    p->server =
        eio_server_new(&(struct eio_server_options){.max_payload = 100,
                                                    .max_queue = max_queue},
                       "abc", EIO_POLLING, &server_events, p, p->now);
    eio_server_poll(p->server, p->now);
    p->first = p->end;
}

static void posts_are_judged(void)
{
    static const struct {
        const char *body;
        int status;
        const char *log;
    } rows[] = {
        {"4a\x1e"
         "4b",
         200, "s<a s<b "},
        {"3", 200, ""},
        {"1", 200, "s-closed:0 "},
        {"4a\x1e"
         "1\x1e"
         "4b",
         200, "s<a s-closed:0 "},
        {"", 400, "s-closed:6 "},
        {"4a\x1e"
         "x",
         400, "s<a s-closed:6 "},
        {"2", 400, "s-closed:6 "},
        {"0", 400, "s-closed:6 "},
        {"5", 400, "s-closed:6 "},
        {"b!", 400, "s-closed:6 "},
        {"4aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         413, "s-closed:7 "},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pair p;
        int status;

        server_only(&p, 0);
        status = eio_server_post(p.server, td_text(rows[i].body), p.now);
        CU_ASSERT_EQUAL(status, rows[i].status);
        expect(&p, rows[i].log);
        CU_ASSERT_EQUAL(is_open(&p), !strstr(rows[i].log, "closed"));
        pair_close(&p);
    }
}

static void second_poll_at_once_closes_the_session(void)
{
    struct pair p;

    server_only(&p, 0);
    eio_server_poll(p.server, p.now);
    CU_ASSERT_EQUAL(p.end, p.first);
    eio_server_poll(p.server, p.now);
    CU_ASSERT_EQUAL_FATAL(p.end, p.first + 2);
    CU_ASSERT_EQUAL(p.items[p.first].status, 200);
    CU_ASSERT_STRING_EQUAL(p.items[p.first].text, "1");
    CU_ASSERT_EQUAL(p.items[p.first + 1].status, 400);
    expect(&p, "s-closed:6 ");
    pair_close(&p);
}

static void probe_releases_the_held_poll(void)
{
    struct pair p;
    struct item *said;

    server_only(&p, 0);
    eio_server_poll(p.server, p.now);
    CU_ASSERT_TRUE(eio_server_probe(p.server, p.now));
    CU_ASSERT_FALSE(eio_server_probe(p.server, p.now));
    eio_server_frame(p.server, td_text("2probe"), false, p.now);
    said = &p.items[p.first];
    CU_ASSERT_EQUAL_FATAL(p.end, p.first + 2);
    CU_ASSERT_STRING_EQUAL(said[0].text, "3probe");
    CU_ASSERT_STRING_EQUAL(said[1].text, "6");
    CU_ASSERT_EQUAL(eio_server_send(p.server, td_text("q"), false), TD_OK);
    eio_server_frame(p.server, td_text("5"), false, p.now);
    CU_ASSERT_EQUAL_FATAL(p.end, p.first + 3);
    CU_ASSERT_STRING_EQUAL(said[2].text, "4q");
    eio_server_poll(p.server, p.now);
    CU_ASSERT_EQUAL(said[3].status, 400);
    CU_ASSERT_TRUE(is_open(&p));
    pair_close(&p);
}

static void upgrade_that_never_ends_is_given_up(void)
{
    struct pair p;

    server_only(&p, 0);
    CU_ASSERT_TRUE(eio_server_probe(p.server, p.now));
    CU_ASSERT_EQUAL(eio_server_due(p.server), p.now + 10 * SECOND);
    eio_server_tick(p.server, p.now + 10 * SECOND);
    CU_ASSERT_EQUAL(p.items[p.first].kind, HANG_UP);
    CU_ASSERT_TRUE(is_open(&p));
    CU_ASSERT_EQUAL(eio_server_transport(p.server), EIO_POLLING);
    CU_ASSERT_TRUE(eio_server_probe(p.server, p.now + 11 * SECOND));
    pair_close(&p);
}

static void full_queue_takes_nothing_more(void)
{
    struct pair p;

    server_only(&p, 8);
    CU_ASSERT_EQUAL(eio_server_send(p.server, td_text("abc"), false), TD_OK);
    CU_ASSERT_EQUAL(eio_server_send(p.server, td_text("abc"), false), TD_LIMIT);
    CU_ASSERT_EQUAL(eio_server_send(p.server, td_text("a"), false), TD_OK);
    eio_server_poll(p.server, p.now);
    CU_ASSERT_STRING_EQUAL(p.items[p.first].text, "4abc\x1e"
                                                  "4a");
    CU_ASSERT_EQUAL(eio_server_queued(p.server), 0);
    pair_close(&p);
}

static void posts_stay_within_what_the_server_takes(void)
{
    struct pair p = {.now = SECOND};
    static const char open[] =
        "0{\"sid\":\"abc\",\"upgrades\":[],\"pingInterval\":1,"
        "\"pingTimeout\":1,\"maxPayload\":9}";

    p.client = eio_client_new(&(struct eio_client_options){.max_queue = 20},
                              &client_events, &p);
    eio_client_get_done(p.client, 200, td_text(open), NULL, p.now);
    p.first = p.end;
    CU_ASSERT_EQUAL(eio_client_send(p.client, td_text("123456789"), false),
                    TD_LIMIT);
    CU_ASSERT_EQUAL(eio_client_send(p.client, td_text("abc"), false), TD_OK);
    CU_ASSERT_EQUAL(eio_client_send(p.client, td_text("def"), false), TD_OK);
    CU_ASSERT_EQUAL(eio_client_send(p.client, td_text("ghij"), false), TD_OK);
    CU_ASSERT_EQUAL(eio_client_send(p.client, td_text("klmno"), false),
                    TD_AGAIN);
    eio_client_flush(p.client);
    CU_ASSERT_STRING_EQUAL(p.items[p.first].text, "4abc\x1e"
                                                  "4def");
    eio_client_post_done(p.client, 200, td_text("ok"), NULL);
    CU_ASSERT_STRING_EQUAL(p.items[p.first + 1].text, "4ghij");
    expect(&p, "open:abc drained ");
    pair_close(&p);
}

static void posts_hold_sixteen_packets(void)
{
    static const unsigned wanted[] = {16, 16, 8};
    struct pair p = {.now = SECOND};

    p.client = eio_client_new(
        &(struct eio_client_options){.polling_only = true}, &client_events, &p);
    eio_client_get_done(
        p.client, 200,
        td_text("0{\"sid\":\"abc\",\"upgrades\":[],\"pingInterval\":1,"
                "\"pingTimeout\":1}"),
        NULL, p.now);
    p.first = p.end;
    for (unsigned n = 0; n < 40; n++)
        CU_ASSERT_EQUAL(eio_client_send(p.client, td_text("x"), false), TD_OK);
    eio_client_flush(p.client);
    for (unsigned i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(p.items[p.first + i].kind, POST);
        CU_ASSERT_EQUAL(p.items[p.first + i].len, 3 * wanted[i] - 1);
        eio_client_post_done(p.client, 200, td_text("ok"), NULL);
    }
    CU_ASSERT_EQUAL(eio_client_queued(p.client), 0);
    pair_close(&p);
}

CU_TestInfo wire_eio_sessions_tests[] = {
    {"polling, then upgrade, loses nothing",
     polling_then_upgrade_loses_nothing},
    {"polling only talks in bodies", polling_only_talks_in_bodies},
    {"websocket only needs no request", websocket_only_needs_no_request},
    {"failed upgrade stays with polling", failed_upgrade_stays_with_polling},
    {"heartbeat keeps both open", heartbeat_keeps_both_open},
    {"silence closes both in time", silence_closes_both_in_time},
    {"posts are judged", posts_are_judged},
    {"second poll at once closes the session",
     second_poll_at_once_closes_the_session},
    {"probe releases the held poll", probe_releases_the_held_poll},
    {"upgrade that never ends is given up",
     upgrade_that_never_ends_is_given_up},
    {"full queue takes nothing more", full_queue_takes_nothing_more},
    {"posts stay within what the server takes",
     posts_stay_within_what_the_server_takes},
    {"posts hold sixteen packets", posts_hold_sixteen_packets},
    CU_TEST_INFO_NULL,
};
