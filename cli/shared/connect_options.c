#include "cli/shared/connect_options.h"

#include "core/fs.h"
#include "core/hex.h"
#include "core/mem.h"
#include "wire/http/url.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define AUTH_MAX    ((size_t)64 * 1024) /* bytes of an auth payload */
#define HEADERS_MAX ((size_t)32 * 1024) /* bytes of a file of headers */

static const char auth_mark[] = "auth=@";

static void add_header(struct cli_dial *dial, struct td_bytes line)
{
    size_t room = (dial->header_count + 2) * sizeof(*dial->headers);

    dial->headers = td_realloc(dial->headers, room);
    dial->headers[dial->header_count++] =
        td_strndup((const char *)line.ptr, line.len);
    dial->headers[dial->header_count] = NULL;
}

/* The next line without its end; empty at the end of the text too. */
static struct td_bytes take_line(struct td_bytes *text)
{
    const uint8_t *end = memchr(text->ptr, '\n', text->len);
    size_t len = end ? (size_t)(end - text->ptr) : text->len;
    struct td_bytes line = {text->ptr, len};

    *text = td_bytes(text->ptr + len + (end != NULL),
                     text->len - len - (end != NULL));
    while (line.len && strchr("\r\t ", line.ptr[line.len - 1]))
        line.len--;
    return line;
}

static enum td_code read_headers_of(struct cli_dial *dial, const char *path,
                                    struct td_error *err)
{
    struct td_buf file = {0};
    struct td_bytes text;
    enum td_code code;

    td_buf_init(&file, HEADERS_MAX);
    code = td_fs_read(&file, path, err);
    text = td_buf_bytes(&file);
    while (!code && text.len) {
        struct td_bytes line = take_line(&text);

        if (line.len)
            add_header(dial, line);
    }
    td_buf_release(&file);
    return code;
}

static enum td_code read_headers(struct cli_dial *dial,
                                 const char *const *headers,
                                 struct td_error *err)
{
    enum td_code code = TD_OK;

    for (size_t i = 0; headers[i] && !code; i++) {
        if (headers[i][0] == '@')
            code = read_headers_of(dial, headers[i] + 1, err);
        else
            add_header(dial, td_text(headers[i]));
    }
    return code;
}

/* Whether text is a JSON object. The server gets the text as it stands: what a
 * number is to Jansson does not matter, nor that of equal keys it keeps one.
 * Its words are not shown, for they quote the text, which is a secret.
 */
static enum td_code check_auth(struct td_bytes text, const char *where,
                               struct td_error *err)
{
    json_error_t why;
    json_t *auth = json_loadb((const char *)text.ptr, text.len,
                              JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &why);
    bool fits = json_is_object(auth);

    if (!auth)
        (void)td_error_set(err, TD_USAGE, where, 0,
                           "the auth payload is not a JSON object: it is wrong "
                           "in line %d at column %d",
                           why.line, why.column);
    else if (!fits)
        (void)td_error_set(err, TD_USAGE, where, 0,
                           "the auth payload is not a JSON object");
    json_decref(auth);
    return fits ? TD_OK : TD_USAGE;
}

/* A JSON object, or @FILE that holds one. */
static enum td_code read_auth(struct td_buf *auth, const char *text,
                              const char *where, struct td_error *err)
{
    enum td_code code;

    td_buf_release(auth);
    td_buf_init(auth, AUTH_MAX);
    if (text[0] == '@')
        code = td_fs_read(auth, text + 1, err);
    else
        code = td_buf_add_text(auth, text);
    return code ? code : check_auth(td_buf_bytes(auth), where, err);
}

enum td_code cli_dial_read(struct cli_dial *dial,
                           struct wire_client_options *client,
                           const struct cli_args *args, struct td_error *err)
{
    const char *transport = cli_text(args, "transport");
    const char *auth = cli_text(args, "auth");
    enum td_code code = read_headers(dial, cli_list(args, "header"), err);

    if (!code && auth)
        code = read_auth(&dial->auth, auth, "--auth", err);
    client->headers = (const char *const *)dial->headers;
    client->path = cli_text(args, "path");
    client->polling_only = !strcmp(transport, "polling");
    client->websocket_only = !strcmp(transport, "websocket");
    client->connect_ns = cli_number(args, "connect-timeout");
    client->tls.ca_file = cli_text(args, "ca");
    client->tls.server_name = cli_text(args, "server-name");
    client->tls.insecure = cli_flag(args, "insecure");
    return code;
}

/* "auth=@FILE" in the query of a Socket.IO URL; NULL if there is none. */
static const char *find_auth(const char *url)
{
    const struct wire_url_kind *kind = wire_url_kind(td_text(url));
    bool sio = kind && kind->scheme == WIRE_SCHEME_SIO;
    const char *at = sio ? strchr(url, '?') : NULL;

    while (at && strncmp(at + 1, auth_mark, strlen(auth_mark)) != 0)
        at = strchr(at + 1, '&');
    return at ? at + 1 : NULL;
}

/* The URL without the part at `at`, which is `len` long. */
static void cut_out(struct td_buf *out, const char *url, const char *at,
                    size_t len)
{
    bool last = at[len] == '\0';

    (void)td_buf_add(out, url, (size_t)(at - url) - last);
    (void)td_buf_add_text(out, at + len + !last);
}

enum td_code cli_dial_url(struct cli_dial *dial,
                          struct wire_client_options *client, const char *url,
                          struct td_error *err)
{
    const char *at = find_auth(url);
    size_t len = at ? strcspn(at, "&") : 0;
    struct td_buf file = {0};
    enum td_code code;

    client->url = url;
    client->auth = dial->auth.len ? td_buf_str(&dial->auth) : NULL;
    if (!at)
        return TD_OK;
    td_buf_clear(&dial->url);
    cut_out(&dial->url, url, at, len);
    client->url = td_buf_str(&dial->url);
    /* The "@" of the mark is read_auth()'s. */
    code = td_percent_decode(&file, td_bytes(at + strlen(auth_mark) - 1,
                                             len - strlen(auth_mark) + 1));
    if (code)
        code = td_error_set(err, TD_USAGE, "?auth=@", 0,
                            "the name of the file is not percent-encoded");
    else
        code = read_auth(&dial->url_auth, td_buf_str(&file), "?auth=@", err);
    client->auth = td_buf_str(&dial->url_auth);
    td_buf_release(&file);
    return code;
}

void cli_dial_release(struct cli_dial *dial)
{
    for (size_t i = 0; i < dial->header_count; i++)
        free(dial->headers[i]);
    free(dial->headers);
    td_buf_release(&dial->auth);
    td_buf_release(&dial->url);
    td_buf_release(&dial->url_auth);
}
