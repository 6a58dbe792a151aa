#include "orchestrator/serve/history.h"

#include "core/mem.h"
#include "tape/reader.h"

#include <stdlib.h>
#include <string.h>

struct reader {
    struct tape_reader *tape;
    uint64_t from;
    uint64_t seen; /* the last event that was given */
};

uint64_t serve_seq_of(struct td_bytes envelope)
{
    static const char key[] = "\"seq\":";
    const size_t len = sizeof(key) - 1;
    uint64_t n = 0;
    size_t at;

    if (envelope.len < len)
        return 0;
    at = envelope.len - len;
    while (at > 0 && memcmp(envelope.ptr + at, key, len) != 0)
        at--;
    for (at += len; at < envelope.len; at++) {
        if (envelope.ptr[at] < '0' || envelope.ptr[at] > '9' ||
            n > UINT64_MAX / 100)
            break;
        n = n * 10 + envelope.ptr[at] - '0';
    }
    return n;
}

static enum td_code open_reader(void *self, uint64_t from, void **out,
                                struct td_error *err)
{
    struct tape_read_options how = {.follow = true};
    struct reader *reader = td_calloc(1, sizeof(*reader));
    enum td_code code = tape_reader_open(&reader->tape, self, &how, err);

    if (code) {
        free(reader);
        return code;
    }
    reader->from = from;
    *out = reader;
    return TD_OK;
}

static enum td_code next_event(void *ctx, uint64_t last_seq,
                               struct td_event *ev, struct td_error *err)
{
    struct reader *reader = ctx;
    enum td_code code;

    if (reader->seen >= last_seq || reader->from > last_seq)
        return TD_END;
    while (!(code = tape_reader_next(reader->tape, ev, err))) {
        if (!td_event_is_plain(ev))
            continue;
        ev->seq = serve_seq_of(ev->payload);
        reader->seen = ev->seq;
        if (ev->seq >= reader->from && ev->seq > 0)
            return TD_OK;
    }
    if (code == TD_END)
        return td_error_set(err, TD_LOSSY, "", 0,
                            "the journal ends before event %llu",
                            (unsigned long long)last_seq);
    return code;
}

static void close_reader(void *ctx)
{
    struct reader *reader = ctx;

    if (!reader)
        return;
    tape_reader_close(reader->tape);
    free(reader);
}

struct play_history serve_history(const char *path)
{
    return (struct play_history){
        .open = open_reader,
        .next = next_event,
        .close = close_reader,
        .self = (void *)(uintptr_t)path,
    };
}
