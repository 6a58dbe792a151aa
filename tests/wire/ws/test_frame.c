/* RFC 6455 as rows, in the order of the Autobahn test suite's sections: frames
 * in, messages or a close code out, however the bytes are cut into pieces.
 */
#include "core/mem.h"
#include "tests/suites.h"
#include "wire/http/http.h"
#include "wire/ws/frame.h"
#include "wire/ws/handshake.h"

#include <stdio.h>
#include <stdlib.h>

#define MAX 1000 /* bytes of a message in these tests */

static const uint8_t key[4] = {0x37, 0xfa, 0x21, 0x3d};

static void note(struct td_buf *log, const struct ws_message *m)
{
    static const char *const names[] = {[WS_TEXT] = "text",
                                        [WS_BINARY] = "binary",
                                        [WS_CLOSE] = "close",
                                        [WS_PING] = "ping",
                                        [WS_PONG] = "pong"};

    td_buf_addf(log, "%s", names[m->opcode]);
    if (m->opcode == WS_CLOSE)
        td_buf_addf(log, " %u", m->code);
    td_buf_add_text(log, " ");
    if (m->payload.len > 20)
        td_buf_addf(log, "(%zu)", m->payload.len);
    else
        td_buf_add_bytes(log, m->payload);
    td_buf_add_text(log, "|");
}

static void understand(struct td_buf *log, enum ws_role role,
                       struct td_bytes all, size_t chunk)
{
    struct ws_decoder decoder;
    enum td_code code = TD_AGAIN;

    ws_decoder_init(&decoder, role, MAX);
    while (all.len > 0 && code == TD_AGAIN) {
        size_t len = all.len < chunk ? all.len : chunk;
        uint8_t *copy = td_calloc(1, len); /* its end is the end of memory */
        struct td_bytes in = td_bytes(copy, len);
        struct ws_message message;

        memcpy(copy, all.ptr, len);
        all.ptr += len;
        all.len -= len;
        while ((code = ws_next(&decoder, &in, &message, NULL)) == TD_OK)
            note(log, &message);
        free(copy);
    }
    if (code != TD_AGAIN && code != TD_END)
        td_buf_addf(log, "!%u", decoder.close_code);
    ws_decoder_release(&decoder);
}

/* "81 05 'hello' 80*3 ..." to bytes: hex, quoted text, and N*byte. */
static void assemble(struct td_buf *out, const char *row)
{
    while (*row) {
        char *end = NULL;
        unsigned long n;

        if (*row == ' ') {
            row++;
            continue;
        }
        if (*row == '\'') {
            for (row++; *row != '\''; row++)
                td_buf_add_byte(out, (uint8_t)*row);
            row++;
            continue;
        }
        n = strtoul(row, &end, 16);
        row = end;
        if (*row == '*') {
            unsigned long times = strtoul(row + 1, &end, 10);

            for (row = end; times > 0; times--)
                td_buf_add_byte(out, (uint8_t)n);
            continue;
        }
        td_buf_add_byte(out, (uint8_t)n);
    }
}

/* The same frames as a client sends them: masked. False if a frame is so
 * broken that its end is not known. */
static bool mask_frames(struct td_buf *out, struct td_bytes in)
{
    while (in.len >= 2) {
        unsigned len7 = in.ptr[1] & 0x7f;
        size_t head = len7 == 126 ? 4 : len7 == 127 ? 10 : 2;
        uint64_t len = len7;

        if (in.len < head || (in.ptr[1] & 0x80))
            return false;
        for (size_t i = 2, n = 0; i < head; i++) {
            n = n << 8 | in.ptr[i];
            len = n;
        }
        td_buf_add_byte(out, in.ptr[0]);
        td_buf_add_byte(out, in.ptr[1] | 0x80);
        td_buf_add(out, in.ptr + 2, head - 2);
        td_buf_add(out, key, 4);
        in = td_bytes(in.ptr + head, in.len - head);
        if (len > in.len)
            len = in.len;
        for (size_t i = 0; i < len; i++)
            td_buf_add_byte(out, in.ptr[i] ^ key[i % 4]);
        in = td_bytes(in.ptr + len, in.len - len);
    }
    return in.len == 0;
}

