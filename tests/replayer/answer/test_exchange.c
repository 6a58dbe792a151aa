/* Exchanges of a tape, and their parts as bytes. */
#include "core/buf.h"
#include "replayer/answer/exchange.h"
#include "tests/suites.h"
#include "tests/support/tapes.h"

#include <inttypes.h>

#define HEAD "{\"tape\":1,\"id\":\"t\",\"clock\":\"monotonic\"}\n"

/* Lines of a tape; each begins with its number and time, which are its place.
 */
static enum td_code load(struct play_exchanges *all, const char *const *lines)
{
    const char *path = test_path("exchanges");
    struct td_buf text = {0};
    struct td_error err;
    enum td_code code;
    unsigned n = 0;

    (void)td_buf_add_text(&text, HEAD);
    for (; lines[n]; n++)
        (void)td_buf_addf(&text, "{\"s\":%u,\"t\":%u,%s}\n", n + 1,
                          (n + 1) * 10, lines[n]);
    (void)td_buf_addf(&text, "{\"end\":{\"events\":%u}}\n", n);
    test_write_file(path, td_buf_bytes(&text));
    td_buf_release(&text);
    code = play_exchanges_load(all, path, &err);
    return code;
}

#define IN(x, rest)  "\"d\":\"in\",\"c\":1,\"x\":" #x "," rest
#define OUT(x, rest) "\"d\":\"out\",\"c\":1,\"x\":" #x "," rest
#define REQUEST(x, target)                                                     \
    IN(x,                                                                      \
       "\"k\":\"request\",\"json\":{\"method\":\"GET\",\"target\":\"" target   \
       "\"}")
#define RESPONSE(x, status, type)                                              \
    OUT(x, "\"k\":\"response\",\"json\":{\"status\":" #status                  \
           ",\"headers\":[[\"Content-Type\",\"" type "\"]]}")

static void exchanges_are_told_apart(void)
{
    static const char *const lines[] = {
        REQUEST(1, "/a"),
        REQUEST(2, "/b"),
        IN(2, "\"k\":\"body\",\"text\":\"x\""),
        RESPONSE(2, 103, "x"),
        RESPONSE(2, 200, "text/event-stream; charset=utf-8"),
        "\"d\":\"out\",\"c\":1,\"text\":\"nobody's\"",
        OUT(2, "\"ev\":\"e\",\"json\":1"),
        RESPONSE(1, 404, "text/plain"),
        OUT(1, "\"k\":\"body\",\"text\":\"no\""),
        OUT(1, "\"k\":\"done\",\"json\":{\"cut\":\"reset\"}"),
        OUT(2, "\"k\":\"done\",\"json\":{\"trailers\":[[\"a\",\"b\"],[1]]}"),
        OUT(2, "\"text\":\"too late\""),
        REQUEST(3, "/c"),
        NULL};
    struct play_exchanges all = {0};

    CU_ASSERT_EQUAL(load(&all, lines), TD_OK);
    CU_ASSERT_EQUAL_FATAL(all.len, 3);
    CU_ASSERT(td_bytes_is(all.list[0].target, "/a"));
    CU_ASSERT_EQUAL(all.list[0].status, 404);
    CU_ASSERT_EQUAL(all.list[0].asked_ns, 10);
    CU_ASSERT_EQUAL(all.list[0].head_ns, 80);
    CU_ASSERT_EQUAL(all.list[0].end_ns, 100);
    CU_ASSERT_EQUAL(all.list[0].stream, PLAY_STREAM_NONE);
    CU_ASSERT_EQUAL(all.list[0].parts_len, 1);
    CU_ASSERT_STRING_EQUAL(all.list[0].cut, "reset");
    CU_ASSERT_EQUAL(all.list[1].status, 200);
    CU_ASSERT_EQUAL(all.list[1].asked_ns, 30);
    CU_ASSERT(td_bytes_is(all.list[1].body, "x"));
    CU_ASSERT_EQUAL(all.list[1].stream, PLAY_STREAM_SSE);
    CU_ASSERT_EQUAL(all.list[1].parts_len, 1);
    CU_ASSERT_EQUAL(all.list[1].trailers_len, 1);
    CU_ASSERT_PTR_NULL(all.list[1].cut);
    CU_ASSERT_FALSE(all.list[2].answered);
    CU_ASSERT_PTR_NOT_NULL(all.list[2].cut);
    play_exchanges_release(&all);
}

