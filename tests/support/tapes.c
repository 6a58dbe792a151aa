#include "tests/support/tapes.h"

#include "core/fs.h"

#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PATHS 8

static char dir[] = "/tmp/td_tests.XXXXXX";

static int remove_one(const char *path, const struct stat *st, int type,
                      struct FTW *where)
{
    (void)st;
    (void)type;
    (void)where;
    return remove(path);
}

static void remove_dir(void)
{
    if (nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS))
        perror(dir);
}

const char *test_path(const char *name)
{
    static char paths[PATHS][256];
    static unsigned turn;
    static pid_t owner;
    char *path = paths[turn++ % PATHS];

    if (owner == 0) {
        owner = getpid();
        if (!mkdtemp(dir))
            abort();
        (void)atexit(remove_dir);
    }
    (void)snprintf(path, sizeof(paths[0]), "%s/%s", dir, name);
    return path;
}

void test_read_file(const char *path, struct td_buf *out)
{
    struct td_error err;

    td_buf_init(out, 0);
    if (td_fs_read(out, path, &err)) {
        printf("%s: %s\n", path, err.text);
        abort();
    }
}

void test_write_file(const char *path, struct td_bytes bytes)
{
    FILE *file = fopen(path, "wb");

    if (!file || fwrite(bytes.ptr, 1, bytes.len, file) != bytes.len ||
        fclose(file))
        abort();
}

struct tape_options test_tape_options(void)
{
    static struct td_clock clock;

    td_clock_virtual(&clock, 0, UINT64_C(1700000000) * TD_NS_PER_S);
    return (struct tape_options){
        .clock = &clock,
        .id = "test",
        .source = "ws://example.test/",
        .overwrite = true,
        .patient = true,
        .one_thread = true,
    };
}

static const char *tick_json(uint64_t n)
{
    static char json[160];

    (void)snprintf(json, sizeof(json),
                   "{\"n\":%" PRIu64 ",\"half\":%" PRIu64 ".50,\"text\":\"the "
                   "quick brown fox\",\"odd\":%s}",
                   n, n / 2, n % 2 ? "true" : "false");
    return json;
}

struct td_event test_tick(uint64_t n)
{
    return (struct td_event){
        .at_ns = n * TD_NS_PER_MS,
        .conn = 1,
        .dir = TD_DIR_OUT,
        .form = TD_FORM_JSON,
        .name = td_text("tick"),
        .payload = td_text(tick_json(n)),
    };
}

static void must(enum td_code code, const struct td_error *err)
{
    if (code) {
        printf("%s: %s: %s\n", err->where, td_code_text(code), err->text);
        abort();
    }
}

void test_tape(const char *path, uint64_t count, size_t member_text)
{
    struct tape_options options = test_tape_options();
    struct tape_writer *writer;
    struct td_error err = {0};

    options.member_text = member_text;
    options.member_ns = TD_NEVER;
    must(tape_writer_open(&writer, path, &options, &err), &err);
    for (uint64_t n = 1; n <= count; n++) {
        struct td_event ev = test_tick(n);

        must(tape_writer_put(writer, &ev, &err), &err);
    }
    must(tape_writer_close(writer, TAPE_END_CLEAN, NULL, &err), &err);
}

uint64_t test_count_events(const char *path, struct tape_state *state)
{
    struct tape_reader *reader;
    struct td_error err = {0};
    struct td_event ev;
    uint64_t count = 0;
    enum td_code code;

    memset(state ? state : &(struct tape_state){0}, 0, sizeof(*state));
    if (tape_reader_open(&reader, path, NULL, &err))
        return 0;
    while (!(code = tape_reader_next(reader, &ev, &err))) {
        count++;
        if (td_bytes_is(ev.name, "tick") &&
            !td_bytes_is(ev.payload, tick_json(ev.at_ns / TD_NS_PER_MS))) {
            printf("event %" PRIu64 " is not what it was\n", ev.seq);
            abort();
        }
    }
    if (code != TD_END)
        must(code, &err);
    if (state)
        *state = tape_reader_state(reader);
    tape_reader_close(reader);
    return count;
}