static void check(enum ws_role role, const char *name, struct td_bytes bytes,
                  const char *expected)
{
    static const size_t chunks[] = {1, 2, 3, 5, 13, 128, 100000};

    for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
        struct td_buf log = {0};

        understand(&log, role, bytes, chunks[i]);
        if (strcmp(td_buf_str(&log), expected) != 0)
            printf("\n    %s, role %d, pieces of %zu: %s", name, (int)role,
                   chunks[i], td_buf_str(&log));
        CU_ASSERT_STRING_EQUAL(td_buf_str(&log), expected);
        td_buf_release(&log);
    }
}

struct row {
    const char *name;
    const char *frames;
    const char *expected;
};

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct td_buf bytes = {0};
        struct td_buf masked = {0};

        assemble(&bytes, rows[i].frames);
        check(WS_CLIENT, rows[i].name, td_buf_bytes(&bytes), rows[i].expected);
        if (mask_frames(&masked, td_buf_bytes(&bytes)))
            check(WS_SERVER, rows[i].name, td_buf_bytes(&masked),
                  rows[i].expected);
        td_buf_release(&bytes);
        td_buf_release(&masked);
    }
}

#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

static void section_1_framing(void)
{
    static const struct row rows[] = {
        {"1.1.1 empty text", "81 00", "text |"},
        {"1.1.2 text of 125", "81 7d 2a*125", "text (125)|"},
        {"1.1.3 text of 126", "81 7e 00 7e 2a*126", "text (126)|"},
        {"1.1.4 text of 127", "81 7e 00 7f 2a*127", "text (127)|"},
        {"1.1.5 text of 1000", "81 7e 03 e8 2a*1000", "text (1000)|"},
        {"1.2.1 empty binary", "82 00", "binary |"},
        {"1.2.2 binary of 125", "82 7d fe*125", "binary (125)|"},
        {"1.2.3 binary of 126", "82 7e 00 7e fe*126", "binary (126)|"},
        {"over the limit", "82 7e 03 e9 00*1001", "!1009"},
        {"far over the limit", "82 7f 7f ff ff ff ff ff ff ff", "!1009"},
        {"126 in the long form", "82 7f 00 00 00 00 00 00 00 7e 00*126",
         "!1002"},
        {"125 in the middle form", "82 7e 00 7d 00*125", "!1002"},
        {"a length of 64 bits", "82 7f ff ff ff ff ff ff ff ff", "!1002"},
        {"two in one go", "81 02 'hi' 81 02 'ho'", "text hi|text ho|"},
    };

    CHECK(rows);
}

static void section_2_pings(void)
{
    static const struct row rows[] = {
        {"2.1 ping without payload", "89 00", "ping |"},
        {"2.2 ping with payload", "89 05 'Hello'", "ping Hello|"},
        {"2.4 ping of 125", "89 7d fe*125", "ping (125)|"},
        {"2.5 ping of 126", "89 7e 00 7e fe*126", "!1002"},
        {"2.7 unasked pong", "8a 00", "pong |"},
        {"2.8 unasked pong with payload", "8a 02 'hi'", "pong hi|"},
        {"2.10 ten pings", "89 01 'a' 89 01 'b' 89 01 'c' 89 01 'd' 89 01 'e'",
         "ping a|ping b|ping c|ping d|ping e|"},
    };

    CHECK(rows);
}

static void section_3_reserved_bits(void)
{
    static const struct row rows[] = {
        {"3.1 RSV 1", "c1 02 'hi'", "!1002"},
        {"3.2 RSV 2 behind a good one", "81 02 'hi' a1 02 'hi'",
         "text hi|!1002"},
        {"3.3 RSV 3", "91 02 'hi'", "!1002"},
        {"3.5 RSV on binary", "d2 00", "!1002"},
        {"3.6 RSV on ping", "e9 00", "!1002"},
        {"3.7 RSV on close", "f8 00", "!1002"},
    };

    CHECK(rows);
}

