/* A secret that comes in pieces does not reach a tape, however it is cut; what
 * is no secret does, byte for byte.
 */
#include "core/clock.h"
#include "core/json.h"
#include "core/mem.h"
#include "core/rand.h"
#include "recorder/redact.h"
#include "tests/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CASES 3000
/* What came out of the stage. */
struct seen {
    struct td_sink sink;
    struct rec_redact *redact;
    struct td_buf texts[2]; /* the pieces of each text, joined */
    struct td_buf all;      /* every payload */
    struct td_json_doc doc;
    uint64_t last_ns;
    uint64_t put_ns; /* of the last that went in */
    unsigned events;
    unsigned empty; /* pieces */
};

static enum td_code take(void *self, const struct td_event *ev,
                         struct td_error *err)
{
    struct seen *seen = self;
    uint32_t index;
    uint32_t text;

    (void)err;
    CU_ASSERT_TRUE(ev->at_ns >= seen->last_ns);
    seen->last_ns = ev->at_ns;
    seen->events++;
    (void)td_buf_add_bytes(&seen->all, ev->payload);
    (void)td_buf_add_byte(&seen->all, '\n');
    if (!td_event_is_plain(ev) || ev->form != TD_FORM_JSON)
        return TD_OK;
    CU_ASSERT_EQUAL_FATAL(
        td_json_parse(&seen->doc, ev->payload, TD_JSON_DEPTH, NULL), TD_OK);
    index = td_json_pointer(&seen->doc, 0, "/choices/0/index");
    text = td_json_pointer(&seen->doc, 0, "/choices/0/delta/content");
    if (index == UINT32_MAX || text == UINT32_MAX)
        return TD_OK;
    seen->empty += td_json_inner(&seen->doc, text).len == 0;
    index = *td_json_raw(&seen->doc, index).ptr == '1';
    CU_ASSERT_EQUAL(
        td_json_unescape(&seen->texts[index], td_json_inner(&seen->doc, text)),
        TD_OK);
    return TD_OK;
}

static struct rec_redact *open_rules(const char *rules, struct td_error *err)
{
    char path[] = "/tmp/td_pieces_XXXXXX";
    struct rec_redact *redact = NULL;
    int fd = mkstemp(path);

    CU_ASSERT_FATAL(fd >= 0);
    CU_ASSERT_EQUAL(write(fd, rules, strlen(rules)), (ssize_t)strlen(rules));
    (void)close(fd);
    if (rec_redact_open(&redact, path, err))
        redact = NULL;
    (void)unlink(path);
    return redact;
}

