/* Who waits for input waits in the loop of the verb: what else lives there goes
 * on meanwhile.
 */
#include "cli/shared/wait.h"
#include "tests/suites.h"

#include <stdlib.h>
#include <unistd.h>

/* Something else in the loop, which writes what is waited for. */
struct neighbour {
    struct wire_timer timer;
    int fd;
    bool wrote;
};

static void on_timer(void *ctx)
{
    struct neighbour *n = ctx;

    n->wrote = write(n->fd, "x", 1) == 1;
}

static void set_up(struct wire_net **net, struct neighbour *n, int fd)
{
    CU_ASSERT_EQUAL_FATAL(wire_lws_open(net, td_clock_real(), NULL), TD_OK);
    *n = (struct neighbour){.timer = {.fire = on_timer, .ctx = n}, .fd = fd};
    wire_timer_set(*net, &n->timer, wire_now(*net) + TD_NS_PER_MS);
}

static void a_pipe_is_waited_for_in_the_loop(void)
{
    struct wire_net *net = NULL;
    struct neighbour n;
    struct cli_wait *wait;
    int ends[2];
    char byte;

    CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
    set_up(&net, &n, ends[1]);
    wait = cli_wait_new(net);
    cli_wait_readable(wait, ends[0]);
    CU_ASSERT_TRUE(n.wrote);
    CU_ASSERT_EQUAL(read(ends[0], &byte, 1), 1);
    cli_wait_free(wait);
    wire_net_close(net);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void growth_is_waited_for_in_the_loop(void)
{
    char path[] = "/tmp/td_wait_XXXXXX";
    struct wire_net *net = NULL;
    struct neighbour n;
    struct cli_wait *wait;
    int fd = mkstemp(path);

    CU_ASSERT_FATAL(fd >= 0);
    set_up(&net, &n, fd);
    wait = cli_wait_new(net);
    /* The first only begins to watch. */
    CU_ASSERT_EQUAL(cli_wait_growth(wait, path, NULL), TD_OK);
    CU_ASSERT_EQUAL(cli_wait_growth(wait, path, NULL), TD_OK);
    CU_ASSERT_TRUE(n.wrote);
    cli_wait_free(wait);
    wire_net_close(net);
    (void)close(fd);
    (void)unlink(path);
}

CU_TestInfo cli_shared_wait_tests[] = {
    {"a pipe is waited for in the loop", a_pipe_is_waited_for_in_the_loop},
    {"growth is waited for in the loop", growth_is_waited_for_in_the_loop},
    CU_TEST_INFO_NULL};
