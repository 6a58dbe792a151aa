/* What is told of streams is what they are, in bounded room, whoever reads. */
#include "tests/suites.h"
#include "tests/support/tapes.h"
#include "validator/audit/remark.h"
#include "validator/audit/state.h"

#include <stdio.h>
#include <stdlib.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static void add(struct audit_profile *profile, uint32_t tape, uint64_t seq,
                const char *text)
{
    audit_profile_add(profile,
                      &(struct audit_message){.place = {tape, seq},
                                              .payload = td_text(text)});
}

static const struct audit_node *node_at(const struct audit_profile *profile,
                                        const char *event, const char *path)
{
    const struct audit_event *found = audit_profile_find(profile, event);
    const struct audit_node *node = found ? &found->root : NULL;
    char copy[256];
    char *rest = copy;

    (void)snprintf(copy, sizeof(copy), "%s", path);
    for (char *name = strtok_r(copy, "/", &rest); node && name;
         name = strtok_r(NULL, "/", &rest)) {
        if (strcmp(name, "[]") == 0)
            node = node->items;
        else if (strcmp(name, "{}") == 0)
            node = node->map;
        else
            node = audit_node_child(node, name);
    }
    return node;
}

static void fields_are_counted(void)
{
    struct audit_profile *profile = audit_profile_new(NULL);
    const struct audit_node *node;

    add(profile, 0, 1, "{\"type\":\"a\",\"x\":1,\"l\":[{\"k\":1},{}]}");
    add(profile, 0, 2, "{\"type\":\"a\",\"x\":1.5,\"l\":[],\"o\":null}");
    add(profile, 1, 3, "{\"type\":\"a\",\"x\":-20,\"\\u006c\":[{\"k\":2}]}");
    audit_profile_close(profile);
    node = node_at(profile, "a", "/x");
    CU_ASSERT_EQUAL_FATAL(node->all.count, 3);
    CU_ASSERT_EQUAL(node->types[AUDIT_INTEGER].count, 2);
    CU_ASSERT_EQUAL(node->types[AUDIT_NUMBER].count, 1);
    CU_ASSERT_EQUAL(node->values.min, -20);
    CU_ASSERT_EQUAL(node->values.max, 1.5);
    CU_ASSERT_TRUE(audit_node_is_required(node));
    CU_ASSERT_EQUAL(audit_seen_tapes(&node->all), 2);
    node = node_at(profile, "a", "/o");
    CU_ASSERT_FALSE(audit_node_is_required(node));
    CU_ASSERT_EQUAL(node->all.first.seq, 2);
    node = node_at(profile, "a", "/l");
    CU_ASSERT_EQUAL(node->items_least, 0);
    CU_ASSERT_EQUAL(node->items_most, 2);
    CU_ASSERT_EQUAL(node->items->all.count, 3);
    CU_ASSERT_EQUAL(node_at(profile, "a", "/l/[]/k")->all.count, 2);
    audit_profile_free(profile);
}

static void formats_need_all(void)
{
    static const struct {
        const char *one;
        const char *two;
        const char *format;
    } rows[] = {
        {"2025-01-01T00:00:00Z", "2025-01-01T00:00:00.5+02:00", "date-time"},
        {"2025-01-01T00:00:00", "2025-01-01 00:00:00.123",
         "date-time without zone"},
        {"2025-01-01T00:00:00Z", "soon", NULL},
        {"2025-01-01", "2025-12-31", "date"},
        {"f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
         "f81d4fae-7dec-11d0-a765-00a0c91e6bf7", "uuid"},
        {"https://a/b", "http://c", "uri"},
        {"task:1", "task:2", NULL},
        {"a@b.example", "c@d.example", "email"},
        {"10.0.0.1", "10.0.0.2", "ipv4"},
        {"", "", NULL},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct audit_profile *profile = audit_profile_new(NULL);
        char text[256];
        const char *format;

        (void)snprintf(text, sizeof(text), "{\"v\":\"%s\"}", rows[i].one);
        add(profile, 0, 1, text);
        (void)snprintf(text, sizeof(text), "{\"v\":\"%s\"}", rows[i].two);
        add(profile, 0, 2, text);
        audit_profile_close(profile);
        format = audit_values_format(&node_at(profile, "", "/v")->values);
        CU_ASSERT_EQUAL(!format, !rows[i].format);
        if (format && rows[i].format)
            CU_ASSERT_STRING_EQUAL(format, rows[i].format);
        audit_profile_free(profile);
    }
}

