/* tests/support/client_scene.h - a client session, and a server that says what
 * the test tells it to, on the transport of queues and a virtual clock.
 */
#ifndef TESTS_SUPPORT_CLIENT_SCENE_H
#define TESTS_SUPPORT_CLIENT_SCENE_H

#include "tests/support/party.h"
#include "wire/client/client.h"
#include "wire/ws/frame.h"

struct scene {
    struct td_clock clock;
    struct wire_net *net;
    struct wire_listener *listener;
    struct party server; /* of the conn that was accepted last */
    struct wire_client *client;
    struct td_buf log; /* a line an event; "> " if the client sent it */
    unsigned ready;
    unsigned ended;
    bool free_on_event;
    struct td_error why;
};

/* Writes s->log, counts ready and ended. ctx is the scene. */
extern const struct wire_client_events scene_events;

/* Listen on 127.0.0.1:80 and open a client with these options. */
void scene_open(struct scene *s, const struct wire_client_options *given);
void scene_close(struct scene *s);

/* Whether the server has got, or the client has said this. */
bool server_got(struct scene *s, const char *text);
bool logged(struct scene *s, const char *text);

/* Turn the loop until it has; a test that waits in vain fails. */
void until_server(struct scene *s, const char *text);
void until_logged(struct scene *s, const char *text);
void until_ended(struct scene *s);

/* The server sends bytes, or one frame. */
void say(struct scene *s, const char *text);
void say_frame(struct scene *s, enum ws_opcode opcode, struct td_bytes payload);

/* Answer the WebSocket handshake that the server has got. */
void accept_upgrade(struct scene *s);

/* Append "opcode:code:payload " of each frame the server has got. */
void read_frames(struct scene *s, struct td_buf *out);

/* Turn the loop until one of them has this in it. */
void until_frame(struct scene *s, const char *text);

/* All that the client has said is this. */
void expect_log(struct scene *s, const char *text);

#endif
