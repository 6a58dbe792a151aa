/* Bodies of Engine.IO's long polling: whatever stands around it, what a client
 * connects with and the id of its session are not in what comes out, packets
 * stay as many or go whole, and what comes out is fit for a tape line.
 */
#include "core/buf.h"
#include "core/json.h"
#include "recorder/redact.h"

#include <stdlib.h>

#define MARK   0x1e
#define SECRET "q7Secretq7"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t packets(struct td_bytes body)
{
    size_t count = 1;

    for (size_t i = 0; i < body.len; i++)
        count += body.ptr[i] == MARK;
    return count;
}

/* A packet with a secret between two halves of the input. */
static void look(struct rec_redact *redact, const char *packet, size_t at,
                 struct td_bytes data)
{
    struct td_buf body = {0};
    struct td_event ev = {.kind = td_text("body"), .form = TD_FORM_TEXT};

    (void)td_buf_add_byte(&body, '2'); /* it is a body of packets */
    (void)td_buf_add_byte(&body, MARK);
    (void)td_buf_add(&body, data.ptr, at);
    (void)td_buf_add_byte(&body, MARK);
    (void)td_buf_add_text(&body, packet);
    (void)td_buf_add_byte(&body, MARK);
    (void)td_buf_add(&body, data.ptr + at, data.len - at);
    ev.payload = td_buf_bytes(&body);
    rec_redact_event(redact, &ev);
    if (memmem(ev.payload.ptr, ev.payload.len, SECRET, strlen(SECRET)))
        abort();
    /* What looks like a message of JSON-RPC that was cut goes whole. */
    if (!td_bytes_is(ev.payload, REC_WITHHELD) &&
        packets(ev.payload) != packets(td_buf_bytes(&body)))
        abort();
    td_buf_release(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const secrets[] = {
        "0{\"sid\":\"" SECRET "\",\"upgrades\":[]}",
        "40{\"token\":\"" SECRET "\"}",
        "40/a,{\"auth\":{\"x\":\"" SECRET "\"}}", "40{\"sid\":\"" SECRET "\""};
    struct rec_redact *redact = NULL;

    if (size && memmem(data, size, SECRET, strlen(SECRET)))
        return 0; /* where anybody may say it */
    if (rec_redact_open(&redact, NULL, NULL))
        abort();
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
        look(redact, secrets[i], size ? data[0] % size : 0,
             td_bytes(data, size));
    rec_redact_close(redact);
    return 0;
}