static void a_tape_without_any_is_refused(void)
{
    static const char *const lines[] = {"\"d\":\"in\",\"c\":1,\"json\":1",
                                        OUT(1, "\"k\":\"body\",\"text\":\"\""),
                                        NULL};
    struct play_exchanges all = {0};

    CU_ASSERT_EQUAL(load(&all, lines), TD_USAGE);
    play_exchanges_release(&all);
}

#define TYPED "\"ev\":\"t\",\"json\":{\"type\":\"t\"}"

/* "event: t\ndata: {"type":"t"}\n\n" is 29 bytes, without its name 20. */
static void pieces_say_whose_the_names_are(void)
{
    static const struct {
        const char *done;
        bool called;
        uint32_t chunks;
    } rows[] = {{"{}", false, 0},
                {"{\"chunks\":[[1,20],[2,9]]}", false, 2},
                {"{\"chunks\":[[1,20]]}", true, 1},
                {"{\"chunks\":[[1,21]]}", false, 0},
                {"{\"chunks\":[[1],[1,29,2],7,[1,20]]}", true, 1}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct play_exchanges all = {0};
        struct td_buf done = {0};
        const char *lines[] = {REQUEST(1, "/"),
                               RESPONSE(1, 200, "Text/Event-Stream"),
                               OUT(1, TYPED), NULL, NULL};

        (void)td_buf_addf(&done, OUT(1, "\"k\":\"done\",\"json\":%s"),
                          rows[i].done);
        lines[3] = td_buf_str(&done);
        CU_ASSERT_EQUAL(load(&all, lines), TD_OK);
        CU_ASSERT_EQUAL_FATAL(all.len, 1);
        CU_ASSERT_EQUAL(all.list[0].parts[0].called, rows[i].called);
        CU_ASSERT_EQUAL(all.list[0].parts[0].name.len, 1);
        CU_ASSERT_EQUAL(all.list[0].chunks_len, rows[i].chunks);
        play_exchanges_release(&all);
        td_buf_release(&done);
    }
}

static void parts_are_bytes_of_their_stream(void)
{
    static const struct {
        enum play_stream stream;
        struct play_part part;
        const char *payload;
        const char *bytes;
    } rows[] = {
        {PLAY_STREAM_NONE, {.kind = PLAY_PART_BODY}, "x", "x"},
        {PLAY_STREAM_LINES, {.kind = PLAY_PART_EVENT}, "{}", "{}\n"},
        {PLAY_STREAM_SSE,
         {.kind = PLAY_PART_EVENT},
         "a\nb",
         "data: a\ndata: b\n\n"},
        {PLAY_STREAM_SSE,
         {.kind = PLAY_PART_EVENT,
          .name = {(const uint8_t *)"n\\u0041", 7},
          .id = {(const uint8_t *)"\"7\"", 3}},
         "a",
         "id: 7\nevent: nA\ndata: a\n\n"},
        {PLAY_STREAM_SSE,
         {.kind = PLAY_PART_EVENT, .name = {(const uint8_t *)"n\\nm", 4}},
         "a",
         "data: a\n\n"},
        {PLAY_STREAM_SSE,
         {.kind = PLAY_PART_EVENT,
          .called = true,
          .name = {(const uint8_t *)"n", 1}},
         "a",
         "data: a\n\n"},
        {PLAY_STREAM_SSE,
         {.kind = PLAY_PART_ID, .id = {(const uint8_t *)"\"\"", 2}},
         "",
         "id: \n\n"},
        {PLAY_STREAM_SSE, {.kind = PLAY_PART_RETRY}, "30", "retry: 30\n\n"},
    };
    struct td_buf out = {0};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        td_buf_clear(&out);
        play_part_encode(&out, rows[i].stream, &rows[i].part,
                         td_text(rows[i].payload));
        CU_ASSERT_STRING_EQUAL(td_buf_str(&out), rows[i].bytes);
    }
    td_buf_release(&out);
}

CU_TestInfo replayer_answer_exchange_tests[] = {
    {"exchanges are told apart", exchanges_are_told_apart},
    {"a tape without any is refused", a_tape_without_any_is_refused},
    {"pieces say whose the names are", pieces_say_whose_the_names_are},
    {"parts are bytes of their stream", parts_are_bytes_of_their_stream},
    CU_TEST_INFO_NULL,
};
