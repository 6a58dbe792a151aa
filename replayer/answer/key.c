#include "replayer/answer/key.h"

#include "core/mem.h"
#include "core/secret_name.h"
#include "replayer/answer/mark.h"
#include "wire/eio/eio.h"
#include "wire/http/form.h"
#include "wire/http/http.h"
#include "wire/sio/packet.h"

#include <stdlib.h>

/* ---- the list ---- */

static enum td_code add_name(const char **names, uint32_t *len,
                             const char *name, struct td_error *err)
{
    if (!*name || *len == PLAY_KEYS_MAX)
        return td_error_set(err, TD_USAGE, "--match", 0,
                            *name ? "names more than 64 parameters or headers"
                                  : "a name is missing");
    names[(*len)++] = name;
    return TD_OK;
}

static enum td_code read_word(struct play_keys *keys, const char *word,
                              struct td_error *err)
{
    const struct {
        const char *name;
        bool *flag;
    } parts[] = {{"method", &keys->method},
                 {"path", &keys->path},
                 {"query", &keys->query},
                 {"body", &keys->body}};

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (strcmp(parts[i].name, word) != 0)
            continue;
        *parts[i].flag = true;
        return TD_OK;
    }
    if (!strncmp(word, "query:", 6))
        return add_name(keys->params, &keys->params_len, word + 6, err);
    if (!strncmp(word, "header:", 7))
        return add_name(keys->fields, &keys->fields_len, word + 7, err);
    (void)td_error_set(err, TD_USAGE, "--match", 0,
                       "there is nothing called \"%s\" in a request", word);
    return td_error_hint(err, "write some of method, path, query, body, "
                              "query:NAME, header:NAME with commas between");
}

enum td_code play_keys_read(struct play_keys *keys, const char *text,
                            struct td_error *err)
{
    enum td_code code = TD_OK;
    char *next;

    keys->words = td_strdup(text);
    next = keys->words;
    while (next && !code) {
        char *word = next;

        next = strchr(word, ',');
        if (next)
            *next++ = '\0';
        code = read_word(keys, word, err);
    }
    return code;
}

static void put_word(struct td_buf *out, const char *what, const char *name)
{
    (void)td_buf_addf(out, "%s%s%s", out->len ? "," : "", what, name);
}

void play_keys_bodiless(struct td_buf *out, const struct play_keys *keys)
{
    if (!keys->body)
        return;
    if (keys->method)
        put_word(out, "method", "");
    if (keys->path)
        put_word(out, "path", "");
    if (keys->query)
        put_word(out, "query", "");
    for (uint32_t i = 0; i < keys->params_len; i++)
        put_word(out, "query:", keys->params[i]);
    for (uint32_t i = 0; i < keys->fields_len; i++)
        put_word(out, "header:", keys->fields[i]);
}

static void release_names(struct play_names *names)
{
    for (uint32_t i = 0; i < names->len; i++)
        free(names->list[i]);
    free(names->list);
}

void play_keys_release(struct play_keys *keys)
{
    release_names(&keys->redacted);
    release_names(&keys->redacted_pairs);
    free(keys->words);
    *keys = (struct play_keys){0};
}

/* ---- parameters of a query ---- */

struct param {
    struct http_pair pair;
    uint32_t order;
};

static struct td_bytes query_of(struct td_bytes target)
{
    const uint8_t *mark =
        target.len ? memchr(target.ptr, '?', target.len) : NULL;
    size_t before = mark ? (size_t)(mark - target.ptr) + 1 : target.len;

    return mark ? td_bytes(mark + 1, target.len - before) : td_bytes(NULL, 0);
}

static bool is_redacted(struct td_bytes value)
{
    return td_bytes_is(value, HTTP_HIDDEN) || play_has_mark(value);
}

static bool is_listed(const struct play_names *names, struct td_bytes name)
{
    for (uint32_t i = 0; i < names->len; i++)
        if (td_bytes_is(name, names->list[i]))
            return true;
    return false;
}

/* Pairs whose values are not on the tape. */
static void learn_pairs(struct play_names *names, struct td_bytes rest)
{
    while (rest.len) {
        struct http_pair pair = http_pair_next(&rest);

        if (!pair.value.ptr || !is_redacted(pair.value) ||
            names->len == PLAY_PARAMS_MAX || is_listed(names, pair.name))
            continue;
        names->list =
            td_list_room(names->list, names->len, sizeof(*names->list));
        names->list[names->len++] = td_strndup(pair.name.ptr, pair.name.len);
    }
}

