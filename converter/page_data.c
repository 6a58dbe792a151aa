#include "converter/page_data.h"

#include "core/mem.h"
#include "tape/line.h"
#include "tape/member.h"

#include <stdlib.h>

#define LEVEL        0 /* of parts: as tapes are written */
#define COLUMN_LEVEL 6 /* they are small, and everybody waits for them */
#define MARKER_MAX   4096

static const char *const column_names[PAGE_COLUMNS] = {
    [PAGE_DT] = "dt",     [PAGE_DS] = "ds",     [PAGE_NAME] = "name",
    [PAGE_KIND] = "kind", [PAGE_CONN] = "conn", [PAGE_DIR] = "dir",
    [PAGE_X] = "x",       [PAGE_LEN] = "len",
};

void conv_page_open(struct page_data *d)
{
    d->deflate = tape_deflate_new(LEVEL);
    d->kinds.kinds = true;
}

void conv_page_close(struct page_data *d)
{
    for (size_t i = 0; i < PAGE_COLUMNS; i++)
        td_buf_release(&d->columns[i]);
    for (size_t i = 0; i < d->parts_len; i++)
        td_buf_release(&d->parts[i].body);
    free(d->parts);
    tape_counts_release(&d->names);
    tape_counts_release(&d->kinds);
    td_buf_release(&d->late);
    td_buf_release(&d->jumps);
    td_buf_release(&d->markers);
    td_buf_release(&d->text);
    tape_deflate_free(d->deflate);
}

/* ---- columns ---- */

static void put(struct page_data *d, enum page_column column, uint32_t n)
{
    if (d->columns[column].len == 0)
        d->first[column] = n;
    if (n > d->greatest[column])
        d->greatest[column] = n;
    d->varies[column] |= n != d->first[column];
    (void)td_buf_add(&d->columns[column], &n, sizeof(n));
}

static void put_pair(struct td_buf *out, uint64_t index, uint64_t n)
{
    uint64_t pair[] = {index, n};

    (void)td_buf_add(out, pair, sizeof(pair));
}

static void put_when(struct page_data *d, const struct td_event *ev)
{
    uint64_t step = ev->at_ns - d->last_ns;
    uint64_t next = ev->seq - d->last_seq;
    bool late = ev->at_ns < d->last_ns || step >= UINT32_MAX;
    bool jumps = ev->seq <= d->last_seq || next > UINT32_MAX;

    if (late)
        put_pair(&d->late, d->events, ev->at_ns);
    if (jumps)
        put_pair(&d->jumps, d->events, ev->seq);
    put(d, PAGE_DT, late ? UINT32_MAX : (uint32_t)step);
    put(d, PAGE_DS, jumps ? 0 : (uint32_t)next);
    if (d->events == 0)
        d->first_ns = ev->at_ns;
    d->last_ns = ev->at_ns;
    d->last_seq = ev->seq;
}

/* The place of a name among those that were met, from 1; 0: no room. */
static uint32_t place_of(struct tape_counts *counts, struct td_bytes name)
{
    const struct tape_name *at =
        name.len ? tape_counts_name(counts, name) : NULL;

    return at ? (uint32_t)(at - counts->list) + 1 : 0;
}

static void put_columns(struct page_data *d, const struct td_event *ev,
                        size_t line_len)
{
    put_when(d, ev);
    put(d, PAGE_NAME, place_of(&d->names, ev->name));
    put(d, PAGE_KIND, place_of(&d->kinds, ev->kind));
    put(d, PAGE_CONN, ev->conn);
    put(d, PAGE_DIR, ev->dir == TD_DIR_OUT);
    put(d, PAGE_X, ev->exchange > UINT32_MAX ? 0 : (uint32_t)ev->exchange);
    put(d, PAGE_LEN, (uint32_t)line_len);
}

static void put_marker(struct page_data *d, const struct td_event *ev)
{
    struct td_json_writer w = td_json_writer(&d->markers);

    if (!td_bytes_is(ev->kind, TD_KIND_MARKER) ||
        ev->payload.len > MARKER_MAX || d->marker_count == PAGE_MARKERS)
        return;
    if (d->marker_count++)
        (void)td_buf_add_byte(&d->markers, ',');
    td_json_array(&w, NULL);
    td_json_put_u64(&w, NULL, d->events);
    if (ev->form == TD_FORM_JSON)
        td_json_put_raw(&w, NULL, ev->payload);
    else
        td_json_put_string(&w, NULL, ev->payload);
    td_json_array_end(&w);
}

/* ---- parts ---- */

static enum td_code end_part(struct page_data *d)
{
    struct page_part *part;
    enum td_code code;

    if (d->text_count == 0)
        return TD_OK;
    d->parts = td_list_room(d->parts, d->parts_len, sizeof(*d->parts));
    part = &d->parts[d->parts_len++];
    *part = (struct page_part){.count = d->text_count,
                               .text_len = (uint32_t)d->text.len,
                               .crc = tape_crc(0, td_buf_bytes(&d->text))};
    tape_deflate_begin(d->deflate, false);
    code =
        tape_deflate_add(d->deflate, &part->body, td_buf_bytes(&d->text), true);
    d->packed += part->body.len;
    td_buf_clear(&d->text);
    d->text_count = 0;
    return code;
}

