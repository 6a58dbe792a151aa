/* What operations of 3.x do with messages. */
#include "validator/asyncapi/asyncapi_internal.h"

#include "core/jsonx_object.h"

/* A message that an operation names, by whatever name it was added. */
static enum td_code mark_message(struct check_async *a,
                                 struct check_async_place message,
                                 struct td_bytes key)
{
    enum td_code code = check_async_follow(a, &message);

    (void)key;
    for (uint32_t i = 0; i < a->messages_len && code == TD_OK; i++) {
        if (a->messages[i].message.file == message.file &&
            a->messages[i].message.at == message.at)
            a->messages[i].ways |= a->way;
    }
    return code;
}

/* The messages that it names, or else all of its channel. */
static enum td_code mark_messages(struct check_async *a,
                                  struct check_async_place operation)
{
    struct check_async_place list =
        check_async_member(a, operation, "messages");
    struct check_async_place channel =
        check_async_member(a, operation, "channel");
    const struct td_json_value *v = check_async_doc(a, list)->json.values;
    enum td_code code = TD_OK;

    if (list.at != 0 && check_async_is(a, list, TD_JSON_ARRAY)) {
        for (uint32_t i = list.at + 1; i < v[list.at].next && code == TD_OK;
             i = v[i].next)
            code = mark_message(a, (struct check_async_place){list.file, i},
                                td_bytes(NULL, 0));
        return code;
    }
    if (channel.at == 0)
        return TD_OK;
    code = check_async_follow(a, &channel);
    return code ? code
                : check_async_for_each(
                      a, check_async_member(a, channel, "messages"),
                      mark_message);
}

static bool is_text(const struct check_async *a, struct check_async_place place,
                    const char *text)
{
    return place.at != 0 &&
           td_jsonx_is_text(check_async_doc(a, place), place.at, text);
}

/* What is replied goes the other way. */
static enum td_code mark_operation(struct check_async *a,
                                   struct check_async_place operation,
                                   struct td_bytes key)
{
    enum td_code code = check_async_follow(a, &operation);
    struct check_async_place action =
        check_async_member(a, operation, "action");
    struct check_async_place reply = check_async_member(a, operation, "reply");
    bool sends = is_text(a, action, "send");

    if (code || (!sends && !is_text(a, action, "receive")))
        return code;
    a->way =
        CHECK_ASYNC_ASKS | (sends ? CHECK_ASYNC_SENDS : CHECK_ASYNC_RECEIVES);
    code = mark_messages(a, operation);
    a->way = CHECK_ASYNC_ANSWERS |
             (sends ? CHECK_ASYNC_RECEIVES : CHECK_ASYNC_SENDS);
    if (code == TD_OK && reply.at != 0)
        code = check_async_follow(a, &reply);
    if (code == TD_OK && reply.at != 0)
        code = mark_messages(a, reply);
    a->way = 0;
    return code ? code : check_async_reply(a, operation, key);
}

enum td_code check_async_operations(struct check_async *a)
{
    return check_async_for_each(
        a, check_async_member(a, (struct check_async_place){0}, "operations"),
        mark_operation);
}
