/* lcov's tracefiles, of versions 1 and 2 (geninfo(1)): a record a source file,
 * in any order, also several of one file.
 */
#include "core/hash.h"
#include "validator/gates/read/formats.h"
#include "validator/gates/read/reader.h"

enum { FILE_NAME };

struct lcov {
    struct read_reader base;
    struct td_bytes file; /* of the record that is open */
    bool open;
    bool any;   /* a line that is of a tracefile */
    bool ended; /* the last line ends a record */
};

static void fail(struct lcov *r, const char *why)
{
    if (r->any)
        read_stop(&r->base, "%s", why);
    else
        read_wrong(&r->base, "%s", why);
}

/* A number and what must stand behind it; 0: the end, or a comma. */
static bool take(struct td_bytes *text, uint64_t *n, char behind)
{
    if (!read_digits(text, n))
        return false;
    if (behind) {
        if (text->len == 0 || text->ptr[0] != (uint8_t)behind)
            return false;
        *text = td_bytes(text->ptr + 1, text->len - 1);
        return true;
    }
    return text->len == 0 || text->ptr[0] == ',';
}

/* LINE,HITS[,CHECKSUM] */
static void take_line(struct lcov *r, struct td_bytes text)
{
    struct read_line line = {.file = r->file};
    bool has_line = take(&text, &line.line, ',') && line.line > 0;

    if (!has_line || !take(&text, &line.hits, 0)) {
        fail(r, has_line && text.len && text.ptr[0] == '-'
                    ? "a count below zero: threads raced; compile with "
                      "-fprofile-update=atomic"
                    : "DA needs a line and its count");
        return;
    }
    read_tell_line(&r->base, &line);
}

/* Branches of version 2 may be named by their expression; gcovr 7 calls a block
 * that it does not know None.
 */
static uint64_t branch_number(struct td_bytes text)
{
    uint64_t n;

    return read_uint(text, &n) ? n : td_hash(text) | UINT64_C(1) << 63;
}

/* LINE,[e|U]BLOCK,EXPRESSION,TAKEN: the last comma splits; e: an exception, U:
 * cannot be reached, and does not count; -: the line never ran.
 */
static void take_branch(struct lcov *r, struct td_bytes text)
{
    struct read_branch b = {.file = r->file};
    bool has_line = take(&text, &b.line, ',');
    const uint8_t *first = has_line ? memchr(text.ptr, ',', text.len) : NULL;
    const uint8_t *last = has_line ? memrchr(text.ptr, ',', text.len) : NULL;
    bool unreachable = has_line && text.len > 0 && text.ptr[0] == 'U';
    struct td_bytes taken;

    if (!first || first == last || first == text.ptr) {
        fail(r, "BRDA needs a line, a block, a branch and its count");
        return;
    }
    taken = td_bytes(last + 1, text.len - (size_t)(last + 1 - text.ptr));
    b.branch = branch_number(td_bytes(first + 1, (size_t)(last - (first + 1))));
    if (text.ptr[0] == 'e' || unreachable)
        text.ptr++;
    b.block = branch_number(td_bytes(text.ptr, (size_t)(first - text.ptr)));
    if (!td_bytes_is(taken, "-") && !read_uint(taken, &b.taken))
        fail(r, "the count of a branch is a number or -");
    else if (!unreachable)
        read_tell_branch(&r->base, &b);
}

static void begin_file(struct lcov *r, struct td_bytes path)
{
    if (r->open)
        fail(r, "a record begins before the one before has ended");
    r->open = true;
    r->file = read_keep(&r->base, FILE_NAME, path);
    if (path.len == 0)
        fail(r, "SF needs a path");
}

/* Functions, totals, conditions: what is known and says nothing that is
 * counted here.
 */
static bool is_passed_over(struct td_bytes key)
{
    static const char *const known[] = {"TN",  "FN",  "FNDA", "FNL", "FNA",
                                        "FNF", "FNH", "LF",   "LH",  "BRF",
                                        "BRH", "VER", "MCDC", "MCF", "MCH"};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (td_bytes_is(key, known[i]))
            return true;
    }
    return false;
}

static void take_record(struct lcov *r, struct td_bytes key,
                        struct td_bytes text)
{
    bool inside = true;

    if (td_bytes_is(key, "SF"))
        begin_file(r, text);
    else if (!is_passed_over(key))
        r->base.end.unknown++;
    else
        inside = r->open || td_bytes_is(key, "TN");
    if (!inside)
        fail(r, "a line that belongs into a record stands outside");
}

static void on_line(struct read_reader *reader, struct td_bytes line)
{
    struct lcov *r = (struct lcov *)reader;
    const uint8_t *colon;

    r->ended = false;
    if (line.len == 0 || line.ptr[0] == '#')
        return;
    if (line.len > 3 && line.ptr[0] == 'D' && line.ptr[1] == 'A' &&
        line.ptr[2] == ':' && r->open) {
        take_line(r, td_bytes(line.ptr + 3, line.len - 3));
        return;
    }
    if (line.len > 5 && !memcmp(line.ptr, "BRDA:", 5) && r->open) {
        take_branch(r, td_bytes(line.ptr + 5, line.len - 5));
        return;
    }
    if (td_bytes_is(line, "end_of_record")) {
        if (!r->open)
            fail(r, "end_of_record stands outside of a record");
        r->open = false;
        r->ended = true;
        return;
    }
    colon = memchr(line.ptr, ':', line.len);
    if (!colon || reader->line_is_cut) {
        fail(r, "this is no line of a tracefile");
        return;
    }
    r->any |= line.len >= 3 &&
              (!memcmp(line.ptr, "TN:", 3) || !memcmp(line.ptr, "SF:", 3));
    take_record(r, td_bytes(line.ptr, (size_t)(colon - line.ptr)),
                td_bytes(colon + 1, line.len - (size_t)(colon + 1 - line.ptr)));
    if (!r->any)
        fail(r, "a tracefile begins with TN: or SF:");
}

static void finish(struct read_reader *reader)
{
    struct lcov *r = (struct lcov *)reader;

    if (!r->any && reader->bytes > 0)
        read_wrong(reader, "no line is of a tracefile");
    else if (r->open)
        read_partial(reader, "it stops within the record of %.150s",
                     td_buf_str(&reader->kept[FILE_NAME]));
    else if (!r->ended && !reader->ended_with_line)
        read_partial(reader, "the last line has no end");
    reader->end.has_work = reader->end.leaves > 0;
}

static const struct read_way way = {.size = sizeof(struct lcov),
                                    .line = on_line,
                                    .line_max = READ_TEXT_MAX,
                                    .finish = finish};

static struct read_reader *open_lcov(const struct read_sink *sink)
{
    return read_way_open(sink, &way);
}

const struct read_format read_lcov = {
    "lcov",
    VERDICT_COVERAGE,
    "tracefiles of lcov 1 and 2, and of tools that write them",
    open_lcov,
    read_way_put,
    read_way_end};
