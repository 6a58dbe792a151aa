/* What gives access does not stay in the heads of HTTP, without any rule. */
#include "recorder/redact.h"
#include "tests/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define R REC_REDACTED

struct row {
    const char *before; /* of the payload */
    const char *after;  /* the same if NULL */
};

static void come_out_counted(const char *kind, const struct row *rows,
                             size_t len, uint64_t each)
{
    for (size_t i = 0; i < len; i++) {
        const char *wanted = rows[i].after ? rows[i].after : rows[i].before;
        struct rec_redact *redact = NULL;
        struct td_event ev = {.form = TD_FORM_JSON, .kind = td_text(kind)};

        ev.payload = td_text(rows[i].before);
        CU_ASSERT_EQUAL_FATAL(rec_redact_open(&redact, NULL, NULL), TD_OK);
        rec_redact_event(redact, &ev);
        if (!td_bytes_is(ev.payload, wanted))
            printf("\n    row %zu: %.*s\n", i, (int)ev.payload.len,
                   (const char *)ev.payload.ptr);
        CU_ASSERT_TRUE(td_bytes_is(ev.payload, wanted));
        CU_ASSERT_EQUAL(rec_redact_values(redact), rows[i].after ? each : 0);
        rec_redact_close(redact);
    }
}

static void come_out(const char *kind, const struct row *rows, size_t len)
{
    come_out_counted(kind, rows, len, 1);
}

static void fields_named_like_credentials_lose_their_values(void)
{
    static const char *const names[] = {
        "Authorization",
        "X-Auth",
        "X-Api-Auth",
        "X-Auth-Key",
        "Ocp-Apim-Subscription-Key",
        "X-Functions-Key",
        "DD-APPLICATION-KEY",
        "X-Parse-Master-Key",
        "X-Master-Key",
        "x-amz-server-side-encryption-customer-key",
        "X-Pass",
        "X_OTP",
        "X-Pin-",
        "api-key"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char before[200];
        char after[200];
        struct row row = {before, after};

        (void)snprintf(before, sizeof(before), "{\"headers\":[[\"%s\",\"S\"]]}",
                       names[i]);
        (void)snprintf(after, sizeof(after),
                       "{\"headers\":[[\"%s\",\"" R "\"]]}", names[i]);
        come_out(TD_KIND_REQUEST, &row, 1);
    }
}

static void fields_of_every_day_keep_theirs(void)
{
    static const char *const names[] = {"Idempotency-Key",
                                        "Sec-WebSocket-Key",
                                        "Sec-WebSocket-Accept",
                                        "Content-Type",
                                        "Content-Length",
                                        "Content-Encoding",
                                        "Accept",
                                        "Accept-Encoding",
                                        "Keep-Alive",
                                        "Host",
                                        "Transfer-Encoding",
                                        "Cache-Control",
                                        "Surrogate-Key",
                                        "X-Author",
                                        "Opinion",
                                        "WWW-Authenticate",
                                        "X-Keyboard-Layout",
                                        "X-Pinned"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char before[200];
        struct row row = {before, NULL};

        (void)snprintf(before, sizeof(before), "{\"headers\":[[\"%s\",\"S\"]]}",
                       names[i]);
        come_out(TD_KIND_RESPONSE, &row, 1);
    }
}

#define HEAD(name) "Content-Disposition: form-data; name=\"" name "\"\r\n\r\n"
#define PART(name) "--b\r\n" HEAD(name)
#define CODED(name)                                                            \
    "--b\r\nContent-Disposition:\r\n form-data; " name "\r\n\r\n"
#define LINES(name) "--b\nContent-Disposition: form-data; name=\"" name "\"\n\n"
#define NEXT        "\r\n"
#define END         "\r\n--b--"

