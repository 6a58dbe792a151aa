#include "validator/gates/read/reader.h"

#include "core/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Where the reader is, from 1. */
static uint64_t read_at_line(const struct read_reader *reader)
{
    if (reader->xml)
        return read_xml_line(reader->xml);
    if (reader->json)
        return read_json_line(reader->json);
    return reader->lines.number;
}

static void say(struct read_reader *reader, enum read_state state,
                const char *format, va_list args) TD_PRINTF(3, 0);

static void say(struct read_reader *reader, enum read_state state,
                const char *format, va_list args)
{
    struct read_end *end = &reader->end;

    if (end->state != READ_OK)
        return;
    end->state = state;
    end->line = read_at_line(reader);
    (void)vsnprintf(end->reason, sizeof(end->reason), format, args);
    for (char *at = end->reason; *at; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            *at = ' ';
    }
}

static void leave(struct read_reader *reader)
{
    reader->stopped = true;
    reader->lines.stop = true;
    if (reader->xml)
        read_xml_leave(reader->xml);
}

void read_wrong(struct read_reader *reader, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(reader, reader->end.leaves > 0 ? READ_PARTIAL : READ_WRONG, format,
        args);
    va_end(args);
    leave(reader);
}

void read_partial(struct read_reader *reader, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(reader, READ_PARTIAL, format, args);
    va_end(args);
}

void read_stop(struct read_reader *reader, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(reader, READ_PARTIAL, format, args);
    va_end(args);
    leave(reader);
}

void read_empty(struct read_reader *reader, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(reader, READ_EMPTY, format, args);
    va_end(args);
}

static void on_line(void *self, struct td_bytes line)
{
    struct read_reader *reader = self;

    reader->line_is_cut = reader->lines.cut;
    reader->way->line(reader, line);
}

static void on_record(void *self, unsigned path, const struct td_json_doc *doc)
{
    struct read_reader *reader = self;

    if (!reader->stopped)
        reader->way->record(reader, path, doc);
}

struct read_reader *read_way_open(const struct read_sink *sink,
                                  const struct read_way *way)
{
    struct read_reader *reader = td_calloc(1, way->size);

    reader->way = way;
    reader->sink = *sink;
    for (unsigned i = 0; i < READ_KEPT; i++)
        td_buf_init(&reader->kept[i], READ_TEXT_MAX);
    if (way->xml)
        reader->xml = read_xml_new(way->xml, reader, way->bare_ampersands);
    if (way->paths)
        reader->json =
            read_json_new(way->paths, READ_RECORD_MAX, on_record, reader);
    td_buf_init(&reader->lines.rest, 0);
    reader->lines.max = way->line_max;
    reader->lines.line = on_line;
    reader->lines.self = reader;
    return reader;
}

/* XML or JSON that is refused: what came before stands, if it was of this
 * format at all.
 */
static void refuse(struct read_reader *reader)
{
    if (reader->xml) {
        if (reader->root_seen)
            read_stop(reader, "ill-formed XML: %s", read_xml_why(reader->xml));
        else
            read_wrong(reader, "no XML: %s", read_xml_why(reader->xml));
    } else if (read_json_root(reader->json)) {
        read_stop(reader, "ill-formed JSON: %s", read_json_why(reader->json));
    } else {
        read_wrong(reader, "no JSON: %s", read_json_why(reader->json));
    }
}

static void put(struct read_reader *reader, struct td_bytes piece)
{
    bool fine = true;

    if (piece.len == 0 || reader->stopped)
        return;
    if (reader->xml)
        fine = read_xml_put(reader->xml, piece);
    else if (reader->json)
        fine = read_json_put(reader->json, piece);
    else
        read_lines_put(&reader->lines, piece);
    if (!fine)
        refuse(reader);
}

static const uint8_t byte_order_mark[] = {0xef, 0xbb, 0xbf};

/* What was held as the begin of a byte order mark is none. */
static void let_go(struct read_reader *reader)
{
    reader->begun = true;
    put(reader, td_bytes(byte_order_mark, reader->marks));
}

/* A byte order mark is no text. It may come in pieces. */
static struct td_bytes without_mark(struct read_reader *reader,
                                    struct td_bytes piece)
{
    while (!reader->begun && piece.len > 0 &&
           piece.ptr[0] == byte_order_mark[reader->marks]) {
        piece = read_after(piece, 1);
        reader->marks++;
        reader->begun = reader->marks == sizeof(byte_order_mark);
    }
    if (!reader->begun && piece.len > 0)
        let_go(reader);
    return piece;
}

enum td_code read_way_put(struct read_reader *reader, struct td_bytes piece)
{
    if (piece.len == 0)
        return TD_OK;
    if (reader->stopped)
        return TD_FORMAT;
    reader->bytes += piece.len;
    reader->ended_with_line = piece.ptr[piece.len - 1] == '\n';
    put(reader, reader->xml ? piece : without_mark(reader, piece));
    return reader->stopped ? TD_FORMAT : TD_OK;
}

