#include "replayer/shift_time.h"

#include "core/json_writer.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/payload.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct play_shift {
    const char *const *pointers; /* borrowed */
    size_t count;
    const struct td_clock *clock;
    bool known; /* the distance is */
    int64_t by_ns;
};

/* RFC 6901: "", or tokens behind "/", in which "~" stands before 0 or 1. */
static enum td_code check(const char *pointer, struct td_error *err)
{
    const char *tilde = strchr(pointer, '~');

    if (*pointer != '\0' && *pointer != '/') {
        (void)td_error_set(err, TD_USAGE, "--shift-time", 0,
                           "\"%s\" is no JSON pointer", pointer);
        return td_error_hint(err, "write /timestamp or /data/started_at_ms");
    }
    while (tilde && (tilde[1] == '0' || tilde[1] == '1'))
        tilde = strchr(tilde + 1, '~');
    if (!tilde)
        return TD_OK;
    (void)td_error_set(err, TD_USAGE, "--shift-time", 0,
                       "\"%s\" is no JSON pointer", pointer);
    return td_error_hint(err, "a ~ in a name is written ~0, a / ~1");
}

enum td_code play_shift_new(struct play_shift **out,
                            const char *const *pointers,
                            const struct td_clock *clock, struct td_error *err)
{
    struct play_shift *shift;
    size_t n = 0;

    for (; pointers[n]; n++) {
        enum td_code code = check(pointers[n], err);

        if (code)
            return code;
    }
    if (n > PLAY_SHIFT_MAX)
        return td_error_set(err, TD_USAGE, "--shift-time", 0,
                            "more than %d pointers", PLAY_SHIFT_MAX);
    shift = td_calloc(1, sizeof(*shift));
    shift->pointers = pointers;
    shift->count = n;
    shift->clock = clock;
    *out = shift;
    return TD_OK;
}

void play_shift_free(struct play_shift *shift)
{
    free(shift);
}

void play_shift_release(struct play_shift_room *room)
{
    td_json_release(&room->doc);
    td_buf_release(&room->marks);
    td_buf_release(&room->payload);
}

void play_shift_restart(struct play_shift *shift)
{
    shift->known = false;
}

/* ---- which values ---- */

/* A reference token with ~1 and ~0 decoded. */
static struct td_bytes decode(struct td_buf *room, struct td_bytes token)
{
    if (!memchr(token.ptr, '~', token.len))
        return token;
    td_buf_clear(room);
    for (size_t i = 0; i < token.len; i++) {
        uint8_t next = i + 1 < token.len ? token.ptr[i + 1] : 0;
        bool escape = token.ptr[i] == '~' && (next == '0' || next == '1');

        (void)td_buf_add_byte(room, !escape       ? token.ptr[i]
                                    : next == '0' ? '~'
                                                  : '/');
        i += escape;
    }
    return td_buf_bytes(room);
}

static void mark(struct play_shift_room *room, uint32_t at, const char *pointer,
                 uint8_t number);

/* Every child of a value that the token names. */
/* NOLINTNEXTLINE(misc-no-recursion) */
static void mark_children(struct play_shift_room *room, uint32_t at,
                          struct td_bytes token, uint8_t number)
{
    const struct td_json_value *v = room->doc.values;
    const char *rest = (const char *)token.ptr + token.len;
    bool every = token.len == 1 && token.ptr[0] == '*';
    bool object = v[at].kind == TD_JSON_OBJECT;
    struct td_buf text = {0};
    uint32_t one = 0;

    if (!object && v[at].kind != TD_JSON_ARRAY)
        return;
    token = decode(&text, token);
    if (!object && !every)
        one = td_json_element(&room->doc, at, token);
    if (one)
        mark(room, one, rest, number);
    for (uint32_t i = at + 1; (object || every) && i < v[at].next;
         i = v[i + object].next)
        if (every || td_json_string_is(&room->doc, i, token))
            mark(room, i + object, rest, number);
    td_buf_release(&text);
}

/* At most as deep as the document. */
/* NOLINTNEXTLINE(misc-no-recursion) */
static void mark(struct play_shift_room *room, uint32_t at, const char *pointer,
                 uint8_t number)
{
    if (*pointer)
        mark_children(room, at,
                      td_bytes(pointer + 1, strcspn(pointer + 1, "/")), number);
    else
        room->marks.ptr[at] = number;
}

/* Of ["name", MESSAGE, ...] the message, else the whole. */
static uint32_t root_of(const struct td_json_doc *doc,
                        const struct td_event *ev)
{
    const struct td_json_value *v = doc->values;

    if (ev->name.len > 0 && v[0].kind == TD_JSON_ARRAY && v[0].count >= 2 &&
        v[1].kind == TD_JSON_STRING &&
        td_bytes_equal(td_json_inner(doc, 1), ev->name))
        return 2;
    return 0;
}

/* ---- moving ---- */

