/* Small requests over kept connections, for what stands between.
 *
 * usage: http_load serve                   prints its port; answers all alike
 *        http_load ask PORT CONNS SECONDS  as many as go; prints requests/s
 *        http_load pace PORT RATE SECONDS  so many a second on one connection;
 *                                          prints p50 and p99 in us
 */
#include "core/mem.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define EVENTS    64
#define CONNS_MAX 1024

static const char request[] = "GET /small HTTP/1.1\r\nHost: localhost\r\n\r\n";
static const char answer[] =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    "Content-Length: 13\r\n\r\n{\"ok\":true,1}";

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static uint64_t now_ns(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

static void say(int fd, const char *text, size_t len)
{
    if (write(fd, text, len) != (ssize_t)len)
        die("write");
}

static void watch(int epoll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    int one = 1;

    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
        die("epoll_ctl");
}

/* Requests come whole: whoever sends them waits for the answer. */
static void serve(void)
{
    struct sockaddr_in addr = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(addr);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int epoll = epoll_create1(0);
    struct epoll_event events[EVENTS];
    char buf[4096];

    if (bind(listener, (struct sockaddr *)&addr, sizeof(addr)) ||
        listen(listener, CONNS_MAX) ||
        getsockname(listener, (struct sockaddr *)&addr, &len))
        die("listen");
    printf("%u\n", (unsigned)ntohs(addr.sin_port));
    (void)fflush(stdout);
    watch(epoll, listener);
    for (;;) {
        int n = epoll_wait(epoll, events, EVENTS, -1);

        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;

            if (fd == listener)
                watch(epoll, accept(listener, NULL, NULL));
            else if (read(fd, buf, sizeof(buf)) > 0)
                say(fd, answer, sizeof(answer) - 1);
            else
                (void)close(fd);
        }
    }
}

static int dial(unsigned port)
{
    struct sockaddr_in addr = {.sin_family = AF_INET,
                               .sin_port = htons((uint16_t)port),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
        die("connect");
    return fd;
}

static void ask(unsigned port, int conns, uint64_t seconds)
{
    int epoll = epoll_create1(0);
    struct epoll_event events[EVENTS];
    uint64_t start = now_ns();
    uint64_t done = 0;
    char buf[4096];

    for (int i = 0; i < conns; i++) {
        int fd = dial(port);

        watch(epoll, fd);
        say(fd, request, sizeof(request) - 1);
    }
    while (now_ns() - start < seconds * 1000000000U) {
        int n = epoll_wait(epoll, events, EVENTS, 1000);

        for (int i = 0; i < n; i++) {
            if (read(events[i].data.fd, buf, sizeof(buf)) <= 0)
                die("read");
            say(events[i].data.fd, request, sizeof(request) - 1);
            done++;
        }
    }
    printf("%.0f requests/s\n",
           (double)done * 1e9 / (double)(now_ns() - start));
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static void pace(unsigned port, uint64_t rate, uint64_t seconds)
{
    size_t count = (size_t)(rate * seconds);
    uint64_t *took = td_calloc(count + 1, sizeof(*took));
    uint64_t start = now_ns();
    int fd = dial(port);
    int one = 1;
    char buf[4096];

    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    for (size_t i = 0; i < count; i++) {
        uint64_t due = start + i * 1000000000U / rate;
        struct timespec at = {.tv_sec = (time_t)(due / 1000000000U),
                              .tv_nsec = (long)(due % 1000000000U)};
        uint64_t sent;

        (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
        sent = now_ns();
        say(fd, request, sizeof(request) - 1);
        if (read(fd, buf, sizeof(buf)) <= 0)
            die("read");
        took[i] = now_ns() - sent;
    }
    qsort(took, count, sizeof(*took), compare);
    printf("p50 %.0f us, p99 %.0f us\n", (double)took[count / 2] / 1e3,
           (double)took[count * 99 / 100] / 1e3);
    free(took);
}

static unsigned number(const char *text)
{
    return (unsigned)strtoul(text, NULL, 10);
}

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "serve"))
        serve();
    if (argc == 5 && !strcmp(argv[1], "ask"))
        ask(number(argv[2]), (int)number(argv[3]), number(argv[4]));
    else if (argc == 5 && !strcmp(argv[1], "pace"))
        pace(number(argv[2]), number(argv[3]), number(argv[4]));
    else
        return 2;
    return 0;
}
