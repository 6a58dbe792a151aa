#include "validator/audit/gather.h"

#include "core/mem.h"
#include "core/payload.h"
#include "tape/detect.h"
#include "tape/ndjson.h"
#include "validator/check/namer.h"
#include "validator/contract/contract.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>

#define SPLIT_LEAST                                                            \
    ((uint64_t)1 << 20) /* bytes of a tape for several threads */

/* A tape, or the events of one from a number on. */
struct share {
    uint32_t tape;
    uint64_t bytes; /* of the file, about */
    uint64_t from;  /* 0, with to UINT64_MAX: the whole file */
    uint64_t to;    /* the first that is not its own */
    uint64_t messages;
    uint64_t events;
    struct tape_state state;
};

/* What the threads share. */
struct work {
    const struct check_options *how; /* whose contract names events, or NULL */
    struct audit_tape *tapes;
    struct share *shares;
    uint32_t shares_len;
    bool go_on;
    pthread_mutex_t lock;
    bool in_part;    /* it was one of several of a tape */
    uint32_t failed; /* the first share with an error */
    struct td_error err;
};

/* A thread takes shares that follow each other: merged in their order, the
 * profiles are what one thread would have made. */
struct hand {
    pthread_t thread;
    struct work *work;
    uint32_t next;
    uint32_t end;
    struct audit_profile *profile;
};

static void take_header(struct audit_tape *tape,
                        const struct tape_reader *reader)
{
    const struct tape_header *header = tape_reader_header(reader);

    tape->start_wall_ns = header->start_wall_ns;
    if (!tape->source && header->source.len)
        tape->source = td_strndup(header->source.ptr, header->source.len);
}

static struct check_namer *namer_of(const struct check_options *how)
{
    return how ? check_namer_new(how) : NULL;
}

/* Any event of a tape, as a message; false: it is none. */
static bool take_event(struct audit_message *m, const struct td_event *ev,
                       struct check_namer *namer)
{
    m->view = namer ? check_namer_event(namer, ev) : NULL;
    m->channel = namer ? check_namer_channel(namer) : NULL;
    if (!td_event_is_plain(ev) || ev->ack.len)
        return false;
    m->place.seq = ev->seq;
    m->at_ns = ev->at_ns;
    m->name = ev->name;
    m->payload = td_payload_json(ev);
    return true;
}

static enum td_code read_events(const struct audit_outlet *out,
                                struct audit_message *m,
                                struct audit_tape *tape,
                                struct tape_reader *reader,
                                struct td_error *err)
{
    struct check_namer *namer = namer_of(out->how);
    struct td_event ev;
    enum td_code code = tape_reader_next(reader, &ev, err);

    take_header(tape, reader);
    for (; !code; code = tape_reader_next(reader, &ev, err)) {
        if (!take_event(m, &ev, namer))
            continue;
        out->put(out->self, m);
        tape->messages++;
    }
    tape->state = tape_reader_state(reader);
    check_namer_free(namer);
    return code == TD_END ? TD_OK : code;
}

static enum td_code read_lines(const struct audit_outlet *out,
                               struct audit_message *m, struct audit_tape *tape,
                               struct tape_ndjson *lines, struct td_error *err)
{
    struct check_namer *namer = namer_of(out->how);
    struct td_bytes line;
    enum td_code code;

    m->name = td_bytes("", 0);
    m->at_ns = UINT64_MAX;
    while (!(code = tape_ndjson_next(lines, &line, err))) {
        m->place.seq++;
        if (td_payload_is_blank(line))
            continue;
        m->payload = line;
        m->view = namer ? check_namer_line(namer, line) : NULL;
        out->put(out->self, m);
        tape->messages++;
    }
    check_namer_free(namer);
    if (code == TD_END && !tape->messages)
        return tape_refuse_empty(tape->path, "read", err);
    return code == TD_END ? TD_OK : code;
}

