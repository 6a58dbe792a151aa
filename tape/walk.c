#include "tape/walk.h"

#include "core/mem.h"
#include "tape/inflate.h"
#include "tape/reader_internal.h"

#include <stdlib.h>

#define WALK_MIN ((size_t)4096) /* bytes of a file: threads pay */

struct line {
    struct td_bytes text;
    bool event; /* it could be read, and ev is it */
    struct td_event ev;
};

struct tape_part {
    uint64_t at; /* offset in the file */
    uint64_t generation;
    struct tape_member m;
    struct td_buf data; /* the member as it stands */
    struct td_buf text;
    struct td_buf scratch;
    uint8_t *decoded; /* payloads that had to be; never longer than text */
    size_t decoded_len;
    bool right;
    struct line *lines;
    uint32_t len;
    uint32_t cap;
    uint32_t next; /* that the reader gives */
};

struct tape_walk {
    struct tape_input in;
    uint64_t next;
    uint64_t generation; /* counts tape_walk_follow() */
    bool halted;
};

/* Members of such a reader are all read, one behind the other. */
static bool takes_all(const struct tape_reader *r)
{
    return !r->scan.follow && !r->scan.streaming && !r->scan.by_name &&
           r->scan.from_ns == 0 && r->scan.from_seq == 0;
}

struct tape_walk *tape_walk_new(const struct tape_reader *reader)
{
    const struct tape_input *in = &reader->scan.in;
    struct tape_walk *walk;

    if (!in->seekable || tape_input_size(in) < WALK_MIN || !takes_all(reader))
        return NULL;
    walk = (struct tape_walk *)td_calloc(1, sizeof(*walk));
    walk->halted = true;
    tape_input_share(&walk->in, in);
    if (walk->in.fd >= 0)
        return walk;
    tape_walk_free(walk);
    return NULL;
}

void tape_walk_free(struct tape_walk *walk)
{
    if (!walk)
        return;
    tape_input_close(&walk->in);
    free(walk);
}

struct tape_part *tape_part_new(void)
{
    struct tape_part *part = (struct tape_part *)td_calloc(1, sizeof(*part));

    td_buf_init(&part->data, 2 * TAPE_PART_MAX);
    td_buf_init(&part->text, TAPE_PART_MAX);
    part->scratch.max = TAPE_LINE_MAX;
    return part;
}

void tape_part_free(struct tape_part *part)
{
    td_buf_release(&part->data);
    td_buf_release(&part->text);
    td_buf_release(&part->scratch);
    free(part->decoded);
    free(part->lines);
    free(part);
}

static bool read_member(struct tape_walk *walk, struct tape_part *part)
{
    struct tape_member *m = &part->m;
    struct td_bytes data = tape_input_at(&walk->in, walk->next, TAPE_HEAD_LEN);
    size_t entries;

    if (tape_member_peek(data, m, &entries) != TAPE_PEEK_MEMBER ||
        m->kind != TAPE_MEMBER_DATA || m->length == 0 ||
        m->text_len > TAPE_PART_MAX || m->length > TAPE_PART_MAX)
        return false;
    data = tape_input_at(&walk->in, walk->next, m->length);
    td_buf_clear(&part->data);
    return data.len >= m->length &&
           !td_buf_add_bytes(&part->data, td_bytes(data.ptr, m->length));
}

bool tape_walk_take(struct tape_walk *walk, struct tape_part *part)
{
    if (walk->halted)
        return false;
    walk->halted = !read_member(walk, part);
    part->at = walk->next;
    part->generation = walk->generation;
    part->right = false;
    part->len = 0;
    part->next = 0;
    walk->next += walk->halted ? 0 : part->m.length;
    return !walk->halted;
}

bool tape_reader_has_rest(const struct tape_reader *reader)
{
    return reader->held || reader->rest.len > 0;
}

bool tape_walk_follow(struct tape_walk *walk, const struct tape_reader *reader)
{
    if (tape_reader_has_rest(reader) || !takes_all(reader))
        return false;
    walk->next = reader->scan.at;
    walk->generation++;
    walk->halted =
        reader->scan.open_len > 0 && reader->scan.open_at == reader->scan.at;
    return !walk->halted;
}

bool tape_part_is_stale(const struct tape_walk *walk,
                        const struct tape_part *part)
{
    return part->generation != walk->generation;
}

/* ---- reading, away from the reader ---- */

static struct line *add_line(struct tape_part *part)
{
    if (part->len == part->cap) {
        part->cap = part->cap ? 2 * part->cap : 1024;
        part->lines = (struct line *)td_realloc(
            part->lines, part->cap * sizeof(*part->lines));
    }
    return &part->lines[part->len++];
}

/* A payload that was decoded is kept: the scratch is used again. */
static void keep_payload(struct tape_part *part, struct td_event *ev)
{
    uint8_t *to;

    if (ev->payload.len == 0 || ev->payload.ptr != part->scratch.ptr)
        return;
    if (!part->decoded)
        part->decoded = (uint8_t *)td_realloc(NULL, TAPE_PART_MAX);
    to = part->decoded + part->decoded_len;
    memcpy(to, ev->payload.ptr, ev->payload.len);
    part->decoded_len += ev->payload.len;
    ev->payload.ptr = to;
}

static void read_line(struct tape_part *part, struct td_bytes text)
{
    struct line *line = add_line(part);

    line->text = text;
    line->event =
        text.len > 5 && memcmp(text.ptr, "{\"s\":", 5) == 0 &&
        !tape_line_parse(&line->ev, text, &part->scratch, false, NULL);
    if (line->event)
        keep_payload(part, &line->ev);
}

void tape_part_read(struct tape_part *part)
{
    struct td_bytes data = td_buf_bytes(&part->data);
    struct td_bytes rest;

    td_buf_clear(&part->text);
    part->decoded_len = 0;
    part->right = tape_inflate_member(&part->text, &part->m, data);
    rest = part->right ? td_buf_bytes(&part->text) : td_bytes("", 0);
    while (rest.len > 0) {
        const uint8_t *lf = (const uint8_t *)memchr(rest.ptr, '\n', rest.len);
        size_t len = lf ? (size_t)(lf - rest.ptr) : rest.len;

        read_line(part, td_bytes(rest.ptr, len));
        len += lf != NULL;
        rest = td_bytes(rest.ptr + len, rest.len - len);
    }
}

uint32_t tape_part_lines(const struct tape_part *part)
{
    return part->len;
}

const struct td_event *tape_part_event(const struct tape_part *part, uint32_t i)
{
    return part->lines[i].event ? &part->lines[i].ev : NULL;
}

/* ---- in order ---- */

bool tape_reader_give(struct tape_reader *reader, const struct tape_walk *walk,
                      struct tape_part *part)
{
    if (tape_part_is_stale(walk, part) || !part->right)
        return false;
    tape_scan_give(&reader->scan, &part->m, td_buf_bytes(&part->text),
                   &reader->text);
    tape_reader_entered_text(reader);
    reader->rest.len = 0;
    return true;
}

enum td_code tape_part_next(struct tape_reader *reader, struct tape_part *part,
                            struct td_event *ev, uint32_t *line,
                            struct td_error *err)
{
    while (part->next < part->len) {
        struct line *l = &part->lines[part->next];
        enum td_code code;

        *line = part->next++;
        code = tape_reader_line_in(reader, l->text, l->event ? &l->ev : NULL,
                                   ev, err);
        if (code != TD_AGAIN)
            return code;
    }
    return TD_END;
}
