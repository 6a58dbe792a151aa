/* Flushes that nobody stands still for. */
#include "core/mem.h"
#include "tests/suites.h"
#include "tests/support/tapes.h"
#include "wire/net/transport.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define COUNT 300

/* One flush, and what was found when it was done. */
struct step {
    struct tape_flush flush;
    struct steps *all;
    uint64_t events; /* put before it */
};

struct steps {
    struct step list[COUNT];
    pthread_mutex_t lock;
    unsigned told;
    unsigned failed;
    unsigned out_of_order;
    uint64_t good; /* events that the last good one stands for */
    char why[300];
};

static void on_done(struct tape_flush *flush, enum td_code code,
                    const struct td_error *err)
{
    struct step *step = (struct step *)flush;
    struct steps *all = step->all;

    pthread_mutex_lock(&all->lock);
    all->out_of_order += step != &all->list[all->told];
    all->told++;
    all->failed += code != TD_OK;
    if (code)
        (void)snprintf(all->why, sizeof(all->why), "%d %s", (int)err->code,
                       err->where);
    else
        all->good = step->events;
    all->out_of_order += !code && all->failed > 0;
    pthread_mutex_unlock(&all->lock);
}

static struct steps *steps_new(void)
{
    struct steps *all = td_calloc(1, sizeof(*all));

    pthread_mutex_init(&all->lock, NULL);
    for (unsigned i = 0; i < COUNT; i++)
        all->list[i] = (struct step){.flush.done = on_done, .all = all};
    return all;
}

static void steps_free(struct steps *all)
{
    pthread_mutex_destroy(&all->lock);
    free(all);
}

/* Events, and a flush behind each `every`; every third waits for the disk. */
static void write_steps(struct tape_writer *writer, struct steps *all,
                        uint64_t every)
{
    struct td_error err = {0};
    uint64_t n = 0;
    enum td_code code = TD_OK;

    for (unsigned i = 0; i < COUNT; i++) {
        for (uint64_t k = 0; k < every && !code; k++) {
            struct td_event ev = test_tick(++n);

            code = tape_writer_put(writer, &ev, &err);
        }
        all->list[i].events = n;
        all->list[i].flush.on_disk = i % 3 == 0;
        tape_writer_flush_begin(writer, &all->list[i].flush);
    }
}

static void all_are_told_once_in_order(void)
{
    static const enum tape_fsync policies[] = {
        TAPE_FSYNC_NEVER, TAPE_FSYNC_MEMBER, TAPE_FSYNC_FLUSH};
    static const uint64_t every[] = {0, 1, 40};
    const char *path = test_path("flush.tape.gz");

    for (unsigned i = 0; i < 18; i++) {
        struct tape_options options = test_tape_options();
        struct steps *all = steps_new();
        struct tape_writer *writer;
        struct td_error err = {0};

        options.one_thread = i >= 9;
        options.overwrite = true;
        options.fsync = policies[i % 3];
        options.member_text = 3000;
        CU_ASSERT_FATAL(!tape_writer_open(&writer, path, &options, &err));
        write_steps(writer, all, every[i / 3 % 3]);
        if (options.one_thread)
            CU_ASSERT_EQUAL(all->told, COUNT);
        CU_ASSERT(!tape_writer_close(writer, TAPE_END_CLEAN, NULL, &err));
        CU_ASSERT_EQUAL(all->told, COUNT);
        CU_ASSERT_EQUAL(all->failed, 0);
        CU_ASSERT_EQUAL(all->out_of_order, 0);
        CU_ASSERT_EQUAL(test_count_events(path, NULL),
                        COUNT * every[i / 3 % 3]);
        steps_free(all);
    }
}

/* What is told as good is on the tape, and after the first that failed none is
 * good. A limit on the size of files stands in for a disk that is full.
 */