void play_keys_learn(struct play_keys *keys, struct td_bytes target,
                     struct td_bytes body)
{
    struct td_bytes pairs;

    learn_pairs(&keys->redacted, query_of(target));
    if (http_form_read(&pairs, body))
        learn_pairs(&keys->redacted_pairs, pairs);
}

void play_keys_learn_field(struct play_keys *keys, const char *name,
                           struct td_bytes value)
{
    for (uint32_t i = 0; i < keys->fields_len; i++)
        if (http_same(td_text(name), keys->fields[i]) && play_has_mark(value))
            keys->fields_redacted[i] = true;
}

static int by_name(const void *a, const void *b)
{
    const struct param *x = a;
    const struct param *y = b;
    struct td_bytes m = x->pair.name;
    struct td_bytes n = y->pair.name;
    size_t least = m.len < n.len ? m.len : n.len;
    int order = least ? memcmp(m.ptr, n.ptr, least) : 0;

    if (!order && m.len != n.len)
        order = m.len < n.len ? -1 : 1;
    return order ? order : (x->order < y->order ? -1 : 1);
}

static bool is_wanted(const struct play_keys *keys, struct td_bytes name,
                      bool engine_io)
{
    if (engine_io && td_bytes_is(name, "t"))
        return false;
    for (uint32_t i = 0; i < keys->params_len && !keys->query; i++)
        if (td_bytes_is(name, keys->params[i]))
            return true;
    return keys->query;
}

static bool is_hidden(const struct play_keys *keys, struct td_bytes name,
                      bool shown)
{
    return is_listed(&keys->redacted, name) || (shown && td_secret_name(name));
}

static void put_params(struct td_buf *out, const struct play_keys *keys,
                       struct td_bytes query, bool shown)
{
    struct param params[PLAY_PARAMS_MAX];
    bool engine_io = eio_query_parse(query).version.len > 0;
    uint32_t len = 0;

    while (query.len && len < PLAY_PARAMS_MAX) {
        params[len] =
            (struct param){.pair = http_pair_next(&query), .order = len};
        len += is_wanted(keys, params[len].pair.name, engine_io);
    }
    if (len > 1)
        qsort(params, len, sizeof(*params), by_name);
    for (uint32_t i = 0; i < len; i++) {
        const struct http_pair *pair = &params[i].pair;
        bool hidden = is_hidden(keys, pair->name, shown);

        (void)td_buf_add_byte(out, i ? '&' : '?');
        (void)td_buf_add_bytes(out, hidden ? pair->name : pair->whole);
        if (hidden)
            (void)td_buf_add_text(out, "=" HTTP_HIDDEN);
    }
    if (query.len)
        (void)td_buf_add_bytes(out, shown ? td_text("&...") : query);
}

/* ---- keys ---- */

static void put_space(struct td_buf *out)
{
    if (out->len)
        (void)td_buf_add_byte(out, ' ');
}

static void put_fields(struct td_buf *out, const struct play_keys *keys,
                       const struct play_asked *asked, bool shown)
{
    for (uint32_t i = 0; i < keys->fields_len; i++) {
        const char *name = keys->fields[i];
        struct td_bytes value = asked->field(asked->ctx, name);
        bool hidden = shown && (keys->fields_redacted[i] ||
                                td_secret_name(td_text(name)));

        if (!value.ptr)
            continue;
        put_space(out);
        (void)td_buf_addf(out, "%s: ", name);
        (void)td_buf_add_bytes(out, hidden ? td_text("***") : value);
    }
}

/* shown: as it may be told, without values that are secrets. */
static void put_name(struct td_buf *out, const struct play_keys *keys,
                     const struct play_asked *asked, bool shown)
{
    struct td_bytes query = query_of(asked->target);
    size_t path = asked->target.len - (query.ptr ? query.len + 1 : 0);
    struct td_buf plain = {0};

    if (keys->method)
        (void)td_buf_add_bytes(&plain, asked->method);
    if (keys->method &&
        http_same(asked->field(asked->ctx, "Upgrade"), "websocket"))
        (void)td_buf_add_text(&plain, " (WebSocket)");
    if (keys->path) {
        put_space(&plain);
        (void)td_buf_add(&plain, asked->target.ptr, path);
    }
    put_params(&plain, keys, query, shown);
    put_fields(&plain, keys, asked, shown);
    (void)td_json_escape_any(out, td_buf_bytes(&plain));
    td_buf_release(&plain);
}

