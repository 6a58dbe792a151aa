#include "wire/server/groups.h"

#include "core/mem.h"
#include "wire/server/server_internal.h"

#include <stdlib.h>

struct server_group {
    struct server_member *members;
    unsigned count;
    char name[];
};

/* A peer in a group. */
struct server_member {
    struct wire_peer *peer;
    struct server_group *group;
    struct server_member *prev; /* in the group */
    struct server_member *next;
    struct server_member *sibling; /* the peer's next */
};

/* Names may come from peers: in their order, not in a table that peers could
 * fill one bucket of. *at: where it is, or would be.
 */
static struct server_group *find(const struct wire_server *server,
                                 const char *name, size_t *at)
{
    size_t low = 0;
    size_t high = server->group_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(server->groups[middle]->name, name);

        *at = middle;
        if (order == 0)
            return server->groups[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *at = low;
    return NULL;
}

static void make_room(struct wire_server *server)
{
    if (server->group_count < server->group_cap)
        return;
    server->group_cap = server->group_cap ? server->group_cap * 2 : 16;
    server->groups =
        td_realloc(server->groups, server->group_cap * sizeof(*server->groups));
}

static struct server_group *get(struct wire_server *server, const char *name)
{
    size_t at;
    struct server_group *group = find(server, name, &at);

    if (group)
        return group;
    group = td_calloc(1, sizeof(*group) + strlen(name) + 1);
    memcpy(group->name, name, strlen(name));
    make_room(server);
    memmove(server->groups + at + 1, server->groups + at,
            (server->group_count - at) * sizeof(*server->groups));
    server->groups[at] = group;
    server->group_count++;
    return group;
}

static void drop(struct wire_server *server, struct server_group *group)
{
    size_t at;

    (void)find(server, group->name, &at);
    server->group_count--;
    memmove(server->groups + at, server->groups + at + 1,
            (server->group_count - at) * sizeof(*server->groups));
    free(group);
}

static struct server_member *membership(const struct wire_peer *peer,
                                        const char *name)
{
    struct server_member *member = peer->groups;

    while (member && strcmp(member->group->name, name) != 0)
        member = member->sibling;
    return member;
}

/* It is out of its peer's list already. */
static void leave(struct server_member *member)
{
    struct server_group *group = member->group;
    struct wire_server *server = member->peer->server;

    if (member->prev)
        member->prev->next = member->next;
    else
        group->members = member->next;
    if (member->next)
        member->next->prev = member->prev;
    free(member);
    if (--group->count == 0)
        drop(server, group);
}

static enum td_code check(const struct wire_peer *peer, const char *name,
                          struct td_error *err)
{
    if (!*name || strnlen(name, WIRE_GROUP_NAME_MAX + 1) > WIRE_GROUP_NAME_MAX)
        return td_error_set(err, TD_USAGE, peer->address, 0,
                            "a group's name has 1 to %d bytes",
                            WIRE_GROUP_NAME_MAX);
    if (wire_peer_group_count(peer) >= WIRE_GROUPS_PER_PEER)
        return td_error_set(err, TD_LIMIT, peer->address, 0,
                            "a consumer may be in %d groups",
                            WIRE_GROUPS_PER_PEER);
    return TD_OK;
}

enum td_code wire_peer_join(struct wire_peer *peer, const char *name,
                            struct td_error *err)
{
    enum td_code code;
    struct server_member *member;

    if (membership(peer, name))
        return TD_OK;
    code = check(peer, name, err);
    if (code)
        return code;
    member = td_calloc(1, sizeof(*member));
    member->peer = peer;
    member->group = get(peer->server, name);
    member->next = member->group->members;
    if (member->next)
        member->next->prev = member;
    member->group->members = member;
    member->group->count++;
    member->sibling = peer->groups;
    peer->groups = member;
    return TD_OK;
}

void wire_peer_leave(struct wire_peer *peer, const char *name)
{
    struct server_member *member = membership(peer, name);
    struct server_member **at = &peer->groups;

    if (!member)
        return;
    while (*at != member)
        at = &(*at)->sibling;
    *at = member->sibling;
    leave(member);
}

void server_groups_left(struct wire_peer *peer)
{
    struct server_member *member;

    while ((member = peer->groups)) {
        peer->groups = member->sibling;
        leave(member);
    }
}

bool wire_peer_is_in(const struct wire_peer *peer, const char *name)
{
    return membership(peer, name) != NULL;
}

unsigned wire_peer_group_count(const struct wire_peer *peer)
{
    unsigned n = 0;

    for (const struct server_member *m = peer->groups; m; m = m->sibling)
        n++;
    return n;
}

unsigned wire_group_size(const struct wire_server *server, const char *name)
{
    size_t at;
    const struct server_group *group = find(server, name, &at);

    return group ? group->count : 0;
}

/* Each peer is chosen once, however many of the groups it is in. */
static void choose(struct wire_server *server, const char *name,
                   const struct wire_peer *except)
{
    size_t at;
    const struct server_group *group = find(server, name, &at);
    struct server_member *m = group ? group->members : NULL;

    for (; m; m = m->next) {
        struct wire_peer *peer = m->peer;

        if (peer == except || peer->choice == server->choice)
            continue;
        peer->choice = server->choice;
        peer->next_chosen = server->chosen[peer->dialect];
        server->chosen[peer->dialect] = peer;
    }
}

void wire_groups_send(struct wire_server *server, const char *const *groups,
                      size_t count, const struct wire_peer *except,
                      const struct td_event *ev)
{
    server_flush(server);
    server->choice++;
    memset(server->chosen, 0, sizeof(server->chosen));
    for (size_t i = 0; i < count; i++)
        choose(server, groups[i], except);
    server->choosing = true;
    wire_server_send(server, ev);
    server_flush(server);
    server->choosing = false;
}
