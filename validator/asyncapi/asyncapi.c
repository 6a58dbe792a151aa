#include "validator/asyncapi/asyncapi_internal.h"

#include "core/jsonx_object.h"
#include "schema/value/json_builder.h"
#include "schema/value/pointer.h"
#include "schema/value/uri.h"

#include <stdlib.h>

bool check_asyncapi_is(const struct td_jsonx *doc)
{
    return td_jsonx_member(doc, 0, "asyncapi") != 0 &&
           td_jsonx_member(doc, 0, "contract") == 0;
}

enum td_code check_async_for_each(struct check_async *a,
                                  struct check_async_place object,
                                  check_async_each *each)
{
    enum td_code code = TD_OK;
    const struct td_json_doc *json;
    uint32_t key;

    if (object.at == 0)
        return TD_OK;
    code = check_async_follow(a, &object);
    if (code)
        return code;
    if (!check_async_is(a, object, TD_JSON_OBJECT))
        return check_async_fail(a, object, "this is no object of names");
    json = &check_async_doc(a, object)->json;
    for (key = object.at + 1;
         key < json->values[object.at].next && code == TD_OK;
         key = json->values[key + 1].next) {
        struct td_buf name = {0};

        (void)td_json_unescape(&name, td_json_inner(json, key));
        code = each(a, (struct check_async_place){object.file, key + 1},
                    td_buf_bytes(&name));
        td_buf_release(&name);
    }
    return code;
}

static enum td_code add_message(struct check_async *a,
                                struct check_async_place value,
                                struct td_bytes key)
{
    return check_async_add(a, value, key, false);
}

static enum td_code add_unused(struct check_async *a,
                               struct check_async_place value,
                               struct td_bytes key)
{
    return check_async_add(a, value, key, true);
}

/* 2.x: the message of an operation, or one of several. */
static enum td_code add_operation(struct check_async *a,
                                  struct check_async_place operation,
                                  struct td_bytes channel)
{
    struct check_async_place message;
    struct check_async_place list;
    const struct td_json_value *values;
    enum td_code code = TD_OK;

    message = check_async_member(a, operation, "message");
    list = check_async_member(a, message, "oneOf");
    if (message.at == 0)
        return TD_OK;
    if (list.at == 0 || !check_async_is(a, list, TD_JSON_ARRAY))
        return check_async_add(a, message, channel, false);
    values = check_async_doc(a, list)->json.values;
    for (uint32_t i = list.at + 1; i < values[list.at].next && code == TD_OK;
         i = values[i].next)
        code = check_async_add(a, (struct check_async_place){list.file, i},
                               channel, false);
    return code;
}

static enum td_code add_channel(struct check_async *a,
                                struct check_async_place channel,
                                struct td_bytes name)
{
    enum td_code code = check_async_follow(a, &channel);

    if (code)
        return code;
    check_async_enter_channel(a, channel, name);
    if (a->is_three) {
        code = check_async_for_each(
            a, check_async_member(a, channel, "messages"), add_message);
        check_async_leave_channel(a);
        return code;
    }
    a->way = CHECK_ASYNC_RECEIVES; /* what others may publish */
    code = add_operation(a, check_async_member(a, channel, "publish"), name);
    a->way = CHECK_ASYNC_SENDS;
    if (code == TD_OK)
        code =
            add_operation(a, check_async_member(a, channel, "subscribe"), name);
    a->way = 0;
    check_async_leave_channel(a);
    return code;
}

static enum td_code read_version(struct check_async *a)
{
    struct check_async_place v =
        check_async_member(a, (struct check_async_place){0}, "asyncapi");
    struct td_bytes text = td_json_raw(&a->files[0].json, v.at);
    size_t quote = check_async_is(a, v, TD_JSON_STRING);

