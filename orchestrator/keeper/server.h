/* orchestrator/keeper/server.h - the keeper's own process: its loop, and what
 * it says to its client.
 */
#ifndef ORCHESTRATOR_KEEPER_SERVER_H
#define ORCHESTRATOR_KEEPER_SERVER_H

#include "orchestrator/keeper/frame.h"
#include "orchestrator/keeper/hold.h"
#include "orchestrator/keeper/ledger.h"
#include "orchestrator/keeper/process.h"
#include "orchestrator/keeper/queue.h"

/* A job that has ended, until it is forgotten. */
struct keep_past {
    char *id;
    struct keep_end end;
    struct td_error *why; /* it did not start; NULL: it has ended */
};

struct keep_server {
    const char *id; /* of the execution */
    uint64_t linger_ns;
    size_t jobs_max;
    char boot[KEEP_BOOT_LEN + 1];
    char tag[KEEP_TAG]; /* of the folder */
    uint64_t start;     /* of this process */
    int dir;            /* descriptors; -1: none */
    int lock;
    int signals;
    int listener;
    int client;
    bool welcome; /* the client has said who it is */
    bool met;     /* there was a client */
    bool leaving; /* it is let go at the end of this turn */
    struct td_buf in;
    struct td_buf out;
    struct keep_hold **holds;
    size_t hold_count;
    struct keep_queue queue;
    struct keep_past *pasts;
    size_t past_count;
    struct keep_ledger ledger;
    struct td_error trouble; /* code TD_OK: none */
    uint64_t retry_at;
    uint64_t idle_since;
    bool quit;
};

/* Serve until there is nothing more to do. Everything is open. */
void keep_server_run(struct keep_server *server);

/* Every job that runs is asked to end, and no more are started. */
void keep_server_quit(struct keep_server *server, bool at_once, uint64_t now);

/* The job of that id that has not ended; NULL. */
struct keep_hold *keep_server_find(const struct keep_server *server,
                                   const char *id);

/* talk.c: take what the client says; say what there is to say, as far as there
 * is room; write it. */
void keep_talk_read(struct keep_server *server, uint64_t now);
void keep_talk_start(struct keep_server *server); /* what need not wait now */
void keep_talk_call_off(struct keep_server *server); /* all that waits */
void keep_talk_tell(struct keep_server *server, uint64_t now);
void keep_talk_write(struct keep_server *server);
void keep_talk_trouble(struct keep_server *server);
void keep_talk_accept(struct keep_server *server);
void keep_talk_bye(struct keep_server *server);
void keep_talk_drop(struct keep_server *server);

/* When something is to be said that is not due yet; TD_NEVER. */
uint64_t keep_talk_due(const struct keep_server *server);

#endif
