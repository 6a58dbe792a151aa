/* The provider openai against a server in the same loop: what a server may say
 * and how the attempt ends then, as rows.
 */
#include "orchestrator/provider/openai.h"
#include "tests/suites.h"
#include "tests/support/attempt_scene.h"
#include "tests/support/certs.h"
#include "tests/support/model_server.h"
#include "tests/support/tapes.h"

#include <stdio.h>

#define HEAD   "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
#define STREAM HEAD "Connection: close\r\n\r\n"
#define JSON                                                                   \
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"                    \
    "Connection: close\r\n\r\n"
#define DELTA(text)                                                            \
    "data: {\"choices\":[{\"delta\":{\"content\":\"" text "\"}}]}\n\n"
#define REASON(text)                                                           \
    "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"" text "\"}]}\n\n"
#define USAGE                                                                  \
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,"                    \
    "\"completion_tokens\":2}}\n\n"
#define DONE "data: [DONE]\n\n"
#define NO(status, head, body)                                                 \
    "HTTP/1.1 " status "\r\nContent-Type: application/json\r\n" head           \
    "Connection: close\r\n\r\n" body,                                          \
        MODEL_CLOSE
#define ERROR(text) "{\"error\":{\"message\":\"" text "\"}}"

#define WITH  "{\"prompt\":\"Say hello.\",\"model\":\"small\"}"
#define KEY   "sk-secret"
#define ASKED "stream request\n"
#define M     "stream message\n"

struct row {
    const char *name;
    struct model_answer answers[MODEL_ANSWERS];
    const char *told;
    const char *text; /* that was put; or of the end */
    uint64_t retry_s;
    unsigned requests; /* 0: one */
};

