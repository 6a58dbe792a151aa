/* The client session over an event stream. */
#include "tests/suites.h"
#include "tests/support/client_scene.h"

#define SSE_HEAD                                                               \
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"    \
    "Connection: close\r\n\r\n"

static void event_stream_is_told_and_resumed(void)
{
    struct scene s;

    scene_open(&s, &(struct wire_client_options){.url = "http://127.0.0.1:80/e",
                                                 .last_event_id = "6",
                                                 .reconnect = {.attempts = 2}});
    until_server(&s, "\r\n\r\n");
    CU_ASSERT_TRUE(server_got(&s, "\r\nLast-Event-ID: 6\r\n"));
    td_buf_clear(&s.server.got);
    say(&s, SSE_HEAD "retry: 50\nid: 7\nevent: t\"k\ndata: a\ndata: b\n\n: c\n"
                     "data: cut o");
    until_logged(&s, "comment");
    wire_shutdown(s.server.conn);
    until_server(&s, "\r\n\r\n");
    CU_ASSERT_TRUE(server_got(&s, "\r\nLast-Event-ID: 7\r\n"));
    say(&s, SSE_HEAD "data: z\n\n");
    until_logged(&s, "z");
    expect_log(
        &s, "open j:{\"url\":\"http://127.0.0.1:80/e\",\"attempt\":1,"
            "\"transport\":\"sse\"}\nretry t:50\n- name=t\\\"k id=\"7\" t:a\n"
            "b\ncomment t:c\nbad j:{\"why\":\"the connection ended within a "
            "message\",\"bytes\":11,\"b64\":\"ZGF0YTogY3V0IG8=\"}\n"
            "lost j:{\"count\":1,\"why\":\"the connection ended within a "
            "message\"}\nclose j:{\"code\":1000,\"reason\":"
            "\"it ended within an event, which is left out\"}\n"
            "open j:{\"url\":\"http://127.0.0.1:80/e\",\"attempt\":2,"
            "\"transport\":\"sse\"}\n- t:z\n");
    scene_close(&s);
}

/* How long the client waits behind a connection that said this. */
static uint64_t wait_behind(const char *said, uint64_t max_ns, uint64_t seed)
{
    struct scene s;
    struct td_rand rand;
    uint64_t start;

    td_rand_seeded(&rand, seed);
    scene_open(&s, &(struct wire_client_options){
                       .url = "http://127.0.0.1:80/e",
                       .rand = &rand,
                       .reconnect = {.attempts = 1, .max_ns = max_ns}});
    until_server(&s, "\r\n\r\n");
    td_buf_clear(&s.server.got);
    say(&s, SSE_HEAD);
    say(&s, said);
    until_logged(&s, "x");
    wire_shutdown(s.server.conn);
    until_logged(&s, "close");
    start = wire_now(s.net);
    until_server(&s, "\r\n\r\n");
    start = wire_now(s.net) - start;
    scene_close(&s);
    return start / TD_NS_PER_MS;
}

