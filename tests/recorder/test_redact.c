/* What must not reach a tape does not, and the rest stays as it was. */
#include "core/b64.h"
#include "recorder/redact.h"
#include "recorder/redact_internal.h"
#include "tests/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define R REC_REDACTED

/* A file with these rules, opened. */
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

static const struct {
    const char *rules;
    enum td_form form;
    const char *payload;
    const char *out;
    uint64_t values;
} replaced[] = {
    {"key password\n", TD_FORM_JSON, "{\"a\":1.10,\"PassWord\":\"x\"}",
     "{\"a\":1.10,\"PassWord\":\"" R "\"}", 1},
    {"key password", TD_FORM_JSON,
     "[{\"password\":{\"a\":[1]},\"b\":-0},{\"password\":1}]",
     "[{\"password\":\"" R "\",\"b\":-0},{\"password\":\"" R "\"}]", 2},
    {"key p", TD_FORM_JSON, "{\"\\u0070\": \"x\" }",
     "{\"\\u0070\": \"" R "\" }", 1},
    {"key p", TD_FORM_JSON, "[\"p\",\"p\"]", "[\"p\",\"p\"]", 0},
    {"key p", TD_FORM_TEXT, " {\"p\":\r\n1}\n", " {\"p\":\r\n\"" R "\"}\n", 1},
    {"key p", TD_FORM_BYTES, "{\"p\":1}\n", "{\"p\":\"" R "\"}\n", 1},
    {"key p", TD_FORM_JSON, "{\"a\":\"{\\\"p\\\":1}\",\"b\":\"p\\n\"}",
     "{\"a\":\"" R "\",\"b\":\"p\\n\"}", 1},
    {"key p", TD_FORM_JSON, "[\"[\\\"{\\\\\\\"\\\\u0070\\\\\\\":1}\\\"]\"]",
     "[\"" R "\"]", 1},
    {"pointer /a/0/b", TD_FORM_JSON,
     "{\"a\":1,\"a\":[{\"b\":1,\"c\":2,\"b\":3}],\"a\":{\"0\":{\"\\u0062\":"
     "4}}}",
     "{\"a\":1,\"a\":[{\"b\":\"" R "\",\"c\":2,\"b\":\"" R
     "\"}],\"a\":{\"0\":{\"\\u0062\":\"" R "\"}}}",
     3},
    {"pointer /a~1b/~0", TD_FORM_JSON, "{\"a/b\":{\"~\":1}}",
     "{\"a/b\":{\"~\":\"" R "\"}}", 1},
    {"regex cret", TD_FORM_JSON, "[\"se\\u0063ret\",\"cret\\n\"]",
     "[\"" R "\",\"" R "\\n\"]", 2},
    {"pointer /1/t", TD_FORM_JSON, "[\"n\",{\"t\":1},{\"t\":2}]",
     "[\"n\",{\"t\":\"" R "\"},{\"t\":2}]", 1},
    {"pointer /a\npointer /a/b", TD_FORM_JSON, "{\"a\":{\"b\":1}}",
     "{\"a\":\"" R "\"}", 1},
    {"regex sk-[a-z0-9]+", TD_FORM_JSON, "{\"sk-a\":\"x sk-b1 sk-c\",\"n\":1}",
     "{\"" R "\":\"x " R " " R "\",\"n\":1}", 3},
    {"regex [0-9]{4}", TD_FORM_TEXT, "a 1234 b 12345", "a " R " b " R "5", 2},
    {"regex ^a", TD_FORM_TEXT, "aaa", R "aa", 1},
    {"regex x*", TD_FORM_TEXT, "abxxc", "ab" R "c", 1},
    {"regex |x", TD_FORM_TEXT, "axb", "a" R "b", 1},
    {"regex \\d{4}", TD_FORM_TEXT, "a 1234 b 12", "a " R " b 12", 1},
    {"regex Sk", TD_FORM_TEXT, "sk Sk", "sk " R, 1},
    {"regex (?<=pin=)\\w+", TD_FORM_TEXT, "pin=a1 pan=b pin=c",
     "pin=" R " pan=b pin=" R, 2},
    {"regex (?<!x)s", TD_FORM_JSON, "[\"s xs ss\"]", "[\"" R " xs " R R "\"]",
     3},
    {"regex (['\"])k\\1", TD_FORM_TEXT, "'k' 'k\" \"k\"", R " 'k\" " R, 2},
    {"regex \\p{Lu}+", TD_FORM_TEXT, "a\xC3\x89\xC3\x89 \xC3\xA9",
     "a" R " \xC3\xA9", 1},
    {"regex ^.$", TD_FORM_JSON, "[\"\xF0\x9F\x90\xB2\",\"ab\"]",
     "[\"" R "\",\"ab\"]", 1},
    {"regex \\u{1F432}", TD_FORM_JSON, "[\"a\\ud83d\\udc32\",\"b\"]",
     "[\"" R "\",\"b\"]", 1},
    {"regex k=[^ ]+", TD_FORM_BYTES, "\x01k=\xffs\xC3 k=x\xff", "\x01" R " " R,
     2},
    {"regex (?<=pin *= *)\\w+", TD_FORM_TEXT, "pin  = a1 pan=b pin=c",
     "pin  = " R " pan=b pin=" R, 2},
    {"regex (?<=k)a\nregex b$", TD_FORM_TEXT, "kab", "k" R R, 2},
    {"regex n", TD_FORM_JSON, "{\"a\":\"b\\nc\"}", "\"" R "\"", 1},
    {"regex secret", TD_FORM_BYTES, "\x01secret\xff", "\x01" R "\xff", 1},
    {"key  \tp \t\r\n", TD_FORM_JSON, "{\"p\":1}", "{\"p\":\"" R "\"}", 1},
    {"key my  name", TD_FORM_JSON, "{\"my  name\":1}",
     "{\"my  name\":\"" R "\"}", 1},
    {"pointer  /p ", TD_FORM_JSON, "{\"p\":1}", "{\"p\":\"" R "\"}", 1},
    {"regex  b ", TD_FORM_TEXT, "ab b", "ab b", 0},
    {"# a comment\n\nkey a\r\nregex b", TD_FORM_JSON, "{\"a\":1,\"c\":\"b\"}",
     "{\"a\":\"" R "\",\"c\":\"" R "\"}", 2},
};