static const struct row rows[] = {
    {"streamed",
     {{{STREAM DELTA("Hel"), DELTA("lo"), REASON("stop"), USAGE DONE,
        MODEL_CLOSE}}},
     ASKED M M M M M "put NOTES.md 5\nartifact NOTES.md\n"
                     "usage 9 2 $0.0013\nok\n",
     "Hello",
     0,
     0},
    {"a stream that keeps its connection",
     {{{HEAD "Transfer-Encoding: chunked\r\n\r\n",
        "3c\r\n" DELTA("12345678901234"), "\r\ne\r\n" DONE, "\r\n0\r\n\r\n"}}},
     ASKED M M "put NOTES.md 14\nartifact NOTES.md\n"
               "usage 3 4 $0.0011 estimated\nok\n",
     "12345678901234",
     0,
     0},
    {"a stream whose connection does not end",
     {{{STREAM DELTA("Hi") DONE, MODEL_HANG}}},
     ASKED M M "put NOTES.md 2\nartifact NOTES.md\n"
               "usage 3 1 $0.0005 estimated\nok\n",
     "Hi",
     0,
     0},
    {"not streamed",
     {{{JSON "{\"choices\":[{\"message\":{\"content\":\"Hello\"},"
             "\"finish_reason\":\"stop\"}],",
        "\n\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}",
        MODEL_CLOSE}}},
     ASKED "stream answer\nput NOTES.md 5\nartifact NOTES.md\n"
           "usage 9 2 $0.0013\nok\n",
     "Hello",
     0,
     0},
    {"stream_options are not wanted",
     {{{NO("400 Bad Request", "",
           ERROR("Unrecognized argument: stream_options"))}},
      {{STREAM DELTA("Hello") DONE, MODEL_CLOSE}}},
     ASKED M M "put NOTES.md 5\nartifact NOTES.md\n"
               "usage 3 2 $0.0007 estimated\nok\n",
     "Hello",
     0,
     2},
    {"bad request",
     {{{NO("400 Bad Request", "", ERROR("no such thing"))}}},
     ASKED "bad_request\n",
     "the server answered 400: no such thing",
     0,
     0},
    {"too many, in seconds",
     {{{NO("429 Too Many Requests", "Retry-After: 7\r\n",
           ERROR("slow\\ndown"))}}},
     ASKED "rate_limited\n",
     "the server answered 429: slow down",
     7,
     0},
    {"busy, far away",
     {{{NO("503 Service Unavailable",
           "Retry-After: Fri, 31 Dec 2999 23:59:59 GMT\r\n", "")}}},
     ASKED "server_error\n",
     "the server answered 503",
     86400,
     0},
    {"timed out there",
     {{{NO("408 Request Timeout", "", "oh")}}},
     ASKED "server_error\n",
     "the server answered 408",
     0,
     0},
    {"not there",
     {{{NO("404 Not Found", "", ERROR("no model small"))}}},
     ASKED "not_found\n",
     "the server answered 404: no model small",
     0,
     0},
    {"the key is refused, and told back",
     {{{NO("401 Unauthorized", "", ERROR("bad key " KEY "."))}}},
     ASKED "refused\n",
     "the server answered 401: bad key *********.",
     0,
     0},
    {"a redirect",
     {{{NO("302 Found", "Location: http://127.0.0.1:1/\r\n", "")}}},
     ASKED "bad_request\n",
     "the server answered 302",
     0,
     0},
    {"malformed",
     {{{STREAM DELTA("He") "data: {\"choices\n\n", MODEL_HANG}}},
     ASKED M M "usage 3 1 $0.0005 estimated\nmalformed\n",
     "a message of the answer is no JSON",
     0,
     0},
    {"an answer that is no JSON",
     {{{JSON "<html>", MODEL_CLOSE}}},
     ASKED "stream answer\nusage 3 0 $0.0003 estimated\nmalformed\n",
     "a message of the answer is no JSON",
     0,
     0},
    {"no choice",
     {{{STREAM DONE, MODEL_CLOSE}}},
     ASKED M "usage 3 0 $0.0003 estimated\nmalformed\n",
     "the answer has no choice",
     0,
     0},
    {"no [DONE]",
     {{{STREAM DELTA("He") REASON("stop"), MODEL_CLOSE}}},
     ASKED M M "usage 3 1 $0.0005 estimated\ndisconnected\n",
     "the answer ended before its end",
     0,
     0},
    {"cut off",
     {{{STREAM DELTA("He") REASON("length") DONE, MODEL_CLOSE}}},
     ASKED M M M "usage 3 1 $0.0005 estimated\nmalformed\n",
     "the answer was cut off at max_tokens",
     0,
     0},
    {"filtered",
     {{{STREAM DELTA("He") REASON("content_filter") DONE, MODEL_CLOSE}}},
     ASKED M M M "usage 3 1 $0.0005 estimated\nrefused\n",
     "the answer was refused: content_filter",
     0,
     0},
    {"an error in the stream",
     {{{STREAM DELTA("He") "data: " ERROR("overloaded") "\n\n", MODEL_HANG}}},
     ASKED M M "usage 3 1 $0.0005 estimated\nserver_error\n",
     "the server gave up: overloaded",
     0,
     0},
    {"closed before the head",
     {{{MODEL_CLOSE}}},
     ASKED "usage 3 0 $0.0003 estimated\ndisconnected\n",
     "Server returned nothing (no headers, no data)",
     0,
     0},
    {"reset in the stream",
     {{{HEAD "Content-Length: 500\r\n\r\n" DELTA("He"), MODEL_CLOSE}}},
     ASKED M "usage 3 1 $0.0005 estimated\ndisconnected\n",
     "Transferred a partial file",
     0,
     0},
    {"silence",
     {{{STREAM DELTA("He"), MODEL_HANG}}},
     ASKED M "usage 3 1 $0.0005 estimated\ndisconnected\n",
     "no byte came from the server for 500 ms",
     0,
     0},
};

/* A provider and its server. */
struct stage {
    struct attempt_scene scene;
    struct model_server *server;
    struct prov_config config;
    struct prov_price price;
    struct provider provider;
};