static void section_4_opcodes(void)
{
    static const struct row rows[] = {
        {"4.1.1 opcode 3", "83 00", "!1002"},
        {"4.1.2 opcode 4", "84 02 'hi'", "!1002"},
        {"4.1.3 opcode 5 behind a good one", "81 02 'hi' 85 00",
         "text hi|!1002"},
        {"4.1.4 opcode 6", "86 00", "!1002"},
        {"4.1.5 opcode 7", "87 00", "!1002"},
        {"4.2.1 opcode 11", "8b 00", "!1002"},
        {"4.2.2 opcode 12", "8c 00", "!1002"},
        {"4.2.3 opcode 13", "8d 00", "!1002"},
        {"4.2.4 opcode 14", "8e 00", "!1002"},
        {"4.2.5 opcode 15", "8f 00", "!1002"},
    };

    CHECK(rows);
}

static void section_5_fragments(void)
{
    static const struct row rows[] = {
        {"5.1 ping in two", "09 01 'a' 80 01 'b'", "!1002"},
        {"5.2 pong in two", "0a 01 'a' 80 01 'b'", "!1002"},
        {"5.3 text in two", "01 02 'ab' 80 02 'cd'", "text abcd|"},
        {"5.6 ping between", "01 02 'ab' 89 01 'p' 80 02 'cd'",
         "ping p|text abcd|"},
        {"5.9 continuation of nothing", "80 02 'ab'", "!1002"},
        {"5.12 open continuation of nothing", "00 02 'ab' 81 01 'x'", "!1002"},
        {"5.15 continuation behind the end",
         "01 02 'ab' 80 02 'cd' 00 01 'e' 81 01 'x'", "text abcd|!1002"},
        {"5.18 text within text", "01 02 'ab' 81 02 'cd'", "!1002"},
        {"5.19 pings all over",
         "01 01 'a' 00 01 'b' 89 01 'p' 00 01 'c' 89 01 'q' 80 01 'd'",
         "ping p|ping q|text abcd|"},
        {"empty fragments", "01 00 00 00 80 00", "text |"},
        {"first fragment empty", "02 00 80 02 'ab'", "binary ab|"},
        {"last fragment empty", "02 02 'ab' 80 00", "binary ab|"},
        {"fragments over the limit", "02 7e 03 e8 00*1000 80 01 'x'", "!1009"},
        {"close within a message", "01 02 'ab' 88 02 03 e8", "close 1000 |"},
        {"binary, then text", "02 01 'a' 80 01 'b' 81 01 'c'",
         "binary ab|text c|"},
    };

    CHECK(rows);
}

static void section_6_utf8(void)
{
    static const struct row rows[] = {
        {"6.2.1 valid", "81 0b ce ba cf 8c cf 83 ce bc ce b5 21",
         "text \xce\xba\xcf\x8c\xcf\x83\xce\xbc\xce\xb5!|"},
        {"6.2.3 cut within a character", "01 01 ce 80 01 ba", "text \xce\xba|"},
        {"6.2.4 cut everywhere", "01 01 f0 00 01 9f 00 01 98 80 01 80",
         "text \xf0\x9f\x98\x80|"},
        {"6.3.1 a surrogate", "81 03 ed a0 80", "!1007"},
        {"6.4.1 fails at the bad byte", "01 03 'a' f4 90 ", "!1007"},
        {"6.4.2 fails within a frame that is not there yet",
         "81 7e 03 e8 'a' f4 90", "!1007"},
        {"6.5 lone continuation", "81 01 80", "!1007"},
        {"6.6.1 cut off at the end", "81 01 ce", "!1007"},
        {"6.6 cut off behind fragments", "01 01 'a' 80 02 e2 82", "!1007"},
        {"6.6.3 three bytes", "81 03 e2 82 ac", "text \xe2\x82\xac|"},
        {"6.12 overlong, two bytes", "81 02 c0 af", "!1007"},
        {"6.13 overlong, three bytes", "81 03 e0 80 af", "!1007"},
        {"6.14 overlong, four bytes", "81 04 f0 80 80 af", "!1007"},
        {"6.16 the highest", "81 04 f4 8f bf bf", "text \xf4\x8f\xbf\xbf|"},
        {"6.17 above the highest", "81 04 f4 90 80 80", "!1007"},
        {"6.18 five bytes", "81 05 f8 88 80 80 80", "!1007"},
        {"6.21 noncharacters are fine", "81 03 ef bf bf", "text \xef\xbf\xbf|"},
        {"6.22 FE and FF", "81 02 fe ff", "!1007"},
        {"behind 40 bytes of ASCII", "81 2a 'a' 62*40 ff", "!1007"},
        {"binary may hold anything", "82 02 fe ff", "binary \xfe\xff|"},
    };

    CHECK(rows);
}

