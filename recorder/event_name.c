#include "recorder/event_name.h"
#include "core/utf8.h"

enum td_code rec_namer_init(struct rec_namer *namer, const char *pointer,
                            struct td_error *err)
{
    *namer = (struct rec_namer){.pointer = pointer};
    if (pointer && pointer[0] && pointer[0] != '/') {
        td_error_set(err, TD_USAGE, "--name", 0,
                     "%s is not a JSON pointer (RFC 6901)", pointer);
        return td_error_mend(err, "write it with a slash: /%s", pointer);
    }
    if (pointer && pointer[0] && !strpbrk(pointer + 1, "/~\"\\"))
        td_buf_addf(&namer->key, "\"%s\"", pointer + 1);
    namer->shapes = td_json_shapes_new(TD_JSON_DEPTH);
    return TD_OK;
}

void rec_namer_release(struct rec_namer *namer)
{
    td_buf_release(&namer->key);
    td_json_release(&namer->doc);
    td_json_shapes_free(namer->shapes);
}

static size_t skip_blanks(struct td_bytes text, size_t at)
{
    while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\t'))
        at++;
    return at;
}

/* Many streams write the name first: offset behind the quote that opens it, 0
 * if it is not there. The payload need not be JSON.
 */
static size_t first_name(const struct rec_namer *namer, struct td_bytes text)
{
    struct td_bytes key = td_buf_bytes(&namer->key);
    size_t at;

    if (!key.len || !text.len || text.ptr[0] != '{')
        return 0;
    at = skip_blanks(text, 1);
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

static bool fits_line(struct rec_namer *namer, struct td_bytes text)
{
    return td_json_shapes_fit_line(namer->shapes, &namer->doc, text);
}

/* As td_json_fits_line(), with the values listed on the way. */
static bool parse_line(struct rec_namer *namer, struct td_bytes text)
{
    const struct td_json_doc *doc = &namer->doc;

    return td_json_shapes_parse(namer->shapes, &namer->doc, text, NULL) ==
               TD_OK &&
           doc->values[0].start == 0 && doc->values[0].end == text.len &&
           !memchr(text.ptr, '\n', text.len) &&
           !memchr(text.ptr, '\r', text.len);
}

static void name_at_pointer(struct rec_namer *namer, struct td_event *ev)
{
    uint32_t at = td_json_pointer(&namer->doc, 0, namer->pointer);

    if (at != UINT32_MAX && namer->doc.values[at].kind == TD_JSON_STRING)
        set_name(ev, td_json_inner(&namer->doc, at));
}

/* Is the payload JSON for a line? One pass over it, and the name with it. */
static bool look_for_name(struct rec_namer *namer, struct td_event *ev)
{
    size_t from = first_name(namer, ev->payload);

    if (from || ev->payload.len > REC_NAME_LOOK) {
        if (!fits_line(namer, ev->payload))
            return false;
        if (from)
            name_string(ev, from);
        return true;
    }
    if (!parse_line(namer, ev->payload))
        return false;
    name_at_pointer(namer, ev);
    return true;
}

void rec_namer_look(struct rec_namer *namer, struct td_event *ev)
{
    bool named = ev->name.len || !td_event_is_plain(ev) || !namer->pointer;

    if (ev->form == TD_FORM_BYTES)
        return;
    if (named ? fits_line(namer, ev->payload) : look_for_name(namer, ev))
        ev->form = TD_FORM_JSON;
    else
        ev->form = td_utf8_valid(ev->payload) ? TD_FORM_TEXT : TD_FORM_BYTES;
}