static void open_with(struct stage *stage, const char *with,
                      const struct model_answer *answers,
                      const struct wire_tls_options *tls)
{
    unsigned count = 0;

    *stage = (struct stage){.price = {"small", 100, 200}};
    while (count < MODEL_ANSWERS && answers[count].pieces[0])
        count++;
    attempt_scene_open(&stage->scene, with);
    stage->server = model_server_open(stage->scene.net, answers, count, tls);
    stage->config = (struct prov_config){.url = model_server_url(stage->server),
                                         .key = KEY,
                                         .idle_ns = 30 * TD_NS_PER_S,
                                         .prices = &stage->price,
                                         .price_count = 1};
    CU_ASSERT_EQUAL_FATAL(prov_openai_open(&stage->provider, stage->scene.net,
                                           &stage->config, td_clock_real(),
                                           NULL),
                          TD_OK);
}

static void open_stage(struct stage *stage, const char *with,
                       const struct model_answer *answers)
{
    open_with(stage, with, answers, NULL);
}

static void close_stage(struct stage *stage)
{
    stage->provider.ops->close(stage->provider.self);
    model_server_close(stage->server);
    attempt_scene_close(&stage->scene);
}

/* Behind "http://127.0.0.1:PORT/v1: ", which stands where curl's words do. */
static const char *behind_url(const struct stage *stage, const char *text)
{
    const char *url = stage->config.url;

    return strncmp(text, url, strlen(url)) != 0 ? text : text + strlen(url) + 2;
}

static void check_row(const struct row *row)
{
    struct stage stage;
    struct attempt_scene *scene = &stage.scene;
    const char *text;

    open_stage(&stage, WITH, row->answers);
    if (!strcmp(row->name, "silence"))
        stage.config.idle_ns = 500 * TD_NS_PER_MS;
    CU_ASSERT_EQUAL(attempt_scene_run(scene, &stage.provider, NULL), TD_OK);
    CU_ASSERT_TRUE(attempt_scene_told(scene, row->name, row->told));
    text = scene->end.ok ? td_buf_str(&scene->text)
                         : behind_url(&stage, scene->end.text);
    if (strcmp(text, row->text) != 0)
        printf("\n    %s: %s", row->name, text);
    CU_ASSERT_STRING_EQUAL(text, row->text);
    CU_ASSERT_EQUAL(scene->end.retry_after_ns, row->retry_s * TD_NS_PER_S);
    CU_ASSERT_EQUAL(model_server_requests(stage.server),
                    row->requests ? row->requests : 1);
    close_stage(&stage);
}

static void servers(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        check_row(&rows[i]);
}