static const struct {
    enum td_form form;
    const char *kind;
    const char *before;
    const char *after;
    uint64_t values;
} forms[] = {
    {TD_FORM_TEXT, "body",
     "grant_type=password&client_secret=S&user%5Bpwd%5D=S&user[pw]=S&n=1",
     "grant_type=password&client_secret=***&user%5Bpwd%5D=***&"
     "user[pw]=***&n=1",
     3},
    {TD_FORM_TEXT, "body", "access_token=S+%26S&scope=\r\n",
     "access_token=***&scope=\r\n", 1},
    {TD_FORM_TEXT, "body", "a=1&&password=S\r\n", "a=1&&password=***\r\n", 1},
    {TD_FORM_TEXT, "body", "client_assertion=S&code_verifier=S&code=",
     "client_assertion=***&code_verifier=***&code=***", 3},
    {TD_FORM_BYTES, "body", "note=\xff&token=S", "note=\xff&token=***", 1},
    {TD_FORM_TEXT, "body", "password=***&token&n=1", NULL, 0},
    {TD_FORM_TEXT, "body", "total=1\npassword=x", NULL, 0},
    {TD_FORM_TEXT, "body", "password=S\r\nS\t=S", "password=***", 1},
    {TD_FORM_TEXT, "body", "key=-----A\nS+S/S==\nS=\n--B&n=1\n&pw=S\nb=S\n",
     "key=***&n=1\n&pw=***\n", 2},
    {TD_FORM_TEXT, "body", "n=1\nb=2&pw=S", "n=1\nb=2&pw=***", 1},
    {TD_FORM_TEXT, "body", "url=/?a&b=\npassword=x", NULL, 0},
    {TD_FORM_TEXT, "body", "see password=x", NULL, 0},
    {TD_FORM_TEXT, "body", "=password", NULL, 0},
    {TD_FORM_TEXT, "body", "", NULL, 0},
    {TD_FORM_TEXT, "body", "a=\x01&token=S", NULL, 0},
    {TD_FORM_TEXT, "", "token=S", NULL, 0},
    {TD_FORM_TEXT, "body", "draft&&token=S", "draft&&token=***", 1},
    {TD_FORM_TEXT, "body", "&token=S", "&token=***", 1},
    {TD_FORM_TEXT, "body", "a&=token=S", NULL, 0},
    {TD_FORM_BYTES, "body", PART("token") "\1S\r\nS" END,
     PART("token") "***" END, 1},
    {TD_FORM_TEXT, "body",
     PART("u[pwd]") "S--b" NEXT PART("n") "1" NEXT PART("api_key") "S",
     PART("u[pwd]") "***" NEXT PART("n") "1" NEXT PART("api_key") "***", 2},
    {TD_FORM_TEXT, "body", PART("n\"; filename=\"token") "S" END, NULL, 0},
    {TD_FORM_TEXT, "body",
     "--b\r\nA: b\r\nCONTENT-Disposition:b; Name=pw\r\n\r\nS" END "\r\n",
     "--b\r\nA: b\r\nCONTENT-Disposition:b; Name=pw\r\n\r\n***" END "\r\n", 1},
    {TD_FORM_TEXT, "body", "--b\r\nA: b; name=pw\r\n\r\nS" END, NULL, 0},
    {TD_FORM_TEXT, "body", LINES("n") "1\n" LINES("pw") "S\n\nS\n--b--\n",
     LINES("n") "1\n" LINES("pw") "***\n--b--\n", 1},
    {TD_FORM_TEXT, "body", "\r\n--b \r\n" HEAD("n") "1" NEXT PART("pw") "S",
     "\r\n--b \r\n" HEAD("n") "1" NEXT PART("pw") "***", 1},
    {TD_FORM_TEXT, "body", PART("pw") "S\r\n--bS" END, PART("pw") "***" END, 1},
    {TD_FORM_TEXT, "body",
     PART("n\"; filename=\"; name=n") END NEXT
     "--b\r\nContent-Disposition: form-data; filename=\"; name=n\"; "
     "name=\"pw\"\r\n\r\nS",
     PART("n\"; filename=\"; name=n") END NEXT
     "--b\r\nContent-Disposition: form-data; filename=\"; name=n\"; "
     "name=\"pw\"\r\n\r\n***",
     1},
    {TD_FORM_TEXT, "body",
     "Of several parts.\r\n--x\r\nto: you\r\n\r\n" PART("n") "1" NEXT PART(
         "pw") "S" END "\r\nS",
     "Of several parts.\r\n--x\r\nto: you\r\n\r\n" PART("n") "1" NEXT PART(
         "pw") "***" END "\r\nS",
     1},
    {TD_FORM_BYTES, "body", "\xff\n\n" LINES("pw") "S\n--b--",
     "\xff\n\n" LINES("pw") "***\n--b--", 1},
    {TD_FORM_TEXT, "body", CODED("name*=UTF-8''p%61ssw%6frd") "S" END,
     CODED("name*=UTF-8''p%61ssw%6frd") "***" END, 1},
    {TD_FORM_TEXT, "body", CODED("NAME* = utf-8'en'u%5Bpw%5D") "S" END,
     CODED("NAME* = utf-8'en'u%5Bpw%5D") "***" END, 1},
    {TD_FORM_TEXT, "body", CODED("name*0*=''u%5b; name*1=\"pw]\"") "S" END,
     CODED("name*0*=''u%5b; name*1=\"pw]\"") "***" END, 1},
    {TD_FORM_TEXT, "body", CODED("name = pw") "S" END,
     CODED("name = pw") "***" END, 1},
    {TD_FORM_TEXT, "body", CODED("name=n; filename*=UTF-8''token") "S" END,
     NULL, 0},
    {TD_FORM_TEXT, "body", CODED("name*=") END, NULL, 0},
    {TD_FORM_TEXT, "body", "--- a\n+++ b\n name=pw\n\nS\n", NULL, 0},
    {TD_FORM_TEXT, "body", PART("token") "***" END, NULL, 0},
    {TD_FORM_TEXT, "body", PART("token") END, NULL, 0},
    {TD_FORM_TEXT, "body", "--b\r\nname=\"token\"", NULL, 0},
    {TD_FORM_TEXT, "body", "--", NULL, 0},
};