static void no_reconnect_comes_sooner_than_was_said(void)
{
    static const struct {
        const char *said;
        uint64_t max_ns;
        uint64_t least; /* milliseconds */
        uint64_t most;
    } rows[] = {
        {":x\n", 0, 1000, 1500},
        {":x\n", 200 * TD_NS_PER_MS, 200, 200},
        {"retry: 3000\n:x\n", 0, 3000, 4500},
        {"retry: 00000000000000000000000003000\n:x\n", 0, 3000, 4500},
        {"retry: 40\n:x\n", 0, 40, 60},
        {"retry: 60000\n:x\n", 0, 60000, 60000},
        {"retry: 3000\n:x\n", 200 * TD_NS_PER_MS, 3000, 3000},
        {"retry: 3000\nretry: 3s\n:x\n", 0, 3000, 4500},
        {"retry: 3000\nretry: 0\n:x\n", 0, 1000, 1500},
        {"retry: 99999999999999999999999\n:x\n", 0, UINT32_MAX, UINT32_MAX},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        for (uint64_t seed = 1; seed <= 8; seed++) {
            uint64_t ms = wait_behind(rows[i].said, rows[i].max_ns, seed);

            CU_ASSERT(ms >= rows[i].least && ms <= rows[i].most);
        }
}

/* What a block names is on the tape and in the next request, without data too,
 * and an empty id takes back the one before.
 */
static void ids_count_without_events_and_may_be_empty(void)
{
    static const struct {
        const char *said;
        const char *asked; /* the next request has it; NULL: none */
        const char *log;
    } rows[] = {
        {"data: a\n\n", "6", "- t:a\n"},
        {"id: 8\n\n", "8", "id id=\"8\" t:\n"},
        {"id: 7\ndata: a\n\nid: 8\n\n", "8",
         "- id=\"7\" t:a\nid id=\"8\" t:\n"},
        {"id: 7\ndata: a\n\nid: 8\n", "7", "- id=\"7\" t:a\n"},
        {"id: 7\ndata: a\n\nid\ndata: b\n\n", NULL,
         "- id=\"7\" t:a\n- id=\"\" t:b\n"},
        {"id:\n\n", NULL, "id id=\"\" t:\n"},
        {"event: n\xe9\xc3\xa9\nid: \xff\xc3\xa9\ndata: a\n\n",
         "\xef\xbf\xbd\xc3\xa9",
         "- name=n\xef\xbf\xbd\xc3\xa9 id=\"\xef\xbf\xbd\xc3\xa9\" t:a\n"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scene s;
        struct td_buf want = {0};

        scene_open(&s,
                   &(struct wire_client_options){.url = "http://127.0.0.1:80/e",
                                                 .last_event_id = "6",
                                                 .reconnect = {.attempts = 1}});
        until_server(&s, "\r\n\r\n");
        td_buf_clear(&s.server.got);
        say(&s, SSE_HEAD);
        say(&s, rows[i].said);
        until_logged(&s, "open");
        wire_shutdown(s.server.conn);
        until_server(&s, "\r\n\r\n");
        (void)td_buf_addf(&want, "\r\nLast-Event-ID: %s\r\n",
                          rows[i].asked ? rows[i].asked : "");
        if (!rows[i].asked)
            CU_ASSERT_FALSE(server_got(&s, "Last-Event-ID"))
        else
            CU_ASSERT_TRUE(server_got(&s, td_buf_str(&want)));
        CU_ASSERT_TRUE(logged(&s, rows[i].log));
        td_buf_release(&want);
        scene_close(&s);
    }
}

static void end_of_an_event_stream_is_an_end_in_order(void)
{
    struct scene s;

    scene_open(&s,
               &(struct wire_client_options){.url = "http://127.0.0.1:80/e"});
    until_server(&s, "\r\n\r\n");
    say(&s, SSE_HEAD "data: z\n\n");
    until_logged(&s, "z");
    wire_shutdown(s.server.conn);
    until_ended(&s);
    CU_ASSERT_EQUAL(s.why.code, TD_OK);
    CU_ASSERT_EQUAL(wire_client_send(s.client, &(struct td_event){0}, NULL),
                    TD_IO);
    scene_close(&s);
}

static void redirect_to_another_host_leaves_credentials_behind(void)
{
    static const char *const headers[] = {"X-Key: k1", NULL};
    struct scene s;
    struct party other = {0};
    struct wire_listener *listener;
    struct wire_bind bind = {.port = 8080};

    scene_open(&s,
               &(struct wire_client_options){
                   .url = "http://me:pw@127.0.0.1:80/a/b", .headers = headers});
    CU_ASSERT_EQUAL(
        wire_listen(s.net, &bind, party_accept, &other, &listener, NULL),
        TD_OK);
    until_server(&s, "\r\n\r\n");
    td_buf_clear(&s.server.got);
    say(&s, "HTTP/1.1 307 Temporary Redirect\r\nLocation: ./x/../c?d\r\n\r\n");
    until_server(&s, "\r\n\r\n");
    CU_ASSERT_TRUE(server_got(&s, "GET /a/c?d HTTP/1.1\r\n"));
    CU_ASSERT_TRUE(server_got(&s, "Authorization: Basic"));
    CU_ASSERT_TRUE(server_got(&s, "X-Key: k1"));
    say(&s, "HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:8080/n\r\n\r\n");
    for (int i = 0; i < 1000; i++) {
        if (strstr(td_buf_str(&other.got), "\r\n\r\n"))
            break;
        (void)wire_mem_turn(s.net);
    }
    CU_ASSERT_PTR_NOT_NULL(strstr(td_buf_str(&other.got), "GET /n HTTP/1.1"));
    CU_ASSERT_PTR_NULL(strstr(td_buf_str(&other.got), "Authorization"));
    CU_ASSERT_PTR_NULL(strstr(td_buf_str(&other.got), "X-Key"));
    wire_client_free(s.client);
    s.client = NULL;
    if (other.conn)
        wire_abort(other.conn);
    scene_close(&s);
    party_release(&other);
}

static void wishes_of_the_owner_are_said_once(void)
{
    static const char *const headers[] = {"accept: text/x", "Cache-Control: a",
                                          NULL};
    struct scene s;

    scene_open(
        &s, &(struct wire_client_options){.url = "http://127.0.0.1:80/\xc3\xa9",
                                          .headers = headers});
    until_server(&s, "\r\n\r\n");
    CU_ASSERT_TRUE(server_got(&s, "GET /%C3%A9 HTTP/1.1\r\n"));
    CU_ASSERT_TRUE(server_got(&s, "\r\naccept: text/x\r\n"));
    CU_ASSERT_TRUE(server_got(&s, "\r\nAccept-Encoding: identity\r\n"));
    CU_ASSERT_FALSE(server_got(&s, "event-stream"));
    CU_ASSERT_FALSE(server_got(&s, "no-cache"));
    scene_close(&s);
}

static void endless_redirects_end(void)
{
    struct scene s;

    scene_open(&s,
               &(struct wire_client_options){.url = "http://127.0.0.1:80/e"});
    for (int i = 0; i < 6; i++) {
        until_server(&s, "\r\n\r\n");
        td_buf_clear(&s.server.got);
        say(&s, "HTTP/1.1 302 Found\r\nLocation: /e\r\n\r\n");
    }
    until_ended(&s);
    CU_ASSERT_PTR_NOT_NULL(strstr(s.why.text, "redirects"));
    scene_close(&s);
}

static void a_compressed_stream_is_refused(void)
{
    struct scene s;

    scene_open(&s,
               &(struct wire_client_options){.url = "http://127.0.0.1:80/e"});
    until_server(&s, "\r\n\r\n");
    CU_ASSERT_TRUE(server_got(&s, "\r\nAccept-Encoding: identity\r\n"));
    say(&s, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
            "Content-Encoding: gzip\r\n\r\n\x1f\x8b");
    until_ended(&s);
    CU_ASSERT_EQUAL(s.why.code, TD_PROTOCOL);
    CU_ASSERT_PTR_NOT_NULL(strstr(s.why.text, "compressed"));
    scene_close(&s);
}

CU_TestInfo wire_client_sse_tests[] = {
    {"event stream is told and resumed", event_stream_is_told_and_resumed},
    {"ids count without events and may be empty",
     ids_count_without_events_and_may_be_empty},
    {"no reconnect comes sooner than was said",
     no_reconnect_comes_sooner_than_was_said},
    {"end of an event stream is an end in order",
     end_of_an_event_stream_is_an_end_in_order},
    {"redirect to another host leaves credentials behind",
     redirect_to_another_host_leaves_credentials_behind},
    {"wishes of the owner are said once", wishes_of_the_owner_are_said_once},
    {"endless redirects end", endless_redirects_end},
    {"a compressed stream is refused", a_compressed_stream_is_refused},
    CU_TEST_INFO_NULL,
};
