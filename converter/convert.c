#include "converter/convert.h"

#include "converter/format.h"
#include "core/fs.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STEP ((size_t)256 * 1024) /* bytes written at once */

static const struct conv_format_ops *const formats[] = {
    &conv_csv, &conv_otel, &conv_mcap, &conv_har_format, &conv_page};
#define FORMATS (sizeof(formats) / sizeof(formats[0]))

struct conv_writer {
    const struct conv_format_ops *ops;
    void *self;
    struct conv_out out;
    struct td_fs_temp file;
    const char *path;
    bool is_stdout;
};

const char *conv_format_of(const char *path)
{
    size_t len = strlen(path);

    for (size_t i = 0; i < FORMATS; i++) {
        size_t n = strlen(formats[i]->suffix);

        if (len > n && !strcmp(path + len - n, formats[i]->suffix))
            return formats[i]->name;
    }
    return NULL;
}

static const struct conv_format_ops *find(const char *name)
{
    size_t i = 0;

    while (i + 1 < FORMATS && strcmp(formats[i]->name, name) != 0)
        i++;
    return formats[i];
}

static enum td_code flush(struct conv_writer *writer, struct td_error *err)
{
    int fd = writer->is_stdout ? STDOUT_FILENO : writer->file.fd;
    enum td_code code =
        td_fs_write(fd, td_buf_bytes(&writer->out.bytes),
                    writer->is_stdout ? "stdout" : writer->path, err);

    writer->out.gone += writer->out.bytes.len;
    td_buf_clear(&writer->out.bytes);
    return code;
}

enum td_code conv_open(struct conv_writer **out, const char *path,
                       const struct conv_options *options, struct td_error *err)
{
    struct conv_writer *writer = td_calloc(1, sizeof(*writer));
    enum td_code code = TD_OK;

    writer->path = path;
    writer->is_stdout = !strcmp(path, "-");
    writer->file.fd = -1;
    writer->ops = find(options->format);
    if (!writer->is_stdout)
        code = td_fs_temp_open(&writer->file, path, err);
    if (code) {
        conv_close(writer);
        return code;
    }
    writer->self = writer->ops->open(&writer->out, options);
    *out = writer;
    return TD_OK;
}

enum td_code conv_put(struct conv_writer *writer, const struct td_event *ev,
                      struct td_error *err)
{
    enum td_code code = writer->ops->put(writer->self, &writer->out, ev, err);

    if (!code && writer->out.bytes.len >= STEP)
        code = flush(writer, err);
    return code;
}

enum td_code conv_end(struct conv_writer *writer, struct td_error *err)
{
    enum td_code code = TD_OK;

    if (writer->ops->end)
        writer->ops->end(writer->self, &writer->out);
    if (writer->ops->finish)
        code = writer->ops->finish(writer->self, &writer->out, err);
    if (!code)
        code = flush(writer, err);
    if (code || writer->is_stdout)
        return code;
    return td_fs_temp_commit(&writer->file, err);
}

size_t conv_left_out(const struct conv_writer *writer, struct conv_left *list)
{
    return writer->ops->left_out ? writer->ops->left_out(writer->self, list)
                                 : 0;
}

void conv_close(struct conv_writer *writer)
{
    if (!writer)
        return;
    td_fs_temp_abort(&writer->file);
    if (writer->self)
        writer->ops->free(writer->self);
    td_buf_release(&writer->out.bytes);
    free(writer);
}
