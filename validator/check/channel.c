#include "validator/check/channel.h"

#include "core/buf.h"
#include "core/hex.h"
#include "core/json.h"
#include "core/mem.h"

#include <stdlib.h>

struct check_channel {
    bool known;
    bool of_socket_io;
    char *place;    /* path and query, as they came; or NULL */
    char *ns;       /* that takes is for */
    uint8_t *takes; /* a bit an event; NULL: all */
};

struct check_channels {
    const struct check_contract *contract;
    struct td_json_doc doc;
    struct check_channel **list; /* by number of the connection */
    uint32_t len;
};

/* ---- an address and a path ---- */

static struct td_bytes trim(struct td_bytes text)
{
    while (text.len > 0 && text.ptr[0] == '/')
        text = td_bytes(text.ptr + 1, text.len - 1);
    while (text.len > 0 && text.ptr[text.len - 1] == '/')
        text.len--;
    return text;
}

/* The last segment, which is taken off. */
static struct td_bytes last_segment(struct td_bytes *text)
{
    const uint8_t *slash = memrchr(text->ptr, '/', text->len);
    size_t at = slash ? (size_t)(slash - text->ptr) + 1 : 0;
    struct td_bytes last = td_bytes(text->ptr + at, text->len - at);

    text->len = slash ? at - 1 : 0;
    return last;
}

/* Where the parameter that begins here ends; 0: none begins. */
static size_t parameter(struct td_bytes p, size_t at)
{
    const uint8_t *end = NULL;

    if (at < p.len && p.ptr[at] == '{')
        end = memchr(p.ptr + at, '}', p.len - at);
    return end ? (size_t)(end - p.ptr) + 1 : 0;
}

/* A parameter that is wanted, and what an address has in its place. */
struct wanted {
    struct td_bytes name;
    struct td_buf *value;
};

/* A segment and the parameter in it that may still become longer. */
struct tried {
    size_t from; /* where it begins in the pattern, and in the text */
    size_t start;
    size_t again;   /* behind it in the pattern; 0: there was none */
    size_t again_i; /* how far it goes */
};

static void take_value(const struct wanted *w, struct td_bytes p,
                       const struct tried *t, struct td_bytes s, size_t end)
{
    struct td_bytes name =
        td_bytes(p.ptr + t->from + 1, t->again - t->from - 2);

    if (!w || t->again == 0 || !td_bytes_equal(name, w->name))
        return;
    td_buf_clear(w->value);
    (void)td_buf_add(w->value, s.ptr + t->start, end - t->start);
}

/* As of a glob: only the last parameter needs to be tried again. */
static bool segment_is(struct td_bytes p, struct td_bytes s,
                       const struct wanted *w)
{
    struct tried t = {0};
    size_t at = 0;
    size_t i = 0;

    while (i < s.len) {
        size_t end = parameter(p, at);

        if (end > 0) {
            take_value(w, p, &t, s, i - (at - t.again));
            t = (struct tried){at, i, end, i + 1};
        } else if (at < p.len && p.ptr[at] == s.ptr[i]) {
            at++;
            i++;
            continue;
        } else if (t.again > 0) {
            t.again_i++;
        } else {
            return false;
        }
        at = t.again;
        i = t.again_i;
    }
    if (at != p.len || i != s.len)
        return false;
    take_value(w, p, &t, s, s.len - (p.len - t.again));
    return true;
}

/* Whether a text has the address at its end, or is it as a whole. */
static bool address_is(struct td_bytes address, struct td_bytes text,
                       bool whole, const struct wanted *w)
{
    address = trim(address);
    text = trim(text);
    if (address.len == 0)
        return text.len == 0;
    while (address.len > 0) {
        struct td_bytes segment = last_segment(&address);

        if (text.len == 0 || !segment_is(segment, last_segment(&text), w))
            return false;
    }
    return !whole || text.len == 0;
}

/* ---- what a connection is at ---- */

/* Behind "scheme://host", or "scheme+unix:/socket:". */
static struct td_bytes path_of(struct td_bytes url)
{
    const uint8_t *at = memmem(url.ptr, url.len, "://", 3);
    size_t from = 0;