enum td_code audit_read(uint32_t number, struct audit_tape *tape,
                        const struct audit_outlet *out, struct td_error *err)
{
    const struct tape_read_options how = {.threads = 1};
    struct audit_message m = {.place = {.tape = number}};
    struct tape_reader *reader = NULL;
    struct tape_ndjson *lines;
    struct tape_input in;
    enum td_code code = tape_input_open(&in, tape->path, err);

    if (code)
        return code;
    tape->is_tape = tape_is_named(tape->path) || tape_sniff(&in);
    if (tape->is_tape) {
        code = tape_reader_take(&reader, &in, &how, err);
        if (!code)
            code = read_events(out, &m, tape, reader, err);
        tape_reader_close(reader);
        return code;
    }
    lines = tape_ndjson_new(&in);
    code = read_lines(out, &m, tape, lines, err);
    tape_ndjson_close(lines);
    return code;
}

static void put(void *self, const struct audit_message *m)
{
    audit_profile_add((struct audit_profile *)self, m);
}

static bool take(struct hand *hand, uint32_t *number)
{
    struct work *work = hand->work;
    bool more;

    (void)pthread_mutex_lock(&work->lock);
    more = hand->next < hand->end && (work->go_on || hand->next < work->failed);
    (void)pthread_mutex_unlock(&work->lock);
    *number = hand->next;
    hand->next += more;
    return more;
}

static bool is_whole(const struct share *share)
{
    return !share->from && share->to == UINT64_MAX;
}

static void fail(struct work *work, uint32_t number, const struct td_error *err)
{
    struct audit_tape *tape = &work->tapes[work->shares[number].tape];

    (void)pthread_mutex_lock(&work->lock);
    if (number < work->failed) {
        work->failed = number;
        work->err = *err;
    }
    work->in_part = work->in_part || !is_whole(&work->shares[number]);
    if (!tape->failed) {
        tape->failed = (struct td_error *)td_calloc(1, sizeof(*err));
        *tape->failed = *err;
    }
    (void)pthread_mutex_unlock(&work->lock);
}

/* Its events of a tape that has an index. */
static enum td_code read_part(struct share *share,
                              const struct audit_tape *tape,
                              const struct audit_outlet *out,
                              struct td_error *err)
{
    struct check_namer *namer = namer_of(out->how);
    const struct tape_read_options how = {.threads = 0};
    struct audit_message m = {.place = {.tape = share->tape}};
    struct tape_reader *reader = NULL;
    struct td_event ev;
    enum td_code code = tape_reader_open(&reader, tape->path, &how, err);

    if (!code)
        code = tape_reader_seek_seq(reader, share->from, err);
    while (!code && !(code = tape_reader_next(reader, &ev, err)) &&
           ev.seq < share->to) {
        share->events++;
        if (!take_event(&m, &ev, namer))
            continue;
        out->put(out->self, &m);
        share->messages++;
    }
    if (!code || code == TD_END)
        share->state = tape_reader_state(reader);
    check_namer_free(namer);
    tape_reader_close(reader);
    return code == TD_END ? TD_OK : code;
}

static void *run(void *self)
{
    struct hand *hand = (struct hand *)self;
    struct td_error err = {0};
    uint32_t number;

    while (take(hand, &number)) {
        const struct audit_outlet out = {put, hand->profile, hand->work->how};
        struct share *share = &hand->work->shares[number];
        struct audit_tape *tape = &hand->work->tapes[share->tape];
        enum td_code code = is_whole(share)
                                ? audit_read(share->tape, tape, &out, &err)
                                : read_part(share, tape, &out, &err);

        if (code)
            fail(hand->work, number, &err);
    }
    return NULL;
}

static void run_all(struct hand *hands, unsigned len)
{
    bool started[AUDIT_JOBS_MAX] = {false};

    for (unsigned i = 1; i < len; i++)
        started[i] =
            pthread_create(&hands[i].thread, NULL, run, &hands[i]) == 0;
    (void)run(&hands[0]);
    for (unsigned i = 1; i < len; i++) {
        if (started[i])
            (void)pthread_join(hands[i].thread, NULL);
        else
            (void)run(&hands[i]);
    }
}

static unsigned jobs_of(const struct audit_gather *what)
{
    unsigned jobs = what->jobs ? what->jobs : 1;

    return jobs > AUDIT_JOBS_MAX ? AUDIT_JOBS_MAX : jobs;
}

static uint64_t size_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode) ? (uint64_t)st.st_size
                                                       : 0;
}

static void add_share(struct work *work, struct share share)
{
    work->shares = (struct share *)td_list_room(work->shares, work->shares_len,
                                                sizeof(share));
    work->shares[work->shares_len++] = share;
}

