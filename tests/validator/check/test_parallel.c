/* Many threads say what one says: random tapes and lines, whole, torn and
 * broken, judged with one job and with several, must give the same verdict to
 * the last byte.
 */
#include "core/rand.h"
#include "reports/json.h"
#include "tape/ndjson.h"
#include "tape/writer.h"
#include "tests/suites.h"
#include "tests/support/tapes.h"
#include "validator/check/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 60
#define EVENTS 3000 /* of a tape at most: several batches */

static const char contract_text[] =
    "contract: 1\n"
    "stream: {data: /data}\n"
    "unknown: warn\n"
    "events:\n"
    "  a: {schema: {required: [n], properties: {n: {type: integer}}}}\n"
    "  b: {}\n"
    "  \"q\\\"uote\": {schema: {type: object}}\n"
    "rules:\n"
    "- {id: up, monotonic: a.n, mode: increasing, missing: skip}\n"
    "- {id: few, count: b, at_most: 40}\n"
    "- {id: ends, last: b}\n";

static const char schemas_only[] =
    "contract: 1\n"
    "stream: {data: /data}\n"
    "unknown: ignore\n"
    "events:\n"
    "  a: {schema: {required: [n], properties: {n: {type: integer}}}}\n"
    "  b: {}\n";

struct scene {
    struct td_rand rand;
    struct check_contract *contract;
    struct schema_set *schemas;
    struct td_jsonx schema_doc;
    struct check_options how;
};

static uint32_t below(struct scene *s, uint32_t n)
{
    uint32_t x;

    td_rand_bytes(&s->rand, &x, sizeof(x));
    return x % n;
}

static void set_up(struct scene *s, const char *contract)
{
    struct td_jsonx doc = {0};

    td_rand_seeded(&s->rand, 20);
    CU_ASSERT_EQUAL_FATAL(
        td_jsonx_parse(&doc, "c", TD_JSONX_YAML, td_text(contract), NULL),
        TD_OK);
    CU_ASSERT_EQUAL_FATAL(
        check_contract_compile(&s->contract, &doc, NULL, NULL), TD_OK);
    CU_ASSERT_EQUAL_FATAL(td_jsonx_parse(&s->schema_doc, "s", TD_JSONX_YAML,
                                         td_text("{required: [type]}"), NULL),
                          TD_OK);
    s->schemas = schema_set_new(NULL);
    CU_ASSERT_EQUAL_FATAL(
        schema_set_add(s->schemas, &s->schema_doc, 0, &s->how.root, NULL),
        TD_OK);
    s->how.contract = s->contract;
    s->how.schemas = s->schemas;
    s->how.max_findings = 50;
}

static void tear_down(struct scene *s)
{
    schema_set_free(s->schemas);
    check_contract_free(s->contract);
    td_jsonx_release(&s->schema_doc);
}

/* A message: mostly right, now and then wrong in one of many ways. */
static void add_message(struct scene *s, struct td_buf *out, uint32_t i)
{
    static const char *const odd[] = {
        "",
        "nope",
        "{\"type\":\"a\"}",
        "{\"type\":\"a\",\"data\":{\"n\":1.5}}",
        "{\"type\":\"a\",\"data\":{}}",
        "{\"type\":\"zzz\",\"data\":{\"n\":1}}",
        "{\"type\":\"q\\\"uote\",\"data\":7}",
        "[1,2,3]",
        "{\"type\":\"un\\u006bnown\",\"data\":{\"n\":1}}",
        "{\"data\":{\"n\":1}}",
    };
    uint32_t kind = below(s, 400);

    if (kind < sizeof(odd) / sizeof(odd[0]))
        (void)td_buf_add_text(out, odd[kind]);
    else if (kind == 399 && below(s, 8) == 0) /* larger than a batch */
        (void)td_buf_addf(out,
                          "{\"type\":\"a\",\"data\":{\"n\":%u},\"x\":\"%*d\"}",
                          i, 140000, 1);
    else
        (void)td_buf_addf(out, "{\"type\":\"%s\",\"data\":{\"n\":%u}}",
                          kind < 20 ? "b" : "a", kind == 21 ? 0 : i);
}

static void put(struct scene *s, struct tape_writer *w, uint32_t i)
{
    static const char *const names[] = {"",  "",          "a",
                                        "b", "q\\\"uote", "\\u0041b"};
    struct td_buf text = {0};
    struct td_event ev = {.at_ns = i, .conn = 1, .dir = TD_DIR_OUT};
    uint32_t kind = below(s, 300);

    add_message(s, &text, i);
    ev.payload = td_buf_bytes(&text);
    ev.name = td_text(names[below(s, 6)]);
    ev.form = td_json_fits_line(ev.payload) ? TD_FORM_JSON : TD_FORM_TEXT;
    if (kind == 0) {
        ev.kind = td_text(TD_KIND_LOST);
        ev.payload = td_text("{\"count\":3}");
        ev.form = TD_FORM_JSON;
        ev.name = td_text("");
    } else if (kind == 1) {
        ev.cut = 9;
    } else if (kind == 2) {
        ev.ack = td_text("7");
    }
    CU_ASSERT_EQUAL(tape_writer_put(w, &ev, NULL), TD_OK);
    td_buf_release(&text);
}

