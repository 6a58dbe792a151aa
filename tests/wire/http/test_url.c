/* Endpoints as rows: what they mean, why not, and what may be shown of them. */
#include "tests/suites.h"
#include "wire/http/url.h"

#include <stdio.h>
#include <stdlib.h>

static void urls_are_understood(void)
{
    static const struct {
        const char *url;
        const char *host;
        const char *socket;
        const char *authority;
        const char *target;
        uint16_t port;
        bool tls;
        enum wire_scheme scheme;
    } rows[] = {
        {"ws://a", "a", NULL, "a", "/", 80, false, WIRE_SCHEME_WS},
        {"WSS://a.b/", "a.b", NULL, "a.b", "/", 443, true, WIRE_SCHEME_WS},
        {"ws://127.0.0.1:9/x?y=1&z", "127.0.0.1", NULL, "127.0.0.1:9",
         "/x?y=1&z", 9, false, WIRE_SCHEME_WS},
        {"wss://a:80", "a", NULL, "a:80", "/", 80, true, WIRE_SCHEME_WS},
        {"sio://[::1]:3000/chat", "::1", NULL, "[::1]:3000", "/chat", 3000,
         false, WIRE_SCHEME_SIO},
        {"sios://[fe80::1%25eth0]", "fe80::1%eth0", NULL, "[fe80::1]", "/", 443,
         true, WIRE_SCHEME_SIO},
        {"http://h/\xc3\xa9?\xc3\xa4=%20", "h", NULL, "h", "/%C3%A9?%C3%A4=%20",
         80, false, WIRE_SCHEME_HTTP},
        {"http://u:p%40x@h?q", "h", NULL, "h", "/?q", 80, false,
         WIRE_SCHEME_HTTP},
        {"https://h:443/a/b", "h", NULL, "h", "/a/b", 443, true,
         WIRE_SCHEME_HTTP},
        {"ws+unix:/run/x.sock", NULL, "/run/x.sock", "localhost", "/", 0, false,
         WIRE_SCHEME_WS},
        {"ws+unix:/run/x.sock:/p?q=1", NULL, "/run/x.sock", "localhost",
         "/p?q=1", 0, false, WIRE_SCHEME_WS},
        {"http+unix:/s?q", NULL, "/s", "localhost", "/?q", 0, false,
         WIRE_SCHEME_HTTP},
        {"sio+unix:/s:/ns", NULL, "/s", "localhost", "/ns", 0, false,
         WIRE_SCHEME_SIO},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct wire_url url;
        struct td_buf text = {0};
        struct td_error err = {0};

        if (wire_url_parse(&url, rows[i].url, &err))
            printf("\n    %s: %s", rows[i].url, err.text);
        CU_ASSERT_EQUAL_FATAL(err.code, TD_OK);
        CU_ASSERT_STRING_EQUAL(url.host ? url.host : "-",
                               rows[i].host ? rows[i].host : "-");
        CU_ASSERT_STRING_EQUAL(url.unix_path ? url.unix_path : "-",
                               rows[i].socket ? rows[i].socket : "-");
        CU_ASSERT_EQUAL(url.port, rows[i].port);
        CU_ASSERT_EQUAL(url.tls, rows[i].tls);
        CU_ASSERT_EQUAL(url.scheme, rows[i].scheme);
        CU_ASSERT_EQUAL(wire_url_authority(&text, &url), TD_OK);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&text), rows[i].authority);
        td_buf_clear(&text);
        CU_ASSERT_EQUAL(wire_url_target(&text, &url), TD_OK);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&text), rows[i].target);
        td_buf_release(&text);
        wire_url_release(&url);
    }
}