/* JSON-RPC says that it is; others have members of those names, too. */
static bool is_rpc(const struct td_json_doc *doc)
{
    uint32_t version =
        doc->len ? td_json_member(doc, 0, td_text("jsonrpc")) : 0;

    return version && doc->values[version].kind == TD_JSON_STRING;
}

/* A form without the values that are not on the tape; nothing if it is none. */
static void put_form(struct td_buf *out, const struct play_names *names,
                     struct td_bytes body)
{
    struct td_bytes rest;

    if (!names->len || !http_form_read(&rest, body))
        return;
    body = td_bytes(rest.ptr + rest.len, body.len - rest.len);
    while (rest.len) {
        struct http_pair pair = http_pair_next(&rest);
        bool hidden = pair.value.ptr && is_listed(names, pair.name);

        (void)td_buf_add_bytes(out, hidden ? pair.name : pair.whole);
        if (hidden)
            (void)td_buf_add_text(out, "=" HTTP_HIDDEN);
        if (rest.ptr[-1] == '&')
            (void)td_buf_add_byte(out, '&');
    }
    (void)td_buf_add_bytes(out, body);
}

/* What is compared of a body or message. */
static void read_body(struct play_key *key, struct td_bytes body)
{
    key->said.text = body;
    play_rpc_read(&key->rpc, &key->doc, body);
    if (!is_rpc(&key->doc)) {
        key->rpc = (struct play_rpc){.kind = PLAY_RPC_OTHER};
        return;
    }
    if (key->rpc.kind != PLAY_RPC_REQUEST && key->rpc.kind != PLAY_RPC_NOTE)
        return;
    play_rpc_compared(&key->text, &key->rpc, &key->doc);
    key->said.text = td_buf_bytes(&key->text);
}

static void begin(struct play_key *key)
{
    td_buf_clear(&key->name);
    td_buf_clear(&key->shown);
    td_buf_clear(&key->text);
    key->rpc = (struct play_rpc){.kind = PLAY_RPC_OTHER};
    key->said = (struct play_said){.text = td_text("")};
}

static void end(struct play_key *key)
{
    if (key->rpc.method.len) {
        put_space(&key->name);
        (void)td_buf_add_bytes(&key->name, key->rpc.method);
    }
    key->said.name = td_buf_bytes(&key->name);
}

void play_key_make(struct play_key *key, const struct play_keys *keys,
                   const struct play_asked *asked)
{
    begin(key);
    put_name(&key->name, keys, asked, false);
    put_name(&key->shown, keys, asked, true);
    if (keys->body)
        put_form(&key->text, &keys->redacted_pairs, asked->body);
    if (key->text.len)
        key->said.text = td_buf_bytes(&key->text);
    else if (keys->body)
        read_body(key, asked->body);
    if (key->rpc.method.len) {
        put_space(&key->shown);
        (void)td_buf_add_bytes(&key->shown, key->rpc.method);
    }
    end(key);
}

void play_key_message(struct play_key *key, struct td_bytes message,
                      bool binary)
{
    begin(key);
    if (binary) {
        (void)td_buf_add_text(&key->name, "binary");
        key->said.text = message;
    } else {
        read_body(key, message);
    }
    end(key);
}

/* `admin login`, `connect`, `ack 3`: where and what it is. */
void play_key_packet(struct play_key *key, const struct td_event *ev)
{
    const struct td_bytes parts[] = {ev->kind, ev->ns, ev->name};

    begin(key);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (!parts[i].len)
            continue;
        put_space(&key->name);
        (void)td_buf_add_bytes(&key->name, parts[i]);
    }
    if (ev->ack.len) {
        put_space(&key->name);
        (void)td_buf_add_text(&key->name, "ack ");
        (void)td_buf_add_bytes(&key->name, ev->ack);
    }
    if (ev->att.len)
        (void)td_json_escape_any(&key->name, ev->att);
    if (!td_bytes_is(ev->kind, SIO_KIND_CONNECT))
        key->said.text = ev->payload;
    end(key);
}

void play_key_release(struct play_key *key)
{
    td_buf_release(&key->name);
    td_buf_release(&key->shown);
    td_buf_release(&key->text);
    td_json_release(&key->doc);
    *key = (struct play_key){0};
}
