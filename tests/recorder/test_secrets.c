/* A secret under a rule does not reach a tape in any form of payload, on any
 * way to it. What is random comes from a fixed seed.
 */
#include "core/b64.h"
#include "core/payload.h"
#include "recorder/event_name.h"
#include "recorder/redact.h"
#include "tape/line.h"
#include "tests/suites.h"
#include "tests/support/secrets.h"
#include "wire/event/control_payload.h"
#include "wire/framing/line_splitter.h"
#include "wire/sio/packet.h"
#include "wire/sse/sse.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CASES 100000

/* The recorder's way from an event to a line. */
struct way {
    struct td_rand rand;
    struct rec_redact *redact[SECRET_RULES];
    struct rec_event_name namer;
    enum secret_rule rule;
    bool over_a_tape; /* first onto one without redaction */
    struct td_buf line;
    struct td_buf first;
    struct td_buf scratch;
    struct td_buf wire; /* what the transport carried, for the report */
    unsigned events;
    unsigned leaks;
};

static struct rec_redact *with_rule(const char *rule)
{
    char path[] = "/tmp/td_secrets_XXXXXX";
    struct rec_redact *redact = NULL;
    int fd = mkstemp(path);

    CU_ASSERT_FATAL(fd >= 0);
    CU_ASSERT_EQUAL(write(fd, rule, strlen(rule)), (ssize_t)strlen(rule));
    (void)close(fd);
    CU_ASSERT_EQUAL_FATAL(rec_redact_open(&redact, path, NULL), TD_OK);
    (void)unlink(path);
    return redact;
}

static void open_way(struct way *way)
{
    *way = (struct way){0};
    td_rand_seeded(&way->rand, 20261128);
    way->redact[SECRET_KEY] = with_rule("key password\n");
    way->redact[SECRET_POINTER] =
        with_rule("pointer /user/pin\npointer /1/user/pin\n");
    way->redact[SECRET_REGEX] = with_rule("regex S3CRET[a-z]*\n");
    CU_ASSERT_EQUAL_FATAL(
        rec_event_name_init(&way->namer, REC_NAME_POINTER, NULL), TD_OK);
}

static void close_way(struct way *way)
{
    for (size_t i = 0; i < SECRET_RULES; i++)
        rec_redact_close(way->redact[i]);
    rec_event_name_release(&way->namer);
    td_buf_release(&way->line);
    td_buf_release(&way->first);
    td_buf_release(&way->scratch);
    td_buf_release(&way->wire);
}

static uint32_t below(struct way *way, uint32_t n)
{
    return secret_below(&way->rand, n);
}

static void fail(struct way *way, const char *what)
{
    if (way->leaks++ < 5)
        printf("\n    %s, rule %d: %.*s\n    %s", what, (int)way->rule,
               (int)way->wire.len, (const char *)way->wire.ptr,
               td_buf_str(&way->line));
}

/* Onto the other tape, and from there. */
static void over_a_tape(struct way *way, struct td_event *ev)
{
    struct td_bytes line;

    rec_event_name_read(&way->namer, ev);
    td_buf_clear(&way->first);
    CU_ASSERT_EQUAL_FATAL(tape_line_encode(&way->first, ev), TD_OK);
    line = td_bytes(way->first.ptr, way->first.len - 1);
    if (tape_line_parse(ev, line, &way->scratch, true, NULL))
        fail(way, "the first tape cannot be read");
}

static void put(struct way *way, const struct td_event *ev)
{
    struct td_event own = *ev;
    struct td_event seen;
    struct td_buf scratch = {0};
    struct td_bytes line;

    own.seq = ++way->events;
    own.conn = 1;
    if (way->over_a_tape)
        over_a_tape(way, &own);
    rec_event_name_read(&way->namer, &own);
    rec_redact_event(way->redact[way->rule], &own);
    td_buf_clear(&way->line);
    CU_ASSERT_EQUAL_FATAL(tape_line_encode(&way->line, &own), TD_OK);
    line = td_bytes(way->line.ptr, way->line.len - 1);
    if (tape_line_parse(&seen, line, &scratch, true, NULL))
        fail(way, "the line cannot be read");
    else if (secret_is_in(line) || secret_is_in(seen.payload))
        fail(way, "a leak");
    td_buf_release(&scratch);
}

/* ---- the transports ---- */

static void make(struct way *way, bool breaks)
{
    td_buf_clear(&way->wire);
    secret_object(&way->wire, &way->rand, way->rule, breaks);
    if (below(way, 2))
        secret_spoil(&way->wire, &way->rand);
}