static void kinds_are_told_apart(void)
{
    static const struct {
        const char *text;
        bool known;
        bool web;
    } rows[] = {
        {"ws://", true, false},          {"http+unix:/s", true, false},
        {"HTTPS://h", true, true},       {"http://", true, true},
        {"http:/", false, false},        {"httpx://h", false, false},
        {"tape:/http://", false, false}, {"", false, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct wire_url_kind *kind = wire_url_kind(td_text(rows[i].text));

        CU_ASSERT_EQUAL(kind != NULL, rows[i].known);
        CU_ASSERT_EQUAL(wire_url_is_web(kind), rows[i].web);
    }
}

static void users_are_decoded(void)
{
    struct wire_url url;

    CU_ASSERT_EQUAL(wire_url_parse(&url, "ws://u:p%40%3Ax@h", NULL), TD_OK);
    CU_ASSERT_STRING_EQUAL(url.user, "u:p@:x");
    wire_url_release(&url);
}

static void broken_urls_are_refused(void)
{
    static const char *const rows[] = {
        "",
        "a",
        "ftp://a",
        "ws:/a",
        "ws://",
        "ws://:80",
        "ws:///x",
        "ws://a:",
        "ws://a:0",
        "ws://a:65536",
        "ws://a:80x",
        "ws://a b",
        "ws://a\tb",
        "ws://a#b",
        "ws://[::1",
        "ws://[::1]x",
        "ws://[]",
        "ws://[::1]:",
        "ws://a[b",
        "ws://u%4@h",
        "ws://u%00@h",
        "ws+unix:x",
        "ws+unix:",
        "ws+unix:/s:x",
        "wss+unix:/s",
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct wire_url url;
        struct td_error err = {0};
        enum td_code code = wire_url_parse(&url, rows[i], &err);

        if (code != TD_USAGE)
            printf("\n    %s: %s", rows[i], td_code_text(code));
        CU_ASSERT_EQUAL(code, TD_USAGE);
        CU_ASSERT_PTR_NULL(url.host);
    }
}

static void secrets_are_not_shown(void)
{
    static const struct {
        const char *url;
        const char *shown;
    } rows[] = {
        {"ws://a/b", "ws://a/b"},
        {"ws://u:p@a/b", "ws://a/b"},
        {"ws://u@a", "ws://a"},
        {"ws://u:p@x@a?q=1", "ws://a?q=1"},
        {"ws://u:p/w@a/b", "ws://a/b"},
        {"ws://u:p?w@a", "ws://a"},
        {"http://a/@scope/x", "http://a/@scope/x"},
        {"http://a:8080/@scope/x", "http://a:8080/@scope/x"},
        {"ws://a?token=x&room=1", "ws://a?token=***&room=1"},
        {"ws://a?room=1&access_TOKEN=x", "ws://a?room=1&access_TOKEN=***"},
        {"ws://a?apikey=x&apikey=y#z", "ws://a?apikey=***&apikey=***#***"},
        {"ws://a?%74oken=x&p%61ge=1#", "ws://a?%74oken=***&p%61ge=1#"},
        {"ws://a?pwd=x&code=y&sid=z", "ws://a?pwd=***&code=***&sid=***"},
        {"ws://a?auth", "ws://a?auth"},
        {"http://a/cb#token=x", "http://a/cb#***"},
        {"http://a/cb#x?y", "http://a/cb#***"},
        {"http://u:p@a#", "http://a#"},
        {"ws+unix:/s:/p?secret=1", "ws+unix:/s:/p?secret=***"},
        {"nonsense://u:p@h", "nonsense://h"},
        {"http://a?otp=1&assertion=2&SAMLResponse=3&x=4",
         "http://a?otp=***&assertion=***&SAMLResponse=***&x=4"},
        {"http://a?u=https%3A%2F%2Fh%2F%3Ftoken%3Dx&b=1", "http://a?u=***&b=1"},
        {"http://a?u=https%253A%252F%252Fu%253Ap%2540h&b=1",
         "http://a?u=***&b=1"},
        {"http://a?u=v%3Fw%3Dhttps%253A%252F%252Fu%253Ap%2540h",
         "http://a?u=***"},
        {"http://a?u=https://u:p@h/", "http://a?u=***"},
        {"http://a?u=/b?token=1", "http://a?u=***"},
        {"http://a?u=%00%3Ftoken%3D1", "http://a?u=***"},
        {"http://a?q=100%&r=?", "http://a?q=100%&r=?"},
        {"http://a?u=https%3A%2F%2Fh%2F%3Fpage%3D1&q=what%3F",
         "http://a?u=https%3A%2F%2Fh%2F%3Fpage%3D1&q=what%3F"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_buf shown = {0};

        CU_ASSERT_EQUAL(wire_url_public(&shown, rows[i].url), TD_OK);
        if (strcmp(td_buf_str(&shown), rows[i].shown) != 0)
            printf("\n    %s: %s", rows[i].url, td_buf_str(&shown));
        CU_ASSERT_STRING_EQUAL(td_buf_str(&shown), rows[i].shown);
        td_buf_release(&shown);
    }
}

static void places_to_listen_are_understood(void)
{
    static const struct {
        const char *text;
        enum td_code code;
        const char *host;
        uint16_t port;
        const char *socket;
    } rows[] = {
        {"127.0.0.1:80", TD_OK, "127.0.0.1", 80, NULL},
        {":0", TD_OK, NULL, 0, NULL},
        {"[::]:8080", TD_OK, "::", 8080, NULL},
        {"unix:/run/s", TD_OK, NULL, 0, "/run/s"},
        {"localhost", TD_USAGE, NULL, 0, NULL},
        {"a:b", TD_USAGE, NULL, 0, NULL},
        {"a:65536", TD_USAGE, NULL, 0, NULL},
        {"unix:", TD_USAGE, NULL, 0, NULL},
        {"", TD_USAGE, NULL, 0, NULL},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *host;
        char *socket;
        uint16_t port;

        CU_ASSERT_EQUAL(
            wire_url_listen(rows[i].text, &host, &port, &socket, NULL),
            rows[i].code);
        CU_ASSERT_STRING_EQUAL(host ? host : "-",
                               rows[i].host ? rows[i].host : "-");
        CU_ASSERT_STRING_EQUAL(socket ? socket : "-",
                               rows[i].socket ? rows[i].socket : "-");
        if (rows[i].code == TD_OK)
            CU_ASSERT_EQUAL(port, rows[i].port);
        free(host);
        free(socket);
    }
}

/* The examples of RFC 3986, 5.4, of references that may stand in a Location. */
static void references_are_resolved(void)
{
    static const char *const rows[][3] = {
        {"http://a/b/c/d;p?q", "g:h", "g:h"},
        {"http://a/b/c/d;p?q", "g", "http://a/b/c/g"},
        {"http://a/b/c/d;p?q", "./g", "http://a/b/c/g"},
        {"http://a/b/c/d;p?q", "g/", "http://a/b/c/g/"},
        {"http://a/b/c/d;p?q", "/g", "http://a/g"},
        {"http://a/b/c/d;p?q", "//g", "http://g"},
        {"http://a/b/c/d;p?q", "?y", "http://a/b/c/d;p?y"},
        {"http://a/b/c/d;p?q", "g?y", "http://a/b/c/g?y"},
        {"http://a/b/c/d;p?q", "#s", "http://a/b/c/d;p?q"},
        {"http://a/b/c/d;p?q", "g?y#s", "http://a/b/c/g?y"},
        {"http://a/b/c/d;p?q", ";x", "http://a/b/c/;x"},
        {"http://a/b/c/d;p?q", "", "http://a/b/c/d;p?q"},
        {"http://a/b/c/d;p?q", ".", "http://a/b/c/"},
        {"http://a/b/c/d;p?q", "./", "http://a/b/c/"},
        {"http://a/b/c/d;p?q", "..", "http://a/b/"},
        {"http://a/b/c/d;p?q", "../g", "http://a/b/g"},
        {"http://a/b/c/d;p?q", "../..", "http://a/"},
        {"http://a/b/c/d;p?q", "../../../../g", "http://a/g"},
        {"http://a/b/c/d;p?q", "/./g", "http://a/g"},
        {"http://a/b/c/d;p?q", "/../g", "http://a/g"},
        {"http://a/b/c/d;p?q", "g..", "http://a/b/c/g.."},
        {"http://a/b/c/d;p?q", "./g/.", "http://a/b/c/g/"},
        {"http://a/b/c/d;p?q", "g;x=1/../y", "http://a/b/c/y"},
        {"http://a/b/c/d;p?q", "g?y/../x", "http://a/b/c/g?y/../x"},
        {"http://a/b/c/d;p?q", "HTTPS://g/x", "HTTPS://g/x"},
        {"http://a/b/c/d;p?q", "/l?next=http://x/",
         "http://a/l?next=http://x/"},
        {"https://[::1]:81", "g", "https://[::1]:81/g"},
        {"https://a", "//g/x", "https://g/x"},
        {"http+unix:/run/s:/b/c?q", "d", "http+unix:/run/s:/b/d"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct wire_url base;
        struct td_buf text = {0};

        CU_ASSERT_EQUAL_FATAL(wire_url_parse(&base, rows[i][0], NULL), TD_OK);
        wire_url_resolve(&text, &base, td_text(rows[i][1]));
        CU_ASSERT_STRING_EQUAL(td_buf_str(&text), rows[i][2]);
        td_buf_release(&text);
        wire_url_release(&base);
    }
}

CU_TestInfo wire_http_url_tests[] = {
    {"references are resolved", references_are_resolved},
    {"URLs are understood", urls_are_understood},
    {"kinds are told apart", kinds_are_told_apart},
    {"users are decoded", users_are_decoded},
    {"broken URLs are refused", broken_urls_are_refused},
    {"secrets are not shown", secrets_are_not_shown},
    {"places to listen are understood", places_to_listen_are_understood},
    CU_TEST_INFO_NULL,
};
