/* Messages come out whole, however the bytes came in, and no byte is passed
 * over. */
#include "tests/suites.h"
#include "wire/framing/framing.h"

#include <stdio.h>

#define H5  "Content-Length: 5\r\n\r\n"
#define BIG "Content-Length: 9\r\n\r\n"

struct heard {
    struct td_buf text; /* "message|partial?" {bad} ! */
};

static void on_message(void *ctx, struct td_bytes message, bool whole)
{
    struct heard *heard = ctx;

    td_buf_add_bytes(&heard->text, message);
    td_buf_add_byte(&heard->text, whole ? '|' : '?');
}

static void on_bad(void *ctx, struct td_bytes bytes, const char *why)
{
    struct heard *heard = ctx;

    CU_ASSERT_PTR_NOT_NULL(why);
    CU_ASSERT(bytes.len > 0 && bytes.len <= WIRE_FRAME_HEAD_MAX);
    td_buf_add_byte(&heard->text, '{');
    td_buf_add_bytes(&heard->text, bytes);
    td_buf_add_byte(&heard->text, '}');
}

static void on_long(void *ctx)
{
    struct heard *heard = ctx;

    td_buf_add_byte(&heard->text, '!');
}

/* What is heard of text that comes in pieces, in *heard. */
static void hear(struct heard *heard, enum wire_framing framing,
                 struct td_bytes text, size_t piece)
{
    const struct wire_frames_events events = {.message = on_message,
                                              .bad = on_bad,
                                              .too_long = on_long,
                                              .ctx = heard};
    struct wire_frames *frames = wire_frames_new(framing, 8, &events);

    td_buf_clear(&heard->text);
    for (size_t at = 0; at < text.len; at += piece)
        wire_frames_came(frames, td_bytes(text.ptr + at, text.len - at < piece
                                                             ? text.len - at
                                                             : piece));
    wire_frames_end(frames);
    wire_frames_free(frames);
}

static void messages_come_whole_in_any_pieces(void)
{
    static const struct {
        enum wire_framing framing;
        const char *in;
        const char *out;
    } rows[] = {
        {WIRE_FRAMING_AUTO, "", ""},
        {WIRE_FRAMING_AUTO, "{}\n[1]\n", "{}|[1]|"},
        {WIRE_FRAMING_AUTO, "Con", "Con?"},
        {WIRE_FRAMING_AUTO, "Contend\nb\n", "Contend|b|"},
        {WIRE_FRAMING_AUTO, "\n\nab", "||ab?"},
        {WIRE_FRAMING_AUTO, "123456789\nab\n", "!ab|"},
        {WIRE_FRAMING_AUTO, H5 "hello" H5 "a\r\nbc", "hello|a\r\nbc|"},
        {WIRE_FRAMING_AUTO, "CONTENT-LENGTH:1\n\nx", "x|"},
        {WIRE_FRAMING_AUTO, "content-type: a\r\nContent-Length:\t2 \r\n\r\nxy",
         "xy|"},
        {WIRE_FRAMING_AUTO, H5 "hel", "hel?"},
        {WIRE_FRAMING_AUTO, H5, "?"},
        {WIRE_FRAMING_AUTO, "Content-Length: 0\r\n\r\n" H5 "hello", "|hello|"},
        {WIRE_FRAMING_AUTO, BIG "123456789" H5 "hello", "!hello|"},
        {WIRE_FRAMING_AUTO, H5 "hello\r\n\r\n" H5 "world", "hello|world|"},
        {WIRE_FRAMING_AUTO, "Content-Length: 5\r\n", "{Content-Length: 5\r\n}"},
        {WIRE_FRAMING_AUTO, "Content-Type: a\r\n\r\n" H5 "hello",
         "{Content-Type: a\r\n\r\n}hello|"},
        {WIRE_FRAMING_AUTO, "Content-Length: -1\r\n\r\n" H5 "hello",
         "{Content-Length: -1\r\n\r\n}hello|"},
        {WIRE_FRAMING_AUTO, "Content-Length: 99999999999999999999\r\n\r\n",
         "{Content-Length: 99999999999999999999\r\n\r\n}"},
        {WIRE_FRAMING_AUTO, "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
         "{Content-Length: 1\r\nContent-Length: 2\r\n\r\n}{ab}"},
        {WIRE_FRAMING_AUTO, "Content-Length: 1\r\nContent-Length: 1\r\n\r\na",
         "a|"},
        {WIRE_FRAMING_AUTO,
         H5 "hello"
            "started\n" H5 "world",
         "hello|{started\n}world|"},
        {WIRE_FRAMING_AUTO,
         H5 "hello"
            "a: b\nlog\n\n" H5 "world",
         "hello|{a: b\nlog\n\n}world|"},
        {WIRE_FRAMING_HEADERS, "{}\n" H5 "hello", "{{}\n}hello|"},
        {WIRE_FRAMING_LINES, "Content\nb", "Content|b?"},
    };
    struct heard heard = {0};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_bytes text = td_text(rows[i].in);

        for (size_t piece = 1; piece <= text.len + 1; piece++) {
            hear(&heard, rows[i].framing, text, piece);
            if (strcmp(td_buf_str(&heard.text), rows[i].out) != 0)
                printf("\n    row %zu in pieces of %zu: %s\n", i, piece,
                       td_buf_str(&heard.text));
            CU_ASSERT_STRING_EQUAL(td_buf_str(&heard.text), rows[i].out);
        }
    }
    td_buf_release(&heard.text);
}

/* What is no header at all is told in pieces, none of them too long. */
static void endless_heads_are_bounded(void)
{
    struct td_buf text = {0};
    struct heard heard = {0};

    td_buf_add_text(&text, "Content-Type: ");
    for (int i = 0; i < 20000; i++)
        td_buf_add_byte(&text, 'x');
    td_buf_add_text(&text, "\n" H5 "hello");
    hear(&heard, WIRE_FRAMING_AUTO, td_buf_bytes(&text), 700);
    CU_ASSERT_EQUAL(heard.text.len, 20015 + 5 * 2 + 6);
    CU_ASSERT(
        !memcmp(heard.text.ptr + heard.text.len - 8, "x\n}hello|" + 1, 8));
    td_buf_release(&text);
    td_buf_release(&heard.text);
}

CU_TestInfo wire_framing_framing_tests[] = {
    {"messages come whole in any pieces", messages_come_whole_in_any_pieces},
    {"endless heads are bounded", endless_heads_are_bounded},
    CU_TEST_INFO_NULL,
};
