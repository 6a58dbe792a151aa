#include "core/proc_why.h"

#include "core/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define FIRST_LINE 256 /* bytes: the kernel looks at as many (execve(2)) */

/* Where the program is: path is what to open. False: nowhere. */
static bool find(struct td_buf *path, const char *program, const char *dir)
{
    const char *list = getenv("PATH");

    if (strchr(program, '/')) {
        (void)td_buf_addf(path, *program == '/' || !dir ? "%.0s%s" : "%s/%s",
                          dir ? dir : "", program);
        return access(td_buf_str(path), F_OK) == 0;
    }
    while (list && *list) {
        size_t len = strcspn(list, ":");

        td_buf_clear(path);
        (void)td_buf_addf(path, "%.*s/%s", (int)len, list, program);
        if (len > 0 && access(td_buf_str(path), F_OK) == 0)
            return true;
        list += len + (list[len] == ':');
    }
    return false;
}

/* What the first line asks for: "#! /bin/sh -e" is "/bin/sh". */
static bool interpreter_of(struct td_buf *out, const char *path)
{
    char line[FIRST_LINE + 1];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t n = fd < 0 ? -1 : read(fd, line, FIRST_LINE);
    char *at;

    if (fd >= 0)
        (void)close(fd);
    line[n > 0 ? n : 0] = '\0';
    if (strncmp(line, "#!", 2) != 0)
        return false;
    line[strcspn(line, "\n")] = '\0';
    at = line + 2 + strspn(line + 2, " \t");
    (void)td_buf_add(out, at, strcspn(at, " \t"));
    return out->len > 0;
}

static void hint_of_script(struct td_error *err, const char *interpreter)
{
    size_t len = strlen(interpreter);

    if (interpreter[len - 1] == '\r')
        (void)td_error_hint(err, "its first line ends as on Windows, with a "
                                 "carriage return: sed -i 's/\\r$//' FILE");
    else if (access(interpreter, F_OK) != 0)
        (void)td_error_hint(err,
                            "its first line asks for %.100s, which is not "
                            "there",
                            interpreter);
    else
        (void)td_error_hint(err,
                            "its first line asks for %.100s, which cannot be "
                            "executed",
                            interpreter);
}

static void hint_of_refused(struct td_error *err, const char *program,
                            const char *path)
{
    struct statvfs fs;
    struct stat st;

    if (stat(path, &st) != 0)
        (void)td_error_hint(err, "a folder above it may not be entered");
    else if (S_ISDIR(st.st_mode))
        (void)td_error_hint(err, "it is a folder");
    else if (access(path, X_OK) != 0 && !(st.st_mode & 0111))
        (void)td_error_hint(err, "it is not executable: chmod +x %.100s",
                            program);
    else if (statvfs(path, &fs) == 0 && (fs.f_flag & ST_NOEXEC))
        (void)td_error_hint(err, "it lies on a file system that is mounted "
                                 "noexec");
    else if (access(path, X_OK) != 0)
        (void)td_error_hint(err, "this user may not execute it");
}

static void hint(struct td_error *err, const char *program, const char *path,
                 int errnum)
{
    struct td_buf interpreter = {0};

    if (errnum == ENOEXEC)
        (void)td_error_hint(err, "it is no program of this machine, and no "
                                 "script whose first line begins with #!");
    else if (errnum == EACCES &&
             (access(path, X_OK) != 0 || !interpreter_of(&interpreter, path)))
        hint_of_refused(err, program, path);
    else if (interpreter.len > 0 || interpreter_of(&interpreter, path))
        hint_of_script(err, td_buf_str(&interpreter));
    else if (errnum == ENOENT)
        (void)td_error_hint(err, "it is there, and the loader that it asks "
                                 "for is not: was it built for another "
                                 "system?");
    td_buf_release(&interpreter);
}

enum td_code td_proc_why(const char *program, const char *dir, int errnum,
                         struct td_error *err)
{
    struct td_buf path = {0};
    struct stat st;

    if (dir &&
        (stat(dir, &st) != 0 || !S_ISDIR(st.st_mode) || access(dir, X_OK) != 0))
        return td_error_errno(err, TD_IO, dir, errnum,
                              "cannot work in the folder");
    (void)td_error_errno(err, TD_IO, program, errnum, "cannot start");
    if (find(&path, program, dir))
        hint(err, program, td_buf_str(&path), errnum);
    else if (errnum == ENOENT)
        (void)td_error_hint(err, strchr(program, '/')
                                     ? "is it built, and the path right?"
                                     : "is it installed and in PATH?");
    td_buf_release(&path);
    return TD_IO;
}
