/* Whom a server admits: names, origins, tokens, and what is answered. */
#include "tests/suites.h"
#include "tests/support/stage.h"

#include <stdio.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static void only_this_machine_reaches_a_local_address(void)
{
    static const struct {
        const char *host;
        bool local;
    } rows[] = {
        {NULL, true},
        {"", true},
        {"127.0.0.1", true},
        {"127.1.2.3", true},
        {"::1", true},
        {"0:0:0:0:0:0:0:1", true},
        {"::ffff:127.0.0.1", true},
        {"localhost", true},
        {"LocalHost.", true},
        {"a.localhost", true},
        {"0.0.0.0", false},
        {"::", false},
        {"192.168.0.1", false},
        {"::ffff:192.168.0.1", false},
        {"128.0.0.1", false},
        {"localhost.example", false},
        {"notlocalhost", false},
        {".localhost.example", false},
        {"127.0.0.1.example", false},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct wire_bind bind = {.host = rows[i].host};

        if (wire_bind_is_local(&bind) != rows[i].local)
            CU_FAIL(rows[i].host);
    }
    CU_ASSERT(wire_bind_is_local(
        &(struct wire_bind){.host = "0.0.0.0", .unix_path = "/s"}));
}

static void others_are_let_in_only_by_word(void)
{
    static const char *const path[] = {"http://a/", NULL};
    static const char *const list[] = {"http://a, http://b", NULL};
    static const char *const good[] = {"https://a.example",
                                       "http://[::1]:8",
                                       "null",
                                       "app://x",
                                       "file://",
                                       "*",
                                       NULL};
    char huge[WIRE_TOKEN_MAX + 2];
    const struct {
        const char *label;
        struct wire_access access;
        const char *host;
        enum td_code code;
    } rows[] = {
        {"nothing", {0}, "0.0.0.0", TD_USAGE},
        {"local", {0}, "127.0.0.1", TD_OK},
        {"token", {.token = "t"}, "0.0.0.0", TD_OK},
        {"everybody", {.everybody = true}, "::", TD_OK},
        {"no token in it", {.token = ""}, "0.0.0.0", TD_USAGE},
        {"two words", {.token = "a b"}, "127.0.0.1", TD_USAGE},
        {"not ASCII", {.token = "\xc3\xa9"}, "127.0.0.1", TD_USAGE},
        {"too long", {.token = huge}, "127.0.0.1", TD_USAGE},
        {"a path", {.origins = path}, "127.0.0.1", TD_USAGE},
        {"two origins in one", {.origins = list}, "127.0.0.1", TD_USAGE},
        {"good origins", {.origins = good}, "127.0.0.1", TD_OK},
        {"origins are no token", {.origins = good}, "0.0.0.0", TD_USAGE},
    };

    memset(huge, 'x', sizeof(huge) - 1);
    huge[sizeof(huge) - 1] = '\0';
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct wire_bind bind = {.host = rows[i].host};
        struct td_error err = {0};

        if (wire_access_check(&rows[i].access, &bind, &err) != rows[i].code)
            CU_FAIL(rows[i].label);
        CU_ASSERT_EQUAL(err.code, rows[i].code);
    }
}

static const char *const listed[] = {"https://app.example",
                                     "http://lan.example:8080", NULL};
static const char *const null_listed[] = {"null", "file://", NULL};
static const char *const any[] = {"*", NULL};