static void secrets_are_suspected(void)
{
    static const struct {
        const char *text;
        bool named;
        bool secret;
    } rows[] = {
        {"sk-abcdefghij0123456789", false, true},
        {"ghp_0123456789abcdefghij", false, true},
        {"AKIAIOSFODNN7EXAMPLE", false, true},
        {"correct horse battery", true, true},
        {"short", true, false},
        {"kT9xQ2mZr7LwPb4VnYc8HsJd", false, true},
        {"f81d4fae-7dec-11d0-a765-00a0c91e6bf6", false, false},
        {"0123456789abcdef0123456789abcdef01234567", false, false},
        {"src/components/Button.test.tsx", false, false},
        {"A sentence with Words and 12 numbers.", false, false},
    };

    for (size_t i = 0; i < ROWS(rows); i++)
        CU_ASSERT_EQUAL(audit_secret(rows[i].named, td_text(rows[i].text)) !=
                            NULL,
                        rows[i].secret);
}

/* Far more than there is room for, and what was left out is counted. */
static void room_is_bounded(void)
{
    struct audit_profile *profile = audit_profile_new(NULL);
    struct audit_left_out left;
    char text[128];

    for (int i = 0; i < 100000; i++) {
        (void)snprintf(text, sizeof(text),
                       "{\"type\":\"n%d\",\"a\":{\"k%d\":1,\"l%d\":[%d]}}", i,
                       i, i, i);
        add(profile, 0, (uint64_t)i + 1, text);
    }
    audit_profile_close(profile);
    left = audit_profile_left_out(profile);
    CU_ASSERT_EQUAL(audit_profile_events(profile), AUDIT_EVENTS_MAX);
    CU_ASSERT_EQUAL(left.messages, 100000 - AUDIT_EVENTS_MAX);
    CU_ASSERT(left.names > 80000 && left.names < 110000);
    CU_ASSERT(left.fields > 0);
    audit_profile_free(profile);
}

static void levels_are_bounded(void)
{
    struct audit_profile *profile = audit_profile_new(NULL);
    struct td_buf text = {0};

    for (int i = 0; i < 400; i++)
        (void)td_buf_add_byte(&text, '[');
    (void)td_buf_add_text(&text, "1,2");
    for (int i = 0; i < 400; i++)
        (void)td_buf_add_byte(&text, ']');
    add(profile, 0, 1, td_buf_str(&text));
    audit_profile_close(profile);
    CU_ASSERT_EQUAL(audit_profile_left_out(profile).deep, 1);
    audit_profile_free(profile);
    td_buf_release(&text);
}

static void keys_that_are_data_are_one_place(void)
{
    struct audit_profile *profile = audit_profile_new(NULL);
    const struct audit_node *map;
    char text[128];

    for (int i = 0; i < 5000; i++) {
        (void)snprintf(text, sizeof(text),
                       "{\"by\":{\"total\":%d,\"user-%d\":{\"n\":%d}}}", i, i,
                       i);
        add(profile, 0, (uint64_t)i + 1, text);
    }
    audit_profile_close(profile);
    map = node_at(profile, "", "/by/{}");
    CU_ASSERT_PTR_NOT_NULL_FATAL(map);
    CU_ASSERT_EQUAL(map->all.count, 5000);
    CU_ASSERT_EQUAL(node_at(profile, "", "/by/{}/n")->all.count, 5000);
    CU_ASSERT_EQUAL(node_at(profile, "", "/by/total")->all.count, 5000);
    CU_ASSERT_EQUAL(node_at(profile, "", "/by")->members, 1);
    audit_profile_free(profile);
}

static void recursion_is_one_place(void)
{
    struct audit_profile *profile = audit_profile_new(NULL);

    add(profile, 0, 1,
        "{\"c\":[{\"n\":1,\"c\":[{\"n\":2,\"c\":[{\"n\":3,\"c\":[]}]}]}]}");
    audit_profile_close(profile);
    CU_ASSERT_TRUE(node_at(profile, "", "/c/[]/c")->recursive);
    CU_ASSERT_EQUAL(node_at(profile, "", "/c/[]/c/[]/n")->all.count, 2);
    CU_ASSERT_PTR_NULL(node_at(profile, "", "/c/[]/c/[]/c"));
    audit_profile_free(profile);
}

/* The sketch is as near as it says. */
static void many_values_are_estimated(void)
{
    for (uint64_t n = 40; n <= 400000; n *= 10) {
        struct audit_profile *profile = audit_profile_new(NULL);
        char text[64];
        uint64_t told;

        for (uint64_t i = 0; i < n; i++) {
            (void)snprintf(text, sizeof(text), "{\"v\":\"%llu\"}",
                           (unsigned long long)i);
            add(profile, 0, i + 1, text);
        }
        audit_profile_close(profile);
        told = audit_values_distinct(&node_at(profile, "", "/v")->values);
        CU_ASSERT(told > n * 9 / 10 && told < n * 11 / 10);
        audit_profile_free(profile);
    }
}