static void open_seen(struct seen *seen, const char *rules)
{
    *seen = (struct seen){.events = 0};
    seen->redact = open_rules(rules, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(seen->redact);
    seen->sink = rec_redact_sink(seen->redact,
                                 (struct td_sink){.put = take, .self = seen});
}

static void forget(struct seen *seen)
{
    td_buf_clear(&seen->texts[0]);
    td_buf_clear(&seen->texts[1]);
    td_buf_clear(&seen->all);
    seen->last_ns = seen->put_ns = 0;
    seen->events = seen->empty = 0;
}

static void close_seen(struct seen *seen)
{
    rec_redact_close(seen->redact);
    td_buf_release(&seen->texts[0]);
    td_buf_release(&seen->texts[1]);
    td_buf_release(&seen->all);
    td_json_release(&seen->doc);
}

static void put(struct seen *seen, struct td_event ev)
{
    seen->put_ns = ev.at_ns;
    ev.conn = 1;
    ev.dir = TD_DIR_OUT;
    ev.form = td_bytes_is(ev.kind, TD_KIND_BODY) ? TD_FORM_TEXT : TD_FORM_JSON;
    CU_ASSERT_EQUAL_FATAL(td_sink_put(seen->sink, &ev, NULL), TD_OK);
}

static void put_piece(struct seen *seen, unsigned index, struct td_bytes inner,
                      uint64_t exchange, uint64_t at_ns)
{
    struct td_buf json = {0};

    (void)td_buf_addf(&json,
                      "{\"id\":\"c1\",\"choices\":[{\"index\":%u,"
                      "\"delta\":{\"content\":\"%.*s\"}}]}",
                      index, (int)inner.len, (const char *)inner.ptr);
    put(seen, (struct td_event){.exchange = exchange,
                                .at_ns = at_ns,
                                .payload = td_buf_bytes(&json)});
    td_buf_release(&json);
}

static void put_done(struct seen *seen, uint64_t exchange)
{
    put(seen, (struct td_event){.exchange = exchange,
                                .at_ns = seen->put_ns,
                                .kind = td_text(TD_KIND_DONE),
                                .payload = td_text("{}")});
}

static unsigned below(struct td_rand *rand, unsigned n)
{
    uint32_t value;
    td_rand_bytes(rand, &value, sizeof(value));
    return value % n;
}

/* ---- a secret that is cut anywhere ---- */

#define RULES                                                                  \
    "preset openai\nkey api_key\nregex sk-[A-Za-z0-9]{20,}\n"                  \
    "regex (?<=pin: )[0-9]+(?= ok)\n"

/* A text with a secret in it; shown is what may be seen of it. */
struct text {
    struct td_buf bytes;
    struct td_buf secret;
    struct td_buf shown;
};

static void add_random(struct td_buf *out, struct td_rand *rand, unsigned least,
                       unsigned most, const char *bytes)
{
    unsigned len = least + below(rand, most - least + 1);

    while (len--)
        (void)td_buf_add_byte(
            out, (uint8_t)bytes[below(rand, (unsigned)strlen(bytes))]);
}

static void add_escaped(struct td_buf *out, struct td_rand *rand,
                        struct td_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (below(rand, 6) == 0)
            (void)td_buf_addf(out, "\\u%04x", text.ptr[i]);
        else
            (void)td_buf_add_byte(out, text.ptr[i]);
    }
}

static const struct {
    const char *before;
    const char *after;
    bool escaped;
} frames[] = {
    {"key ", " ok", false},
    {"{\"a\":1,\"api_key\" : \"", "\",\"b\":\"x\"}", false},
    {"{\"a\":\"{\\\"API_KEY\\\":\\\"", "\\\"}\",\"b\":2}", false},
    {"{\"q\":\"", "\",\"b\":2}", true},
    {"the pin: ", " ok", false},
};

static void make_text(struct text *text, struct td_rand *rand)
{
    unsigned form = below(rand, sizeof(frames) / sizeof(frames[0]));
    struct td_buf plain = {0};

    td_buf_clear(&text->bytes);
    td_buf_clear(&text->secret);
    td_buf_clear(&text->shown);
    add_random(&text->bytes, rand, 0, 12, "abc s-\"\\\n");
    if (form > 0 && form < 4) /* a value has a begin of its own */
        td_buf_clear(&text->bytes);
    (void)td_buf_add_text(&text->bytes, frames[form].before);
    (void)td_buf_add_bytes(&text->shown, td_buf_bytes(&text->bytes));
    if (form == 4) {
        add_random(&plain, rand, 8, 16, "0123456789");
    } else {
        (void)td_buf_add_text(&plain, "sk-");
        add_random(&plain, rand, 20, 60, "ABCDEFGHKLMNPQRSTUVWXYZ0123456789");
    }
    if (frames[form].escaped)
        add_escaped(&text->secret, rand, td_buf_bytes(&plain));
    else
        (void)td_buf_add_bytes(&text->secret, td_buf_bytes(&plain));
    (void)td_buf_add_bytes(&text->bytes, td_buf_bytes(&text->secret));
    (void)td_buf_add_text(&text->bytes, frames[form].after);
    (void)td_buf_add_text(&text->shown, "@");
    (void)td_buf_add_text(&text->shown, frames[form].after);
    td_buf_release(&plain);
}

static void release_text(struct text *text)
{
    td_buf_release(&text->bytes);
    td_buf_release(&text->secret);
    td_buf_release(&text->shown);
}

