#include "validator/look.h"

#include "validator/pointer.h"

void check_look_init(struct check_look *look, const struct check_options *how)
{
    *look = (struct check_look){.how = how};
    if (how->schemas)
        look->message_run = check_schema_run_new(how->schemas);
    if (!how->contract)
        return;
    look->event_run = check_schema_run_new(how->contract->schemas);
    look->events = check_contract_events(how->contract, how->dialect);
}

void check_look_release(struct check_look *look)
{
    check_schema_run_free(look->message_run);
    check_schema_run_free(look->event_run);
    td_json_release(&look->doc);
    td_buf_release(&look->name);
    check_renaming_release(&look->renaming);
    *look = (struct check_look){0};
}

/* Text without escapes stands for itself. */
static struct td_bytes unescape(struct check_look *look, struct td_bytes inner)
{
    if (!memchr(inner.ptr, '\\', inner.len))
        return inner;
    td_buf_clear(&look->name);
    (void)td_json_unescape(&look->name, inner);
    return td_buf_bytes(&look->name);
}

/* The name of a message: where the contract says, else what the transport
 * gave, else /type.
 */
static struct td_bytes name_of(struct check_look *look, uint32_t message,
                               struct td_bytes given)
{
    const struct check_contract *k = look->how->contract;
    bool pointed = k && k->name_pointer;
    const char *pointer = pointed ? k->name_pointer : "/type";
    uint32_t at;

    if (given.len > 0 && !pointed)
        return unescape(look, given);
    at = td_json_pointer(&look->doc, message, pointer);
    if (at == CHECK_NO_VALUE || look->doc.values[at].kind != TD_JSON_STRING)
        return td_bytes(NULL, 0);
    return unescape(look, td_json_inner(&look->doc, at));
}

/* A schema sees the contract's names, unless it is a dialect's own. */
static void look_at_event(struct check_look *look, struct check_view *view)
{
    const struct check_contract *k = look->how->contract;
    struct check_message m = {.doc = view->doc, .at = view->at};
    uint32_t event = check_event_find(k->words, view->name);

    m.data = td_json_pointer(view->doc, view->at, k->data_pointer);
    view->data = m.data;
    if (event >= k->events_len)
        return;
    view->event = &look->events[event];
    if (!view->event->has_schema || view->data == CHECK_NO_VALUE)
        return;
    if (!view->event->on_wire)
        check_message_rename(&m, view->event->aliases, &look->renaming);
    view->content = check_schema_test(look->event_run, view->event->root,
                                      (struct check_value){m.doc, m.data});
}

void check_look_at(struct check_look *look, struct td_bytes text,
                   struct td_bytes given, struct check_view *view)
{
    struct td_json_doc *doc = &look->doc;

    *view = (struct check_view){0};
    if (td_json_parse(doc, text, TD_JSON_DEPTH, NULL))
        return;
    view->json = true;
    view->doc = doc;
    /* Socket.IO: ["name", MESSAGE, ...]. */
    if (given.len > 0 && doc->values[0].kind == TD_JSON_ARRAY &&
        doc->values[0].count >= 2)
        view->at = doc->values[1].next;
    view->data = view->at;
    view->name = name_of(look, view->at, given);
    if (look->how->schemas)
        view->message = check_schema_test(look->message_run, look->how->root,
                                          (struct check_value){doc, view->at});
    if (look->how->contract)
        look_at_event(look, view);
}
