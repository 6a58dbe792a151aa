/* Where the pieces of a text are not what a stream promises: a secret in them
 * stays off the tape all the same.
 */
#include "core/clock.h"
#include "core/mem.h"
#include "core/payload.h"
#include "recorder/limit_stage.h"
#include "recorder/redact.h"
#include "tests/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* What came out of the stage, a line each. */
struct out {
    struct td_buf lines;
    unsigned events;
};

static enum td_code keep(void *self, const struct td_event *ev,
                         struct td_error *err)
{
    struct out *out = self;

    (void)err;
    out->events++;
    (void)td_buf_add_bytes(&out->lines, ev->payload);
    (void)td_buf_add_byte(&out->lines, '\n');
    return TD_OK;
}

static struct rec_redact *open_rules(const char *rules)
{
    char path[] = "/tmp/td_edges_XXXXXX";
    struct rec_redact *redact = NULL;
    int fd = mkstemp(path);

    CU_ASSERT_FATAL(fd >= 0);
    CU_ASSERT_EQUAL(write(fd, rules, strlen(rules)), (ssize_t)strlen(rules));
    (void)close(fd);
    CU_ASSERT_EQUAL_FATAL(rec_redact_open(&redact, path, NULL), TD_OK);
    (void)unlink(path);
    return redact;
}

/* "!KIND JSON" is an event of that kind. */
static void put(struct td_sink sink, const char *text)
{
    struct td_event ev = {
        .conn = 1, .dir = TD_DIR_OUT, .payload = td_text(text)};
    size_t len = strcspn(text, " ");

    if (*text == '!') {
        ev.kind = td_bytes(text + 1, len - 1);
        ev.payload = td_text(text + len + 1);
    }
    ev.form = td_json_suits_line(ev.payload) ? TD_FORM_JSON : TD_FORM_TEXT;
    CU_ASSERT_EQUAL(td_sink_put(sink, &ev, NULL), TD_OK);
}

#define CHUNK "{\"type\":\"TEXT_MESSAGE_CHUNK\","
#define TOOL  "{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{"
#define TEXT  "\"choices\":[{\"index\":0,\"delta\":{\"content\":\""
#define LOG   "{\"method\":\"notifications/message\",\"params\":{\"data\":"

/* Every row has a secret of which neither half may be seen, or none. */
static const struct {
    const char *rules;
    const char *events[4];
    uint64_t values;
    uint64_t withheld;
} rows[] = {
    /* the id of a message is said once */
    {"preset ag-ui\nregex AAAABBBB\n",
     {CHUNK "\"messageId\":\"m\",\"delta\":\"AAAA\"}",
      CHUNK "\"delta\":\"BBBB\"}"},
     1,
     0},
    {"preset ag-ui\nregex AAAABBBB\n",
     {CHUNK "\"messageId\":\"m\",\"delta\":\"AAAA\"}",
      CHUNK "\"messageId\":null,\"delta\":\"BBBB\"}"},
     1,
     0},
    {"preset openai\nregex AAAABBBB\n",
     {TOOL "\"index\":2,\"function\":{\"arguments\":\"AAAA\"}}]}}]}",
      TOOL "\"function\":{\"arguments\":\"BBBB\"}}]}}]}"},
     1,
     0},
    /* each chunk has an id of its own */
    {"preset openai\nregex AAAABBBB\n",
     {"{\"id\":\"1\"," TEXT "AAAA\"}}]}", "{\"id\":\"2\"," TEXT "BBBB\"}}]}"},
     1,
     0},
    /* a pair of a form needs no JSON */
    {"stream \"\"\nkey password\n", {"u=1&password=AAAA"}, 0, 1},
    {"stream \"\"\nkey password\n", {"\x01\x02 password AAAA"}, 0, 1},
    /* what broke off */
    {"preset openai\nregex A{4,}B{20}\n",
     {"{" TEXT "AAAABBBB\"}}]}", "!close {\"code\":1006}"},
     0,
     1},
    {"preset openai\nregex A{4,}B{20}\n",
     {"{" TEXT "AAAABBBB\"}}]}", "!done {\"cut\":\"reset by upstream\"}"},
     0,
     1},
    {"preset openai\nregex A{4,}B{20}\n",
     {"{" TEXT "AAAABBBB\"}}]}", "!close {\"reason\":\"stopped\"}"},
     0,
     1},
    {"preset openai\nregex A{4,}B{4,}\n",
     {"{" TEXT "AAAABBBB\"}}]}", "!done {\"cut\":\"reset by upstream\"}"},
     1,
     0},
    /* the rest of it was in an event without an end */
    {"stream \"\"\nregex AAAABBBB\n",
     {"AAAA", "!body data: BBBB", "!done {\"cut\":\"reset by upstream\"}"},
     0,
     2},
    /* half of it was in what broke the protocol: "BBBB" */
    {"stream \"\"\nregex AAAABBBB\n",
     {"!bad {\"why\":\"w\",\"b64\":\"QkJCQg==\"}"},
     0,
     1},
};

