/* validator/asyncapi/asyncapi_internal.h - what the files that read AsyncAPI
 * share.
 *
 * asyncapi.c          channels and components -> messages -> a contract
 * asyncapi_message.c  one message: its name, traits, payload
 * asyncapi_ref.c      files and references
 */
#ifndef VALIDATOR_ASYNCAPI_ASYNCAPI_INTERNAL_H
#define VALIDATOR_ASYNCAPI_ASYNCAPI_INTERNAL_H

#include "schema/value/folders.h"
#include "validator/asyncapi/asyncapi.h"

/* A value of a file. */
struct check_async_place {
    uint32_t file;
    uint32_t at;
};

struct check_async_message {
    struct td_bytes name; /* allocated */
    struct check_async_place message;
    struct check_async_place payload; /* .at is 0 if there is none */
    const char *dialect;              /* of the payload */
};

struct check_async {
    struct td_jsonx files[CHECK_ASYNCAPI_FILES]; /* [0] is borrowed */
    uint32_t files_len;
    const struct schema_map *map;
    struct schema_folders folders; /* that references may lead into */
    bool is_three;                 /* version 3.x */
    struct check_async_message *messages;
    uint32_t messages_len;
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

#endif
