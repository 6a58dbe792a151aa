#include "validator/check/inspect.h"

#include "schema/value/pointer.h"

void check_look_init(struct check_look *look, const struct check_options *how)
{
    *look = (struct check_look){.how = how,
                                .shapes = td_json_shapes_new(TD_JSON_DEPTH)};
    if (how->schemas)
        look->message_run = check_schema_run_new(how->schemas);
    if (!how->contract)
        return;
    look->event_run = check_schema_run_new(how->contract->set.schemas);
    look->events = check_contract_events(how->contract, how->dialect);
}

void check_look_release(struct check_look *look)
{
    check_schema_run_free(look->message_run);
    check_schema_run_free(look->event_run);
    td_json_shapes_free(look->shapes);
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

/* Find what there is in the document at hand. */
static void find(const struct check_look *look, struct check_look_place *place)
{
    const struct check_contract *k = look->how->contract;
    const struct td_json_doc *doc = &look->doc;

    /* Socket.IO: ["name", MESSAGE, ...]. */
    place->at = place->given && doc->values[0].kind == TD_JSON_ARRAY &&
                        doc->values[0].count >= 2
                    ? doc->values[1].next
                    : 0;
    place->name = td_json_pointer(
        doc, place->at, k && k->name_pointer ? k->name_pointer : "/type");
    place->data =
        k ? td_json_pointer(doc, place->at, k->data_pointer) : place->at;
    place->shape = doc->shape;
}

/* The same for all documents of a shape. */
static const struct check_look_place *place_of(struct check_look *look,
                                               bool given)
{
    struct check_look_place *place =
        &look->places[look->doc.shape % CHECK_LOOK_PLACES];

    if (look->doc.shape && place->shape == look->doc.shape &&
        place->given == given)
        return place;
    place->given = given;
    find(look, place);
    return place;
}

/* The name of a message: where the contract says, else what the transport
 * gave, else /type.
 */
static struct td_bytes name_of(struct check_look *look, uint32_t at,
                               struct td_bytes given)
{
    const struct check_contract *k = look->how->contract;

    if (given.len > 0 && !(k && k->name_pointer))
        return unescape(look, given);
    if (at == CHECK_NO_VALUE || look->doc.values[at].kind != TD_JSON_STRING)
        return td_bytes(NULL, 0);
    return look->doc.values[at].flags & TD_JSON_ESCAPED
               ? unescape(look, td_json_inner(&look->doc, at))
               : td_json_inner(&look->doc, at);
}

/* A schema sees the contract's names, unless it is a dialect's own. */
static enum td_code test_content(struct check_look *look,
                                 const struct check_view *view)
{
    struct check_message m = {
        .doc = view->doc, .at = view->at, .data = view->data};

    if (!view->event->on_wire)
        check_message_rename(&m, view->event->aliases, &look->renaming);
    return check_schema_test(look->event_run, view->event->root,
                             (struct check_value){m.doc, m.data});
}

static void look_at_event(struct check_look *look, struct check_view *view)
{
    const struct check_contract *k = look->how->contract;

    view->word = check_event_find(k->set.words, view->name);
    if (view->word >= k->events_len)
        return;
    view->event = &look->events[view->word];
    if (view->event->has_schema && view->data != CHECK_NO_VALUE)
        view->content = test_content(look, view);
}

void check_look_at(struct check_look *look, struct td_bytes text,
                   struct td_bytes given, struct check_view *view)
{
    struct td_json_doc *doc = &look->doc;
    const struct check_look_place *place;

    *view = (struct check_view){0};
    if (td_json_shapes_parse(look->shapes, doc, text, NULL))
        return;
    place = place_of(look, given.len > 0);
    view->json = true;
    view->doc = doc;
    view->at = place->at;
    view->data = place->data;
    view->name = name_of(look, place->name, given);
    if (look->how->schemas)
        view->message = check_schema_test(look->message_run, look->how->root,
                                          (struct check_value){doc, view->at});
    if (look->how->contract)
        look_at_event(look, view);
}
