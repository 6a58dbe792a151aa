#include "validator/check/inspect.h"

#include "core/utf8.h"
#include "schema/value/pointer.h"
#include "validator/contract/contract.h"

#include <stdio.h>
#include <string.h>

void check_inspector_init(struct check_inspector *inspector,
                          const struct check_options *how)
{
    *inspector = (struct check_inspector){
        .how = how, .shapes = td_json_shapes_new(TD_JSON_DEPTH)};
    if (how->schemas)
        inspector->message_run = schema_run_new(how->schemas);
    if (!how->contract)
        return;
    inspector->event_run = schema_run_new(how->contract->set.schemas);
    inspector->events = check_contract_events(how->contract, how->dialect);
}

void check_inspector_release(struct check_inspector *inspector)
{
    schema_run_free(inspector->message_run);
    schema_run_free(inspector->event_run);
    td_json_shapes_free(inspector->shapes);
    td_json_release(&inspector->doc);
    td_buf_release(&inspector->name);
    td_buf_release(&inspector->plain);
    check_renaming_release(&inspector->renaming);
    *inspector = (struct check_inspector){0};
}

/* Text without escapes stands for itself. */
static struct td_bytes unescape(struct check_inspector *inspector,
                                struct td_bytes inner)
{
    if (inner.len == 0 || !memchr(inner.ptr, '\\', inner.len))
        return inner;
    td_buf_clear(&inspector->name);
    (void)td_json_unescape(&inspector->name, inner);
    return td_buf_bytes(&inspector->name);
}

/* Of members with the name at the end of the pointer the first one; last is
 * what the pointer leads to.
 */
static uint32_t first_of(const struct td_json_doc *doc, uint32_t from,
                         const char *pointer, uint32_t last)
{
    const char *name = strrchr(pointer, '/');
    uint32_t object;
    uint32_t key;
    char above[256];

    if (last == CHECK_NO_VALUE || !name || strchr(name, '~') ||
        (size_t)(name - pointer) >= sizeof(above))
        return last;
    (void)snprintf(above, sizeof(above), "%.*s", (int)(name - pointer),
                   pointer);
    object = td_json_pointer(doc, from, above);
    if (doc->values[object].kind != TD_JSON_OBJECT)
        return last;
    key = object + 1;
    while (key + 1 < last && !td_json_string_is(doc, key, td_text(name + 1)))
        key = doc->values[key + 1].next;
    return key + 1;
}

/* Find what there is in the document at hand. */
static void find(const struct check_inspector *inspector,
                 struct check_inspector_place *place)
{
    const struct check_contract *k = inspector->how->contract;
    const struct td_json_doc *doc = &inspector->doc;
    const char *pointer = k && k->name_pointer ? k->name_pointer : "/type";

    /* Socket.IO: ["name", MESSAGE, ...]. */
    place->at = place->given && doc->values[0].kind == TD_JSON_ARRAY &&
                        doc->values[0].count >= 2
                    ? doc->values[1].next
                    : 0;
    place->name = td_json_pointer(doc, place->at, pointer);
    place->first_name = first_of(doc, place->at, pointer, place->name);
    place->data =
        k ? td_json_pointer(doc, place->at, k->data_pointer) : place->at;
    place->shape = doc->shape;
}

/* The same for all documents of a shape. */
static const struct check_inspector_place *
place_of(struct check_inspector *inspector, bool given)
{
    struct check_inspector_place *place =
        &inspector->places[inspector->doc.shape % CHECK_INSPECTOR_PLACES];

    if (inspector->doc.shape && place->shape == inspector->doc.shape &&
        place->given == given)
        return place;
    place->given = given;
    find(inspector, place);
    return place;
}

/* The name of a message: where the contract says, else what the transport
 * gave, else /type.
 */
static struct td_bytes name_of(struct check_inspector *inspector, uint32_t at,
                               struct td_bytes given)
{
    const struct check_contract *k = inspector->how->contract;

    if (given.len > 0 && !(k && k->name_pointer))
        return unescape(inspector, given);
    if (at == CHECK_NO_VALUE ||
        inspector->doc.values[at].kind != TD_JSON_STRING)
        return td_bytes(NULL, 0);
    return inspector->doc.values[at].flags & TD_JSON_ESCAPED
               ? unescape(inspector, td_json_inner(&inspector->doc, at))
               : td_json_inner(&inspector->doc, at);
}

/* A schema sees the contract's names, unless it is a dialect's own. */
static enum td_code test_content(struct check_inspector *inspector,
                                 const struct check_view *view)
{
    struct check_message m = {
        .doc = view->doc, .at = view->at, .data = view->data};

    if (!view->event->on_wire)
        check_message_rename(&m, view->event->aliases, &inspector->renaming);
    return schema_test(inspector->event_run, view->event->root,
                       (struct schema_value){m.doc, m.data});
}