/* Whether the report says that rules have changed so many events. */
static bool counts_events(const struct rec_redact *redact, unsigned events)
{
    struct td_buf report = {0};
    char said[32];
    bool good;

    (void)snprintf(said, sizeof(said), "\"events\":%u,", events);
    rec_redact_report(redact, &report);
    good = strstr(td_buf_str(&report), said) != NULL;
    td_buf_release(&report);
    return good;
}

static void rules_replace_what_they_name(void)
{
    for (size_t i = 0; i < sizeof(replaced) / sizeof(replaced[0]); i++) {
        struct rec_redact *redact = with_rules(replaced[i].rules);
        struct td_event ev = {.form = replaced[i].form,
                              .payload = td_text(replaced[i].payload)};

        rec_redact_event(redact, &ev);
        if (!td_bytes_is(ev.payload, replaced[i].out))
            printf("\n    row %zu: %.*s\n", i, (int)ev.payload.len,
                   (const char *)ev.payload.ptr);
        CU_ASSERT_TRUE(td_bytes_is(ev.payload, replaced[i].out));
        CU_ASSERT_EQUAL(rec_redact_values(redact), replaced[i].values);
        CU_ASSERT_TRUE(counts_events(redact, replaced[i].values != 0));
        rec_redact_close(redact);
    }
}

/* Where a rule cannot look, nothing is kept; where there is nothing to look
 * for, all is.
 */