/* A tape of one or two segments, perhaps cut off, perhaps with a wrong bit. */
static void make_tape(struct scene *s, const char *path)
{
    uint32_t segments = 1 + (below(s, 4) == 0);
    struct td_buf file = {0};

    (void)remove(path);
    for (uint32_t segment = 0; segment < segments; segment++) {
        struct tape_options how = {.id = "t",
                                   .start_wall_ns = 1,
                                   .member_text = 1000 + below(s, 60000),
                                   .one_thread = true,
                                   .append = segment > 0};
        struct tape_writer *w;
        uint32_t count = below(s, EVENTS);

        CU_ASSERT_EQUAL_FATAL(tape_writer_open(&w, path, &how, NULL), TD_OK);
        for (uint32_t i = 0; i < count; i++)
            put(s, w, i);
        CU_ASSERT_EQUAL(tape_writer_close(w, TAPE_END_CLEAN, NULL, NULL),
                        TD_OK);
    }
    test_read_file(path, &file);
    if (below(s, 3) == 0)
        file.len = file.len / 2 + below(s, (uint32_t)file.len / 2);
    if (below(s, 3) == 0)
        file.ptr[below(s, (uint32_t)file.len)] ^= 4;
    test_write_file(path, td_buf_bytes(&file));
    td_buf_release(&file);
}

static void make_lines(struct scene *s, const char *path)
{
    struct td_buf file = {0};
    uint32_t count = 1 + below(s, EVENTS);

    for (uint32_t i = 0; i < count; i++) {
        add_message(s, &file, i);
        (void)td_buf_add_text(&file, below(s, 50) ? "\n" : "\r\n");
    }
    test_write_file(path, td_buf_bytes(&file));
    td_buf_release(&file);
}

static void feed_lines(struct check *check, const char *path)
{
    struct tape_input input;
    struct tape_ndjson *in;
    struct td_bytes line;
    uint64_t number = 0;

    CU_ASSERT_EQUAL_FATAL(tape_input_open(&input, path, NULL), TD_OK);
    in = tape_ndjson_new(&input);
    while (!tape_ndjson_next(in, &line, NULL))
        if (check_line(check, ++number, line))
            break;
    tape_ndjson_close(in);
}

static void feed_tape(struct check *check, const char *path)
{
    static const struct tape_read_options how = {0};
    struct tape_reader *reader = NULL;

    if (tape_reader_open(&reader, path, &how, NULL))
        return; /* no line of it is left */
    CU_ASSERT_EQUAL(check_tape(check, reader, NULL), TD_OK);
    tape_reader_close(reader);
}

/* The verdict on a file, as JSON. */
static void judge(struct scene *s, const char *path, bool lines, unsigned jobs,
                  struct td_buf *out)
{
    struct td_json_writer w;
    struct check *check;

    s->how.jobs = jobs;
    check = check_new(&s->how, "in");
    if (lines)
        feed_lines(check, path);
    else
        feed_tape(check, path);
    td_buf_clear(out);
    w = td_json_writer(out);
    report_json(&w, NULL, check_end(check));
    check_free(check);
}

static void compare(const char *contract, bool lines)
{
    const char *path = test_path(lines ? "many.ndjson" : "many.tape.gz");
    struct scene s = {0};
    struct td_buf one = {0};
    struct td_buf many = {0};

    set_up(&s, contract);
    for (unsigned round = 0; round < ROUNDS; round++) {
        if (lines)
            make_lines(&s, path);
        else
            make_tape(&s, path);
        s.how.fail_fast = round % 4 == 3;
        judge(&s, path, lines, 1, &one);
        judge(&s, path, lines, 2 + round % 6, &many);
        if (strcmp(td_buf_str(&one), td_buf_str(&many)) != 0)
            printf("\n    round %u:\n%s%s", round, td_buf_str(&one),
                   td_buf_str(&many));
        CU_ASSERT_STRING_EQUAL(td_buf_str(&one), td_buf_str(&many));
    }
    td_buf_release(&one);
    td_buf_release(&many);
    tear_down(&s);
}

static void tapes_are_judged_alike(void)
{
    compare(contract_text, false);
    compare(schemas_only, false);
}

static void lines_are_judged_alike(void)
{
    compare(contract_text, true);
    compare(schemas_only, true);
}

CU_TestInfo validator_check_parallel_tests[] = {
    {"tapes are judged alike", tapes_are_judged_alike},
    {"lines are judged alike", lines_are_judged_alike},
    CU_TEST_INFO_NULL,
};