/* What a page says is the same, however many read. */
static struct td_buf page_of(unsigned jobs, const char *const *paths,
                             uint32_t len)
{
    const struct audit_gather what = {
        .paths = paths, .paths_len = len, .jobs = jobs};
    struct audit_profile *profile = NULL;
    struct audit_tapes tapes = {0};
    struct audit_remarks remarks = {0};
    struct td_buf out = {0};
    struct td_error err = {0};

    CU_ASSERT_EQUAL_FATAL(audit_gather(&what, &profile, &tapes, &err), TD_OK);
    audit_remark(&remarks,
                 &(struct audit_sides){.profile = profile, .tapes = &tapes});
    for (uint32_t i = 0; i < remarks.len; i++)
        (void)td_buf_addf(&out, "%s %s %s %s %u %llu\n",
                          audit_remark_text(remarks.list[i].kind),
                          remarks.list[i].event, remarks.list[i].path,
                          remarks.list[i].text, remarks.list[i].place.tape,
                          (unsigned long long)remarks.list[i].place.seq);
    audit_remarks_release(&remarks);
    audit_profile_free(profile);
    audit_tapes_release(&tapes);
    return out;
}

static void threads_change_nothing(void)
{
    static const char *const files[] = {
        TD_SOURCE_DIR "/fixtures/execution/good/seed.ndjson",
        TD_SOURCE_DIR "/fixtures/execution/good/doc.ndjson",
        TD_SOURCE_DIR "/fixtures/execution/good/clean.ndjson",
        TD_SOURCE_DIR "/fixtures/tapes/node-test.tape.gz",
        TD_SOURCE_DIR "/fixtures/tapes/cargo-build.tape.gz",
        TD_SOURCE_DIR "/fixtures/tapes/chromium-devtools.tape.gz",
    };
    struct td_buf one = page_of(1, files, ROWS(files));

    CU_ASSERT(one.len > 100);
    for (unsigned jobs = 2; jobs <= 4; jobs++) {
        struct td_buf many = page_of(jobs, files, ROWS(files));

        CU_ASSERT_STRING_EQUAL(td_buf_str(&one), td_buf_str(&many));
        td_buf_release(&many);
    }
    td_buf_release(&one);
}

static enum td_code take_lines(struct audit_profile *profile,
                               struct audit_tapes *tapes, struct td_bytes text)
{
    struct audit_state_reader *r = audit_state_begin(profile, tapes);
    enum td_code code = TD_OK;

    while (text.len && !code) {
        size_t len =
            (size_t)((const uint8_t *)memchr(text.ptr, '\n', text.len) -
                     text.ptr);

        code = audit_state_take(r, td_bytes(text.ptr, len), NULL);
        text = td_bytes(text.ptr + len + 1, text.len - len - 1);
    }
    code = audit_state_end(r, code, NULL);
    audit_profile_close(profile);
    return code;
}

/* Fields of all kinds, members that are data, and more values than are told. */
static struct audit_profile *make_rich(void)
{
    struct audit_profile *profile = audit_profile_new(NULL);
    char text[160];

    add(profile, 0, 1,
        "{\"type\":\"a\",\"x\":1.25,\"l\":[[1],[]],\"t\":\"2026-01-01\","
        "\"o\":{\"o\":{\"o\":{\"o\":1}}},\"token\":\"sk-0123456789ab\"}");
    add(profile, 1, 2, "no JSON");
    add(profile, 1, 3, "{\"type\":\"a\\u0041\\n\",\"n\":1e999}");
    for (unsigned i = 0; i < 150; i++) {
        (void)snprintf(text, sizeof(text),
                       "{\"type\":\"m\",\"v\":\"v%u\",\"k\":{\"k%u\":null}}", i,
                       i);
        add(profile, i % 2, 4 + i, text);
    }
    audit_profile_close(profile);
    return profile;
}

