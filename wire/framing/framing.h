/* wire/framing/framing.h - bytes in, messages out, for programs that talk over
 * their standard input and output:
 *
 *     lines    a message is a line (NDJSON; MCP over stdio)
 *     headers  Content-Length: N, an empty line, N bytes (LSP base protocol,
 *              DAP)
 *
 * The first bytes tell which. Whatever comes is either in a message, in a bad
 * piece, or was said to be too long: no byte is passed over in silence, but the
 * ends of lines and the headers.
 */
#ifndef WIRE_FRAMING_FRAMING_H
#define WIRE_FRAMING_FRAMING_H

#include "core/buf.h"

#include <stdbool.h>

#define WIRE_FRAME_HEAD_MAX ((size_t)4096) /* bytes of headers of a message */

enum wire_framing {
    WIRE_FRAMING_AUTO,
    WIRE_FRAMING_LINES,
    WIRE_FRAMING_HEADERS,
};

/* Names for an option. */
#define WIRE_FRAMINGS "auto|lines|headers"

struct wire_frames;

/* Bytes live for the call. */
struct wire_frames_events {
    /* `whole` is false for what the stream ended within. */
    void (*message)(void *ctx, struct td_bytes message, bool whole);
    /* No headers where headers should be; at most WIRE_FRAME_HEAD_MAX. The next
     * line that is a Content-Length begins a message again. */
    void (*bad)(void *ctx, struct td_bytes bytes, const char *why);
    /* A message is longer than the limit: told where it begins. */
    void (*too_long)(void *ctx);
    void *ctx;
};

/* max_message: bytes. The events are copied. */
struct wire_frames *wire_frames_new(enum wire_framing framing,
                                    size_t max_message,
                                    const struct wire_frames_events *events);
void wire_frames_free(struct wire_frames *frames); /* NULL is fine */

/* Which framing it is; WIRE_FRAMING_AUTO: nobody knows yet. */
enum wire_framing wire_frames_framing(const struct wire_frames *frames);

/* Bytes came, in any pieces; events are told from inside. */
void wire_frames_came(struct wire_frames *frames, struct td_bytes bytes);

/* The stream has ended: what is left is told. */
void wire_frames_end(struct wire_frames *frames);

#endif
