/* Where the members of an envelope stand, and what its time says. */
#include "console/seen/envelope.h"

#include "core/clock.h"
#include "core/json_shape.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

#define PLACES   64 /* shapes whose places are kept */
#define TO_SEC   17 /* "2026-01-01T12:34:" */
#define TIME_LEN 24 /* "2026-01-01T12:34:56.789Z" */

struct place {
    uint64_t shape; /* 0: free */
    struct seen_envelope at;
};

struct seen_envelopes {
    struct td_json_shapes *shapes;
    struct place places[PLACES];
    uint8_t minute[TO_SEC]; /* of the last time that was read */
    uint64_t minute_ns;     /* 0: none was */
};

struct seen_envelopes *seen_envelopes_new(void)
{
    struct seen_envelopes *e = td_calloc(1, sizeof(*e));

    e->shapes = td_json_shapes_new(TD_JSON_DEPTH_ALL);
    return e;
}

void seen_envelopes_free(struct seen_envelopes *e)
{
    if (!e)
        return;
    td_json_shapes_free(e->shapes);
    free(e);
}

/* Socket.IO carries ["name", envelope]. */
static uint32_t root_of(const struct td_json_doc *doc)
{
    uint32_t first = 1;

    if (doc->values[0].kind != TD_JSON_ARRAY)
        return 0;
    if (doc->values[0].count > 1 && doc->values[1].kind == TD_JSON_STRING)
        first = doc->values[1].next;
    return doc->values[0].count ? first : 0;
}

static uint32_t of_kind(const struct td_json_doc *doc, uint32_t at,
                        enum td_json_kind kind)
{
    return at && doc->values[at].kind == kind ? at : 0;
}

void seen_envelope_forget(struct seen_envelope *at)
{
    at->read = NULL;
    at->read_type_len = 0;
    for (size_t i = 0; i < SEEN_OWN; i++)
        at->own[i] = SEEN_NONE;
}

static void find_places(struct seen_envelope *at, const struct td_json_doc *doc)
{
    uint32_t root = root_of(doc);

    at->type = of_kind(doc, seen_at(doc, root, "type"), TD_JSON_STRING);
    at->time = of_kind(doc, seen_at(doc, root, "timestamp"), TD_JSON_STRING);
    at->data = of_kind(doc, seen_at(doc, root, "data"), TD_JSON_OBJECT);
    at->seq = at->data ? seen_at(doc, at->data, "seq") : 0;
    at->sub = at->data ? seen_at(doc, at->data, "sub") : 0;
    seen_envelope_forget(at);
}

struct seen_envelope *seen_envelope_read(struct seen_envelopes *e,
                                         struct td_json_doc *doc,
                                         struct td_bytes event)
{
    struct place *place;

    if (td_json_shapes_parse(e->shapes, doc, event, NULL))
        return NULL;
    place = &e->places[doc->shape % PLACES];
    if (doc->shape == 0 || place->shape != doc->shape) {
        place->shape = doc->shape;
        find_places(&place->at, doc);
    }
    return &place->at;
}

static bool two_digits(const uint8_t *at, unsigned *out)
{
    unsigned tens = (unsigned)at[0] - '0';
    unsigned ones = (unsigned)at[1] - '0';

    *out = tens * 10 + ones;
    return tens <= 9 && ones <= 9;
}

/* What stands behind the minute: "56.789Z", of TIME_LEN - TO_SEC bytes. */
static bool seconds_of(const uint8_t *at, uint64_t *ns)
{
    unsigned seconds;
    unsigned hundredths;
    unsigned last = (unsigned)at[5] - '0';

    if (!two_digits(at, &seconds) || seconds > 59 || at[2] != '.' ||
        !two_digits(at + 3, &hundredths) || last > 9 || at[6] != 'Z')
        return false;
    *ns = seconds * TD_NS_PER_S +
          (hundredths * UINT64_C(10) + last) * TD_NS_PER_MS;
    return true;
}

/* Most events have the minute of the one before. */
uint64_t seen_envelope_time(struct seen_envelopes *e, struct td_bytes text)
{
    uint64_t seconds_ns = 0;
    uint64_t wall_ns = 0;
    bool usual =
        text.len == TIME_LEN && seconds_of(text.ptr + TO_SEC, &seconds_ns);

    if (usual && e->minute_ns && !memcmp(text.ptr, e->minute, TO_SEC))
        return e->minute_ns + seconds_ns;
    if (td_time_parse(text, &wall_ns) != TD_OK)
        return 0;
    if (usual) {
        memcpy(e->minute, text.ptr, TO_SEC);
        e->minute_ns = wall_ns - seconds_ns;
    }
    return wall_ns;
}
