#include "validator/asyncapi/asyncapi_internal.h"

#include "core/mem.h"

#include <stdlib.h>

static const struct td_json_doc *json(const struct check_async *a,
                                      struct check_async_place place)
{
    return &check_async_doc(a, place)->json;
}

static struct td_bytes text_at(const struct check_async *a,
                               struct check_async_place place)
{
    struct td_buf text = {0};

    (void)td_json_unescape(&text, td_json_inner(json(a, place), place.at));
    (void)td_buf_str(&text);
    return td_buf_bytes(&text);
}

/* A member of the message's traits; of two that have it the later one's. */
static enum td_code find_in_traits(struct check_async *a,
                                   struct check_async_place message,
                                   const char *name,
                                   struct check_async_place *found)
{
    struct check_async_place traits = check_async_member(a, message, "traits");
    const struct td_json_value *values = json(a, traits)->values;
    enum td_code code = TD_OK;

    found->at = 0;
    if (traits.at == 0 || !check_async_is(a, traits, TD_JSON_ARRAY))
        return TD_OK;
    for (uint32_t i = traits.at + 1;
         i < values[traits.at].next && code == TD_OK; i = values[i].next) {
        struct check_async_place trait = {traits.file, i};
        struct check_async_place member;

        code = check_async_follow(a, &trait);
        if (code)
            break;
        member = check_async_member(a, trait, name);
        if (member.at)
            *found = member;
    }
    return code;
}

/* A member of a message with its traits merged: in 2.x they are patches on the
 * message, in 3.x the message has the last word.
 */
enum td_code check_async_find(struct check_async *a,
                              struct check_async_place message,
                              const char *name, struct check_async_place *found)
{
    struct check_async_place own = check_async_member(a, message, name);
    struct check_async_place inherited;
    enum td_code code = find_in_traits(a, message, name, &inherited);

    *found = inherited.at && (!a->is_three || !own.at) ? inherited : own;
    return code;
}

/* The text of a member, or ptr NULL. */
static enum td_code find_text(struct check_async *a,
                              struct check_async_place message,
                              const char *name, struct td_bytes *text)
{
    struct check_async_place found;
    enum td_code code = check_async_find(a, message, name, &found);

    *text = td_bytes(NULL, 0);
    if (code || found.at == 0)
        return code;
    if (!check_async_is(a, found, TD_JSON_STRING))
        return check_async_fail(a, found, "%s is text", name);
    *text = text_at(a, found);
    return TD_OK;
}

/* Its key among components.messages; ptr is NULL if it is none of them. */
static struct td_bytes component_key(const struct check_async *a,
                                     struct check_async_place message)
{
    struct check_async_place root = {message.file, 0};
    struct check_async_place all = check_async_member(
        a, check_async_member(a, root, "components"), "messages");
    const struct td_json_value *values = json(a, all)->values;

    if (all.at == 0 || !check_async_is(a, all, TD_JSON_OBJECT))
        return td_bytes(NULL, 0);
    for (uint32_t key = all.at + 1; key < values[all.at].next;
         key = values[key + 1].next) {
        if (key + 1 == message.at)
            return text_at(a, (struct check_async_place){all.file, key});
    }
    return td_bytes(NULL, 0);
}

static enum td_code name_message(struct check_async *a,
                                 struct check_async_place message,
                                 struct td_bytes key, struct td_bytes *name)
{
    enum td_code code = find_text(a, message, "name", name);

    if (code == TD_OK && !name->ptr && !a->is_three)
        code = find_text(a, message, "messageId", name);
    if (code == TD_OK && !name->ptr && !a->is_three)
        *name = component_key(a, message);
    if (code == TD_OK && !name->ptr && !a->is_three)
        code = find_text(a, message, "title", name);
    if (code == TD_OK && !name->ptr)
        *name = td_bytes(td_strndup(key.ptr, key.len), key.len);
    return code;
}

static bool has(struct td_bytes text, const char *part)
{
    return memmem(text.ptr, text.len, part, strlen(part)) != NULL;
}

/* The dialect of a schemaFormat, or NULL if it is no JSON Schema. */
static const char *dialect_of(struct td_bytes format)
{
    static const struct {
        const char *version;
        const char *dialect;
    } versions[] = {
        {"draft-04", "http://json-schema.org/draft-04/schema#"},
        {"draft-06", "http://json-schema.org/draft-06/schema#"},
        {"draft-07", CHECK_ASYNCAPI_DIALECT},
        {"2019-09", "https://json-schema.org/draft/2019-09/schema"},
        {"2020-12", "https://json-schema.org/draft/2020-12/schema"},
    };

    if (has(format, "application/vnd.aai.asyncapi"))
        return CHECK_ASYNCAPI_DIALECT;
    if (!has(format, "application/schema+"))
        return NULL;
    if (!has(format, "version="))
        return CHECK_ASYNCAPI_DIALECT;
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        if (has(format, versions[i].version))
            return versions[i].dialect;
    }
    return NULL;
}