/* The fields of a request to a server on 127.0.0.1, and what it gets. */
static const struct {
    const char *fields;
    const char *const *origins;
    int status;
} requests[] = {
    {"Host: localhost\r\n", NULL, 200},
    {"Host: LOCALHOST\r\n", NULL, 200},
    {"Host: localhost.\r\n", NULL, 200},
    {"Host: localhost:8080\r\n", NULL, 200},
    {"Host: localhost:\r\n", NULL, 200},
    {"Host: a.localhost:1\r\n", NULL, 200},
    {"Host: 127.0.0.1\r\n", NULL, 200},
    {"Host: 127.9.9.9:65535\r\n", NULL, 200},
    {"Host: [::1]\r\n", NULL, 200},
    {"Host: [0:0::1]:80\r\n", NULL, 200},
    {"Host: [::ffff:127.0.0.1]:80\r\n", NULL, 200},
    {"Host: evil.example\r\n", NULL, 403},
    {"Host: evil.example:8080\r\n", NULL, 403},
    {"Host: localhost.evil.example\r\n", NULL, 403},
    {"Host: localhost..\r\n", NULL, 403},
    {"Host: 192.168.0.1\r\n", NULL, 403},
    {"Host: 0.0.0.0\r\n", NULL, 403},
    {"Host: 127.1\r\n", NULL, 403},
    {"Host: [::2]\r\n", NULL, 403},
    {"Host: [::1\r\n", NULL, 400},
    {"Host: [::1]x\r\n", NULL, 400},
    {"Host: localhost:8a\r\n", NULL, 400},
    {"Host: localhost:123456\r\n", NULL, 400},
    {"Host: \r\n", NULL, 400},
    {"Host: :80\r\n", NULL, 400},
    {"", NULL, 400},
    {"Host: app.example\r\n", listed, 200},
    {"Host: lan.example\r\n", listed, 200},
    {"Host: evil.example\r\n", listed, 403},
    {"Host: evil.example\r\n", any, 200},
    {"Host: localhost\r\nOrigin: http://localhost\r\n", NULL, 200},
    {"Host: localhost\r\nOrigin: http://localhost:5173\r\n", NULL, 200},
    {"Host: localhost\r\nOrigin: https://127.0.0.1:1\r\n", NULL, 200},
    {"Host: localhost\r\nOrigin: http://localhost/\r\n", NULL, 200},
    {"Host: localhost\r\nOrigin: http://localhost//\r\n", NULL, 403},
    {"Host: localhost\r\nOrigin: http:///\r\n", NULL, 403},
    {"Host: localhost\r\nOrigin: file://\r\n", NULL, 403},
    {"Host: localhost\r\nOrigin: file://\r\n", null_listed, 200},
    {"Host: localhost\r\nOrigin: http://[::1]:5173\r\n", NULL, 200},
    {"Host: localhost\r\nOrigin: http://a.localhost\r\n", NULL, 200},
    {"Host: localhost\r\nOrigin: null\r\n", NULL, 403},
    {"Host: localhost\r\nOrigin: null\r\n", listed, 403},
    {"Host: localhost\r\nOrigin: null\r\n", null_listed, 200},
    {"Host: localhost\r\nOrigin: null\r\n", any, 200},
    {"Host: localhost\r\nOrigin: \r\n", NULL, 403},
    {"Host: localhost\r\nOrigin: localhost\r\n", NULL, 403},
    {"Host: localhost\r\nOrigin: file://localhost\r\n", NULL, 403},
    {"Host: localhost\r\nOrigin: https://evil.example\r\n", NULL, 403},
    {"Host: localhost\r\nOrigin: http://localhost@evil.example\r\n", NULL, 403},
    {"Host: localhost\r\nOrigin: http://localhost.evil.example\r\n", NULL, 403},
    {"Host: localhost\r\nOrigin: http://localhost:1/evil\r\n", NULL, 403},
    {"Host: localhost\r\nOrigin: http://localhost, http://b\r\n", NULL, 403},
    {"Host: localhost\r\nOrigin: https://app.example\r\n", listed, 200},
    {"Host: localhost\r\nOrigin: HTTPS://App.Example\r\n", listed, 200},
    {"Host: localhost\r\nOrigin: http://app.example\r\n", listed, 403},
    {"Host: localhost\r\nOrigin: https://app.example:444\r\n", listed, 403},
    {"Host: localhost\r\nOrigin: https://x.app.example\r\n", listed, 403},
    {"Host: localhost\r\nOrigin: http://lan.example:8080\r\n", listed, 200},
    {"Host: localhost\r\nOrigin: http://lan.example\r\n", listed, 403},
    {"Host: localhost\r\nOrigin: https://evil.example\r\n", any, 200},
    {"Host: localhost\r\nOrigin: http://localhost\r\n"
     "Origin: https://evil.example\r\n",
     NULL, 403},
    {"Host: app.example\r\nOrigin: http://app.example\r\n", listed, 200},
};

