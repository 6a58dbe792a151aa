/* validator/message/plain.h - events that are no JSON: text, or bytes.
 *
 * Source: docs/contract.md, "Text and bytes". Text is judged as a JSON string
 * by a schema, bytes by how they begin and how many they are.
 */
#ifndef VALIDATOR_MESSAGE_PLAIN_H
#define VALIDATOR_MESSAGE_PLAIN_H

#include "core/jsonx.h"

/* What a message of an event is taken for. */
enum check_form { CHECK_FORM_JSON, CHECK_FORM_TEXT, CHECK_FORM_BYTES };

/* What `bytes` says. All zeroes allow any. */
struct check_plain {
    struct td_bytes all;    /* they are these; ptr NULL: not said; owned */
    struct td_bytes prefix; /* they begin with these; owned */
    uint64_t min;           /* how many there are */
    uint64_t max;           /* UINT64_MAX: no end */
};

/* Read the value `at` of a key `bytes`; release also after an error. TD_USAGE.
 */
TD_MUST_CHECK enum td_code check_plain_read(struct check_plain *plain,
                                            const struct td_jsonx *x,
                                            uint32_t at, struct td_error *err);
void check_plain_release(struct check_plain *plain);

/* Whether the bytes are as they should be. */
bool check_plain_holds(const struct check_plain *plain, struct td_bytes bytes);

/* Append what is expected, "at least 3 bytes that begin with 8950"; and what
 * there is, "2 bytes: 8951".
 */
void check_plain_say(struct td_buf *out, const struct check_plain *plain);
void check_plain_found(struct td_buf *out, struct td_bytes bytes);

/* The message as a JSON string: text, or bytes as base64. */
void check_plain_json(struct td_buf *out, struct td_bytes message, bool text);

#endif