static void what_rules_cannot_look_into_is_withheld(void)
{
    static const struct {
        const char *rules;
        enum td_form form;
        const char *payload;
        bool withheld;
    } rows[] = {
        {"key p", TD_FORM_TEXT, "{\"p\":1", true},
        {"key p", TD_FORM_TEXT, "{\"p\":1}{\"p\":1}", true},
        {"key p", TD_FORM_TEXT, "word\":\"x\"}", true},
        {"key p", TD_FORM_TEXT, "123}", true},
        {"key p", TD_FORM_TEXT, "data: {\"p\":1}", true},
        {"key p", TD_FORM_BYTES, "{\"p\":1,\"b\":\"\xff\"}", true},
        {"key p", TD_FORM_TEXT, "\xef\xbb\xbf{\"p\":1}", true},
        {"key p", TD_FORM_TEXT, "[12:00] \x1b[1mINFO\x1b[0m: p=1", true},
        {"key p", TD_FORM_TEXT, "p", false},
        {"key p", TD_FORM_TEXT, "", false},
        {"key p", TD_FORM_TEXT, " \r\n", false},
        {"key p", TD_FORM_TEXT, "1 2", false},
        {"key pass", TD_FORM_BYTES, "\x81\xa4Pass\x01\xff", true},
        {"key pass", TD_FORM_BYTES, "\x81\xa4pa\x01\"{}[]\xff", false},
        {"key pass", TD_FORM_BYTES, "\xff\xfe{\x01\xff", true},
        {"key pass", TD_FORM_TEXT, "pass=S&a=1", true},
        {"key pass", TD_FORM_TEXT, "a=1&PASS=S", true},
        {"key pass", TD_FORM_TEXT, "a=1&%70ass=S", true},
        {"key pass", TD_FORM_TEXT, "u%5Bpass%5D=S", true},
        {"key pass", TD_FORM_TEXT, "a=pass&passed=1", false},
        {"key pass", TD_FORM_TEXT, "at 12:00 pass=1", true},
        {"key pass", TD_FORM_TEXT, "pass: S", true},
        {"key pass", TD_FORM_TEXT, "user: u\n  Pass \t: S\n", true},
        {"key pass", TD_FORM_TEXT, "<u><pass>S</pass></u>", true},
        {"key pass", TD_FORM_TEXT, "- pass:\n    S", true},
        {"key pass", TD_FORM_TEXT, "a pass was made", false},
        {"key pass", TD_FORM_TEXT, "a pass", false},
        {"key pass", TD_FORM_TEXT, "bypass: yes, by-pass=1, passed: 1", false},
        {"pointer /a/pass", TD_FORM_TEXT, "pass: S", false},
        {"key pass", TD_FORM_TEXT,
         "--b\r\nContent-Disposition: Form-Data; name=pass\r\n\r\nS", true},
        {"key pass", TD_FORM_TEXT,
         "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nS", false},
        {"key pass", TD_FORM_TEXT, "form-data; name*=''p%61ss\r\n\r\nS", true},
        {"key pass", TD_FORM_TEXT, "form-data; name=a; filename*=''x\r\n",
         false},
        {"pointer /0", TD_FORM_TEXT, "1,2]", true},
        {"pointer /0", TD_FORM_TEXT, "1,2", false},
        {"regex s1", TD_FORM_TEXT, "{\"a\":\"s\\u0031\"", true},
        {"regex s1", TD_FORM_TEXT, "{\"a\":\"s\\u0032\"", false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rec_redact *redact = with_rules(rows[i].rules);
        struct td_event ev = {.form = rows[i].form,
                              .payload = td_text(rows[i].payload)};

        rec_redact_event(redact, &ev);
        if (!td_bytes_is(ev.payload,
                         rows[i].withheld ? REC_WITHHELD : rows[i].payload))
            printf("\n    row %zu: %.*s\n", i, (int)ev.payload.len,
                   (const char *)ev.payload.ptr);
        CU_ASSERT_TRUE(td_bytes_is(
            ev.payload, rows[i].withheld ? REC_WITHHELD : rows[i].payload));
        CU_ASSERT_EQUAL(rec_redact_withheld(redact), rows[i].withheld);
        CU_ASSERT_TRUE(counts_events(redact, 0));
        rec_redact_close(redact);
    }
}

static void what_was_withheld_is_not_again(void)
{
    struct rec_redact *redact = with_rules("pointer /0\nregex [a-z]+\n");
    struct td_event ev = {.form = TD_FORM_TEXT,
                          .payload = td_text(REC_WITHHELD),
                          .name = td_text(REC_WITHHELD),
                          .att = td_text("[\"W3dpdGhoZWxkXQ==\"]")};

    rec_redact_event(redact, &ev);
    CU_ASSERT(td_bytes_is(ev.payload, REC_WITHHELD));
    CU_ASSERT(td_bytes_is(ev.name, REC_WITHHELD));
    CU_ASSERT(td_bytes_is(ev.att, "[\"W3dpdGhoZWxkXQ==\"]"));
    CU_ASSERT_EQUAL(rec_redact_withheld(redact), 0);
    CU_ASSERT_EQUAL(rec_redact_values(redact), 0);
    rec_redact_close(redact);
}

static void names_ids_and_attachments_are_looked_at(void)
{
    static const char rules[] = "key p\npointer /0\nregex s[0-9]+\n";
    static const char payload[] = "[\"hello\",{\"t\":\"x s1\"}]";
    struct rec_redact *redact = with_rules(rules);
    struct td_event ev = {.form = TD_FORM_JSON,
                          .payload = td_text(payload),
                          .name = td_bytes(payload + 2, 5),
                          .id = td_text("\"s22\""),
                          .ns = td_text("/a?b=s3"),
                          /* {"p":1}  none  a s4 */
                          .att = td_text("[\"eyJwIjoxfQ==\",\"bm9uZQ==\","
                                         "\"YSBzNA==\"]")};

    rec_redact_event(redact, &ev);
    CU_ASSERT(td_bytes_is(ev.payload, "[\"" R "\",{\"t\":\"x " R "\"}]"));
    CU_ASSERT(td_bytes_is(ev.name, R));
    CU_ASSERT(td_bytes_is(ev.id, "\"" R "\""));
    CU_ASSERT(td_bytes_is(ev.ns, "/a?b=" R));
    CU_ASSERT(td_bytes_is(ev.att, "[\"W3dpdGhoZWxkXQ==\",\"bm9uZQ==\","
                                  "\"W3dpdGhoZWxkXQ==\"]"));
    CU_ASSERT_EQUAL(rec_redact_withheld(redact), 2);
    /* A name that came from elsewhere, as from another tape. */
    ev = (struct td_event){.form = TD_FORM_TEXT,
                           .payload = td_text("2/,[\"s5 x\"]"),
                           .name = td_text("s5 x")};
    rec_redact_event(redact, &ev);
    CU_ASSERT(td_bytes_is(ev.payload, "2/,[\"" R "\"]"));
    CU_ASSERT(td_bytes_is(ev.name, R));
    rec_redact_close(redact);
}

static void bytes_that_broke_the_protocol_are_withheld(void)
{
    struct rec_redact *redact = with_rules("key p\n");
    /* \x81 \x05 "p":1 */
    struct td_event ev = {.form = TD_FORM_JSON,
                          .kind = td_text(TD_KIND_BAD),
                          .payload = td_text("{\"why\":\"x\",\"bytes\":7,"
                                             "\"b64\":\"gQUicCI6MQ==\"}")};

    rec_redact_event(redact, &ev);
    CU_ASSERT(td_bytes_is(ev.payload, "{\"why\":\"x\",\"bytes\":7,"
                                      "\"b64\":\"W3dpdGhoZWxkXQ==\"}"));
    CU_ASSERT_EQUAL(rec_redact_withheld(redact), 1);
    rec_redact_close(redact);
}

/* Also where no rule asks for it: a broken head has fields all the same. */
static void a_broken_head_tells_no_secret(void)
{
    static const struct {
        const char *bytes;
        bool withheld;
    } rows[] = {
        {"GET / HTTP/1.1\nHost: x\n\n", false},
        {"GET /?a=1&page=2 HTTP/1.1\nAccept: */*\n\n", false},
        {"GET / HTTP/1.1\nAuthorization: Bearer x\n\n", true},
        {"GET / HTTP/1.1\r\nproxy-authorization \t: x\r\n", true},
        {"GET / HTTP/1.1\r\nCOOKIE:a=b\r\n", true},
        {"HTTP/9 200\r\nset-cookie: a=b\r\n", true},
        {"GET /?a=1&api%5Fkey=x HTTP/1.1\n", true},
        {"code 7", false},
        {"{\"pwd\":\"S\"}", true},
        {"{'api_key' : 'S'}", true},
        {"{\\\"pin\\\":\\\"S\\\"}", true},
        {"{\"p\\u0077d\":\"S\"}", true},
        {"{\"page\":\"2\",\"a\":\"key\"}", false},
        {"name=\"token\"\r\n\r\nS", true},
        {"name*0*=UTF-8'en'p%61ssword; x", true},
        {"name*=UTF-8''passing's", false},
        {"Sec-WebSocket-Protocol: a, S", true},
        {"GET http://u:S@h/ HTTP/1.1\r\n", true},
        {"GET http://h/ HTTP/1.1\r\nFrom: a@b\r\n", false},
    };
    struct rec_redact *redact = NULL;

    CU_ASSERT_EQUAL_FATAL(rec_redact_open(&redact, NULL, NULL), TD_OK);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_event ev = {.form = TD_FORM_JSON,
                              .kind = td_text(TD_KIND_BAD)};
        struct td_buf json = {0};

        (void)td_buf_add_text(&json, "{\"why\":\"x\",\"b64\":\"");
        CU_ASSERT_EQUAL(td_b64_encode(&json, td_text(rows[i].bytes)), TD_OK);
        (void)td_buf_add_text(&json, "\"}");
        ev.payload = td_buf_bytes(&json);
        rec_redact_event(redact, &ev);
        CU_ASSERT_EQUAL(
            td_bytes_is(ev.payload,
                        "{\"why\":\"x\",\"b64\":\"W3dpdGhoZWxkXQ==\"}"),
            rows[i].withheld);
        td_buf_release(&json);
    }
    rec_redact_close(redact);
}

