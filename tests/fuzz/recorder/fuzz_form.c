/* A body from outside, by itself and with credentials put into a form of it:
 * they never survive, what comes out fits on a tape line, and there is nothing
 * left to hide in it.
 */
#include "core/json.h"
#include "recorder/redact.h"
#include "tape/line.h"

#include <stdlib.h>

#define SECRET "q7Secretq7"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct rec_redact *redact;

static bool holds_secret(struct td_bytes bytes)
{
    return bytes.len > 0 &&
           memmem(bytes.ptr, bytes.len, SECRET, sizeof(SECRET) - 1);
}

/* wanted: it has a credential. */
static void put(struct td_bytes body, bool bytes, bool wanted)
{
    struct td_event ev = {.seq = 1,
                          .kind = td_text(TD_KIND_BODY),
                          .form = bytes ? TD_FORM_BYTES : TD_FORM_TEXT,
                          .payload = body};
    struct td_buf once = {0};
    struct td_buf line = {0};
    uint64_t values;

    rec_redact_event(redact, &ev);
    if (wanted && holds_secret(ev.payload))
        abort();
    (void)td_buf_add_bytes(&once, ev.payload);
    ev.payload = td_buf_bytes(&once);
    if (tape_line_encode(&line, &ev))
        abort();
    values = rec_redact_values(redact);
    rec_redact_event(redact, &ev);
    if (values != rec_redact_values(redact) ||
        !td_bytes_equal(ev.payload, td_buf_bytes(&once)))
        abort();
    td_buf_release(&once);
    td_buf_release(&line);
}

/* As a value beside the credential: what would end that, or the form, is left
 * out.
 */
static void put_form(const uint8_t *data, size_t size)
{
    struct td_buf body = {0};

    (void)td_buf_add_text(&body, "a=");
    for (size_t i = 0; i < size; i++)
        if ((data[i] >= ' ' && data[i] != 0x7f) || memchr("\t\r\n", data[i], 3))
            (void)td_buf_add_byte(&body, data[i]);
    if (holds_secret(td_buf_bytes(&body)))
        td_buf_clear(&body); /* where anybody may say it */
    (void)td_buf_add_text(&body, body.len ? "&" : "");
    (void)td_buf_add_text(&body, "user[password]=" SECRET "&b=1\r\n");
    put(td_buf_bytes(&body), true, true);
    td_buf_release(&body);
}

static void put_parts(const uint8_t *data, size_t size)
{
    static const char boundary[] = "--q7bound";
    struct td_buf body = {0};

    if (size && memmem(data, size, boundary, sizeof(boundary) - 1))
        return;
    (void)td_buf_addf(&body,
                      "%s\r\nContent-Disposition: form-data; "
                      "name=\"a\"\r\n\r\n",
                      boundary);
    (void)td_buf_add(&body, data, size);
    (void)td_buf_addf(&body,
                      "\r\n%s\r\nContent-Disposition: form-data; "
                      "name=\"api_key\"\r\n\r\n" SECRET "\r\n%s--\r\n",
                      boundary, boundary);
    put(td_buf_bytes(&body), true, true);
    td_buf_release(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (holds_secret(td_bytes(data, size)))
        return 0; /* where anybody may say it */
    if (!redact && rec_redact_open(&redact, NULL, NULL))
        abort();
    put(td_bytes(data, size), true, false);
    put_form(data, size);
    put_parts(data, size);
    return 0;
}