/* A message of a WebSocket. */
static void as_message(struct way *way)
{
    make(way, true);
    put(way,
        &(struct td_event){.form = below(way, 2) ? TD_FORM_TEXT : TD_FORM_BYTES,
                           .payload = td_buf_bytes(&way->wire)});
}

/* A ping, a comment, what another room says of a connection. */
static void as_kind(struct way *way)
{
    static const char *const kinds[] = {TD_KIND_PING, TD_KIND_PONG,
                                        TD_KIND_RETRY, "comment", "unknown"};

    make(way, true);
    put(way, &(struct td_event){.form = TD_FORM_TEXT,
                                .kind = td_text(kinds[below(way, 5)]),
                                .payload = td_buf_bytes(&way->wire)});
}

static void on_line(void *ctx, struct td_bytes line, bool whole)
{
    (void)whole;
    put((struct way *)ctx,
        &(struct td_event){.form = TD_FORM_TEXT, .payload = line});
}

static void on_long(void *ctx)
{
    (void)ctx;
}

/* Lines of stdin or of a child, in two pieces, the last perhaps without LF. */
static void as_lines(struct way *way)
{
    struct wire_lines lines;
    size_t half;

    make(way, false);
    if (below(way, 2))
        td_buf_add_text(&way->wire, below(way, 2) ? "\r\n" : "\n");
    half = below(way, (uint32_t)way->wire.len + 1);
    wire_lines_init(&lines, 4096, on_line, on_long, way);
    memcpy(wire_lines_room(&lines, half + 1), way->wire.ptr, half);
    wire_lines_came(&lines, half);
    memcpy(wire_lines_room(&lines, way->wire.len - half + 1),
           way->wire.ptr + half, way->wire.len - half);
    wire_lines_came(&lines, way->wire.len - half);
    wire_lines_end(&lines);
    wire_lines_release(&lines);
}

static void as_sse(struct way *way)
{
    struct sse_parser parser = {0};
    struct sse_item item;
    struct td_buf stream = {0};
    struct td_bytes in;
    bool regex = way->rule == SECRET_REGEX;

    make(way, true);
    (void)sse_put(&stream, td_text(regex ? "a " SECRET_TEXT : "a"),
                  td_text(regex ? SECRET_TEXT : ""), td_buf_bytes(&way->wire));
    in = td_buf_bytes(&stream);
    while (!sse_next(&parser, &in, &item, NULL)) {
        put(way, &(struct td_event){
                     .form = TD_FORM_TEXT,
                     .name = item.name,
                     .id = td_text(regex ? "\"x" SECRET_TEXT "\"" : ""),
                     .payload = item.data});
    }
    td_buf_release(&stream);
    sse_parser_release(&parser);
}

/* The head of a packet, and its arguments. */
static void make_packet(struct way *way, bool binary)
{
    static const char *const heads[] = {"2",    "2/a,",  "2/,", "27",
                                        "2007", "2/b,9", "37",  "3/a,08"};
    const char *name =
        way->rule == SECRET_REGEX ? "an " SECRET_TEXT : "\\u0061n event";

    td_buf_clear(&way->wire);
    td_buf_add_text(&way->wire, binary ? "52-" : heads[below(way, 8)]);
    if (binary)
        td_buf_addf(&way->wire,
                    "[\"%s\",{\"_placeholder\":true,\"num\":0},"
                    "{\"_placeholder\":true,\"num\":1}]",
                    name);
    else
        secret_arguments(&way->wire, &way->rand, way->rule, name);
}

static void as_packet(struct way *way)
{
    struct sio_decoder *decoder = sio_decoder_new(0);
    struct td_event ev;
    enum sio_type type;

    make_packet(way, false);
    if (sio_decode(decoder, td_buf_bytes(&way->wire), false, &type, &ev, NULL))
        fail(way, "no packet");
    else
        put(way, &ev);
    sio_decoder_free(decoder);
}

