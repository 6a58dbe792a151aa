/* ws_sink PORT PATH CLIENTS FRAMES: open CLIENTS WebSockets to
 * 127.0.0.1:PORT, count the data frames that come, answer Engine.IO pings and
 * join the default namespace when PATH is an Engine.IO one.
 *
 * Stops when every client has had FRAMES frames (0 = when all were closed) and
 * prints {"frames":N,"seconds":S}: N over all clients, S from the first data
 * frame of any to the last.
 */
#include "core/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CHUNK ((size_t)1 << 20)

struct client {
    int fd;
    bool sio;
    bool upgraded; /* the HTTP answer is behind us */
    uint64_t frames;
    uint64_t skip; /* payload bytes of the frame still to come */
    uint8_t head[64];
    size_t head_len;
};

struct sink {
    uint64_t want;
    uint64_t frames;
    double first_s;
    double last_s;
};

static double now_s(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what)
{
    perror(what);
    exit(2);
}

/* A masked text frame with a mask of zeroes: the payload stays as it is. */
static void send_text(int fd, const char *text)
{
    uint8_t frame[64] = {0x81};
    size_t len = strlen(text);

    frame[1] = (uint8_t)(0x80 | len);
    memcpy(frame + 6, text, len);
    if (send(fd, frame, 6 + len, MSG_NOSIGNAL) < 0)
        die("ws_sink: send");
}

static void dial(struct client *c, uint16_t port, const char *path)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    c->sio = strstr(path, "EIO=4") != NULL;
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&at, sizeof(at)) < 0)
        die("ws_sink: connect");
    if (dprintf(c->fd,
                "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                path) < 0)
        die("ws_sink: request");
}

/* Length of a server's frame head, and of its payload; 0 if cut off. */
static size_t frame_head(const uint8_t *p, size_t n, uint64_t *payload)
{
    size_t head = 2;

    if (n < 2)
        return 0;
    *payload = p[1] & 0x7f;
    if (*payload == 126)
        head = 4;
    else if (*payload == 127)
        head = 10;
    if (n < head)
        return 0;
    if (head > 2) {
        *payload = 0;
        for (size_t i = 2; i < head; i++)
            *payload = *payload << 8 | p[i];
    }
    return head;
}

/* Engine.IO and Socket.IO housekeeping; true if the frame is a message. */
static bool is_message(struct client *c, const uint8_t *payload)
{
    if (!c->sio)
        return true;
    if (payload[0] == '0')
        send_text(c->fd, "40");
    else if (payload[0] == '2')
        send_text(c->fd, "3");
    return payload[0] == '4' && payload[1] == '2';
}

static void count_frame(struct sink *sink, struct client *c,
                        const uint8_t *frame, size_t head)
{
    uint8_t opcode = frame[0] & 0x0f;

    if (opcode > 2 || !is_message(c, frame + head))
        return;
    if (sink->frames++ == 0)
        sink->first_s = now_s();
    c->frames++;
}

/* Frames are looked at once their head and first two payload bytes are there;
 * the rest of the payload is skipped. Returns bytes used. */
static size_t take_frames(struct sink *sink, struct client *c, const uint8_t *p,
                          size_t n)
{
    size_t at = 0;

    while (at < n) {
        uint64_t payload = 0;
        size_t head;
        size_t look;

        if (c->skip > 0) {
            size_t step = n - at < c->skip ? n - at : (size_t)c->skip;

            c->skip -= step;
            at += step;
            continue;
        }
        head = frame_head(p + at, n - at, &payload);
        look = head + (payload < 2 ? (size_t)payload : 2);
        if (head == 0 || n - at < look)
            break;
        count_frame(sink, c, p + at, head);
        at += look;
        c->skip = payload - (look - head);
    }
    return at;
}

static size_t take_answer(struct client *c, const uint8_t *p, size_t n)
{
    const uint8_t *end = memmem(p, n, "\r\n\r\n", 4);

    if (!end)
        return 0;
    if (n < 12 || memcmp(p + 9, "101", 3) != 0) {
        (void)fprintf(stderr, "ws_sink: refused: %.12s\n", (const char *)p);
        exit(2);
    }
    c->upgraded = true;
    return (size_t)(end - p) + 4;
}

/* False when the peer has closed. */
static bool take(struct sink *sink, struct client *c, uint8_t *chunk)
{
    size_t n = c->head_len;
    size_t used = 0;
    ssize_t got;

    memcpy(chunk, c->head, n);
    got = recv(c->fd, chunk + n, CHUNK - n, 0);
    if (got <= 0)
        return false;
    n += (size_t)got;
    if (!c->upgraded)
        used = take_answer(c, chunk, n);
    if (c->upgraded)
        used += take_frames(sink, c, chunk + used, n - used);
    c->head_len = n - used;
    if (c->head_len > sizeof(c->head)) {
        (void)fprintf(stderr, "ws_sink: %zu bytes left\n", c->head_len);
        exit(2);
    }
    memcpy(c->head, chunk + used, c->head_len);
    sink->last_s = now_s();
    return true;
}

static bool done(const struct sink *sink, const struct client *c)
{
    return sink->want > 0 && c->frames >= sink->want;
}

static void run(struct sink *sink, struct client *clients, nfds_t count)
{
    struct pollfd *polls = td_calloc(count, sizeof(*polls));
    uint8_t *chunk = td_calloc(1, CHUNK);
    nfds_t open = count;

    for (nfds_t i = 0; i < count; i++)
        polls[i] = (struct pollfd){.fd = clients[i].fd, .events = POLLIN};
    while (open > 0) {
        int ready = poll(polls, count, 60000);

        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            die("ws_sink: nothing for 60 s");
        for (nfds_t i = 0; i < count; i++) {
            if (polls[i].fd < 0 || polls[i].revents == 0)
                continue;
            if (take(sink, &clients[i], chunk) && !done(sink, &clients[i]))
                continue;
            polls[i].fd = -1;
            open--;
        }
    }
    free(chunk);
    free(polls);
}

int main(int argc, char **argv)
{
    struct sink sink = {0};
    struct client *clients;
    nfds_t count;

    if (argc != 5) {
        (void)fprintf(stderr, "usage: ws_sink PORT PATH CLIENTS FRAMES\n");
        return 2;
    }
    count = (nfds_t)strtoul(argv[3], NULL, 10);
    sink.want = strtoull(argv[4], NULL, 10);
    clients = td_calloc(count, sizeof(*clients));
    for (nfds_t i = 0; i < count; i++)
        dial(&clients[i], (uint16_t)strtoul(argv[1], NULL, 10), argv[2]);
    run(&sink, clients, count);
    for (nfds_t i = 0; i < count; i++)
        (void)close(clients[i].fd);
    printf("{\"frames\":%llu,\"seconds\":%.6f}\n",
           (unsigned long long)sink.frames, sink.last_s - sink.first_s);
    free(clients);
    return 0;
}
