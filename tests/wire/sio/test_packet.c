/* Socket.IO 5: packets <-> events. The packets marked "document" are those of
 * the public protocol document.
 */
#include "tests/suites.h"
#include "wire/sio/packet.h"

#include <stdio.h>

static void check(const char *name, const char *packet, bool good)
{
    if (!good)
        printf("\n    row \"%s\": %s\n", name, packet);
    CU_ASSERT_TRUE(good);
}

/* Whether encoding the event gives exactly this packet. */
static bool is_exact(const struct td_event *ev, const char *packet)
{
    struct td_buf again = {0};
    size_t attachments;
    bool same = sio_encode(&again, &attachments, ev, NULL) == TD_OK &&
                td_bytes_is(td_buf_bytes(&again), packet);

    td_buf_release(&again);
    return same;
}

static void packet_becomes_an_event_and_back(void)
{
    static const struct {
        const char *packet;
        enum sio_type type;
        const char *kind, *ns, *id, *ack, *name, *payload;
    } rows[] = {
        /* document */
        {"0", SIO_CONNECT, "connect", "", "", "", "", ""},
        {"0{\"sid\":\"oSO0OpakMV_3jnilAAAA\"}", SIO_CONNECT, "connect", "", "",
         "", "", "{\"sid\":\"oSO0OpakMV_3jnilAAAA\"}"},
        {"0/admin,{\"token\":\"123\"}", SIO_CONNECT, "connect", "/admin", "",
         "", "", "{\"token\":\"123\"}"},
        {"4{\"message\":\"Not authorized\"}", SIO_CONNECT_ERROR,
         "connect_error", "", "", "", "", "{\"message\":\"Not authorized\"}"},
        {"2[\"foo\"]", SIO_EVENT, "", "", "", "", "foo", "[\"foo\"]"},
        {"2/admin,[\"bar\"]", SIO_EVENT, "", "/admin", "", "", "bar",
         "[\"bar\"]"},
        {"29007199254740991[\"foo\"]", SIO_EVENT, "", "", "9007199254740991",
         "", "foo", "[\"foo\"]"},
        {"212[\"foo\"]", SIO_EVENT, "", "", "12", "", "foo", "[\"foo\"]"},
        {"3/admin,13[\"bar\"]", SIO_ACK, "", "/admin", "", "13", "",
         "[\"bar\"]"},
        {"1/admin,", SIO_DISCONNECT, "disconnect", "/admin", "", "", "", ""},
        {"1", SIO_DISCONNECT, "disconnect", "", "", "", "", ""},
        /* corners */
        {"0/admin?token=1234&uid=a,", SIO_CONNECT, "connect",
         "/admin?token=1234&uid=a", "", "", "", ""},
        {"4\"no\"", SIO_CONNECT_ERROR, "connect_error", "", "", "", "",
         "\"no\""},
        {"20[\"a\"]", SIO_EVENT, "", "", "0", "", "a", "[\"a\"]"},
        {"2[5,1.10]", SIO_EVENT, "", "", "", "", "5", "[5,1.10]"},
        {"2[\"\"]", SIO_EVENT, "", "", "", "", "", "[\"\"]"},
        {"2[\"a\\\"b\", {\"x\" : -0}]", SIO_EVENT, "", "", "", "", "a\\\"b",
         "[\"a\\\"b\", {\"x\" : -0}]"},
        {"2[ \"a\" ]", SIO_EVENT, "", "", "", "", "a", "[ \"a\" ]"},
        {"2/q\"\\,[\"a\"]", SIO_EVENT, "", "/q\\\"\\\\", "", "", "a",
         "[\"a\"]"},
        {"37[]", SIO_ACK, "", "", "", "7", "", "[]"},
        {"2[\"a\",{\"_placeholder\":true,\"num\":9}]", SIO_EVENT, "", "", "",
         "", "a", "[\"a\",{\"_placeholder\":true,\"num\":9}]"},
    };
    struct sio_decoder *decoder = sio_decoder_new(0);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *packet = rows[i].packet;
        struct td_event ev = {0};
        enum sio_type type = SIO_CONNECT;
        enum td_code code =
            sio_decode(decoder, td_text(packet), false, &type, &ev, NULL);

        check("code", packet, code == TD_OK);
        check("type", packet, type == rows[i].type);
        check("kind", packet, td_bytes_is(ev.kind, rows[i].kind));
        check("ns", packet, td_bytes_is(ev.ns, rows[i].ns));
        check("id", packet, td_bytes_is(ev.id, rows[i].id));
        check("ack", packet, td_bytes_is(ev.ack, rows[i].ack));
        check("name", packet, td_bytes_is(ev.name, rows[i].name));
        check("payload", packet, td_bytes_is(ev.payload, rows[i].payload));
        check("back", packet, is_exact(&ev, packet));
    }
    sio_decoder_free(decoder);
}