    if (at) {
        from = (size_t)(at - url.ptr) + 3;
        while (from < url.len && url.ptr[from] != '/' && url.ptr[from] != '?')
            from++;
    } else if ((at = memmem(url.ptr, url.len, "+unix:", 6)) != NULL) {
        from = (size_t)(at - url.ptr) + 6;
        at = memmem(url.ptr + from, url.len - from, ":/", 2);
        from = at ? (size_t)(at - url.ptr) + 1 : url.len;
    }
    return td_bytes(url.ptr + from, url.len - from);
}

static bool decoded_is(struct td_bytes address, struct td_bytes text,
                       bool whole, const struct wanted *w)
{
    struct td_buf plain = {0};
    bool is = td_percent_decode(&plain, text) == TD_OK &&
              address_is(address, td_buf_bytes(&plain), whole, w);

    td_buf_release(&plain);
    return is;
}

/* A value of the query may be the address, as a topic. */
static bool query_is(struct td_bytes address, struct td_bytes query,
                     const struct wanted *w)
{
    while (query.len > 0) {
        const uint8_t *end = memchr(query.ptr, '&', query.len);
        size_t len = end ? (size_t)(end - query.ptr) : query.len;
        const uint8_t *is = memchr(query.ptr, '=', len);

        if (is &&
            decoded_is(address,
                       td_bytes(is + 1, (size_t)(query.ptr + len - is) - 1),
                       true, w))
            return true;
        if (!end)
            break;
        query = td_bytes(end + 1, query.len - len - 1);
    }
    return false;
}

/* w may be NULL. */
static bool is_at(const struct check_channel *c, struct td_bytes address,
                  const struct wanted *w)
{
    struct td_bytes place = td_text(c->place ? c->place : "");
    const uint8_t *mark = memchr(place.ptr, '?', place.len);
    size_t len = mark ? (size_t)(mark - place.ptr) : place.len;

    if (c->of_socket_io && address_is(address, td_text(c->ns), true, w))
        return true;
    if (trim(address).len == 0)
        return !c->of_socket_io; /* it says nothing */
    return decoded_is(address, td_bytes(place.ptr, len), false, w) ||
           (mark &&
            query_is(address, td_bytes(mark + 1, place.len - len - 1), w));
}

static void set_bit(uint8_t *bits, uint32_t i)
{
    bits[i / 8] |= (uint8_t)(1U << (i % 8));
}

/* Which events may come there. */
static void look(const struct check_channels *all, struct check_channel *c)
{
    const struct check_contract *k = all->contract;
    bool any = false;

    free(c->takes);
    c->takes = td_calloc((size_t)k->events_len / 8 + 1, 1);
    for (uint32_t i = 0; i < k->events_len; i++) {
        if (!k->events[i].has_channel)
            set_bit(c->takes, i);
    }
    for (uint32_t i = 0; i < k->channels_len; i++) {
        struct td_bytes address = td_text(k->channels[i].address);

        if (!is_at(c, address, NULL))
            continue;
        any = any || c->of_socket_io || trim(address).len > 0;
        set_bit(c->takes, k->channels[i].event);
    }
    c->known = true;
    if (any)
        return;
    free(c->takes);
    c->takes = NULL;
}

/* ---- connections ---- */

bool check_channels_tell(const struct check_contract *k)
{
    for (uint32_t i = 0; i < k->events_len && k->channels_len > 0; i++) {
        if (!k->events[i].has_channel)
            return true;
    }
    for (uint32_t i = 0; i < k->channels_len; i++) {
        if (k->channels[i].parameters_len > 0 ||
            strcmp(k->channels[i].address, k->channels[0].address) != 0)
            return true;
    }
    return false;
}

struct check_channels *check_channels_new(const struct check_contract *contract)
{
    struct check_channels *all;

    if (contract->channels_len == 0)
        return NULL;
    all = td_calloc(1, sizeof(*all));
    all->contract = contract;
    return all;
}

static void free_channel(struct check_channel *c)
{
    if (!c)
        return;
    free(c->place);
    free(c->ns);
    free(c->takes);
    free(c);
}

