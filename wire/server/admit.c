/* Who may join which namespace of Socket.IO. */
#include "core/rand.h"
#include "wire/server/server_internal.h"

#define NO_TOKEN     "{\"message\":\"token refused\"}"
#define UNAUTHORIZED "{\"message\":\"Unauthorized\"}"
#define INVALID      "{\"message\":\"Invalid namespace\"}"
#define TOO_MANY     "{\"message\":\"Too many consumers\"}"

/* Whether a namespace, spelled as td_event.ns spells it, may be joined. */
static bool may_join(const struct wire_server *server, struct td_bytes ns)
{
    const char *const *list = server->options.namespaces;

    if (!list)
        return !server->finishing;
    for (; *list && !server->finishing; list++)
        if (td_bytes_is(ns, strcmp(*list, "/") ? *list : ""))
            return true;
    return false;
}

void server_tell_refused(struct wire_server *server, const char *address,
                         int status, const char *why)
{
    if (server->events.refused)
        server->events.refused(server->ctx, address, status, why);
}

static bool is_trusted(const struct server_sio *s, struct td_bytes auth)
{
    return s->trusted || wire_access_auth(&s->server->options.access, auth) ==
                             WIRE_TOKEN_RIGHT;
}

/* What the owner says, and what it wants to know of the peer. */
static bool ask_owner(struct server_sio *s, struct td_bytes ns,
                      struct td_bytes auth, struct td_buf *refusal)
{
    const struct wire_server *server = s->server;
    struct wire_guest guest = {.address = s->address, .ns = ns, .auth = auth};
    bool in = !server->events.admit ||
              server->events.admit(server->ctx, &guest, refusal);

    s->peer_ctx = guest.peer_ctx;
    if (!in && refusal->len == 0)
        (void)td_buf_add_text(refusal, UNAUTHORIZED);
    return in;
}

bool server_sio_admit(struct server_sio *s, struct td_bytes ns,
                      struct td_bytes auth, struct td_buf *answer)
{
    char sid[TD_UUID_SIZE];

    if (!is_trusted(s, auth)) {
        server_tell_refused(s->server, s->address, 401, SERVER_NO_TOKEN);
        (void)td_buf_add_text(answer, NO_TOKEN);
        return false;
    }
    if (s->server->peer_count >= s->server->options.max_peers) {
        server_tell_refused(s->server, s->address, 0, SERVER_TOO_MANY);
        (void)td_buf_add_text(answer, TOO_MANY);
        return false;
    }
    if (!may_join(s->server, ns)) {
        if (!s->server->finishing)
            server_tell_refused(s->server, s->address, 0,
                                "its namespace may not be joined");
        (void)td_buf_add_text(answer, INVALID);
        return false;
    }
    if (!ask_owner(s, ns, auth, answer))
        return false;
    td_buf_clear(answer);
    td_uuid4(td_rand_real(), sid);
    (void)td_buf_addf(answer, "{\"sid\":\"%s\"}", sid);
    return true;
}