/* A sound tape of one recording, with an index: how many events it has and
 * which is the first. What reading finds wrong later undoes it.
 */
static bool can_split(struct audit_tape *tape, uint64_t *first,
                      uint64_t *events)
{
    const struct tape_read_options how = {.threads = 0};
    struct tape_reader *reader = NULL;
    struct tape_extent extent = {.events = 0};
    struct td_event ev;
    struct tape_state state;
    bool can = tape_is_named(tape->path) &&
               !tape_reader_open(&reader, tape->path, &how, NULL) &&
               !tape_reader_next(reader, &ev, NULL) &&
               !tape_reader_extent(reader, &extent, NULL);

    if (can) {
        state = tape_reader_state(reader);
        can = state.indexed && state.ended && state.segments == 1;
        *first = ev.seq;
        *events = extent.events;
        tape->is_tape = true;
        take_header(tape, reader);
    }
    tape_reader_close(reader);
    return can;
}

/* One share a tape; several of a large one, if there are threads for them. */
static void plan(struct work *work, uint32_t tapes, unsigned jobs, bool split)
{
    for (uint32_t i = 0; i < tapes; i++) {
        struct share share = {.tape = i,
                              .bytes = size_of(work->tapes[i].path) + 1,
                              .to = UINT64_MAX};
        uint64_t first;
        uint64_t events;

        if (!split || jobs < 2 || share.bytes < SPLIT_LEAST ||
            !can_split(&work->tapes[i], &first, &events) || events < jobs) {
            add_share(work, share);
            continue;
        }
        share.bytes /= jobs;
        for (unsigned j = 0; j < jobs; j++) {
            share.from = first + events / jobs * j;
            share.to =
                j + 1 == jobs ? UINT64_MAX : first + events / jobs * (j + 1);
            add_share(work, share);
        }
    }
}

static bool is_sound(const struct tape_state *state)
{
    return state->indexed && !state->torn && !state->bad_members &&
           !state->bad_lines && !state->missing && !state->repeated &&
           !state->foreign && !state->strays && !state->headless &&
           !state->twice && !state->wrong_index && state->segments <= 1;
}

/* What the shares of a tape have found together. False: it is to be read in one
 * piece, as it is not what its index says.
 */
static bool settle(const struct work *work)
{
    for (uint32_t i = 0; i < work->shares_len; i++) {
        const struct share *share = &work->shares[i];
        struct audit_tape *tape = &work->tapes[share->tape];

        if (is_whole(share))
            continue;
        if (!is_sound(&share->state))
            return false;
        tape->messages += share->messages;
        if (share->to == UINT64_MAX)
            tape->state = share->state;
        else if (share->events != share->to - share->from)
            return false;
    }
    return true;
}

/* About as many bytes for each. */
static void share_out(struct hand *hands, unsigned len, const struct work *work)
{
    uint64_t all = 0;
    uint64_t sum = 0;
    uint32_t next = 0;

    for (uint32_t i = 0; i < work->shares_len; i++)
        all += work->shares[i].bytes;
    for (unsigned i = 0; i < len; i++) {
        hands[i].next = next;
        while (next < work->shares_len && sum < all / len * (i + 1))
            sum += work->shares[next++].bytes;
        hands[i].end = i + 1 == len ? work->shares_len : next;
    }
}

static struct audit_profile *merge_all(struct hand *hands, unsigned len)
{
    for (unsigned i = 1; i < len; i++) {
        audit_profile_merge(hands[0].profile, hands[i].profile);
        audit_profile_free(hands[i].profile);
    }
    audit_profile_close(hands[0].profile);
    return hands[0].profile;
}

static void name_tapes(struct audit_tapes *tapes,
                       const struct audit_gather *what)
{
    tapes->list = (struct audit_tape *)td_calloc(what->paths_len + 1,
                                                 sizeof(*tapes->list));
    tapes->len = what->paths_len;
    for (uint32_t i = 0; i < tapes->len; i++)
        tapes->list[i].path = what->paths[i];
}

static bool all_failed(const struct audit_tapes *tapes)
{
    uint32_t i = 0;

    while (i < tapes->len && tapes->list[i].failed)
        i++;
    return i == tapes->len;
}

