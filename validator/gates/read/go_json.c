/* go test -json. Go takes the end of a test from its output, and loses it where
 * a test writes without an end of line. So the end of a test is, in this order:
 * its event, "--- FAIL" and the like in its output, the end of its package if
 * that passed; else it is an error. "(cached)" is of an earlier run. A package
 * that failed without a failing test is an error; so is a line of plain text
 * that tells of a package that could not be built.
 */
#include "core/hash.h"
#include "core/mem.h"
#include "validator/gates/read/formats.h"
#include "validator/gates/read/reader.h"

#include <stdlib.h>

#define OPEN_MAX    16384 /* tests that have begun and not ended */
#define OUTPUT_MAX  4096  /* bytes kept of one test */
#define OUTPUTS_MAX ((size_t)8 << 20)
#define SECOND      1e9

enum { PACKAGE, NAME, OUTPUT, PLAIN };

struct open_test {
    char *package;
    char *name; /* "": the package itself */
    size_t name_len;
    struct td_buf output;
    bool is_parent;
    bool told;   /* in its output */
    bool failed; /* of a package: one of its tests did */
    enum verdict_result result;
};

struct go {
    struct read_reader base;
    struct open_test *open;
    uint64_t *hashes; /* of each of them, close together to be looked through */
    size_t len;
    size_t cap;
    size_t package; /* where the one that was last asked for stood */
    size_t output;  /* bytes kept of all */
    bool begun;
};

static bool is_bad(enum verdict_result result)
{
    return result == VERDICT_RESULT_FAIL || result == VERDICT_RESULT_ERROR;
}

static uint64_t hash_of(struct td_bytes package, struct td_bytes name)
{
    return td_hash(package) * UINT64_C(0x9e3779b97f4a7c15) ^ td_hash(name);
}

static bool is_it(const struct go *r, size_t i, uint64_t hash,
                  struct td_bytes package, struct td_bytes name)
{
    const struct open_test *at = &r->open[i];

    return r->hashes[i] == hash && at->name_len == name.len &&
           !memcmp(at->name, name.len ? name.ptr : (const uint8_t *)"",
                   name.len) &&
           td_bytes_is(package, at->package);
}

/* From the last: what ends began late. */
static struct open_test *find(struct go *r, struct td_bytes package,
                              struct td_bytes name)
{
    uint64_t hash = hash_of(package, name);

    if (name.len == 0 && r->package < r->len &&
        is_it(r, r->package, hash, package, name))
        return &r->open[r->package];
    for (size_t i = r->len; i > 0; i--) {
        if (r->hashes[i - 1] != hash || !is_it(r, i - 1, hash, package, name))
            continue;
        if (name.len == 0)
            r->package = i - 1;
        return &r->open[i - 1];
    }
    return NULL;
}

static void mark_parents(struct go *r, struct td_bytes package,
                         struct td_bytes name)
{
    for (size_t i = 0; i < name.len; i++) {
        struct open_test *at =
            name.ptr[i] == '/' ? find(r, package, td_bytes(name.ptr, i)) : NULL;

        if (at)
            at->is_parent = true;
    }
}

static struct open_test *begin(struct go *r, struct td_bytes package,
                               struct td_bytes name)
{
    struct open_test *at = find(r, package, name);

    if (at)
        return at;
    if (r->len == OPEN_MAX) {
        read_stop(&r->base, "more than %d tests are open", OPEN_MAX);
        return NULL;
    }
    if (r->len == r->cap) {
        r->cap = r->cap ? r->cap * 2 : 16;
        r->open = td_realloc(r->open, r->cap * sizeof(*r->open));
        r->hashes = td_realloc(r->hashes, r->cap * sizeof(*r->hashes));
    }
    mark_parents(r, package, name);
    r->hashes[r->len] = hash_of(package, name);
    at = &r->open[r->len++];
    *at = (struct open_test){
        .package = td_strndup(package.ptr, package.len),
        .name = td_strndup(name.len ? name.ptr : (const uint8_t *)"", name.len),
        .name_len = name.len};
    td_buf_init(&at->output, OUTPUT_MAX);
    return at;
}