static void a_full_disk_fails_all_that_wait(void)
{
    struct tape_options options = test_tape_options();
    const char *path = test_path("full.tape.gz");
    struct steps *all = steps_new();
    struct rlimit old;
    struct rlimit small;
    struct tape_writer *writer;
    struct tape_state state;
    struct td_error err = {0};

    CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = (struct rlimit){.rlim_cur = 20000, .rlim_max = old.rlim_max};
    (void)signal(SIGXFSZ, SIG_IGN);
    options.one_thread = false;
    CU_ASSERT_FATAL(!tape_writer_open(&writer, path, &options, &err));
    CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &small), 0);
    write_steps(writer, all, 40);
    CU_ASSERT_EQUAL(tape_writer_close(writer, TAPE_END_ERROR, NULL, &err),
                    TD_IO);
    CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &old), 0);
    (void)signal(SIGXFSZ, SIG_DFL);
    CU_ASSERT_EQUAL(all->told, COUNT);
    CU_ASSERT(all->failed > 0 && all->failed < COUNT);
    CU_ASSERT_EQUAL(all->out_of_order, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(all->why, path));
    CU_ASSERT(all->good > 0);
    CU_ASSERT(test_count_events(path, &state) >= all->good);
    CU_ASSERT_EQUAL(state.bad_members + state.bad_lines, 0);
    steps_free(all);
}

/* An owner with a loop: it acts on an event when that is on the disk, and its
 * loop turns meanwhile.
 */
struct owner {
    struct tape_flush flush;
    struct wire_net *net;
    struct tape_writer *writer;
    struct wire_timer timer;
    atomic_int state; /* 1 flushed */
    enum td_code code;
    unsigned acted;
    unsigned turns;
    const char *path;
};

static void on_written(struct tape_flush *flush, enum td_code code,
                       const struct td_error *err)
{
    struct owner *owner = (struct owner *)flush;

    (void)err;
    owner->code = code;
    atomic_store(&owner->state, 1);
    wire_wake(owner->net);
}

static void put_one(struct owner *owner)
{
    struct td_event ev = test_tick(owner->acted + 1);

    CU_ASSERT_EQUAL(tape_writer_put(owner->writer, &ev, NULL), TD_OK);
    owner->flush = (struct tape_flush){.done = on_written, .on_disk = true};
    tape_writer_flush_begin(owner->writer, &owner->flush);
}

static void on_wake(void *ctx)
{
    struct owner *owner = ctx;

    if (!atomic_exchange(&owner->state, 0))
        return;
    CU_ASSERT_EQUAL(owner->code, TD_OK);
    owner->acted++;
    CU_ASSERT_EQUAL(test_count_events(owner->path, NULL), owner->acted);
    if (owner->acted < 20)
        put_one(owner);
    else
        wire_stop(owner->net);
}

static void on_turn(void *ctx)
{
    struct owner *owner = ctx;

    owner->turns++;
    wire_timer_set(owner->net, &owner->timer, wire_now(owner->net) + 1);
}

static void a_loop_turns_while_the_disk_is_waited_for(void)
{
    struct tape_options options = test_tape_options();
    struct owner owner = {.path = test_path("owner.tape.gz")};
    struct td_error err = {0};

    options.one_thread = false;
    CU_ASSERT_FATAL(!wire_lws_open(&owner.net, td_clock_real(), &err));
    CU_ASSERT_FATAL(
        !tape_writer_open(&owner.writer, owner.path, &options, &err));
    owner.timer = (struct wire_timer){.fire = on_turn, .ctx = &owner};
    wire_on_wake(owner.net, on_wake, &owner);
    on_turn(&owner);
    put_one(&owner);
    CU_ASSERT_EQUAL(wire_run(owner.net, &err), TD_OK);
    CU_ASSERT_EQUAL(owner.acted, 20);
    CU_ASSERT(owner.turns > 1);
    wire_timer_cancel(owner.net, &owner.timer);
    CU_ASSERT(!tape_writer_close(owner.writer, TAPE_END_CLEAN, NULL, &err));
    wire_net_close(owner.net);
}

CU_TestInfo tape_flush_tests[] = {
    {"all are told once, in order", all_are_told_once_in_order},
    {"a full disk fails all that wait", a_full_disk_fails_all_that_wait},
    {"a loop turns while the disk is waited for",
     a_loop_turns_while_the_disk_is_waited_for},
    CU_TEST_INFO_NULL,
};
