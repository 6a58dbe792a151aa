#include "wire/event/control_payload.h"

#include "core/b64.h"
#include "core/json.h"
#include "core/utf8.h"

static void add_key(struct td_buf *json, const char *key)
{
    if (json->len > 0 && json->ptr[json->len - 1] != '{')
        (void)td_buf_add_byte(json, ',');
    (void)td_buf_addf(json, "\"%s\":", key);
}

void event_payload_add(struct td_buf *json, const char *key,
                       struct td_bytes text)
{
    add_key(json, key);
    (void)td_buf_add_byte(json, '"');
    (void)td_json_escape_any(json, text);
    (void)td_buf_add_byte(json, '"');
}

void event_payload_add_number(struct td_buf *json, const char *key,
                              uint64_t number)
{
    add_key(json, key);
    (void)td_buf_addf(json, "%llu", (unsigned long long)number);
}

void event_payload_close(struct td_buf *json, unsigned code,
                         struct td_bytes reason)
{
    (void)td_buf_add_byte(json, '{');
    event_payload_add_number(json, "code", code);
    event_payload_add(json, "reason", reason);
    (void)td_buf_add_byte(json, '}');
}

void event_payload_bad(struct td_buf *json, struct td_bytes bytes,
                       const char *why)
{
    size_t len =
        bytes.len < EVENT_PAYLOAD_BAD_MAX ? bytes.len : EVENT_PAYLOAD_BAD_MAX;

    (void)td_buf_add_byte(json, '{');
    event_payload_add(json, "why", td_text(why));
    event_payload_add_number(json, "bytes", bytes.len);
    (void)td_buf_add_text(json, ",\"b64\":\"");
    (void)td_b64_encode(json, td_bytes(bytes.ptr, len));
    (void)td_buf_add_text(json, "\"}");
}
