/* What a payload is, and where its event's name comes from. */
#include "recorder/event_name.h"
#include "tests/suites.h"

#include <stdio.h>

/* Three times: then its shape is known. */
static const struct {
    const char *row;
    const char *pointer;
    const char *payload;
    enum td_form form;
    const char *name;
} looked[] = {
    {"first member", "/type", "{\"type\":\"a\",\"x\":1}", TD_FORM_JSON, "a"},
    {"later member", "/type", "{\"x\":1,\"type\":\"a\"}", TD_FORM_JSON, "a"},
    {"the last of two", "/type", "{\"type\":\"a\",\"type\":\"b\"}",
     TD_FORM_JSON, "b"},
    {"the last of two later", "/type",
     "{\"x\":1,\"type\":\"a\",\"y\":{\"type\":\"c\"},\"type\":\"b\"}",
     TD_FORM_JSON, "b"},
    {"the last, escaped", "/type", "{\"type\":\"a\",\"t\\u0079pe\":\"b\"}",
     TD_FORM_JSON, "b"},
    {"the last is no string", "/type", "{\"type\":\"a\",\"type\":1}",
     TD_FORM_JSON, ""},
    {"one within", "/type", "{\"type\":\"a\",\"x\":{\"type\":\"b\"}}",
     TD_FORM_JSON, "a"},
    {"two on several lines", "/type", "{\"type\":\"a\",\n\"type\":\"b\"}",
     TD_FORM_TEXT, "b"},
    {"escapes stay", "/type", "{\"type\":\"a\\\"b\\\\\"}", TD_FORM_JSON,
     "a\\\"b\\\\"},
    {"escaped key", "/type", "{\"t\\u0079pe\":\"a\"}", TD_FORM_JSON, "a"},
    {"blanks", "/type", "{ \"type\" : \"a\" }", TD_FORM_JSON, "a"},
    {"blanks and a member before", "/type", "{ \"x\":1, \"type\" : \"a\" }",
     TD_FORM_JSON, "a"},
    {"cut off behind the key", "/type", "{\"type\"", TD_FORM_TEXT, ""},
    {"cut off in the name", "/type", "{\"type\":\"a\\", TD_FORM_TEXT, ""},
    {"a key that begins like it", "/type", "{\"types\":\"a\"}", TD_FORM_JSON,
     ""},
    {"a key with a slash", "/a~1b", "{\"a/b\":\"c\"}", TD_FORM_JSON, "c"},
    {"blank before", "/type", " {\"type\":\"a\"}", TD_FORM_TEXT, "a"},
    {"line feed behind", "/type", "{\"x\":1,\"type\":\"a\"}\n", TD_FORM_TEXT,
     "a"},
    {"on several lines", "/a/b", "\r\n{\r\n\t\"a\": {\n\"b\": \"c\"}}\n ",
     TD_FORM_TEXT, "c"},
    {"byte order mark", "/type", "\xef\xbb\xbf{\"type\":\"a\"}", TD_FORM_TEXT,
     ""},
    {"half a pair elsewhere", "/type", "{\"x\":\"\\ud83d\",\"type\":\"a\"}",
     TD_FORM_TEXT, "a"},
    {"half a pair in it", "/type", "{\"type\":\"\\\\\\ud83da\\ud83d\\ude00\"}",
     TD_FORM_TEXT, "\\\\\\ufffda\\ud83d\\ude00"},
    {"not a string", "/type", "{\"type\":5}", TD_FORM_JSON, ""},
    {"empty", "/type", "{\"type\":\"\"}", TD_FORM_JSON, ""},
    {"not there", "/type", "{\"typ\":\"a\"}", TD_FORM_JSON, ""},
    {"an array", "/0", "[\"a\",1]", TD_FORM_JSON, "a"},
    {"deep", "/a/b", "{\"a\":{\"b\":\"c\"}}", TD_FORM_JSON, "c"},
    {"the payload", "", "\"tick\"", TD_FORM_JSON, "tick"},
    {"a number", "/type", "5", TD_FORM_JSON, ""},
    {"text", "/type", "hello", TD_FORM_TEXT, ""},
    {"nothing", "/type", "", TD_FORM_TEXT, ""},
    {"line break inside", "/type", "{\n\"type\":\"a\"}", TD_FORM_TEXT, "a"},
    {"carriage return", "/type", "{\"type\":\"a\"}\r", TD_FORM_TEXT, "a"},
    {"two values", "/type", "{}{}", TD_FORM_TEXT, ""},
    {"bad UTF-8", "/type", "{\"type\":\"\xff\"}", TD_FORM_BYTES, ""},
    {"never", NULL, "{\"type\":\"a\"}", TD_FORM_JSON, ""},
};

static void looks(void)
{
    for (size_t i = 0; i < sizeof(looked) / sizeof(looked[0]); i++) {
        struct td_event ev = {.form = TD_FORM_TEXT,
                              .payload = td_text(looked[i].payload)};
        struct rec_event_name namer;

        CU_ASSERT_EQUAL_FATAL(
            rec_event_name_init(&namer, looked[i].pointer, NULL), TD_OK);
        for (unsigned again = 0; again < 3; again++) {
            ev.form = TD_FORM_TEXT;
            ev.name.len = 0;
            rec_event_name_read(&namer, &ev);
        }
        if (ev.form != looked[i].form || !td_bytes_is(ev.name, looked[i].name))
            printf("\n    row \"%s\": form %d, name %.*s\n", looked[i].row,
                   (int)ev.form, (int)ev.name.len, (const char *)ev.name.ptr);
        CU_ASSERT_EQUAL(ev.form, looked[i].form);
        CU_ASSERT_TRUE(td_bytes_is(ev.name, looked[i].name));
        rec_event_name_release(&namer);
    }
}