/* All marks in a row as one "@". */
static void join_marks(struct td_buf *out, struct td_bytes text)
{
    size_t len = strlen(REC_REDACTED);

    while (text.len > 0) {
        if (text.len < len || memcmp(text.ptr, REC_REDACTED, len) != 0) {
            (void)td_buf_add_byte(out, *text.ptr);
            text = td_bytes(text.ptr + 1, text.len - 1);
            continue;
        }
        if (out->len == 0 || out->ptr[out->len - 1] != '@')
            (void)td_buf_add_byte(out, '@');
        text = td_bytes(text.ptr + len, text.len - len);
    }
}

static void check_text(const struct seen *seen, unsigned index,
                       const struct text *text)
{
    struct td_buf joined = {0};

    join_marks(&joined, td_buf_bytes(&seen->texts[index]));
    CU_ASSERT_TRUE(
        td_bytes_equal(td_buf_bytes(&joined), td_buf_bytes(&text->shown)));
    td_buf_release(&joined);
}

/* The next piece of a text, as JSON, in one spelling or another. */
static void next_piece(struct seen *seen, struct td_rand *rand, unsigned index,
                       const struct text *text, size_t *at, uint64_t exchange)
{
    struct td_buf inner = {0};
    size_t len = 1 + below(rand, 9);

    if (len > text->bytes.len - *at)
        len = text->bytes.len - *at;
    for (size_t i = 0; i < len; i++) {
        uint8_t byte = text->bytes.ptr[*at + i];

        if (below(rand, 8) == 0)
            (void)td_buf_addf(&inner, "\\u%04X", byte);
        else
            (void)td_json_escape(&inner, td_bytes(&byte, 1));
    }
    put_piece(seen, index, td_buf_bytes(&inner), exchange, seen->last_ns);
    *at += len;
    td_buf_release(&inner);
}

static void one_case(struct seen *seen, struct td_rand *rand,
                     struct text texts[2], uint64_t exchange)
{
    size_t at[2] = {0, 0};

    forget(seen);
    make_text(&texts[0], rand);
    make_text(&texts[1], rand);
    while (at[0] < texts[0].bytes.len || at[1] < texts[1].bytes.len) {
        unsigned i = below(rand, 2);

        if (at[i] < texts[i].bytes.len)
            next_piece(seen, rand, i, &texts[i], &at[i], exchange);
        if (below(rand, 5) == 0)
            put(seen, (struct td_event){.at_ns = seen->last_ns,
                                        .payload = td_text("{\"tick\":1}")});
    }
    if (below(rand, 2))
        put_done(seen, exchange);
    CU_ASSERT_EQUAL(rec_redact_finish(seen->redact, NULL), TD_OK);
    check_text(seen, 0, &texts[0]);
    check_text(seen, 1, &texts[1]);
    CU_ASSERT_EQUAL(seen->empty, 0);
}

static void a_secret_is_seen_however_it_is_cut(void)
{
    struct seen seen;
    struct td_rand rand;
    struct text texts[2] = {{.bytes = {0}}};

    td_rand_seeded(&rand, 20261130);
    open_seen(&seen, RULES);
    for (uint64_t i = 1; i <= CASES; i++)
        one_case(&seen, &rand, texts, i);
    CU_ASSERT_EQUAL(rec_redact_values(seen.redact), 2 * CASES);
    CU_ASSERT_EQUAL(rec_redact_withheld(seen.redact), 0);
    CU_ASSERT_TRUE(rec_redact_held(seen.redact).pieces > CASES);
    for (size_t i = 0; i < 2; i++)
        release_text(&texts[i]);
    close_seen(&seen);
}

/* ---- bounds ---- */

static void put_text(struct seen *seen, const char *inner, uint64_t at_ns)
{
    put_piece(seen, 0, td_text(inner), 1, at_ns);
}

static bool shows(struct seen *seen, const char *text)
{
    return strstr(td_buf_str(&seen->all), text) != NULL;
}