static void finish(struct read_reader *reader)
{
    if (reader->bytes > 0 && !reader->xml && !reader->begun)
        let_go(reader);
    if (reader->bytes == 0 || reader->stopped)
        return;
    if (reader->xml ? !read_xml_end(reader->xml)
                    : reader->json && !read_json_end(reader->json)) {
        refuse(reader);
        return;
    }
    if (reader->way->line)
        (void)read_lines_end(&reader->lines);
    if (!reader->stopped && reader->way->finish)
        reader->way->finish(reader);
}

static void release(struct read_reader *reader)
{
    if (reader->way->release)
        reader->way->release(reader);
    read_xml_free(reader->xml);
    read_json_free(reader->json);
    td_json_release(&reader->doc);
    td_buf_release(&reader->lines.rest);
    for (unsigned i = 0; i < READ_KEPT; i++)
        td_buf_release(&reader->kept[i]);
    free(reader);
}

void read_way_end(struct read_reader *reader, struct read_end *end)
{
    finish(reader);
    *end = reader->end;
    if (end->state == READ_OK && end->leaves == 0) {
        end->state = READ_EMPTY;
        (void)snprintf(end->reason, sizeof(end->reason), "%s",
                       reader->bytes == 0 ? "the file is empty"
                                          : "it is complete and has nothing");
    }
    release(reader);
}

void read_tool(struct read_reader *reader, struct td_bytes name,
               struct td_bytes version)
{
    int name_len = (int)(name.len < 40 ? name.len : 40);
    int version_len = (int)(version.len < 20 ? version.len : 20);

    (void)snprintf(reader->end.tool, sizeof(reader->end.tool), "%.*s%s%.*s",
                   name_len, name.len ? (const char *)name.ptr : "",
                   version.len > 0 && name.len > 0 ? " " : "", version_len,
                   version.len ? (const char *)version.ptr : "");
}

/* As much of text as fits into max bytes and ends with a whole character. */
static struct td_bytes cut(struct td_bytes text, size_t max)
{
    if (text.len <= max)
        return text;
    while (max > 0 && (text.ptr[max] & 0xc0) == 0x80)
        max--;
    return td_bytes(text.ptr, max);
}

void read_keep_more(struct read_reader *reader, unsigned kept,
                    struct td_bytes text)
{
    struct td_buf *buf = &reader->kept[kept];

    text = cut(text, READ_TEXT_MAX - buf->len);
    (void)td_buf_add_bytes(buf, text);
}

struct td_bytes read_keep(struct read_reader *reader, unsigned kept,
                          struct td_bytes text)
{
    td_buf_clear(&reader->kept[kept]);
    read_keep_more(reader, kept, text);
    return td_buf_bytes(&reader->kept[kept]);
}

void read_tell_test(struct read_reader *reader, struct read_test *test)
{
    reader->end.leaves++;
    test->suite = cut(test->suite, READ_TEXT_MAX);
    test->class_name = cut(test->class_name, READ_TEXT_MAX);
    test->name = cut(test->name, READ_TEXT_MAX);
    test->message = cut(test->message, READ_TEXT_MAX);
    test->detail = cut(test->detail, READ_TEXT_MAX);
    test->file = cut(test->file, READ_TEXT_MAX);
    if (reader->sink.test)
        reader->sink.test(reader->sink.self, test);
}

void read_tell_line(struct read_reader *reader, const struct read_line *line)
{
    reader->end.leaves++;
    if (reader->sink.line)
        reader->sink.line(reader->sink.self, line);
}

void read_tell_branch(struct read_reader *reader,
                      const struct read_branch *branch)
{
    if (reader->sink.branch)
        reader->sink.branch(reader->sink.self, branch);
}

void read_tell_finding(struct read_reader *reader, struct read_finding *finding)
{
    reader->end.leaves++;
    finding->rule = cut(finding->rule, READ_TEXT_MAX);
    finding->message = cut(finding->message, READ_TEXT_MAX);
    finding->file = cut(finding->file, READ_TEXT_MAX);
    if (reader->sink.finding)
        reader->sink.finding(reader->sink.self, finding);
}

void read_tell_sample(struct read_reader *reader, struct read_sample *sample)
{
    reader->end.leaves++;
    sample->name = cut(sample->name, READ_TEXT_MAX);
    if (reader->sink.sample)
        reader->sink.sample(reader->sink.self, sample);
}

void read_check_claim(struct read_reader *reader, uint64_t leaves)
{
    const struct read_end *end = &reader->end;

    if (end->has_claim && end->claimed != leaves)
        read_partial(reader, "it promises %llu and has %llu",
                     (unsigned long long)end->claimed,
                     (unsigned long long)leaves);
}
