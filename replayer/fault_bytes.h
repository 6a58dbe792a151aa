/* replayer/fault_bytes.h - faults within a payload. */
#ifndef REPLAYER_FAULT_BYTES_H
#define REPLAYER_FAULT_BYTES_H

#include "core/buf.h"
#include "replayer/fault_rule.h"

/* Each makes a payload in out and puts it into *ev as text, which may be no
 * UTF-8, so that it goes out as it is; bytes stay bytes. ev's own payload may
 * stand in out. False: it is too short, and nothing is changed.
 */

/* rule->amount bytes become others. */
bool play_fault_corrupt(struct play_fault_rule *rule, struct td_event *ev,
                        struct td_buf *out);

/* The last byte of a sequence of several is left out; without one, half of a
 * euro sign is put in.
 */
bool play_fault_utf8_half(struct play_fault_rule *rule, struct td_event *ev,
                          struct td_buf *out);

/* It breaks off somewhere. */
bool play_fault_json_half(struct play_fault_rule *rule, struct td_event *ev,
                          struct td_buf *out);

/* Its last n bytes are left out, or all. */
void play_fault_shorten(struct td_event *ev, uint64_t n, struct td_buf *out);

#endif