static void section_7_close(void)
{
    static const struct row rows[] = {
        {"7.1.1 plain", "81 02 'hi' 88 02 03 e8", "text hi|close 1000 |"},
        {"7.1.2 twice", "88 02 03 e8 88 02 03 e8", "close 1000 |"},
        {"7.1.3 ping behind", "88 02 03 e8 89 00", "close 1000 |"},
        {"7.1.4 text behind", "88 02 03 e8 81 02 'hi'", "close 1000 |"},
        {"7.1.6 garbage behind", "88 00 ff ff ff", "close 1005 |"},
        {"7.3.1 empty", "88 00", "close 1005 |"},
        {"7.3.2 half a code", "88 01 03", "!1002"},
        {"7.3.3 a code", "88 02 03 e8", "close 1000 |"},
        {"7.3.4 a reason", "88 04 03 e8 'ok'", "close 1000 ok|"},
        {"7.3.5 the longest reason", "88 7d 03 e8 2a*123", "close 1000 (123)|"},
        {"7.3.6 a longer reason", "88 7e 00 7e 03 e8 2a*124", "!1002"},
        {"7.5.1 a reason that is not UTF-8", "88 04 03 e8 ce ff", "!1007"},
        {"7.7.1 1001", "88 02 03 e9", "close 1001 |"},
        {"7.7.4 1007", "88 02 03 ef", "close 1007 |"},
        {"7.7.8 1011", "88 02 03 f3", "close 1011 |"},
        {"1012", "88 02 03 f4", "close 1012 |"},
        {"1014", "88 02 03 f6", "close 1014 |"},
        {"7.7.9 3000", "88 02 0b b8", "close 3000 |"},
        {"7.7.11 4999", "88 02 13 87", "close 4999 |"},
        {"7.9.1 0", "88 02 00 00", "!1002"},
        {"7.9.2 999", "88 02 03 e7", "!1002"},
        {"7.9.3 1004", "88 02 03 ec", "!1002"},
        {"7.9.4 1005", "88 02 03 ed", "!1002"},
        {"7.9.5 1006", "88 02 03 ee", "!1002"},
        {"1015", "88 02 03 f7", "!1002"},
        {"7.9.7 1100", "88 02 04 4c", "!1002"},
        {"7.9.9 2999", "88 02 0b b7", "!1002"},
        {"7.13.1 5000", "88 02 13 88", "!1002"},
        {"7.13.2 65535", "88 02 ff ff", "!1002"},
    };

    CHECK(rows);
}

static void masks_are_for_clients_only(void)
{
    check(WS_SERVER, "unmasked", td_bytes("\x81\x02hi", 4), "!1002");
    check(WS_CLIENT, "masked", td_bytes("\x81\x82\0\0\0\0hi", 8), "!1002");
}

