#include "replayer/answer/http_internal.h"
#include "wire/http/http.h"

#define MAX_AGE "600" /* seconds, of a preflight's answer */

/* The server admits pages of some origins; those on the tape were others. */
bool play_http_is_foreign(const struct http_head *head)
{
    struct td_bytes origin = http_field(head, "Origin");
    struct td_bytes host = http_field(head, "Host");
    const uint8_t *mark =
        origin.len ? memmem(origin.ptr, origin.len, "://", 3) : NULL;
    size_t before = mark ? (size_t)(mark - origin.ptr) + 3 : 0;

    if (!origin.ptr)
        return false;
    return !mark || origin.len - before != host.len ||
           strncasecmp((const char *)origin.ptr + before,
                       (const char *)host.ptr, host.len) != 0;
}

bool play_http_is_cors(const char *name)
{
    return http_same(td_text(name), "Access-Control-Allow-Origin") ||
           http_same(td_text(name), "Access-Control-Allow-Credentials");
}

size_t play_http_put_cors(struct wire_response_field *fields,
                          const struct http_head *head)
{
    fields[0] = (struct wire_response_field){"Access-Control-Allow-Origin",
                                             http_field(head, "Origin")};
    fields[1] = (struct wire_response_field){"Access-Control-Allow-Credentials",
                                             td_text("true")};
    fields[2] = (struct wire_response_field){"Vary", td_text("Origin")};
    return PLAY_CORS_FIELDS;
}

bool play_http_is_preflight(const struct http_head *head)
{
    return td_bytes_is(head->method, "OPTIONS") && play_http_is_foreign(head) &&
           http_field(head, "Access-Control-Request-Method").len > 0;
}

void play_http_answer_preflight(struct wire_request *request)
{
    const struct http_head *head = wire_request_info(request)->head;
    struct td_bytes asked = http_field(head, "Access-Control-Request-Headers");
    const struct wire_response_field fields[] = {
        {"Access-Control-Allow-Methods",
         http_field(head, "Access-Control-Request-Method")},
        {"Access-Control-Max-Age", td_text(MAX_AGE)},
        {"Access-Control-Allow-Headers", asked}};
    const struct wire_response response = {
        .status = 204, .fields = fields, .field_count = asked.len ? 3 : 2};
    struct td_error err;

    if (wire_request_answer(request, &response, &err))
        wire_request_abort(request);
}
