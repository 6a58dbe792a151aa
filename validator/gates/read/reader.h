/* validator/gates/read/reader.h - what a reader is made of.
 *
 * A format says in a `struct read_way` how its bytes are stepped through: by
 * lines, XML elements or JSON records. Its own state begins with a struct
 * read_reader. The functions here open, feed and end any of them, and tell the
 * sink what was found with every text cut at READ_TEXT_MAX.
 */
#ifndef VALIDATOR_GATES_READ_READER_H
#define VALIDATOR_GATES_READ_READER_H

#include "core/json.h"
#include "validator/gates/read/json_steps.h"
#include "validator/gates/read/lines.h"
#include "validator/gates/read/number.h"
#include "validator/gates/read/read.h"
#include "validator/gates/read/xml.h"

#define READ_KEPT       8         /* texts that a reader keeps aside */
#define READ_RECORD_MAX (8 << 20) /* bytes of a line or a record of JSON */
#define READ_LINES_MAX                                                         \
    (64 << 20) /* lines that ranges in a report stand for                      \
                */

struct read_reader;

struct read_way {
    size_t size; /* of the format's state */
    /* By lines, without their ends; longer ones come cut at line_max. */
    void (*line)(struct read_reader *reader, struct td_bytes line);
    size_t line_max;
    /* By elements of XML. */
    const struct read_xml_way *xml;
    bool bare_ampersands; /* CUnit writes & for itself */
    /* By records of JSON: read_json_open(). */
    const char *const *paths;
    void (*record)(struct read_reader *reader, unsigned path,
                   const struct td_json_doc *doc);
    /* All bytes were seen and none was refused: judge the end. May be NULL. */
    void (*finish)(struct read_reader *reader);
    /* Frees what the format holds. May be NULL. */
    void (*release)(struct read_reader *reader);
};

struct read_reader {
    const struct read_way *way;
    struct read_sink sink;
    struct read_end end;  /* what is known so far */
    bool stopped;         /* nothing more is looked at */
    bool ended_with_line; /* the last byte was an end of line */
    bool line_is_cut;     /* the line that is shown was longer */
    bool root_seen;       /* XML: the root is of this format */
    uint64_t bytes;
    bool begun; /* what comes is behind a byte order mark, or there is none */
    unsigned marks; /* bytes of one that were seen */
    struct read_lines lines;
    struct read_xml *xml;
    struct read_json *json;
    struct td_json_doc doc; /* of a line, read_line_json() */
    struct td_buf kept[READ_KEPT];
};

struct read_reader *read_way_open(const struct read_sink *sink,
                                  const struct read_way *way);
/* `put` and `end` of every struct read_format. */
enum td_code read_way_put(struct read_reader *reader, struct td_bytes piece);
void read_way_end(struct read_reader *reader, struct read_end *end);

/* Why the report is not what it should be. The first reason stays; after
 * read_wrong() and read_stop() nothing more is looked at. read_wrong() of a
 * report that has had leaves is partial.
 */
void read_wrong(struct read_reader *reader, const char *format, ...)
    TD_PRINTF(2, 3);
void read_partial(struct read_reader *reader, const char *format, ...)
    TD_PRINTF(2, 3);
void read_stop(struct read_reader *reader, const char *format, ...)
    TD_PRINTF(2, 3);

/* The report is whole and has no leaf, for this reason. */
void read_empty(struct read_reader *reader, const char *format, ...)
    TD_PRINTF(2, 3);

/* Name and version of the tool; either may be empty. */
void read_tool(struct read_reader *reader, struct td_bytes name,
               struct td_bytes version);

/* Copy into slot `kept` and return the copy; it lives until that slot is used
 * again. Cut at READ_TEXT_MAX at a character of UTF-8. read_keep_more() adds.
 */
struct td_bytes read_keep(struct read_reader *reader, unsigned kept,
                          struct td_bytes text);
void read_keep_more(struct read_reader *reader, unsigned kept,
                    struct td_bytes text);
static inline struct td_bytes read_kept(const struct read_reader *reader,
                                        unsigned kept)
{
    return td_buf_bytes(&reader->kept[kept]);
}

/* Tell the sink, and count the leaf. */
void read_tell_test(struct read_reader *reader, struct read_test *test);
void read_tell_line(struct read_reader *reader, const struct read_line *line);
void read_tell_branch(struct read_reader *reader,
                      const struct read_branch *branch);
void read_tell_finding(struct read_reader *reader,
                       struct read_finding *finding);
void read_tell_sample(struct read_reader *reader, struct read_sample *sample);

/* The leaves differ from what the header promises: the report is partial. */
void read_check_claim(struct read_reader *reader, uint64_t leaves);

/* Divide the text of a failure: its first line that is not blank, and what
 * follows.
 */
void read_split(struct td_bytes text, struct td_bytes *first,
                struct td_bytes *rest);

/* Text without the white space around it. */
struct td_bytes read_trim(struct td_bytes text);

/* Whether the first or the last bytes of text are these. */
bool read_begins(struct td_bytes text, const char *with);
bool read_ends(struct td_bytes text, const char *with);

/* Whether this names a script of node; what its runner tells as a test that
 * passed if it found none in it, or if it ended before one, and why that is an
 * error.
 */
bool read_is_script(struct td_bytes name);
#define READ_HOLLOW_SCRIPT "the file has no test, or ended before one"

/* The rest behind the first `count` bytes, at most all of them. */
static inline struct td_bytes read_after(struct td_bytes text, size_t count)
{
    if (count >= text.len)
        return td_bytes("", 0);
    return td_bytes(text.ptr + count, text.len - count);
}

/* Position of the first such byte, or text.len. */
size_t read_find_byte(struct td_bytes text, char byte);
/* Position of the first such text, or text.len. */
size_t read_find_text(struct td_bytes text, const char *what);

/* A line of NDJSON as an object; NULL if it is none. Valid until the next. */
const struct td_json_doc *read_line_json(struct read_reader *reader,
                                         struct td_bytes line);

/* Of member `name` (a JSON Pointer if it begins with "/") of value `from`: its
 * text, kept in a slot if it has escapes, "" if it is no string; its number, -1
 * or 0 if it is none; whether it is `true`; its index, UINT32_MAX if absent.
 */
uint32_t read_member(const struct td_json_doc *doc, uint32_t from,
                     const char *name);
struct td_bytes read_string(struct read_reader *reader, unsigned kept,
                            const struct td_json_doc *doc, uint32_t index);
struct td_bytes read_text(struct read_reader *reader, unsigned kept,
                          const struct td_json_doc *doc, uint32_t from,
                          const char *name);
uint64_t read_count(const struct td_json_doc *doc, uint32_t from,
                    const char *name);
bool read_real(const struct td_json_doc *doc, uint32_t from, const char *name,
               double *value);
bool read_true(const struct td_json_doc *doc, uint32_t from, const char *name);

#endif
