/* Events of node:test, a line of JSON each: {"type":"test:pass","data":{...}}.
 * test:complete is told beside test:pass and test:fail, which alone count; one
 * with others below it is a parent. The plan of level 0, or a summary, is the
 * end. A script is queued too, and told as a test that passed if it has none or
 * ends before one; what was queued and never ended was lost with its process.
 */
#include "validator/gates/read/formats.h"
#include "validator/gates/read/reader.h"

#define LEVELS      16
#define MILLISECOND 1e6

enum { NAME, MESSAGE, FILE_NAME, SUITE, PLAIN };

struct node {
    struct read_reader base;
    struct td_buf name[LEVELS]; /* of what has begun */
    bool has_child[LEVELS];
    bool child_failed[LEVELS];
    uint64_t roots; /* ended at level 0 */
    uint64_t queued;
    uint64_t ended;
    bool begun;
};

static void on_start(struct node *r, const struct td_json_doc *doc,
                     uint32_t data, unsigned level)
{
    struct td_bytes name = read_text(&r->base, NAME, doc, data, "name");

    td_buf_clear(&r->name[level]);
    r->name[level].max = READ_TEXT_MAX;
    (void)td_buf_add_bytes(&r->name[level], name);
    r->has_child[level] = false;
    r->child_failed[level] = false;
}

static void keep_suite(struct node *r, unsigned level)
{
    (void)read_keep(&r->base, SUITE, td_text(""));
    for (unsigned i = 0; i < level; i++) {
        if (r->name[i].len == 0)
            continue;
        if (read_kept(&r->base, SUITE).len > 0)
            read_keep_more(&r->base, SUITE, td_text(" > "));
        read_keep_more(&r->base, SUITE, td_buf_bytes(&r->name[i]));
    }
}

/* "todo": true or why; absent, false or undefined if it is not. */
static bool is_marked(const struct td_json_doc *doc, uint32_t data,
                      const char *name)
{
    uint32_t at = read_member(doc, data, name);

    return at != UINT32_MAX && (doc->values[at].kind == TD_JSON_TRUE ||
                                doc->values[at].kind == TD_JSON_STRING);
}

static enum verdict_result result_of(const struct td_json_doc *doc,
                                     uint32_t data, bool passed)
{
    if (is_marked(doc, data, "skip"))
        return VERDICT_RESULT_SKIP;
    if (is_marked(doc, data, "todo"))
        return passed ? VERDICT_RESULT_XPASS : VERDICT_RESULT_XFAIL;
    return passed ? VERDICT_RESULT_PASS : VERDICT_RESULT_FAIL;
}

/* Scripts have the name of their file. */
static bool is_script_of(struct read_reader *r, const struct td_json_doc *doc,
                         uint32_t data)
{
    struct td_bytes name = read_text(r, NAME, doc, data, "name");

    return name.len > 0 && read_is_script(name) &&
           td_bytes_equal(name, read_text(r, FILE_NAME, doc, data, "file"));
}

static void tell(struct node *r, const struct td_json_doc *doc, uint32_t data,
                 struct read_test *test)
{
    struct read_reader *base = &r->base;
    struct td_bytes why =
        read_text(base, MESSAGE, doc, data, "/details/error/message");
    double ms;

    if (why.len == 0)
        why = read_text(base, MESSAGE, doc, data, "/details/error");
    if (why.len == 0)
        why = read_text(base, MESSAGE, doc, data, "todo");
    if (why.len == 0)
        why = read_text(base, MESSAGE, doc, data, "skip");
    read_split(why, &test->message, &test->detail);
    test->ns = -1;
    if (read_real(doc, data, "/details/duration_ms", &ms))
        test->ns = read_nanoseconds(ms, MILLISECOND);
    test->suite = read_kept(base, SUITE);
    test->name = read_text(base, NAME, doc, data, "name");
    test->file = read_text(base, FILE_NAME, doc, data, "file");
    test->line = read_count(doc, data, "line");
    if (test->result == VERDICT_RESULT_PASS && is_script_of(base, doc, data)) {
        test->result = VERDICT_RESULT_ERROR;
        test->message = td_text(READ_HOLLOW_SCRIPT);
    }
    read_tell_test(base, test);
}

