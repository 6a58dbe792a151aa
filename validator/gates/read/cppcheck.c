/* cppcheck --xml, version 2. It ends well also where it could not read a file;
 * what it could not parse is a finding of its own.
 */
#include "validator/gates/read/formats.h"
#include "validator/gates/read/reader.h"

enum { RULE, MESSAGE, FILE_NAME };

struct cppcheck {
    struct read_reader base;
    bool open; /* an <error> */
    bool placed;
    struct read_finding finding;
};

static enum check_level level_of(struct td_bytes severity)
{
    if (td_bytes_is(severity, "error"))
        return CHECK_LEVEL_ERROR;
    return td_bytes_is(severity, "information") ||
                   td_bytes_is(severity, "debug")
               ? CHECK_LEVEL_INFO
               : CHECK_LEVEL_WARN;
}

/* It could not look at the file, or not at all of it. */
static bool is_broken(struct td_bytes id)
{
    static const char *const ids[] = {
        "syntaxError",         "preprocessorErrorDirective",
        "internalError",       "internalAstError",
        "cppcheckError",       "unknownMacro",
        "noValidConfiguration"};

    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        if (td_bytes_is(id, ids[i]))
            return true;
    }
    return false;
}

static void open_error(struct cppcheck *r, const char **attributes)
{
    struct read_finding *f = &r->finding;

    r->open = true;
    r->placed = false;
    *f = (struct read_finding){
        .level = level_of(read_attribute_text(attributes, "severity"))};
    f->rule = read_keep(&r->base, RULE, read_attribute_text(attributes, "id"));
    f->message =
        read_keep(&r->base, MESSAGE, read_attribute_text(attributes, "msg"));
    f->broken = is_broken(f->rule);
}

/* The first location is where it is; line and column 0 are not known. */
static void take_location(struct cppcheck *r, const char **attributes)
{
    if (!r->open || r->placed)
        return;
    r->placed = true;
    r->finding.file =
        read_keep(&r->base, FILE_NAME, read_attribute_text(attributes, "file"));
    r->finding.line = read_attribute_count(attributes, "line");
    r->finding.column = read_attribute_count(attributes, "column");
}

static void close_error(struct cppcheck *r)
{
    struct td_bytes id = r->finding.rule;

    r->open = false;
    /* Of its own working, not of the sources. */
    if (!td_bytes_is(id, "missingIncludeSystem") &&
        !td_bytes_is(id, "checkersReport"))
        read_tell_finding(&r->base, &r->finding);
}

static void on_root(struct cppcheck *r, const char *name,
                    const char **attributes)
{
    if (strcmp(name, "results") != 0)
        read_wrong(&r->base, "the root is <%.60s>, not of cppcheck", name);
    else if (!td_bytes_is(read_attribute_text(attributes, "version"), "2"))
        read_wrong(&r->base, "it is not of version 2");
    r->base.root_seen = true;
}

static void on_open(void *self, const char *name, const char **attributes)
{
    struct cppcheck *r = self;

    if (read_xml_depth(r->base.xml) == 1)
        on_root(r, name, attributes);
    else if (!strcmp(name, "cppcheck"))
        read_tool(&r->base, td_text("cppcheck"),
                  read_attribute_text(attributes, "version"));
    else if (!strcmp(name, "error"))
        open_error(r, attributes);
    else if (!strcmp(name, "location"))
        take_location(r, attributes);
}

static void on_close(void *self, const char *name)
{
    struct cppcheck *r = self;

    if (r->open && !strcmp(name, "error"))
        close_error(r);
}

static void finish(struct read_reader *reader)
{
    reader->end.has_work = true;
}

static const struct read_xml_way xml = {on_open, on_close, NULL};
static const struct read_way way = {
    .size = sizeof(struct cppcheck), .xml = &xml, .finish = finish};

static struct read_reader *open_cppcheck(const struct read_sink *sink)
{
    return read_way_open(sink, &way);
}

const struct read_format read_cppcheck = {
    "cppcheck",    VERDICT_LINT, "XML of cppcheck --xml",
    open_cppcheck, read_way_put, read_way_end};
