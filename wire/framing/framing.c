#include "wire/framing/framing.h"

#include "core/mem.h"
#include "wire/framing/line_splitter.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SIGN     "Content-" /* what headers begin with, in any case */
#define SIGN_LEN (sizeof(SIGN) - 1)
#define LENGTH   "Content-Length"
#define NO_HEAD  "these bytes are no headers"

enum step {
    STEP_HEAD, /* reading headers */
    STEP_BODY, /* reading `left` bytes of a message */
    STEP_SKIP, /* passing over `left` bytes of a message that is too long */
    STEP_LOST, /* looking for headers again, behind bytes that are none */
};

struct wire_frames {
    enum wire_framing framing; /* AUTO until it is known */
    struct wire_frames_events events;
    size_t max_message;
    struct wire_lines lines;
    struct td_buf buf; /* what is not known yet, a head, or a message */
    enum step step;
    uint64_t left;
    size_t line;       /* where the line begins in buf */
    bool has_length;   /* `left` is the length that the head gives */
    const char *wrong; /* with the head at hand; NULL = nothing */
};

/* ---- headers ---- */

static void tell_bad(struct wire_frames *frames, const char *why)
{
    if (frames->buf.len)
        frames->events.bad(frames->events.ctx, td_buf_bytes(&frames->buf), why);
    td_buf_clear(&frames->buf);
    frames->line = 0;
}

static void begin_head(struct wire_frames *frames)
{
    td_buf_clear(&frames->buf);
    frames->step = STEP_HEAD;
    frames->line = 0;
    frames->has_length = false;
    frames->wrong = NULL;
    frames->left = 0;
}

/* RFC 9110 section 5.5: spaces and tabs around a value are not part of it. */
static struct td_bytes trim(struct td_bytes text)
{
    while (text.len && (*text.ptr == ' ' || *text.ptr == '\t'))
        text = td_bytes(text.ptr + 1, text.len - 1);
    while (text.len &&
           (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t'))
        text.len--;
    return text;
}

static bool read_length(struct td_bytes digits, uint64_t *out)
{
    uint64_t n = 0;

    if (!digits.len || digits.len > 18)
        return false;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
            return false;
        n = n * 10 + (uint64_t)(digits.ptr[i] - '0');
    }
    *out = n;
    return true;
}

static bool is_length(struct td_bytes line)
{
    return line.len > sizeof(LENGTH) - 1 &&
           !strncasecmp((const char *)line.ptr, LENGTH, sizeof(LENGTH) - 1) &&
           line.ptr[sizeof(LENGTH) - 1] == ':';
}

/* A line of a head, without its end. */
static void read_header(struct wire_frames *frames, struct td_bytes line)
{
    uint64_t length = 0;

    if (!is_length(line))
        return;
    if (!read_length(trim(td_bytes(line.ptr + sizeof(LENGTH),
                                   line.len - sizeof(LENGTH))),
                     &length))
        frames->wrong = "Content-Length is no number of bytes";
    else if (frames->has_length && length != frames->left)
        frames->wrong = "Content-Length is there twice, and differs";
    frames->has_length = true;
    frames->left = length;
}

static void tell_message(struct wire_frames *frames, bool whole)
{
    frames->events.message(frames->events.ctx, td_buf_bytes(&frames->buf),
                           whole);
    begin_head(frames);
}

/* The empty line. */
static void end_head(struct wire_frames *frames)
{
    if (!frames->has_length && !frames->wrong)
        frames->wrong = "the headers have no Content-Length";
    if (frames->wrong) {
        tell_bad(frames, frames->wrong);
        begin_head(frames);
        frames->step = STEP_LOST;
        return;
    }
    td_buf_clear(&frames->buf);
    frames->step = STEP_BODY;
    if (frames->left > frames->max_message) {
        frames->step = STEP_SKIP;
        frames->events.too_long(frames->events.ctx);
    } else if (!frames->left) {
        tell_message(frames, true);
    }
}

/* The line that ends with the byte just taken, without its end. */
static struct td_bytes last_line(const struct wire_frames *frames)
{
    struct td_bytes line = td_bytes(frames->buf.ptr + frames->line,
                                    frames->buf.len - frames->line - 1);