/* RFC 6455 section 5.7. */
static void the_examples_of_the_rfc(void)
{
    struct td_buf out = {0};
    uint8_t head[WS_HEAD_MAX];

    CU_ASSERT_EQUAL(ws_put(&out, WS_TEXT, td_text("Hello"), NULL), TD_OK);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&out), "\x81\x05Hello");
    td_buf_clear(&out);
    CU_ASSERT_EQUAL(ws_put(&out, WS_TEXT, td_text("Hello"), key), TD_OK);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&out),
                           "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
    check(WS_SERVER, "masked Hello", td_buf_bytes(&out), "text Hello|");
    CU_ASSERT_EQUAL(ws_put_head(head, WS_BINARY, true, 256, NULL), 4);
    CU_ASSERT_EQUAL(memcmp(head, "\x82\x7e\x01\x00", 4), 0);
    CU_ASSERT_EQUAL(ws_put_head(head, WS_BINARY, true, 65536, NULL), 10);
    CU_ASSERT_EQUAL(memcmp(head, "\x82\x7f\0\0\0\0\0\1\0\0", 10), 0);
    CU_ASSERT_EQUAL(ws_put_head(head, WS_TEXT, false, 3, NULL), 2);
    CU_ASSERT_EQUAL(memcmp(head, "\x01\x03", 2), 0);
    td_buf_release(&out);
}

static void masking_is_the_same_at_any_length_and_offset(void)
{
    uint8_t from[100];
    uint8_t to[100];

    for (size_t i = 0; i < sizeof(from); i++)
        from[i] = (uint8_t)(i * 7);
    for (size_t len = 0; len <= sizeof(from); len++)
        for (uint64_t at = 0; at < 8; at++) {
            size_t wrong = 0;

            ws_mask(to, from, len, key, at);
            for (size_t i = 0; i < len; i++)
                wrong += to[i] != (from[i] ^ key[(at + i) % 4]);
            CU_ASSERT_EQUAL(wrong, 0);
        }
}

static void whole_frames_are_not_copied(void)
{
    static const uint8_t frames[] = "\x81\x05Hello\x82\x01x";
    struct td_bytes in = td_bytes(frames, sizeof(frames) - 1);
    struct ws_decoder decoder;
    struct ws_message m;

    ws_decoder_init(&decoder, WS_CLIENT, 0);
    CU_ASSERT_EQUAL(ws_next(&decoder, &in, &m, NULL), TD_OK);
    CU_ASSERT_PTR_EQUAL(m.payload.ptr, frames + 2);
    CU_ASSERT_EQUAL(ws_next(&decoder, &in, &m, NULL), TD_OK);
    CU_ASSERT_PTR_EQUAL(m.payload.ptr, frames + 9);
    CU_ASSERT_EQUAL(ws_next(&decoder, &in, &m, NULL), TD_AGAIN);
    ws_decoder_release(&decoder);
}

static void close_reasons_are_cut_between_characters(void)
{
    struct td_buf out = {0};
    char reason[200] = "";

    for (size_t i = 0; i < 60; i++)
        memcpy(reason + i * 3, "\xe2\x82\xac", 4);
    CU_ASSERT_EQUAL(ws_put_close(&out, 1000, reason, NULL), TD_OK);
    check(WS_CLIENT, "long reason", td_buf_bytes(&out), "close 1000 (123)|");
    memmove(reason + 1, reason, 180);
    reason[0] = 'x';
    td_buf_clear(&out);
    CU_ASSERT_EQUAL(ws_put_close(&out, 1000, reason, NULL), TD_OK);
    check(WS_CLIENT, "odd reason", td_buf_bytes(&out), "close 1000 (121)|");
    td_buf_clear(&out);
    CU_ASSERT_EQUAL(ws_put_close(&out, WS_CODE_NONE, "", key), TD_OK);
    check(WS_SERVER, "no code", td_buf_bytes(&out), "close 1005 |");
    td_buf_release(&out);
}

