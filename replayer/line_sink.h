/* replayer/line_sink.h - events as lines of text on a descriptor (NDJSON).
 *
 * By default a line is the payload as it is. If text holds a line break, and is
 * JSON, a space takes the place of each; else it becomes a JSON string. Bytes
 * become {"b64":"..."}.
 * With envelope a line is the event as on a tape (docs/tape-format.md).
 */
#ifndef REPLAYER_LINE_SINK_H
#define REPLAYER_LINE_SINK_H

#include "replayer/player.h"

struct play_lines;

/* Write to fd, which stays the caller's; name is for errors. */
struct play_lines *play_lines_new(int fd, const char *name, bool envelope);
void play_lines_free(struct play_lines *lines);

/* put() writes when enough has come together, flush() what is left. Both may
 * wait for the reader of a pipe. TD_IO: it has gone, or the disk is full.
 */
struct td_sink play_lines_sink(struct play_lines *lines);

#endif
