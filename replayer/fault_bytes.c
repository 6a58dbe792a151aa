#include "replayer/fault_bytes.h"

#include "core/utf8.h"

/* A copy of the payload with which *ev goes on. */
static void take(struct td_event *ev, struct td_buf *out, struct td_bytes front,
                 struct td_bytes middle, struct td_bytes back)
{
    struct td_buf fresh = {0};

    (void)td_buf_add_bytes(&fresh, front);
    (void)td_buf_add_bytes(&fresh, middle);
    (void)td_buf_add_bytes(&fresh, back);
    td_buf_release(out);
    *out = fresh;
    ev->payload = td_buf_bytes(out);
    if (ev->form == TD_FORM_JSON)
        ev->form = TD_FORM_TEXT;
}

static struct td_bytes front(struct td_bytes bytes, size_t n)
{
    return td_bytes(bytes.ptr, n);
}

static struct td_bytes behind(struct td_bytes bytes, size_t n)
{
    return td_bytes(bytes.ptr + n, bytes.len - n);
}

bool play_fault_corrupt(struct play_fault_rule *rule, struct td_event *ev,
                        struct td_buf *out)
{
    if (ev->payload.len == 0)
        return false;
    take(ev, out, ev->payload, td_text(""), td_text(""));
    for (uint64_t i = 0; i < rule->amount; i++) {
        size_t at = (size_t)play_fault_random(rule, out->len);

        out->ptr[at] =
            (uint8_t)(out->ptr[at] ^ (1 + play_fault_random(rule, 255)));
    }
    return true;
}

/* Behind how many bytes the n-th sequence of several ends, or how many there
 * are. */
static size_t sequences(struct td_bytes text, uint64_t n, size_t *end)
{
    const uint8_t *at = text.ptr;
    const uint8_t *last = text.ptr + text.len;
    size_t found = 0;

    while (at < last) {
        size_t step = td_utf8_step(at, last);

        at += step ? step : 1;
        if (step > 1 && found++ == n && end)
            *end = (size_t)(at - text.ptr);
    }
    return found;
}

bool play_fault_utf8_half(struct play_fault_rule *rule, struct td_event *ev,
                          struct td_buf *out)
{
    struct td_bytes text = ev->payload;
    size_t count = text.len ? sequences(text, 0, NULL) : 0;
    size_t at = text.len / 2;

    if (text.len == 0)
        return false;
    if (count == 0) {
        take(ev, out, front(text, at), td_text("\xe2\x82"), behind(text, at));
        return true;
    }
    (void)sequences(text, play_fault_random(rule, count), &at);
    take(ev, out, front(text, at - 1), td_text(""), behind(text, at));
    return true;
}

bool play_fault_json_half(struct play_fault_rule *rule, struct td_event *ev,
                          struct td_buf *out)
{
    size_t len = ev->payload.len;

    if (len < 2)
        return false;
    len = 1 + (size_t)play_fault_random(rule, len - 1);
    take(ev, out, front(ev->payload, len), td_text(""), td_text(""));
    return true;
}

void play_fault_shorten(struct td_event *ev, uint64_t n, struct td_buf *out)
{
    size_t len = n < ev->payload.len ? ev->payload.len - (size_t)n : 0;

    take(ev, out, front(ev->payload, len), td_text(""), td_text(""));
}