/* What servers that are asked for a token are sent, and some answer. */
static void credentials_in_forms_lose_their_values(void)
{
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        const char *wanted = forms[i].after ? forms[i].after : forms[i].before;
        struct rec_redact *redact = NULL;
        struct td_event ev = {.form = forms[i].form,
                              .kind = td_text(forms[i].kind),
                              .payload = td_text(forms[i].before)};

        CU_ASSERT_EQUAL_FATAL(rec_redact_open(&redact, NULL, NULL), TD_OK);
        rec_redact_event(redact, &ev);
        if (!td_bytes_is(ev.payload, wanted))
            printf("\n    row %zu: %.*s\n", i, (int)ev.payload.len,
                   (const char *)ev.payload.ptr);
        CU_ASSERT_TRUE(td_bytes_is(ev.payload, wanted));
        CU_ASSERT_EQUAL(rec_redact_values(redact), forms[i].values);
        rec_redact_close(redact);
    }
}

/* The name of a file may be long, and the parts behind it are still looked at.
 */
static void a_long_head_hides_no_credential(void)
{
    struct rec_redact *redact = NULL;
    struct td_buf body = {0};
    struct td_event ev = {.form = TD_FORM_TEXT, .kind = td_text("body")};

    (void)td_buf_add_text(&body, "--b\r\nContent-Disposition: form-data; "
                                 "name=\"f\"; filename=\"");
    for (int i = 0; i < 10000; i++)
        (void)td_buf_add_byte(&body, 'x');
    (void)td_buf_add_text(&body, "\"\r\n\r\n1" NEXT PART("token") "S" END);
    ev.payload = td_buf_bytes(&body);
    CU_ASSERT_EQUAL_FATAL(rec_redact_open(&redact, NULL, NULL), TD_OK);
    rec_redact_event(redact, &ev);
    CU_ASSERT_EQUAL(rec_redact_values(redact), 1);
    CU_ASSERT_TRUE(ev.payload.len == body.len + 2 &&
                   !memchr(ev.payload.ptr, 'S', ev.payload.len));
    rec_redact_close(redact);
    td_buf_release(&body);
}

#define PROTOCOL(value)                                                        \
    "{\"headers\":[[\"sec-websocket-Protocol\",\"" value "\"]]}"

static void a_credential_among_the_protocols_goes(void)
{
    static const struct row rows[] = {
        {PROTOCOL("realtime"), NULL},
        {PROTOCOL("realtime, " R), NULL},
        {PROTOCOL("realtime, openai-insecure-api-key.sk-S, beta.v1"),
         PROTOCOL("realtime, " R)},
        {PROTOCOL("base64url.bearer.authorization.k8s.io.S,base64"),
         PROTOCOL(R ", " R)},
        {PROTOCOL(""), NULL},
    };

    come_out(TD_KIND_REQUEST, rows, sizeof(rows) / sizeof(rows[0]));
}

#define TRAILER(name, value)                                                   \
    "{\"cut\":\"x\",\"trailers\":[[\"" name "\",\"" value "\"]]}"

static void trailers_are_fields(void)
{
    static const struct row rows[] = {
        {TRAILER("Set-Cookie", "sid=S"), TRAILER("Set-Cookie", R)},
        {TRAILER("X-Token", "S"), TRAILER("X-Token", R)},
        {TRAILER("Server-Timing", "a;dur=1"), NULL},
        {"{}", NULL},
        {"", NULL},
    };

    come_out(TD_KIND_DONE, rows, sizeof(rows) / sizeof(rows[0]));
}

