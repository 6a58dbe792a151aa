/* Requests and replies of 3.x as rules. */
#include "validator/asyncapi/asyncapi_internal.h"

#include <ctype.h>

/* Names that are no words stand in quotes. */
static const char *quote_of(struct td_bytes name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (!isalnum(name.ptr[i]) && name.ptr[i] != '_')
            return memchr(name.ptr, '"', name.len) ? "'" : "\"";
    }
    return td_bytes_is(name, "except") || isdigit(name.ptr[0]) ? "\"" : "";
}

void check_async_add_selector(struct td_buf *out, struct td_bytes name)
{
    const char *quote = quote_of(name);

    (void)td_buf_add_text(out, quote);
    (void)td_buf_add_bytes(out, name);
    (void)td_buf_add_text(out, quote);
}

/* Append the names of messages that have the bit, as a selector. */
static void add_names(const struct check_async *a, unsigned bit,
                      struct td_buf *out)
{
    for (uint32_t i = 0; i < a->messages_len; i++) {
        if (!(a->messages[i].ways & bit))
            continue;
        if (out->len > 0)
            (void)td_buf_add_byte(out, '|');
        check_async_add_selector(out, a->messages[i].name);
    }
}

/* The field of a location like $message.payload#/a/b: a.b. False: it is another
 * place, or its names are no words.
 */
static bool add_field(struct td_bytes location, struct td_buf *out)
{
    static const char start[] = "$message.payload#/";
    size_t len = sizeof(start) - 1;

    if (location.len <= len || memcmp(location.ptr, start, len) != 0)
        return false;
    for (size_t i = len; i < location.len; i++) {
        uint8_t c = location.ptr[i];

        if (c != '/' && c != '_' && !isalnum(c))
            return false;
        (void)td_buf_add_byte(out, c == '/' ? '.' : c);
    }
    return true;
}

/* The same of $message.header#/a/b, where it is known where headers are: the
 * pointer into the whole message.
 */
static bool add_header(const struct check_async *a, struct td_bytes location,
                       struct td_buf *out)
{
    static const char start[] = "$message.header#/";
    struct td_bytes headers = check_async_headers_at(a);
    size_t len = sizeof(start) - 1;

    if (!headers.ptr || location.len <= len ||
        memcmp(location.ptr, start, len) != 0)
        return false;
    (void)td_buf_add_bytes(out, headers);
    (void)td_buf_add(out, location.ptr + len - 1, location.len - len + 1);
    return true;
}

static void add_location(const struct check_async *a, struct td_bytes location,
                         struct td_buf *out)
{
    if (add_header(a, location, out))
        return;
    if (!add_field(location, out))
        td_buf_clear(out);
}

/* Where a message has its correlation id; empty: nowhere that is seen. */
static enum td_code find_location(struct check_async *a,
                                  const struct check_async_message *m,
                                  struct td_buf *field)
{
    struct check_async_place id;
    enum td_code code = check_async_find(a, m->message, "correlationId", &id);

    if (code == TD_OK && id.at != 0)
        code = check_async_follow(a, &id);
    if (code || id.at == 0)
        return code;
    id = check_async_member(a, id, "location");
    if (id.at != 0 && check_async_is(a, id, TD_JSON_STRING))
        add_location(a, td_json_inner(&check_async_doc(a, id)->json, id.at),
                     field);
    return TD_OK;
}

/* Where all that ask and answer have it; empty if they do not agree. */
static enum td_code find_key(struct check_async *a, struct td_buf *key)
{
    enum td_code code = TD_OK;
    bool first = true;

    for (uint32_t i = 0; i < a->messages_len && code == TD_OK; i++) {
        struct td_buf own = {0};

        if (!(a->messages[i].ways & (CHECK_ASYNC_ASKS | CHECK_ASYNC_ANSWERS)))
            continue;
        code = find_location(a, &a->messages[i], &own);
        if (first)
            (void)td_buf_add_bytes(key, td_buf_bytes(&own));
        else if (!td_bytes_equal(td_buf_bytes(key), td_buf_bytes(&own)))
            td_buf_clear(key);
        first = false;
        td_buf_release(&own);
    }
    return code;
}

static void put_text(struct schema_builder *out, const char *key,
                     struct td_bytes text, struct td_jsonx_mark mark)
{
    schema_builder_key(out, td_text(key), mark);
    schema_builder_string(out, text, mark);
}

enum td_code check_async_reply(struct check_async *a,
                               struct check_async_place operation,
                               struct td_bytes name)
{
    struct schema_builder *out = &a->rules;
    struct td_jsonx_mark mark =
        td_jsonx_where(&a->files[0], operation.file == 0 ? operation.at : 0);
    struct td_buf asks = {0};
    struct td_buf answers = {0};
    struct td_buf key = {0};
    enum td_code code = find_key(a, &key);

    add_names(a, CHECK_ASYNC_ASKS, &asks);
    add_names(a, CHECK_ASYNC_ANSWERS, &answers);
    if (code == TD_OK && asks.len > 0 && answers.len > 0) {
        schema_builder_open(out, '{', mark);
        put_text(out, "id", name, mark);
        if (key.len > 0)
            put_text(out, "by", td_buf_bytes(&key), mark);
        schema_builder_key(out, td_text("response"), mark);
        schema_builder_open(out, '{', mark);
        put_text(out, "trigger", td_buf_bytes(&asks), mark);
        put_text(out, "expect", td_buf_bytes(&answers), mark);
        schema_builder_close(out, '}');
        schema_builder_close(out, '}');
    }
    for (uint32_t i = 0; i < a->messages_len; i++)
        a->messages[i].ways &= CHECK_ASYNC_SENDS | CHECK_ASYNC_RECEIVES;
    td_buf_release(&asks);
    td_buf_release(&answers);
    td_buf_release(&key);
    return code;
}
