/* replayer/dialogue/say.h - messages of a tape, said behind a 101. */
#ifndef REPLAYER_DIALOGUE_SAY_H
#define REPLAYER_DIALOGUE_SAY_H

#include "recorder/proxy/call.h"
#include "replayer/answer/exchange.h"

/* Goodbye as the tape's close event says it: {"code":1000}. */
void play_say_close(struct rec_call *call, struct td_bytes json);

/* A packet of Socket.IO and its attachments, with that payload. */
void play_say_packet(struct rec_call *call, const struct play_part *part,
                     struct td_bytes payload);

#endif