static void odd_spelling_is_kept_as_text(void)
{
    static const struct {
        const char *packet;
        const char *name, *id, *ack;
    } rows[] = {
        {"2/,[\"a\"]", "a", "", ""},   {"2 [\"a\"]", "a", "", ""},
        {"2[\"a\"] ", "a", "", ""},    {"2[\"a\",\n1]", "a", "", ""},
        {"2007[\"a\"]", "a", "7", ""}, {"300[]", "", "", "0"},
        {"0/admin", "", "", ""},       {"07", "", "", ""},
        {"2/,[\"\"]", "", "", ""},     {"500-[\"a\"]", "a", "", ""},
        {"3/,1[\r]", "", "", "1"},
    };
    struct sio_decoder *decoder = sio_decoder_new(0);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *packet = rows[i].packet;
        struct td_event ev = {0};
        enum sio_type type;

        check("code", packet,
              sio_decode(decoder, td_text(packet), false, &type, &ev, NULL) ==
                  TD_OK);
        check("form", packet, ev.form == TD_FORM_TEXT);
        check("payload", packet, td_bytes_is(ev.payload, packet));
        check("name", packet, td_bytes_is(ev.name, rows[i].name));
        check("id", packet, td_bytes_is(ev.id, rows[i].id));
        check("ack", packet, td_bytes_is(ev.ack, rows[i].ack));
        check("back", packet, is_exact(&ev, packet));
    }
    sio_decoder_free(decoder);
}

static void bad_packet_is_refused(void)
{
    static const struct {
        const char *name;
        const char *packet;
        enum td_code code;
    } rows[] = {
        {"empty", "", TD_PROTOCOL},
        {"no type", "[\"a\"]", TD_PROTOCOL},
        {"unknown type", "7", TD_PROTOCOL},
        {"event without arguments", "2", TD_PROTOCOL},
        {"event with an object", "2{}", TD_PROTOCOL},
        {"event without a name", "2[]", TD_PROTOCOL},
        {"name is null", "2[null]", TD_PROTOCOL},
        {"name is an array", "2[[\"a\"]]", TD_PROTOCOL},
        {"not JSON", "2[\"a\"", TD_PROTOCOL},
        {"bad UTF-8", "2[\"\xff\"]", TD_PROTOCOL},
        {"bad UTF-8 in the namespace", "2/\xff,[\"a\"]", TD_PROTOCOL},
        {"reserved", "2[\"connect\"]", TD_PROTOCOL},
        {"reserved", "2[\"connect_error\"]", TD_PROTOCOL},
        {"reserved", "2[\"disconnect\"]", TD_PROTOCOL},
        {"reserved", "2[\"disconnecting\"]", TD_PROTOCOL},
        {"reserved", "2[\"newListener\"]", TD_PROTOCOL},
        {"reserved", "2[\"removeListener\",1]", TD_PROTOCOL},
        {"reserved, escaped", "2[\"\\u0063onnect\"]", TD_PROTOCOL},
        {"ack without id", "3[]", TD_PROTOCOL},
        {"ack with an object", "31{}", TD_PROTOCOL},
        {"connect with an array", "0[]", TD_PROTOCOL},
        {"connect with a string", "0\"a\"", TD_PROTOCOL},
        {"error with an array", "4[1]", TD_PROTOCOL},
        {"disconnect with a payload", "1{}", TD_PROTOCOL},
        {"ack id of 2^53", "29007199254740992[\"a\"]", TD_PROTOCOL},
        {"ack id of 17 digits", "210000000000000000[\"a\"]", TD_PROTOCOL},
        {"no attachment count", "5[\"a\"]", TD_PROTOCOL},
        {"no dash", "51[\"a\"]", TD_PROTOCOL},
        {"too many attachments", "51025-[\"a\"]", TD_LIMIT},
        {"no placeholder", "51-[\"a\"]", TD_PROTOCOL},
        {"placeholder beyond", "51-[\"a\",{\"_placeholder\":true,\"num\":1}]",
         TD_PROTOCOL},
        {"placeholder below", "51-[\"a\",{\"_placeholder\":true,\"num\":-1}]",
         TD_PROTOCOL},
        {"placeholder with a fraction",
         "51-[\"a\",{\"_placeholder\":true,\"num\":0.0}]", TD_PROTOCOL},
        {"placeholder of text",
         "51-[\"a\",{\"_placeholder\":true,\"num\":\"0\"}]", TD_PROTOCOL},
        {"placeholder without number", "51-[\"a\",{\"_placeholder\":true}]",
         TD_PROTOCOL},
        {"placeholder twice",
         "52-[\"a\",{\"_placeholder\":true,\"num\":0},"
         "{\"_placeholder\":true,\"num\":0}]",
         TD_PROTOCOL},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sio_decoder *decoder = sio_decoder_new(0);
        struct td_error err = {0};
        struct td_event ev;
        enum sio_type type;

        check(rows[i].name, rows[i].packet,
              sio_decode(decoder, td_text(rows[i].packet), false, &type, &ev,
                         &err) == rows[i].code &&
                  err.text[0]);
        sio_decoder_free(decoder);
    }
}

