#include "validator/verdict/around.h"

#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

#define SIDE VERDICT_AROUND_SIDE
#define BOTH (2 * SIDE)

struct kept {
    uint64_t seq;
    bool has_t;
    uint64_t t_ns;
    size_t len;
    char text[VERDICT_AROUND_TEXT];
};

/* An event that findings are about: up to SIDE before, then up to SIDE after.
 */
struct wanted {
    uint64_t seq;
    bool has_t;
    uint64_t t_ns;
    struct kept list[BOTH];
    size_t len;
    size_t after; /* that are still to come */
};

struct verdict_around {
    struct kept ring[VERDICT_AROUND_KEPT];
    uint64_t put;
    struct wanted wanted[VERDICT_AROUND_MOST];
    size_t wanted_len;
    size_t waiting; /* of them lack events that come after */
};

struct verdict_around *verdict_around_new(void)
{
    return td_calloc(1, sizeof(struct verdict_around));
}

void verdict_around_free(struct verdict_around *around)
{
    free(around);
}

static void add_text(struct kept *to, struct td_bytes text)
{
    size_t room = sizeof(to->text) - to->len;
    size_t len = text.len < room ? text.len : room;

    while (len > 0 && len < text.len && (text.ptr[len] & 0xc0) == 0x80)
        len--; /* between characters */
    if (len)
        memcpy(to->text + to->len, text.ptr, len);
    to->len += len;
}

static void keep(struct kept *to, const struct verdict_around_event *event)
{
    to->seq = event->seq;
    to->has_t = event->has_t;
    to->t_ns = event->t_ns;
    to->len = 0;
    add_text(to, event->name);
    if (event->name.len)
        add_text(to, td_text(" "));
    add_text(to, event->text);
}

/* The event that was put as number `at`, from 0. */
static const struct kept *ring_at(const struct verdict_around *a, uint64_t at)
{
    return &a->ring[at % VERDICT_AROUND_KEPT];
}

static void hand_out(struct verdict_around *a, const struct kept *event)
{
    for (size_t i = 0; i < a->wanted_len && a->waiting > 0; i++) {
        struct wanted *w = &a->wanted[i];

        if (w->after == 0)
            continue;
        w->list[w->len++] = *event;
        if (--w->after == 0)
            a->waiting--;
    }
}

void verdict_around_put(struct verdict_around *a,
                        const struct verdict_around_event *event)
{
    struct kept *to = &a->ring[a->put++ % VERDICT_AROUND_KEPT];

    keep(to, event);
    if (a->waiting)
        hand_out(a, to);
}

static bool is_it(uint64_t seq, bool has_t, uint64_t t_ns, uint64_t other_seq,
                  bool other_has_t, uint64_t other_t_ns)
{
    return seq == other_seq && has_t == other_has_t &&
           (!has_t || t_ns == other_t_ns);
}

static const struct wanted *find(const struct verdict_around *a, uint64_t seq,
                                 bool has_t, uint64_t t_ns)
{
    for (size_t i = a->wanted_len; i-- > 0;) {
        const struct wanted *w = &a->wanted[i];

        if (is_it(w->seq, w->has_t, w->t_ns, seq, has_t, t_ns))
            return w;
    }
    return NULL;
}

/* Where an event stands; a->put if it is not remembered. */
static uint64_t place_of(const struct verdict_around *a, uint64_t seq,
                         bool has_t, uint64_t t_ns)
{
    uint64_t oldest =
        a->put > VERDICT_AROUND_KEPT ? a->put - VERDICT_AROUND_KEPT : 0;

    for (uint64_t at = a->put; at-- > oldest;) {
        const struct kept *k = ring_at(a, at);

        if (is_it(k->seq, k->has_t, k->t_ns, seq, has_t, t_ns))
            return at;
    }
    return a->put;
}

static void take(struct verdict_around *a, struct wanted *w, uint64_t place)
{
    uint64_t oldest =
        a->put > VERDICT_AROUND_KEPT ? a->put - VERDICT_AROUND_KEPT : 0;
    uint64_t at = place > oldest + SIDE ? place - SIDE : oldest;

    for (; at < place; at++)
        w->list[w->len++] = *ring_at(a, at);
    w->after = SIDE;
    for (at = place + 1; at < a->put && w->after > 0; at++, w->after--)
        w->list[w->len++] = *ring_at(a, at);
    a->waiting += w->after > 0;
}

void verdict_around_want(struct verdict_around *a, uint64_t seq, bool has_t,
                         uint64_t t_ns)
{
    struct wanted *w;
    uint64_t place;

    if (seq == 0 || a->wanted_len == VERDICT_AROUND_MOST ||
        find(a, seq, has_t, t_ns))
        return;
    place = place_of(a, seq, has_t, t_ns);
    if (place == a->put)
        return;
    w = &a->wanted[a->wanted_len++];
    w->seq = seq;
    w->has_t = has_t;
    w->t_ns = t_ns;
    take(a, w, place);
}

static void tell(const struct wanted *w, struct verdict_document *doc,
                 struct verdict_finding *f)
{
    struct verdict_event **end = &f->around;

    for (size_t i = 0; i < w->len; i++, end = &(*end)->next) {
        const struct kept *k = &w->list[i];

        *end = td_arena_alloc(&doc->arena, sizeof(**end));
        (*end)->seq = k->seq;
        (*end)->has_t = k->has_t;
        (*end)->t_ns = k->t_ns;
        (*end)->value = td_arena_text(
            &doc->arena, td_bytes((const uint8_t *)k->text, k->len));
    }
}

void verdict_around_tell(const struct verdict_around *a,
                         struct verdict_document *doc,
                         struct verdict_finding *first)
{
    for (struct verdict_finding *f = first; f; f = f->next) {
        const struct wanted *w = find(a, f->seq, f->has_t, f->t_ns);

        if (w && !f->around)
            tell(w, doc, f);
    }
}
