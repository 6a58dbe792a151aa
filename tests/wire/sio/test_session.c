/* The namespaces of one Socket.IO connection, in both roles. */
#include "core/clock.h"
#include "tests/suites.h"
#include "wire/sio/session.h"

#include <stdio.h>

#define SECOND TD_NS_PER_S

/* What a session says to its peer (>) and its owner, in order. */
static struct td_buf told;

static void tell(const char *what, struct td_bytes a, struct td_bytes b)
{
    (void)td_buf_addf(&told, "%s%.*s%s%.*s ", what, (int)a.len,
                      a.len ? (const char *)a.ptr : "", b.len ? "=" : "",
                      (int)b.len, b.len ? (const char *)b.ptr : "");
}

static void on_send(void *ctx, struct td_bytes data, bool binary)
{
    (void)ctx;
    tell(binary ? ">b:" : ">", data, td_text(""));
}

static bool on_admit(void *ctx, struct td_bytes ns, struct td_bytes auth,
                     struct td_buf *answer)
{
    bool in = !td_bytes_is(ns, "/no");

    (void)ctx;
    tell("admit:", ns, auth);
    (void)td_buf_add_text(answer, in ? "{\"sid\":\"s\"}" : "{\"message\":1}");
    return in;
}

static void on_joined(void *ctx, struct td_bytes ns)
{
    (void)ctx;
    tell("joined:", ns, td_text(""));
}

static void on_left(void *ctx, struct td_bytes ns)
{
    (void)ctx;
    tell("left:", ns, td_text(""));
}

static void on_refused(void *ctx, struct td_bytes ns, struct td_bytes data)
{
    (void)ctx;
    tell("refused:", ns, data);
}

static void on_event(void *ctx, const struct td_event *ev)
{
    (void)ctx;
    if (td_event_is_plain(ev))
        tell("event:", ev->name, ev->payload);
    else
        tell("", ev->kind, ev->payload);
}

static void on_unanswered(void *ctx, struct td_bytes ns, uint64_t id)
{
    (void)ctx;
    (void)td_buf_addf(&told, "unanswered:%.*s%llu ", (int)ns.len,
                      ns.len ? (const char *)ns.ptr : "",
                      (unsigned long long)id);
}

static void on_bad(void *ctx, struct td_bytes bytes, const struct td_error *why)
{
    (void)ctx;
    (void)td_buf_addf(&told, "bad%d:%.*s ", (int)why->code, (int)bytes.len,
                      bytes.len ? (const char *)bytes.ptr : "");
}

static const struct sio_session_events events = {
    .send = on_send,
    .admit = on_admit,
    .joined = on_joined,
    .left = on_left,
    .refused = on_refused,
    .event = on_event,
    .unanswered = on_unanswered,
    .bad = on_bad,
};

static struct sio_session *open_session(enum sio_role role, bool answer)
{
    td_buf_clear(&told);
    return sio_session_new(
        &(struct sio_session_options){.role = role, .answer_acks = answer},
        &events, NULL, SECOND);
}

static void hear(struct sio_session *s, const char *text)
{
    sio_session_receive(s, td_text(text), false, SECOND);
}

static void expect(const char *text)
{
    if (strcmp(td_buf_str(&told), text) != 0)
        printf("\n    %s\n", td_buf_str(&told));
    CU_ASSERT_STRING_EQUAL(td_buf_str(&told), text);
    td_buf_clear(&told);
}

static void finish(struct sio_session *s)
{
    sio_session_free(s);
    td_buf_release(&told);
}

static void server_admits_and_refuses(void)
{
    struct sio_session *s = open_session(SIO_SERVER, true);

    CU_ASSERT_EQUAL(sio_session_due(s), 46 * SECOND);
    hear(s, "0{\"token\":1}");
    expect("connect admit:={\"token\":1} >0{\"sid\":\"s\"} joined: ");
    CU_ASSERT_EQUAL(sio_session_due(s), TD_NEVER);
    hear(s, "0/no,");
    expect("connect admit:/no >4/no,{\"message\":1} ");
    hear(s, "0/a?q=1,");
    expect("connect admit:/a >0/a,{\"sid\":\"s\"} joined:/a ");
    CU_ASSERT_EQUAL(sio_session_count(s), 2);
    hear(s, "2/a,7[\"x\"]");
    expect("event:x=[\"x\"] >3/a,7[] ");
    hear(s, "1/a,");
    expect("disconnect left:/a ");
    CU_ASSERT_FALSE(sio_session_is_in(s, td_text("/a")));
    CU_ASSERT_TRUE(sio_session_is_in(s, td_text("")));
    finish(s);
}

static void server_closes_on_what_breaks_the_rules(void)
{
    static const char *const rows[] = {
        "0",
        "2/a,[\"x\"]",
        "1/a,",
        "4{\"message\":\"x\"}",
        "2[\"connect\"]",
        "nonsense",
        "3/a,1[]",
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sio_session *s = open_session(SIO_SERVER, false);

        hear(s, "0");
        td_buf_clear(&told);
        hear(s, rows[i]);
        CU_ASSERT_PTR_NOT_NULL(strstr(td_buf_str(&told), "bad6:"));
        td_buf_clear(&told);
        hear(s, "2[\"x\"]");
        expect("");
        finish(s);
    }
}

static void nobody_connects_in_time(void)
{
    struct sio_session *s = open_session(SIO_SERVER, false);

    sio_session_tick(s, 45 * SECOND);
    expect("");
    sio_session_tick(s, 46 * SECOND);
    expect("bad8: ");
    CU_ASSERT_EQUAL(sio_session_due(s), TD_NEVER);
    finish(s);
}

