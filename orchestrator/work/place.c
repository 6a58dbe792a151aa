#include "orchestrator/work/place.h"

#include "core/glob.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "orchestrator/work/place_internal.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool work_is_pattern(const char *text)
{
    return td_glob_is(td_text(text));
}

static enum td_code wrong(const char *text, struct td_error *err,
                          const char *why, const char *mend)
{
    (void)td_error_set(err, TD_USAGE, text, 0, "%s", why);
    return td_error_hint(err, "%s", mend);
}

/* What is wrong with one part; NULL: nothing. */
static const char *wrong_part(struct td_bytes part)
{
    if (part.len == 0)
        return "has an empty part";
    if (td_bytes_is(part, "."))
        return "has a part \".\"";
    if (td_bytes_is(part, ".."))
        return "leads out of the workspace by \"..\"";
    return part.len > NAME_MAX ? "has a part of more than 255 bytes" : NULL;
}

static enum td_code check_parts(const char *text, size_t len,
                                struct td_error *err)
{
    unsigned depth = 0;

    for (size_t at = 0; at <= len;) {
        const char *slash = memchr(text + at, '/', len - at);
        size_t end = slash ? (size_t)(slash - text) : len;
        const char *why = wrong_part(td_bytes(text + at, end - at));

        if (why)
            return wrong(text, err, why,
                         "write it relative to the workspace, as raw/a.csv");
        if (++depth > WORK_DEPTH)
            return wrong(text, err, "is too deep", "at most 64 folders");
        if (at == 0 && end == sizeof(WORK_STATE) - 1 &&
            !memcmp(text, WORK_STATE, end) && strcmp(text, WORK_GATES) != 0)
            return wrong(text, err,
                         "is in " WORK_STATE ", which is no part of it",
                         "name another folder");
        at = end + 1;
    }
    return TD_OK;
}

static bool has_control(const char *text)
{
    for (; *text; text++)
        if (iscntrl((unsigned char)*text) ||
            ((uint8_t)text[0] == 0xc2 && (uint8_t)text[1] < 0xa0))
            return true;
    return false;
}

enum td_code work_name_check(const char *text, enum work_name what,
                             struct td_error *err)
{
    size_t len = strlen(text);

    if (len == 0)
        return wrong("\"\"", err, "is no path", "name a file");
    if (len > WORK_PATH_MAX)
        return wrong(text, err, "is longer than 1024 bytes", "shorten it");
    if (has_control(text) || !td_utf8_valid(td_text(text)))
        return wrong(text, err, "has control characters, or is not UTF-8",
                     "rename the file");
    if (text[0] == '/')
        return wrong(text, err, "is absolute",
                     "write it relative to the workspace, as raw/a.csv");
    if (what != WORK_PATH && !strcmp(text, "."))
        return TD_OK;
    if (text[len - 1] == '/') {
        if (what == WORK_PATH)
            return wrong(text, err, "is a folder", "name a file");
        len--;
    }
    if (what != WORK_PATTERN && work_is_pattern(text))
        return wrong(text, err, "is a pattern", "name it whole");
    return check_parts(text, len, err);
}

enum td_code work_dir(char **out, const struct work_place *place,
                      const char *dir, struct td_error *err)
{
    struct td_buf path = {0};
    enum td_code code = work_name_check(dir, WORK_TREE, err);
    int fd;

    *out = NULL;
    if (code)
        return code;
    fd = work_beneath(place->root_fd, dir, O_PATH | O_DIRECTORY);
    if (fd < 0)
        return work_beneath_failed(dir, errno, err);
    (void)close(fd);
    (void)td_buf_addf(&path, "%s%s%s", place->root, strcmp(dir, ".") ? "/" : "",
                      strcmp(dir, ".") ? dir : "");
    *out = td_strdup(td_buf_str(&path));
    td_buf_release(&path);
    return TD_OK;
}

enum td_code work_put(struct work_place *place, const char *path,
                      struct td_bytes bytes, struct td_error *err)
{
    enum td_code code = work_name_check(path, WORK_PATH, err);

    return code ? code : work_replace(place, place->root_fd, path, bytes, err);
}

enum td_code work_open_file(int *fd, uint64_t *size,
                            const struct work_place *place, const char *path,
                            struct td_error *err)
{
    struct stat st;

    if (work_name_check(path, WORK_PATH, err))
        return TD_USAGE;
    *fd = work_beneath(place->root_fd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (*fd < 0) {
        bool out = errno == EXDEV;

        (void)work_beneath_failed(path, errno, err);
        return err->code = out ? TD_USAGE : TD_IO;
    }
    if (fstat(*fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        (void)close(*fd);
        return td_error_set(err, TD_USAGE, path, 0, "is not a file");
    }
    *size = (uint64_t)st.st_size;
    return TD_OK;
}

enum td_code work_read(const struct work_place *place, const char *path,
                       struct td_buf *out, struct td_error *err)
{
    uint8_t piece[16384];
    uint64_t size;
    ssize_t n = 0;
    int fd;
    enum td_code code = work_open_file(&fd, &size, place, path, err);

    if (code)
        return code;
    while (!code && (n = read(fd, piece, sizeof(piece))) > 0)
        if (td_buf_add(out, piece, (size_t)n))
            code = td_error_set(err, TD_LIMIT, path, 0, "it is too long");
    if (n < 0)
        code = td_error_errno(err, TD_IO, path, errno, "cannot be read");
    (void)close(fd);
    return code;
}