static void only_what_may_grow_waits(void)
{
    struct seen seen;

    open_seen(&seen, RULES);
    put_text(&seen, "hello ", 1);
    CU_ASSERT_EQUAL(seen.events, 1);
    put_text(&seen, "it is s", 2);
    CU_ASSERT_EQUAL(seen.events, 1);
    put(&seen, (struct td_event){.at_ns = 3, .payload = td_text("[1]")});
    CU_ASSERT_EQUAL(seen.events, 1);
    put_text(&seen, "o", 4);
    CU_ASSERT_EQUAL(seen.events, 4);
    put_text(&seen, " sk-", 5);
    put_done(&seen, 1);
    CU_ASSERT_EQUAL(seen.events, 6);
    CU_ASSERT_TRUE(shows(&seen, " sk-"));
    CU_ASSERT_EQUAL(rec_redact_held(seen.redact).events, 3);
    CU_ASSERT_EQUAL(rec_redact_values(seen.redact), 0);
    close_seen(&seen);
}

static void what_waits_too_long_goes_with_a_mark(void)
{
    struct seen seen;

    open_seen(&seen, RULES);
    put_text(&seen, "it is sk-AAAAAAAA", 1);
    CU_ASSERT_EQUAL(rec_redact_tick(seen.redact, 10, NULL), TD_OK);
    CU_ASSERT_EQUAL(rec_redact_tick(seen.redact, 9 + REC_HOLD_NS, NULL), TD_OK);
    CU_ASSERT_EQUAL(seen.events, 0);
    CU_ASSERT_EQUAL(rec_redact_tick(seen.redact, 10 + REC_HOLD_NS, NULL),
                    TD_OK);
    CU_ASSERT_EQUAL(seen.events, 1);
    CU_ASSERT_TRUE(shows(&seen, "it is [redacted]\""));
    put_text(&seen, "AAAAAAAAAAAAAAAAAAAAAAA", 11 + REC_HOLD_NS);
    put_text(&seen, "AAAA.", 12 + REC_HOLD_NS);
    CU_ASSERT_EQUAL(seen.events, 3);
    CU_ASSERT_FALSE(shows(&seen, "AA"));
    CU_ASSERT_TRUE(shows(&seen, "[redacted].\""));
    CU_ASSERT_EQUAL(rec_redact_withheld(seen.redact), 1);
    put_text(&seen, " sk-B", 20 + REC_HOLD_NS);
    put(&seen, (struct td_event){.at_ns = 21 + 2 * REC_HOLD_NS,
                                 .payload = td_text("[1]")});
    CU_ASSERT_FALSE(shows(&seen, "sk-B"));
    close_seen(&seen);
}

static void a_text_without_end_is_withheld(void)
{
    struct seen seen;
    char piece[1025];

    memset(piece, 'Q', sizeof(piece) - 1);
    piece[sizeof(piece) - 1] = '\0';
    open_seen(&seen, "stream \"\"\nstream /choices/*/delta/content\n"
                     "regex BEGIN[^;]*;\n");
    put_text(&seen, "open BEGIN", 1);
    for (unsigned i = 0; i < 100; i++)
        put_text(&seen, piece, 2);
    put_text(&seen, "; and this is over", 3);
    put_done(&seen, 1);
    CU_ASSERT_EQUAL(seen.events, 103);
    CU_ASSERT_FALSE(shows(&seen, "QQ"));
    CU_ASSERT_FALSE(shows(&seen, "over"));
    CU_ASSERT_EQUAL(rec_redact_withheld(seen.redact), 1);
    close_seen(&seen);
}

static void many_that_wait_are_bounded(void)
{
    struct seen seen;
    struct td_buf big = {0};

    memset(td_buf_room(&big, 100000), '1', 100000);
    big.len = 100000;
    open_seen(&seen, RULES);
    put_text(&seen, "sk-", 1);
    for (unsigned i = 0; i < 60; i++)
        put(&seen,
            (struct td_event){.at_ns = 2, .payload = td_buf_bytes(&big)});
    CU_ASSERT_TRUE(seen.events > 20);
    CU_ASSERT_FALSE(shows(&seen, "sk-"));
    td_buf_release(&big);
    close_seen(&seen);
}

