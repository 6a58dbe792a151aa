/* validator/asyncapi/asyncapi_internal.h - what the files that read AsyncAPI
 * share.
 *
 * asyncapi.c   channels and components -> messages -> a contract
 * message.c    one message: its name, traits, payload
 * operation.c  who sends it
 * reply.c      what is replied to it
 * channel.c    where it comes
 * headers.c    what is beside its payload
 * shape.c      what tells it from others
 * example.c    examples -> tests
 * reference.c  files and references
 */
#ifndef VALIDATOR_ASYNCAPI_ASYNCAPI_INTERNAL_H
#define VALIDATOR_ASYNCAPI_ASYNCAPI_INTERNAL_H

#include "schema/value/folders.h"
#include "schema/value/json_builder.h"
#include "validator/asyncapi/asyncapi.h"

/* A value of a file. */
struct check_async_place {
    uint32_t file;
    uint32_t at;
};

/* What the application does with a message. */
#define CHECK_ASYNC_RECEIVES 1U
#define CHECK_ASYNC_SENDS    2U

/* What it is to the operation at hand. */
#define CHECK_ASYNC_ASKS    4U
#define CHECK_ASYNC_ANSWERS 8U

struct check_async_message {
    struct td_bytes name; /* allocated */
    struct check_async_place message;
    struct check_async_place payload; /* .at is 0 if there is none */
    const char *dialect;              /* of the payload */
    unsigned ways;                    /* of operations: CHECK_ASYNC_... */
    bool anywhere;                    /* on channels without an address, too */
};

/* That messages[message] comes on a channel, whose address has parameters. */
struct check_async_address {
    uint32_t message;
    struct check_async_place channel;
    struct td_bytes address; /* allocated */
};

struct check_async {
    struct td_jsonx files[CHECK_ASYNCAPI_FILES]; /* [0] is borrowed */
    uint32_t files_len;
    const struct schema_options *how; /* or NULL */
    const struct schema_map *map;
    struct schema_folders folders; /* that references may lead into */
    bool is_three;                 /* version 3.x */
    unsigned way;                  /* of what is added, as ways above */
    struct check_async_message *messages;
    uint32_t messages_len;
    struct check_async_place channel; /* whose messages are added, or .at 0 */
    struct td_bytes address;          /* of it; ptr NULL: nobody knows */
    struct check_async_address *addresses;
    uint32_t addresses_len;
    struct schema_builder rules; /* what requests and replies say */
    struct td_error *err;
};

/* The document of a place. */
const struct td_jsonx *check_async_doc(const struct check_async *a,
                                       struct check_async_place place);

/* Set the error for a place. */
enum td_code check_async_fail(struct check_async *a,
                              struct check_async_place place, const char *fmt,
                              ...) TD_PRINTF(3, 4);

/* A member of an object; .at is 0 if there is none. */
struct check_async_place check_async_member(const struct check_async *a,
                                            struct check_async_place object,
                                            const char *name);

/* Whether the value is of a kind. */
bool check_async_is(const struct check_async *a, struct check_async_place place,
                    enum td_json_kind kind);

/* Follow `$ref` as long as there is one. */
TD_MUST_CHECK enum td_code check_async_follow(struct check_async *a,
                                              struct check_async_place *place);

/* Add a message under the name it has, else under `key`, the one it is listed
 * under, or in 2.x that of its channel. With `only_new` not if it was added
 * before, whatever its name.
 */
TD_MUST_CHECK enum td_code check_async_add(struct check_async *a,
                                           struct check_async_place message,
                                           struct td_bytes key, bool only_new);

/* A member of a message with its traits merged; .at is 0 if there is none. */
TD_MUST_CHECK enum td_code check_async_find(struct check_async *a,
                                            struct check_async_place message,
                                            const char *name,
                                            struct check_async_place *found);

/* Append to a->rules that what ASKS has a reply that ANSWERS, and forget both.
 */
TD_MUST_CHECK enum td_code check_async_reply(struct check_async *a,
                                             struct check_async_place operation,
                                             struct td_bytes name);

/* Append a name as a selector: in quotes if it is no word. */
void check_async_add_selector(struct td_buf *out, struct td_bytes name);

/* The pointer of the headers within a message as it was recorded; ptr is NULL:
 * it has none.
 */
struct td_bytes check_async_headers_at(const struct check_async *a);

/* Append to a->rules that headers meet their schemas. */
TD_MUST_CHECK enum td_code check_async_headers(struct check_async *a);

/* The first message of its name. */
bool check_async_is_first(const struct check_async *a, uint32_t message);

/* Append the schema of a payload, or a reference to it. */
void check_async_put_payload(const struct check_async *a,
                             struct schema_builder *out,
                             const struct check_async_message *m);

/* 3.x: what the operations do with the messages. */
TD_MUST_CHECK enum td_code check_async_operations(struct check_async *a);

/* The channel at hand is this one, which is listed under a key; and none. */
void check_async_enter_channel(struct check_async *a,
                               struct check_async_place channel,
                               struct td_bytes key);
void check_async_leave_channel(struct check_async *a);

/* A message was added, or was there, of the channel at hand. */
void check_async_on_channel(struct check_async *a, uint32_t message);

/* Append `channel` of the event that messages[first] is the first of, if all
 * that are it have addresses.
 */
void check_async_put_channels(struct check_async *a, struct schema_builder *out,
                              uint32_t first, struct td_jsonx_mark mark);

typedef enum td_code check_async_each(struct check_async *a,
                                      struct check_async_place value,
                                      struct td_bytes key);

/* Call `each` for every member of an object, if it is there. */
TD_MUST_CHECK enum td_code check_async_for_each(struct check_async *a,
                                                struct check_async_place object,
                                                check_async_each *each);

/* Append the tests that the examples of all messages are. */
TD_MUST_CHECK enum td_code check_async_examples(struct check_async *a,
                                                struct schema_builder *out);

/* Append a schema that tells the message, which has a payload, from others by
 * the members of its payload that have one value (`const`), which must be
 * there; where it has none, by what is required and its values (`enum`).
 */
void check_async_shape(struct check_async *a, struct schema_builder *out,
                       const struct check_async_message *m,
                       struct td_jsonx_mark mark);

#endif
