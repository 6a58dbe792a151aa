/* replayer/run.h - one replay from the first event to the last consumer.
 *
 * Puts source, player and consumer together on a loop, with keys and a
 * progress line.
 */
#ifndef REPLAYER_RUN_H
#define REPLAYER_RUN_H

#include "core/json_writer.h"
#include "replayer/connect.h"
#include "replayer/fault_rules.h"
#include "replayer/player.h"
#include "replayer/serve.h"

enum play_target { PLAY_TO_LINES, PLAY_TO_SERVER, PLAY_TO_CLIENTS };

/* What peers send back, each connection a stream of its own: conn counts from 1
 * (PLAY_TO_SERVER: 1 from the start), ev->seq its events, ev->at_ns the time
 * since the run was opened. Acks and what is no plain event are not told.
 */
struct play_hearing {
    void (*joined)(void *ctx, uint32_t conn, const char *address);
    /* put NULL = nobody listens. It may not say TD_AGAIN: peers are not held
     * back. TD_FAILED ends the replay in order: the loop's code. */
    struct td_sink heard;
    uint64_t linger_ns; /* listen on when all was played: for so long at most,
                           not without anybody to listen to */
    void *ctx;
};

struct play_run;

/* All borrowed until play_run_free(). */
struct play_run_options {
    struct play_source_options source;
    struct play_options play;
    enum play_target target;
    struct play_serve_options serve;     /* PLAY_TO_CLIENTS */
    struct play_connect_options connect; /* PLAY_TO_SERVER */
    int lines_fd;                        /* PLAY_TO_LINES */
    bool envelope;                       /* whole tape lines */
    struct play_fault_rules *faults;     /* what is done wrong; or NULL */
    struct play_hearing hearing;         /* not PLAY_TO_LINES */
    bool stay; /* PLAY_TO_CLIENTS: serve on when everything was played */
    bool keys; /* stdin is a terminal that steers */
    /* With keys: somebody marks the time at which the tape stands, and its
     * date; or NULL. */
    void (*mark)(void *ctx, uint64_t at_ns, uint64_t dated_ns);
    bool progress; /* a line on stderr, a terminal */
    /* PLAY_TO_CLIENTS: the port is open; an error ends the run. */
    enum td_code (*listening)(void *ctx, uint16_t port, struct td_error *err);
    /* PLAY_TO_CLIENTS: somebody was not admitted (wire/server/server.h); or
     * NULL. */
    void (*refused)(void *ctx, const char *address, int status,
                    const char *why);
    /* PLAY_TO_CLIENTS: somebody asks for a page (wire/server/server.h); NULL:
     * there are none. */
    void (*page)(void *ctx, const struct play_run *run, const char *path,
                 struct wire_page *page);
    void *ctx;
};

/* Open everything. Errors of the tapes, the port, the URL. */
TD_MUST_CHECK enum td_code play_run_open(struct play_run **out,
                                         struct wire_net *net,
                                         const struct td_clock *clock,
                                         const struct play_run_options *options,
                                         struct td_error *err);
void play_run_free(struct play_run *run);

/* Play. TD_OK: everything was handed over and taken. TD_LOSSY (err is left
 * empty: see the summary): the input is damaged, a consumer lost events, or
 * some could not be sent. TD_FAILED (err is left empty): what was heard ended
 * it. TD_CANCELLED: play_run_quit() or q before all was played.
 */
TD_MUST_CHECK enum td_code play_run_loop(struct play_run *run,
                                         struct td_error *err);

/* End in order: consumers get what is queued. Again: at once. */
void play_run_quit(struct play_run *run);

/* The parts, for a summary and for tests. serve and connect may be NULL. */
struct play_player *play_run_player(const struct play_run *run);
const struct play_source *play_run_source(const struct play_run *run);
const struct play_serve *play_run_serve(const struct play_run *run);
const struct play_connect *play_run_connect(const struct play_run *run);

/* What moves timestamps; NULL: nothing does. */
const struct play_shift *play_run_shift(const struct play_run *run);

/* What was done wrong on purpose; NULL: nothing. */
const struct play_fault_rules *play_run_faults(const struct play_run *run);

/* Events that what a consumer or the server speaks could not carry, and why the
 * first was; "" if there are none.
 */
uint64_t play_run_unfit(const struct play_run *run);
const char *play_run_unfit_why(const struct play_run *run);

/* Append what came of it: for people some lines, as JSON one object:
 * {"read":N,"events":N,"bytes":N,"passes":N,"took_ns":N,"planned_ns":N|null,
 *  "late":{see replayer/lateness.h}|null,
 *  "consumers":[{"address":"..","dialect":"..","sent":N,"lost":N,"unfit":N,
 *  "changed":N,"missed":N,"received":N}],"joined":N,"delivered":N,"lost":N,
 *  "unfit":N,"missed":N,"unfit_why":".."|null,"changed":N,
 *  "changed_why":".."|null,"refused":[{see replayer/refusals.h}],
 *  "faults":{see replayer/fault_rules.h; absent without},
 *  "shifted":{see replayer/shift_time.h; absent without},
 *  "damage":".."|null}
 * read: events looked at, of which `events` were selected and played. See
 * struct play_consumer_stats for the others.
 */
enum td_code play_summary_text(const struct play_run *run, struct td_buf *out);
void play_summary_json(const struct play_run *run, struct td_json_writer *w);

#endif