#define PLACE(n) "{\"_placeholder\":true,\"num\":" #n "}"

static void attachments_are_put_beside_the_arguments(void)
{
    static const char packet[] =
        "52-/admin,7[\"up\",{\"a\":" PLACE(1) "}," PLACE(0) "]";
    struct sio_decoder *decoder = sio_decoder_new(0);
    struct td_buf bytes = {0};
    struct td_event ev = {0};
    enum sio_type type;

    CU_ASSERT_EQUAL(
        sio_decode(decoder, td_text(packet), false, &type, &ev, NULL),
        TD_AGAIN);
    CU_ASSERT_EQUAL(sio_decode(decoder, td_bytes("\x01\x02\x03", 3), true,
                               &type, &ev, NULL),
                    TD_AGAIN);
    CU_ASSERT_EQUAL(
        sio_decode(decoder, td_bytes("\0", 1), true, &type, &ev, NULL), TD_OK);
    CU_ASSERT_EQUAL(type, SIO_BINARY_EVENT);
    CU_ASSERT(td_bytes_is(ev.att, "[\"AQID\",\"AA==\"]"));
    CU_ASSERT(td_bytes_is(ev.name, "up") && td_bytes_is(ev.id, "7"));
    CU_ASSERT_TRUE(is_exact(&ev, packet));
    CU_ASSERT_EQUAL(sio_attachment(&bytes, &ev, 0, NULL), TD_OK);
    CU_ASSERT_EQUAL(sio_attachment(&bytes, &ev, 1, NULL), TD_OK);
    CU_ASSERT_EQUAL(sio_attachment(&bytes, &ev, 2, NULL), TD_END);
    CU_ASSERT(
        td_bytes_equal(td_buf_bytes(&bytes), td_bytes("\x01\x02\x03\0", 4)));
    td_buf_release(&bytes);
    sio_decoder_free(decoder);
}

static void zero_attachments_stay_a_binary_packet(void)
{
    struct sio_decoder *decoder = sio_decoder_new(0);
    struct td_event ev = {0};
    enum sio_type type;

    CU_ASSERT_EQUAL(
        sio_decode(decoder, td_text("60-3[1]"), false, &type, &ev, NULL),
        TD_OK);
    CU_ASSERT(td_bytes_is(ev.att, "[]") && td_bytes_is(ev.ack, "3"));
    CU_ASSERT_TRUE(is_exact(&ev, "60-3[1]"));
    sio_decoder_free(decoder);
}

static void attachments_out_of_turn_are_refused(void)
{
    struct sio_decoder *decoder = sio_decoder_new(64);
    struct td_event ev;
    enum sio_type type;
    uint8_t big[64] = {0};

    CU_ASSERT_EQUAL(sio_decode(decoder, td_text("x"), true, &type, &ev, NULL),
                    TD_PROTOCOL);
    CU_ASSERT_EQUAL(sio_decode(decoder, td_text("51-[\"a\"," PLACE(0) "]"),
                               false, &type, &ev, NULL),
                    TD_AGAIN);
    CU_ASSERT_EQUAL(
        sio_decode(decoder, td_text("2[\"a\"]"), false, &type, &ev, NULL),
        TD_PROTOCOL);
    CU_ASSERT_EQUAL(
        sio_decode(decoder, td_bytes(big, sizeof(big)), true, &type, &ev, NULL),
        TD_LIMIT);
    sio_decoder_free(decoder);
}

