#include "tests/support/party.h"

static void opened(void *ctx, struct wire_conn *conn)
{
    struct party *party = ctx;

    party->conn = conn;
    party->opened++;
}

static void received(void *ctx, struct wire_conn *conn, struct td_bytes bytes)
{
    struct party *party = ctx;

    party->received++;
    (void)td_buf_add_bytes(&party->got, bytes);
    if (party->echo)
        (void)wire_write(conn, bytes);
    if (party->pause_on_bytes)
        wire_pause(conn, true);
    if (party->close_on_bytes)
        wire_shutdown(conn);
}

static void drained(void *ctx, struct wire_conn *conn)
{
    struct party *party = ctx;

    (void)conn;
    party->drained++;
}

static void closed(void *ctx, struct wire_conn *conn,
                   const struct td_error *why)
{
    struct party *party = ctx;

    (void)conn;
    party->conn = NULL;
    party->closed++;
    party->why = *why;
}

const struct wire_conn_events party_events = {
    .opened = opened,
    .received = received,
    .drained = drained,
    .closed = closed,
};

void party_accept(void *ctx, struct wire_conn *conn)
{
    struct party *party = ctx;

    party->conn = conn;
    party->opened++;
    wire_adopt(conn, &party_events, party);
}

void party_release(struct party *party)
{
    td_buf_release(&party->got);
}