#define LOCATION(value) "{\"headers\":[[\"Location\",\"" value "\"]]}"

static void a_fragment_may_be_an_access_token(void)
{
    static const struct row rows[] = {
        {LOCATION("https://app/cb#access_token=S"),
         LOCATION("https://app/cb#***")},
        {LOCATION("/cb?a=1#access_token=S"), LOCATION("/cb?a=1#***")},
        {LOCATION("/cb#id_token=S?x"), LOCATION("/cb#***")},
        {LOCATION("/cb#part"), NULL},
        {LOCATION("/cb#***"), NULL},
    };

    come_out(TD_KIND_RESPONSE, rows, sizeof(rows) / sizeof(rows[0]));
}

static struct rec_redact *with_rules(const char *rules)
{
    char path[] = "/tmp/td_redact_XXXXXX";
    struct rec_redact *redact = NULL;
    int fd = mkstemp(path);

    CU_ASSERT_FATAL(fd >= 0);
    CU_ASSERT_EQUAL(write(fd, rules, strlen(rules)), (ssize_t)strlen(rules));
    (void)close(fd);
    CU_ASSERT_EQUAL_FATAL(rec_redact_open(&redact, path, NULL), TD_OK);
    (void)unlink(path);
    return redact;
}

static void a_key_rule_names_fields_and_parameters(void)
{
    static const struct row rows[] = {
        {"{\"target\":\"/a?Email=S&b=1\",\"headers\":[]}",
         "{\"target\":\"/a?Email=***&b=1\",\"headers\":[]}"},
        {"{\"target\":\"/a?b=1&u%5Bemail%5D=S\"}",
         "{\"target\":\"/a?b=1&u%5Bemail%5D=***\"}"},
        {"{\"target\":\"/a?emails=1&b=email&\"}", NULL},
        {"{\"target\":\"/email\"}", NULL},
        {"{\"headers\":[[\"Email\",\"S\"],[\"From\",\"x\"]]}",
         "{\"headers\":[[\"Email\",\"" R "\"],[\"From\",\"x\"]]}"},
        {LOCATION("https://h/?a=1&email=S"),
         LOCATION("https://h/?a=1&email=***")},
        {"a=1&u%5Bemail%5D=S", "a=1&u%5Bemail%5D=***"},
        {"a=1&emails=1", NULL},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *wanted = rows[i].after ? rows[i].after : rows[i].before;
        struct rec_redact *redact = with_rules("key email\n");
        bool head = rows[i].before[0] == '{';
        struct td_event ev = {
            .form = head ? TD_FORM_JSON : TD_FORM_TEXT,
            .kind = td_text(head ? TD_KIND_REQUEST : TD_KIND_BODY),
            .payload = td_text(rows[i].before)};

        for (int again = 0; again < 2; again++)
            rec_redact_event(redact, &ev);
        if (!td_bytes_is(ev.payload, wanted))
            printf("\n    row %zu: %.*s\n", i, (int)ev.payload.len,
                   (const char *)ev.payload.ptr);
        CU_ASSERT_TRUE(td_bytes_is(ev.payload, wanted));
        CU_ASSERT_EQUAL(rec_redact_values(redact), rows[i].after ? 1 : 0);
        rec_redact_close(redact);
    }
}

/* 100 bytes */
#define TEN  "0123456789"
#define LONG TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define RPC  "\"jsonrpc\":\"2.0\""