static void drop(struct go *r, struct open_test *at)
{
    r->output -= at->output.len;
    td_buf_release(&at->output);
    free(at->package);
    free(at->name);
    r->len--;
    r->hashes[at - r->open] = r->hashes[r->len];
    *at = r->open[r->len];
}

static void note_failure(struct go *r, const struct open_test *at)
{
    struct open_test *package = find(r, td_text(at->package), td_text(""));

    if (package && package != at)
        package->failed = true;
}

static void tell(struct go *r, struct open_test *at, enum verdict_result result,
                 int64_t ns)
{
    struct read_test test = {.class_name = td_text(at->package),
                             .name = td_bytes(at->name, at->name_len),
                             .result = result,
                             .ns = ns};

    if (is_bad(result))
        note_failure(r, at);
    if (at->name_len == 0)
        test.name = td_text("(package)");
    if (result != VERDICT_RESULT_PASS)
        read_split(td_buf_bytes(&at->output), &test.message, &test.detail);
    if (result == VERDICT_RESULT_ERROR && test.message.len == 0)
        test.message = td_text("it began and no end of it was told");
    read_tell_test(&r->base, &test);
}

/* The event of a test; a parent is told only if it failed by itself. */
static void end_test(struct go *r, struct open_test *at,
                     enum verdict_result result, int64_t ns)
{
    if (!at->is_parent)
        tell(r, at, result, ns);
    else if (is_bad(result))
        note_failure(r, at);
    drop(r, at);
}

/* All that is open of a package ends with it. */
static void end_package(struct go *r, struct td_bytes name,
                        enum verdict_result result)
{
    struct open_test *package;

    for (size_t i = r->len; i > 0; i--) {
        struct open_test *at = &r->open[i - 1];
        enum verdict_result own = result == VERDICT_RESULT_PASS
                                      ? VERDICT_RESULT_PASS
                                      : VERDICT_RESULT_ERROR;

        if (at->name_len == 0 || !td_bytes_is(name, at->package))
            continue;
        end_test(r, at, at->told ? at->result : own, -1);
    }
    package = begin(r, name, td_text(""));
    if (!package)
        return;
    if (is_bad(result) && !package->failed)
        tell(r, package, VERDICT_RESULT_ERROR, -1);
    drop(r, package);
}

/* "--- FAIL: NAME (0.00s)" anywhere in the output of a test of the package,
 * which need not be the one of that name.
 */
static void note_end(struct go *r, struct td_bytes package,
                     struct td_bytes text)
{
    static const struct {
        const char *mark;
        enum verdict_result result;
    } marks[] = {{"--- PASS: ", VERDICT_RESULT_PASS},
                 {"--- FAIL: ", VERDICT_RESULT_FAIL},
                 {"--- SKIP: ", VERDICT_RESULT_SKIP}};

    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        struct td_bytes rest = read_after(
            text, read_find_text(text, marks[i].mark) + strlen(marks[i].mark));
        struct td_bytes name = td_bytes(rest.ptr, read_find_byte(rest, ' '));
        struct open_test *at = name.len ? find(r, package, name) : NULL;

        if (!at)
            continue;
        at->told = true;
        at->result = marks[i].result;
    }
}

static bool is_frame(struct td_bytes text)
{
    return read_begins(text, "=== ") || read_begins(text, "--- ") ||
           read_begins(read_trim(text), "--- ");
}

static void on_output(struct go *r, struct td_bytes package,
                      struct td_bytes name, struct td_bytes text)
{
    struct open_test *at = find(r, package, name);

    if (name.len == 0 && read_ends(read_trim(text), "(cached)"))
        r->base.end.stale = true;
    if (!at)
        at = begin(r, package, name);
    if (!at)
        return;
    note_end(r, package, text);
    if (is_frame(text) || r->output + text.len > OUTPUTS_MAX)
        return;
    if (td_buf_add_bytes(&at->output, text) == TD_OK)
        r->output += text.len;
}

