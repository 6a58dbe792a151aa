/* td_make_random FILE SEED COUNT MEMBER: a tape of COUNT random events, hostile
 * ones among them, in members of MEMBER bytes, and on stdout each of them as a
 * line of fields that needs no parser of ours:
 *
 *     T DIR CONN HEX(kind) HEX(ns) HEX(id) HEX(ack) HEX(name) FORM HEX(payload)
 */
#include "core/json.h"
#include "tape/writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define PAYLOAD_MAX 3000

static uint64_t state;

/* splitmix64 */
static uint64_t draw(uint64_t below)
{
    uint64_t z = (state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (z ^ (z >> 31)) % below;
}

static struct td_bytes pick(const char *const *list, size_t len)
{
    return td_text(list[draw(len)]);
}

static const char *const kinds[] = {
    "", "", "", "", "", "open", "close", "ping", "marker", "lost", "later"};
static const char *const spaces[] = {"", "", "", "/chat", "/\\\"q\\\\"};
static const char *const names[] = {
    "",     "tick",    "a\\u0000b", "\xf0\x9f\x98\x80", "\\\"",
    "\\\\", "} {\\n ", "...",       "\xe2\x80\xa8"};
static const char *const numbers[] = {"", "", "7", "9007199254740991"};
static const char *const values[] = {
    "{\"a\":1,\"a\":2}",
    "1.10",
    "-0",
    "9007199254740993",
    "1e400",
    "\"\\ud800\"",
    "\"\xe2\x80\xa8\xe2\x80\xa9\"",
    "null",
    "[]",
    "{\"}\":\"{\\\"s\\\":1,\",\"json\":[\"]\"]}",
    "[[[[[[[[[[[[]]]]]]]]]]]]",
    "\"\\u0000\\/\"",
    "{\"\":{}, \"x\" : [ 1 ,2 ]}",
};

static struct td_bytes noise(uint8_t *room, size_t max, unsigned below)
{
    size_t len = (size_t)draw(draw(4) ? 40 : max);

    for (size_t i = 0; i < len; i++)
        room[i] = (uint8_t)draw(below);
    return td_bytes(room, len);
}

static void random_payload(struct td_event *ev, uint8_t *room)
{
    static const char *const texts[] = {"",    "[1,\n2]",          "{\"s\":1,",
                                        "nul", "\xef\xbf\xbd\x7f", "a\r\nb\n"};

    ev->form = (enum td_form)draw(3);
    switch (ev->form) {
    case TD_FORM_JSON:
        ev->payload = pick(values, sizeof(values) / sizeof(values[0]));
        break;
    case TD_FORM_TEXT:
        ev->payload = draw(2) ? noise(room, PAYLOAD_MAX, 128)
                              : pick(texts, sizeof(texts) / sizeof(texts[0]));
        break;
    case TD_FORM_BYTES:
        ev->payload = noise(room, PAYLOAD_MAX, 256);
        break;
    }
}

static void random_event(struct td_event *ev, uint8_t *room, uint64_t at_ns)
{
    *ev = (struct td_event){
        .at_ns = at_ns,
        .dir = draw(2) ? TD_DIR_OUT : TD_DIR_IN,
        .conn = (uint32_t)draw(draw(9) ? 4 : UINT32_MAX),
        .kind = pick(kinds, sizeof(kinds) / sizeof(kinds[0])),
        .ns = pick(spaces, sizeof(spaces) / sizeof(spaces[0])),
        .name = pick(names, sizeof(names) / sizeof(names[0])),
        .id = pick(numbers, sizeof(numbers) / sizeof(numbers[0])),
        .ack = pick(numbers, sizeof(numbers) / sizeof(numbers[0])),
    };
    random_payload(ev, room);
    if (ev->form == TD_FORM_JSON && !td_json_fits_line(ev->payload))
        ev->form = TD_FORM_TEXT;
}

static void print_hex(struct td_bytes bytes)
{
    (void)printf(" x");
    for (size_t i = 0; i < bytes.len; i++)
        (void)printf("%02x", bytes.ptr[i]);
}

static void print_event(const struct td_event *ev)
{
    static const char *const forms[] = {[TD_FORM_JSON] = "json",
                                        [TD_FORM_TEXT] = "text",
                                        [TD_FORM_BYTES] = "b64"};

    (void)printf("%" PRIu64 " %s %" PRIu32, ev->at_ns,
                 ev->dir == TD_DIR_IN ? "in" : "out", ev->conn);
    print_hex(ev->kind);
    print_hex(ev->ns);
    print_hex(ev->id);
    print_hex(ev->ack);
    print_hex(ev->name);
    (void)printf(" %s", forms[ev->form]);
    print_hex(ev->payload);
    (void)printf("\n");
}

int main(int argc, char **argv)
{
    struct tape_options options = {
        .id = "random", .start_wall_ns = UINT64_C(1700000000000000000)};
    uint8_t room[PAYLOAD_MAX];
    struct tape_writer *writer;
    struct td_error err = {0};
    struct td_event ev;
    uint64_t at_ns = 0;
    enum td_code code;

    if (argc != 5)
        return 2;
    state = strtoull(argv[2], NULL, 10);
    options.member_text = (size_t)strtoull(argv[4], NULL, 10);
    code = tape_writer_open(&writer, argv[1], &options, &err);
    for (uint64_t n = strtoull(argv[3], NULL, 10); !code && n > 0; n--) {
        at_ns += draw(3) * draw(1000000);
        random_event(&ev, room, at_ns);
        print_event(&ev);
        code = tape_writer_put(writer, &ev, &err);
        if (!code && !draw(50))
            code = tape_writer_flush(writer, &err);
    }
    if (!code)
        code = tape_writer_close(writer, TAPE_END_CLEAN, NULL, &err);
    if (code)
        (void)fprintf(stderr, "%s: %s\n", err.where, err.text);
    return td_code_exit_status(code);
}
