#include "tests/support/made_tape.h"

#include "tests/support/tapes.h"

#include <stdio.h>
#include <stdlib.h>

static const char *path_of(const char *name)
{
    char file[128];

    (void)snprintf(file, sizeof(file), "%s.tape.gz", name);
    return test_path(file);
}

static void must(enum td_code code, const struct td_error *err)
{
    if (!code)
        return;
    (void)fprintf(stderr, "test tape: %s: %s\n", err->where, err->text);
    abort();
}

static struct td_bytes text_or_none(const char *text)
{
    return text ? td_text(text) : td_bytes(NULL, 0);
}

static void put(struct tape_writer *writer, const struct made_event *event,
                size_t i)
{
    struct td_error err;
    char payload[32];
    struct td_event ev = {
        .at_ns = event->at_ns,
        .conn = 1,
        .dir = event->in ? TD_DIR_IN : TD_DIR_OUT,
        .form = TD_FORM_JSON,
        .kind = text_or_none(event->kind),
        .id = text_or_none(event->id),
        .name = text_or_none(event->name),
    };

    (void)snprintf(payload, sizeof(payload), "{\"n\":%zu}", i);
    ev.payload = td_text(event->payload ? event->payload : payload);
    must(tape_writer_put(writer, &ev, &err), &err);
}

static struct tape_writer *open_tape(const char *path, uint64_t wall_ns)
{
    const struct tape_options options = {.id = "test",
                                         .start_wall_ns =
                                             MADE_TAPE_WALL + wall_ns,
                                         .overwrite = true,
                                         .one_thread = true};
    struct tape_writer *writer = NULL;
    struct td_error err;

    must(tape_writer_open(&writer, path, &options, &err), &err);
    return writer;
}

const char *made_tape(const char *name, uint64_t wall_ns,
                      const struct made_event *events, size_t count)
{
    const char *path = path_of(name);
    struct tape_writer *writer = open_tape(path, wall_ns);
    struct td_error err;

    for (size_t i = 0; i < count; i++)
        put(writer, &events[i], i);
    must(tape_writer_close(writer, TAPE_END_CLEAN, NULL, &err), &err);
    return path;
}

const char *made_tape_ticks(const char *name, size_t count, uint64_t step_ns)
{
    const char *path = path_of(name);
    struct tape_writer *writer = open_tape(path, 0);
    struct td_error err;

    for (size_t i = 0; i < count; i++) {
        const struct made_event event = {.at_ns = i * step_ns, .name = "tick"};

        put(writer, &event, i);
    }
    must(tape_writer_close(writer, TAPE_END_CLEAN, NULL, &err), &err);
    return path;
}