/* A document of one string stands for the message from now on. */
static bool stand_for(struct check_inspector *inspector,
                      struct td_bytes message, bool text)
{
    td_buf_clear(&inspector->plain);
    check_plain_json(&inspector->plain, message, text);
    return td_json_parse(&inspector->doc, td_buf_bytes(&inspector->plain),
                         TD_JSON_DEPTH, NULL) == TD_OK;
}

static enum td_code test_plain(struct check_inspector *inspector,
                               const struct check_contract_event *event,
                               struct td_bytes message, bool text)
{
    if (!event)
        return TD_FAILED;
    if (event->form == CHECK_FORM_BYTES)
        return check_plain_holds(&event->bytes, message) ? TD_OK : TD_FAILED;
    if (!text)
        return TD_FAILED;
    return schema_test(inspector->event_run, event->root,
                       (struct schema_value){&inspector->doc, 0});
}

/* The message is an event that is no JSON, or the view has none for it. */
static void fill_plain(struct check_inspector *inspector,
                       struct td_bytes message, bool text,
                       struct check_view *view)
{
    if (!text || (view->event && view->event->form == CHECK_FORM_BYTES))
        text = stand_for(inspector, message, false);
    if (!text) /* it is too long */
        (void)stand_for(inspector, td_bytes("", 0), true);
    view->json = true;
    view->odd = true;
    view->plain = message.ptr ? message : td_bytes("", 0);
    view->doc = &inspector->doc;
    view->at = 0;
    view->data = 0;
}

/* The message has the name of an event that is no JSON: view->event. */
static void take_plain(struct check_inspector *inspector,
                       struct td_bytes message, struct check_view *view)
{
    bool text = td_utf8_valid(message) && stand_for(inspector, message, true);

    view->content = test_plain(inspector, view->event, message, text);
    fill_plain(inspector, message, text, view);
}

/* The first event of the contract that describes the message; false: none. */
static bool find_plain(struct check_inspector *inspector,
                       struct td_bytes message, bool text,
                       struct check_view *view)
{
    const struct check_contract *k = inspector->how->contract;

    for (uint32_t i = 0; i < k->plain_len; i++) {
        const struct check_contract_event *e = &inspector->events[k->plain[i]];

        if (test_plain(inspector, e, message, text) != TD_OK)
            continue;
        view->event = e;
        view->word = k->plain[i];
        view->name = e->name;
        view->content = TD_OK;
        return true;
    }
    return false;
}

/* JSON without a name may be the text of an event, like a bare number. */
static void try_plain(struct check_inspector *inspector,
                      struct td_bytes message, struct check_view *view)
{
    uint32_t at = view->at;
    uint32_t data = view->data;
    struct td_bytes whole = view->doc->text;

    if (stand_for(inspector, message, true) &&
        find_plain(inspector, message, true, view)) {
        fill_plain(inspector, message, true, view);
        return;
    }
    view->json = td_json_shapes_parse(inspector->shapes, &inspector->doc, whole,
                                      NULL) == TD_OK;
    view->at = at;
    view->data = data;
}

/* What is no JSON and no event of the contract may be none of its business. */
static bool may_be_unknown(const struct check_contract *k)
{
    return k->unknown == CHECK_UNKNOWN_IGNORE ||
           (k->unknown == CHECK_UNKNOWN_WARN && k->events_len > 0);
}

/* The message is no JSON. */
static TD_RARE void look_at_plain(struct check_inspector *inspector,
                                  struct td_bytes message,
                                  struct td_bytes given,
                                  struct check_view *view)
{
    const struct check_contract *k = inspector->how->contract;
    bool text;

    if (!k || inspector->how->schemas)
        return;
    view->name =
        k->name_pointer ? td_bytes(NULL, 0) : unescape(inspector, given);
    view->word = check_event_find(k->set.words, view->name);
    if (view->word < k->events_len)
        view->event = &inspector->events[view->word];
    if (view->event && view->event->form != CHECK_FORM_JSON) {
        take_plain(inspector, message, view);
        return;
    }
    text = td_utf8_valid(message) && stand_for(inspector, message, true);
    if (find_plain(inspector, message, text, view) ||
        (!view->event && may_be_unknown(k)))
        fill_plain(inspector, message, text, view);
}

static bool meets(struct check_inspector *inspector, uint32_t root,
                  const struct check_view *view, uint32_t at)
{
    return at != CHECK_NO_VALUE &&
           schema_test(inspector->event_run, root,
                       (struct schema_value){view->doc, at}) == TD_OK;
}

/* What a message is told by beside its shape. */
struct told {
    bool named; /* the transport gave it a name */
    enum check_way way;
};

static bool goes(const struct check_contract_event *e, enum check_way way)
{
    return e->way == CHECK_WAY_ANY || way == CHECK_WAY_ANY || e->way == way;
}

/* AsyncAPI's messages may look alike, and what is wrong with one is told by
 * what it was meant to be: it is one whose schema holds, else one that it looks
 * like, else one of those that go the other way.
 */