void check_channels_free(struct check_channels *channels)
{
    if (!channels)
        return;
    for (uint32_t i = 0; i < channels->len; i++)
        free_channel(channels->list[i]);
    free(channels->list);
    td_json_release(&channels->doc);
    free(channels);
}

/* The entry of a connection, made if it is not there; NULL: too many. */
static struct check_channel **entry_of(struct check_channels *all,
                                       uint32_t conn)
{
    if (conn >= CHECK_CHANNEL_CONNECTIONS)
        return NULL;
    if (conn >= all->len) {
        uint32_t len = conn + 1 + conn / 2;

        all->list = td_realloc(all->list, len * sizeof(*all->list));
        memset(all->list + all->len, 0, (len - all->len) * sizeof(*all->list));
        all->len = len;
    }
    return &all->list[conn];
}

/* The text of a member of the payload, unescaped; false: there is none. */
static bool text_of(struct check_channels *all, const struct td_event *ev,
                    const char *pointer, struct td_buf *out)
{
    uint32_t at;

    if (td_json_parse(&all->doc, ev->payload, TD_JSON_DEPTH, NULL))
        return false;
    at = td_json_pointer(&all->doc, 0, pointer);
    if (at == UINT32_MAX || all->doc.values[at].kind != TD_JSON_STRING)
        return false;
    (void)td_json_unescape(out, td_json_inner(&all->doc, at));
    return true;
}

static void begin(struct check_channels *all, const struct td_event *ev,
                  struct td_bytes url, bool is_target)
{
    struct check_channel **entry = entry_of(all, ev->conn);
    struct td_bytes path =
        is_target && url.len > 0 && url.ptr[0] == '/' ? url : path_of(url);

    if (!entry)
        return;
    free_channel(*entry);
    *entry = td_calloc(1, sizeof(**entry));
    (*entry)->of_socket_io = url.len > 3 && !memcmp(url.ptr, "sio", 3);
    (*entry)->place = td_strndup(path.ptr, path.len);
}

void check_channels_see(struct check_channels *channels,
                        const struct td_event *ev)
{
    bool request = td_bytes_is(ev->kind, TD_KIND_REQUEST);
    struct td_buf text = {0};

    if (request || td_bytes_is(ev->kind, TD_KIND_OPEN)) {
        if (text_of(channels, ev, request ? "/target" : "/url", &text) &&
            text.len > 0)
            begin(channels, ev, td_buf_bytes(&text), request);
        td_buf_release(&text);
    } else if (td_bytes_is(ev->kind, TD_KIND_CLOSE) &&
               ev->conn < channels->len) {
        free_channel(channels->list[ev->conn]);
        channels->list[ev->conn] = NULL;
    }
}

const struct check_channel *check_channels_of(struct check_channels *channels,
                                              const struct td_event *ev)
{
    struct check_channel *c =
        ev->conn < channels->len ? channels->list[ev->conn] : NULL;
    struct td_bytes ns = ev->ns.len > 0 ? ev->ns : td_text("/");

    if (!c)
        return NULL;
    if (!c->known || !td_bytes_is(ns, c->ns)) {
        c->of_socket_io = c->of_socket_io || ev->ns.len > 0;
        free(c->ns);
        c->ns = td_strndup(ns.ptr, ns.len);
        look(channels, c);
    }
    return c->takes ? c : NULL;
}

bool check_channel_takes(const struct check_channel *channel, uint32_t event)
{
    return (channel->takes[event / 8] & (1U << (event % 8))) != 0;
}

bool check_channel_is_at(const struct check_channel *channel,
                         const char *address)
{
    return is_at(channel, td_text(address), NULL);
}

bool check_channel_value(const struct check_channel *channel,
                         const char *address, const char *name,
                         struct td_buf *value)
{
    const struct wanted w = {td_text(name), value};

    td_buf_clear(value);
    return is_at(channel, td_text(address), &w) && value->len > 0;
}

const char *check_channel_place(const struct check_channel *channel)
{
    return channel->of_socket_io ? channel->ns : channel->place;
}
