#include "tape/ndjson.h"

#include "core/mem.h"
#include "core/utf8.h"
#include "tape/deflate.h"
#include "tape/detect.h"
#include "tape/line.h"

#include <stdlib.h>

#define STEP 262144 /* bytes of text at once */

struct tape_ndjson {
    struct tape_input in;
    uint64_t offset;            /* of the next bytes in the file */
    struct tape_gunzip *gunzip; /* NULL: plain text */
    bool within;                /* a gzip member that has not ended */
    bool padded;                /* zeroes came behind the last one */
    bool begun;
    bool marked; /* a byte order mark would be no longer at the start */
    struct td_buf text;
    size_t at; /* the next line starts here */
    bool ended;
    bool has_lf; /* the line that was given last */
};

struct tape_ndjson *tape_ndjson_new(struct tape_input *in)
{
    struct tape_ndjson *n = td_calloc(1, sizeof(*n));

    n->in = *in;
    *in = (struct tape_input){.fd = -1};
    td_buf_init(&n->text, TAPE_LINE_MAX + STEP);
    return n;
}

void tape_ndjson_close(struct tape_ndjson *in)
{
    if (!in)
        return;
    tape_input_close(&in->in);
    tape_gunzip_free(in->gunzip);
    td_buf_release(&in->text);
    free(in);
}

static void begin(struct tape_ndjson *in)
{
    in->begun = true;
    if (tape_is_gzip(tape_input_at(&in->in, 0, 2)))
        in->gunzip = tape_gunzip_new();
}

static enum td_code broken(struct tape_ndjson *in, const char *what,
                           struct td_error *err)
{
    in->ended = true;
    return td_error_set(err, TD_FORMAT, in->in.path, 0,
                        "the gzip stream %s at byte %llu", what,
                        (unsigned long long)in->offset);
}

/* Zeroes up to the end of the file are no part of it, as on a tape. */
static bool pass_padding(struct tape_ndjson *in, struct td_bytes data)
{
    size_t n = 0;

    if (in->within || in->offset == 0)
        return false;
    while (n < data.len && data.ptr[n] == 0)
        n++;
    in->offset += n;
    in->padded |= n > 0;
    return n > 0;
}

static enum td_code add_gunzipped(struct tape_ndjson *in, struct td_bytes data,
                                  struct td_error *err)
{
    size_t used = 0;
    enum tape_inflated state =
        tape_gunzip_add(in->gunzip, data, &in->text, STEP, &used);

    in->offset += used;
    in->within = state != TAPE_INFLATED_END;
    return state == TAPE_INFLATED_BAD ? broken(in, "is broken", err) : TD_OK;
}

/* Make room for a step of text, and fill what there is of it. */
static enum td_code read_more(struct tape_ndjson *in, struct td_error *err)
{
    struct td_bytes data;

    td_buf_drop(&in->text, in->at);
    in->at = 0;
    if (!in->begun)
        begin(in);
    if (!td_buf_room(&in->text, STEP))
        return td_error_set(err, TD_LIMIT, in->in.path, 0,
                            "a line is longer than %zu bytes", TAPE_LINE_MAX);
    data = tape_input_at(&in->in, in->offset, 1);
    if (data.len == 0 && in->in.failed) {
        if (err)
            *err = in->in.err;
        return in->in.err.code;
    }
    in->ended = data.len == 0;
    if (in->ended)
        return in->within ? broken(in, "breaks off", err) : TD_OK;
    if (in->gunzip && pass_padding(in, data))
        return TD_OK;
    if (in->gunzip)
        return in->padded ? broken(in, "goes on behind zeroes", err)
                          : add_gunzipped(in, data, err);
    data.len = data.len < STEP ? data.len : STEP;
    in->offset += data.len;
    return td_buf_add_bytes(&in->text, data);
}

/* The first line is read without a byte order mark. */
static struct td_bytes first_line(struct tape_ndjson *in, struct td_bytes line)
{
    in->marked = true;
    return td_utf8_unmarked(line);
}

enum td_code tape_ndjson_next(struct tape_ndjson *in, struct td_bytes *line,
                              struct td_error *err)
{
    size_t seen = 0;

    for (;;) {
        size_t left = in->text.len - in->at;
        const uint8_t *from = in->text.ptr + in->at;
        const uint8_t *lf =
            left > seen ? memchr(from + seen, '\n', left - seen) : NULL;
        enum td_code code;

        if (lf || (in->ended && left > 0)) {
            *line = td_bytes(from, lf ? (size_t)(lf - from) : left);
            in->at += line->len + (lf != NULL);
            in->has_lf = lf != NULL;
            if (!in->marked)
                *line = first_line(in, *line);
            return TD_OK;
        }
        if (in->ended)
            return TD_END;
        seen = left;
        code = read_more(in, err);
        if (code)
            return code;
    }
}

bool tape_ndjson_has_lf(const struct tape_ndjson *in)
{
    return in->has_lf;
}
