#include "recorder/redact_pieces.h"

/* Writes one piece. */
struct pen {
    struct td_buf *out;
    const struct redact_piece *piece;
    struct redact_span *span; /* of the text, from here on, in order */
    size_t left;
    uint64_t more; /* secrets that were begun in a piece before */
    bool inside;   /* of the span that is at hand */
    bool changed;
};

/* Text of a mark, as it stands in the payload. */
static void put(const struct pen *pen, struct td_bytes text)
{
    if (pen->piece->quoted)
        (void)td_json_escape(pen->out, text);
    else
        (void)td_buf_add_bytes(pen->out, text);
}

static void put_quote(const struct pen *pen)
{
    uint8_t text[16];
    unsigned level = pen->span->level < 3 ? pen->span->level : 3;
    size_t len = ((size_t)1 << level) - 1;

    memset(text, '\\', len);
    text[len++] = '"';
    put(pen, td_bytes(text, len));
}

static void put_mark(const struct pen *pen)
{
    struct td_buf text = {0};

    if (pen->span->named)
        redact_name_put(&text, pen->span->name);
    else
        (void)td_buf_add_text(&text, REC_REDACTED);
    put(pen, td_buf_bytes(&text));
    td_buf_release(&text);
}

/* Every piece has a mark of its own, so that each event says of itself what it
 * lacks and no piece is empty; a value that is no string has one in all.
 */
static void begin_span(struct pen *pen)
{
    struct redact_span *span = pen->span;
    bool goes_on = span->from < pen->piece->from;

    pen->inside = true;
    pen->changed = true;
    if (goes_on && !span->pieced) {
        span->pieced = true;
        pen->more++;
    }
    if (span->whole && goes_on) {
        put(pen, td_text(" "));
        return;
    }
    if (span->whole)
        put_quote(pen);
    put_mark(pen);
    if (span->whole)
        put_quote(pen);
}

static void step(struct pen *pen, uint64_t at)
{
    while (pen->left > 0 && pen->span->to <= at) {
        pen->span++;
        pen->left--;
        pen->inside = false;
    }
    if (pen->left > 0 && pen->span->from <= at && !pen->inside)
        begin_span(pen);
}

static void write_piece(struct pen *pen, struct td_bytes raw)
{
    uint64_t at = pen->piece->from;

    while (raw.len > 0) {
        size_t decoded;
        size_t len = redact_unit(raw, pen->piece->escaped, &decoded);

        step(pen, at);
        if (!pen->inside)
            (void)td_buf_add(pen->out, raw.ptr, len);
        raw = td_bytes(raw.ptr + len, raw.len - len);
        at += decoded;
    }
}

/* Whether any span of its text is in the piece; *first is that. */
static bool is_met(const struct redact_piece *piece, struct redact_span **first,
                   size_t *left)
{
    const struct td_buf *spans = &piece->text->spans;
    struct redact_span *list = (struct redact_span *)(void *)spans->ptr;
    size_t len = spans->len / sizeof(*list);
    size_t i = len;

    while (i > 0 && list[i - 1].to > piece->from)
        i--;
    if (i == len || list[i].from >= piece->to)
        return false;
    *first = &list[i];
    *left = len - i;
    return true;
}

uint64_t redact_clean(struct rec_redact *redact, const struct td_event *ev,
                      const struct redact_piece *pieces, size_t len,
                      struct td_buf *out, bool *changed)
{
    struct pen pen = {.out = out};
    size_t copied = 0;

    td_buf_clear(out);
    td_buf_clear(&redact->pieces);
    for (size_t i = 0; i < len; i++) {
        const struct redact_piece *piece = &pieces[i];
        size_t start;

        pen.piece = piece;
        pen.inside = false;
        (void)td_buf_add(out, ev->payload.ptr + copied, piece->start - copied);
        start = out->len;
        (void)td_buf_add(&redact->pieces, &start, sizeof(start));
        copied = piece->start + piece->len;
        if (is_met(piece, &pen.span, &pen.left))
            write_piece(&pen,
                        td_bytes(ev->payload.ptr + piece->start, piece->len));
        else
            (void)td_buf_add(out, ev->payload.ptr + piece->start, piece->len);
    }
    (void)td_buf_add(out, ev->payload.ptr + copied, ev->payload.len - copied);
    *changed = pen.changed;
    return pen.more;
}