/* Parse one head and give it to `judge`. */
static struct http_parser parsed;
static const struct http_head *parse(enum http_role role, const char *text)
{
    struct td_bytes in = td_text(text);
    struct http_item item = {0};

    http_parser_release(&parsed);
    http_parser_init(&parsed, role, NULL);
    CU_ASSERT_EQUAL(http_next(&parsed, &in, &item, NULL), TD_OK);
    return item.head;
}

#define GET     "GET /chat HTTP/1.1\r\nHost: a\r\n"
#define UPGRADE "Upgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"
#define KEY     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define V13     "Sec-WebSocket-Version: 13\r\n"

static void requests_are_judged(void)
{
    static const struct {
        const char *request;
        int status;
    } rows[] = {
        {GET UPGRADE KEY V13 "\r\n", 101},
        {"POST / HTTP/1.1\r\nHost: a\r\n" UPGRADE KEY V13 "\r\n", 405},
        {"GET / HTTP/1.0\r\n" UPGRADE KEY V13 "\r\n", 400},
        /* 4.2.1: lists, any case, white space */
        {GET "Upgrade: h2c,\twebsocket\r\nConnection:\tUPGRADE\t\r\n" KEY V13
             "\r\n",
         101},
        /* 11.3.1, 11.3.5: once */
        {GET UPGRADE KEY KEY V13 "\r\n", 400},
        {GET UPGRADE KEY V13 V13 "\r\n", 400},
        /* 4.1, 11.3.4: subprotocols are tokens, in one field or several */
        {GET UPGRADE KEY V13 "Sec-WebSocket-Protocol: a, b\r\n"
                             "Sec-WebSocket-Protocol: c\r\n\r\n",
         101},
        {GET UPGRADE KEY V13 "Sec-WebSocket-Protocol: a b\r\n\r\n", 400},
        {GET UPGRADE KEY V13 "Sec-WebSocket-Protocol: a, \"b\"\r\n\r\n", 400},
        {GET "Upgrade: websocket\r\n" KEY V13 "\r\n", 400},
        {GET UPGRADE KEY "Sec-WebSocket-Version: 8\r\n\r\n", 426},
        {GET UPGRADE KEY "\r\n", 426},
        {GET UPGRADE V13 "\r\n", 400},
        {GET UPGRADE V13 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ\r\n\r\n",
         400},
        {GET UPGRADE V13 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZSBsb25n\r\n"
                         "\r\n",
         400},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *why = NULL;

        CU_ASSERT_EQUAL(
            ws_check_request(parse(HTTP_REQUESTS, rows[i].request), &why),
            rows[i].status);
    }
    http_parser_release(&parsed);
}

#define OK     "HTTP/1.1 101 Switching Protocols\r\n" UPGRADE
#define ACCEPT "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"

