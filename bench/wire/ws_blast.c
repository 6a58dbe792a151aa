/* ws_blast FILE.ndjson: a WebSocket server that sends every line of the file as
 * one text frame to its first client, as fast as the client takes them.
 *
 * Prints {"port":N} when it listens. When the client has answered the close
 * frame with the end of its stream, prints {"events":N,"seconds":S,"cpu":C}:
 * from the first byte sent to that end, and the processor time that it took
 * meanwhile. The frames are built before the clocks start.
 */
#include "core/fs.h"
#include "core/mem.h"
#include "wire/ws/handshake.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FILE_MAX ((size_t)4 << 30)

static double now_s(clockid_t clock)
{
    struct timespec t;

    (void)clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what)
{
    perror(what);
    exit(2);
}

/* A server's text frame of the line (RFC 6455 section 5.2). */
static size_t put_frame(uint8_t *to, const uint8_t *line, size_t len)
{
    size_t head = 2;

    to[0] = 0x81;
    if (len < 126) {
        to[1] = (uint8_t)len;
    } else if (len <= 0xffff) {
        to[1] = 126;
        to[2] = (uint8_t)(len >> 8);
        to[3] = (uint8_t)len;
        head = 4;
    } else {
        (void)fprintf(stderr, "ws_blast: a line of %zu bytes\n", len);
        exit(2);
    }
    memcpy(to + head, line, len);
    return head + len;
}

static uint8_t *make_frames(const struct td_buf *text, size_t *len,
                            uint64_t *count)
{
    const uint8_t *at = text->ptr;
    const uint8_t *end = text->ptr + text->len;
    uint8_t *frames = td_calloc(1, text->len * 2 + 16);

    *len = 0;
    *count = 0;
    while (at < end) {
        const uint8_t *stop = memchr(at, '\n', (size_t)(end - at));

        if (!stop)
            stop = end;
        *len += put_frame(frames + *len, at, (size_t)(stop - at));
        *count += 1;
        at = stop + 1;
    }
    memcpy(frames + *len, "\x88\x02\x03\xe8", 4); /* close 1000 */
    *len += 4;
    return frames;
}

static int listen_any(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t size = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, size) < 0 ||
        listen(fd, 1) < 0 || getsockname(fd, (struct sockaddr *)&at, &size) < 0)
        die("ws_blast: listen");
    printf("{\"port\":%u}\n", ntohs(at.sin_port));
    (void)fflush(stdout);
    return fd;
}

static void answer_handshake(int fd)
{
    static const char field[] = "\r\nsec-websocket-key:";
    char request[4096] = "";
    char accept_key[WS_ACCEPT_LEN + 1];
    size_t len = 0;
    const char *key;

    while (!strstr(request, "\r\n\r\n")) {
        ssize_t got = recv(fd, request + len, sizeof(request) - 1 - len, 0);

        if (got <= 0)
            die("ws_blast: handshake");
        len += (size_t)got;
    }
    key = strcasestr(request, field);
    if (!key)
        die("ws_blast: no key");
    key += sizeof(field) - 1;
    key += strspn(key, " ");
    ws_accept_key(accept_key, td_bytes(key, WS_KEY_LEN));
    if (dprintf(fd,
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
                accept_key) < 0)
        die("ws_blast: answer");
}

static void send_all(int fd, const uint8_t *ptr, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, ptr, len > 262144 ? 262144 : len, MSG_NOSIGNAL);

        if (sent < 0)
            die("ws_blast: send");
        ptr += sent;
        len -= (size_t)sent;
    }
}

int main(int argc, char **argv)
{
    struct td_buf text = {.max = FILE_MAX};
    struct td_error err = {0};
    uint8_t *frames;
    uint64_t count;
    size_t len;
    double start;
    double used;
    char rest[4096];
    int listener;
    int fd;

    if (argc != 2) {
        (void)fprintf(stderr, "usage: ws_blast FILE.ndjson\n");
        return 2;
    }
    if (td_fs_read(&text, argv[1], &err) != TD_OK) {
        (void)fprintf(stderr, "ws_blast: %s: %s\n", err.where, err.text);
        return 2;
    }
    frames = make_frames(&text, &len, &count);
    td_buf_release(&text);
    listener = listen_any();
    fd = accept(listener, NULL, NULL);
    if (fd < 0)
        die("ws_blast: accept");
    answer_handshake(fd);
    start = now_s(CLOCK_MONOTONIC);
    used = now_s(CLOCK_PROCESS_CPUTIME_ID);
    send_all(fd, frames, len);
    (void)shutdown(fd, SHUT_WR);
    while (recv(fd, rest, sizeof(rest), 0) > 0)
        ;
    printf("{\"events\":%llu,\"seconds\":%.6f,\"cpu\":%.6f}\n",
           (unsigned long long)count, now_s(CLOCK_MONOTONIC) - start,
           now_s(CLOCK_PROCESS_CPUTIME_ID) - used);
    free(frames);
    (void)close(fd);
    (void)close(listener);
    return 0;
}
