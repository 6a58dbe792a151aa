/* A child is started, fed, waited for, and ended together with its own. */
#include "core/clock.h"
#include "core/proc.h"
#include "tests/suites.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#define LONG (60 * TD_NS_PER_S)

static enum td_code shell(struct td_proc *proc, const char *script)
{
    char sh[] = "sh";
    char c[] = "-c";
    char text[256];
    char *argv[] = {sh, c, text, NULL};
    struct td_proc_options o = {.argv = argv,
                                .in = TD_PROC_PIPE,
                                .out = TD_PROC_PIPE,
                                .err = TD_PROC_NULL};

    (void)snprintf(text, sizeof(text), "%s", script);
    return td_proc_spawn(proc, &o, NULL);
}

static void what_goes_in_comes_out(void)
{
    struct td_proc proc;
    char text[16] = {0};

    CU_ASSERT_EQUAL_FATAL(shell(&proc, "cat; exit 3"), TD_OK);
    CU_ASSERT_EQUAL(write(proc.in, "hello", 5), 5);
    (void)close(proc.in);
    proc.in = -1;
    CU_ASSERT_EQUAL(read(proc.out, text, sizeof(text)), 5);
    CU_ASSERT_STRING_EQUAL(text, "hello");
    CU_ASSERT_EQUAL(read(proc.out, text, sizeof(text)), 0);
    CU_ASSERT_EQUAL(td_proc_wait(&proc, LONG, NULL), TD_OK);
    CU_ASSERT_EQUAL(td_proc_wait(&proc, 0, NULL), TD_OK);
    CU_ASSERT_EQUAL(td_proc_exit_status(&proc), 3);
    td_proc_stop(&proc, 0);
}

static void a_running_child_times_out(void)
{
    struct td_proc proc;
    struct td_error err;

    CU_ASSERT_EQUAL_FATAL(shell(&proc, "cat"), TD_OK);
    CU_ASSERT_EQUAL(td_proc_wait(&proc, 0, &err), TD_TIMEOUT);
    CU_ASSERT_EQUAL(td_proc_wait(&proc, 1000000, &err), TD_TIMEOUT);
    td_proc_stop(&proc, LONG);
    td_proc_stop(&proc, LONG);
    CU_ASSERT_EQUAL(td_proc_exit_status(&proc), 128 + SIGTERM);
}

/* The ladder's second rung: "ready" says that the trap is set. */
static void one_that_ignores_term_is_killed_with_its_children(void)
{
    struct td_proc proc;
    struct td_buf text = {0};
    char ready[8];

    CU_ASSERT_EQUAL_FATAL(shell(&proc, "trap '' TERM; echo ready; cat; cat"),
                          TD_OK);
    CU_ASSERT_EQUAL(read(proc.out, ready, sizeof(ready)), 6);
    td_proc_stop(&proc, 20 * TD_NS_PER_MS);
    CU_ASSERT_EQUAL(td_proc_exit_text(&text, &proc), TD_OK);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&text), "killed by SIGKILL");
    CU_ASSERT_EQUAL(td_proc_exit_status(&proc), 128 + SIGKILL);
    td_buf_release(&text);
}

/* Its end is seen at the pipe that it holds. */
static void the_grandchild_dies_too(void)
{
    struct td_proc proc;
    char text[2];
    int out;

    CU_ASSERT_EQUAL_FATAL(shell(&proc, "tail -f /dev/null & echo r"), TD_OK);
    CU_ASSERT_EQUAL(read(proc.out, text, sizeof(text)), 2);
    out = dup(proc.out);
    CU_ASSERT_EQUAL(td_proc_wait(&proc, LONG, NULL), TD_OK);
    CU_ASSERT_EQUAL(td_proc_exit_status(&proc), 0);
    td_proc_stop(&proc, LONG);
    CU_ASSERT_EQUAL(read(out, text, sizeof(text)), 0);
    (void)close(out);
}

