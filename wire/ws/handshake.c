#include "wire/ws/handshake.h"
#include "core/b64.h"
#include "core/digest.h"
#include "core/rand.h"

#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

/* Base64 of data as a string; text has room for it. */
static void put_b64(char *text, size_t size, struct td_bytes data)
{
    struct td_buf out = {0};

    (void)td_b64_encode(&out, data);
    memcpy(text, td_buf_str(&out), size);
    td_buf_release(&out);
}

void ws_key_new(char key[WS_KEY_LEN + 1])
{
    uint8_t nonce[16];

    td_rand_bytes(td_rand_real(), nonce, sizeof(nonce));
    put_b64(key, WS_KEY_LEN + 1, td_bytes(nonce, sizeof(nonce)));
}

void ws_accept_key(char accept[WS_ACCEPT_LEN + 1], struct td_bytes key)
{
    uint8_t digest[TD_SHA1_LEN];
    struct td_buf text = {0};

    (void)td_buf_add_bytes(&text, key);
    (void)td_buf_add_text(&text, GUID);
    td_sha1(digest, td_buf_bytes(&text));
    td_buf_release(&text);
    put_b64(accept, WS_ACCEPT_LEN + 1, td_bytes(digest, sizeof(digest)));
}

enum td_code ws_put_request_fields(struct td_buf *out, const char *key,
                                   const char *protocols)
{
    enum td_code code =
        td_buf_addf(out,
                    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                    "Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n",
                    key);

    if (code == TD_OK && protocols)
        code =
            http_put_field(out, "Sec-WebSocket-Protocol", td_text(protocols));
    return code;
}

/* True if the server chose none, or one that was offered. */
static bool protocol_ok(const struct http_head *head, const char *offered)
{
    struct td_bytes chosen = http_field(head, "Sec-WebSocket-Protocol");
    struct td_bytes list = td_text(offered ? offered : "");
    struct td_bytes one;

    while (chosen.ptr && (one = http_next_element(&list)).ptr)
        if (td_bytes_equal(one, chosen))
            return true;
    return !chosen.ptr;
}

/* A field that a response may have once (RFC 6455, 11.3 and 4.2.2) and has more
 * often; NULL if there is none.
 */
