/* Coverage in XML that lists lines of files: Cobertura, Clover and JaCoCo.
 *
 * Cobertura: lines of classes, not those of methods, which stand there again;
 * "(1/2)" of condition-coverage is what was measured of branches. Clover:
 * truecount and falsecount are branches that were and were not taken. JaCoCo:
 * ci > 0 is a covered line, cb and mb are branches taken and missed.
 */
#include "validator/gates/read/formats.h"
#include "validator/gates/read/reader.h"

#define BRANCHES_MAX 1024 /* of one line */

enum { FILE_NAME, SOURCE, PACKAGE, TEXT };

struct coverage {
    struct read_reader base;
    struct read_line line;
    unsigned sources; /* Cobertura */
    unsigned method;  /* depth of the method that is open, or 0 */
    bool in_source;
    bool in_file;
};

static void tell(struct coverage *r, uint64_t taken, uint64_t missed)
{
    struct read_branch branch = {.file = r->line.file, .line = r->line.line};
    uint64_t all = taken + missed;

    if (r->line.line == 0) {
        read_stop(&r->base, "a line has no number");
        return;
    }
    if (!r->in_file) {
        read_stop(&r->base, "a line stands in no file");
        return;
    }
    read_tell_line(&r->base, &r->line);
    if (taken > BRANCHES_MAX || missed > BRANCHES_MAX) {
        read_partial(&r->base, "a line has more than %d branches",
                     BRANCHES_MAX);
        return;
    }
    for (; branch.branch < all; branch.branch++) {
        branch.taken = branch.branch < taken;
        read_tell_branch(&r->base, &branch);
    }
}

static bool is_absolute(struct td_bytes path)
{
    return path.len > 0 && (path.ptr[0] == '/' || path.ptr[0] == '\\' ||
                            (path.len > 1 && path.ptr[1] == ':'));
}

/* Of several sources nobody says which is meant. */
static void open_class(struct coverage *r, const char **attributes)
{
    struct td_bytes name = read_attribute_text(attributes, "filename");
    struct td_bytes source = read_trim(read_kept(&r->base, SOURCE));

    (void)read_keep(&r->base, FILE_NAME, td_text(""));
    if (r->sources == 1 && is_absolute(source) && !is_absolute(name)) {
        read_keep_more(&r->base, FILE_NAME, source);
        if (source.ptr[source.len - 1] != '/')
            read_keep_more(&r->base, FILE_NAME, td_text("/"));
    }
    read_keep_more(&r->base, FILE_NAME, name);
    r->line.file = read_kept(&r->base, FILE_NAME);
    r->in_file = true;
}

/* "50% (1/2)" */
static void conditions(struct td_bytes text, uint64_t *taken, uint64_t *missed)
{
    struct td_bytes rest = read_after(text, read_find_byte(text, '(') + 1);
    uint64_t part;
    uint64_t whole;

    if (!read_digits(&rest, &part) || !read_begins(rest, "/"))
        return;
    rest = read_after(rest, 1);
    if (!read_digits(&rest, &whole) || part > whole)
        return;
    *taken = part;
    *missed = whole - part;
}

static bool is_root(struct coverage *r, const char *name, const char *want)
{
    if (read_xml_depth(r->base.xml) != 1)
        return false;
    if (strcmp(name, want))
        read_wrong(&r->base, "the root is <%.60s>, not <%s>", name, want);
    r->base.root_seen = true;
    return true;
}

static void take_hits(struct coverage *r, const char **attributes,
                      const char *number, const char *hits)
{
    struct td_bytes text = read_attribute_text(attributes, hits);

    r->line.line = read_attribute_count(attributes, number);
    if (!read_uint(text, &r->line.hits)) {
        r->line.hits = 0;
        read_partial(&r->base, "a count that is no number");
    }
}

static void on_cobertura(void *self, const char *name, const char **attributes)
{
    struct coverage *r = self;
    uint64_t taken = 0;
    uint64_t missed = 0;

    if (is_root(r, name, "coverage")) {
        if (read_attribute(attributes, "clover"))
            read_wrong(&r->base, "it is of Clover");
    } else if (!strcmp(name, "source")) {
        r->sources++;
        r->in_source = true;
        (void)read_keep(&r->base, SOURCE, td_text(""));
    } else if (!strcmp(name, "class")) {
        open_class(r, attributes);
    } else if (!strcmp(name, "method")) {
        r->method = read_xml_depth(r->base.xml);
    } else if (!strcmp(name, "line") && r->method == 0) {
        take_hits(r, attributes, "number", "hits");
        conditions(read_attribute_text(attributes, "condition-coverage"),
                   &taken, &missed);
        tell(r, taken, missed);
    }
}