    if (text.len > quote + 1 && text.ptr[quote + 1] == '.' &&
        (text.ptr[quote] == '2' || text.ptr[quote] == '3')) {
        a->is_three = text.ptr[quote] == '3';
        return TD_OK;
    }
    return check_async_fail(a, v, "AsyncAPI %.*s is not known: 2.x and 3.x are",
                            (int)(text.len < 40 ? text.len : 40),
                            (const char *)text.ptr);
}

static enum td_code read_messages(struct check_async *a)
{
    struct check_async_place root = {0, 0};
    struct check_async_place shared = check_async_member(
        a, check_async_member(a, root, "components"), "messages");
    enum td_code code = read_version(a);

    if (code == TD_OK)
        code = check_async_for_each(a, check_async_member(a, root, "channels"),
                                    add_channel);
    if (code == TD_OK)
        code = check_async_for_each(a, shared, add_unused);
    if (code == TD_OK && a->is_three)
        code = check_async_operations(a);
    if (code == TD_OK && a->messages_len == 0)
        code = check_async_fail(a, root,
                                "no channel of it has a message, and "
                                "components.messages has none");
    return code;
}

static struct td_jsonx_mark mark_of(const struct check_async *a,
                                    struct check_async_place place)
{
    return td_jsonx_where(&a->files[0], place.file == 0 ? place.at : 0);
}

/* The bytes that may stand in a fragment as they are, and "/". */
static bool is_plain(uint8_t c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
           (c > 0 && strchr("/-._~", c));
}

/* {"$ref": "file:///...#/channels/..."} */
static void put_reference(const struct check_async *a,
                          struct schema_builder *out,
                          const struct check_async_message *m)
{
    const struct td_jsonx *doc = check_async_doc(a, m->payload);
    struct td_jsonx_mark mark = mark_of(a, m->payload);
    struct td_buf pointer = {0};
    struct td_buf uri = {0};

    schema_pointer(&pointer, &doc->json, 0, m->payload.at);
    schema_uri_of_path(&uri, doc->name);
    (void)td_buf_add_byte(&uri, '#');
    for (size_t i = 0; i < pointer.len; i++) {
        if (is_plain(pointer.ptr[i]))
            (void)td_buf_add_byte(&uri, pointer.ptr[i]);
        else
            (void)td_buf_addf(&uri, "%%%02X", (unsigned)pointer.ptr[i]);
    }
    schema_builder_open(out, '{', mark);
    schema_builder_key(out, td_text("$ref"), mark);
    schema_builder_string(out, td_buf_bytes(&uri), mark);
    schema_builder_close(out, '}');
    td_buf_release(&pointer);
    td_buf_release(&uri);
}

/* The payload as a schema. One of another dialect than the document's is a
 * resource of its own, in which "#" is the payload.
 */
void check_async_put_payload(const struct check_async *a,
                             struct schema_builder *out,
                             const struct check_async_message *m)
{
    struct td_jsonx_mark mark = mark_of(a, m->payload);

    if (!strcmp(m->dialect, CHECK_ASYNCAPI_DIALECT)) {
        put_reference(a, out, m);
        return;
    }
    if (!check_async_is(a, m->payload, TD_JSON_OBJECT)) {
        schema_builder_copy(out, check_async_doc(a, m->payload), m->payload.at);
        return;
    }
    schema_builder_open(out, '{', mark);
    schema_builder_key(out, td_text("$schema"), mark);
    schema_builder_string(out, td_text(m->dialect), mark);
    schema_builder_members(out, check_async_doc(a, m->payload), m->payload.at,
                           "$schema");
    schema_builder_close(out, '}');
}

/* Messages of the name that message i is the first of; the number of those
 * without a payload, which any data meets, in *open.
 */
static uint32_t count_alike(const struct check_async *a, uint32_t i,
                            uint32_t *open)
{
    uint32_t alike = 0;

    *open = 0;
    for (uint32_t j = i; j < a->messages_len; j++) {
        if (!td_bytes_equal(a->messages[j].name, a->messages[i].name))
            continue;
        alike++;
        *open += a->messages[j].payload.at == 0;
    }
    return alike;
}

