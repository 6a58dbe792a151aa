#include "validator/diff/answers.h"

#include "core/json_writer.h"
#include "core/mem.h"

#include <stdlib.h>
#include <strings.h>

static bool parse(struct diff_answers *a, const struct td_event *ev)
{
    td_buf_clear(&a->text);
    return !td_json_parse(&a->doc, ev->payload, TD_JSON_DEPTH, NULL) &&
           a->doc.values[0].kind == TD_JSON_OBJECT;
}

static void use(const struct diff_answers *a, struct td_event *ev)
{
    ev->form = TD_FORM_JSON;
    ev->payload = td_buf_bytes(&a->text);
}

static bool is_content_type(const struct td_json_doc *doc, uint32_t pair)
{
    static const char name[] = "content-type";
    struct td_bytes text;

    if (doc->values[pair].kind != TD_JSON_ARRAY || doc->values[pair].count != 2)
        return false;
    text = td_json_inner(doc, pair + 1);
    return doc->values[pair + 1].kind == TD_JSON_STRING &&
           text.len == sizeof(name) - 1 &&
           !strncasecmp((const char *)text.ptr, name, text.len);
}

/* The raw value of its Content-Type; ptr NULL: it has none. */
static struct td_bytes content_type(const struct td_json_doc *doc)
{
    uint32_t list = td_json_member(doc, 0, td_text("headers"));

    if (!list || doc->values[list].kind != TD_JSON_ARRAY)
        return td_bytes(NULL, 0);
    for (uint32_t i = list + 1; i < doc->values[list].next;
         i = doc->values[i].next)
        if (is_content_type(doc, i))
            return td_json_raw(doc, doc->values[i + 1].next);
    return td_bytes(NULL, 0);
}

/* Interim answers come as it happens, and are none. */
static bool take_response(struct diff_answers *a, struct td_event *ev)
{
    struct td_json_writer w = td_json_writer(&a->text);
    struct td_bytes type;
    struct td_bytes status;
    uint32_t at;

    if (!parse(a, ev))
        return false;
    at = td_json_member(&a->doc, 0, td_text("status"));
    status = at ? td_json_raw(&a->doc, at) : td_text("0");
    if (status.len == 3 && status.ptr[0] == '1' && !td_bytes_is(status, "101"))
        return false;
    type = content_type(&a->doc);
    td_json_object(&w, NULL);
    td_json_put_raw(&w, "status", status);
    if (type.ptr)
        td_json_put_raw(&w, "content-type", type);
    td_json_object_end(&w);
    use(a, ev);
    return true;
}

/* The client went, or the recording did: the server has no part in it. */
static bool is_left(struct td_bytes cut)
{
    static const char *const words[] = {"by client", "the recording "};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (memmem(cut.ptr, cut.len, words[i], strlen(words[i])))
            return true;
    return false;
}

static bool take_done(struct diff_answers *a, struct td_event *ev)
{
    struct td_json_writer w = td_json_writer(&a->text);
    uint32_t cut =
        parse(a, ev) ? td_json_member(&a->doc, 0, td_text("cut")) : 0;

    if (!cut || is_left(td_json_raw(&a->doc, cut)))
        return false;
    td_json_object(&w, NULL);
    td_json_put_raw(&w, "cut", td_json_raw(&a->doc, cut));
    td_json_object_end(&w);
    use(a, ev);
    ev->kind = td_text("cut");
    return true;
}

/* By kind; what has none is an event of a stream. */
static bool take(struct diff_answers *a, struct td_event *ev)
{
    static const char *const as_they_are[] = {"body", "connect",
                                              "connect_error", "disconnect"};

    if (td_bytes_is(ev->kind, TD_KIND_RESPONSE))
        return take_response(a, ev);
    if (td_bytes_is(ev->kind, TD_KIND_DONE))
        return take_done(a, ev);
    for (size_t i = 0; i < sizeof(as_they_are) / sizeof(as_they_are[0]); i++)
        if (td_bytes_is(ev->kind, as_they_are[i]))
            return true;
    return td_bytes_is(ev->kind, TD_KIND_CLOSE);
}

static uint32_t add_exchange(struct diff_answers *a, uint64_t number)
{
    if (a->asked_len && a->asked[a->asked_len - 1] >= number)
        a->first = a->asked_len; /* of the next recording */
    a->asked = td_list_room(a->asked, a->asked_len, sizeof(*a->asked));
    a->asked[a->asked_len++] = number;
    return (uint32_t)a->asked_len;
}

/* Engine.IO's long polling is left out. */
static void see_request(struct diff_answers *a, const struct td_event *ev)
{
    uint32_t at =
        parse(a, ev) ? td_json_member(&a->doc, 0, td_text("target")) : 0;
    struct td_bytes target = at ? td_json_inner(&a->doc, at) : td_text("");

    if (!target.len || !memmem(target.ptr, target.len, "EIO=4", 5) ||
        !memmem(target.ptr, target.len, "transport=polling", 17)) {
        (void)add_exchange(a, ev->exchange);
        return;
    }
    a->polls = td_list_room(a->polls, a->polls_len, sizeof(*a->polls));
    a->polls[a->polls_len++] = ev->exchange;
}

/* The place of an exchange among all that were asked, from 1. Each recording on
 * a tape begins its numbers anew.
 */
static uint32_t place_of(struct diff_answers *a, uint64_t number)
{
    size_t low = a->first;
    size_t high = a->asked_len;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (a->asked[middle] < number)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < a->asked_len && a->asked[low] == number)
        return (uint32_t)low + 1;
    for (size_t i = a->first; i > 0; i--)
        if (a->asked[i - 1] == number)
            return (uint32_t)i;
    return add_exchange(a, number);
}

/* Whether it is of such an exchange, which may end with it. */
static bool is_poll(struct diff_answers *a, const struct td_event *ev)
{
    for (size_t i = 0; i < a->polls_len; i++) {
        if (a->polls[i] != ev->exchange)
            continue;
        if (td_bytes_is(ev->kind, TD_KIND_DONE))
            a->polls[i] = a->polls[--a->polls_len];
        return true;
    }
    return false;
}

bool diff_answers_take(struct diff_answers *answers, struct td_event *ev)
{
    bool plain = td_event_is_plain(ev);

    if (td_bytes_is(ev->kind, TD_KIND_REQUEST))
        see_request(answers, ev);
    if (is_poll(answers, ev))
        return false;
    if (!ev->exchange || ev->exchange > UINT32_MAX || ev->dir != TD_DIR_OUT ||
        (!plain && !take(answers, ev)))
        return false;
    if (!plain)
        ev->name = ev->kind;
    ev->kind = td_text("");
    ev->conn = place_of(answers, ev->exchange);
    return true;
}

void diff_answers_release(struct diff_answers *answers)
{
    td_json_release(&answers->doc);
    td_buf_release(&answers->text);
    free(answers->polls);
    free(answers->asked);
}