static void close_cobertura(void *self, const char *name)
{
    struct coverage *r = self;

    if (!strcmp(name, "source"))
        r->in_source = false;
    else if (!strcmp(name, "class"))
        r->in_file = false;
    else if (r->method == read_xml_depth(r->base.xml))
        r->method = 0;
}

static void on_text(void *self, struct td_bytes text)
{
    struct coverage *r = self;

    if (r->in_source)
        read_keep_more(&r->base, SOURCE, text);
}

static void on_clover(void *self, const char *name, const char **attributes)
{
    struct coverage *r = self;
    const char *type = read_attribute(attributes, "type");

    if (is_root(r, name, "coverage")) {
        if (!read_attribute(attributes, "clover") &&
            read_attribute(attributes, "line-rate"))
            read_wrong(&r->base, "it is of Cobertura");
    } else if (!strcmp(name, "file")) {
        const char *path = read_attribute(attributes, "path");

        path = path ? path : read_attribute(attributes, "name");
        r->line.file =
            read_keep(&r->base, FILE_NAME, td_text(path ? path : ""));
        r->in_file = true;
    } else if (!strcmp(name, "line") && type && strcmp(type, "method")) {
        take_hits(r, attributes, "num", "count");
        tell(r, read_attribute_count(attributes, "truecount"),
             read_attribute_count(attributes, "falsecount"));
    }
}

static void close_file(void *self, const char *name)
{
    struct coverage *r = self;

    if (!strcmp(name, "file") || !strcmp(name, "sourcefile"))
        r->in_file = false;
}

static void open_sourcefile(struct coverage *r, const char **attributes)
{
    struct td_bytes package = read_kept(&r->base, PACKAGE);

    (void)read_keep(&r->base, FILE_NAME, package);
    if (package.len > 0)
        read_keep_more(&r->base, FILE_NAME, td_text("/"));
    read_keep_more(&r->base, FILE_NAME,
                   read_attribute_text(attributes, "name"));
    r->line.file = read_kept(&r->base, FILE_NAME);
    r->in_file = true;
}

static void on_jacoco(void *self, const char *name, const char **attributes)
{
    struct coverage *r = self;

    if (is_root(r, name, "report"))
        return;
    if (!strcmp(name, "package")) {
        (void)read_keep(&r->base, PACKAGE,
                        read_attribute_text(attributes, "name"));
    } else if (!strcmp(name, "sourcefile")) {
        open_sourcefile(r, attributes);
    } else if (!strcmp(name, "line") && r->in_file) {
        take_hits(r, attributes, "nr", "ci");
        r->line.hits = r->line.hits > 0;
        tell(r, read_attribute_count(attributes, "cb"),
             read_attribute_count(attributes, "mb"));
    }
}

static void finish(struct read_reader *reader)
{
    reader->end.has_work = true;
}

static const struct read_xml_way cobertura = {on_cobertura, close_cobertura,
                                              on_text};
static const struct read_xml_way clover = {on_clover, close_file, NULL};
static const struct read_xml_way jacoco = {on_jacoco, close_file, NULL};
static const struct read_way ways[] = {
    {.size = sizeof(struct coverage), .xml = &cobertura, .finish = finish},
    {.size = sizeof(struct coverage), .xml = &clover, .finish = finish},
    {.size = sizeof(struct coverage), .xml = &jacoco, .finish = finish},
};

static struct read_reader *open_cobertura(const struct read_sink *sink)
{
    return read_way_open(sink, &ways[0]);
}

static struct read_reader *open_clover(const struct read_sink *sink)
{
    return read_way_open(sink, &ways[1]);
}

static struct read_reader *open_jacoco(const struct read_sink *sink)
{
    return read_way_open(sink, &ways[2]);
}

const struct read_format read_cobertura = {
    "cobertura",
    VERDICT_COVERAGE,
    "Cobertura XML, as of gcovr and coverage.py",
    open_cobertura,
    read_way_put,
    read_way_end};
const struct read_format read_clover = {
    "clover",    VERDICT_COVERAGE, "Clover XML, as of istanbul and PHPUnit",
    open_clover, read_way_put,     read_way_end};
const struct read_format read_jacoco = {"jacoco",     VERDICT_COVERAGE,
                                        "JaCoCo XML", open_jacoco,
                                        read_way_put, read_way_end};
