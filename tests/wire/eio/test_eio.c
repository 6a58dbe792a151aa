/* Engine.IO 4: packets, polling bodies, handshakes, refusals. The packets are
 * those of the public protocol document.
 */
#include "tests/suites.h"
#include "wire/eio/eio.h"

#include <stdio.h>

static void packet_is_read_and_written_back(void)
{
    static const struct {
        const char *frame;
        enum eio_type type;
        const char *data;
    } rows[] = {
        {"0{\"sid\":\"lv_VI97HAXpY6yYWAAAC\"}", EIO_OPEN,
         "{\"sid\":\"lv_VI97HAXpY6yYWAAAC\"}"},
        {"1", EIO_CLOSE, ""},
        {"2", EIO_PING, ""},
        {"2probe", EIO_PING, "probe"},
        {"3probe", EIO_PONG, "probe"},
        {"4hello", EIO_MESSAGE, "hello"},
        {"4\xe2\x82\xac", EIO_MESSAGE, "\xe2\x82\xac"},
        {"5", EIO_UPGRADE, ""},
        {"6", EIO_NOOP, ""},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct eio_packet packet;
        struct td_buf again = {0};

        CU_ASSERT_EQUAL(
            eio_packet_decode(&packet, td_text(rows[i].frame), false, NULL),
            TD_OK);
        CU_ASSERT_EQUAL(packet.type, rows[i].type);
        CU_ASSERT(td_bytes_is(packet.data, rows[i].data));
        CU_ASSERT_EQUAL(eio_packet_encode(&again, &packet), TD_OK);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&again), rows[i].frame);
        td_buf_release(&again);
    }
}

static void binary_frame_is_a_message_as_it_is(void)
{
    static const uint8_t bytes[] = {0, '4', 0x1e, 0xff};
    struct eio_packet packet;
    struct td_buf again = {0};

    CU_ASSERT_EQUAL(
        eio_packet_decode(&packet, td_bytes(bytes, sizeof(bytes)), true, NULL),
        TD_OK);
    CU_ASSERT(packet.binary && packet.type == EIO_MESSAGE);
    CU_ASSERT_EQUAL(eio_packet_encode(&again, &packet), TD_OK);
    CU_ASSERT(td_bytes_equal(td_buf_bytes(&again), packet.data));
    td_buf_release(&again);
}

/* One body as "type:data|type:data", binary messages as "b:data". */
static void describe(struct td_buf *out, const char *body)
{
    struct eio_payload payload = {.text = td_text(body)};
    struct td_buf scratch = {0};
    struct eio_packet packet;
    enum td_code code;

    while ((code = eio_payload_next(&payload, &scratch, &packet, NULL)) ==
           TD_OK)
        (void)td_buf_addf(out, "%s%d%s:%.*s", out->len ? "|" : "",
                          (int)packet.type, packet.binary ? "b" : "",
                          (int)packet.data.len, (const char *)packet.data.ptr);
    if (code != TD_END)
        (void)td_buf_addf(out, "!%d", (int)code);
    td_buf_release(&scratch);
}

static void polling_body_is_split_at_0x1e(void)
{
    static const struct {
        const char *body;
        const char *packets; /* !N: ends with code N */
    } rows[] = {
        {"4hello\x1e"
         "2\x1e"
         "4world",
         "4:hello|2:|4:world"},
        {"4hello\x1e"
         "bAQIDBA==",
         "4:hello|4b:\x01\x02\x03\x04"},
        {"b", "4b:"},
        {"6", "6:"},
        {"", "!6"},
        {"4a\x1e", "4:a!6"},
        {"\x1e"
         "4a",
         "!6"},
        {"7", "!6"},
        {"bAQIDBA=", "!6"},
        {"b****", "!6"},
        {"4a\x1ez", "4:a!6"},
    };

    CU_ASSERT_EQUAL(TD_PROTOCOL, 6);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_buf seen = {0};

        describe(&seen, rows[i].body);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&seen), rows[i].packets);
        td_buf_release(&seen);
    }
}