/* What goes over the wire. */
static void request(void)
{
    static const struct model_answer answers[MODEL_ANSWERS] = {
        {{STREAM DELTA("x") DONE, MODEL_CLOSE}}};
    struct stage stage;
    const char *got;

    open_stage(&stage,
               "{\"prompt_file\":\"n.md\",\"system\":\"Be \\\"short\\\".\","
               "\"model\":\"small\",\"max_tokens\":40}",
               answers);
    attempt_scene_file(&stage.scene, "n.md", "Write\nnotes.");
    CU_ASSERT_EQUAL(attempt_scene_run(&stage.scene, &stage.provider, NULL),
                    TD_OK);
    got = td_buf_str(model_server_got(stage.server));
    CU_ASSERT_PTR_NOT_NULL(strstr(got, "POST /v1/chat/completions HTTP/1.1"));
    CU_ASSERT_PTR_NOT_NULL(strstr(got, "Authorization: Bearer " KEY "\r\n"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(got, "\r\n\r\n{\"model\":\"small\",\"messages\":["
                    "{\"role\":\"system\",\"content\":\"Be \\\"short\\\".\"},"
                    "{\"role\":\"user\",\"content\":\"Write\\nnotes.\"}],"
                    "\"max_tokens\":40,\"temperature\":0.70,\"stream\":true,"
                    "\"stream_options\":{\"include_usage\":true}}"));
    close_stage(&stage);
}

/* A prompt that is missing is found out when it is needed. */
static void no_prompt(void)
{
    static const struct model_answer answers[MODEL_ANSWERS] = {{{MODEL_HANG}}};
    struct stage stage;

    open_stage(&stage, "{\"prompt_file\":\"n.md\",\"model\":\"small\"}",
               answers);
    CU_ASSERT_EQUAL(attempt_scene_run(&stage.scene, &stage.provider, NULL),
                    TD_OK);
    CU_ASSERT_TRUE(
        attempt_scene_told(&stage.scene, "no prompt", "not_found\n"));
    CU_ASSERT_EQUAL(model_server_requests(stage.server), 0);
    close_stage(&stage);
}

/* Blocks of code go to a list of files, all or none. */
static void blocks(void)
{
    static const struct model_answer answers[MODEL_ANSWERS] = {
        {{STREAM DELTA("One:\\n```c\\nint x;\\n```\\ntwo:\\n")
              DELTA("~~~\\ny\\n~~~\\n") DONE,
          MODEL_CLOSE}}};
    struct stage stage;

    open_stage(&stage,
               "{\"prompt\":\"x\",\"model\":\"small\","
               "\"output\":[\"a.c\",\"b\"]}",
               answers);
    CU_ASSERT_EQUAL(attempt_scene_run(&stage.scene, &stage.provider, NULL),
                    TD_OK);
    CU_ASSERT_TRUE(attempt_scene_told(
        &stage.scene, "blocks",
        ASKED M M M "put a.c 7\nartifact a.c\nput b 2\nartifact b\n"
                    "usage 1 9 $0.0019 estimated\nok\n"));
    CU_ASSERT_STRING_EQUAL(td_buf_str(&stage.scene.text), "y\n");
    stage.scene.task.with = "{\"prompt\":\"x\",\"model\":\"small\","
                            "\"output\":[\"a\",\"b\",\"c\"]}";
    CU_ASSERT_EQUAL(attempt_scene_run(&stage.scene, &stage.provider, NULL),
                    TD_OK);
    CU_ASSERT_TRUE(attempt_scene_told(
        &stage.scene, "too few",
        ASKED M M M "usage 1 9 $0.0019 estimated\nmalformed\n"));
    CU_ASSERT_STRING_EQUAL(stage.scene.end.text,
                           "the answer has no block of code number 3, for c");
    close_stage(&stage);
}

/* A log has both ends of an answer that is longer than it may be. */
static void log_of_answer(void)
{
    static const struct model_answer answers[MODEL_ANSWERS] = {
        {{STREAM DELTA("0123456789"), DELTA("abcdefghij"), DELTA("ABCDEFGHIJ"),
          DONE, MODEL_CLOSE}}};
    static const struct {
        uint64_t max;
        const char *log;
    } logs[] = {
        {30, "0123456789abcdefghijABCDEFGHIJ"},
        {24, "0123456789ab\n... 6 bytes are missing here ...\nijABCDEFGHIJ"},
        {6, "012\n... 24 bytes are missing here ...\nHIJ"},
    };

    for (size_t i = 0; i < sizeof(logs) / sizeof(*logs); i++) {
        struct stage stage;
        struct td_buf got = {0};
        char path[512];

        open_stage(&stage, WITH, answers);
        (void)snprintf(path, sizeof(path), "%s/log", stage.scene.dir);
        stage.scene.job.log = path;
        stage.scene.task.log_max = logs[i].max;
        CU_ASSERT_EQUAL(attempt_scene_run(&stage.scene, &stage.provider, NULL),
                        TD_OK);
        test_read_file(path, &got);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&got), logs[i].log);
        td_buf_release(&got);
        close_stage(&stage);
    }
}