/* Where a page may not be asked for, nothing else may be. */
static const struct {
    const char *line;
    const char *behind;
    const char *granted;
} kinds[] = {
    {"GET / HTTP/1.1\r\n", "", "HTTP/1.1 200 OK\r\n"},
    {"HEAD / HTTP/1.1\r\n", "", "HTTP/1.1 200 OK\r\n"},
    {"GET /events HTTP/1.1\r\n", "", "text/event-stream\r\n"},
    {"OPTIONS / HTTP/1.1\r\n", "Access-Control-Request-Method: GET\r\n",
     "HTTP/1.1 204 No Content\r\n"},
    {"GET /ws HTTP/1.1\r\n",
     "Upgrade: websocket\r\nConnection: Upgrade\r\n"
     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
     "Sec-WebSocket-Version: 13\r\n",
     "HTTP/1.1 101 Switching Protocols\r\n"},
    {"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n",
     "Upgrade: websocket\r\nConnection: Upgrade\r\n"
     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
     "Sec-WebSocket-Version: 13\r\n",
     "HTTP/1.1 101 Switching Protocols\r\n"},
    {"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\n", "",
     "\"upgrades\":[\"websocket\"]"},
    {"OPTIONS /socket.io/ HTTP/1.1\r\n",
     "Access-Control-Request-Method: POST\r\n",
     "Access-Control-Allow-Methods: GET, HEAD, POST, OPTIONS\r\n"},
};

/* Targets in the absolute form, whose Host field says localhost. */
static const struct {
    const char *target;
    int status;
} targets[] = {
    {"http://localhost/", 200},      {"HTTP://127.0.0.1:8080", 200},
    {"http://a.localhost?x=1", 200}, {"http://evil.example/", 403},
    {"https://evil.example", 403},   {"http://evil.example?localhost", 403},
    {"http://localhost@evil/", 403}, {"http:///", 400},
};

static bool begins(const struct raw *raw, int status)
{
    char line[32];
    int len = snprintf(line, sizeof(line), "HTTP/1.1 %d ", status);

    return raw->got.len > (size_t)len &&
           !memcmp(raw->got.ptr, line, (size_t)len);
}

static void ask(const char *fields, size_t kind, int status,
                const struct wire_server_options *options)
{
    struct stage st;
    struct raw *raw;
    char text[600];
    bool origin = strstr(fields, "Origin: ") != NULL;

    stage_set_up(&st, 0, options);
    raw = stage_dial(&st);
    (void)snprintf(text, sizeof(text), "%s%s%s\r\n", kinds[kind].line, fields,
                   kinds[kind].behind);
    stage_say(&st, raw, text);
    if (status == 200) {
        CU_ASSERT_TRUE(stage_has(&raw->got, kinds[kind].granted));
        CU_ASSERT_EQUAL(stage_count(&raw->got, "Access-Control-Allow-Origin"),
                        origin && !strstr(kinds[kind].granted, " 101 "));
    } else {
        if (!begins(raw, status))
            CU_FAIL(fields);
        CU_ASSERT_EQUAL(st.refused, *fields ? status : 0);
        CU_ASSERT_EQUAL(stage_count(&raw->got, "Access-Control"), 0);
        CU_ASSERT_EQUAL(st.log.len, 0);
        CU_ASSERT_TRUE(raw->closed);
    }
    stage_tear_down(&st);
}

static void names_and_origins_are_checked_on_every_request(void)
{
    for (size_t i = 0; i < COUNT(requests); i++)
        for (size_t k = 0; k < COUNT(kinds); k++) {
            struct wire_server_options options = {.access.origins =
                                                      requests[i].origins};

            ask(requests[i].fields, k, requests[i].status, &options);
        }
}

static void an_absolute_target_names_the_host(void)
{
    for (size_t i = 0; i < COUNT(targets); i++) {
        struct wire_server_options options = {.bind.host = NULL};
        struct stage st;
        struct raw *raw;
        char text[200];

        stage_set_up(&st, 0, &options);
        raw = stage_dial(&st);
        (void)snprintf(text, sizeof(text),
                       "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n",
                       targets[i].target);
        stage_say(&st, raw, text);
        if (!begins(raw, targets[i].status))
            CU_FAIL(targets[i].target);
        stage_tear_down(&st);
    }
}

/* Off loopback the names are not ours to know: a token or a word lets in. */
static void any_name_leads_to_a_public_server(void)
{
    static const struct {
        const char *fields;
        int status;
    } rows[] = {
        {"Host: replay.lan:80\r\n", 200},
        {"Host: 192.168.0.7\r\n", 200},
        {"Host: [::1\r\n", 400},
        {"Host: replay.lan\r\nOrigin: http://replay.lan\r\n", 200},
        {"Host: replay.lan:80\r\nOrigin: http://REPLAY.lan:80\r\n", 200},
        {"Host: replay.lan\r\nOrigin: http://replay.lan:81\r\n", 403},
        {"Host: replay.lan\r\nOrigin: http://evil.example\r\n", 403},
        {"Host: replay.lan\r\nOrigin: http://localhost:3\r\n", 200},
        {"Host: replay.lan\r\nOrigin: null\r\n", 403},
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t k = 0; k < COUNT(kinds); k++) {
            struct wire_server_options options = {.bind.host = "0.0.0.0",
                                                  .access.everybody = true};

            ask(rows[i].fields, k, rows[i].status, &options);
        }
}