static void polling_body_is_joined_by_0x1e(void)
{
    const struct eio_packet packets[] = {
        {EIO_MESSAGE, false, td_text("hello")},
        {EIO_PING, false, td_text("")},
        {EIO_MESSAGE, true, td_text("\x01\x02\x03\x04")},
    };
    struct td_buf body = {0};

    for (size_t i = 0; i < 3; i++) {
        size_t before = body.len;
        size_t cost = eio_payload_cost(before, &packets[i]);

        CU_ASSERT_EQUAL(eio_payload_add(&body, &packets[i]), TD_OK);
        CU_ASSERT_EQUAL(body.len - before, cost);
    }
    CU_ASSERT_STRING_EQUAL(td_buf_str(&body), "4hello\x1e"
                                              "2\x1e"
                                              "bAQIDBA==");
    td_buf_release(&body);
}

static void full_body_takes_no_half_packet(void)
{
    struct td_buf body;
    struct eio_packet packet = {EIO_MESSAGE, true, td_text("123456")};

    td_buf_init(&body, 12);
    CU_ASSERT_EQUAL(eio_payload_add(&body, &packet), TD_OK);
    CU_ASSERT_EQUAL(eio_payload_add(&body, &packet), TD_LIMIT);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&body), "bMTIzNDU2");
    td_buf_release(&body);
}

static void handshake_is_read(void)
{
    struct eio_handshake h;

    CU_ASSERT_EQUAL(
        eio_handshake_parse(
            &h,
            td_text("{\"sid\":\"lv_VI97HAXpY6yYWAAAC\",\"upgrades\":"
                    "[\"websocket\"],\"pingInterval\":25000,\"pingTimeout\":"
                    "20000,\"maxPayload\":1000000,\"more\":[1]}"),
            NULL),
        TD_OK);
    CU_ASSERT_STRING_EQUAL(h.sid, "lv_VI97HAXpY6yYWAAAC");
    CU_ASSERT_TRUE(h.upgrade_websocket);
    CU_ASSERT_EQUAL(h.ping_interval_ns, UINT64_C(25000000000));
    CU_ASSERT_EQUAL(h.ping_timeout_ns, UINT64_C(20000000000));
    CU_ASSERT_EQUAL(h.max_payload, 1000000);
}

static void bad_handshake_is_refused(void)
{
    static const char *const rows[] = {
        "",
        "[]",
        "{\"sid\":1,\"pingInterval\":1,\"pingTimeout\":1}",
        "{\"sid\":\"\",\"pingInterval\":1,\"pingTimeout\":1}",
        "{\"sid\":\"a&b\",\"pingInterval\":1,\"pingTimeout\":1}",
        "{\"sid\":\"a\\u0062\",\"pingInterval\":1,\"pingTimeout\":1}",
        "{\"sid\":\"a\",\"pingInterval\":0,\"pingTimeout\":1}",
        "{\"sid\":\"a\",\"pingInterval\":-1,\"pingTimeout\":1}",
        "{\"sid\":\"a\",\"pingInterval\":1.5,\"pingTimeout\":1}",
        "{\"sid\":\"a\",\"pingInterval\":1}",
        "{\"sid\":\"a\",\"pingInterval\":99999999999999999999,"
        "\"pingTimeout\":1}",
        "{\"sid\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aaaaaaaaaaaaaaaaaaaa\",\"pingInterval\":1,\"pingTimeout\":1}",
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct eio_handshake h;
        struct td_error err = {0};

        CU_ASSERT_EQUAL(eio_handshake_parse(&h, td_text(rows[i]), &err),
                        TD_PROTOCOL);
        CU_ASSERT_NOT_EQUAL(err.text[0], '\0');
    }
}

static void handshake_is_written(void)
{
    struct eio_handshake h = {"abc", true, 25000000000, 20000000000, 1000000};
    struct td_buf out = {0};

    CU_ASSERT_EQUAL(eio_handshake_build(&out, &h), TD_OK);
    CU_ASSERT_STRING_EQUAL(
        td_buf_str(&out),
        "{\"sid\":\"abc\",\"upgrades\":[\"websocket\"],\"pingInterval\":25000,"
        "\"pingTimeout\":20000,\"maxPayload\":1000000}");
    td_buf_release(&out);
}

