/* JSON of llvm-cov export. It tells segments [line, column, count, has count,
 * begins a region, is a gap], of which lines are made as llvm-cov itself does:
 * the most that a region beginning in the line ran, or else the count that
 * reaches over it. A branch stands there for each instantiation: the sink sums.
 */
#include "validator/gates/read/counts.h"
#include "validator/gates/read/formats.h"

enum { FILE_NAME, PLAIN };

struct segment {
    uint64_t line;
    uint64_t count;
    bool has_count;
    bool begins;
    bool gap;
};

struct llvm {
    struct read_reader base;
    struct read_counts counts; /* of the file that is open */
    bool has_file;
    struct segment wrapped; /* the last of the lines before `line` */
    bool has_wrapped;
    struct segment last; /* the last of `line` */
    uint64_t line;       /* whose segments come, or 0 */
    uint64_t most;
    unsigned regions; /* that begin in it */
    bool skipped;     /* begins with a region that has no count */
    uint64_t told;
};

enum { PATH_SEGMENT, PATH_BRANCH, PATH_NAME, PATH_END, PATH_DATA };
static const char *const paths[] = {"/data/*/files/*/segments/*",
                                    "/data/*/files/*/branches/*",
                                    "/data/*/files/*/filename",
                                    "</data/*/files/*",
                                    "</data",
                                    NULL};

static void add_line(struct llvm *r, uint64_t line, uint64_t count)
{
    if (++r->told > READ_LINES_MAX)
        read_stop(&r->base, "it stands for more than %d lines", READ_LINES_MAX);
    else
        read_counts_add(&r->counts, (struct read_count){.line = line,
                                                        .count = count,
                                                        .branch = UINT32_MAX});
}

/* The line whose segments came is complete, and so are those up to `next`. */
static void end_line(struct llvm *r, uint64_t next)
{
    bool over = r->has_wrapped && r->wrapped.has_count;
    uint64_t count = r->has_wrapped ? r->wrapped.count : 0;

    if (r->line == 0)
        return;
    if (r->regions > 0 && r->most > count)
        count = r->most;
    if (r->regions > 0 || (over && !r->skipped))
        add_line(r, r->line, count);
    r->wrapped = r->last;
    r->has_wrapped = true;
    for (uint64_t line = r->line + 1; r->wrapped.has_count && line < next &&
                                      !r->base.stopped && !r->counts.too_many;
         line++)
        add_line(r, line, r->wrapped.count);
}

static bool number_at(const struct td_json_doc *doc, uint32_t index,
                      uint64_t *value)
{
    return read_uint(td_json_raw(doc, index), value);
}

static bool is_true(const struct td_json_doc *doc, uint32_t index)
{
    return doc->values[index].kind == TD_JSON_TRUE;
}

static void take_segment(struct llvm *r, const struct td_json_doc *doc)
{
    struct segment s = {0};

    if (doc->values[0].kind != TD_JSON_ARRAY || doc->values[0].count < 5 ||
        doc->len < 6 || !number_at(doc, 1, &s.line) ||
        !number_at(doc, 3, &s.count) || s.line < r->line || s.line == 0) {
        read_stop(&r->base, "a segment is not as it should be");
        return;
    }
    s.has_count = is_true(doc, 4);
    s.begins = is_true(doc, 5);
    s.gap = doc->values[0].count > 5 && doc->len > 6 && is_true(doc, 6);
    if (s.line != r->line) {
        end_line(r, s.line);
        r->line = s.line;
        r->most = 0;
        r->regions = 0;
        r->skipped = !s.has_count && s.begins;
    }
    if (s.has_count && s.begins && !s.gap) {
        r->regions++;
        r->most = s.count > r->most ? s.count : r->most;
    }
    r->last = s;
}

/* [line, column, line, column, true, false, ...] */
static void take_branch(struct llvm *r, const struct td_json_doc *doc)
{
    struct read_count count = {0};
    uint64_t column;
    uint64_t yes;
    uint64_t no;

    if (doc->values[0].kind != TD_JSON_ARRAY || doc->values[0].count < 6 ||
        doc->len < 7 || !number_at(doc, 1, &count.line) ||
        !number_at(doc, 2, &column) || !number_at(doc, 5, &yes) ||
        !number_at(doc, 6, &no)) {
        read_stop(&r->base, "a branch is not as it should be");
        return;
    }
    count.block = (uint32_t)column;
    count.count = yes;
    read_counts_add(&r->counts, count);
    count.branch = 1;
    count.count = no;
    read_counts_add(&r->counts, count);
}

static void end_file(struct llvm *r)
{
    end_line(r, 0);
    if (!r->has_file && r->counts.len > 0)
        read_partial(&r->base, "segments of a file that has no name");
    else
        read_counts_tell(&r->counts, &r->base, read_kept(&r->base, FILE_NAME));
    r->counts.len = 0;
    r->has_file = false;
    r->has_wrapped = false;
    r->line = 0;
}

static void on_record(struct read_reader *reader, unsigned path,
                      const struct td_json_doc *doc)
{
    struct llvm *r = (struct llvm *)reader;

    if (path == PATH_SEGMENT) {
        take_segment(r, doc);
    } else if (path == PATH_BRANCH) {
        take_branch(r, doc);
    } else if (path == PATH_NAME) {
        struct td_bytes name = read_string(reader, PLAIN, doc, 0);

        (void)read_keep(reader, FILE_NAME, name);
        r->has_file = name.len > 0;
    } else if (path == PATH_END) {
        end_file(r);
    } else {
        reader->end.has_work = true;
    }
}

static void finish(struct read_reader *reader)
{
    if (!reader->end.has_work)
        read_wrong(reader, "it has no \"data\": it is not of llvm-cov");
}

static void release(struct read_reader *reader)
{
    read_counts_release(&((struct llvm *)reader)->counts);
}

static const struct read_way way = {.size = sizeof(struct llvm),
                                    .paths = paths,
                                    .record = on_record,
                                    .finish = finish,
                                    .release = release};

static struct read_reader *open_llvm(const struct read_sink *sink)
{
    return read_way_open(sink, &way);
}

const struct read_format read_llvm_cov = {
    "llvm-cov", VERDICT_COVERAGE, "JSON of llvm-cov export",
    open_llvm,  read_way_put,     read_way_end};
