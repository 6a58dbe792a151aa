/* JSON of gcov --json-format, inflated, also several documents of one run. A
 * line is there for each function that has it: the sink sums. Names of files
 * are as given, often relative to the current_working_directory it tells.
 */
#include "validator/gates/read/counts.h"
#include "validator/gates/read/formats.h"

enum { FILE_NAME, TOOL, PLAIN };

struct gcov {
    struct read_reader base;
    struct read_counts counts;
    bool has_file;
};

enum { PATH_LINE, PATH_FILE, PATH_END, PATH_FILES, PATH_VERSION };
static const char *const paths[] = {"/files/*/lines/*", "/files/*/file",
                                    "</files/*",        "</files",
                                    "/gcc_version",     NULL};

/* The member's count; below zero threads have raced. */
static uint64_t count_of(struct gcov *r, const struct td_json_doc *doc,
                         uint32_t from)
{
    double value;

    if (read_real(doc, from, "count", &value) && value < 0)
        read_partial(&r->base, "a count below zero: threads raced; compile "
                               "with -fprofile-update=atomic");
    return read_count(doc, from, "count");
}

static void take_line(struct gcov *r, const struct td_json_doc *doc)
{
    struct read_count count = {.line = read_count(doc, 0, "line_number"),
                               .count = count_of(r, doc, 0),
                               .branch = UINT32_MAX};
    uint32_t branches = read_member(doc, 0, "branches");

    if (count.line == 0) {
        read_stop(&r->base, "a line has no number");
        return;
    }
    read_counts_add(&r->counts, count);
    if (branches == UINT32_MAX || doc->values[branches].kind != TD_JSON_ARRAY)
        return;
    count.branch = 0;
    for (uint32_t i = branches + 1; i < doc->values[branches].next;
         i = doc->values[i].next) {
        count.count = count_of(r, doc, i);
        read_counts_add(&r->counts, count);
        count.branch++;
    }
}

static void end_file(struct gcov *r)
{
    if (!r->has_file && r->counts.len > 0)
        read_partial(&r->base, "lines of a file that has no name");
    else
        read_counts_tell(&r->counts, &r->base, read_kept(&r->base, FILE_NAME));
    r->counts.len = 0;
    r->has_file = false;
}

static void on_record(struct read_reader *reader, unsigned path,
                      const struct td_json_doc *doc)
{
    struct gcov *r = (struct gcov *)reader;

    if (path == PATH_LINE) {
        take_line(r, doc);
    } else if (path == PATH_FILE) {
        struct td_bytes name = read_string(reader, PLAIN, doc, 0);

        (void)read_keep(reader, FILE_NAME, name);
        r->has_file = name.len > 0;
    } else if (path == PATH_END) {
        end_file(r);
    } else if (path == PATH_FILES) {
        reader->end.has_work = true;
    } else {
        read_tool(reader, td_text("gcov"), read_string(reader, TOOL, doc, 0));
    }
}

static void finish(struct read_reader *reader)
{
    if (!reader->end.has_work)
        read_wrong(reader, "it has no \"files\": it is not of gcov");
}

static void release(struct read_reader *reader)
{
    read_counts_release(&((struct gcov *)reader)->counts);
}

static const struct read_way way = {.size = sizeof(struct gcov),
                                    .paths = paths,
                                    .record = on_record,
                                    .finish = finish,
                                    .release = release};

static struct read_reader *open_gcov(const struct read_sink *sink)
{
    return read_way_open(sink, &way);
}

const struct read_format read_gcov = {
    "gcov",    VERDICT_COVERAGE, "JSON of gcov --json-format",
    open_gcov, read_way_put,     read_way_end};