/* As OpenAI's chunks say what they are. */
static void in_an_exchange_an_object_is_a_name(void)
{
    static const struct {
        const char *pointer;
        uint64_t exchange;
        const char *payload;
        const char *name;
    } rows[] = {
        {"/type", 1, "{\"id\":\"c\",\"object\":\"chunk\"}", "chunk"},
        {"/type", 1, "{\"object\":\"chunk\",\n\"n\":1}", "chunk"},
        {"/type", 1, "{\"object\":\"chunk\",\"type\":\"a\"}", "a"},
        {"/type", 1, "{\"object\":\"chunk\",\"type\":null}", ""},
        {"/type", 1, "{\"object\":{\"id\":1}}", ""},
        {"/type", 1, "[\"object\",\"chunk\"]", ""},
        {"/type", 0, "{\"object\":\"chunk\"}", ""},
        {"/event", 1, "{\"object\":\"chunk\"}", ""},
        {NULL, 1, "{\"object\":\"chunk\"}", ""},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_event ev = {.form = TD_FORM_TEXT,
                              .exchange = rows[i].exchange,
                              .payload = td_text(rows[i].payload)};
        struct rec_event_name namer;

        CU_ASSERT_EQUAL_FATAL(
            rec_event_name_init(&namer, rows[i].pointer, NULL), TD_OK);
        for (unsigned again = 0; again < 3; again++) {
            ev.form = TD_FORM_TEXT;
            ev.name.len = 0;
            rec_event_name_read(&namer, &ev);
            CU_ASSERT_TRUE(td_bytes_is(ev.name, rows[i].name));
        }
        rec_event_name_release(&namer);
    }
}

static void what_is_settled_stays(void)
{
    struct rec_event_name namer;
    struct td_event named = {.form = TD_FORM_JSON,
                             .name = td_text("own"),
                             .payload = td_text("{\"type\":\"a\"}")};
    struct td_event ping = {.form = TD_FORM_TEXT,
                            .kind = td_text(TD_KIND_PING),
                            .payload = td_text("{\"type\":\"a\"}")};
    struct td_event bytes = {.form = TD_FORM_BYTES,
                             .payload = td_text("{\"type\":\"a\"}")};
    char name[REC_NAME_MAX + 32];
    struct td_event big = {.form = TD_FORM_TEXT};

    CU_ASSERT_EQUAL_FATAL(rec_event_name_init(&namer, "/type", NULL), TD_OK);
    rec_event_name_read(&namer, &named);
    CU_ASSERT_TRUE(td_bytes_is(named.name, "own"));
    rec_event_name_read(&namer, &ping);
    CU_ASSERT_EQUAL(ping.name.len, 0);
    rec_event_name_read(&namer, &bytes);
    CU_ASSERT_EQUAL(bytes.form, TD_FORM_BYTES);
    CU_ASSERT_TRUE(td_bytes_is(bytes.name, "a"));
    (void)snprintf(name, sizeof(name), "{\"type\":\"%0*d\"}",
                   (int)REC_NAME_MAX + 1, 0);
    big.payload = td_text(name);
    rec_event_name_read(&namer, &big);
    CU_ASSERT_EQUAL(big.form, TD_FORM_JSON);
    CU_ASSERT_EQUAL(big.name.len, 0);
    rec_event_name_release(&namer);
}

/* Too deep for a line that every reader takes, but JSON. */
static void deep_payloads_have_names_too(void)
{
    static const char tail[] = "]}";
    char text[3 * TD_JSON_DEPTH] = "{\"type\":\"a\",\"x\":[";
    size_t start = strlen(text);

    for (unsigned depth = 100; depth <= TD_JSON_DEPTH; depth++) {
        struct rec_event_name namer;
        struct td_event ev = {.form = TD_FORM_TEXT};
        size_t more = depth - 2;

        memset(text + start, '[', more);
        memset(text + start + more, ']', more);
        memcpy(text + start + 2 * more, tail, sizeof(tail));
        ev.payload = td_text(text);
        CU_ASSERT_EQUAL_FATAL(rec_event_name_init(&namer, "/type", NULL),
                              TD_OK);
        rec_event_name_read(&namer, &ev);
        CU_ASSERT_EQUAL(ev.form == TD_FORM_JSON, depth <= TD_JSON_DEPTH_ALL);
        CU_ASSERT_TRUE(td_bytes_is(ev.name, "a"));
        rec_event_name_release(&namer);
    }
}

static void a_pointer_begins_with_a_slash(void)
{
    struct rec_event_name namer;
    struct td_error err;

    CU_ASSERT_EQUAL(rec_event_name_init(&namer, "type", &err), TD_USAGE);
    CU_ASSERT_STRING_EQUAL(err.hint, "write it with a slash: /type");
    rec_event_name_release(&namer);
}

CU_TestInfo recorder_event_name_tests[] = {
    {"form and name are found", looks},
    {"in an exchange an object is a name", in_an_exchange_an_object_is_a_name},
    {"what is settled stays", what_is_settled_stays},
    {"deep payloads have names too", deep_payloads_have_names_too},
    {"a pointer begins with a slash", a_pointer_begins_with_a_slash},
    CU_TEST_INFO_NULL,
};