static bool end_of(struct td_bytes action, enum verdict_result *result)
{
    *result = td_bytes_is(action, "pass") || td_bytes_is(action, "bench")
                  ? VERDICT_RESULT_PASS
              : td_bytes_is(action, "skip") ? VERDICT_RESULT_SKIP
                                            : VERDICT_RESULT_FAIL;
    return *result != VERDICT_RESULT_FAIL || td_bytes_is(action, "fail");
}

static void on_event(struct go *r, const struct td_json_doc *doc)
{
    struct read_reader *base = &r->base;
    struct td_bytes action = read_text(base, PLAIN, doc, 0, "Action");
    struct td_bytes package = read_text(base, PACKAGE, doc, 0, "Package");
    struct td_bytes name = read_text(base, NAME, doc, 0, "Test");
    enum verdict_result result;
    double seconds;
    int64_t ns = -1;

    if (package.len == 0) {
        base->end.unknown++;
    } else if (!begin(r, package, td_text(""))) {
        return;
    } else if (td_bytes_is(action, "output")) {
        on_output(r, package, name, read_text(base, OUTPUT, doc, 0, "Output"));
    } else if (!end_of(action, &result)) {
        (void)begin(r, package, name);
    } else if (name.len == 0) {
        end_package(r, package, result);
    } else {
        struct open_test *at = begin(r, package, name);

        if (read_real(doc, 0, "Elapsed", &seconds))
            ns = read_nanoseconds(seconds, SECOND);
        if (at)
            end_test(r, at, result, ns);
    }
}

/* "FAIL\tPACKAGE [setup failed]" is told as text. */
static void on_text(struct read_reader *reader, struct td_bytes line)
{
    struct read_test test = {
        .result = VERDICT_RESULT_ERROR, .ns = -1, .name = td_text("(package)")};
    size_t blank;

    reader->end.unknown += read_trim(line).len > 0;
    if (!read_begins(line, "FAIL\t") || !read_ends(line, " failed]"))
        return;
    line = read_after(line, 5);
    blank = read_find_byte(line, ' ');
    test.class_name = td_bytes(line.ptr, blank);
    test.message = read_trim(read_after(line, blank));
    read_tell_test(reader, &test);
}

static void on_line(struct read_reader *reader, struct td_bytes line)
{
    struct go *r = (struct go *)reader;
    const struct td_json_doc *doc = read_line_json(reader, line);

    if (!doc) {
        on_text(reader, line);
    } else if (read_member(doc, 0, "Action") == UINT32_MAX) {
        reader->end.unknown++;
    } else {
        r->begun = true;
        on_event(r, doc);
    }
}

static void finish(struct read_reader *reader)
{
    struct go *r = (struct go *)reader;

    if (!r->begun && reader->end.leaves == 0)
        read_wrong(reader, "no line is of go test -json");
    else if (r->len > 0)
        read_partial(reader, "package %.150s has not ended",
                     r->open[0].package);
    else if (!reader->ended_with_line)
        read_partial(reader, "the last line has no end");
    reader->end.has_work = r->begun && r->len == 0;
    while (r->len > 0) {
        struct open_test *at = &r->open[r->len - 1];

        if (at->name_len > 0 && !at->is_parent)
            tell(r, at, at->told ? at->result : VERDICT_RESULT_ERROR, -1);
        drop(r, at);
    }
}

static void release(struct read_reader *reader)
{
    struct go *r = (struct go *)reader;

    while (r->len > 0)
        drop(r, &r->open[r->len - 1]);
    free(r->open);
    free(r->hashes);
}

static const struct read_way way = {.size = sizeof(struct go),
                                    .line = on_line,
                                    .line_max = READ_RECORD_MAX,
                                    .finish = finish,
                                    .release = release};

static struct read_reader *open_go(const struct read_sink *sink)
{
    return read_way_open(sink, &way);
}

const struct read_format read_go_json = {"go-json",       VERDICT_TESTS,
                                         "go test -json", open_go,
                                         read_way_put,    read_way_end};