/* More texts in one event than are followed. */
static void too_many_texts_are_withheld(void)
{
    struct seen seen;
    struct td_buf json = {0};

    open_seen(&seen, "stream /*\nregex S3C[A-Z]*\n");
    (void)td_buf_add_text(&json, "[\"a\"");
    for (unsigned i = 0; i < 5000; i++)
        (void)td_buf_add_text(&json, ",\"S3\"");
    (void)td_buf_add_text(&json, "]");
    for (unsigned i = 0; i < 2; i++)
        put(&seen,
            (struct td_event){.at_ns = i, .payload = td_buf_bytes(&json)});
    CU_ASSERT_EQUAL(rec_redact_finish(seen.redact, NULL), TD_OK);
    CU_ASSERT_EQUAL(seen.events, 2);
    CU_ASSERT_TRUE(rec_redact_withheld(seen.redact) > 0);
    td_buf_release(&json);
    close_seen(&seen);
}

/* ---- places ---- */

/* Two pieces, as payloads, and whether "SECRET" is found over them. */
static void pieces_are_of_one_text_or_not(void)
{
    static const struct {
        const char *rules;
        const char *first;
        const char *second;
        bool found;
    } rows[] = {
        {"stream /a", "{\"a\":\"SEC\"}", "{\"a\":\"RET\"}", true},
        {"stream /a", "{\"a\":\"SEC\"}", "{\"b\":\"RET\"}", false},
        {"stream /a by /n", "{\"a\":\"SEC\",\"n\":1}",
         "{\"n\":1,\"a\":\"RET\"}", true},
        {"stream /a by /n", "{\"a\":\"SEC\",\"n\":1}",
         "{\"n\":2,\"a\":\"RET\"}", false},
        {"stream \"\"", "\"SEC\"", "\"RET\"", true},
        {"stream \"\"", "some SEC", "RET and so on", true},
        {"stream /a~1b/*", "{\"a/b\":[\"\",\"SEC\"]}",
         "{\"a/b\":[\"\",\"RET\"]}", true},
        {"stream /a/*", "{\"a\":[\"\",\"SEC\"]}", "{\"a\":[\"RET\"]}", false},
        {"stream /a/*/t by /a/*/i", "{\"a\":[{\"i\":2,\"t\":\"SEC\"}]}",
         "{\"a\":[{\"i\":1,\"t\":\"\"},{\"i\":2,\"t\":\"RET\"}]}", true},
        {"preset anthropic",
         "{\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":"
         "\"input_json_delta\",\"partial_json\":\"SEC\"}}",
         "{\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":"
         "\"input_json_delta\",\"partial_json\":\"RET\"}}",
         true},
        {"preset openai",
         "{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":1,"
         "\"function\":{\"arguments\":\"SEC\"}}]}}]}",
         "{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":1,"
         "\"function\":{\"arguments\":\"RET\"}}]}}]}",
         true},
        {"preset openai",
         "{\"type\":\"response.output_text.delta\",\"item_id\":\"m\","
         "\"delta\":\"SEC\"}",
         "{\"type\":\"response.output_text.delta\",\"item_id\":\"m\","
         "\"delta\":\"RET\"}",
         true},
        {"preset ag-ui",
         "{\"type\":\"TEXT_MESSAGE_CONTENT\",\"messageId\":\"m\",\"delta\":"
         "\"SEC\"}",
         "{\"type\":\"TEXT_MESSAGE_CONTENT\",\"messageId\":\"m\",\"delta\":"
         "\"RET\"}",
         true},
        {"preset mcp",
         "{\"method\":\"notifications/message\",\"params\":{\"level\":\"info\","
         "\"data\":\"SEC\"}}",
         "{\"method\":\"notifications/message\",\"params\":{\"level\":\"info\","
         "\"data\":\"RET\"}}",
         true},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct seen seen;
        char rules[256];
        bool text = rows[i].first[0] == 's';

        (void)snprintf(rules, sizeof(rules), "%s\nregex SECRET\n",
                       rows[i].rules);
        open_seen(&seen, rules);
        for (unsigned k = 0; k < 2; k++) {
            struct td_event ev = {
                .conn = 1,
                .form = text ? TD_FORM_TEXT : TD_FORM_JSON,
                .payload = td_text(k ? rows[i].second : rows[i].first)};

            CU_ASSERT_EQUAL(td_sink_put(seen.sink, &ev, NULL), TD_OK);
        }
        CU_ASSERT_EQUAL(rec_redact_finish(seen.redact, NULL), TD_OK);
        CU_ASSERT_EQUAL(rec_redact_values(seen.redact), rows[i].found);
        CU_ASSERT_EQUAL(rec_redact_held(seen.redact).pieces, rows[i].found);
        CU_ASSERT_EQUAL(shows(&seen, "SEC"), !rows[i].found);
        close_seen(&seen);
    }
}