enum td_code conv_page_add(struct page_data *d, const struct td_event *ev,
                           struct td_error *err)
{
    size_t from = d->text.len;
    enum td_code code;

    if (d->packed > PAGE_MAX) {
        (void)td_error_set(err, TD_LIMIT, "html", 0,
                           "the events up to %llu fill a page of 400 MB, which "
                           "is as much as browsers open",
                           (unsigned long long)ev->seq);
        return td_error_hint(err, "choose some with --start, --end or --event, "
                                  "or make the tape smaller with cut");
    }
    code = tape_line_encode(&d->text, ev);
    if (code)
        return td_error_set(err, TD_LIMIT, "html", 0,
                            "the line of event %llu is too long",
                            (unsigned long long)ev->seq);
    put_columns(d, ev, d->text.len - from);
    put_marker(d, ev);
    d->events++;
    d->text_count++;
    return d->text.len >= PAGE_PART ? end_part(d) : TD_OK;
}

enum td_code conv_page_end(struct page_data *d)
{
    return end_part(d);
}

/* ---- what the page has ---- */

static void json_names(struct td_json_writer *w, const char *key,
                       const struct tape_counts *counts)
{
    td_json_array(w, key);
    for (size_t i = 0; i < counts->len; i++)
        td_json_put_body(w, NULL,
                         td_bytes(counts->list[i].text, counts->list[i].len));
    td_json_array_end(w);
}

static void json_pairs(struct td_json_writer *w, const char *key,
                       const struct td_buf *pairs)
{
    td_json_array(w, key);
    for (size_t at = 0; at < pairs->len; at += sizeof(uint64_t)) {
        uint64_t n;

        memcpy(&n, pairs->ptr + at, sizeof(n));
        td_json_put_u64(w, NULL, n);
    }
    td_json_array_end(w);
}

static unsigned width_of(const struct page_data *d, size_t column)
{
    unsigned bytes = 1;

    if (!d->varies[column])
        return 0;
    while (bytes < 4 && d->greatest[column] >> (8 * bytes))
        bytes++;
    return bytes;
}

static void json_columns(const struct page_data *d, struct td_json_writer *w)
{
    td_json_array(w, "columns");
    for (size_t i = 0; i < PAGE_COLUMNS; i++) {
        td_json_array(w, NULL);
        td_json_put_text(w, NULL, column_names[i]);
        td_json_put_u64(w, NULL, width_of(d, i));
        td_json_put_u64(w, NULL, d->first[i]);
        td_json_array_end(w);
    }
    td_json_array_end(w);
}

void conv_page_json(const struct page_data *d, struct td_json_writer *w)
{
    td_json_put_u64(w, "events", d->events);
    td_json_put_u64(w, "first", d->first_ns);
    td_json_put_u64(w, "last", d->last_ns);
    json_names(w, "names", &d->names);
    json_names(w, "kinds", &d->kinds);
    json_columns(d, w);
    json_pairs(w, "late", &d->late);
    json_pairs(w, "jumps", &d->jumps);
    td_json_array(w, "markers");
    if (d->markers.len)
        td_json_put_raw(w, NULL, td_buf_bytes(&d->markers));
    td_json_array_end(w);
    td_json_array(w, "parts");
    for (size_t i = 0; i < d->parts_len; i++) {
        const struct page_part *part = &d->parts[i];

        td_json_array(w, NULL);
        td_json_put_u64(w, NULL, part->count);
        td_json_put_u64(w, NULL, part->text_len);
        td_json_put_u64(w, NULL, part->crc);
        td_json_array_end(w);
    }
    td_json_array_end(w);
}

/* One byte of each value of a column. */
static enum td_code add_plane(const struct page_data *d, size_t column,
                              unsigned byte, struct td_buf *plane)
{
    const struct td_buf *values = &d->columns[column];
    uint8_t *to;

    td_buf_clear(plane);
    to = td_buf_room(plane, d->events);
    if (!to)
        return TD_LIMIT;
    for (size_t i = 0; i < d->events; i++) {
        uint32_t n;

        memcpy(&n, values->ptr + i * sizeof(n), sizeof(n));
        to[i] = (uint8_t)(n >> (8 * byte));
    }
    plane->len += d->events;
    return TD_OK;
}

enum td_code conv_page_columns(struct page_data *d, struct td_buf *out)
{
    struct tape_deflate *deflate = tape_deflate_new(COLUMN_LEVEL);
    struct td_buf plane = {0};
    enum td_code code = TD_OK;

    tape_deflate_begin(deflate, false);
    for (size_t column = 0; column < PAGE_COLUMNS; column++)
        for (unsigned byte = 0; byte < width_of(d, column) && !code; byte++) {
            code = add_plane(d, column, byte, &plane);
            if (!code)
                code =
                    tape_deflate_add(deflate, out, td_buf_bytes(&plane), false);
        }
    if (!code)
        code = tape_deflate_add(deflate, out, td_bytes(NULL, 0), true);
    td_buf_release(&plane);
    tape_deflate_free(deflate);
    return code;
}
