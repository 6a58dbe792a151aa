/* What a request is compared by. */
#include "replayer/answer/key.h"
#include "replayer/answer/mark.h"
#include "tests/suites.h"

#define COUNT(a) (sizeof(a) / sizeof(a[0]))

/* Every request has this one field. */
static struct td_bytes only_field(const void *ctx, const char *name)
{
    (void)ctx;
    return !strcmp(name, "x-a") ? td_text("1 \"2\"") : td_bytes(NULL, 0);
}

static const struct {
    const char *keys;
    const char *method;
    const char *target;
    const char *body;
    const char *name;
    const char *text;
} rows[] = {
    {PLAY_KEYS_DEFAULT, "GET", "/a", "", "GET /a", ""},
    {PLAY_KEYS_DEFAULT, "GET", "/a?", "", "GET /a", ""},
    {PLAY_KEYS_DEFAULT, "GET", "/a?b=2&a=1&b=1&c", "", "GET /a?a=1&b=2&b=1&c",
     ""},
    {PLAY_KEYS_DEFAULT, "GET", "/?&&=x&a", "", "GET /?&&=x&a", ""},
    {PLAY_KEYS_DEFAULT, "POST", "/a?secret=5&b=1", "{\"a\":1}",
     "POST /a?b=1&secret=***", "{\"a\":1}"},
    {PLAY_KEYS_DEFAULT, "GET", "/s/?t=x&EIO=4&a=1", "", "GET /s/?EIO=4&a=1",
     ""},
    {PLAY_KEYS_DEFAULT, "GET", "/?t=x&a=1", "", "GET /?a=1&t=x", ""},
    {"method,path", "POST", "/a?b", "x", "POST /a", ""},
    {"path,query:b", "POST", "/a?b=1&c=2&b=0", "x", "/a?b=1&b=0", ""},
    {"body", "POST", "/a?b", "x", "", "x"},
    {"method,header:x-a,header:x-b", "PUT", "/", "", "PUT x-a: 1 \\\"2\\\"",
     ""},
    {PLAY_KEYS_DEFAULT, "POST", "/rpc",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":{\"a\":1}}",
     "POST /rpc m", "{\"method\":\"m\",\"params\":{\"a\":1}}"},
    {PLAY_KEYS_DEFAULT, "POST", "/f", "u=a&pw=S1&p%5B0%5D=S2&pwd=x&pw\r\n",
     "POST /f", "u=a&pw=***&p%5B0%5D=***&pwd=x&pw\r\n"},
    {PLAY_KEYS_DEFAULT, "POST", "/f", "pw=S\nu=a", "POST /f", "pw=S\nu=a"},
    {PLAY_KEYS_DEFAULT, "POST", "/rpc", "{\"id\":1,\"method\":\"m\"}",
     "POST /rpc", "{\"id\":1,\"method\":\"m\"}"},
    {PLAY_KEYS_DEFAULT, "POST", "/rpc",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":1}", "POST /rpc",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":1}"},
};

static void a_key_is_what_was_asked_for(void)
{
    struct play_key key = {0};

    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct play_asked asked = {.method = td_text(rows[i].method),
                                         .target = td_text(rows[i].target),
                                         .body = td_text(rows[i].body),
                                         .field = only_field};
        struct play_keys keys = {0};

        CU_ASSERT_EQUAL(play_keys_read(&keys, rows[i].keys, NULL), TD_OK);
        play_keys_learn(&keys, td_text("/x?a=[red]&secret=%5Bredacted%5D"),
                        td_text(""));
        play_keys_learn(&keys, td_text("/x?secret=***&b=**"),
                        td_text("pw=***&pw=***&u=a&p%5B0%5D=%5Bredacted%5D"));
        CU_ASSERT_EQUAL(keys.redacted.len, 1);
        CU_ASSERT_EQUAL(keys.redacted_pairs.len, 2);
        play_key_make(&key, &keys, &asked);
        CU_ASSERT(td_bytes_is(key.said.name, rows[i].name));
        CU_ASSERT(td_bytes_is(key.said.text, rows[i].text));
        play_keys_release(&keys);
    }
    play_key_release(&key);
}

static struct td_bytes any_field(const void *ctx, const char *name)
{
    (void)ctx;
    return strcmp(name, "Upgrade") ? td_text("S1") : td_bytes(NULL, 0);
}

static void secrets_are_not_shown(void)
{
    const struct play_asked asked = {.method = td_text("GET"),
                                     .target = td_text("/a?b=1&%74oken=S&c"),
                                     .field = any_field};
    struct play_key key = {0};
    struct play_keys keys = {0};
    struct td_buf list = {0};

    CU_ASSERT_EQUAL(play_keys_read(&keys,
                                   "method,body,query,header:authorization,"
                                   "header:x-a,header:x-own,query:v,path",
                                   NULL),
                    TD_OK);
    play_keys_learn_field(&keys, "X-Own", td_text("[pseudonym 01]"));
    play_keys_learn_field(&keys, "X-A", td_text("plain"));
    play_key_make(&key, &keys, &asked);
    CU_ASSERT_STRING_EQUAL(
        td_buf_str(&key.shown),
        "GET /a?%74oken=***&b=1&c authorization: *** x-a: S1 x-own: ***");
    CU_ASSERT(td_bytes_is(
        key.said.name,
        "GET /a?%74oken=S&b=1&c authorization: S1 x-a: S1 x-own: S1"));
    play_keys_bodiless(&list, &keys);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&list),
                           "method,path,query,query:v,header:authorization,"
                           "header:x-a,header:x-own");
    td_buf_release(&list);
    play_key_release(&key);
    play_keys_release(&keys);
}