/* Nor where zeroes stand between its letters. */
static void bytes_without_zeroes_tell_no_secret(void)
{
    static const char wide[] = "\0p\0w\0d\0:\0S";
    static const char within[] = "X-Tok\0en: S";
    struct rec_redact *redact = NULL;
    struct td_buf b64 = {0};

    CU_ASSERT_EQUAL_FATAL(rec_redact_open(&redact, NULL, NULL), TD_OK);
    CU_ASSERT_EQUAL(td_b64_encode(&b64, td_bytes(wide, sizeof(wide) - 1)),
                    TD_OK);
    CU_ASSERT_TRUE(redact_names_secret(redact, td_buf_bytes(&b64)));
    td_buf_clear(&b64);
    CU_ASSERT_EQUAL(td_b64_encode(&b64, td_bytes(within, sizeof(within) - 1)),
                    TD_OK);
    CU_ASSERT_TRUE(redact_names_secret(redact, td_buf_bytes(&b64)));
    td_buf_release(&b64);
    rec_redact_close(redact);
}

static void more_matches_than_are_looked_for_leave_nothing(void)
{
    struct rec_redact *redact = with_rules("regex s\n");
    struct td_buf text = {0};
    struct td_event ev = {.form = TD_FORM_TEXT};

    for (int i = 0; i < REC_REDACT_MATCHES + 10; i++)
        td_buf_add_text(&text, "s ");
    ev.payload = td_buf_bytes(&text);
    rec_redact_event(redact, &ev);
    CU_ASSERT_PTR_NULL(memchr(ev.payload.ptr, 's', ev.payload.len));
    td_buf_release(&text);
    rec_redact_close(redact);
}