static bool shift_value(struct td_buf *out, const struct td_json_doc *doc,
                        uint32_t i, int64_t by_ns)
{
    const struct td_json_value *v = &doc->values[i];
    bool done;

    if (v->kind == TD_JSON_NUMBER)
        return play_shift_number(out, td_json_raw(doc, i), by_ns);
    if (v->kind != TD_JSON_STRING || (v->flags & TD_JSON_ESCAPED))
        return false;
    (void)td_buf_add_byte(out, '"');
    done = play_shift_text(out, td_json_inner(doc, i), by_ns);
    if (done)
        (void)td_buf_add_byte(out, '"');
    else
        out->len--;
    return done;
}

/* Copies the payload with what is marked moved; behind `skipped` bytes of it
 * the document begins.
 */
static void rewrite(const struct play_shift *shift,
                    struct play_shift_room *room, const struct td_event *ev,
                    size_t skipped)
{
    const struct td_json_doc *doc = &room->doc;
    struct td_buf *out = &room->payload;
    size_t copied = 0;

    td_buf_clear(out);
    for (uint32_t i = 0; i < doc->len; i++) {
        uint8_t number = room->marks.ptr[i];
        size_t start = skipped + doc->values[i].start;
        size_t before;

        if (number == 0 || start < copied)
            continue;
        room->matched[number - 1]++;
        (void)td_buf_add(out, ev->payload.ptr + copied, start - copied);
        before = out->len;
        copied = start;
        if (shift_value(out, doc, i, shift->by_ns)) {
            copied = skipped + doc->values[i].end;
            room->moved++;
        } else {
            out->len = before;
            room->plain[number - 1]++;
        }
    }
    (void)td_buf_add(out, ev->payload.ptr + copied, ev->payload.len - copied);
}

static void measure(struct play_shift *shift, uint64_t dated_ns)
{
    if (shift->known)
        return;
    shift->known = true;
    shift->by_ns = (int64_t)(td_wall_ns(shift->clock) - dated_ns);
}

/* True if the pointers name anything in the document. */
static bool mark_all(const struct play_shift *shift,
                     struct play_shift_room *room, const struct td_event *ev)
{
    uint8_t *marks;
    bool found = false;

    td_buf_clear(&room->marks);
    marks = td_buf_room(&room->marks, room->doc.len);
    if (!marks)
        return false;
    memset(marks, 0, room->doc.len);
    for (size_t i = 0; i < shift->count; i++)
        mark(room, root_of(&room->doc, ev), shift->pointers[i],
             (uint8_t)(i + 1));
    for (uint32_t i = 0; !found && i < room->doc.len; i++)
        found = marks[i] != 0;
    return found;
}

void play_shift_apply(struct play_shift *shift, struct play_shift_room *room,
                      struct td_event *ev, uint64_t dated_ns)
{
    struct td_bytes json = td_payload_json(ev);

    measure(shift, dated_ns);
    if (td_json_parse(&room->doc, json, TD_JSON_DEPTH, NULL) ||
        !mark_all(shift, room, ev))
        return;
    rewrite(shift, room, ev, (size_t)(json.ptr - ev->payload.ptr));
    ev->payload = td_buf_bytes(&room->payload);
}

/* ---- what came of it ---- */

static uint64_t others(const struct play_shift *shift,
                       const struct play_shift_room *room)
{
    uint64_t n = 0;

    for (size_t i = 0; i < shift->count; i++)
        n += room->plain[i];
    return n;
}

void play_shift_say(const struct play_shift *shift,
                    const struct play_shift_room *room, struct td_buf *out)
{
    char by[TD_AMOUNT_SIZE];
    uint64_t far =
        shift->by_ns < 0 ? (uint64_t)-shift->by_ns : (uint64_t)shift->by_ns;

    (void)td_buf_addf(out, "%" PRIu64 " timestamp%s moved", room->moved,
                      room->moved == 1 ? "" : "s");
    if (room->moved > 0)
        (void)td_buf_addf(out, " by %s%s", shift->by_ns < 0 ? "-" : "",
                          td_duration_text(by, far, TD_DURATION_SHORT));
    for (size_t i = 0; i < shift->count; i++) {
        if (room->matched[i] > 0 && room->plain[i] == 0)
            continue;
        (void)td_buf_add_text(out, "; ");
        (void)td_text_clean(out, td_text(shift->pointers[i]));
        if (room->matched[i] == 0)
            (void)td_buf_add_text(out, " names nothing");
        else
            (void)td_buf_addf(out, " names %" PRIu64 " that %s no time",
                              room->plain[i],
                              room->plain[i] == 1 ? "is" : "are");
    }
    (void)td_buf_add_byte(out, '\n');
}

void play_shift_json(const struct play_shift *shift,
                     const struct play_shift_room *room,
                     struct td_json_writer *w, const char *key)
{
    td_json_object(w, key);
    td_json_put_i64(w, "by_ns", shift->by_ns);
    td_json_put_u64(w, "timestamps", room->moved);
    td_json_put_u64(w, "others", others(shift, room));
    td_json_array(w, "unmatched");
    for (size_t i = 0; i < shift->count; i++)
        if (room->matched[i] == 0)
            td_json_put_text(w, NULL, shift->pointers[i]);
    td_json_array_end(w);
    td_json_object_end(w);
}