    if (line.len && line.ptr[line.len - 1] == '\r')
        line.len--;
    return line;
}

/* Behind bytes that are no headers: a Content-Length begins a head again. */
static void look_for_head(struct wire_frames *frames)
{
    struct td_bytes line = last_line(frames);

    if (is_length(line)) {
        struct td_buf kept = {0};

        (void)td_buf_add_bytes(&kept, line);
        frames->buf.len = frames->line;
        tell_bad(frames, NO_HEAD);
        begin_head(frames);
        read_header(frames, td_buf_bytes(&kept));
        (void)td_buf_add_bytes(&frames->buf, td_buf_bytes(&kept));
        (void)td_buf_add_text(&frames->buf, "\r\n");
        td_buf_release(&kept);
    }
    frames->line = frames->buf.len;
}

static void end_line(struct wire_frames *frames)
{
    struct td_bytes line = last_line(frames);

    if (frames->step == STEP_LOST) {
        look_for_head(frames);
    } else if (!line.len && frames->line) {
        end_head(frames);
    } else if (line.len) {
        if (memchr(line.ptr, ':', line.len))
            read_header(frames, line);
        else
            frames->step = STEP_LOST;
        frames->line = frames->buf.len;
    } else {
        td_buf_clear(&frames->buf); /* empty lines between messages */
    }
}

/* Bytes of a head, up to the end of a line. */
static size_t take_head(struct wire_frames *frames, struct td_bytes bytes)
{
    size_t room = WIRE_FRAME_HEAD_MAX - frames->buf.len;
    size_t n = bytes.len < room ? bytes.len : room;
    const uint8_t *lf = memchr(bytes.ptr, '\n', n);

    if (lf)
        n = (size_t)(lf - bytes.ptr) + 1;
    (void)td_buf_add(&frames->buf, bytes.ptr, n);
    if (lf) {
        end_line(frames);
    } else if (frames->buf.len == WIRE_FRAME_HEAD_MAX) {
        tell_bad(frames, frames->step == STEP_LOST
                             ? NO_HEAD
                             : "the headers are longer than 4096 bytes");
        begin_head(frames);
        frames->step = STEP_LOST;
    }
    return n;
}

static size_t take_body(struct wire_frames *frames, struct td_bytes bytes)
{
    size_t n = bytes.len < frames->left ? bytes.len : (size_t)frames->left;

    frames->left -= n;
    if (frames->step == STEP_SKIP) {
        if (!frames->left)
            begin_head(frames);
        return n;
    }
    (void)td_buf_add(&frames->buf, bytes.ptr, n);
    if (!frames->left)
        tell_message(frames, true);
    return n;
}

static void take_with_headers(struct wire_frames *frames, struct td_bytes bytes)
{
    while (bytes.len) {
        bool inside = frames->step == STEP_BODY || frames->step == STEP_SKIP;
        size_t n = inside ? take_body(frames, bytes) : take_head(frames, bytes);

        bytes = td_bytes(bytes.ptr + n, bytes.len - n);
    }
}

/* ---- lines ---- */

static void on_line(void *ctx, struct td_bytes line, bool whole)
{
    struct wire_frames *frames = ctx;

    frames->events.message(frames->events.ctx, line, whole);
}

static void on_long(void *ctx)
{
    struct wire_frames *frames = ctx;

    frames->events.too_long(frames->events.ctx);
}

static void take_lines(struct wire_frames *frames, struct td_bytes bytes)
{
    while (bytes.len) {
        size_t n = bytes.len < WIRE_LINES_READ ? bytes.len : WIRE_LINES_READ;

        memcpy(wire_lines_room(&frames->lines, n), bytes.ptr, n);
        wire_lines_came(&frames->lines, n);
        bytes = td_bytes(bytes.ptr + n, bytes.len - n);
    }
}

/* ---- which of both ---- */

static void take(struct wire_frames *frames, struct td_bytes bytes)
{
    if (frames->framing == WIRE_FRAMING_LINES)
        take_lines(frames, bytes);
    else
        take_with_headers(frames, bytes);
}

/* What was held back until it was known what it is. */
static void settle(struct wire_frames *frames, enum wire_framing framing)
{
    struct td_buf first = frames->buf;

    td_buf_init(&frames->buf, first.max);
    frames->framing = framing;
    take(frames, td_buf_bytes(&first));
    td_buf_release(&first);
}

static void look(struct wire_frames *frames)
{
    size_t len = frames->buf.len < SIGN_LEN ? frames->buf.len : SIGN_LEN;

    if (strncasecmp((const char *)frames->buf.ptr, SIGN, len) != 0)
        settle(frames, WIRE_FRAMING_LINES);
    else if (len == SIGN_LEN)
        settle(frames, WIRE_FRAMING_HEADERS);
}

void wire_frames_came(struct wire_frames *frames, struct td_bytes bytes)
{
    if (!bytes.len)
        return;
    if (frames->framing != WIRE_FRAMING_AUTO) {
        take(frames, bytes);
        return;
    }
    (void)td_buf_add_bytes(&frames->buf, bytes);
    look(frames);
}

void wire_frames_end(struct wire_frames *frames)
{
    if (frames->framing == WIRE_FRAMING_AUTO)
        settle(frames, WIRE_FRAMING_LINES);
    if (frames->framing == WIRE_FRAMING_LINES)
        wire_lines_end(&frames->lines);
    else if (frames->step == STEP_BODY)
        tell_message(frames, false);
    else
        tell_bad(frames, frames->step == STEP_LOST
                             ? NO_HEAD
                             : "the stream ended among these headers");
}

enum wire_framing wire_frames_framing(const struct wire_frames *frames)
{
    return frames->framing;
}

struct wire_frames *wire_frames_new(enum wire_framing framing,
                                    size_t max_message,
                                    const struct wire_frames_events *events)
{
    struct wire_frames *frames = td_calloc(1, sizeof(*frames));

    frames->framing = framing;
    frames->events = *events;
    frames->max_message = max_message;
    td_buf_init(&frames->buf, max_message + 2 * WIRE_LINES_READ);
    wire_lines_init(&frames->lines, max_message, on_line, on_long, frames);
    return frames;
}

void wire_frames_free(struct wire_frames *frames)
{
    if (!frames)
        return;
    wire_lines_release(&frames->lines);
    td_buf_release(&frames->buf);
    free(frames);
}