static struct td_event make(enum td_form form, const char *name,
                            const char *payload)
{
    return (struct td_event){
        .form = form, .name = td_text(name), .payload = td_text(payload)};
}

static void events_of_other_protocols_become_arguments(void)
{
    static const struct {
        enum td_form form;
        const char *name, *payload, *packet;
    } rows[] = {
        {TD_FORM_JSON, "", "{\"a\":1}", "2[\"message\",{\"a\":1}]"},
        {TD_FORM_JSON, "tick", "1.10", "2[\"tick\",1.10]"},
        {TD_FORM_JSON, "tick", "[\"tock\"]", "2[\"tick\",[\"tock\"]]"},
        {TD_FORM_JSON, "tick", "[\"tick\"]", "2[\"tick\"]"},
        {TD_FORM_JSON, "tick", "[\"ticks\"]", "2[\"tick\",[\"ticks\"]]"},
        {TD_FORM_JSON, "tick", "[ \"tick\",2]", "2[ \"tick\",2]"},
        {TD_FORM_TEXT, "", "say \"hi\"\n",
         "2[\"message\",\"say \\\"hi\\\"\\n\"]"},
        {TD_FORM_TEXT, "tick", "2[\"tock\"]",
         "2[\"tick\",\"2[\\\"tock\\\"]\"]"},
        {TD_FORM_TEXT, "", "42 \n", "2[\"message\",42 \n]"},
        {TD_FORM_TEXT, "", "42!", "2[\"message\",\"42!\"]"},
        {TD_FORM_TEXT, "tick", "\n[\n\"tick\",\r2]\n", "2\n[\n\"tick\",\r2]\n"},
        {TD_FORM_TEXT, "tick", "[\n\"tock\",2]", "2[\"tick\",[\n\"tock\",2]]"},
        {TD_FORM_TEXT, "\\ufffdx", "[\"\\ud83dx\",2]", "2[\"\\ud83dx\",2]"},
        {TD_FORM_BYTES, "", "\x01", "51-[\"message\"," PLACE(0) "]"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_event ev = make(rows[i].form, rows[i].name, rows[i].payload);
        struct td_buf out = {0};
        size_t attachments;

        CU_ASSERT_EQUAL(sio_encode(&out, &attachments, &ev, NULL), TD_OK);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&out), rows[i].packet);
        CU_ASSERT_EQUAL(attachments, rows[i].form == TD_FORM_BYTES);
        td_buf_release(&out);
    }
}

static void unusable_event_is_refused_and_adds_nothing(void)
{
    struct td_event rows[] = {
        make(TD_FORM_JSON, "connect", "[\"connect\"]"),
        make(TD_FORM_JSON, "\\u0063onnect", "1"),
        make(TD_FORM_JSON, "a", "[\"a\"]"),
        make(TD_FORM_JSON, "a", "[\"a\"]"),
        make(TD_FORM_JSON, "a", "[\"a\"]"),
        make(TD_FORM_JSON, "a", "[\"a\"]"),
        make(TD_FORM_JSON, "a", "[\"a\"]"),
        make(TD_FORM_JSON, "", ""),
    };

    rows[2].id = td_text("x");
    rows[3].ns = td_text("admin");
    rows[4].ns = td_text("/a,b");
    rows[5].att = td_text("[\"AA==\"]");
    rows[6].att = td_text("{}");
    rows[7].kind = td_text(TD_KIND_PING);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_buf out = {0};
        struct td_error err = {0};
        size_t attachments;

        CU_ASSERT_EQUAL(sio_encode(&out, &attachments, &rows[i], &err),
                        TD_USAGE);
        CU_ASSERT_NOT_EQUAL(err.text[0], '\0');
        CU_ASSERT_EQUAL(out.len, 0);
        td_buf_release(&out);
    }
}

CU_TestInfo wire_sio_packet_tests[] = {
    {"packet becomes an event and back", packet_becomes_an_event_and_back},
    {"odd spelling is kept as text", odd_spelling_is_kept_as_text},
    {"bad packet is refused", bad_packet_is_refused},
    {"attachments are put beside the arguments",
     attachments_are_put_beside_the_arguments},
    {"zero attachments stay a binary packet",
     zero_attachments_stay_a_binary_packet},
    {"attachments out of turn are refused",
     attachments_out_of_turn_are_refused},
    {"events of other protocols become arguments",
     events_of_other_protocols_become_arguments},
    {"unusable event is refused and adds nothing",
     unusable_event_is_refused_and_adds_nothing},
    CU_TEST_INFO_NULL,
};
