#include "replayer/dialogue/say.h"

#include "core/json.h"

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

static void say(void *ctx, enum td_form form, struct td_bytes message)
{
    rec_call_say(ctx, form == TD_FORM_BYTES ? WS_BINARY : WS_TEXT, message);
}

void play_say_packet(struct rec_call *call, const struct play_part *part,
                     struct td_bytes payload)
{
    struct td_event ev = play_part_event(part);

    ev.payload = payload;
    play_packet_put(&ev, say, call);
}