#define AS "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"

/* Where an expression gives up what it was asked about is withheld, and counted
 * once, with the name that might be in it.
 */
static void what_takes_too_many_steps_is_withheld(void)
{
    static const struct {
        enum td_form form;
        const char *kind;
        const char *payload;
        const char *name;
        const char *ns;
        uint64_t withheld;
        bool goes; /* the payload */
        bool name_goes;
    } rows[] = {
        {TD_FORM_TEXT, "", AS, "", "", 1, true, false},
        {TD_FORM_TEXT, "", "plain", "n", "/x", 0, false, false},
        {TD_FORM_BYTES, "", "\x01" AS "\xff", "", "", 1, true, false},
        {TD_FORM_JSON, "", "[\"x\",\"" AS "\",\"" AS "\"]", "", "", 1, true,
         false},
        {TD_FORM_JSON, "", "{\"" AS "\":1,\"type\":\"n\"}", "n", "", 1, true,
         true},
        {TD_FORM_JSON, "", "[\"" AS "\\n\"]", "", "", 1, true, false},
        {TD_FORM_JSON, "", "[\"\\u0061" AS "\"]", "", "", 1, true, false},
        {TD_FORM_JSON, TD_KIND_OPEN, "{\"url\":\"" AS "\"}", "", "", 1, true,
         false},
        {TD_FORM_TEXT, "", "x", AS, "", 1, false, true},
        {TD_FORM_TEXT, "", "x", "n", "/" AS, 1, false, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rec_redact *redact = with_rules("key k\nregex (a+)+$\nregex zz");
        struct td_event ev = {.form = rows[i].form,
                              .kind = td_text(rows[i].kind),
                              .payload = td_text(rows[i].payload),
                              .name = td_text(rows[i].name),
                              .ns = td_text(rows[i].ns)};

        rec_redact_event(redact, &ev);
        CU_ASSERT(td_bytes_is(ev.payload,
                              rows[i].goes ? REC_WITHHELD : rows[i].payload));
        CU_ASSERT(td_bytes_is(ev.name,
                              rows[i].name_goes ? REC_WITHHELD : rows[i].name));
        CU_ASSERT_PTR_NULL(memmem(ev.ns.ptr, ev.ns.len, "aaa", 3));
        if (rec_redact_withheld(redact) != rows[i].withheld)
            printf("\n    row %zu: %.*s\n", i, (int)ev.payload.len,
                   (const char *)ev.payload.ptr);
        CU_ASSERT_EQUAL(rec_redact_withheld(redact), rows[i].withheld);
        CU_ASSERT_EQUAL(rec_redact_values(redact), 0);
        rec_redact_close(redact);
    }
}

/* Thousands of texts that each take all steps are one look, not thousands. */
static void giving_up_once_is_enough_for_an_event(void)
{
    struct rec_redact *redact = with_rules("regex (a+)+$\n");
    struct td_buf json = {0};
    struct td_buf att = {0};
    struct td_event ev = {.form = TD_FORM_JSON};
    clock_t begin = clock();

    for (int i = 0; i < 20000; i++) {
        td_buf_add_text(&json, i ? ",\"" AS "\"" : "[\"" AS "\"");
        td_buf_add_text(&att, i ? ",\"" : "[\"");
        td_b64_encode(&att, td_text(AS));
        td_buf_add_byte(&att, '"');
    }
    td_buf_add_byte(&json, ']');
    td_buf_add_byte(&att, ']');
    ev.payload = td_buf_bytes(&json);
    ev.att = td_buf_bytes(&att);
    rec_redact_event(redact, &ev);
    CU_ASSERT(td_bytes_is(ev.payload, REC_WITHHELD));
    CU_ASSERT_PTR_NULL(memmem(ev.att.ptr, ev.att.len, "YWFh", 4));
    CU_ASSERT_EQUAL(rec_redact_withheld(redact), 20001);
    CU_ASSERT(clock() - begin < (clock_t)10 * CLOCKS_PER_SEC);
    td_buf_release(&json);
    td_buf_release(&att);
    rec_redact_close(redact);
}

static void an_error_that_cannot_be_looked_into_is_withheld(void)
{
    struct rec_redact *redact = with_rules("regex (a+)+$\n");
    struct td_error err = {0};

    td_error_set(&err, TD_PROTOCOL, "x", 0, "the peer said " AS);
    rec_redact_error(redact, &err);
    CU_ASSERT_STRING_EQUAL(err.text, REC_WITHHELD);
    rec_redact_close(redact);
}

static void event_payload_of_a_connection_are_always_clean(void)
{
    static const char *const kinds[] = {TD_KIND_OPEN, "connect"};
    static const struct {
        const char *payload;
        const char *out;
    } rows[] = {
        {"{\"sid\":\"a\",\"pid\":\"b\",\"ping_interval_ms\":25000}",
         "{\"sid\":\"" R "\",\"pid\":\"" R "\",\"ping_interval_ms\":25000}"},
        {"{\"url\":\"ws://u:p@h/?token=x\",\"status\":101}",
         "{\"url\":\"ws://h/?token=***\",\"status\":101}"},
        {"{\"headers\":{\"Set-Cookie\":\"a=b\",\"Server\":\"x\"}}",
         "{\"headers\":{\"Set-Cookie\":\"" R "\",\"Server\":\"x\"}}"},
        {"{\"auth\":{\"user\":\"a\"},\"sid\":\"b\"}",
         "{\"auth\":\"" R "\",\"sid\":\"" R "\"}"},
    };
    struct rec_redact *redact = NULL;

    CU_ASSERT_EQUAL_FATAL(rec_redact_open(&redact, NULL, NULL), TD_OK);
    for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
        const char *payload = rows[i / 2].payload;
        struct td_event ev = {.form = TD_FORM_JSON,
                              .payload = td_text(payload)};

        rec_redact_event(redact, &ev);
        CU_ASSERT_TRUE(td_bytes_is(ev.payload, payload));
        ev.kind = td_text(kinds[i % 2]);
        rec_redact_event(redact, &ev);
        if (!td_bytes_is(ev.payload, rows[i / 2].out))
            printf("\n    row %zu: %.*s\n", i, (int)ev.payload.len,
                   (const char *)ev.payload.ptr);
        CU_ASSERT_TRUE(td_bytes_is(ev.payload, rows[i / 2].out));
    }
    CU_ASSERT_EQUAL(rec_redact_values(redact), 0);
    rec_redact_close(redact);
}