static void marks_are_found(void)
{
    static const char *const marks[] = {
        "[redacted]", "a [withheld]b", "\"[pseudonym 0123456789abcdef]\"",
        "x=%5Bredacted%5d", "x=%5bpseudonym+01"};
    static const char *const none[] = {
        "",        "[",         "%5",          "redacted",
        "[redact", "[redacted", "[withheldx]", "%5B"};

    for (size_t i = 0; i < COUNT(marks); i++)
        CU_ASSERT(play_has_mark(td_text(marks[i])));
    for (size_t i = 0; i < COUNT(none); i++)
        CU_ASSERT_FALSE(play_has_mark(td_text(none[i])));
    CU_ASSERT(play_has_secret_member(td_text("[{\"a\":{\"pwd\" : 1}}]")));
    CU_ASSERT_FALSE(play_has_secret_member(td_text("{\"a\":[\"pwd\"]}")));
    CU_ASSERT_FALSE(play_has_secret_member(td_text("{\"pwd\":")));
}

static void many_parameters_are_all_compared(void)
{
    struct play_key key = {0};
    struct play_keys keys = {0};
    struct td_buf target = {0};
    struct play_asked asked = {.method = td_text("GET"), .field = only_field};

    CU_ASSERT_EQUAL(play_keys_read(&keys, PLAY_KEYS_DEFAULT, NULL), TD_OK);
    (void)td_buf_add_text(&target, "/?");
    for (unsigned i = 0; i < 2 * PLAY_PARAMS_MAX; i++)
        (void)td_buf_addf(&target, "&p%u=%u", i, i);
    asked.target = td_buf_bytes(&target);
    play_key_make(&key, &keys, &asked);
    CU_ASSERT(key.said.name.len >= target.len);
    CU_ASSERT_PTR_NOT_NULL(
        memmem(key.said.name.ptr, key.said.name.len, "p511=511", 8));
    play_key_release(&key);
    play_keys_release(&keys);
    td_buf_release(&target);
}

static void lists_that_name_nothing_are_refused(void)
{
    static const char *const bad[] = {"",       "paht",    "path,",
                                      "query:", "header:", "method, path"};

    for (size_t i = 0; i < COUNT(bad); i++) {
        struct play_keys keys = {0};
        struct td_error err;

        CU_ASSERT_EQUAL(play_keys_read(&keys, bad[i], &err), TD_USAGE);
        play_keys_release(&keys);
    }
}

static void a_message_is_text_or_binary(void)
{
    struct play_key key = {0};

    play_key_message(&key, td_text("{\"a\":1}"), true);
    CU_ASSERT(td_bytes_is(key.said.name, "binary"));
    play_key_message(&key, td_text("{\"a\":1}"), false);
    CU_ASSERT_EQUAL(key.said.name.len, 0);
    CU_ASSERT(td_bytes_is(key.said.text, "{\"a\":1}"));
    play_key_release(&key);
}

static void a_packet_is_where_and_what_it_is(void)
{
    static const struct {
        struct td_event ev;
        const char *name;
        const char *text;
    } packets[] = {
        {{.name = {(const uint8_t *)"hi", 2},
          .id = {(const uint8_t *)"7", 1},
          .payload = {(const uint8_t *)"[\"hi\"]", 6}},
         "hi",
         "[\"hi\"]"},
        {{.ack = {(const uint8_t *)"7", 1},
          .ns = {(const uint8_t *)"/a", 2},
          .payload = {(const uint8_t *)"[]", 2}},
         "/a ack 7",
         "[]"},
        {{.kind = {(const uint8_t *)"connect", 7},
          .payload = {(const uint8_t *)"{\"token\":1}", 11}},
         "connect",
         ""},
        {{.kind = {(const uint8_t *)"disconnect", 10}}, "disconnect", ""},
        {{.name = {(const uint8_t *)"b", 1},
          .att = {(const uint8_t *)"[\"AQ==\"]", 8}},
         "b[\\\"AQ==\\\"]",
         ""},
    };
    struct play_key key = {0};

    for (size_t i = 0; i < COUNT(packets); i++) {
        play_key_packet(&key, &packets[i].ev);
        CU_ASSERT(td_bytes_is(key.said.name, packets[i].name));
        CU_ASSERT(td_bytes_is(key.said.text, packets[i].text));
    }
    play_key_release(&key);
}

CU_TestInfo replayer_answer_key_tests[] = {
    {"a key is what was asked for", a_key_is_what_was_asked_for},
    {"many parameters are all compared", many_parameters_are_all_compared},
    {"lists that name nothing are refused",
     lists_that_name_nothing_are_refused},
    {"secrets are not shown", secrets_are_not_shown},
    {"marks are found", marks_are_found},
    {"a packet is where and what it is", a_packet_is_where_and_what_it_is},
    {"a message is text or binary", a_message_is_text_or_binary},
    CU_TEST_INFO_NULL,
};