/* A value that is no string stays one value. */
static void a_value_over_pieces_stays_one(void)
{
    struct seen seen;
    struct td_json_doc doc = {0};

    open_seen(&seen, RULES);
    put_text(&seen, "{\\\"api_key\\\":{\\\"a\\\":", 1);
    put_text(&seen, "[1,\\\"}\\\"", 1);
    put_text(&seen, "]},\\\"b\\\":1}", 1);
    put_done(&seen, 1);
    CU_ASSERT_EQUAL(seen.empty, 0);
    CU_ASSERT_EQUAL(
        td_json_parse(&doc, td_buf_bytes(&seen.texts[0]), TD_JSON_DEPTH, NULL),
        TD_OK);
    CU_ASSERT_TRUE(
        td_json_string_is(&doc, td_json_member(&doc, 0, td_text("api_key")),
                          td_text(REC_REDACTED)));
    CU_ASSERT_EQUAL(doc.values[0].count, 2);
    td_json_release(&doc);
    close_seen(&seen);
}

/* Half an event at the end of a stream has half a piece in it. */
static void what_cannot_be_read_is_withheld(void)
{
    struct seen seen;

    open_seen(&seen, "preset openai\nregex sk-[A-Z]{20,}\n");
    put_text(&seen, "sk-AAAA", 1);
    put(&seen,
        (struct td_event){.exchange = 1,
                          .at_ns = 2,
                          .kind = td_text(TD_KIND_BODY),
                          .payload = td_text("data: {\"choices\":[{\"delta\":{"
                                             "\"content\":\"BBBB")});
    put_done(&seen, 1);
    CU_ASSERT_EQUAL(seen.events, 3);
    CU_ASSERT_FALSE(shows(&seen, "BBBB"));
    CU_ASSERT_EQUAL(rec_redact_withheld(seen.redact), 1);
    close_seen(&seen);
}

static void a_rule_is_one_or_is_refused(void)
{
    static const struct {
        const char *rule;
        const char *where;
        const char *text;
    } rows[] = {
        {"stream a", ":1:8", "no leading slash"},
        {"stream /a of /b", ":1:11", "only \"by\""},
        {"stream /a by", ":1:13", "belongs behind"},
        {"stream /a by b", ":1:14", "no leading slash"},
        {"stream /a by /b /c /d /e /f", ":1:26", "more than 4"},
        {"stream /1/2/3/4/5/6/7/8/9/10/11/12/13", ":1:8", "more than 12"},
        {"stream ", ":1:1", "not a rule"},
        {"preset gemini", ":1:8", "no such preset"},
        {"preset ", ":1:1", "not a rule"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_error err = {0};

        CU_ASSERT_PTR_NULL(open_rules(rows[i].rule, &err));
        CU_ASSERT_EQUAL(err.code, TD_USAGE);
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, rows[i].text));
        CU_ASSERT_PTR_NOT_NULL(strstr(err.where, rows[i].where));
    }
}

CU_TestInfo recorder_pieces_tests[] = {
    {"a secret is seen however it is cut", a_secret_is_seen_however_it_is_cut},
    {"only what may grow waits", only_what_may_grow_waits},
    {"what waits too long goes with a mark",
     what_waits_too_long_goes_with_a_mark},
    {"a text without end is withheld", a_text_without_end_is_withheld},
    {"many that wait are bounded", many_that_wait_are_bounded},
    {"too many texts are withheld", too_many_texts_are_withheld},
    {"pieces are of one text or not", pieces_are_of_one_text_or_not},
    {"a value over pieces stays one", a_value_over_pieces_stays_one},
    {"what cannot be read is withheld", what_cannot_be_read_is_withheld},
    {"a rule is one or is refused", a_rule_is_one_or_is_refused},
    CU_TEST_INFO_NULL,
};
