/* Where messages come. */
#include "validator/asyncapi/asyncapi_internal.h"

#include "core/jsonx_object.h"
#include "core/mem.h"

#include <stdlib.h>

#define EXPANDED_MAX 64 /* addresses that one becomes */

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

/* ---- parameters that have few values ---- */

struct expanded {
    struct td_buf list[EXPANDED_MAX];
    uint32_t len;
};

/* The values of a parameter, an array of text; .at is 0 if it has none. */
static struct check_async_place values_of(struct check_async *a,
                                          struct check_async_place parameter)
{
    struct td_error *kept = a->err;
    struct td_error none = {0};
    struct check_async_place list = {0};
    const struct td_jsonx *doc;

    a->err = &none;
    if (check_async_follow(a, &parameter) == TD_OK) {
        list = check_async_member(a, parameter, "enum");
        if (list.at == 0)
            list = check_async_member(
                a, check_async_member(a, parameter, "schema"), "enum");
    }
    a->err = kept;
    if (list.at == 0 || !check_async_is(a, list, TD_JSON_ARRAY))
        return (struct check_async_place){0};
    doc = check_async_doc(a, list);
    for (uint32_t i = list.at + 1; i < doc->json.values[list.at].next;
         i = doc->json.values[i].next) {
        if (!td_jsonx_is(doc, i, TD_JSON_STRING))
            return (struct check_async_place){0};
    }
    return list;
}

/* Append the address with each value in the place of "{name}". */
static void put_value(struct expanded *to, struct td_bytes address,
                      const uint8_t *at, size_t len, struct td_bytes value)
{
    struct td_buf *out = &to->list[to->len++];
    size_t before = (size_t)(at - address.ptr);

    *out = (struct td_buf){0};
    (void)td_buf_add(out, address.ptr, before);
    (void)td_buf_add_bytes(out, value);
    (void)td_buf_add(out, at + len, address.len - before - len);
}

static void expand_one(struct check_async *a, struct expanded *all,
                       struct td_bytes name, struct check_async_place list)
{
    const struct td_json_doc *json = &check_async_doc(a, list)->json;
    struct expanded to = {.len = 0};
    struct td_buf braced = {0};

    (void)td_buf_addf(&braced, "{%.*s}", (int)name.len, (const char *)name.ptr);
    if (json->values[list.at].count == 0 ||
        (uint64_t)all->len * json->values[list.at].count > EXPANDED_MAX ||
        !memmem(all->list[0].ptr, all->list[0].len, braced.ptr, braced.len)) {
        td_buf_release(&braced);
        return;
    }
    for (uint32_t k = 0; k < all->len; k++) {
        struct td_bytes address = td_buf_bytes(&all->list[k]);
        const uint8_t *at =
            memmem(address.ptr, address.len, braced.ptr, braced.len);

        for (uint32_t i = list.at + 1; at && i < json->values[list.at].next;
             i = json->values[i].next) {
            struct td_bytes value =
                text_at(a, (struct check_async_place){list.file, i});

            put_value(&to, address, at, braced.len, value);
            free((void *)(uintptr_t)value.ptr);
        }
        td_buf_release(&all->list[k]);
    }
    *all = to;
    td_buf_release(&braced);
}

/* The addresses that one stands for, with the values of its parameters. */
static void expand(struct check_async *a, const struct check_async_address *one,
                   struct expanded *all)
{
    struct check_async_place parameters =
        check_async_member(a, one->channel, "parameters");
    const struct td_jsonx *doc = check_async_doc(a, parameters);
    const struct td_json_value *v = doc->json.values;

    *all = (struct expanded){.len = 1};
    (void)td_buf_add_bytes(&all->list[0], one->address);
    if (parameters.at == 0 || !check_async_is(a, parameters, TD_JSON_OBJECT))
        return;
    for (uint32_t i = parameters.at + 1; i < v[parameters.at].next;
         i = v[i + 1].next) {
        struct check_async_place list =
            values_of(a, (struct check_async_place){parameters.file, i + 1});

        if (list.at != 0)
            expand_one(a, all, td_json_inner(&doc->json, i), list);
    }
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
        struct expanded all;

        if (!is_event(a, a->addresses[i].message, first))
            continue;
        if (!begun) {
            schema_builder_key(out, td_text("channel"), mark);
            schema_builder_open(out, '[', mark);
        }
        begun = true;
        expand(a, &a->addresses[i], &all);
        for (uint32_t k = 0; k < all.len; k++) {
            schema_builder_string(out, td_buf_bytes(&all.list[k]), mark);
            td_buf_release(&all.list[k]);
        }
    }
    if (begun)
        schema_builder_close(out, ']');
}
