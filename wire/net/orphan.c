#include "wire/net/orphan.h"

static void no_bytes(void *ctx, struct wire_conn *conn, struct td_bytes bytes)
{
    (void)ctx;
    (void)conn;
    (void)bytes;
}

static void no_news(void *ctx, struct wire_conn *conn)
{
    (void)ctx;
    (void)conn;
}

static void no_end(void *ctx, struct wire_conn *conn,
                   const struct td_error *why)
{
    (void)ctx;
    (void)conn;
    (void)why;
}

static const struct wire_conn_events deaf = {
    .opened = no_news,
    .received = no_bytes,
    .drained = no_news,
    .closed = no_end,
};

void wire_conn_drop(struct wire_conn *conn)
{
    if (!conn)
        return;
    wire_adopt(conn, &deaf, NULL);
    wire_abort(conn);
}

void wire_conn_leave(struct wire_conn *conn)
{
    if (!conn)
        return;
    wire_adopt(conn, &deaf, NULL);
    wire_pause(conn, false);
    wire_shutdown(conn);
}
