/* A file is whole or not there, belongs to one writer, and errors name it. */
#include "core/fs.h"
#include "tests/suites.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A fresh directory that the test lives in, and the way back. */
struct place {
    char dir[32];
    char *home;
};

static void enter(struct place *place)
{
    (void)memcpy(place->dir, "/tmp/td-fs-XXXXXX", 18);
    place->home = get_current_dir_name();
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(place->dir));
    CU_ASSERT_EQUAL_FATAL(chdir(place->dir), 0);
}

/* The directory must be empty again but for `file`. */
static void leave(struct place *place, const char *file)
{
    CU_ASSERT_EQUAL(file ? unlink(file) : 0, 0);
    CU_ASSERT_EQUAL(chdir(place->home), 0);
    CU_ASSERT_EQUAL(rmdir(place->dir), 0);
    free(place->home);
}

static void replace_and_read_back(void)
{
    struct place place;
    struct td_buf buf = {0};
    struct td_error err;

    enter(&place);
    CU_ASSERT_EQUAL(td_fs_replace("x", td_text("one"), &err), TD_OK);
    CU_ASSERT_EQUAL(td_fs_replace("x", td_text("two\n"), &err), TD_OK);
    CU_ASSERT_EQUAL(td_fs_read(&buf, "x", &err), TD_OK);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&buf), "two\n");
    td_buf_release(&buf);
    leave(&place, "x");
}

static void an_aborted_replacement_leaves_no_trace(void)
{
    struct place place;
    struct td_fs_temp temp;
    struct td_buf buf = {0};

    enter(&place);
    CU_ASSERT_EQUAL(td_fs_replace("x", td_text("old"), NULL), TD_OK);
    CU_ASSERT_EQUAL(td_fs_temp_open(&temp, "x", NULL), TD_OK);
    CU_ASSERT_EQUAL(td_fs_write(temp.fd, td_text("new"), "x", NULL), TD_OK);
    td_fs_temp_abort(&temp);
    td_fs_temp_abort(&temp);
    CU_ASSERT_EQUAL(td_fs_read(&buf, "x", NULL), TD_OK);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&buf), "old");
    td_buf_release(&buf);
    leave(&place, "x");
}

static void a_device_is_written_and_not_replaced(void)
{
    struct stat st;

    CU_ASSERT_EQUAL(td_fs_replace("/dev/null", td_text("gone"), NULL), TD_OK);
    CU_ASSERT_EQUAL(stat("/dev/null", &st), 0);
    CU_ASSERT(S_ISCHR(st.st_mode));
}

static void a_file_longer_than_the_limit_is_refused(void)
{
    struct place place;
    struct td_error err;

    enter(&place);
    CU_ASSERT_EQUAL(td_fs_replace("x", td_text("12345"), NULL), TD_OK);
    for (size_t max = 4; max <= 6; max++) {
        struct td_buf buf;
        enum td_code code;

        td_buf_init(&buf, max);
        code = td_fs_read(&buf, "x", &err);
        CU_ASSERT_EQUAL(code, max < 5 ? TD_LIMIT : TD_OK);
        CU_ASSERT_EQUAL(buf.len, max < 5 ? 4 : 5);
        td_buf_release(&buf);
    }
    leave(&place, "x");
}

static void one_writer_holds_the_file(void)
{
    struct place place;
    struct td_error err;
    int first;
    int second;

    enter(&place);
    CU_ASSERT_EQUAL(td_fs_create(&first, "x", TD_FS_NEW, &err), TD_OK);
    CU_ASSERT_EQUAL(td_fs_write(first, td_text("kept"), "x", &err), TD_OK);
    CU_ASSERT_EQUAL(td_fs_create(&second, "x", TD_FS_NEW, &err), TD_IO);
    CU_ASSERT_STRING_EQUAL(err.text, "the file exists already");
    CU_ASSERT_EQUAL(td_fs_create(&second, "x", TD_FS_REPLACE, &err), TD_IO);
    CU_ASSERT_STRING_EQUAL(err.text, "another program is writing to it");
    CU_ASSERT_EQUAL(lseek(first, 0, SEEK_END), 4);
    (void)close(first);
    CU_ASSERT_EQUAL(td_fs_create(&second, "x", TD_FS_EXISTING, &err), TD_OK);
    CU_ASSERT_EQUAL(lseek(second, 0, SEEK_END), 4);
    (void)close(second);
    CU_ASSERT_EQUAL(td_fs_create(&second, "x", TD_FS_REPLACE, &err), TD_OK);
    CU_ASSERT_EQUAL(lseek(second, 0, SEEK_END), 0);
    (void)close(second);
    leave(&place, "x");
}

