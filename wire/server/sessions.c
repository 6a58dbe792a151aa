/* Which Socket.IO session has an id, and which peers it has. */
#include "wire/server/server_internal.h"

struct wire_peer *server_session_peer(const struct server_sio *s,
                                      struct td_bytes ns)
{
    struct wire_peer *peer = s->peers;

    while (peer && ns.ptr && !td_bytes_is(ns, peer->ns))
        peer = peer->sibling;
    return peer;
}

void server_session_leave(struct wire_peer *peer)
{
    struct wire_peer **at = &peer->sio->peers;

    while (*at && *at != peer)
        at = &(*at)->sibling;
    if (*at)
        *at = peer->sibling;
}

/* FNV-1a. The ids are our own, and random: nobody can aim at one bucket. */
static struct server_sio **bucket_of(struct wire_server *server,
                                     struct td_bytes sid)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < sid.len; i++)
        hash = (hash ^ sid.ptr[i]) * 16777619u;
    return &server->buckets[hash & (SERVER_BUCKETS - 1)];
}

void server_session_add(struct server_sio *s)
{
    struct server_sio **bucket =
        bucket_of(s->server, td_text(eio_server_sid(s->eio)));

    s->bucket_next = *bucket;
    *bucket = s;
    s->server->session_count++;
}

void server_session_remove(struct server_sio *s)
{
    struct server_sio **at =
        bucket_of(s->server, td_text(eio_server_sid(s->eio)));

    while (*at && *at != s)
        at = &(*at)->bucket_next;
    if (*at)
        *at = s->bucket_next;
    s->server->session_count--;
    if (s->fed)
        s->fed->fed = NULL;
}

void server_session_feed(struct server_sio *s, struct server_conn *c)
{
    if (s->fed)
        s->fed->fed = NULL;
    if (c->fed)
        c->fed->fed = NULL;
    s->fed = c;
    c->fed = s;
}

void server_session_doom(struct server_sio *s, bool slow)
{
    if (!s->has_why && slow)
        td_error_set(
            &s->why, TD_LIMIT, s->address, 0,
            "the consumer is too slow: more than %zu bytes wait for it",
            s->server->options.max_queue);
    else if (!s->has_why)
        td_error_set(&s->why, TD_LIMIT, s->address, 0,
                     "the consumer asks for answers and does not read them");
    s->has_why = true;
    s->doomed = true;
    wire_timer_set(s->server->net, &s->timer, wire_now(s->server->net));
}

struct server_sio *server_session_find(struct wire_server *server,
                                       struct td_bytes sid)
{
    struct server_sio *s = *bucket_of(server, sid);

    while (s && (s->over || !td_bytes_is(sid, eio_server_sid(s->eio))))
        s = s->bucket_next;
    return s;
}
