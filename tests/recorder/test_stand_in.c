/* A value that a rule names may have a stand-in instead of the mark. */
#include "core/json.h"
#include "recorder/redact.h"
#include "tests/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder with a key in it, and rules beside that. */
static enum td_code open_with_key(struct rec_redact **out, const char *rules,
                                  const char *key, mode_t mode,
                                  struct td_error *err)
{
    char dir[] = "/tmp/td_redact_XXXXXX";
    char path[sizeof(dir) + 8];
    char key_path[sizeof(dir) + 8];
    enum td_code code;
    FILE *file;

    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(dir));
    (void)snprintf(path, sizeof(path), "%s/rules", dir);
    (void)snprintf(key_path, sizeof(key_path), "%s/key", dir);
    file = fopen(path, "we");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    (void)fputs(rules, file);
    (void)fclose(file);
    file = fopen(key_path, "we");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    (void)fputs(key, file);
    (void)fclose(file);
    (void)chmod(key_path, mode);
    code = rec_redact_open(out, path, err);
    (void)unlink(path);
    (void)unlink(key_path);
    (void)rmdir(dir);
    return code;
}

#define KEY_A "0123456789abcdef"
#define KEY_B "0123456789abcdeX"

/* The stand-in of the member that is named, in a payload. */
static void stand_in_of(char out[32], const char *key, const char *payload)
{
    struct rec_redact *redact = NULL;
    struct td_event ev = {.form = TD_FORM_JSON, .payload = td_text(payload)};
    const char *at;

    CU_ASSERT_EQUAL_FATAL(
        open_with_key(&redact, "pseudonym who key\n", key, 0600, NULL), TD_OK);
    rec_redact_event(redact, &ev);
    CU_ASSERT_EQUAL(rec_redact_values(redact), 1);
    at = memmem(ev.payload.ptr, ev.payload.len, "\"[pseudonym ", 12);
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    (void)snprintf(out, 32, "%.30s", at);
    CU_ASSERT_EQUAL(out[29], '"');
    rec_redact_close(redact);
}

static void a_stand_in_is_the_same_for_the_same_value(void)
{
    static const struct {
        const char *key;
        const char *payload;
        bool same; /* as the first */
    } rows[] = {
        {KEY_A, "{\"who\":\"eve\"}", true},
        {KEY_A, "[{\"a\":1,\"WHO\":\"\\u0065ve\"}]", true},
        {KEY_A, "{\"who\":\"eva\"}", false},
        {KEY_A, "{\"who\":[\"eve\"]}", false},
        {KEY_A, "{\"who\":7}", false},
        {KEY_B, "{\"who\":\"eve\"}", false},
    };
    char first[32];
    char other[32];

    stand_in_of(first, KEY_A, rows[0].payload);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        stand_in_of(other, rows[i].key, rows[i].payload);
        CU_ASSERT_EQUAL(!strcmp(first, other), rows[i].same);
    }
}

/* A tape that is redacted again keeps who is who, and what is marked. */
static void what_stands_in_stays(void)
{
    static const struct {
        const char *payload;
        bool stays;
    } rows[] = {
        {"{\"who\":\"[pseudonym 0123456789abcdef]\"}", true},
        {"{\"who\":\"[redacted]\",\"a\":[\"[redacted]\"]}", true},
        {"{\"who\":\"[withheld]\"}", true},
        {"{\"a\":\"[pseudonym 0123456789abcdef]\"}", true},
        {"{\"who\":\"[pseudonym 0123456789abcdeF]\"}", false},
        {"{\"who\":\"[pseudonym 0123456789abcdef]x\"}", false},
        {"{\"who\":\"[pseudonym 0123456789abcde]\"}", false},
        {"{\"who\":[\"[redacted]\"]}", false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rec_redact *redact = NULL;
        struct td_event ev = {.form = TD_FORM_JSON,
                              .payload = td_text(rows[i].payload)};

        CU_ASSERT_EQUAL_FATAL(
            open_with_key(&redact,
                          "pseudonym who key\nregex redacted|[0-9a-f]{4}\n",
                          KEY_A, 0600, NULL),
            TD_OK);
        rec_redact_event(redact, &ev);
        CU_ASSERT_EQUAL(td_bytes_is(ev.payload, rows[i].payload),
                        rows[i].stays);
        CU_ASSERT_EQUAL(rec_redact_values(redact) == 0, rows[i].stays);
        rec_redact_close(redact);
    }
}

static void a_key_is_one_or_is_refused(void)
{
    static const struct {
        const char *rules;
        const char *key;
        mode_t mode;
        enum td_code code;
        const char *text;
    } rows[] = {
        {"pseudonym who key", KEY_A, 0600, TD_OK, ""},
        {"pseudonym  who \t key\t \n", KEY_A, 0600, TD_OK, ""},
        {"pseudonym who", KEY_A, 0600, TD_USAGE, "a name and the file"},
        {"pseudonym who ", KEY_A, 0600, TD_USAGE, "a name and the file"},
        {"pseudonym  key", KEY_A, 0600, TD_USAGE, "a name and the file"},
        {"pseudonym who other", KEY_A, 0600, TD_IO, "/other\": "},
        {"pseudonym who key", "short", 0600, TD_USAGE, "has 5 bytes"},
        {"pseudonym who key", KEY_A, 0640, TD_USAGE, "others may read"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rec_redact *redact = NULL;
        struct td_error err = {0};

        CU_ASSERT_EQUAL(open_with_key(&redact, rows[i].rules, rows[i].key,
                                      rows[i].mode, &err),
                        rows[i].code);
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, rows[i].text));
        rec_redact_close(redact);
    }
}

