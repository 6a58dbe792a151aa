/* Headers of messages, which are no part of payloads: x-tapedeck says in
 * `stream.headers` where the recorded messages have them, if they do.
 */
#include "validator/asyncapi/asyncapi_internal.h"

struct td_bytes check_async_headers_at(const struct check_async *a)
{
    struct check_async_place root = {0, 0};
    struct check_async_place stream = check_async_member(
        a, check_async_member(a, root, "x-tapedeck"), "stream");
    struct check_async_place place = check_async_member(a, stream, "headers");

    if (stream.at == 0 || place.at == 0 ||
        !check_async_is(a, place, TD_JSON_STRING))
        return td_bytes(NULL, 0);
    return td_json_inner(&check_async_doc(a, place)->json, place.at);
}

/* The headers of all messages of its name, as alternatives; false: one of them
 * has no schema for them.
 */
static bool put_schemas(struct check_async *a, struct schema_builder *out,
                        uint32_t first, struct td_jsonx_mark mark,
                        enum td_code *code)
{
    bool all = true;

    schema_builder_open(out, '{', mark);
    schema_builder_key(out, td_text("anyOf"), mark);
    schema_builder_open(out, '[', mark);
    for (uint32_t i = first; i < a->messages_len && *code == TD_OK; i++) {
        struct check_async_message headers = a->messages[i];

        if (!td_bytes_equal(headers.name, a->messages[first].name))
            continue;
        *code =
            check_async_find(a, headers.message, "headers", &headers.payload);
        headers.dialect = CHECK_ASYNCAPI_DIALECT; /* not that of the payload */
        if (*code == TD_OK && headers.payload.at != 0)
            check_async_put_payload(a, out, &headers);
        else
            all = false;
    }
    schema_builder_close(out, ']');
    schema_builder_close(out, '}');
    return all && *code == TD_OK;
}

static void put_rule(const struct check_async *a, struct schema_builder *out,
                     struct td_bytes name, const struct schema_builder *schemas,
                     struct td_jsonx_mark mark)
{
    struct td_buf text = {0};

    schema_builder_open(out, '{', mark);
    schema_builder_key(out, td_text("id"), mark);
    (void)td_buf_addf(&text, "headers of %.*s", (int)name.len,
                      (const char *)name.ptr);
    schema_builder_string(out, td_buf_bytes(&text), mark);
    schema_builder_key(out, td_text("conforms"), mark);
    td_buf_clear(&text);
    check_async_add_selector(&text, name);
    schema_builder_string(out, td_buf_bytes(&text), mark);
    schema_builder_key(out, td_text("schema"), mark);
    schema_builder_append(out, schemas);
    schema_builder_key(out, td_text("at"), mark);
    schema_builder_string(out, check_async_headers_at(a), mark);
    schema_builder_close(out, '}');
    td_buf_release(&text);
}

enum td_code check_async_headers(struct check_async *a)
{
    enum td_code code = TD_OK;

    if (!check_async_headers_at(a).ptr)
        return TD_OK;
    for (uint32_t i = 0; i < a->messages_len && code == TD_OK; i++) {
        struct td_jsonx_mark mark = td_jsonx_where(
            &a->files[0],
            a->messages[i].message.file == 0 ? a->messages[i].message.at : 0);
        struct schema_builder schemas = {0};

        if (check_async_is_first(a, i) &&
            put_schemas(a, &schemas, i, mark, &code))
            put_rule(a, &a->rules, a->messages[i].name, &schemas, mark);
        td_buf_release(&schemas.text);
        td_buf_release(&schemas.marks);
    }
    return code;
}