static void a_secret_stays_off_the_tape(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct out out = {.events = 0};
        struct rec_redact *redact = open_rules(rows[i].rules);
        struct td_sink sink = rec_redact_sink(
            redact, (struct td_sink){.put = keep, .self = &out});
        const char *all;
        unsigned n = 0;

        for (; n < 4 && rows[i].events[n]; n++)
            put(sink, rows[i].events[n]);
        CU_ASSERT_EQUAL(rec_redact_finish(redact, NULL), TD_OK);
        CU_ASSERT_EQUAL(out.events, n);
        all = td_buf_str(&out.lines);
        CU_ASSERT_PTR_NULL(strstr(all, "AAAA"));
        CU_ASSERT_PTR_NULL(strstr(all, "BBBB"));
        CU_ASSERT_PTR_NULL(strstr(all, "QkJC"));
        CU_ASSERT_EQUAL(rec_redact_values(redact), rows[i].values);
        CU_ASSERT_EQUAL(rec_redact_withheld(redact), rows[i].withheld);
        td_buf_release(&out.lines);
        rec_redact_close(redact);
    }
}

static void a_stopped_recording_shows_no_half(void)
{
    struct out out = {.events = 0};
    struct rec_redact *redact = open_rules("preset openai\nregex A{4,}B{20}\n");
    struct td_sink sink =
        rec_redact_sink(redact, (struct td_sink){.put = keep, .self = &out});

    put(sink, "{" TEXT "it is AAAABBBB\"}}]}");
    rec_redact_stop(redact);
    CU_ASSERT_EQUAL(rec_redact_finish(redact, NULL), TD_OK);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(td_buf_str(&out.lines), "it is [redacted]\""));
    CU_ASSERT_EQUAL(rec_redact_withheld(redact), 1);
    td_buf_release(&out.lines);
    rec_redact_close(redact);
}

/* A piece may be long: it is withheld where a secret may be. */
static void a_long_piece_is_no_secret(void)
{
    struct out out = {.events = 0};
    struct rec_redact *redact = open_rules("preset mcp\nregex AAAABBBB\n");
    struct td_sink sink =
        rec_redact_sink(redact, (struct td_sink){.put = keep, .self = &out});
    struct td_buf json = {0};

    (void)td_buf_add_text(&json, LOG "\"");
    memset(td_buf_room(&json, 200000), 'x', 200000);
    json.len += 200000;
    (void)td_buf_add_text(&json, "AAAA\"}}");
    put(sink, td_buf_str(&json));
    put(sink, LOG "\"BBBB and on\"}}");
    CU_ASSERT_EQUAL(rec_redact_finish(redact, NULL), TD_OK);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(td_buf_str(&out.lines), "xxxxxx[redacted]\""));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(td_buf_str(&out.lines), "\"[redacted] and on\""));
    CU_ASSERT_EQUAL(rec_redact_withheld(redact), 0);
    td_buf_release(&json);
    td_buf_release(&out.lines);
    rec_redact_close(redact);
}