/* *again: the outcome is not that of one thread. */
static enum td_code gather(const struct audit_gather *what, bool split,
                           struct audit_profile **out,
                           struct audit_tapes *tapes, bool *again,
                           struct td_error *err)
{
    struct hand hands[AUDIT_JOBS_MAX] = {{.work = NULL}};
    struct work work = {
        .how = what->how, .go_on = what->go_on, .failed = UINT32_MAX};
    unsigned jobs = jobs_of(what);
    bool failed;

    name_tapes(tapes, what);
    work.tapes = tapes->list;
    plan(&work, tapes->len, jobs, split);
    if (jobs > work.shares_len)
        jobs = work.shares_len ? work.shares_len : 1;
    for (unsigned i = 0; i < jobs; i++)
        hands[i] = (struct hand){.work = &work,
                                 .profile = audit_profile_new(what->name)};
    share_out(hands, jobs, &work);
    (void)pthread_mutex_init(&work.lock, NULL);
    run_all(hands, jobs);
    (void)pthread_mutex_destroy(&work.lock);
    *out = merge_all(hands, jobs);
    failed = work.failed != UINT32_MAX;
    *again = split && work.shares_len > tapes->len &&
             ((failed && (work.in_part || !what->go_on)) || !settle(&work));
    free(work.shares);
    if (what->go_on)
        failed = failed && all_failed(tapes);
    if (failed && err)
        *err = work.err;
    return failed ? work.err.code : TD_OK;
}

const struct check_options *audit_naming(const struct check_options *how)
{
    return how->contract && check_namer_is_needed(how->contract) ? how : NULL;
}

/* On which channel a connection is says its beginning. */
static bool can_split_any(const struct audit_gather *what)
{
    return !what->how || what->how->contract->channels_len == 0;
}

enum td_code audit_gather(const struct audit_gather *what,
                          struct audit_profile **out, struct audit_tapes *tapes,
                          struct td_error *err)
{
    bool again;
    enum td_code code;

    if (what->paths_len > AUDIT_TAPES_MAX)
        return td_error_set(err, TD_USAGE, "", 0, "more than %d tapes",
                            AUDIT_TAPES_MAX);
    code = gather(what, can_split_any(what), out, tapes, &again, err);
    if (!again)
        return code;
    audit_profile_free(*out);
    audit_tapes_release(tapes);
    return gather(what, false, out, tapes, &again, err);
}

/* Take what could not be read from *tapes. True: there was any. */
static bool set_aside(struct audit_tapes *tapes, struct audit_tapes *unread)
{
    uint32_t len = 0;

    for (uint32_t i = 0; i < tapes->len; i++) {
        if (!tapes->list[i].failed) {
            tapes->list[len++] = tapes->list[i];
            continue;
        }
        unread->list = (struct audit_tape *)td_list_room(
            unread->list, unread->len, sizeof(*unread->list));
        unread->list[unread->len++] = tapes->list[i];
    }
    tapes->len = len;
    return unread->len > 0;
}

enum td_code audit_gather_readable(const struct audit_gather *what,
                                   struct audit_profile **out,
                                   struct audit_tapes *tapes,
                                   struct audit_tapes *unread,
                                   struct td_error *err)
{
    struct audit_gather good = *what;
    const char **paths;
    enum td_code code;

    *unread = (struct audit_tapes){0};
    good.go_on = true;
    code = audit_gather(&good, out, tapes, err);
    if (code || !set_aside(tapes, unread))
        return code;
    paths = (const char **)td_calloc(tapes->len, sizeof(*paths));
    for (uint32_t i = 0; i < tapes->len; i++)
        paths[i] = tapes->list[i].path;
    good.paths = paths;
    good.paths_len = tapes->len;
    good.go_on = false; /* they could be read just now */
    audit_profile_free(*out);
    audit_tapes_release(tapes);
    code = audit_gather(&good, out, tapes, err);
    free((void *)paths);
    return code;
}

void audit_tapes_release(struct audit_tapes *tapes)
{
    for (uint32_t i = 0; i < tapes->len; i++) {
        free(tapes->list[i].source);
        free(tapes->list[i].failed);
        free(tapes->list[i].owned);
    }
    free(tapes->list);
    *tapes = (struct audit_tapes){0};
}