static void parameters_of_json_rpc_are_looked_at(void)
{
    static const struct row rows[] = {
        {"{" RPC ",\"method\":\"a\",\"params\":{\"password\":\"S\"}}",
         "{" RPC ",\"method\":\"a\",\"params\":{\"password\":\"" R "\"}}"},
        {"{\"params\":{\"a\":[{\"Api-Key\":\"S\"}],\"padding\":\"so that it is "
         "longer than what is near\"}," RPC "}",
         "{\"params\":{\"a\":[{\"Api-Key\":\"" R
         "\"}],\"padding\":\"so that it is "
         "longer than what is near\"}," RPC "}"},
        {"[{" RPC ",\"params\":{\"clientSecret\":\"S\"}}]",
         "[{" RPC ",\"params\":{\"clientSecret\":\"" R "\"}}]"},
        {"{" RPC ",\"params\":{\"token\":\"t\",\"progressToken\":\"p\",\"key\":"
         "\"k\",\"password\":{\"type\":\"string\"},\"secret\":1}}",
         NULL},
        {"{" RPC ",\"id\":1,\"result\":{\"password\":\"S\",\"params\":1}}",
         NULL},
        {"{\"params\":{\"password\":\"S\"}}", NULL},
        {"{\"method\":\"a\",\"id\":\"" LONG "\"," RPC
         ",\"params\":{\"password\":\"S\"},\"more\":\"" LONG LONG LONG "\"}",
         "{\"method\":\"a\",\"id\":\"" LONG "\"," RPC
         ",\"params\":{\"password\":\"" R "\"},\"more\":\"" LONG LONG LONG
         "\"}"},
        {"{" RPC ",\"params\":{\"user\":\"S\"}", NULL},
        {"{\"j\":\"jjson\",\"params\":{\"password\":\"S\"},\"jsonrpc\":2}",
         "{\"j\":\"jjson\",\"params\":{\"password\":\"" R "\"},\"jsonrpc\":2}"},
        {"{\"params\":{\"password\":\"S\"},\"jsonrpc:\":\"j", NULL},
    };

    come_out("", rows, sizeof(rows) / sizeof(rows[0]));
    come_out(TD_KIND_BODY, rows, sizeof(rows) / sizeof(rows[0]));
}

static void ids_go_from_polled_bodies_that_are_no_packets(void)
{
    static const struct row rows[] = {
        {"0{\"sid\":\"S\",\"upgrades\":[]}\x1e"
         "6",
         "0{\"sid\":\"" R "\",\"upgrades\":[]}\x1e"
         "6"},
        {"6\x1e"
         "40{\"sid\":\"S\"}",
         "6\x1e"
         "40{\"sid\":\"" R "\"}"},
        {"40/a,{\"token\":\"S\"}\x1e"
         "42[\"a\"",
         "40/a,{\"token\":\"" R "\"}\x1e"
         "42[\"a\""},
        {"2\x1e"
         "0{\"sid\":\"S",
         "2\x1e"
         "0" R},
        {"6\x1e\x1e", NULL},
        {"42[\"sid\",{\"sid\":1}]", NULL},
        {"40", NULL},
        {"40/a,", NULL},
        {"404 not found {\"sid\":1}", NULL},
    };

    /* as those of packets, they are no news */
    come_out_counted(TD_KIND_BODY, rows, sizeof(rows) / sizeof(rows[0]), 0);
}

/* A message that was cut has its begin still, and one may be of bytes. */
static void half_a_message_of_json_rpc_goes(void)
{
    static const char half[] = "{" RPC ",\"params\":{\"password\" : \"S";
    static const char whole[] = "{" RPC ",\"params\":{\"password\":\"S\"}}";
    struct rec_redact *redact = NULL;
    struct td_event ev = {.payload = td_text(half), .form = TD_FORM_TEXT};

    CU_ASSERT_EQUAL_FATAL(rec_redact_open(&redact, NULL, NULL), TD_OK);
    rec_redact_event(redact, &ev);
    CU_ASSERT_TRUE(td_bytes_is(ev.payload, REC_WITHHELD));
    CU_ASSERT_EQUAL(rec_redact_withheld(redact), 1);
    ev = (struct td_event){.payload = td_text(whole), .form = TD_FORM_BYTES};
    rec_redact_event(redact, &ev);
    CU_ASSERT_TRUE(td_bytes_is(
        ev.payload, "{" RPC ",\"params\":{\"password\":\"" R "\"}}"));
    rec_redact_close(redact);
}

CU_TestInfo recorder_redact_head_tests[] = {
    {"credentials in forms lose their values",
     credentials_in_forms_lose_their_values},
    {"a long head hides no credential", a_long_head_hides_no_credential},
    {"ids go from polled bodies that are no packets",
     ids_go_from_polled_bodies_that_are_no_packets},
    {"half a message of JSON-RPC goes", half_a_message_of_json_rpc_goes},
    {"parameters of JSON-RPC are looked at",
     parameters_of_json_rpc_are_looked_at},
    {"fields named like credentials lose their values",
     fields_named_like_credentials_lose_their_values},
    {"fields of every day keep theirs", fields_of_every_day_keep_theirs},
    {"a credential among the protocols goes",
     a_credential_among_the_protocols_goes},
    {"trailers are fields", trailers_are_fields},
    {"a fragment may be an access token", a_fragment_may_be_an_access_token},
    {"a key rule names fields and parameters",
     a_key_rule_names_fields_and_parameters},
    CU_TEST_INFO_NULL,
};