static void event_payload_that_are_no_json_are_replaced_whole(void)
{
    struct rec_redact *redact = NULL;
    struct td_event ev = {.kind = td_text("connect"),
                          .form = TD_FORM_TEXT,
                          .payload = td_text("0 {\"sid\":\"abc\"")};

    CU_ASSERT_EQUAL_FATAL(rec_redact_open(&redact, NULL, NULL), TD_OK);
    rec_redact_event(redact, &ev);
    CU_ASSERT_TRUE(td_bytes_is(ev.payload, R));
    ev.payload = td_text("0 {\"sid\":\"abc\"}\n");
    rec_redact_event(redact, &ev);
    CU_ASSERT_TRUE(td_bytes_is(ev.payload, "0 {\"sid\":\"" R "\"}\n"));
    ev.kind = td_text("connect_error");
    ev.payload = td_text("4{ }");
    rec_redact_event(redact, &ev);
    CU_ASSERT_TRUE(td_bytes_is(ev.payload, "4{ }"));
    rec_redact_close(redact);
}

static void policy_and_report_name_rules_and_counts(void)
{
    struct rec_redact *redact =
        with_rules("key a\"b\n# x\npointer /p\nregex s[0-9]\n");
    struct td_event ev = {.form = TD_FORM_JSON,
                          .payload = td_text("{\"p\":1,\"q\":\"s1 s2\"}")};
    struct td_buf out = {0};

    rec_redact_policy(redact, &out);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&out),
                           "{\"mark\":\"" R "\",\"withheld\":\"" REC_WITHHELD
                           "\",\"rules\":[\"key a\\\"b\","
                           "\"pointer /p\",\"regex in line 4\"]}");
    rec_redact_event(redact, &ev);
    td_buf_clear(&out);
    rec_redact_report(redact, &out);
    CU_ASSERT_STRING_EQUAL(
        td_buf_str(&out),
        "{\"values\":3,\"events\":1,\"withheld\":0,\"rules\":[0,1,2]}");
    td_buf_release(&out);
    rec_redact_close(redact);
}

