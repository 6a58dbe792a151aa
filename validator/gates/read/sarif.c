/* SARIF 2.1.0. A result without a level is a warning (3.27.10); one that is
 * suppressed, absent or no failure is passed over; a run without results did
 * not look (3.14.23), and one whose execution failed (3.20.14) is told.
 */
#include "validator/gates/read/formats.h"
#include "validator/gates/read/reader.h"

enum { RULE, MESSAGE, FILE_NAME, PLAIN, VERSION };

struct sarif {
    struct read_reader base;
    bool has_results;
    bool has_runs;
};

enum {
    PATH_RESULT,
    PATH_RESULTS,
    PATH_RUN,
    PATH_RUNS,
    PATH_INVOCATION,
    PATH_NAME,
    PATH_VERSION,
    PATH_ARTIFACT
};
static const char *const paths[] = {"/runs/*/results/*",
                                    "</runs/*/results",
                                    "</runs/*",
                                    "</runs",
                                    "/runs/*/invocations/*",
                                    "/runs/*/tool/driver/name",
                                    "/runs/*/tool/driver/version",
                                    "/runs/*/artifacts/*/location/uri",
                                    NULL};

static int hex_of(uint8_t byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* A URI as a path: %20 undone, file:// off. */
static struct td_bytes path_of(struct read_reader *r, struct td_bytes uri)
{
    if (read_begins(uri, "file://"))
        uri = read_after(uri, 7);
    (void)read_keep(r, FILE_NAME, td_text(""));
    while (uri.len > 0) {
        size_t len = read_find_byte(uri, '%');
        int high = len + 2 < uri.len ? hex_of(uri.ptr[len + 1]) : -1;
        int low = high >= 0 ? hex_of(uri.ptr[len + 2]) : -1;
        uint8_t byte = (uint8_t)(high * 16 + low);
        bool escaped = low >= 0 && byte >= 0x20;

        if (len < uri.len && !escaped)
            len++;
        read_keep_more(r, FILE_NAME, td_bytes(uri.ptr, len));
        if (escaped)
            read_keep_more(r, FILE_NAME, td_bytes(&byte, 1));
        uri = read_after(uri, len + (escaped ? 3 : 0));
    }
    return read_kept(r, FILE_NAME);
}

static enum check_level level_of(struct td_bytes level)
{
    if (td_bytes_is(level, "error"))
        return CHECK_LEVEL_ERROR;
    return td_bytes_is(level, "note") || td_bytes_is(level, "none")
               ? CHECK_LEVEL_INFO
               : CHECK_LEVEL_WARN;
}

static bool is_passed_over(struct read_reader *r, const struct td_json_doc *doc)
{
    uint32_t suppressed = read_member(doc, 0, "suppressions");
    struct td_bytes kind = read_text(r, PLAIN, doc, 0, "kind");

    if (kind.len > 0 && !td_bytes_is(kind, "fail"))
        return true;
    if (td_bytes_is(read_text(r, PLAIN, doc, 0, "baselineState"), "absent"))
        return true;
    return suppressed != UINT32_MAX && doc->values[suppressed].count > 0;
}

static void take_result(struct read_reader *r, const struct td_json_doc *doc)
{
    uint32_t place = read_member(doc, 0, "/locations/0/physicalLocation");
    struct read_finding f = {0};
    struct td_bytes level;

    if (is_passed_over(r, doc))
        return;
    level = read_text(r, PLAIN, doc, 0, "level");
    f.level = level_of(level);
    f.rule = read_text(r, RULE, doc, 0, "ruleId");
    if (f.rule.len == 0)
        f.rule = read_text(r, RULE, doc, 0, "/rule/id");
    f.message = read_text(r, MESSAGE, doc, 0, "/message/text");
    if (f.message.len == 0)
        f.message = read_text(r, MESSAGE, doc, 0, "/message/markdown");
    f.file =
        path_of(r, place == UINT32_MAX ? td_text("")
                                       : read_text(r, PLAIN, doc, place,
                                                   "/artifactLocation/uri"));
    f.line = read_count(doc, place, "/region/startLine");
    f.column = read_count(doc, place, "/region/startColumn");
    read_tell_finding(r, &f);
}

static void take_invocation(struct read_reader *r,
                            const struct td_json_doc *doc)
{
    uint32_t ok = read_member(doc, 0, "executionSuccessful");
    struct read_finding f = {.level = CHECK_LEVEL_ERROR, .broken = true};

    if (ok == UINT32_MAX || doc->values[ok].kind != TD_JSON_FALSE)
        return;
    f.message = read_text(r, MESSAGE, doc, 0, "exitCodeDescription");
    if (f.message.len == 0)
        f.message = read_text(r, MESSAGE, doc, 0,
                              "/toolExecutionNotifications/0/message/text");
    if (f.message.len == 0)
        f.message = td_text("the tool says that it failed");
    read_tell_finding(r, &f);
}

static void end_run(struct sarif *r)
{
    if (!r->has_results)
        read_partial(&r->base, "a run has no results: the tool did not look");
    r->has_results = false;
}

static void on_record(struct read_reader *reader, unsigned path,
                      const struct td_json_doc *doc)
{
    struct sarif *r = (struct sarif *)reader;

    if (path == PATH_RESULT) {
        take_result(reader, doc);
    } else if (path == PATH_RESULTS) {
        r->has_results = true;
    } else if (path == PATH_RUN) {
        end_run(r);
    } else if (path == PATH_RUNS) {
        r->has_runs = true;
    } else if (path == PATH_INVOCATION) {
        take_invocation(reader, doc);
    } else if (path == PATH_NAME) {
        read_tool(reader, read_string(reader, VERSION, doc, 0), td_text(""));
    } else if (path == PATH_VERSION) {
        char name[sizeof(reader->end.tool)];

        memcpy(name, reader->end.tool, sizeof(name));
        read_tool(reader, td_text(name), read_string(reader, VERSION, doc, 0));
    } else {
        reader->end.files++;
    }
}

static void finish(struct read_reader *reader)
{
    if (!((struct sarif *)reader)->has_runs)
        read_wrong(reader, "it has no \"runs\": it is not SARIF");
    reader->end.has_work = true;
}

static const struct read_way way = {.size = sizeof(struct sarif),
                                    .paths = paths,
                                    .record = on_record,
                                    .finish = finish};

static struct read_reader *open_sarif(const struct read_sink *sink)
{
    return read_way_open(sink, &way);
}

const struct read_format read_sarif = {"sarif",    VERDICT_LINT, "SARIF 2.1.0",
                                       open_sarif, read_way_put, read_way_end};