/* The secret in an attachment; pointers do not point there. */
static void as_attachment(struct way *way)
{
    struct sio_decoder *decoder = sio_decoder_new(0);
    struct td_buf text = {0};
    struct td_event ev;
    enum sio_type type;
    enum td_code code;

    if (way->rule == SECRET_POINTER)
        way->rule = SECRET_KEY;
    make(way, true);
    td_buf_add_bytes(&text, td_buf_bytes(&way->wire));
    make_packet(way, true);
    code =
        sio_decode(decoder, td_buf_bytes(&way->wire), false, &type, &ev, NULL);
    CU_ASSERT_EQUAL_FATAL(code, TD_AGAIN);
    code = sio_decode(decoder, td_text("\x01\x02"), true, &type, &ev, NULL);
    CU_ASSERT_EQUAL_FATAL(code, TD_AGAIN);
    code = sio_decode(decoder, td_buf_bytes(&text), true, &type, &ev, NULL);
    CU_ASSERT_EQUAL_FATAL(code, TD_OK);
    put(way, &ev);
    td_buf_release(&text);
    sio_decoder_free(decoder);
}

/* Bytes that broke a protocol: any piece of a stream. */
static void as_bad(struct way *way)
{
    struct td_buf bytes = {0};
    struct td_buf json = {0};

    make(way, true);
    td_buf_add_text(&bytes, below(way, 2) ? "\x81\x7e\x01\x02" : "42");
    td_buf_add_bytes(&bytes, td_buf_bytes(&way->wire));
    event_payload_bad(&json, td_buf_bytes(&bytes), "it is wrong");
    put(way, &(struct td_event){.form = TD_FORM_JSON,
                                .kind = td_text(TD_KIND_BAD),
                                .payload = td_buf_bytes(&json)});
    td_buf_release(&bytes);
    td_buf_release(&json);
}

/* Within what another message says. */
static void as_reason(struct way *way)
{
    struct td_buf json = {0};

    if (way->rule == SECRET_POINTER)
        way->rule = SECRET_KEY;
    td_buf_clear(&way->wire);
    td_buf_add_text(&way->wire, "refused: ");
    secret_object(&way->wire, &way->rand, way->rule, true);
    event_payload_close(&json, 1000, td_buf_bytes(&way->wire));
    put(way, &(struct td_event){.form = TD_FORM_JSON,
                                .kind = td_text(TD_KIND_CLOSE),
                                .payload = td_buf_bytes(&json)});
    td_buf_release(&json);
}

static void no_form_of_a_secret_reaches_a_tape(void)
{
    static void (*const transports[])(struct way *) = {
        as_message, as_kind,       as_lines, as_sse,
        as_packet,  as_attachment, as_bad,   as_reason};
    struct way way;

    open_way(&way);
    for (unsigned i = 0; i < CASES; i++) {
        way.rule = (enum secret_rule)below(&way, SECRET_RULES);
        way.over_a_tape = below(&way, 4) == 0;
        transports[i % 8](&way);
    }
    CU_ASSERT_EQUAL(way.leaks, 0);
    CU_ASSERT(way.events > CASES / 10 * 9);
    close_way(&way);
}

/* The rules see through the spelling, not through a wall: JSON in which they
 * name nothing comes out as it came, and of JSON only what they name goes.
 */
static void what_holds_no_secret_stays(void)
{
    struct way way;
    struct td_buf other = {0};

    open_way(&way);
    for (unsigned i = 0; i < CASES / 10; i++) {
        enum secret_rule made = (enum secret_rule)(i % 2);
        struct td_event ev = {.form = i % 3 ? TD_FORM_TEXT : TD_FORM_BYTES};
        uint64_t before = rec_redact_values(way.redact[i % 2]);

        /* The other rule of these two names nothing in it. */
        td_buf_clear(&other);
        secret_object(&other, &way.rand, made, true);
        ev.payload = td_buf_bytes(&other);
        rec_event_name_read(&way.namer, &ev);
        rec_redact_event(way.redact[1 - made], &ev);
        CU_ASSERT(td_bytes_equal(ev.payload, td_buf_bytes(&other)));
        rec_redact_event(way.redact[made], &ev);
        CU_ASSERT_EQUAL(td_json_check(ev.payload, TD_JSON_DEPTH, NULL), TD_OK);
        CU_ASSERT(rec_redact_values(way.redact[made]) > before);
    }
    CU_ASSERT_EQUAL(rec_redact_withheld(way.redact[0]), 0);
    CU_ASSERT_EQUAL(rec_redact_withheld(way.redact[1]), 0);
    td_buf_release(&other);
    close_way(&way);
}

CU_TestInfo recorder_secrets_tests[] = {
    {"no form of a secret reaches a tape", no_form_of_a_secret_reaches_a_tape},
    {"what holds no secret stays", what_holds_no_secret_stays},
    CU_TEST_INFO_NULL,
};
