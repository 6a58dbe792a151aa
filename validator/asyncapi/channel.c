/* Where messages come. */
#include "validator/asyncapi/asyncapi_internal.h"

#include "core/jsonx_object.h"
#include "core/mem.h"

#include <stdlib.h>

static struct td_bytes text_at(const struct check_async *a,
                               struct check_async_place place)
{
    struct td_buf text = {0};

    (void)td_json_unescape(
        &text, td_json_inner(&check_async_doc(a, place)->json, place.at));
    (void)td_buf_str(&text);
    return td_buf_bytes(&text);
}

void check_async_enter_channel(struct check_async *a,
                               struct check_async_place channel,
                               struct td_bytes key)
{
    struct check_async_place address =
        check_async_member(a, channel, "address");

    check_async_leave_channel(a);
    a->channel = channel;
    if (!a->is_three)
        a->address = td_bytes(td_strndup(key.ptr, key.len), key.len);
    else if (address.at != 0 && check_async_is(a, address, TD_JSON_STRING))
        a->address = text_at(a, address);
}

void check_async_leave_channel(struct check_async *a)
{
    free((void *)(uintptr_t)a->address.ptr);
    a->address = td_bytes(NULL, 0);
    a->channel.at = 0;
}

void check_async_on_channel(struct check_async *a, uint32_t message)
{
    if (!a->address.ptr) {
        a->messages[message].anywhere = true;
        return;
    }
    for (uint32_t i = 0; i < a->addresses_len; i++) {
        if (a->addresses[i].message == message &&
            td_bytes_equal(a->addresses[i].address, a->address))
            return;
    }
    a->addresses =
        td_list_room(a->addresses, a->addresses_len, sizeof(*a->addresses));
    a->addresses[a->addresses_len++] = (struct check_async_address){
        message, a->channel,
        td_bytes(td_strndup(a->address.ptr, a->address.len), a->address.len)};
}

/* ---- parameters of which something is said ---- */

/* An array of text, which is not empty. */
static bool is_texts(const struct check_async *a, struct check_async_place list)
{
    const struct td_jsonx *doc = check_async_doc(a, list);

    if (list.at == 0 || !check_async_is(a, list, TD_JSON_ARRAY) ||
        doc->json.values[list.at].count == 0)
        return false;
    for (uint32_t i = list.at + 1; i < doc->json.values[list.at].next;
         i = doc->json.values[i].next) {
        if (!td_jsonx_is(doc, i, TD_JSON_STRING))
            return false;
    }
    return true;
}

/* A parameter: its values, or .at 0, and where it is in the payload, or "". */
struct said {
    struct check_async_place values;
    struct td_bytes location; /* allocated, or NULL */
    size_t from;              /* where the pointer begins */
};

static void take_location(struct check_async *a, struct check_async_place at,
                          struct said *said)
{
    static const char start[] = "$message.payload#/";

    if (at.at == 0 || !check_async_is(a, at, TD_JSON_STRING))
        return;
    said->location = text_at(a, at);
    if (said->location.len >= sizeof(start) &&
        memcmp(said->location.ptr, start, sizeof(start) - 1) == 0)
        said->from = sizeof(start) - 2;
}

/* A reference that leads nowhere says nothing. */
static struct said look_at(struct check_async *a,
                           struct check_async_place parameter)
{
    struct td_error *kept = a->err;
    struct td_error none = {0};
    struct said said = {.from = 0};

    a->err = &none;
    if (check_async_follow(a, &parameter) == TD_OK) {
        said.values = check_async_member(a, parameter, "enum");
        if (said.values.at == 0)
            said.values = check_async_member(
                a, check_async_member(a, parameter, "schema"), "enum");
        take_location(a, check_async_member(a, parameter, "location"), &said);
    }
    a->err = kept;
    if (!is_texts(a, said.values))
        said.values.at = 0;
    return said;
}

static bool has_parameter(struct td_bytes address, struct td_bytes name)
{
    struct td_buf braced = {0};
    bool has;

    (void)td_buf_addf(&braced, "{%.*s}", (int)name.len, (const char *)name.ptr);
    has = memmem(address.ptr, address.len, braced.ptr, braced.len) != NULL;
    td_buf_release(&braced);
    return has;
}