/* A page that cannot read the answer must not join, either. */
static void what_a_foreign_page_asks_blindly_is_no_stream(void)
{
    static const char blind[] =
        "Host: localhost\r\nSec-Fetch-Site: cross-site\r\n";
    static const char known[] =
        "Host: localhost\r\nSec-Fetch-Site: same-site\r\n";

    for (size_t k = 0; k < COUNT(kinds); k++) {
        bool page = strstr(kinds[k].line, " / ") != NULL;
        struct wire_server_options mine = {.max_message = 1000};
        struct wire_server_options all = {.access.origins = any};

        ask(blind, k, page ? 200 : 403, &mine);
        ask(known, k, 200, &mine);
        ask(blind, k, 200, &all);
    }
}

#define TOKEN "s3cret~token"

static const struct {
    const char *query;
    const char *fields;
    bool right;
    bool offered;
} tokens[] = {
    {"", "", false, false},
    {"", "Authorization: Bearer " TOKEN "\r\n", true, true},
    {"", "Authorization: bEARER  " TOKEN "\r\n", true, true},
    {"", "Authorization: Bearer " TOKEN "x\r\n", false, true},
    {"", "Authorization: Bearer s3cret~toke\r\n", false, true},
    {"", "Authorization: Bearer \r\n", false, false},
    {"", "Authorization: Basic " TOKEN "\r\n", false, false},
    {"token=" TOKEN, "", true, true},
    {"token=s3cret%7Etoken", "", true, true},
    {"token=", "", false, true},
    {"token=s3cret%7", "", false, true},
    {"Token=" TOKEN, "", false, false},
    {"token=" TOKEN, "Authorization: Bearer x\r\n", false, true},
    {"token=x", "Authorization: Bearer " TOKEN "\r\n", true, true},
};

static void the_token_is_asked_for_on_every_request(void)
{
    static const struct {
        const char *target; /* a query follows */
        const char *fields;
        const char *granted;
        bool later; /* the token may come in the auth payload */
    } rows[] = {
        {"/?", "", "\r\n\r\nfacts", false},
        {"/events?", "", "text/event-stream\r\n", false},
        {"/none?", "", "HTTP/1.1 404 ", false},
        {"/w?",
         "Upgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
         "Sec-WebSocket-Version: 13\r\n",
         "HTTP/1.1 101 ", false},
        {"/socket.io/?EIO=4&transport=polling&", "",
         "\"upgrades\":[\"websocket\"]", true},
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t k = 0; k < COUNT(tokens); k++) {
            struct wire_server_options options = {.access.token = TOKEN};
            bool in = tokens[k].right || (rows[i].later && !tokens[k].offered);
            struct stage st;
            struct raw *raw;
            char text[600];

            stage_set_up(&st, 0, &options);
            raw = stage_dial(&st);
            (void)snprintf(text, sizeof(text),
                           "GET %s%s HTTP/1.1\r\n" H
                           "Origin: http://localhost\r\n%s%s\r\n",
                           rows[i].target, tokens[k].query, rows[i].fields,
                           tokens[k].fields);
            stage_say(&st, raw, text);
            if (in) {
                CU_ASSERT_TRUE(stage_has(&raw->got, rows[i].granted));
            } else {
                CU_ASSERT_TRUE(begins(raw, 401));
                CU_ASSERT_EQUAL(st.refused, 401);
                CU_ASSERT_TRUE(
                    stage_has(&raw->got, "WWW-Authenticate: Bearer\r\n"));
                CU_ASSERT_TRUE(stage_has(
                    &raw->got,
                    "Access-Control-Allow-Origin: http://localhost\r\n"));
                CU_ASSERT_EQUAL(st.log.len, 0);
                CU_ASSERT_TRUE(raw->closed);
            }
            CU_ASSERT_EQUAL(stage_count(&raw->got, TOKEN), 0);
            stage_tear_down(&st);
        }
}

