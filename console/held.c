#include "console/held.h"

#include <string.h>

struct entry {
    size_t name;
    size_t payload; /* bytes of each; they follow */
    enum td_dir dir;
    enum td_form form;
};

void console_held_add(struct console_held *held, const struct td_event *ev)
{
    const struct entry e = {.name = ev->name.len,
                            .payload = ev->payload.len,
                            .dir = ev->dir,
                            .form = ev->form};

    if (held->taken == held->bytes.len) {
        td_buf_clear(&held->bytes);
        held->taken = 0;
    }
    (void)td_buf_add(&held->bytes, &e, sizeof(e));
    (void)td_buf_add_bytes(&held->bytes, ev->name);
    (void)td_buf_add_bytes(&held->bytes, ev->payload);
}

bool console_held_take(struct console_held *held, struct td_event *ev)
{
    const uint8_t *at = held->bytes.ptr + held->taken;
    struct entry e;

    if (held->taken == held->bytes.len)
        return false;
    memcpy(&e, at, sizeof(e));
    at += sizeof(e);
    *ev = (struct td_event){.dir = e.dir,
                            .form = e.form,
                            .name = td_bytes(at, e.name),
                            .payload = td_bytes(at + e.name, e.payload)};
    held->taken += sizeof(e) + e.name + e.payload;
    return true;
}

void console_held_release(struct console_held *held)
{
    td_buf_release(&held->bytes);
    *held = (struct console_held){0};
}