static void requests_are_judged_as_the_reference_server_does(void)
{
    static const struct {
        const char *name;
        const char *query;
        const char *method;
        bool upgrade;
        bool known;
        enum eio_transport active;
        enum eio_refusal refusal;
    } rows[] = {
        {"handshake", "EIO=4&transport=polling&t=x", "GET", 0, 0, 0,
         EIO_ACCEPTED},
        {"handshake on a WebSocket", "EIO=4&transport=websocket", "GET", 1, 0,
         0, EIO_ACCEPTED},
        {"no transport", "EIO=4", "GET", 0, 0, 0, EIO_UNKNOWN_TRANSPORT},
        {"odd transport", "EIO=4&transport=abc", "GET", 0, 0, 0,
         EIO_UNKNOWN_TRANSPORT},
        {"old version", "EIO=3&transport=polling", "GET", 0, 0, 0,
         EIO_UNSUPPORTED_VERSION},
        {"no version", "transport=polling", "GET", 0, 0, 0,
         EIO_UNSUPPORTED_VERSION},
        {"POST without sid", "EIO=4&transport=polling", "POST", 0, 0, 0,
         EIO_BAD_HANDSHAKE_METHOD},
        {"websocket without upgrade", "EIO=4&transport=websocket", "GET", 0, 0,
         0, EIO_BAD_REQUEST},
        {"unknown sid", "EIO=4&transport=polling&sid=zzz", "GET", 0, 0, 0,
         EIO_UNKNOWN_SID},
        {"poll", "EIO=4&transport=polling&sid=a", "GET", 0, 1, EIO_POLLING,
         EIO_ACCEPTED},
        {"post", "EIO=4&transport=polling&sid=a", "POST", 0, 1, EIO_POLLING,
         EIO_ACCEPTED},
        {"PUT", "EIO=4&transport=polling&sid=a", "PUT", 0, 1, EIO_POLLING,
         EIO_BAD_REQUEST},
        {"poll after the upgrade", "EIO=4&transport=polling&sid=a", "GET", 0, 1,
         EIO_WEBSOCKET, EIO_BAD_REQUEST},
        {"probe", "EIO=4&transport=websocket&sid=a", "GET", 1, 1, EIO_POLLING,
         EIO_ACCEPTED},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct eio_query query = eio_query_parse(td_text(rows[i].query));
        enum eio_refusal refusal =
            eio_query_check(&query, td_text(rows[i].method), rows[i].upgrade,
                            rows[i].known, rows[i].active);

        if (refusal != rows[i].refusal)
            printf("\n    row \"%s\": %d\n", rows[i].name, (int)refusal);
        CU_ASSERT_EQUAL(refusal, rows[i].refusal);
    }
}

static void refusal_has_its_code_and_status(void)
{
    struct td_buf out = {0};

    CU_ASSERT_EQUAL(eio_refusal_body(&out, EIO_UNSUPPORTED_VERSION), TD_OK);
    CU_ASSERT_STRING_EQUAL(
        td_buf_str(&out),
        "{\"code\":5,\"message\":\"Unsupported protocol version\"}");
    CU_ASSERT_EQUAL(eio_refusal_status(EIO_UNSUPPORTED_VERSION), 400);
    CU_ASSERT_EQUAL(eio_refusal_status(EIO_FORBIDDEN), 403);
    td_buf_release(&out);
}

CU_TestInfo wire_eio_eio_tests[] = {
    {"packet is read and written back", packet_is_read_and_written_back},
    {"binary frame is a message as it is", binary_frame_is_a_message_as_it_is},
    {"polling body is split at 0x1e", polling_body_is_split_at_0x1e},
    {"polling body is joined by 0x1e", polling_body_is_joined_by_0x1e},
    {"full body takes no half packet", full_body_takes_no_half_packet},
    {"handshake is read", handshake_is_read},
    {"bad handshake is refused", bad_handshake_is_refused},
    {"handshake is written", handshake_is_written},
    {"requests are judged as the reference server does",
     requests_are_judged_as_the_reference_server_does},
    {"refusal has its code and status", refusal_has_its_code_and_status},
    CU_TEST_INFO_NULL,
};