/* What waited when the limit was reached is behind it. */
static void what_waited_is_no_more_than_the_limit(void)
{
    struct out out = {.events = 0};
    struct rec_redact *redact = open_rules("preset openai\nregex A{4,}B{20}\n");
    struct rec_limit_stage limits = {
        .limits = {.max_events = 2},
        .next = {.put = keep, .self = &out},
    };
    struct td_sink sink =
        rec_redact_sink(redact, rec_limit_stage_sink(&limits));

    put(sink, "{" TEXT "AAAA\"}}]}");
    for (unsigned i = 0; i < 5; i++)
        put(sink, "[1]");
    put(sink, "!close {\"reason\":\"end of input\"}");
    CU_ASSERT_EQUAL(out.events, 3);
    CU_ASSERT_EQUAL(limits.events, 2);
    CU_ASSERT_EQUAL(limits.stop, REC_STOP_EVENTS);
    td_buf_release(&out.lines);
    rec_redact_close(redact);
}

/* A stream that is taken up again goes on, also after more than one end. */
static void a_reconnect_is_no_end_of_a_text(void)
{
    static const struct {
        const char *facts; /* of the second connection, and the third */
        const char *close; /* of the first */
        uint64_t values;
        uint64_t withheld;
        bool seen; /* half of the secret, which is none then */
    } again[] = {
        {"{\"url\":\"a\",\"attempt\":2,\"transport\":\"sse\"}",
         "{\"code\":1006}", 1, 0, false},
        {"{\"url\":\"a\",\"attempt\":2,\"transport\":\"sse\"}",
         "{\"code\":1000}", 1, 0, false},
        {"{\"url\":\"b\",\"attempt\":2,\"transport\":\"sse\"}",
         "{\"code\":1000}", 0, 0, true},
        {"{\"url\":\"a\",\"attempt\":1,\"transport\":\"sse\"}",
         "{\"code\":1000}", 0, 0, true},
        {"{\"url\":\"b\",\"attempt\":1,\"transport\":\"sse\"}",
         "{\"code\":1006}", 0, 1, true},
    };

    for (size_t i = 0; i < sizeof(again) / sizeof(again[0]); i++) {
        struct out out = {.events = 0};
        struct rec_redact *redact =
            open_rules("preset openai\nregex AAAABBBBCCCC\n");
        struct td_sink sink = rec_redact_sink(
            redact, (struct td_sink){.put = keep, .self = &out});
        const struct {
            const char *kind;
            const char *payload;
        } events[] = {
            {"open", "{\"url\":\"a\",\"attempt\":1,\"transport\":\"sse\"}"},
            {"", "{" TEXT "AAAA\"}}]}"},
            {"close", again[i].close},
            {"open", again[i].facts},
            {"", "{" TEXT "BBBB\"}}]}"},
            {"close", "{\"code\":1000}"},
            {"open", again[i].facts},
            {"", "{" TEXT "CCCC\"}}]}"},
        };
        uint32_t conn = 0;

        for (size_t k = 0; k < sizeof(events) / sizeof(events[0]); k++) {
            struct td_event ev = {.dir = TD_DIR_OUT,
                                  .form = TD_FORM_JSON,
                                  .kind = td_text(events[k].kind),
                                  .payload = td_text(events[k].payload)};

            conn += !strcmp(events[k].kind, "open");
            ev.conn = conn;
            CU_ASSERT_EQUAL(td_sink_put(sink, &ev, NULL), TD_OK);
        }
        CU_ASSERT_EQUAL(rec_redact_finish(redact, NULL), TD_OK);
        CU_ASSERT_EQUAL(out.events, 8);
        CU_ASSERT_EQUAL(strstr(td_buf_str(&out.lines), "CCCC") != NULL,
                        again[i].seen);
        CU_ASSERT_EQUAL(rec_redact_values(redact), again[i].values);
        CU_ASSERT_EQUAL(rec_redact_withheld(redact), again[i].withheld);
        td_buf_release(&out.lines);
        rec_redact_close(redact);
    }
}

#define SSE(more)                                                              \
    "{\"method\":\"GET\",\"target\":\"/s\",\"headers\":[[\"Accept\","          \
    "\"text/event-stream\"]" more "]}"
