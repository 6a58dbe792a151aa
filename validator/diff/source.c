#include "validator/diff/source.h"

#include "core/mem.h"
#include "core/payload.h"
#include "tape/detect.h"
#include "tape/ndjson.h"
#include "validator/diff/answers.h"

#include <stdlib.h>

struct diff_source {
    const char *path; /* borrowed */
    enum diff_what what;
    struct diff_answers answers;
    struct tape_reader *reader;
    struct tape_ndjson *lines;
    uint64_t line;
    bool any; /* a line was read */
};

static enum td_code refuse_pipe(const char *path, struct td_error *err)
{
    (void)td_error_set(err, TD_USAGE, path, 0,
                       "is a pipe: both streams are read twice, so they must "
                       "be files");
    return td_error_hint(err, "write it to a file first");
}

enum td_code diff_source_open(struct diff_source **out, const char *path,
                              enum diff_what what, struct td_error *err)
{
    const struct tape_read_options how = {.threads = 1};
    struct diff_source *source;
    struct tape_input in;
    enum td_code code = tape_input_open(&in, path, err);

    *out = NULL;
    if (code)
        return code;
    if (!in.seekable) {
        tape_input_close(&in);
        return refuse_pipe(path, err);
    }
    source = (struct diff_source *)td_calloc(1, sizeof(*source));
    source->path = path;
    source->what = what;
    if (tape_is_named(path) || tape_sniff(&in))
        code = tape_reader_take(&source->reader, &in, &how, err);
    else
        source->lines = tape_ndjson_new(&in);
    if (code)
        free(source);
    else
        *out = source;
    return code;
}

void diff_source_close(struct diff_source *source)
{
    if (!source)
        return;
    tape_reader_close(source->reader);
    tape_ndjson_close(source->lines);
    diff_answers_release(&source->answers);
    free(source);
}

static void take_event(struct diff_message *m, const struct td_event *ev)
{
    *m = (struct diff_message){.seq = ev->seq,
                               .has_t = true,
                               .at_ns = ev->at_ns,
                               .conn = ev->conn,
                               .dir = ev->dir,
                               .name = ev->name,
                               .payload = td_payload_json(ev),
                               .att = ev->att,
                               .cut = ev->cut,
                               .asks = ev->id.len && ev->id.ptr[0] != '"',
                               .acks = ev->ack.len > 0};
}

/* Whether it is a message; an answer is rewritten as one. */
static bool is_message(struct diff_source *source, struct td_event *ev)
{
    return source->what == DIFF_ANSWERS
               ? diff_answers_take(&source->answers, ev)
               : td_event_is_plain(ev);
}

static enum td_code next_event(struct diff_source *source,
                               struct diff_message *m, struct td_error *err)
{
    struct td_event ev;
    enum td_code code;

    do
        code = tape_reader_next(source->reader, &ev, err);
    while (!code && !is_message(source, &ev));
    if (!code)
        take_event(m, &ev);
    return code;
}

static enum td_code next_line(struct diff_source *source,
                              struct diff_message *m, struct td_error *err)
{
    struct td_bytes line = {0};
    enum td_code code;

    do {
        code = tape_ndjson_next(source->lines, &line, err);
        source->line++;
    } while (!code && td_payload_is_blank(line));
    if (code == TD_END && !source->any)
        return tape_refuse_empty(source->path, "compare", err);
    source->any = true;
    *m = (struct diff_message){
        .seq = source->line, .dir = TD_DIR_OUT, .payload = line};
    return code;
}

enum td_code diff_source_next(struct diff_source *source,
                              struct diff_message *m, struct td_error *err)
{
    return source->reader ? next_event(source, m, err)
                          : next_line(source, m, err);
}

bool diff_source_skip(struct diff_source *source, uint64_t seq)
{
    struct tape_state state = diff_source_state(source);

    return state.indexed && state.segments == 1 &&
           !tape_reader_seek_seq(source->reader, seq, NULL);
}

struct tape_state diff_source_state(const struct diff_source *source)
{
    return source->reader ? tape_reader_state(source->reader)
                          : (struct tape_state){0};
}
