#include "replayer/dialogue/say.h"

#include "core/json.h"
#include "wire/sio/packet.h"

#include <stdlib.h>

static uint16_t close_code(struct td_bytes json)
{
    struct td_json_doc doc = {0};
    long code = 0;
    uint32_t at;

    if (!td_json_parse(&doc, json, TD_JSON_DEPTH, NULL) &&
        (at = td_json_member(&doc, 0, td_text("code"))) != 0 &&
        doc.values[at].kind == TD_JSON_NUMBER)
        code = strtol((const char *)td_json_raw(&doc, at).ptr, NULL, 10);
    td_json_release(&doc);
    return code > 0 && code < UINT16_MAX && ws_code_valid((uint16_t)code)
               ? (uint16_t)code
               : WS_CODE_NONE;
}

void play_say_close(struct rec_call *call, struct td_bytes json)
{
    rec_call_say_close(call, close_code(json), "");
}

void play_say_packet(struct rec_call *call, const struct play_part *part,
                     struct td_bytes payload)
{
    struct td_event ev = {.dir = TD_DIR_IN,
                          .form = part->form,
                          .kind = part->packet,
                          .ns = part->ns,
                          .id = part->id,
                          .ack = part->ack,
                          .name = part->name,
                          .att = part->att,
                          .payload = payload};
    struct td_buf text = {0};
    size_t attachments = 0;
    struct td_error err;

    (void)td_buf_add_byte(&text, '4');
    if (!sio_encode(&text, &attachments, &ev, &err))
        rec_call_say(call, WS_TEXT, td_buf_bytes(&text));
    for (size_t i = 0; i < attachments; i++) {
        td_buf_clear(&text);
        if (!sio_attachment(&text, &ev, i, &err))
            rec_call_say(call, WS_BINARY, td_buf_bytes(&text));
    }
    td_buf_release(&text);
}
