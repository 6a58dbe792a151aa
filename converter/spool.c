#include "converter/spool.h"

#include "core/fs.h"
#include "core/mem.h"
#include "tape/line.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define IN_MEMORY ((size_t)8 << 20)

struct place {
    uint64_t at_ns;
    uint64_t offset; /* also the order they came in */
    uint64_t len;
};

struct conv_spool {
    struct td_buf places;
    struct td_buf lines; /* behind those in the file */
    uint64_t written;    /* bytes in the file */
    int fd;              /* of the file, or -1 */
    size_t next;
    struct td_buf line;
    struct td_buf scratch;
};

struct conv_spool *conv_spool_new(void)
{
    struct conv_spool *spool = td_calloc(1, sizeof(*spool));

    spool->fd = -1;
    return spool;
}

void conv_spool_free(struct conv_spool *spool)
{
    if (!spool)
        return;
    if (spool->fd >= 0)
        (void)close(spool->fd);
    td_buf_release(&spool->places);
    td_buf_release(&spool->lines);
    td_buf_release(&spool->line);
    td_buf_release(&spool->scratch);
    free(spool);
}

static enum td_code no_file(struct td_error *err)
{
    return td_error_errno(err, TD_IO, "the temporary file", errno,
                          "cannot be used");
}

/* A file that goes away by itself. */
static enum td_code open_file(struct conv_spool *spool, struct td_error *err)
{
    const char *dir = getenv("TMPDIR");
    struct td_buf path = {0};

    (void)td_buf_addf(&path, "%s/tapedeck-XXXXXX", dir && *dir ? dir : "/tmp");
    (void)td_buf_add_byte(&path, '\0');
    spool->fd = mkostemp((char *)path.ptr, O_CLOEXEC);
    if (spool->fd >= 0)
        (void)unlink((char *)path.ptr);
    td_buf_release(&path);
    return spool->fd >= 0 ? TD_OK : no_file(err);
}

static enum td_code write_out(struct conv_spool *spool, struct td_error *err)
{
    enum td_code code = spool->fd >= 0 ? TD_OK : open_file(spool, err);

    if (!code)
        code = td_fs_write(spool->fd, td_buf_bytes(&spool->lines),
                           "the temporary file", err);
    spool->written += spool->lines.len;
    td_buf_clear(&spool->lines);
    return code;
}

enum td_code conv_spool_put(struct conv_spool *spool, const struct td_event *ev,
                            struct td_error *err)
{
    struct td_event own = *ev;
    struct place place = {.at_ns = ev->at_ns,
                          .offset = spool->written + spool->lines.len};
    enum td_code code;

    own.seq = 1; /* a line has numbers, which the tape gives afresh */
    own.at_ns = 0;
    code = tape_line_encode(&spool->lines, &own);
    place.len = spool->written + spool->lines.len - place.offset;
    if (!code)
        code = td_buf_add(&spool->places, &place, sizeof(place));
    if (code)
        return td_error_set(err, TD_LIMIT, NULL, 0,
                            "more events, or a longer one, than can be "
                            "converted");
    return spool->lines.len > IN_MEMORY ? write_out(spool, err) : TD_OK;
}

static int earlier(const void *a, const void *b)
{
    const struct place *one = a;
    const struct place *two = b;

    if (one->at_ns != two->at_ns)
        return one->at_ns < two->at_ns ? -1 : 1;
    return one->offset < two->offset ? -1 : one->offset > two->offset;
}

enum td_code conv_spool_sort(struct conv_spool *spool, struct td_error *err)
{
    if (spool->places.len > 0)
        qsort(spool->places.ptr, spool->places.len / sizeof(struct place),
              sizeof(struct place), earlier);
    spool->next = 0;
    return spool->fd >= 0 ? write_out(spool, err) : TD_OK;
}

static enum td_code read_line(struct conv_spool *spool,
                              const struct place *place, struct td_error *err)
{
    uint8_t *to;
    ssize_t n;

    td_buf_clear(&spool->line);
    to = td_buf_room(&spool->line, place->len);
    if (!to)
        return td_error_set(err, TD_LIMIT, NULL, 0, "an event is too long");
    while (spool->line.len < place->len) {
        n = pread(spool->fd, to + spool->line.len, place->len - spool->line.len,
                  (off_t)(place->offset + spool->line.len));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return no_file(err);
        spool->line.len += (size_t)n;
    }
    return TD_OK;
}

enum td_code conv_spool_next(struct conv_spool *spool, struct td_event *ev,
                             struct td_error *err)
{
    const struct place *places =
        (const struct place *)(const void *)spool->places.ptr;
    const struct place *place;
    struct td_bytes line;
    enum td_code code;

    if (spool->next == spool->places.len / sizeof(*places))
        return TD_END;
    place = &places[spool->next++];
    if (spool->fd >= 0) {
        code = read_line(spool, place, err);
        if (code)
            return code;
        line = td_buf_bytes(&spool->line);
    } else {
        line = td_bytes(spool->lines.ptr + place->offset, place->len);
    }
    code = tape_line_parse(ev, td_bytes(line.ptr, line.len - 1),
                           &spool->scratch, false, err);
    ev->at_ns = place->at_ns;
    return code;
}
