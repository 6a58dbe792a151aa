/* The examples that a document gives of its messages are tests of it. */
#include "validator/asyncapi/asyncapi_internal.h"

struct example {
    struct check_async *a;
    struct schema_builder *out;
    const struct check_async_message *m;
    struct check_async_place value; /* the payload */
    struct td_bytes title;          /* ptr NULL: it has none */
    uint32_t number;                /* of the message's, from 1 */
};

static struct td_jsonx_mark mark_of(const struct check_async *a,
                                    struct check_async_place place)
{
    return td_jsonx_where(&a->files[0], place.file == 0 ? place.at : 0);
}

/* A member of stream that is a pointer to a member of the message: its name.
 * False: another place, or none is said.
 */
static bool member_of(const struct check_async *a, const char *what,
                      struct td_bytes *name)
{
    struct check_async_place root = {0, 0};
    struct check_async_place stream = check_async_member(
        a, check_async_member(a, root, "x-tapedeck"), "stream");
    struct check_async_place place = check_async_member(a, stream, what);

    if (stream.at == 0 || place.at == 0 ||
        !check_async_is(a, place, TD_JSON_STRING))
        return false;
    *name = td_json_inner(&check_async_doc(a, place)->json, place.at);
    if (name->len < 2 || name->ptr[0] != '/' ||
        memchr(name->ptr + 1, '/', name->len - 1) ||
        memchr(name->ptr, '~', name->len) || memchr(name->ptr, '\\', name->len))
        return false;
    name->ptr++;
    name->len--;
    return true;
}

/* The payload on one line: between values an end of a line is white space. */
static void add_payload(struct td_buf *text, const struct check_async *a,
                        struct check_async_place value)
{
    struct td_bytes raw =
        td_json_raw(&check_async_doc(a, value)->json, value.at);

    for (size_t i = 0; i < raw.len; i++)
        (void)td_buf_add_byte(
            text, raw.ptr[i] == '\n' || raw.ptr[i] == '\r' ? ' ' : raw.ptr[i]);
}

/* As it would be on the wire: in what x-tapedeck says is around it. */
static void add_message(struct td_buf *text, const struct example *e)
{
    struct td_bytes name;
    struct td_bytes data;

    if (!member_of(e->a, "data", &data)) {
        add_payload(text, e->a, e->value);
        return;
    }
    (void)td_buf_add_byte(text, '{');
    if (member_of(e->a, "name", &name)) {
        (void)td_buf_addf(text, "\"%.*s\":\"", (int)name.len,
                          (const char *)name.ptr);
        (void)td_json_escape(text, e->m->name);
        (void)td_buf_add_text(text, "\",");
    }
    (void)td_buf_addf(text, "\"%.*s\":", (int)data.len, (const char *)data.ptr);
    add_payload(text, e->a, e->value);
    (void)td_buf_add_byte(text, '}');
}

static void put_text(struct schema_builder *out, const char *key,
                     struct td_buf *text, struct td_jsonx_mark mark)
{
    schema_builder_key(out, td_text(key), mark);
    schema_builder_string(out, td_buf_bytes(text), mark);
    td_buf_clear(text);
}

static void put_example(const struct example *e)
{
    struct td_jsonx_mark mark = mark_of(e->a, e->value);
    struct td_buf text = {0};

    schema_builder_open(e->out, '{', mark);
    (void)td_buf_addf(&text, "example %u of ", e->number);
    (void)td_buf_add_bytes(&text, e->m->name);
    if (e->title.ptr) {
        (void)td_buf_add_text(&text, ": ");
        (void)td_json_unescape(&text, e->title);
    }
    put_text(e->out, "name", &text, mark);
    add_message(&text, e);
    put_text(e->out, "stream", &text, mark);
    schema_builder_key(e->out, td_text("expect"), mark);
    schema_builder_string(e->out, td_text("pass"), mark);
    schema_builder_key(e->out, td_text("rules"), mark);
    (void)td_buf_add_text(&e->out->text, "false");
    (void)td_buf_add(&e->out->marks, &mark, sizeof(mark));
    schema_builder_close(e->out, '}');
    td_buf_release(&text);
}

/* Those of the message have their payload in a member, those of its schema are
 * payloads.
 */
static void put_list(struct example *e, struct check_async_place list,
                     bool of_schema)
{
    const struct td_jsonx *doc = check_async_doc(e->a, list);

    if (list.at == 0 || !check_async_is(e->a, list, TD_JSON_ARRAY))
        return;
    for (uint32_t i = list.at + 1; i < doc->json.values[list.at].next;
         i = doc->json.values[i].next) {
        struct check_async_place one = {list.file, i};
        struct check_async_place title = check_async_member(e->a, one, "name");

        e->value = of_schema ? one : check_async_member(e->a, one, "payload");
        if (e->value.at == 0)
            continue;
        e->title = !of_schema && title.at != 0 &&
                           check_async_is(e->a, title, TD_JSON_STRING)
                       ? td_json_inner(&doc->json, title.at)
                       : td_bytes(NULL, 0);
        e->number++;
        put_example(e);
    }
}

enum td_code check_async_examples(struct check_async *a,
                                  struct schema_builder *out)
{
    enum td_code code = TD_OK;

    for (uint32_t i = 0; i < a->messages_len && code == TD_OK; i++) {
        struct example e = {.a = a, .out = out, .m = &a->messages[i]};
        struct check_async_place list;
        struct check_async_place payload = e.m->payload;

        code = check_async_find(a, e.m->message, "examples", &list);
        if (code == TD_OK)
            put_list(&e, list, false);
        if (code == TD_OK && payload.at != 0)
            code = check_async_follow(a, &payload);
        if (code == TD_OK && payload.at != 0 &&
            check_async_is(a, payload, TD_JSON_OBJECT))
            put_list(&e, check_async_member(a, payload, "examples"), true);
    }
    return code;
}