static void a_preflight_needs_no_token(void)
{
    struct wire_server_options options = {.access.token = TOKEN};
    struct stage st;
    struct raw *raw;

    stage_set_up(&st, 0, &options);
    raw = stage_dial(&st);
    stage_say(&st, raw,
              "OPTIONS / HTTP/1.1\r\n" H "Origin: http://localhost:5\r\n"
              "Access-Control-Request-Method: GET\r\n"
              "Access-Control-Request-Headers: authorization\r\n\r\n");
    CU_ASSERT_TRUE(stage_has(
        &raw->got, "Access-Control-Allow-Headers: authorization\r\n"));
    stage_tear_down(&st);
}

static void a_socketio_client_may_bear_it_in_its_auth(void)
{
    static const struct {
        const char *query;
        const char *connect;
        const char *answer;
        const char *log;
    } rows[] = {
        {"", "40", "44{\"message\":\"token refused\"}", ""},
        {"", "40{\"token\":\"x\"}", "44{\"message\":\"token refused\"}", ""},
        {"", "40{\"token\":[\"" TOKEN "\"]}",
         "44{\"message\":\"token refused\"}", ""},
        {"", "40{\"a\":{\"token\":\"" TOKEN "\"}}",
         "44{\"message\":\"token refused\"}", ""},
        {"", "40{\"token\":\"" TOKEN "\"}", "40{\"sid\":\"", "joined 1 /|"},
        {"", "40{\"token\":\"\\u00733cret~token\"}", "40{\"sid\":\"",
         "joined 1 /|"},
        {"&token=" TOKEN, "40", "40{\"sid\":\"", "joined 1 /|"},
        {"&token=" TOKEN, "40/a,", "40/a,{\"sid\":\"", "joined 1 /a|"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct wire_server_options options = {.access.token = TOKEN};
        struct stage st;
        struct raw *raw;
        char text[500];

        stage_set_up(&st, 0, &options);
        raw = stage_dial(&st);
        (void)snprintf(text, sizeof(text),
                       "GET /socket.io/?EIO=4&transport=websocket%s "
                       "HTTP/1.1\r\n" WS_FIELDS,
                       rows[i].query);
        stage_say(&st, raw, text);
        stage_say_frame(&st, raw, WS_TEXT, rows[i].connect);
        CU_ASSERT_TRUE(stage_has(&raw->got, rows[i].answer));
        CU_ASSERT_STRING_EQUAL(td_buf_str(&st.log), rows[i].log);
        CU_ASSERT_EQUAL(st.refused, *rows[i].log ? 0 : 401);
        stage_tear_down(&st);
    }
}

/* What the owner is told may end on a tape. */
static void a_broken_connect_is_told_without_its_secret(void)
{
    static const char *const rows[] = {
        "40{\"token\":\"" TOKEN "\"}",  /* a second one */
        "40{\"token\":\"" TOKEN "\",}", /* no JSON */
        "40[\"" TOKEN "\"]",
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct wire_server_options options = {.access.token = TOKEN};
        struct stage st;
        struct raw *raw;

        stage_set_up(&st, 0, &options);
        raw = stage_dial(&st);
        stage_say(&st, raw, SIO_GET);
        stage_say_frame(&st, raw, WS_TEXT, rows[0]);
        stage_say_frame(&st, raw, WS_TEXT, rows[i]);
        CU_ASSERT_TRUE(stage_has(&st.log, "joined 1 /|bad {\"why\":"));
        CU_ASSERT_TRUE(stage_has(&st.log, "left 6|"));
        CU_ASSERT_EQUAL(stage_count(&st.log, TOKEN), 0);
        CU_ASSERT_EQUAL(stage_count(&st.log, "czNjcmV0"), 0);
        stage_tear_down(&st);
    }
}

CU_TestInfo wire_server_access_tests[] = {
    {"only this machine reaches a local address",
     only_this_machine_reaches_a_local_address},
    {"others are let in only by word", others_are_let_in_only_by_word},
    {"names and origins are checked on every request",
     names_and_origins_are_checked_on_every_request},
    {"an absolute target names the host", an_absolute_target_names_the_host},
    {"any name leads to a public server", any_name_leads_to_a_public_server},
    {"what a foreign page asks blindly is no stream",
     what_a_foreign_page_asks_blindly_is_no_stream},
    {"the token is asked for on every request",
     the_token_is_asked_for_on_every_request},
    {"a preflight needs no token", a_preflight_needs_no_token},
    {"a Socket.IO client may bear it in its auth",
     a_socketio_client_may_bear_it_in_its_auth},
    {"a broken CONNECT is told without its secret",
     a_broken_connect_is_told_without_its_secret},
    CU_TEST_INFO_NULL,
};