static void responses_are_judged(void)
{
    static const struct {
        const char *response;
        const char *protocols;
        enum td_code code;
    } rows[] = {
        {OK ACCEPT "\r\n", NULL, TD_OK},
        {OK ACCEPT "\r\n", "a", TD_OK},
        {OK ACCEPT "Sec-WebSocket-Protocol: b\r\n\r\n", "a, b", TD_OK},
        {OK ACCEPT "Sec-WebSocket-Protocol: c\r\n\r\n", "a, b", TD_PROTOCOL},
        {OK ACCEPT "Sec-WebSocket-Protocol: a\r\n\r\n", NULL, TD_PROTOCOL},
        {OK "\r\n", NULL, TD_PROTOCOL},
        {OK "Sec-WebSocket-Accept: x\r\n\r\n", NULL, TD_PROTOCOL},
        {OK ACCEPT "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n", NULL,
         TD_PROTOCOL},
        {"HTTP/1.1 101 x\r\nUpgrade: websocket\r\n" ACCEPT "\r\n", NULL,
         TD_PROTOCOL},
        {"HTTP/1.1 101 x\r\nConnection: upgrade\r\n" ACCEPT "\r\n", NULL,
         TD_PROTOCOL},
        {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", NULL, TD_PROTOCOL},
        /* 4.1: Upgrade is this and nothing else, Connection is a list */
        {"HTTP/1.1 101 x\r\nUpgrade: h2c, websocket\r\nConnection: "
         "upgrade\r\n" ACCEPT "\r\n",
         NULL, TD_PROTOCOL},
        {"HTTP/1.1 101 x\r\nUpgrade:\tWEBSOCKET\t\r\nConnection: x,\tUPGRADE"
         "\r\n" ACCEPT "\r\n",
         NULL, TD_OK},
        {"HTTP/1.0 101 x\r\n" UPGRADE ACCEPT "\r\n", NULL, TD_PROTOCOL},
        {OK "Upgrade: websocket\r\n" ACCEPT "\r\n", NULL, TD_PROTOCOL},
        /* 11.3.2 to 11.3.4: once */
        {OK ACCEPT ACCEPT "\r\n", NULL, TD_PROTOCOL},
        {OK ACCEPT "Sec-WebSocket-Protocol: a\r\n"
                   "Sec-WebSocket-Protocol: a\r\n\r\n",
         "a", TD_PROTOCOL},
        {OK ACCEPT "Sec-WebSocket-Extensions:\r\n"
                   "Sec-WebSocket-Extensions: x\r\n\r\n",
         NULL, TD_PROTOCOL},
        {OK ACCEPT "Sec-WebSocket-Protocol: a, b\r\n\r\n", "a, b", TD_PROTOCOL},
        {OK ACCEPT "Sec-WebSocket-Protocol: A\r\n\r\n", "a", TD_PROTOCOL},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CU_ASSERT_EQUAL(
            ws_check_response(parse(HTTP_RESPONSES, rows[i].response),
                              "dGhlIHNhbXBsZSBub25jZQ==", rows[i].protocols,
                              NULL),
            rows[i].code);
    http_parser_release(&parsed);
}

static void the_answer_fits_the_request(void)
{
    struct td_buf out = {0};
    char fresh[WS_KEY_LEN + 1];

    CU_ASSERT_EQUAL(
        ws_put_response(
            &out,
            parse(HTTP_REQUESTS, GET UPGRADE KEY V13
                  "Sec-WebSocket-Protocol: ,\t soap\t, wamp\r\n\r\n"),
            td_text("mqtt")),
        TD_OK);
    CU_ASSERT_STRING_EQUAL(
        td_buf_str(&out),
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\n" ACCEPT "Sec-WebSocket-Protocol: soap\r\n");
    td_buf_clear(&out);
    CU_ASSERT_EQUAL(
        ws_put_response(&out,
                        parse(HTTP_REQUESTS, GET UPGRADE KEY V13
                              "Sec-WebSocket-Protocol: soap, wamp\r\n\r\n"),
                        td_text("wamp")),
        TD_OK);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(td_buf_str(&out), "Sec-WebSocket-Protocol: wamp\r\n"));
    ws_key_new(fresh);
    CU_ASSERT_EQUAL(strlen(fresh), WS_KEY_LEN);
    td_buf_release(&out);
    http_parser_release(&parsed);
}

CU_TestInfo wire_ws_frame_tests[] = {
    {"section 1: framing", section_1_framing},
    {"section 2: pings and pongs", section_2_pings},
    {"section 3: reserved bits", section_3_reserved_bits},
    {"section 4: opcodes", section_4_opcodes},
    {"section 5: fragments", section_5_fragments},
    {"section 6: UTF-8", section_6_utf8},
    {"section 7: close", section_7_close},
    {"masks are for clients only", masks_are_for_clients_only},
    {"the examples of the RFC", the_examples_of_the_rfc},
    {"masking is the same at any length and offset",
     masking_is_the_same_at_any_length_and_offset},
    {"whole frames are not copied", whole_frames_are_not_copied},
    {"close reasons are cut between characters",
     close_reasons_are_cut_between_characters},
    {"requests are judged", requests_are_judged},
    {"responses are judged", responses_are_judged},
    {"the answer fits the request", the_answer_fits_the_request},
    CU_TEST_INFO_NULL,
};