static void errors_say_which_file_and_why(void)
{
    struct place place;
    struct td_buf buf = {0};
    struct td_error err;
    int fd;

    enter(&place);
    CU_ASSERT_EQUAL(td_fs_read(&buf, "none", &err), TD_IO);
    CU_ASSERT_STRING_EQUAL(err.where, "none");
    CU_ASSERT_STRING_EQUAL(err.text, "cannot open: No such file or directory");
    CU_ASSERT_EQUAL(td_fs_read(&buf, ".", &err), TD_IO);
    CU_ASSERT_STRING_EQUAL(err.text, "is a directory, not a file");
    CU_ASSERT_EQUAL(td_fs_replace(".", td_text(""), &err), TD_IO);
    CU_ASSERT_EQUAL(td_fs_replace("none/x", td_text(""), &err), TD_IO);
    CU_ASSERT_STRING_EQUAL(err.where, "none/x");
    CU_ASSERT_EQUAL(td_fs_create(&fd, "none", TD_FS_EXISTING, &err), TD_IO);
    CU_ASSERT_EQUAL(fd, -1);
    CU_ASSERT_EQUAL(td_fs_replace("/dev/full", td_text("x"), &err), TD_IO);
    CU_ASSERT_STRING_EQUAL(err.text, "cannot write: No space left on device");
    leave(&place, NULL);
}

static void free_space_is_told_for_files_to_come(void)
{
    struct place place;
    uint64_t here = 0;
    uint64_t there = 0;

    enter(&place);
    CU_ASSERT_EQUAL(td_fs_free(&here, ".", NULL), TD_OK);
    CU_ASSERT_EQUAL(td_fs_free(&there, "not-yet", NULL), TD_OK);
    CU_ASSERT(here > 0 && there > 0);
    CU_ASSERT_EQUAL(td_fs_free(&here, "no/where/x", NULL), TD_IO);
    leave(&place, NULL);
}

static void a_pipe_or_a_device_is_no_file(void)
{
    char path[] = "/tmp/td_fs_pipe_XXXXXX";
    struct td_error err = {0};
    int fd = mkstemp(path);

    CU_ASSERT_FATAL(fd >= 0);
    (void)close(fd);
    CU_ASSERT(td_fs_open_file(&fd, path, &err) == TD_OK);
    (void)close(fd);
    CU_ASSERT(unlink(path) == 0 && mkfifo(path, 0600) == 0);
    CU_ASSERT(td_fs_open_file(&fd, path, &err) == TD_IO && fd == -1);
    CU_ASSERT(strstr(err.text, "is a pipe or a device") != NULL);
    CU_ASSERT(td_fs_open_file(&fd, "/dev/zero", &err) == TD_IO);
    CU_ASSERT(td_fs_open_file(&fd, "/tmp", &err) == TD_IO);
    CU_ASSERT(td_fs_open_file(&fd, "/no/such", &err) == TD_IO);
    (void)unlink(path);
}

CU_TestInfo core_fs_tests[] = {
    {"replace and read back", replace_and_read_back},
    {"an aborted replacement leaves no trace",
     an_aborted_replacement_leaves_no_trace},
    {"a device is written and not replaced",
     a_device_is_written_and_not_replaced},
    {"a file longer than the limit is refused",
     a_file_longer_than_the_limit_is_refused},
    {"one writer holds the file", one_writer_holds_the_file},
    {"a pipe or a device is no file", a_pipe_or_a_device_is_no_file},
    {"errors say which file and why", errors_say_which_file_and_why},
    {"free space is told for files to come",
     free_space_is_told_for_files_to_come},
    CU_TEST_INFO_NULL,
};