static void bad_rules_are_refused_with_their_line(void)
{
    static const struct {
        const char *rules;
        const char *where;
    } rows[] = {
        {"key a\npassword\n", "f:2:1"},
        {"pointer a", "f:1:9"},
        {"\n\nregex (", "f:3:7"},
        {"regex a\r\nregex ab**", "f:2:10"},
        {"regex x[[:digit:]]", "f:1:9"},
        {"regex (?<=(?<=c*)a*)b", "f:1:7"},
        {"key ", "f:1:1"},
        {"key  \t", "f:1:1"},
        {"pointer   ", "f:1:1"},
        {"pointer \t a", "f:1:11"},
        {"keya", "f:1:1"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rec_rules rules = {0};
        struct td_error err = {0};

        CU_ASSERT_EQUAL(
            rec_rules_parse(&rules, td_text(rows[i].rules), "f", &err),
            TD_USAGE);
        CU_ASSERT_STRING_EQUAL(err.where, rows[i].where);
        rec_rules_release(&rules);
    }
}

CU_TestInfo recorder_redact_tests[] = {
    {"rules replace what they name", rules_replace_what_they_name},
    {"what rules cannot look into is withheld",
     what_rules_cannot_look_into_is_withheld},
    {"what was withheld is not again", what_was_withheld_is_not_again},
    {"names, ids and attachments are looked at",
     names_ids_and_attachments_are_looked_at},
    {"bytes that broke the protocol are withheld",
     bytes_that_broke_the_protocol_are_withheld},
    {"a broken head tells no secret", a_broken_head_tells_no_secret},
    {"bytes without zeroes tell no secret",
     bytes_without_zeroes_tell_no_secret},
    {"more matches than are looked for leave nothing",
     more_matches_than_are_looked_for_leave_nothing},
    {"what takes too many steps is withheld",
     what_takes_too_many_steps_is_withheld},
    {"giving up once is enough for an event",
     giving_up_once_is_enough_for_an_event},
    {"an error that cannot be looked into is withheld",
     an_error_that_cannot_be_looked_into_is_withheld},
    {"facts of a connection are always clean",
     event_payload_of_a_connection_are_always_clean},
    {"facts that are no JSON are replaced whole",
     event_payload_that_are_no_json_are_replaced_whole},
    {"policy and report name rules and counts",
     policy_and_report_name_rules_and_counts},
    {"bad rules are refused with their line",
     bad_rules_are_refused_with_their_line},
    CU_TEST_INFO_NULL,
};
