/* A body of Engine.IO's long polling that did not become packets: the ids with
 * which somebody else could poll and send, and what a client connects with.
 *
 *     0{"sid":..}  40{"sid":..}  40/ns,{"token":..}    with 0x1e between them
 */
#include "recorder/redact_internal.h"
#include "wire/sio/packet.h"

#define MARK 0x1e

/* Where the JSON of such a packet begins; 0: it is another packet. */
static size_t facts_at(struct td_bytes packet)
{
    const uint8_t *p = packet.ptr;
    const uint8_t *comma;

    if (packet.len > 1 && p[0] == '0' && p[1] == '{')
        return 1;
    if (packet.len < 3 || p[0] != '4' || p[1] != '0')
        return 0;
    if (p[2] == '{')
        return 2;
    comma = p[2] == '/' ? memchr(p, ',', packet.len) : NULL;
    return comma && comma + 1 < p + packet.len && comma[1] == '{'
               ? (size_t)(comma - p) + 1
               : 0;
}

static struct td_bytes next_packet(struct td_bytes *body)
{
    const uint8_t *mark = body->len ? memchr(body->ptr, MARK, body->len) : NULL;
    struct td_bytes packet = *body;

    if (mark)
        packet.len = (size_t)(mark - body->ptr);
    *body = td_bytes(body->ptr + packet.len + (mark != NULL),
                     body->len - packet.len - (mark != NULL));
    return packet;
}

bool redact_is_polled(const struct td_event *ev)
{
    struct td_bytes rest = ev->payload;

    if (ev->form == TD_FORM_BYTES || !td_bytes_is(ev->kind, TD_KIND_BODY) ||
        !rest.len || !memchr("0123456b", *rest.ptr, 8))
        return false;
    while (rest.len > 0)
        if (facts_at(next_packet(&rest)))
            return true;
    return false;
}

/* Half a packet goes whole. */
static void put_facts(struct rec_redact *redact, struct td_bytes json)
{
    struct td_event ev = {.kind = td_text(SIO_KIND_CONNECT),
                          .form = TD_FORM_TEXT,
                          .payload = json};

    redact->unsure = false;
    if (td_json_parse(&redact->doc, json, TD_JSON_DEPTH, NULL))
        ev.payload = td_text(REC_REDACTED);
    else
        redact_json(redact, &ev, true);
    td_buf_add_bytes(&redact->head,
                     redact->unsure ? td_text(REC_WITHHELD) : ev.payload);
}

void redact_polled(struct rec_redact *redact, struct td_event *ev)
{
    struct td_bytes rest = ev->payload;

    td_buf_clear(&redact->head);
    while (rest.len > 0) {
        struct td_bytes packet = next_packet(&rest);
        size_t at = facts_at(packet);

        td_buf_add(&redact->head, packet.ptr, at ? at : packet.len);
        if (at)
            put_facts(redact, td_bytes(packet.ptr + at, packet.len - at));
        if (packet.ptr + packet.len < ev->payload.ptr + ev->payload.len)
            td_buf_add_byte(&redact->head, MARK);
    }
    ev->payload = td_buf_bytes(&redact->head);
    ev->form = TD_FORM_TEXT;
}
