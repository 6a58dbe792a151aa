/* What a client session is told once: copies, header lines, where to dial. */
#include "wire/client/client_internal.h"

#include "core/b64.h"
#include "core/mem.h"

#include <stdlib.h>

/* A NULL-terminated list of copies; NULL if there is none. */
static const char *const *copy_list(const char *const *list)
{
    size_t count = 0;
    char **copy;

    if (!list)
        return NULL;
    while (list[count])
        count++;
    copy = td_calloc(count + 1, sizeof(*copy));
    for (size_t i = 0; i < count; i++)
        copy[i] = td_strdup(list[i]);
    return (const char *const *)copy;
}

static const char *copy_text(const char *text)
{
    return text ? td_strdup(text) : NULL;
}

void client_options_copy(struct wire_client_options *to,
                         const struct wire_client_options *from)
{
    *to = *from;
    to->url = td_strdup(from->url);
    to->headers = copy_list(from->headers);
    to->namespaces = copy_list(from->namespaces);
    to->protocols = copy_list(from->protocols);
    to->path = copy_text(from->path);
    to->auth = copy_text(from->auth);
    to->last_event_id = copy_text(from->last_event_id);
    to->tls.ca_file = copy_text(from->tls.ca_file);
    to->tls.server_name = copy_text(from->tls.server_name);
    to->tls.cert_file = copy_text(from->tls.cert_file);
    to->tls.key_file = copy_text(from->tls.key_file);
}

/* The copies are ours although the options call them const. */
static void free_text(const char *text)
{
    free((void *)(uintptr_t)text);
}

static void free_list(const char *const *list)
{
    for (size_t i = 0; list && list[i]; i++)
        free_text(list[i]);
    free((void *)(uintptr_t)list);
}

void client_options_release(struct wire_client_options *options)
{
    free_text(options->url);
    free_list(options->headers);
    free_list(options->namespaces);
    free_list(options->protocols);
    free_text(options->path);
    free_text(options->auth);
    free_text(options->last_event_id);
    free_text(options->tls.ca_file);
    free_text(options->tls.server_name);
    free_text(options->tls.cert_file);
    free_text(options->tls.key_file);
}

char *client_protocols(const struct wire_client_options *options)
{
    struct td_buf list = {0};
    char *text;

    if (!options->protocols || !options->protocols[0])
        return NULL;
    for (size_t i = 0; options->protocols[i]; i++)
        (void)td_buf_addf(&list, "%s%s", i > 0 ? ", " : "",
                          options->protocols[i]);
    text = td_strdup(td_buf_str(&list));
    td_buf_release(&list);
    return text;
}

void client_set_dial(struct wire_client *c)
{
    c->dial = (struct wire_dial){
        .host = c->url.host,
        .port = c->url.port,
        .unix_path = c->url.unix_path,
        .tls = c->url.tls ? &c->options.tls : NULL,
        .timeout_ns = c->options.connect_ns,
    };
}

static enum td_code put_authorization(struct td_buf *out, const char *user)
{
    struct td_buf value = {0};
    enum td_code code = td_buf_add_text(&value, "Basic ");

    if (code == TD_OK)
        code = td_b64_encode(&value, td_text(user));
    if (code == TD_OK)
        code = http_put_field(out, "Authorization", td_buf_bytes(&value));
    td_buf_release(&value);
    return code;
}