bool check_async_is_first(const struct check_async *a, uint32_t i)
{
    for (uint32_t j = 0; j < i; j++) {
        if (td_bytes_equal(a->messages[j].name, a->messages[i].name))
            return false;
    }
    return true;
}

static void put_alternatives(const struct check_async *a,
                             struct schema_builder *out, uint32_t i)
{
    struct td_jsonx_mark mark = mark_of(a, a->messages[i].message);

    schema_builder_open(out, '{', mark);
    schema_builder_key(out, td_text("anyOf"), mark);
    schema_builder_open(out, '[', mark);
    for (uint32_t j = i; j < a->messages_len; j++) {
        if (td_bytes_equal(a->messages[j].name, a->messages[i].name))
            check_async_put_payload(a, out, &a->messages[j]);
    }
    schema_builder_close(out, ']');
    schema_builder_close(out, '}');
}

/* Where messages say their names: there is nothing else to tell them by. */
static bool have_names(const struct check_async *a)
{
    struct check_async_place root = {0, 0};
    struct check_async_place stream = check_async_member(
        a, check_async_member(a, root, "x-tapedeck"), "stream");

    return stream.at != 0 && check_async_member(a, stream, "name").at != 0;
}

static bool is_only_one(const struct check_async *a)
{
    for (uint32_t i = 1; i < a->messages_len; i++) {
        if (!td_bytes_equal(a->messages[i].name, a->messages[0].name))
            return false;
    }
    return true;
}

/* The way of all messages of its name, if they have one. */
static void put_way(const struct check_async *a, struct schema_builder *out,
                    uint32_t i)
{
    struct td_jsonx_mark mark = mark_of(a, a->messages[i].message);
    unsigned ways = a->messages[i].ways;

    for (uint32_t j = i; j < a->messages_len; j++) {
        if (td_bytes_equal(a->messages[j].name, a->messages[i].name) &&
            a->messages[j].ways != ways)
            return;
    }
    if (ways != CHECK_ASYNC_RECEIVES && ways != CHECK_ASYNC_SENDS)
        return;
    schema_builder_key(out, td_text("dir"), mark);
    schema_builder_string(
        out, td_text(ways == CHECK_ASYNC_SENDS ? "out" : "in"), mark);
}

/* What a message without a name is this event by. */
static void put_match(struct check_async *a, struct schema_builder *out,
                      uint32_t i, uint32_t alike)
{
    struct td_jsonx_mark mark = mark_of(a, a->messages[i].message);

    schema_builder_key(out, td_text("match"), mark);
    if (is_only_one(a)) {
        schema_builder_open(out, '{', mark);
        schema_builder_close(out, '}');
        return;
    }
    if (alike > 1) {
        schema_builder_open(out, '{', mark);
        schema_builder_key(out, td_text("anyOf"), mark);
        schema_builder_open(out, '[', mark);
    }
    for (uint32_t j = i; j < a->messages_len; j++) {
        if (td_bytes_equal(a->messages[j].name, a->messages[i].name))
            check_async_shape(a, out, &a->messages[j], mark);
    }
    if (alike > 1) {
        schema_builder_close(out, ']');
        schema_builder_close(out, '}');
    }
}

static void put_event(struct check_async *a, struct schema_builder *out,
                      uint32_t i)
{
    const struct check_async_message *m = &a->messages[i];
    struct td_jsonx_mark mark = mark_of(a, m->message);
    uint32_t open;
    uint32_t alike = count_alike(a, i, &open);

    schema_builder_key(out, m->name, mark);
    schema_builder_open(out, '{', mark);
    if (open == 0) {
        schema_builder_key(out, td_text("schema"), mark);
        if (alike == 1)
            check_async_put_payload(a, out, m);
        else
            put_alternatives(a, out, i);
        if (!have_names(a))
            put_match(a, out, i, alike);
    }
    put_way(a, out, i);
    check_async_put_channels(a, out, i, mark);
    schema_builder_close(out, '}');
}