static void client_joins_and_is_refused(void)
{
    struct sio_session *s = open_session(SIO_CLIENT, false);

    CU_ASSERT_EQUAL(
        sio_session_join(s, td_text(""), td_text("{}"), SECOND, NULL), TD_OK);
    CU_ASSERT_EQUAL(
        sio_session_join(s, td_text("/a?t=1"), td_text(""), 2 * SECOND, NULL),
        TD_OK);
    expect(">0{} >0/a?t=1, ");
    CU_ASSERT_EQUAL(sio_session_waiting(s), 2);
    CU_ASSERT_EQUAL(sio_session_due(s), 46 * SECOND);
    hear(s, "0{\"sid\":\"x\"}");
    expect("connect={\"sid\":\"x\"} joined: ");
    hear(s, "4/a,\"no\"");
    expect("connect_error=\"no\" refused:/a=\"no\" ");
    CU_ASSERT_EQUAL(sio_session_waiting(s), 0);
    CU_ASSERT_EQUAL(sio_session_due(s), TD_NEVER);
    sio_session_leave_all(s);
    expect(">1 ");
    CU_ASSERT_EQUAL(sio_session_count(s), 0);
    finish(s);
}

static void acks_are_paired_or_time_out(void)
{
    struct sio_session *s = open_session(SIO_SERVER, false);
    struct td_event ev = {.form = TD_FORM_JSON,
                          .name = td_text("x"),
                          .payload = td_text("[\"x\"]")};

    CU_ASSERT_EQUAL(sio_session_send(s, &ev, 0, SECOND, NULL), TD_USAGE);
    hear(s, "0");
    td_buf_clear(&told);
    ev.id = td_text("1");
    CU_ASSERT_EQUAL(sio_session_send(s, &ev, SECOND, SECOND, NULL), TD_OK);
    ev.id = td_text("2");
    CU_ASSERT_EQUAL(sio_session_send(s, &ev, 2 * SECOND, SECOND, NULL), TD_OK);
    ev.id = td_text("3");
    CU_ASSERT_EQUAL(sio_session_send(s, &ev, SECOND, SECOND, NULL), TD_OK);
    expect(">21[\"x\"] >22[\"x\"] >23[\"x\"] ");
    hear(s, "33[true]");
    hear(s, "39[]");
    td_buf_clear(&told);
    CU_ASSERT_EQUAL(sio_session_due(s), 2 * SECOND);
    sio_session_tick(s, 2 * SECOND);
    expect("unanswered:1 ");
    CU_ASSERT_EQUAL(sio_session_due(s), 3 * SECOND);
    sio_session_tick(s, 3 * SECOND);
    expect("unanswered:2 ");
    CU_ASSERT_EQUAL(sio_session_due(s), TD_NEVER);
    finish(s);
}

static void attachments_follow_their_packet(void)
{
    struct sio_session *s = open_session(SIO_SERVER, false);
    struct td_event ev = {.form = TD_FORM_BYTES, .payload = td_text("raw")};

    hear(s, "0");
    td_buf_clear(&told);
    CU_ASSERT_EQUAL(sio_session_send(s, &ev, 0, SECOND, NULL), TD_OK);
    expect(">51-[\"message\",{\"_placeholder\":true,\"num\":0}] >b:raw ");
    ev = (struct td_event){
        .form = TD_FORM_JSON,
        .name = td_text("x"),
        .att = td_text("[\"?\"]"),
        .payload = td_text("[\"x\",{\"_placeholder\":true,\"num\":0}]")};
    CU_ASSERT_EQUAL(sio_session_send(s, &ev, 0, SECOND, NULL), TD_USAGE);
    expect("");
    finish(s);
}

static void one_namespace_too_many_ends_it(void)
{
    struct sio_session *s = open_session(SIO_SERVER, false);
    char text[32];

    for (unsigned i = 0; i < SIO_NAMESPACES_MAX; i++) {
        (void)snprintf(text, sizeof(text), "0/%u,", i);
        hear(s, text);
    }
    CU_ASSERT_EQUAL(sio_session_count(s), SIO_NAMESPACES_MAX);
    td_buf_clear(&told);
    hear(s, "0/one-more,");
    (void)snprintf(text, sizeof(text), "connect bad%d: ", TD_LIMIT);
    expect(text);
    finish(s);
}

/* An owner may write what broke the protocol down. */
static void a_connect_is_never_told_whole(void)
{
    static const char *const rows[] = {"0{\"token\":1}", "0{\"token\":1,}",
                                       "0[\"secret\"]"};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sio_session *s = open_session(SIO_SERVER, false);

        hear(s, "0");
        td_buf_clear(&told);
        hear(s, rows[i]);
        expect(i == 0 ? "connect bad6: " : "bad6: ");
        finish(s);
    }
}

CU_TestInfo wire_sio_session_tests[] = {
    {"server admits and refuses", server_admits_and_refuses},
    {"server closes on what breaks the rules",
     server_closes_on_what_breaks_the_rules},
    {"nobody connects in time", nobody_connects_in_time},
    {"client joins and is refused", client_joins_and_is_refused},
    {"acks are paired or time out", acks_are_paired_or_time_out},
    {"attachments follow their packet", attachments_follow_their_packet},
    {"one namespace too many ends it", one_namespace_too_many_ends_it},
    {"a CONNECT is never told whole", a_connect_is_never_told_whole},
    CU_TEST_INFO_NULL,
};