/* What the request itself depends on, and how it is said instead. */
static const char *mend_of(const char *name)
{
    static const char *const rows[][2] = {
        {"Connection", ""},
        {"Content-Length", ""},
        {"Transfer-Encoding", ""},
        {"Upgrade", ""},
        {"Sec-WebSocket-Key", ""},
        {"Sec-WebSocket-Version", ""},
        {"Sec-WebSocket-Extensions", ""},
        {"Sec-WebSocket-Protocol", "offer it with --protocol NAME"},
        {"Last-Event-ID", "say it with --last-event-id ID"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (http_same(td_text(name), rows[i][0]))
            return *rows[i][1] ? rows[i][1] : "leave it out";
    return NULL;
}

static enum td_code refuse_own(const char *name, struct td_error *err)
{
    (void)td_error_set(err, TD_USAGE, "-H", 0,
                       "the header %s is written by the client itself", name);
    return td_error_hint(err, "%s", mend_of(name));
}

/* One "Name: value" of the owner's. */
static enum td_code put_header(struct td_buf *out, const char *header,
                               struct td_error *err)
{
    const char *colon = strchr(header, ':');
    const char *value = colon ? colon + 1 : "";
    char *name;
    enum td_code code;

    if (!colon || colon == header)
        return td_error_set(err, TD_USAGE, "-H", 0,
                            "a header is \"Name: value\", but one has no name");
    while (*value == ' ' || *value == '\t')
        value++;
    name = td_strndup(header, (size_t)(colon - header));
    code = http_put_field(out, name, td_text(value));
    if (mend_of(name))
        code = refuse_own(name, err);
    else if (code != TD_OK)
        (void)td_error_set(err, TD_USAGE, NULL, 0,
                           "the header %.60s cannot be sent: line break, NUL "
                           "or a bad name",
                           name);
    free(name);
    return code;
}

bool client_has_header(const struct wire_client_options *options,
                       const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; options->headers && options->headers[i]; i++) {
        const char *header = options->headers[i];

        if (strlen(header) > len && header[len] == ':' &&
            http_same(td_bytes(header, len), name))
            return true;
    }
    return false;
}

enum td_code client_put_fields(struct wire_client *c, bool own,
                               struct td_error *err)
{
    const char *const *headers = own ? c->options.headers : NULL;
    struct td_buf *out = &c->fields;
    enum td_code code = TD_OK;

    td_buf_clear(out);
    td_buf_clear(&c->text);
    (void)wire_url_authority(&c->text, &c->url);
    if (!headers || !client_has_header(&c->options, "Host"))
        code = http_put_field(out, "Host", td_buf_bytes(&c->text));
    if (code == TD_OK &&
        (!headers || !client_has_header(&c->options, "User-Agent")))
        code = http_put_field(out, "User-Agent", td_text("tapedeck"));
    if (code == TD_OK && c->url.user &&
        (!headers || !client_has_header(&c->options, "Authorization")))
        code = put_authorization(out, c->url.user);
    if (code != TD_OK)
        return td_error_set(err, TD_USAGE, c->public_url, 0,
                            "the host cannot be put into a request");
    for (size_t i = 0; headers && headers[i] && code == TD_OK; i++)
        code = put_header(out, headers[i], err);
    return code;
}

static bool same_origin(const struct wire_url *a, const struct wire_url *b)
{
    const char *host_a = a->host ? a->host : a->unix_path;
    const char *host_b = b->host ? b->host : b->unix_path;

    return a->tls == b->tls && a->port == b->port && host_a && host_b &&
           !strcmp(host_a, host_b);
}

enum td_code client_move(struct wire_client *c, struct td_bytes location,
                         struct td_error *err)
{
    struct wire_url next = {0};
    struct td_buf text = {0};
    bool same;
    enum td_code code;

    wire_url_resolve(&text, &c->url, location);
    code = wire_url_parse(&next, td_buf_str(&text), NULL);
    td_buf_release(&text);
    same = code == TD_OK && same_origin(&c->url, &next);
    if (code != TD_OK || next.scheme != WIRE_SCHEME_HTTP ||
        (next.unix_path && !same)) {
        wire_url_release(&next);
        return td_error_set(err, TD_PROTOCOL, c->public_url, 0,
                            "redirected to something that is not HTTP");
    }
    if (same && !next.user && c->url.user)
        next.user = td_strdup(c->url.user);
    wire_url_release(&c->url);
    c->url = next;
    client_set_dial(c);
    c->crossed = c->crossed || !same;
    return client_put_fields(c, !c->crossed, err);
}
