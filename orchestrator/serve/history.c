#include "orchestrator/serve/history.h"

#include "core/mem.h"
#include "tape/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NEAR  1000 /* events that may be read in vain */
#define TRIES 64

struct reader {
    const char *path;
    struct tape_reader *tape; /* NULL until it is needed: a peer that has all
                                 costs little, and many come at once */
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

/* ---- a place to read from ---- */

/* Of the next one in the tape; 0: there is none. */
static uint64_t next_seq(struct tape_reader *tape)
{
    struct td_event ev;
    struct td_error err;

    while (!tape_reader_next(tape, &ev, &err))
        if (td_event_is_plain(&ev))
            return serve_seq_of(ev.payload);
    return 0;
}

/* The line whose number is that of the event is not behind it, for an event is
 * a line and there are others between; from there it is as many lines away as
 * events are missing, or more. Numbers of lines begin again with each segment:
 * what leads too far is no way. */
static uint64_t line_before(struct tape_reader *tape, uint64_t seq)
{
    uint64_t line = seq;
    uint64_t found = 0;
    struct td_error err;

    /* One that no writer of ours made has no members to be passed over. */
    if (next_seq(tape) == 0 || tape_reader_state(tape).members == 0)
        return 0;

    for (int i = 0; i < TRIES && !tape_reader_seek_seq(tape, line, &err); i++) {
        uint64_t there = next_seq(tape);

        if (there == 0 || there > seq)
            break;
        found = line;
        if (seq - there < NEAR)
            break;
        line += seq - there;
    }
    return found;
}

enum td_code serve_history_open(struct tape_reader **out, const char *journal,
                                uint64_t seq, struct td_error *err)
{
    const struct tape_read_options how = {.follow = true};
    uint64_t line;

    if (tape_reader_open(out, journal, &how, err))
        return err->code;
    if (seq < NEAR)
        return TD_OK;
    line = line_before(*out, seq);
    if (line)
        return tape_reader_seek_seq(*out, line, err);
    tape_reader_close(*out);
    return tape_reader_open(out, journal, &how, err);
}

/* ---- the history ---- */

static enum td_code open_reader(void *self, uint64_t from, void **out,
                                struct td_error *err)
{
    struct reader *reader;

    if (access(self, R_OK) != 0)
        return td_error_errno(err, TD_IO, self, errno, "cannot be read");
    reader = td_calloc(1, sizeof(*reader));
    reader->path = self;
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
    if (!reader->tape &&
        serve_history_open(&reader->tape, reader->path, reader->from, err))
        return err->code;
    code = tape_reader_next(reader->tape, ev, err);
    if (code == TD_END)
        return td_error_set(err, TD_LOSSY, "", 0,
                            "the journal ends before event %llu",
                            (unsigned long long)last_seq);
    if (code)
        return code;
    ev->seq = td_event_is_plain(ev) ? serve_seq_of(ev->payload) : 0;
    if (ev->seq > 0)
        reader->seen = ev->seq;
    if (ev->seq < reader->from)
        ev->seq = 0;
    return TD_OK;
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