#define AGAIN ",[\"Last-Event-ID\",\"7\"]"
#define POLL(method, sid)                                                      \
    "{\"method\":\"" method "\",\"target\":\"/socket.io/?EIO=4&transport="     \
    "polling&t=1" sid "\",\"headers\":[]}"

/* One exchange after the other, each on another connection, or not. The id of a
 * session is a value that goes, too.
 */
static void exchanges_that_go_on_are_one_text(void)
{
    static const struct {
        const char *first;
        const char *second;
        const char *done;
        uint64_t values;
        uint64_t withheld;
        bool seen;
    } pairs[] = {
        {SSE(""), SSE(AGAIN), "{}", 1, 0, false},
        {SSE(""), SSE(AGAIN), "{\"cut\":\"reset by upstream\"}", 1, 0, false},
        {SSE(""), SSE(""), "{}", 0, 0, true},
        {SSE(""), SSE(""), "{\"cut\":\"reset by upstream\"}", 0, 1, true},
        {POLL("GET", "&sid=a"), POLL("GET", "&sid=a"), "{}", 3, 0, false},
        {POLL("GET", "&sid=a"), POLL("GET", "&sid=b"), "{}", 2, 0, true},
        {POLL("GET", "&sid=a"), POLL("POST", "&sid=a"), "{}", 2, 0, true},
        {POLL("GET", ""), POLL("GET", ""), "{}", 0, 0, true},
    };

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]) * 2; i++) {
        size_t row = i / 2;
        struct out out = {.events = 0};
        struct rec_redact *redact =
            open_rules("preset openai\nregex AAAABBBB\n");
        struct td_sink sink = rec_redact_sink(
            redact, (struct td_sink){.put = keep, .self = &out});
        const char *const events[][2] = {
            {TD_KIND_REQUEST, pairs[row].first},
            {"", "{" TEXT "AAAA\"}}]}"},
            {TD_KIND_DONE, pairs[row].done},
            {TD_KIND_CLOSE, "{\"reason\":\"\"}"},
            {TD_KIND_REQUEST, pairs[row].second},
            {"", "{" TEXT "BBBB\"}}]}"},
            {TD_KIND_DONE, "{}"},
        };

        for (size_t k = 0; k < sizeof(events) / sizeof(events[0]); k++) {
            bool close = !strcmp(events[k][0], TD_KIND_CLOSE);
            struct td_event ev = {.dir = TD_DIR_OUT,
                                  .conn = k < 4 || i % 2 ? 1 : 2,
                                  .exchange = close   ? 0
                                              : k < 4 ? 1
                                                      : 2,
                                  .form = TD_FORM_JSON,
                                  .kind = td_text(events[k][0]),
                                  .payload = td_text(events[k][1])};

            if (!close || i % 2 == 0)
                CU_ASSERT_EQUAL(td_sink_put(sink, &ev, NULL), TD_OK);
        }
        CU_ASSERT_EQUAL(rec_redact_finish(redact, NULL), TD_OK);
        CU_ASSERT_EQUAL(strstr(td_buf_str(&out.lines), "BBBB") != NULL,
                        pairs[row].seen);
        CU_ASSERT_EQUAL(rec_redact_values(redact), pairs[row].values);
        CU_ASSERT_EQUAL(rec_redact_withheld(redact), pairs[row].withheld);
        td_buf_release(&out.lines);
        rec_redact_close(redact);
    }
}

CU_TestInfo recorder_pieces_edges_tests[] = {
    {"exchanges that go on are one text", exchanges_that_go_on_are_one_text},
    {"a secret stays off the tape", a_secret_stays_off_the_tape},
    {"a stopped recording shows no half", a_stopped_recording_shows_no_half},
    {"a reconnect is no end of a text", a_reconnect_is_no_end_of_a_text},
    {"a long piece is no secret", a_long_piece_is_no_secret},
    {"what waited is no more than the limit",
     what_waited_is_no_more_than_the_limit},
    CU_TEST_INFO_NULL,
};
