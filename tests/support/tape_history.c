#include "tests/support/tape_history.h"

#include "core/mem.h"
#include "tape/reader.h"

#include <inttypes.h>
#include <stdlib.h>

struct tape_cursor {
    const char *path;
    struct tape_reader *tape; /* NULL: not opened yet */
    uint64_t seq;             /* of the last event given */
};

static enum td_code open_cursor(void *self, uint64_t from, void **reader,
                                struct td_error *err)
{
    struct tape_cursor *c = td_calloc(1, sizeof(*c));

    (void)err;
    c->path = self;
    c->seq = from ? from - 1 : 0;
    *reader = c;
    return TD_OK;
}

static enum td_code lacks(const struct tape_cursor *c, struct td_error *err)
{
    return td_error_set(err, TD_LOSSY, c->path, 0,
                        "event %" PRIu64 " was sent and is not on the tape",
                        c->seq + 1);
}

/* Open the tape before the event after c->seq. TD_AGAIN: it is not on it yet.
 * Not before there is something to read: a new tape may be empty.
 */
static enum td_code start(struct tape_cursor *c, struct td_error *err)
{
    static const struct tape_read_options how = {.follow = true};
    enum td_code code = tape_reader_open(&c->tape, c->path, &how, err);
    bool ended;

    if (code || c->seq == 0)
        return code;
    code = tape_reader_seek_seq(c->tape, c->seq + 1, err);
    if (code != TD_END && code != TD_AGAIN)
        return code;
    ended = tape_reader_state(c->tape).ended;
    tape_reader_close(c->tape);
    c->tape = NULL;
    return ended ? TD_END : TD_AGAIN;
}

static enum td_code next(void *reader, uint64_t last_seq, struct td_event *ev,
                         struct td_error *err)
{
    struct tape_cursor *c = reader;
    enum td_code code = TD_OK;

    if (c->seq >= last_seq)
        return TD_END;
    if (!c->tape)
        code = start(c, err);
    if (!code)
        code = tape_reader_next(c->tape, ev, err);
    if (code == TD_AGAIN && c->tape && tape_reader_state(c->tape).ended)
        code = TD_END;
    if (code == TD_END || (!code && ev->seq != c->seq + 1))
        return lacks(c, err);
    c->seq += !code;
    return code;
}

static void close_cursor(void *reader)
{
    struct tape_cursor *c = reader;

    if (c)
        tape_reader_close(c->tape);
    free(c);
}

struct play_history tape_history(const char *path)
{
    return (struct play_history){.open = open_cursor,
                                 .next = next,
                                 .close = close_cursor,
                                 .self = (void *)(uintptr_t)path};
}