static void a_state_is_read_as_it_was(void)
{
    struct audit_profile *one = make_rich();
    struct audit_profile *two = audit_profile_new(NULL);
    struct audit_tape list[2] = {{.path = "a", .messages = 76},
                                 {.path = "b",
                                  .messages = 77,
                                  .start_wall_ns = 1764453600000000000u,
                                  .is_tape = true}};
    const struct audit_tapes tapes = {list, 2};
    struct audit_tapes read = {.len = 0};
    struct td_buf first = {0};
    struct td_buf second = {0};

    audit_state_write(&first, one, &tapes);
    CU_ASSERT_EQUAL(take_lines(two, &read, td_buf_bytes(&first)), TD_OK);
    audit_state_write(&second, two, &read);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&first), td_buf_str(&second));
    /* Once more into the same: everything is there twice, on four tapes. */
    CU_ASSERT_EQUAL(take_lines(two, &read, td_buf_bytes(&first)), TD_OK);
    CU_ASSERT_EQUAL(read.len, 4);
    CU_ASSERT_EQUAL(audit_profile_messages(two), 306);
    CU_ASSERT_EQUAL(audit_seen_tapes(&node_at(two, "m", "/v")->all), 4);
    td_buf_release(&first);
    td_buf_release(&second);
    audit_tapes_release(&read);
    audit_profile_free(one);
    audit_profile_free(two);
}

static void a_state_that_cannot_be_is_refused(void)
{
#define HEAD                                                                   \
    "{\"audit\":1,\"messages\":1,\"left_out\":[0,0,0],\"tapes\":["             \
    "{\"path\":\"a\",\"messages\":1,\"start\":0,\"tape\":false}]}\n"
#define EVENT                                                                  \
    "{\"event\":\"e\",\"seen\":[1,0,1,0,1,[0,0]],\"bytes\":[1,1,0,1],"         \
    "\"plain\":0}\n"
    static const struct {
        const char *name;
        const char *text;
        enum td_code code;
    } rows[] = {
        {"whole", HEAD EVENT "{\"end\":2}\n", TD_OK},
        {"nothing", "", TD_FORMAT},
        {"no JSON", "no\n", TD_FORMAT},
        {"torn", HEAD EVENT, TD_FORMAT},
        {"a line is missing", HEAD "{\"end\":2}\n", TD_FORMAT},
        {"behind the last", HEAD "{\"end\":1}\n" EVENT, TD_FORMAT},
        {"a later version",
         "{\"audit\":2,\"messages\":0,\"left_out\":[0,0,0],\"tapes\":[]}\n",
         TD_FORMAT},
        {"a place without an event",
         HEAD "{\"depth\":0,\"seen\":[1,0,1,0,1,[0,0]],\"types\":{}}\n",
         TD_FORMAT},
        {"an event twice", HEAD EVENT EVENT "{\"end\":3}\n", TD_FORMAT},
        {"never seen",
         HEAD "{\"event\":\"e\",\"seen\":[0,0,1,0,1,[0,0]],\"bytes\":[1,1,0,1],"
              "\"plain\":0}\n",
         TD_FORMAT},
        {"another tape",
         HEAD "{\"event\":\"e\",\"seen\":[1,1,1,0,1,[0,0]],\"bytes\":[1,1,0,1],"
              "\"plain\":0}\n",
         TD_FORMAT},
        {"tapes without end",
         HEAD "{\"event\":\"e\",\"seen\":[1,0,1,0,1,[0,9]],\"bytes\":[1,1,0,1],"
              "\"plain\":0}\n",
         TD_FORMAT},
        {"too deep",
         HEAD EVENT "{\"depth\":1,\"name\":\"x\",\"seen\":[1,0,1,0,1,[0,0]],"
                    "\"types\":{}}\n",
         TD_FORMAT},
        {"a number that is too large",
         HEAD "{\"event\":\"e\",\"seen\":[18446744073709551615,0,1,0,1,[0,0]],"
              "\"bytes\":[1,1,0,1],\"plain\":0}\n",
         TD_FORMAT},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct audit_profile *profile = audit_profile_new(NULL);
        struct audit_tapes tapes = {.len = 0};
        enum td_code code = take_lines(profile, &tapes, td_text(rows[i].text));

        if (code != rows[i].code)
            printf("\n    row \"%s\": %s\n", rows[i].name, td_code_text(code));
        CU_ASSERT_EQUAL(code, rows[i].code);
        audit_tapes_release(&tapes);
        audit_profile_free(profile);
    }
#undef HEAD
#undef EVENT
}

CU_TestInfo validator_audit_profile_tests[] = {
    {"fields are counted", fields_are_counted},
    {"a format needs all texts", formats_need_all},
    {"secrets are suspected", secrets_are_suspected},
    {"room is bounded", room_is_bounded},
    {"levels are bounded", levels_are_bounded},
    {"keys that are data are one place", keys_that_are_data_are_one_place},
    {"recursion is one place", recursion_is_one_place},
    {"many values are estimated", many_values_are_estimated},
    {"threads change nothing", threads_change_nothing},
    {"a state is read as it was", a_state_is_read_as_it_was},
    {"a state that cannot be is refused", a_state_that_cannot_be_is_refused},
    CU_TEST_INFO_NULL,
};
