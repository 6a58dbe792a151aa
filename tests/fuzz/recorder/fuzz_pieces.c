/* Payloads from outside through the stage that holds pieces back: each comes
 * out once, in order and fit for a tape line, and a secret that is put into
 * their text, cut anywhere, never does.
 */
#include "core/json.h"
#include "recorder/event_name.h"
#include "recorder/redact.h"

#include <stdlib.h>
#include <unistd.h>

#define SECRET "q7Secretq7"
#define MEMBER "{\"secret\":\"" SECRET "\"}"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What came out. */
struct seen {
    struct td_buf text;
    uint64_t events;
    uint64_t at_ns;
};

static struct rec_event_name namer;
static char path[] = "/tmp/fuzz_pieces_XXXXXX";

static void open_once(void)
{
    static const char rules[] = "key secret\nregex [0-9]{3}x\nregex (?<=n)o*$\n"
                                "stream /*/* by /*/id\nstream \"\"\n"
                                "stream /t\npreset openai\n";
    int fd = mkstemp(path);

    if (fd < 0 || write(fd, rules, sizeof(rules) - 1) < 0 ||
        rec_event_name_init(&namer, "/type", NULL))
        abort();
    (void)close(fd);
}

static enum td_code take(void *self, const struct td_event *ev,
                         struct td_error *err)
{
    struct seen *seen = self;

    (void)err;
    if (ev->at_ns < seen->at_ns ||
        (ev->form == TD_FORM_JSON && !td_json_suits_line(ev->payload)))
        abort();
    seen->at_ns = ev->at_ns;
    seen->events++;
    (void)td_buf_add_bytes(&seen->text, ev->payload);
    return TD_OK;
}

static void put(struct td_sink sink, struct td_bytes payload, uint64_t at_ns,
                bool text)
{
    struct td_event ev = {.at_ns = at_ns,
                          .conn = 1,
                          .exchange = at_ns % 2,
                          .form = text ? TD_FORM_TEXT : TD_FORM_BYTES,
                          .payload = payload};

    rec_event_name_read(&namer, &ev);
    if (td_sink_put(sink, &ev, NULL))
        abort();
}

/* Pieces of any bytes, with a zero between them. */
static uint64_t put_all(struct td_sink sink, struct td_bytes data)
{
    uint64_t n = 0;

    while (data.len > 0) {
        const uint8_t *zero = memchr(data.ptr, 0, data.len);
        size_t len = zero ? (size_t)(zero - data.ptr) : data.len;

        put(sink, td_bytes(data.ptr, len), ++n, false);
        len += zero != NULL;
        data = td_bytes(data.ptr + len, data.len - len);
    }
    return n;
}

/* A text with the secret in it, in pieces as long as the bytes of data say. */
static void put_secret(struct td_sink sink, struct td_bytes data)
{
    struct td_bytes text = td_text("see " MEMBER " there");

    for (size_t i = 0; text.len > 0; i++) {
        size_t len = 1 + (data.len > 0 ? data.ptr[i % data.len] % 16U : 0U);

        len = len < text.len ? len : text.len;
        put(sink, td_bytes(text.ptr, len), 2, true);
        text = td_bytes(text.ptr + len, text.len - len);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seen seen = {.events = 0};
    struct td_sink next = {.put = take, .self = &seen};
    struct rec_redact *redact = NULL;
    uint64_t n;

    if (!namer.pointer)
        open_once();
    if (rec_redact_open(&redact, path, NULL))
        abort();
    n = put_all(rec_redact_sink(redact, next), td_bytes(data, size));
    if (rec_redact_finish(redact, NULL) || seen.events != n)
        abort();
    rec_redact_close(redact);
    td_buf_clear(&seen.text);
    seen.at_ns = 0;
    if (rec_redact_open(&redact, path, NULL))
        abort();
    put_secret(rec_redact_sink(redact, next), td_bytes(data, size));
    if (rec_redact_finish(redact, NULL) ||
        memmem(seen.text.ptr, seen.text.len, SECRET, strlen(SECRET)))
        abort();
    rec_redact_close(redact);
    td_buf_release(&seen.text);
    return 0;
}