static void on_end(struct node *r, const struct td_json_doc *doc, uint32_t data,
                   unsigned level, bool passed)
{
    struct read_test test = {.result = result_of(doc, data, passed)};
    bool again = read_count(doc, data, "/details/passed_on_attempt") > 0;
    bool suite = td_bytes_is(
        read_text(&r->base, PLAIN, doc, data, "/details/type"), "suite");
    bool failed = test.result == VERDICT_RESULT_FAIL;

    if (again && test.result == VERDICT_RESULT_PASS) {
        test.result = VERDICT_RESULT_FLAKY; /* --test-rerun-failures */
        test.flaky = true;
    }
    r->ended += !is_script_of(&r->base, doc, data);
    if ((!r->has_child[level] && !suite) ||
        (failed && !r->child_failed[level])) {
        keep_suite(r, level);
        tell(r, doc, data, &test);
    }
    if (level > 0) {
        r->has_child[level - 1] = true;
        r->child_failed[level - 1] = r->child_failed[level - 1] || failed;
    } else {
        r->roots++;
    }
    r->has_child[level] = false;
    r->child_failed[level] = false;
}

static void on_plan(struct node *r, uint64_t count, unsigned level)
{
    if (level > 0)
        return;
    if (count != r->roots)
        read_partial(&r->base, "the plan of %llu has %llu tests",
                     (unsigned long long)count, (unsigned long long)r->roots);
    r->base.end.has_work = true;
}

static void on_line(struct read_reader *reader, struct td_bytes line)
{
    struct node *r = (struct node *)reader;
    const struct td_json_doc *doc = read_line_json(reader, line);
    uint32_t data = doc ? read_member(doc, 0, "data") : UINT32_MAX;
    struct td_bytes type;
    uint64_t level;

    if (data == UINT32_MAX) {
        reader->end.unknown += line.len > 0;
        return;
    }
    type = read_text(reader, PLAIN, doc, 0, "type");
    level = read_count(doc, data, "nesting");
    if (level >= LEVELS || !read_begins(type, "test:")) {
        reader->end.unknown++;
        return;
    }
    r->begun = true;
    if (td_bytes_is(type, "test:enqueue"))
        r->queued += !is_script_of(reader, doc, data);
    else if (td_bytes_is(type, "test:start"))
        on_start(r, doc, data, (unsigned)level);
    else if (td_bytes_is(type, "test:pass"))
        on_end(r, doc, data, (unsigned)level, true);
    else if (td_bytes_is(type, "test:fail"))
        on_end(r, doc, data, (unsigned)level, false);
    else if (td_bytes_is(type, "test:plan"))
        on_plan(r, read_count(doc, data, "count"), (unsigned)level);
    else if (td_bytes_is(type, "test:summary"))
        reader->end.has_work = true;
}

static void finish(struct read_reader *reader)
{
    const struct node *r = (struct node *)reader;

    if (!r->begun)
        read_wrong(reader, "no line is an event of node:test");
    else if (!reader->end.has_work)
        read_partial(reader, "it has no plan and no summary at its end");
    else if (r->queued > r->ended)
        read_partial(reader,
                     "%llu tests were queued and never ended: their "
                     "process did",
                     (unsigned long long)(r->queued - r->ended));
    else if (!reader->ended_with_line)
        read_partial(reader, "the last line has no end");
}

static void release(struct read_reader *reader)
{
    for (unsigned i = 0; i < LEVELS; i++)
        td_buf_release(&((struct node *)reader)->name[i]);
}

static const struct read_way way = {.size = sizeof(struct node),
                                    .line = on_line,
                                    .line_max = READ_RECORD_MAX,
                                    .finish = finish,
                                    .release = release};

static struct read_reader *open_node(const struct read_sink *sink)
{
    return read_way_open(sink, &way);
}

const struct read_format read_node_events = {
    "node-events", VERDICT_TESTS, "events of node:test as lines of JSON",
    open_node,     read_way_put,  read_way_end};
