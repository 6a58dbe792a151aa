/* converter/page_data.h - events as the page that plays them has them.
 *
 * Columns say of each event what lists and timelines show, so that a page with
 * a million events need not unpack their text; the lines of the tape stand in
 * parts of about PAGE_PART bytes, deflated (RFC 1951), that are unpacked where
 * somebody looks. Of the columns
 *
 *     dt    ns since the event before; the greatest number: see "late"
 *     ds    sequence number less that of the event before; 0: see "jumps"
 *     name  place in "names", from 1; 0: it has none, or found no room
 *     kind  place in "kinds", from 1; 0: a plain event
 *     conn  connection
 *     dir   0 in, 1 out
 *     x     exchange, 0: none
 *     len   bytes of the line with its LF
 *
 * each is its bytes of least value, then the next, and so on: [name, bytes,
 * value]; one of 0 bytes is that value in all events.
 */
#ifndef CONVERTER_PAGE_DATA_H
#define CONVERTER_PAGE_DATA_H

#include "core/json_writer.h"
#include "tape/deflate.h"
#include "tape/name_counts.h"

#define PAGE_PART    ((size_t)1 << 20)   /* bytes of text */
#define PAGE_MAX     ((size_t)300 << 20) /* deflated bytes of all parts */
#define PAGE_MARKERS 1000

enum page_column {
    PAGE_DT,
    PAGE_DS,
    PAGE_NAME,
    PAGE_KIND,
    PAGE_CONN,
    PAGE_DIR,
    PAGE_X,
    PAGE_LEN,
    PAGE_COLUMNS
};

struct page_part {
    struct td_buf body;
    uint32_t count;
    uint32_t text_len;
    uint32_t crc; /* of the text */
};

/* All zeroes and then conv_page_open(). */
struct page_data {
    struct td_buf columns[PAGE_COLUMNS]; /* uint32_t each */
    uint32_t greatest[PAGE_COLUMNS];
    uint32_t first[PAGE_COLUMNS];
    bool varies[PAGE_COLUMNS];
    struct tape_counts names;
    struct tape_counts kinds;
    struct td_buf late;    /* uint64_t pairs: index, ns */
    struct td_buf jumps;   /* uint64_t pairs: index, number */
    struct td_buf markers; /* JSON: [index, payload] and commas */
    uint32_t marker_count;
    struct page_part *parts;
    size_t parts_len;
    size_t packed; /* bytes of all bodies */
    struct td_buf text;
    uint32_t text_count;
    struct tape_deflate *deflate;
    uint64_t events;
    uint64_t first_ns;
    uint64_t last_ns;
    uint64_t last_seq;
};

/* Begin, and free all; what was given out ends with it. */
void conv_page_open(struct page_data *d);
void conv_page_close(struct page_data *d);

/* Take an event. TD_LIMIT: its line is too long, or there are PAGE_MAX. */
TD_MUST_CHECK enum td_code conv_page_add(struct page_data *d,
                                         const struct td_event *ev,
                                         struct td_error *err);

/* End the last part. */
enum td_code conv_page_end(struct page_data *d);

/* Members of the object at hand: events, times, names, kinds, columns, late,
 * jumps, markers, parts.
 */
void conv_page_json(const struct page_data *d, struct td_json_writer *w);

/* Append all columns, deflated. */
enum td_code conv_page_columns(struct page_data *d, struct td_buf *out);

#endif