static enum td_code read_format(struct check_async *a,
                                struct check_async_place place,
                                struct check_async_message *m)
{
    struct td_bytes text;
    enum td_code code = TD_OK;

    m->dialect = CHECK_ASYNCAPI_DIALECT;
    if (place.at == 0)
        return TD_OK;
    if (!check_async_is(a, place, TD_JSON_STRING))
        return check_async_fail(a, place, "schemaFormat is text");
    text = text_at(a, place);
    m->dialect = dialect_of(text);
    if (!m->dialect) {
        (void)check_async_fail(a, place,
                               "payloads of the format \"%.150s\" cannot be "
                               "checked: it is no JSON Schema",
                               (const char *)text.ptr);
        code = td_error_hint(a->err, "write the payload as JSON Schema, or "
                                     "leave the message out");
    }
    free((void *)(uintptr_t)text.ptr);
    return code;
}

/* In 3.x a payload may say its format beside it: {schemaFormat, schema}. */
static enum td_code unwrap(struct check_async *a, struct check_async_message *m,
                           struct check_async_place *format)
{
    struct check_async_place end = m->payload;
    struct check_async_place schema;
    enum td_code code = check_async_follow(a, &end);

    if (code)
        return code;
    schema = check_async_member(a, end, "schema");
    *format = check_async_member(a, end, "schemaFormat");
    if (schema.at != 0 && format->at != 0)
        m->payload = schema;
    else
        format->at = 0;
    return TD_OK;
}

/* Documents of 3.x are found that say the format where 2.x has it. */
static enum td_code read_payload(struct check_async *a,
                                 struct check_async_message *m)
{
    struct check_async_place format = {0};
    enum td_code code = TD_OK;

    m->payload = check_async_member(a, m->message, "payload");
    if (m->payload.at == 0)
        return TD_OK;
    if (a->is_three)
        code = unwrap(a, m, &format);
    if (code == TD_OK && format.at == 0)
        code = check_async_find(a, m->message, "schemaFormat", &format);
    return code ? code : read_format(a, format, m);
}

/* Whether the message was added, by that name if there is one. What is done
 * with it is done with it wherever it stands.
 */
static bool is_known(struct check_async *a, struct check_async_place message,
                     const struct td_bytes *name)
{
    for (uint32_t i = 0; i < a->messages_len; i++) {
        struct check_async_message *m = &a->messages[i];

        if (m->message.file != message.file || m->message.at != message.at ||
            (name && !td_bytes_equal(m->name, *name)))
            continue;
        m->ways |= a->way;
        if (name)
            check_async_on_channel(a, i);
        return true;
    }
    return false;
}

enum td_code check_async_add(struct check_async *a,
                             struct check_async_place message,
                             struct td_bytes key, bool only_new)
{
    struct check_async_message m = {0};
    enum td_code code = check_async_follow(a, &message);

    m.message = message;
    m.ways = a->way;
    if (code == TD_OK && !check_async_is(a, message, TD_JSON_OBJECT))
        return check_async_fail(a, message, "a message is an object");
    if (code || (only_new && is_known(a, message, NULL)))
        return code;
    code = name_message(a, message, key, &m.name);
    if (code == TD_OK && m.name.len == 0)
        code = check_async_fail(a, message, "the message has an empty name");
    if (code == TD_OK)
        code = read_payload(a, &m);
    if (code || is_known(a, message, &m.name)) {
        free((void *)(uintptr_t)m.name.ptr);
        return code;
    }
    if (a->messages_len == CHECK_ASYNCAPI_MESSAGES) {
        free((void *)(uintptr_t)m.name.ptr);
        return td_jsonx_fail(check_async_doc(a, message), message.at, TD_LIMIT,
                             a->err, "more than %d messages",
                             CHECK_ASYNCAPI_MESSAGES);
    }
    a->messages =
        td_list_room(a->messages, a->messages_len, sizeof(*a->messages));
    a->messages[a->messages_len++] = m;
    check_async_on_channel(a, a->messages_len - 1);
    return TD_OK;
}
