#include "recorder/event_name.h"
#include "core/utf8.h"

#define OBJECT_POINTER "/object"

enum td_code rec_event_name_init(struct rec_event_name *namer,
                                 const char *pointer, struct td_error *err)
{
    *namer = (struct rec_event_name){
        .pointer = pointer,
        .objects = pointer && !strcmp(pointer, REC_NAME_POINTER)};
    if (pointer && pointer[0] && pointer[0] != '/') {
        td_error_set(err, TD_USAGE, "--name", 0,
                     "%s is not a JSON pointer (RFC 6901)", pointer);
        return td_error_hint(err, "write it with a slash: /%s", pointer);
    }
    if (pointer && pointer[0] && !strpbrk(pointer + 1, "/~\"\\"))
        td_buf_addf(&namer->key, "\"%s\"", pointer + 1);
    namer->shapes = td_json_shapes_new(TD_JSON_DEPTH_ALL);
    return TD_OK;
}

void rec_event_name_release(struct rec_event_name *namer)
{
    td_buf_release(&namer->key);
    td_buf_release(&namer->name);
    td_json_release(&namer->doc);
    td_json_shapes_free(namer->shapes);
}

static size_t skip_blanks(struct td_bytes text, size_t at)
{
    while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\t' ||
                             text.ptr[at] == '\r' || text.ptr[at] == '\n'))
        at++;
    return at;
}

/* Many streams write the name first: offset behind the quote that opens it, 0
 * if it is not there. The payload need not be JSON.
 */
static size_t first_name(const struct rec_event_name *namer,
                         struct td_bytes text)
{
    struct td_bytes key = td_buf_bytes(&namer->key);
    size_t at = text.len && text.ptr[0] == '{' ? 0 : skip_blanks(text, 0);

    if (!key.len || at == text.len || text.ptr[at] != '{')
        return 0;
    at = skip_blanks(text, at + 1);
    if (text.len - at < key.len || memcmp(text.ptr + at, key.ptr, key.len) != 0)
        return 0;
    at = skip_blanks(text, at + key.len);
    if (at == text.len || text.ptr[at] != ':')
        return 0;
    at = skip_blanks(text, at + 1);
    return at < text.len && text.ptr[at] == '"' ? at + 1 : 0;
}

static void set_name(struct td_event *ev, struct td_bytes name)
{
    if (name.len <= REC_NAME_MAX)
        ev->name = name;
}

/* The string from offset `from` on; the payload is JSON, so it ends. A name is
 * rarely escaped: its end is looked for a quote at a time.
 */
static void name_string(struct td_event *ev, size_t from)
{
    const uint8_t *start = ev->payload.ptr + from;
    const uint8_t *end = ev->payload.ptr + ev->payload.len;
    const uint8_t *at = memchr(start, '"', (size_t)(end - start));

    if (memchr(start, '\\', (size_t)(at - start)))
        for (at = start; *at != '"';)
            at += *at == '\\' ? 2 : 1;
    set_name(ev, td_bytes(start, (size_t)(at - start)));
}

static void name_at_pointer(struct rec_event_name *namer, struct td_event *ev)
{
    uint32_t at = td_json_pointer(&namer->doc, 0, namer->pointer);

    if (at == UINT32_MAX && namer->objects && ev->exchange > 0)
        at = td_json_pointer(&namer->doc, 0, OBJECT_POINTER);
    if (at != UINT32_MAX && namer->doc.values[at].kind == TD_JSON_STRING)
        set_name(ev, td_json_inner(&namer->doc, at));
}

/* The member that stands first at `from`, unless it is there again: of several
 * the last one counts, as for all who read JSON. The payload is JSON.
 */
static void name_first(struct rec_event_name *namer, struct td_event *ev,
                       size_t from)
{
    struct td_bytes rest =
        td_bytes(ev->payload.ptr + from, ev->payload.len - from);

    if ((memchr(rest.ptr, '\\', rest.len) ||
         memmem(rest.ptr, rest.len, namer->key.ptr, namer->key.len)) &&
        !td_json_parse(&namer->doc, ev->payload, TD_JSON_DEPTH, NULL))
        name_at_pointer(namer, ev);
    else
        name_string(ev, from);
}

/* The name in a payload that is no JSON for a line: it may be JSON all the
 * same. `from` is what first_name() found.
 */
static void name_elsewhere(struct rec_event_name *namer, struct td_event *ev,
                           size_t from)
{
    if (from) {
        if (!td_json_check(ev->payload, TD_JSON_DEPTH, NULL))
            name_first(namer, ev, from);
    } else if (ev->payload.len <= REC_NAME_LOOK &&
               !td_json_parse(&namer->doc, ev->payload, TD_JSON_DEPTH, NULL)) {
        name_at_pointer(namer, ev);
    }
}

/* Is the payload JSON for a line? One pass over it, and the name with it. */
static bool look_for_name(struct rec_event_name *namer, struct td_event *ev)
{
    size_t from = first_name(namer, ev->payload);
    bool distinct;
    bool suits;
    enum td_code code;

    if (from || ev->payload.len > REC_NAME_LOOK) {
        suits = td_json_shapes_suit_line(namer->shapes, &namer->doc,
                                         ev->payload, &distinct);
        if (suits && from && distinct)
            name_string(ev, from);
        else if (suits && from)
            name_first(namer, ev, from);
        else if (from)
            name_elsewhere(namer, ev, from);
        return suits;
    }
    code = td_json_shapes_parse_line(namer->shapes, &namer->doc, ev->payload,
                                     &suits);
    if (code == TD_OK)
        name_at_pointer(namer, ev);
    else if (code == TD_LIMIT)
        name_elsewhere(namer, ev, 0);
    return suits;
}

/* Binary messages may be JSON; most that begin otherwise are not looked at. */
static void look_at_bytes(struct rec_event_name *namer, struct td_event *ev)
{
    size_t at = skip_blanks(ev->payload, 0);

    if (at < ev->payload.len && memchr("{[\"", ev->payload.ptr[at], 3))
        name_elsewhere(namer, ev, first_name(namer, ev->payload));
}

static bool is_within(const struct td_event *ev)
{
    return ev->name.ptr >= ev->payload.ptr &&
           ev->name.ptr < ev->payload.ptr + ev->payload.len;
}

/* A name stands on the tape line as it is escaped. That of a payload that suits
 * the line does, too.
 */
static void mend_name(struct rec_event_name *namer, struct td_event *ev)
{
    if (!ev->name.len || (ev->form == TD_FORM_JSON && is_within(ev)) ||
        !td_json_has_half_pair(ev->name))
        return;
    td_buf_clear(&namer->name);
    (void)td_json_mend_pairs(&namer->name, ev->name);
    ev->name = td_buf_bytes(&namer->name);
}

void rec_event_name_read(struct rec_event_name *namer, struct td_event *ev)
{
    bool named = ev->name.len || !td_event_is_plain(ev) || !namer->pointer;
    bool distinct;

    if (ev->form == TD_FORM_BYTES) {
        if (!named)
            look_at_bytes(namer, ev);
    } else if (named ? td_json_shapes_suit_line(namer->shapes, &namer->doc,
                                                ev->payload, &distinct)
                     : look_for_name(namer, ev)) {
        ev->form = TD_FORM_JSON;
    } else {
        ev->form = td_utf8_valid(ev->payload) ? TD_FORM_TEXT : TD_FORM_BYTES;
    }
    mend_name(namer, ev);
}