static void a_missing_program_is_an_error_at_once(void)
{
    char name[] = "no-such-program-here";
    char *argv[] = {name, NULL};
    struct td_proc_options o = {.argv = argv};
    struct td_proc proc;
    struct td_error err;

    CU_ASSERT_EQUAL(td_proc_spawn(&proc, &o, &err), TD_IO);
    CU_ASSERT_STRING_EQUAL(err.where, name);
    CU_ASSERT_STRING_EQUAL(err.text, "cannot start: No such file or directory");
    CU_ASSERT_STRING_EQUAL(err.hint, "is it installed and in PATH?");
    td_proc_stop(&proc, 0);
}

static void the_folder_is_named_if_it_is_the_folder(void)
{
    char name[] = "true";
    char *argv[] = {name, NULL};
    struct td_proc_options o = {.argv = argv, .dir = "/no/such/folder"};
    struct td_proc proc;
    struct td_error err;

    CU_ASSERT_EQUAL(td_proc_spawn(&proc, &o, &err), TD_IO);
    CU_ASSERT_STRING_EQUAL(err.where, "/no/such/folder");
    CU_ASSERT_STRING_EQUAL(
        err.text, "cannot work in the folder: No such file or directory");
    td_proc_stop(&proc, 0);
}

static void directory_and_environment_are_set(void)
{
    char sh[] = "sh";
    char c[] = "-c";
    char text[] = "echo $PWD $X";
    char x[] = "X=7";
    char *argv[] = {sh, c, text, NULL};
    char *env[] = {x, NULL};
    struct td_proc_options o = {.argv = argv,
                                .env = env,
                                .dir = "/",
                                .in = TD_PROC_NULL,
                                .out = TD_PROC_PIPE};
    struct td_proc proc;
    char out[16] = {0};

    CU_ASSERT_EQUAL_FATAL(td_proc_spawn(&proc, &o, NULL), TD_OK);
    CU_ASSERT_EQUAL(read(proc.out, out, sizeof(out) - 1), 4);
    CU_ASSERT_STRING_EQUAL(out, "/ 7\n");
    CU_ASSERT_EQUAL(td_proc_wait(&proc, TD_NEVER, NULL), TD_OK);
    td_proc_stop(&proc, 0);
}

static void both_streams_may_go_one_way(void)
{
    char sh[] = "sh";
    char c[] = "-c";
    char text[] = "printf a; printf b >&2; printf c";
    char *argv[] = {sh, c, text, NULL};
    struct td_proc_options o = {.argv = argv,
                                .in = TD_PROC_NULL,
                                .out = TD_PROC_PIPE,
                                .err = TD_PROC_WITH_OUT};
    struct td_proc proc;
    char out[8] = {0};

    CU_ASSERT_EQUAL_FATAL(td_proc_spawn(&proc, &o, NULL), TD_OK);
    CU_ASSERT_EQUAL(td_proc_wait(&proc, TD_NEVER, NULL), TD_OK);
    CU_ASSERT_EQUAL(read(proc.out, out, sizeof(out) - 1), 3);
    CU_ASSERT_STRING_EQUAL(out, "abc");
    CU_ASSERT_EQUAL(proc.err, -1);
    td_proc_stop(&proc, 0);
}

CU_TestInfo core_proc_tests[] = {
    {"what goes in comes out", what_goes_in_comes_out},
    {"a running child times out", a_running_child_times_out},
    {"one that ignores TERM is killed with its children",
     one_that_ignores_term_is_killed_with_its_children},
    {"the grandchild dies too", the_grandchild_dies_too},
    {"a missing program is an error at once",
     a_missing_program_is_an_error_at_once},
    {"the folder is named if it is the folder",
     the_folder_is_named_if_it_is_the_folder},
    {"directory and environment are set", directory_and_environment_are_set},
    {"both streams may go one way", both_streams_may_go_one_way},
    CU_TEST_INFO_NULL,
};
