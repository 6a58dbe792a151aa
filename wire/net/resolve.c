#include "wire/net/resolve.h"

#include "core/mem.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Held by the loop and by the thread; the last one frees it. */
struct resolve {
    atomic_uint refs;
    int fd;
    char *host;
    char service[8];
    int rc; /* of getaddrinfo(); the thread's until fd is readable */
    struct addrinfo *list;
};

static const struct addrinfo by_name = {.ai_flags = AI_NUMERICSERV,
                                        .ai_socktype = SOCK_STREAM};

static void unref(struct resolve *lookup)
{
    if (atomic_fetch_sub(&lookup->refs, 1) != 1)
        return;
    if (lookup->list)
        freeaddrinfo(lookup->list);
    (void)close(lookup->fd);
    free(lookup->host);
    free(lookup);
}

static void *look_up(void *arg)
{
    struct resolve *lookup = arg;

    lookup->rc =
        getaddrinfo(lookup->host, lookup->service, &by_name, &lookup->list);
    (void)eventfd_write(lookup->fd, 1);
    unref(lookup);
    return NULL;
}

static int start_thread(struct resolve *lookup)
{
    pthread_attr_t attr;
    pthread_t thread;
    int rc = pthread_attr_init(&attr);

    if (rc != 0)
        return rc;
    (void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    rc = pthread_create(&thread, &attr, look_up, lookup);
    (void)pthread_attr_destroy(&attr);
    return rc;
}

enum td_code resolve_start(const char *host, uint16_t port,
                           struct resolve **out, struct td_error *err)
{
    struct resolve *lookup;
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int rc;

    if (fd < 0)
        return td_error_errno(err, TD_IO, host, errno, "cannot look up");
    lookup = td_calloc(1, sizeof(*lookup));
    lookup->fd = fd;
    lookup->host = td_strdup(host);
    (void)snprintf(lookup->service, sizeof(lookup->service), "%u", port);
    atomic_init(&lookup->refs, 2);
    rc = start_thread(lookup);
    if (rc != 0) {
        atomic_store(&lookup->refs, 1);
        unref(lookup);
        return td_error_errno(err, TD_IO, host, rc, "cannot look up");
    }
    *out = lookup;
    return TD_OK;
}

int resolve_fd(const struct resolve *lookup)
{
    return lookup->fd;
}

enum td_code resolve_take(struct resolve *lookup, struct addrinfo **list,
                          struct td_error *err)
{
    eventfd_t ignored;

    (void)eventfd_read(lookup->fd, &ignored);
    if (lookup->rc != 0) {
        td_error_set(err, TD_IO, lookup->host, 0, "cannot find this host: %s",
                     gai_strerror(lookup->rc));
        td_error_hint(err, "check the name and the network");
        return TD_IO;
    }
    *list = lookup->list;
    lookup->list = NULL;
    return TD_OK;
}

void resolve_free(struct resolve *lookup)
{
    if (lookup)
        unref(lookup);
}

struct addrinfo *resolve_literal(const char *host, uint16_t port)
{
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                                   .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    char service[8];

    (void)snprintf(service, sizeof(service), "%u", port);
    return getaddrinfo(host, service, &hints, &list) == 0 ? list : NULL;
}
