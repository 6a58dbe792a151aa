#include "wire/event/control_payload.h"

#include "core/json_writer.h"

void event_payload_close(struct td_buf *json, unsigned code,
                         struct td_bytes reason)
{
    struct td_json_writer w = td_json_writer(json);

    td_json_object(&w, NULL);
    td_json_put_u64(&w, "code", code);
    td_json_put_string(&w, "reason", reason);
    td_json_object_end(&w);
}

void event_payload_lost(struct td_buf *json, uint64_t count, const char *why)
{
    struct td_json_writer w = td_json_writer(json);

    td_json_object(&w, NULL);
    td_json_put_u64(&w, "count", count);
    td_json_put_text(&w, "why", why);
    td_json_object_end(&w);
}

void event_payload_bad(struct td_buf *json, struct td_bytes bytes,
                       const char *why)
{
    struct td_json_writer w = td_json_writer(json);
    size_t len =
        bytes.len < EVENT_PAYLOAD_BAD_MAX ? bytes.len : EVENT_PAYLOAD_BAD_MAX;

    td_json_object(&w, NULL);
    td_json_put_text(&w, "why", why);
    td_json_put_u64(&w, "bytes", bytes.len);
    td_json_put_b64(&w, "b64", td_bytes(bytes.ptr, len));
    td_json_object_end(&w);
}
