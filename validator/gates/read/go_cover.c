/* Cover profiles of Go: blocks of statements, a line each.
 *
 *     mode: count
 *     example.org/p/a.go:2.19,3.11 1 4
 *
 * A line has the most that a block of it ran. The profile of several packages
 * may have a block again: those of one file that follow each other are joined,
 * by the most under mode set, else by their sum.
 */
#include "validator/gates/read/counts.h"
#include "validator/gates/read/formats.h"

#include "core/mem.h"

#include <stdlib.h>

#define LINE_MAX_NUMBER 10000000

enum { FILE_NAME };

struct block {
    uint64_t place[4]; /* line and column, twice */
    uint64_t hits;
};

struct go {
    struct read_reader base;
    bool begun;
    bool is_set;
    struct block *blocks; /* of the file that is open */
    size_t len;
    size_t cap;
    uint64_t told;
};

static int by_place(const void *a, const void *b)
{
    const struct block *x = a;
    const struct block *y = b;

    for (int i = 0; i < 4; i++) {
        if (x->place[i] != y->place[i])
            return x->place[i] < y->place[i] ? -1 : 1;
    }
    return 0;
}

/* Equal blocks become one. */
static void join(struct go *r)
{
    size_t kept = 0;

    qsort(r->blocks, r->len, sizeof(*r->blocks), by_place);
    for (size_t i = 0; i < r->len; i++) {
        struct block *last = &r->blocks[kept ? kept - 1 : 0];
        const struct block *at = &r->blocks[i];

        if (kept == 0 || by_place(last, at))
            r->blocks[kept++] = *at;
        else if (r->is_set)
            last->hits |= at->hits;
        else
            last->hits = at->hits > UINT64_MAX - last->hits
                             ? UINT64_MAX
                             : last->hits + at->hits;
    }
    r->len = kept;
}

/* The blocks stand in order of their first lines: those that reach a line are
 * among the ones that began and have not ended.
 */
static void tell_lines(struct go *r)
{
    struct read_line line = {.file = read_kept(&r->base, FILE_NAME)};
    size_t open = 0;
    size_t next = 0;

    while ((next < r->len || open > 0) && !r->base.stopped) {
        size_t kept = 0;

        line.line = open > 0 ? line.line + 1 : r->blocks[next].place[0];
        for (; next < r->len && r->blocks[next].place[0] <= line.line; next++)
            r->blocks[open++] = r->blocks[next];
        line.hits = 0;
        r->told += open + 1;
        for (size_t i = 0; i < open; i++) {
            struct block block = r->blocks[i];

            if (block.place[2] < line.line)
                continue;
            line.hits = block.hits > line.hits ? block.hits : line.hits;
            r->blocks[kept++] = block;
        }
        open = kept;
        if (open > 0)
            read_tell_line(&r->base, &line);
        if (r->told > READ_LINES_MAX)
            read_stop(&r->base, "it stands for more than %d lines",
                      READ_LINES_MAX);
    }
}

static void end_file(struct go *r)
{
    if (r->len > 0) {
        join(r);
        tell_lines(r);
    }
    r->len = 0;
}

static void add_block(struct go *r, const struct block *block)
{
    if (r->len == READ_COUNTS_MAX / 2) {
        read_stop(&r->base, "a file has more than %d blocks",
                  READ_COUNTS_MAX / 2);
        return;
    }
    if (r->len == r->cap) {
        r->cap = r->cap ? r->cap * 2 : 64;
        r->blocks = td_realloc(r->blocks, r->cap * sizeof(*r->blocks));
    }
    r->blocks[r->len++] = *block;
}

/* LINE.COLUMN,LINE.COLUMN STATEMENTS COUNT */
static bool take_block(struct td_bytes text, struct block *block,
                       uint64_t *statements)
{
    static const char behind[] = ".,. ";

    for (int i = 0; i < 4; i++) {
        if (!read_digits(&text, &block->place[i]) || text.len == 0 ||
            text.ptr[0] != (uint8_t)behind[i])
            return false;
        text = read_after(text, 1);
    }
    return read_digits(&text, statements) && text.len > 0 &&
           text.ptr[0] == ' ' && read_uint(read_after(text, 1), &block->hits) &&
           block->place[0] > 0 && block->place[0] <= block->place[2] &&
           block->place[2] <= LINE_MAX_NUMBER;
}

static size_t last_colon(struct td_bytes line)
{
    size_t at = line.len;

    while (at > 0 && line.ptr[at - 1] != ':')
        at--;
    return at;
}

static void on_block(struct go *r, struct td_bytes line)
{
    size_t at = last_colon(line);
    struct td_bytes file = td_bytes(line.ptr, at ? at - 1 : 0);
    struct block block;
    uint64_t statements;

    if (at < 2 || r->base.line_is_cut ||
        !take_block(read_after(line, at), &block, &statements)) {
        read_stop(&r->base, "this is no line of a cover profile");
        return;
    }
    if (!td_bytes_equal(file, read_kept(&r->base, FILE_NAME))) {
        end_file(r);
        (void)read_keep(&r->base, FILE_NAME, file);
    }
    if (statements > 0)
        add_block(r, &block);
}

static void on_line(struct read_reader *reader, struct td_bytes line)
{
    struct go *r = (struct go *)reader;

    if (line.len == 0)
        return;
    if (read_begins(line, "mode: ")) {
        r->begun = true;
        r->is_set = td_bytes_is(read_after(line, 6), "set");
    } else if (!r->begun) {
        read_wrong(reader, "a cover profile begins with mode:");
    } else {
        on_block(r, line);
    }
}

static void finish(struct read_reader *reader)
{
    end_file((struct go *)reader);
    if (!reader->ended_with_line)
        read_partial(reader, "the last line has no end");
    reader->end.has_work = true;
}

static void release(struct read_reader *reader)
{
    free(((struct go *)reader)->blocks);
}

static const struct read_way way = {.size = sizeof(struct go),
                                    .line = on_line,
                                    .line_max = READ_TEXT_MAX,
                                    .finish = finish,
                                    .release = release};

static struct read_reader *open_go(const struct read_sink *sink)
{
    return read_way_open(sink, &way);
}

const struct read_format read_go_cover = {
    "go-cover", VERDICT_COVERAGE, "cover profiles of go test -coverprofile",
    open_go,    read_way_put,     read_way_end};