static const char *twice(const struct http_head *head)
{
    static const char *const rows[][2] = {
        {"Upgrade", "Upgrade comes twice"},
        {"Sec-WebSocket-Accept", "Sec-WebSocket-Accept comes twice"},
        {"Sec-WebSocket-Protocol", "Sec-WebSocket-Protocol comes twice"},
        {"Sec-WebSocket-Extensions", "Sec-WebSocket-Extensions comes twice"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (http_count(head, rows[i][0]) > 1)
            return rows[i][1];
    return NULL;
}

enum td_code ws_check_response(const struct http_head *head, const char *key,
                               const char *protocols, struct td_error *err)
{
    char accept[WS_ACCEPT_LEN + 1];
    const char *why = NULL;

    ws_accept_key(accept, td_text(key));
    if (head->status != 101)
        return td_error_set(
            err, TD_PROTOCOL, NULL, 0, "WebSocket refused: HTTP %d %.*s",
            head->status, (int)(head->reason.len < 80 ? head->reason.len : 80),
            (const char *)head->reason.ptr);
    if (head->minor < 1)
        why = "the answer is not HTTP/1.1";
    else if (twice(head))
        why = twice(head);
    else if (!http_same(http_field(head, "Upgrade"), "websocket"))
        why = "the answer does not upgrade to websocket";
    else if (!http_has_token(head, "Connection", "upgrade"))
        why = "the answer lacks Connection: Upgrade";
    else if (!td_bytes_is(http_field(head, "Sec-WebSocket-Accept"), accept))
        why = "Sec-WebSocket-Accept does not match the key";
    else if (http_field(head, "Sec-WebSocket-Extensions").len > 0)
        why = "the server uses an extension that was not offered";
    else if (!protocol_ok(head, protocols))
        why = "the server chose a subprotocol that was not offered";
    if (!why)
        return TD_OK;
    return td_error_set(err, TD_PROTOCOL, NULL, 0, "WebSocket handshake: %s",
                        why);
}

bool ws_is_upgrade(const struct http_head *head)
{
    return http_has_token(head, "Upgrade", "websocket");
}

/* Base64 of exactly 16 bytes. */
static bool key_ok(struct td_bytes key)
{
    struct td_buf nonce = {0};
    bool ok = key.len == WS_KEY_LEN && td_b64_decode(&nonce, key) == TD_OK &&
              nonce.len == 16;

    td_buf_release(&nonce);
    return ok;
}

/* The next protocol that a client offers from field *at on; ptr is NULL if
 * there is no further one. *at and *list are where to go on, at first 0 and
 * empty.
 */
static struct td_bytes next_offer(const struct http_head *head, size_t *at,
                                  struct td_bytes *list)
{
    struct td_bytes one;

    for (;;) {
        while ((one = http_next_element(list)).ptr)
            if (one.len > 0)
                return one;
        if (*at == head->field_count)
            return one;
        if (http_same(head->fields[*at].name, "Sec-WebSocket-Protocol"))
            *list = head->fields[*at].value;
        (*at)++;
    }
}

static bool offers_ok(const struct http_head *head)
{
    struct td_bytes list = {0};
    struct td_bytes one;
    size_t at = 0;

    while ((one = next_offer(head, &at, &list)).ptr)
        if (!http_is_token(one))
            return false;
    return true;
}

int ws_check_request(const struct http_head *head, const char **why)
{
    if (!td_bytes_is(head->method, "GET")) {
        *why = "a WebSocket handshake is a GET";
        return 405;
    }
    if (head->minor < 1 || !http_has_token(head, "Connection", "upgrade")) {
        *why = "a WebSocket handshake needs HTTP/1.1 and Connection: Upgrade";
        return 400;
    }
    if (http_count(head, "Sec-WebSocket-Version") > 1 ||
        http_count(head, "Sec-WebSocket-Key") > 1) {
        *why = "Sec-WebSocket-Version and Sec-WebSocket-Key come once";
        return 400;
    }
    if (!td_bytes_is(http_field(head, "Sec-WebSocket-Version"), "13")) {
        *why = "only WebSocket version 13 is spoken here";
        return 426;
    }
    if (!key_ok(http_field(head, "Sec-WebSocket-Key"))) {
        *why = "Sec-WebSocket-Key is not base64 of 16 bytes";
        return 400;
    }
    if (!offers_ok(head)) {
        *why = "a subprotocol that is not a token";
        return 400;
    }
    *why = "";
    return 101;
}

/* The subprotocol to choose; "" if none is offered. */
static struct td_bytes choose(const struct http_head *head,
                              struct td_bytes wanted)
{
    struct td_bytes list = {0};
    size_t at = 0;
    struct td_bytes first = next_offer(head, &at, &list);

    for (struct td_bytes one = first; one.ptr;
         one = next_offer(head, &at, &list))
        if (wanted.len > 0 && td_bytes_equal(one, wanted))
            return one;
    return first;
}

enum td_code ws_put_response(struct td_buf *out, const struct http_head *head,
                             struct td_bytes wanted)
{
    struct td_bytes protocol = choose(head, wanted);
    char accept[WS_ACCEPT_LEN + 1];
    enum td_code code;

    ws_accept_key(accept, http_field(head, "Sec-WebSocket-Key"));
    code = http_put_status(out, 101);
    if (code == TD_OK)
        code = td_buf_addf(out,
                           "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                           "Sec-WebSocket-Accept: %s\r\n",
                           accept);
    if (code == TD_OK && protocol.len > 0)
        code = http_put_field(out, "Sec-WebSocket-Protocol", protocol);
    return code;
}
