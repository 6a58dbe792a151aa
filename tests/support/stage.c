#include "tests/support/stage.h"

#include <CUnit/CUnit.h>
#include <stdio.h>

static const uint8_t key[4] = {1, 2, 3, 4};

static bool on_admit(void *ctx, struct wire_guest *guest,
                     struct td_buf *refusal)
{
    struct stage *st = ctx;

    if (!st->asks)
        return true;
    td_buf_addf(&st->log, "asks %.*s %.*s|", (int)guest->ns.len,
                guest->ns.len ? (const char *)guest->ns.ptr : "",
                (int)guest->auth.len,
                guest->auth.len ? (const char *)guest->auth.ptr : "");
    guest->peer_ctx = &st->asks;
    if (td_bytes_is(guest->auth, "{\"a\":\"no\"}"))
        (void)td_buf_add_text(refusal, "{\"message\":\"full\"}");
    return guest->auth.len == 0 || td_bytes_is(guest->auth, "{\"a\":1}");
}

static void on_joined(void *ctx, struct wire_peer *peer)
{
    struct stage *st = ctx;

    st->peers[st->joined++ % 8] = peer;
    td_buf_addf(&st->log, "joined %d %s|", (int)wire_peer_dialect(peer),
                wire_peer_namespace(peer));
}

static void on_left(void *ctx, struct wire_peer *peer, uint64_t lost,
                    const struct td_error *why)
{
    struct stage *st = ctx;

    st->left++;
    st->lost += lost;
    for (unsigned i = 0; i < 8; i++)
        if (st->peers[i] == peer)
            st->peers[i] = NULL;
    td_buf_addf(&st->log, "left %d|", (int)why->code);
}

static void on_event(void *ctx, struct wire_peer *peer,
                     const struct td_event *ev)
{
    struct stage *st = ctx;

    (void)peer;
    CU_ASSERT_EQUAL(ev->dir, TD_DIR_IN);
    td_buf_addf(&st->log, "%.*s%s%.*s%s|", (int)ev->kind.len,
                (const char *)ev->kind.ptr, ev->kind.len ? " " : "",
                (int)(ev->payload.len < 60 ? ev->payload.len : 60),
                (const char *)ev->payload.ptr,
                ev->form == TD_FORM_BYTES ? " b" : "");
}

static void on_refused(void *ctx, const char *address, int status,
                       const char *why)
{
    struct stage *st = ctx;

    CU_ASSERT(*address && *why);
    st->refused = status;
}

static void on_drained(void *ctx)
{
    ((struct stage *)ctx)->drained++;
}

static void on_page(void *ctx, const char *path, struct wire_page *page)
{
    (void)ctx;
    if (strcmp(path, "/") != 0)
        return;
    page->status = 200;
    (void)td_buf_add_text(&page->body, "facts");
}

void stage_on_done(void *ctx)
{
    ((struct stage *)ctx)->done = true;
}

static void raw_received(void *ctx, struct wire_conn *conn,
                         struct td_bytes bytes)
{
    (void)conn;
    (void)td_buf_add_bytes(&((struct raw *)ctx)->got, bytes);
}

static void raw_closed(void *ctx, struct wire_conn *conn,
                       const struct td_error *why)
{
    (void)conn;
    (void)why;
    ((struct raw *)ctx)->closed = true;
}

static void ring(void *ctx)
{
    *(bool *)ctx = true;
}

/* Turns until `ns` have passed. */
void stage_run_for(struct stage *st, uint64_t ns)
{
    bool rang = false;
    struct wire_timer alarm = {.fire = ring, .ctx = &rang};

    wire_timer_set(st->net, &alarm, wire_now(st->net) + ns);
    while (!rang && wire_mem_turn(st->net))
        ;
}

void stage_settle(struct stage *st)
{
    stage_run_for(st, 10 * TD_NS_PER_MS);
}

struct raw *stage_dial(struct stage *st)
{
    static const struct wire_conn_events events = {.received = raw_received,
                                                   .closed = raw_closed};
    struct raw *raw = &st->raws[st->raw_count++];
    struct wire_dial to = {.host = st->host,
                           .port = wire_server_port(st->server)};

    CU_ASSERT_EQUAL_FATAL(
        wire_connect(st->net, &to, &events, raw, &raw->conn, NULL), TD_OK);
    return raw;
}

void stage_say(struct stage *st, struct raw *raw, const char *text)
{
    (void)wire_write(raw->conn, td_text(text));
    stage_settle(st);
}

void stage_say_frame(struct stage *st, struct raw *raw, enum ws_opcode opcode,
                     const char *text)
{
    struct td_buf frame = {0};

    (void)ws_put(&frame, opcode, td_text(text), key);
    (void)wire_write(raw->conn, td_buf_bytes(&frame));
    td_buf_release(&frame);
    stage_settle(st);
}

void stage_set_up(struct stage *st, size_t chunk,
                  const struct wire_server_options *options)
{
    static const struct wire_server_events none = {0};

    stage_set_up_owner(st, chunk, options, &none);
}

void stage_set_up_owner(struct stage *st, size_t chunk,
                        const struct wire_server_options *options,
                        const struct wire_server_events *requests)
{
    struct wire_server_events events = {.admit = on_admit,
                                        .joined = on_joined,
                                        .left = on_left,
                                        .event = on_event,
                                        .drained = on_drained,
                                        .refused = on_refused,
                                        .page = on_page,
                                        .request = requests->request,
                                        .request_gone = requests->request_gone,
                                        .request_ready =
                                            requests->request_ready};
    struct wire_server_options defaults = {.max_message = 1000};

    *st = (struct stage){.host = "127.0.0.1"};
    if (options && options->bind.host)
        st->host = options->bind.host;
    td_clock_virtual(&st->clock, TD_NS_PER_S, TD_NS_PER_S);
    st->net = wire_mem_open(&st->clock, chunk);
    CU_ASSERT_EQUAL_FATAL(wire_server_open(st->net,
                                           options ? options : &defaults,
                                           &events, st, &st->server, NULL),
                          TD_OK);
}

void stage_tear_down(struct stage *st)
{
    wire_server_free(st->server);
    for (unsigned i = 0; i < st->raw_count; i++)
        if (!st->raws[i].closed)
            wire_abort(st->raws[i].conn);
    stage_settle(st);
    for (unsigned i = 0; i < st->raw_count; i++)
        td_buf_release(&st->raws[i].got);
    td_buf_release(&st->log);
    wire_net_close(st->net);
}

bool stage_has(struct td_buf *text, const char *part)
{
    bool found = memmem(text->ptr, text->len, part, strlen(part)) != NULL;

    if (!found)
        printf("\n    not there: %s\n    in: %s", part, td_buf_str(text));
    return found;
}

unsigned stage_count(const struct td_buf *text, const char *part)
{
    const uint8_t *at = text->ptr;
    const uint8_t *end = text->ptr + text->len;
    unsigned n = 0;

    while (at && (at = memmem(at, (size_t)(end - at), part, strlen(part)))) {
        n++;
        at += strlen(part);
    }
    return n;
}

/* An event as a tape tells it. */
struct td_event stage_event(enum td_form form, const char *name,
                            const char *payload)
{
    return (struct td_event){.dir = TD_DIR_OUT,
                             .form = form,
                             .name = td_text(name),
                             .payload = td_text(payload)};
}

void stage_broadcast(struct stage *st, const struct td_event *ev)
{
    CU_ASSERT_TRUE(wire_server_ready(st->server));
    wire_server_send(st->server, ev);
    stage_settle(st);
}