/* The members but those to which more is added. */
static void put_others(struct schema_builder *out, const struct td_jsonx *doc,
                       uint32_t at)
{
    const struct td_json_value *v = doc->json.values;

    for (uint32_t key = at + 1; key < v[at].next; key = v[key + 1].next) {
        struct td_bytes name = td_json_inner(&doc->json, key);

        if (td_bytes_is(name, "tests") || td_bytes_is(name, "rules"))
            continue;
        schema_builder_key(out, name, td_jsonx_where(doc, key));
        schema_builder_copy(out, doc, key + 1);
    }
}

/* What x-tapedeck has beside the messages. */
static enum td_code put_extension(struct check_async *a,
                                  struct schema_builder *out)
{
    static const char *const taken[] = {"contract", "events", "asyncapi"};
    struct check_async_place x =
        check_async_member(a, (struct check_async_place){0}, "x-tapedeck");

    if (x.at == 0)
        return TD_OK;
    if (!check_async_is(a, x, TD_JSON_OBJECT))
        return check_async_fail(a, x, "x-tapedeck is an object with rules");
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
        struct check_async_place member = check_async_member(a, x, taken[i]);

        if (member.at)
            return check_async_fail(a, member,
                                    "x-tapedeck has no %s: the messages of the "
                                    "document are the events",
                                    taken[i]);
    }
    put_others(out, check_async_doc(a, x), x.at);
    return TD_OK;
}

/* The list that x-tapedeck has of that name, then what was made. What is no
 * list is left to who reads the contract.
 */
static void put_more(const struct check_async *a, struct schema_builder *out,
                     const char *name, const struct schema_builder *made)
{
    struct check_async_place root = {0, 0};
    struct check_async_place own =
        check_async_member(a, check_async_member(a, root, "x-tapedeck"), name);
    const struct td_jsonx *doc = check_async_doc(a, own);
    const struct td_json_value *v = doc->json.values;
    struct td_jsonx_mark mark = mark_of(a, own);

    if (own.at == 0 && made->text.len == 0)
        return;
    schema_builder_key(out, td_text(name), mark);
    if (own.at != 0 && !check_async_is(a, own, TD_JSON_ARRAY)) {
        schema_builder_copy(out, doc, own.at);
        return;
    }
    schema_builder_open(out, '[', mark);
    for (uint32_t i = own.at + 1; own.at != 0 && i < v[own.at].next;
         i = v[i].next)
        schema_builder_copy(out, doc, i);
    schema_builder_append(out, made);
    schema_builder_close(out, ']');
}

/* The examples are tests, and the replies rules. */
static enum td_code put_lists(struct check_async *a, struct schema_builder *out)
{
    struct schema_builder examples = {0};
    enum td_code code = check_async_examples(a, &examples);

    if (code == TD_OK)
        code = check_async_headers(a);
    if (code == TD_OK) {
        put_more(a, out, "tests", &examples);
        put_more(a, out, "rules", &a->rules);
    }
    td_buf_release(&examples.text);
    td_buf_release(&examples.marks);
    return code;
}

static enum td_code make_contract(struct check_async *a, struct td_jsonx *out)
{
    const struct td_jsonx_mark mark = td_jsonx_where(&a->files[0], 0);
    struct schema_builder m = {0};
    enum td_code code;

    schema_builder_open(&m, '{', mark);
    schema_builder_key(&m, td_text("contract"), mark);
    (void)td_buf_add_byte(&m.text, '1');
    (void)td_buf_add(&m.marks, &mark, sizeof(mark));
    code = put_extension(a, &m);
    if (code == TD_OK)
        code = put_lists(a, &m);
    schema_builder_key(&m, td_text("events"), mark);
    schema_builder_open(&m, '{', mark);
    for (uint32_t i = 0; i < a->messages_len; i++) {
        if (check_async_is_first(a, i))
            put_event(a, &m, i);
    }
    schema_builder_close(&m, '}');
    schema_builder_close(&m, '}');
    if (code == TD_OK)
        return schema_builder_finish(&m, a->files[0].name, out, a->err);
    td_buf_release(&m.text);
    td_buf_release(&m.marks);
    return code;
}

