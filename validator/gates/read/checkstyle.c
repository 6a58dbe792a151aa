/* Checkstyle XML, also as other tools write it. An <exception> is a file that
 * could not be looked at.
 */
#include "validator/gates/read/formats.h"
#include "validator/gates/read/reader.h"

enum { FILE_NAME, TEXT };

struct checkstyle {
    struct read_reader base;
    bool in_exception;
};

static enum check_level level_of(struct td_bytes severity)
{
    if (severity.len == 0 || td_bytes_is(severity, "error"))
        return CHECK_LEVEL_ERROR;
    return td_bytes_is(severity, "info") || td_bytes_is(severity, "ignore")
               ? CHECK_LEVEL_INFO
               : CHECK_LEVEL_WARN;
}

static void on_error(struct checkstyle *r, const char **attributes)
{
    struct read_finding f = {0};

    f.level = level_of(read_attribute_text(attributes, "severity"));
    f.rule = read_attribute_text(attributes, "source");
    f.message = read_attribute_text(attributes, "message");
    f.file = read_kept(&r->base, FILE_NAME);
    f.line = read_attribute_count(attributes, "line");
    f.column = read_attribute_count(attributes, "column");
    read_tell_finding(&r->base, &f);
}

static void on_open(void *self, const char *name, const char **attributes)
{
    struct checkstyle *r = self;

    if (read_xml_depth(r->base.xml) == 1) {
        if (strcmp(name, "checkstyle"))
            read_wrong(&r->base, "the root is <%.60s>, not of Checkstyle",
                       name);
        read_tool(&r->base, td_text("checkstyle"),
                  read_attribute_text(attributes, "version"));
        r->base.root_seen = true;
    } else if (!strcmp(name, "file")) {
        (void)read_keep(&r->base, FILE_NAME,
                        read_attribute_text(attributes, "name"));
        r->base.end.files++;
    } else if (!strcmp(name, "error")) {
        on_error(r, attributes);
    } else if (!strcmp(name, "exception")) {
        (void)read_keep(&r->base, TEXT, td_text(""));
        r->in_exception = true;
    }
}

static void on_close(void *self, const char *name)
{
    struct checkstyle *r = self;
    struct read_finding f = {.level = CHECK_LEVEL_ERROR, .broken = true};
    struct td_bytes rest;

    if (!strcmp(name, "file"))
        (void)read_keep(&r->base, FILE_NAME, td_text(""));
    if (!r->in_exception || strcmp(name, "exception"))
        return;
    r->in_exception = false;
    f.file = read_kept(&r->base, FILE_NAME);
    read_split(read_kept(&r->base, TEXT), &f.message, &rest);
    read_tell_finding(&r->base, &f);
}

static void on_text(void *self, struct td_bytes text)
{
    struct checkstyle *r = self;

    if (r->in_exception)
        read_keep_more(&r->base, TEXT, text);
}

static void finish(struct read_reader *reader)
{
    reader->end.has_work = true;
}

static const struct read_xml_way xml = {on_open, on_close, on_text};
static const struct read_way way = {
    .size = sizeof(struct checkstyle), .xml = &xml, .finish = finish};

static struct read_reader *open_checkstyle(const struct read_sink *sink)
{
    return read_way_open(sink, &way);
}

const struct read_format read_checkstyle = {"checkstyle",     VERDICT_LINT,
                                            "Checkstyle XML", open_checkstyle,
                                            read_way_put,     read_way_end};
