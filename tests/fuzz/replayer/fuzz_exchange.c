/* Lines of a tape from outside, as exchanges: they are read or refused, and
 * their keys and bytes can be made, the keys twice the same.
 */
#include "core/buf.h"
#include "replayer/answer/exchange.h"
#include "replayer/answer/key.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define HEAD "{\"tape\":1,\"id\":\"t\",\"clock\":\"monotonic\"}\n"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct td_bytes recorded(const void *ctx, const char *name)
{
    const struct play_exchange *x = ctx;

    return play_field_value(x->fields, x->fields_len, name);
}

static void look(const struct play_exchange *x, struct play_keys *keys)
{
    struct play_asked asked = {.method = x->method,
                               .target = x->target,
                               .body = x->body,
                               .field = recorded,
                               .ctx = x};
    struct play_key once = {0};
    struct play_key twice = {0};
    struct td_buf out = {0};

    play_keys_learn(keys, x->target, x->body);
    play_key_make(&once, keys, &asked);
    play_key_make(&twice, keys, &asked);
    if (!td_bytes_equal(once.said.name, twice.said.name) ||
        !td_bytes_equal(once.said.text, twice.said.text))
        abort();
    for (uint32_t i = 0; i < x->parts_len; i++)
        play_part_encode(&out, x->stream, &x->parts[i], x->parts[i].payload);
    play_key_release(&once);
    play_key_release(&twice);
    td_buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct play_exchanges all = {0};
    struct play_keys keys = {0};
    struct td_error err;
    char path[64];
    int fd = memfd_create("tape", 0);

    if (fd < 0 || write(fd, HEAD, sizeof(HEAD) - 1) < 0 ||
        write(fd, data, size) != (ssize_t)size)
        abort();
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (play_keys_read(&keys, PLAY_KEYS_DEFAULT, &err))
        abort();
    if (!play_exchanges_load(&all, path, &err))
        for (uint32_t i = 0; i < all.len; i++)
            look(&all.list[i], &keys);
    play_exchanges_release(&all);
    play_keys_release(&keys);
    (void)close(fd);
    return 0;
}