/* What came out of the stage: the pieces, joined, and how many. */
struct joined {
    struct td_buf text;
    struct td_json_doc doc;
    unsigned pieces;
};

static enum td_code join(void *self, const struct td_event *ev,
                         struct td_error *err)
{
    struct joined *joined = self;
    uint32_t at;

    (void)err;
    CU_ASSERT_EQUAL_FATAL(
        td_json_parse(&joined->doc, ev->payload, TD_JSON_DEPTH, NULL), TD_OK);
    at = td_json_pointer(&joined->doc, 0, "/t");
    CU_ASSERT_NOT_EQUAL_FATAL(at, UINT32_MAX);
    CU_ASSERT_EQUAL(
        td_json_unescape(&joined->text, td_json_inner(&joined->doc, at)),
        TD_OK);
    joined->pieces++;
    return TD_OK;
}

/* A text in pieces that end at two places, redacted; how many values of it. */
static uint64_t join_pieces(struct joined *joined, const char *text, size_t a,
                            size_t b)
{
    const size_t ends[] = {0, a, b, strlen(text)};
    struct rec_redact *redact = NULL;
    struct td_sink sink;
    uint64_t values;

    td_buf_clear(&joined->text);
    joined->pieces = 0;
    CU_ASSERT_EQUAL_FATAL(open_with_key(&redact,
                                        "stream /t\npseudonym who key\n", KEY_A,
                                        0600, NULL),
                          TD_OK);
    sink =
        rec_redact_sink(redact, (struct td_sink){.put = join, .self = joined});
    for (unsigned i = 0; i < 3; i++) {
        struct td_buf json = {0};
        struct td_event ev = {
            .conn = 1, .dir = TD_DIR_OUT, .form = TD_FORM_JSON};

        (void)td_buf_add_text(&json, "{\"t\":\"");
        (void)td_json_escape(&json,
                             td_bytes(text + ends[i], ends[i + 1] - ends[i]));
        (void)td_buf_add_text(&json, "\"}");
        ev.payload = td_buf_bytes(&json);
        CU_ASSERT_EQUAL(td_sink_put(sink, &ev, NULL), TD_OK);
        td_buf_release(&json);
    }
    CU_ASSERT_EQUAL(rec_redact_finish(redact, NULL), TD_OK);
    CU_ASSERT_EQUAL(joined->pieces, 3);
    values = rec_redact_values(redact);
    rec_redact_close(redact);
    return values;
}

/* However it is cut: each piece that had some of the value has the stand-in
 * that the value has everywhere, and what is redacted again stays.
 */
static void a_value_in_pieces_has_the_same_stand_in(void)
{
    static const char *const texts[] = {"{\"who\": \"e\\u0076e\", \"n\":1}",
                                        "{\"n\":1,\"who\":[2,\"x\"]}"};
    static const char *const alone[] = {"{\"who\":\"eve\"}",
                                        "{\"who\":[2,\"x\"]}"};
    struct joined joined = {.pieces = 0};
    char wanted[32];

    for (size_t i = 0; i < 2; i++) {
        size_t len = strlen(texts[i]);

        stand_in_of(wanted, KEY_A, alone[i]);
        wanted[29] = '\0'; /* without its quotes */
        for (size_t a = 0; a <= len; a++)
            for (size_t b = a; b <= len; b++) {
                struct td_buf again = {0};

                CU_ASSERT_EQUAL(join_pieces(&joined, texts[i], a, b), 1);
                CU_ASSERT_PTR_NOT_NULL_FATAL(
                    strstr(td_buf_str(&joined.text), wanted + 1));
                CU_ASSERT_PTR_NULL(strstr(td_buf_str(&joined.text), "u0076"));
                CU_ASSERT_PTR_NULL(strstr(td_buf_str(&joined.text), "x\""));
                CU_ASSERT_PTR_NULL(
                    strstr(td_buf_str(&joined.text), "redacted"));
                (void)td_buf_add_bytes(&again, td_buf_bytes(&joined.text));
                CU_ASSERT_EQUAL(join_pieces(&joined, td_buf_str(&again), 0, 0),
                                0);
                CU_ASSERT_STRING_EQUAL(td_buf_str(&joined.text),
                                       td_buf_str(&again));
                td_buf_release(&again);
            }
    }
    /* What breaks off in it is no value that could be known again. */
    (void)join_pieces(&joined, "{\"who\":\"ev", 3, 9);
    CU_ASSERT_PTR_NOT_NULL(strstr(td_buf_str(&joined.text), "[redacted]"));
    CU_ASSERT_PTR_NULL(strstr(td_buf_str(&joined.text), "ev"));
    td_buf_release(&joined.text);
    td_json_release(&joined.doc);
}

CU_TestInfo recorder_stand_in_tests[] = {
    {"a value in pieces has the same stand-in",
     a_value_in_pieces_has_the_same_stand_in},
    {"a stand-in is the same for the same value",
     a_stand_in_is_the_same_for_the_same_value},
    {"what stands in stays", what_stands_in_stays},
    {"a key is one or is refused", a_key_is_one_or_is_refused},
    CU_TEST_INFO_NULL,
};
