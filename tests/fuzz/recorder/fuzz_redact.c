/* Rules and a payload from outside: what comes out still fits on a tape line,
 * and a secret that is put into it where a key rule names it never survives,
 * whatever stands around it.
 */
#include "core/b64.h"
#include "core/json.h"
#include "recorder/event_name.h"
#include "recorder/redact.h"
#include "tape/line.h"
#include "wire/event/control_payload.h"

#include <stdlib.h>
#include <unistd.h>

#define SECRET "q7Secretq7"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct rec_redact *redact;
static struct rec_event_name namer;

static void open_once(void)
{
    static const char rules[] = "key secret\npointer /a/0\nregex [0-9]{3}\n"
                                "regex n\nregex x*$\n";
    char path[] = "/tmp/fuzz_redact_XXXXXX";
    int fd = mkstemp(path);

    if (fd < 0 || write(fd, rules, sizeof(rules) - 1) < 0 ||
        rec_redact_open(&redact, path, NULL) ||
        rec_event_name_init(&namer, "/type", NULL))
        abort();
    (void)close(fd);
    (void)unlink(path);
}

/* What base64 stands for, and all else as it is. */
static bool holds_secret(struct td_bytes bytes)
{
    return bytes.len > 0 &&
           memmem(bytes.ptr, bytes.len, SECRET, sizeof(SECRET) - 1);
}

static bool holds_secret_in_b64(struct td_bytes bytes)
{
    struct td_buf out = {0};
    bool found =
        !td_b64_decode(&out, bytes) && holds_secret(td_buf_bytes(&out));

    td_buf_release(&out);
    return found;
}

/* Onto the line: it is one, and the secret is not on it. */
static void put(struct td_event *ev)
{
    struct td_buf line = {0};
    struct td_buf scratch = {0};
    struct td_event seen;

    ev->seq = 1;
    rec_event_name_read(&namer, ev);
    rec_redact_event(redact, ev);
    if (ev->form == TD_FORM_JSON && !td_json_suits_line(ev->payload))
        abort();
    if (tape_line_encode(&line, ev) ||
        tape_line_parse(&seen, td_bytes(line.ptr, line.len - 1), &scratch, true,
                        NULL))
        abort();
    if (holds_secret(td_buf_bytes(&line)) || holds_secret(seen.payload))
        abort();
    td_buf_release(&line);
    td_buf_release(&scratch);
}

/* As a message in any form, as facts, as a packet of Socket.IO. */
static void put_payload(struct td_bytes payload, uint8_t how)
{
    struct td_event ev = {.form = how & 1 ? TD_FORM_BYTES : TD_FORM_TEXT,
                          .payload = payload};

    if (how & 2)
        ev.kind = td_text(how & 4 ? TD_KIND_OPEN : TD_KIND_PING);
    else if (how & 4)
        ev.name = td_text("up");
    put(&ev);
}

static void check_bad(struct td_bytes payload)
{
    struct td_json_doc doc = {0};
    uint32_t i;

    if (td_json_parse(&doc, payload, TD_JSON_DEPTH, NULL))
        abort();
    i = td_json_member(&doc, 0, td_text("b64"));
    if (i && holds_secret_in_b64(td_json_inner(&doc, i)))
        abort();
    td_json_release(&doc);
}

/* As an attachment, and as bytes that broke a protocol. */
static void put_bytes(struct td_bytes bytes)
{
    struct td_buf att = {0};
    struct td_buf bad = {0};
    struct td_event ev = {.form = TD_FORM_TEXT, .name = td_text("up")};

    (void)td_buf_add_text(&att, "[\"");
    (void)td_b64_encode(&att, bytes);
    (void)td_buf_add_text(&att, "\"]");
    ev.att = td_buf_bytes(&att);
    put(&ev);
    if (holds_secret_in_b64(td_bytes(ev.att.ptr + 2, ev.att.len - 4)))
        abort();
    event_payload_bad(&bad, bytes, "x");
    ev = (struct td_event){.form = TD_FORM_JSON,
                           .kind = td_text(TD_KIND_BAD),
                           .payload = td_buf_bytes(&bad)};
    put(&ev);
    check_bad(ev.payload);
    td_buf_release(&att);
    td_buf_release(&bad);
}

/* The first byte says how, the second where the secret is put in. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char member[] = "{\"secret\":\"" SECRET "\"}";
    struct td_buf payload = {0};
    size_t at;

    if (!redact)
        open_once();
    if (size < 2)
        return 0;
    at = (size - 2) * data[1] / UINT8_MAX;
    if (!(data[0] & 8))
        (void)td_buf_add(&payload, data + 2, at);
    if (!(data[0] & 16))
        (void)td_buf_add_text(&payload, member);
    (void)td_buf_add(&payload, data + 2 + at, size - 2 - at);
    if (holds_secret(td_bytes(data, size))) {
        td_buf_release(&payload);
        return 0;
    }
    put_payload(td_buf_bytes(&payload), data[0]);
    put_bytes(td_buf_bytes(&payload));
    td_buf_release(&payload);
    return 0;
}