static void put_parameter(struct check_async *a, struct schema_builder *out,
                          const struct said *said, struct td_bytes name,
                          struct td_jsonx_mark mark)
{
    schema_builder_key(out, name, mark);
    schema_builder_open(out, '{', mark);
    if (said->values.at != 0) {
        schema_builder_key(out, td_text("enum"), mark);
        schema_builder_copy(out, check_async_doc(a, said->values),
                            said->values.at);
    }
    if (said->from > 0) {
        schema_builder_key(out, td_text("at"), mark);
        schema_builder_string(out,
                              td_bytes(said->location.ptr + said->from,
                                       said->location.len - said->from),
                              mark);
    }
    schema_builder_close(out, '}');
}

/* Append the parameters of which something is said; false: none. */
static bool put_parameters(struct check_async *a, struct schema_builder *out,
                           const struct check_async_address *one,
                           struct td_jsonx_mark mark)
{
    struct check_async_place all =
        check_async_member(a, one->channel, "parameters");
    const struct td_jsonx *doc = check_async_doc(a, all);
    const struct td_json_value *v = doc->json.values;
    bool any = false;

    if (all.at == 0 || !check_async_is(a, all, TD_JSON_OBJECT))
        return false;
    for (uint32_t i = all.at + 1; i < v[all.at].next; i = v[i + 1].next) {
        struct td_bytes name =
            text_at(a, (struct check_async_place){all.file, i});
        struct said said =
            look_at(a, (struct check_async_place){all.file, i + 1});

        if (has_parameter(one->address, name) &&
            (said.values.at != 0 || said.from > 0)) {
            if (!any) {
                schema_builder_key(out, td_text("parameters"), mark);
                schema_builder_open(out, '{', mark);
            }
            any = true;
            put_parameter(a, out, &said, name, mark);
        }
        free((void *)(uintptr_t)said.location.ptr);
        free((void *)(uintptr_t)name.ptr);
    }
    if (any)
        schema_builder_close(out, '}');
    return any;
}

/* An address, with what is said of its parameters. */
static void put_address(struct check_async *a, struct schema_builder *out,
                        const struct check_async_address *one,
                        struct td_jsonx_mark mark)
{
    struct schema_builder object = {0};

    schema_builder_open(&object, '{', mark);
    schema_builder_key(&object, td_text("address"), mark);
    schema_builder_string(&object, one->address, mark);
    if (put_parameters(a, &object, one, mark)) {
        schema_builder_close(&object, '}');
        schema_builder_append(out, &object);
    } else {
        schema_builder_string(out, one->address, mark);
    }
    td_buf_release(&object.text);
    td_buf_release(&object.marks);
}

static bool is_event(const struct check_async *a, uint32_t message,
                     uint32_t first)
{
    return td_bytes_equal(a->messages[message].name, a->messages[first].name);
}

/* Whether any channel leads elsewhere than all do. */
static bool tells(const struct check_async *a, uint32_t first)
{
    for (uint32_t i = first; i < a->messages_len; i++) {
        if (is_event(a, i, first) && a->messages[i].anywhere)
            return false;
    }
    for (uint32_t i = 0; i < a->addresses_len; i++) {
        if (is_event(a, a->addresses[i].message, first) &&
            a->addresses[i].address.len == 0)
            return false;
    }
    return true;
}

void check_async_put_channels(struct check_async *a, struct schema_builder *out,
                              uint32_t first, struct td_jsonx_mark mark)
{
    bool begun = false;

    if (!tells(a, first))
        return;
    for (uint32_t i = 0; i < a->addresses_len; i++) {
        if (!is_event(a, a->addresses[i].message, first))
            continue;
        if (!begun) {
            schema_builder_key(out, td_text("channel"), mark);
            schema_builder_open(out, '[', mark);
        }
        begun = true;
        put_address(a, out, &a->addresses[i], mark);
    }
    if (begun)
        schema_builder_close(out, ']');
}