/* The document as a schema file of its dialect; editors put a "$schema" of
 * their own there.
 */
static enum td_code make_schemas(struct check_async *a, struct td_jsonx *out)
{
    const struct td_jsonx *doc = &a->files[0];
    const struct td_jsonx_mark mark = td_jsonx_where(doc, 0);
    struct schema_builder m = {0};

    schema_builder_open(&m, '{', mark);
    schema_builder_key(&m, td_text("$schema"), mark);
    schema_builder_string(&m, td_text(CHECK_ASYNCAPI_DIALECT), mark);
    schema_builder_members(&m, doc, 0, "$schema");
    schema_builder_close(&m, '}');
    return schema_builder_finish(&m, doc->name, out, a->err);
}

enum td_code check_asyncapi_read(const struct td_jsonx *doc,
                                 const struct schema_options *how,
                                 struct td_jsonx *contract,
                                 struct td_jsonx *schemas, struct td_error *err)
{
    struct td_error own = {0};
    struct check_async a = {.files = {*doc},
                            .files_len = 1,
                            .map = how ? how->map : NULL,
                            .how = how,
                            .err = err ? err : &own};
    enum td_code code;

    schema_folders_add_of(&a.folders, doc->name);
    schema_folders_add_all(&a.folders, how ? how->allow : NULL);
    schema_builder_mark(&a.files[0]);
    code = read_messages(&a);
    if (code == TD_OK)
        code = make_contract(&a, contract);
    if (code == TD_OK)
        code = make_schemas(&a, schemas);
    if (code)
        td_jsonx_release(contract);
    schema_folders_release(&a.folders);
    for (uint32_t i = 1; i < a.files_len; i++)
        td_jsonx_release(&a.files[i]);
    for (uint32_t i = 0; i < a.messages_len; i++)
        free((void *)(uintptr_t)a.messages[i].name.ptr);
    free(a.messages);
    check_async_leave_channel(&a);
    for (uint32_t i = 0; i < a.addresses_len; i++)
        free((void *)(uintptr_t)a.addresses[i].address.ptr);
    free(a.addresses);
    td_buf_release(&a.rules.text);
    td_buf_release(&a.rules.marks);
    if (!doc->marks)
        free(a.files[0].marks);
    return code;
}

enum td_code check_asyncapi_load(const char *base, struct td_bytes path,
                                 const struct schema_options *how,
                                 struct td_jsonx *contract,
                                 struct td_jsonx *schemas, struct td_error *err)
{
    const char *slash = strrchr(base, '/');
    struct schema_folders folders = {0};
    struct td_jsonx source = {0};
    struct td_buf full = {0};
    enum td_code code;

    if (slash && path.len > 0 && path.ptr[0] != '/')
        (void)td_buf_add(&full, base, (size_t)(slash - base) + 1);
    (void)td_buf_add_bytes(&full, path);
    schema_folders_add_of(&folders, base);
    schema_folders_add_all(&folders, how ? how->allow : NULL);
    code = schema_folders_check(&folders, td_buf_str(&full), err);
    schema_folders_release(&folders);
    if (code == TD_OK) {
        schema_options_note(how, td_buf_str(&full));
        code = td_jsonx_load(&source, td_buf_str(&full), err);
    }
    if (code == TD_OK && !check_asyncapi_is(&source))
        code = td_jsonx_fail(&source, 0, TD_USAGE, err,
                             "an AsyncAPI document begins with `asyncapi:`");
    if (code == TD_OK)
        code = check_asyncapi_read(&source, how, contract, schemas, err);
    td_jsonx_release(&source);
    td_buf_release(&full);
    return code;
}