/* A disk that is full is nobody's fault but the machine's. */
static void nowhere_to_put(void)
{
    static const struct model_answer answers[MODEL_ANSWERS] = {
        {{STREAM DELTA("x") DONE, MODEL_CLOSE}}};
    struct stage stage;

    open_stage(&stage,
               "{\"prompt\":\"x\",\"model\":\"small\",\"output\":\"full\"}",
               answers);
    CU_ASSERT_EQUAL(attempt_scene_run(&stage.scene, &stage.provider, NULL),
                    TD_OK);
    CU_ASSERT_TRUE(attempt_scene_told(
        &stage.scene, "nowhere",
        ASKED M M "usage 1 1 $0.0003 estimated\ninfrastructure_error\n"));
    CU_ASSERT_STRING_EQUAL(stage.scene.end.text,
                           "full: no space left on device");
    close_stage(&stage);
}

/* Nobody listens there. */
static void nobody_there(void)
{
    static const struct model_answer answers[MODEL_ANSWERS] = {{{MODEL_HANG}}};
    struct stage stage;

    open_stage(&stage, WITH, answers);
    stage.config.url = "http://127.0.0.1:1/v1";
    CU_ASSERT_EQUAL(attempt_scene_run(&stage.scene, &stage.provider, NULL),
                    TD_OK);
    CU_ASSERT_TRUE(
        attempt_scene_told(&stage.scene, "nobody", ASKED "disconnected\n"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(stage.scene.end.text, "http://127.0.0.1:1/v1: "));
    close_stage(&stage);
}

/* A certificate of an issuer that is not trusted is not tried again, and
 * nothing is asked. */
static void certificates(void)
{
    static const struct model_answer answers[MODEL_ANSWERS] = {
        {{STREAM DELTA("x") DONE, MODEL_CLOSE}}};
    char cert[300];
    char key[300];
    char ca[300];
    const struct wire_tls_options tls = {.cert_file = cert, .key_file = key};
    struct stage stage;

    (void)snprintf(cert, sizeof(cert), "%s", certs_path("good.pem"));
    (void)snprintf(key, sizeof(key), "%s", certs_path("good.key"));
    (void)snprintf(ca, sizeof(ca), "%s", certs_path("ca.pem"));
    open_with(&stage, WITH, answers, &tls);
    CU_ASSERT_EQUAL(attempt_scene_run(&stage.scene, &stage.provider, NULL),
                    TD_OK);
    CU_ASSERT_TRUE(attempt_scene_told(&stage.scene, "a certificate of nobody",
                                      ASKED "refused\n"));
    CU_ASSERT_EQUAL(model_server_requests(stage.server), 0);
    stage.config.ca = ca;
    CU_ASSERT_EQUAL(attempt_scene_run(&stage.scene, &stage.provider, NULL),
                    TD_OK);
    CU_ASSERT_TRUE(stage.scene.end.ok);
    CU_ASSERT_EQUAL(model_server_requests(stage.server), 1);
    close_stage(&stage);
}

/* The wish for no stream_options is kept for the next attempt. */
static void remembers(void)
{
    static const struct model_answer answers[MODEL_ANSWERS] = {
        {{NO("422 Unprocessable", "", "{\"detail\":\"stream_options\"}")}},
        {{STREAM DELTA("x") DONE, MODEL_CLOSE}}};
    struct stage stage;

    open_stage(&stage, WITH, answers);
    for (int i = 0; i < 2; i++) {
        CU_ASSERT_EQUAL(attempt_scene_run(&stage.scene, &stage.provider, NULL),
                        TD_OK);
        CU_ASSERT_TRUE(stage.scene.end.ok);
    }
    CU_ASSERT_EQUAL(model_server_requests(stage.server), 3);
    close_stage(&stage);
}

CU_TestInfo orchestrator_provider_openai_tests[] = {
    {"what servers say", servers},
    {"the request", request},
    {"no prompt", no_prompt},
    {"blocks of code", blocks},
    {"the log", log_of_answer},
    {"nowhere to put it", nowhere_to_put},
    {"nobody there", nobody_there},
    {"certificates", certificates},
    {"remembers what a server does not want", remembers},
    CU_TEST_INFO_NULL,
};