enum { LOOK_WHOLE, LOOK_ALIKE, LOOK_OTHER_WAY, LOOKS };

static bool looks_like(struct check_inspector *inspector,
                       const struct check_contract_event *e,
                       const struct check_view *view, const struct told *told,
                       uint32_t look)
{
    if (!e->by_shape)
        return look == LOOK_ALIKE && meets(inspector, e->match, view, view->at);
    return !told->named && !inspector->how->contract->name_pointer &&
           goes(e, told->way) != (look == LOOK_OTHER_WAY) &&
           meets(inspector, e->match, view, view->data) &&
           (look == LOOK_ALIKE || meets(inspector, e->root, view, view->data));
}

/* A message whose name the contract does not have is the first event that it
 * looks like.
 */
static bool find_match(struct check_inspector *inspector,
                       struct check_view *view, const struct told *told)
{
    const struct check_contract *k = inspector->how->contract;

    for (uint32_t i = 0; i < LOOKS * k->matched_len; i++) {
        uint32_t word = k->matched[i % k->matched_len];

        if (inspector->channel &&
            !check_channel_takes(inspector->channel, word))
            continue;
        if (!looks_like(inspector, &inspector->events[word], view, told,
                        i / k->matched_len))
            continue;
        view->word = word;
        view->name = inspector->events[word].name;
        return true;
    }
    return false;
}

static void look_at_event(struct check_inspector *inspector,
                          struct check_view *view, const struct told *told)
{
    const struct check_contract *k = inspector->how->contract;

    view->word = check_event_find(k->set.words, view->name);
    if (view->word >= k->events_len && !find_match(inspector, view, told)) {
        if (view->name.len == 0 && k->plain_len > 0 && !inspector->how->schemas)
            try_plain(inspector, td_json_raw(view->doc, view->at), view);
        return;
    }
    view->event = &inspector->events[view->word];
    if (view->event->form != CHECK_FORM_JSON && !inspector->how->schemas) {
        take_plain(inspector, td_json_raw(view->doc, view->at), view);
        return;
    }
    if (view->event->has_schema && view->data != CHECK_NO_VALUE)
        view->content = test_content(inspector, view);
}

/* A name that was given and stands in the message is the message's own: that is
 * where a recorder has it from.
 */
static bool is_from_transport(const struct check_inspector *inspector,
                              const struct check_inspector_place *place,
                              struct td_bytes given)
{
    const struct td_json_doc *doc = &inspector->doc;

    return given.len > 0 &&
           !(place->name != CHECK_NO_VALUE &&
             doc->values[place->name].kind == TD_JSON_STRING &&
             td_bytes_equal(given, td_json_inner(doc, place->name)));
}

/* The name stands twice, and is not the same. */
static bool says_another(const struct check_inspector *inspector,
                         const struct check_inspector_place *place,
                         struct td_bytes given)
{
    const struct check_contract *k = inspector->how->contract;
    const struct td_json_doc *doc = &inspector->doc;
    bool own =
        (k && k->name_pointer) || !is_from_transport(inspector, place, given);

    return k && own &&
           !td_bytes_equal(td_json_raw(doc, place->first_name),
                           td_json_raw(doc, place->name));
}

static TD_RARE void take_two(struct check_view *view,
                             const struct check_inspector_place *place)
{
    view->odd = true;
    view->other_name = place->first_name;
}

void check_inspect(struct check_inspector *inspector, struct td_bytes text,
                   struct td_bytes given, enum check_way way,
                   struct check_view *view)
{
    struct td_json_doc *doc = &inspector->doc;
    const struct check_inspector_place *place;

    *view = (struct check_view){0};
    if (td_json_shapes_parse(inspector->shapes, doc, text, NULL)) {
        look_at_plain(inspector, text, given, view);
        return;
    }
    place = place_of(inspector, given.len > 0);
    view->json = true;
    view->doc = doc;
    view->at = place->at;
    view->data = place->data;
    view->name = name_of(inspector, place->name, given);
    if (place->first_name != place->name &&
        says_another(inspector, place, given))
        take_two(view, place);
    if (inspector->how->schemas)
        view->message =
            schema_test(inspector->message_run, inspector->how->root,
                        (struct schema_value){doc, view->at});
    if (inspector->how->contract)
        look_at_event(
            inspector, view,
            &(struct told){is_from_transport(inspector, place, given), way});
}

void check_inspect_again(struct check_inspector *inspector,
                         const struct check_channel *channel,
                         struct td_bytes text, struct td_bytes given,
                         enum check_way way, struct check_view *view)
{
    if (!view->event || !view->event->has_match ||
        check_channel_takes(channel,
                            (uint32_t)(view->event - inspector->events)))
        return;
    inspector->channel = channel;
    check_inspect(inspector, text, given, way, view);
    inspector->channel = NULL;
    if (!view->event)
        check_inspect(inspector, text, given, way, view);
}
