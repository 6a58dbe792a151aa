/* The log of an execution in a file: a line each, with its time of day. */
#include "console/console_internal.h"
#include "core/fs.h"
#include "core/mem.h"

#include <stdlib.h>
#include <unistd.h>

struct console_log_file {
    int fd;
    char *path;
};

enum td_code console_log_file_open(struct console_log_file **out,
                                   const char *path, struct td_error *err)
{
    int fd;
    enum td_code code = td_fs_create(&fd, path, TD_FS_KEEP, err);

    if (code)
        return code;
    if (lseek(fd, 0, SEEK_END) < 0) {
        (void)close(fd);
        return td_error_set(err, TD_IO, path, 0,
                            "is no file that can be added to");
    }
    *out = td_calloc(1, sizeof(**out));
    **out = (struct console_log_file){.fd = fd, .path = td_strdup(path)};
    return TD_OK;
}

/* "2026-11-28T19:02:05.118Z WARN  x7 T049: exit 1" */
static void put_line(struct td_buf *out, const struct seen *s,
                     const struct seen_log *log)
{
    static const struct text_style plain = {.utf8 = true};
    static const char *const levels[] = {"DEBUG", "INFO ", "WARN ", "ERROR"};

    (void)td_time_format(out, log->wall_ns);
    (void)td_buf_addf(out, " %s ", levels[log->level]);
    text_clean(out, td_text(s->execution), &plain);
    if (log->task != SEEN_NONE) {
        (void)td_buf_add_text(out, " ");
        text_clean(out, td_text(seen_task_id(&s->tasks[log->task])), &plain);
    }
    (void)td_buf_add_text(out, ": ");
    text_clean(out, td_text(log->text), &plain);
    (void)td_buf_add_text(out, "\n");
}

enum td_code console_log_file_write(struct console_log_file *file,
                                    const struct seen *s, uint64_t told,
                                    struct td_error *err)
{
    struct td_buf text = {0};
    uint64_t first = told > s->logs_dropped ? told - s->logs_dropped : 0;
    enum td_code code = TD_OK;

    for (uint64_t i = first; i < s->log_count; i++)
        put_line(&text, s, &s->logs[(s->log_first + i) % s->logs_max]);
    if (text.len)
        code = td_fs_write(file->fd, td_buf_bytes(&text), file->path, err);
    td_buf_release(&text);
    return code;
}

void console_log_file_close(struct console_log_file *file)
{
    if (!file)
        return;
    (void)close(file->fd);
    free(file->path);
    free(file);
}
