#include "orchestrator/keeper/ledger.h"

#include "core/fs.h"
#include "core/json.h"
#include "core/json_writer.h"
#include "core/take.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME       "keeper.log"
#define LEDGER_MAX ((size_t)256 << 20)
#define DEPTH      4

static enum td_code failed(struct td_error *err, const char *what)
{
    return td_error_errno(err, TD_IO, NAME, errno, what);
}

/* A keeper that was killed in the middle of a line leaves it without an end. */
static bool is_torn(int fd)
{
    struct stat st;
    char last = '\n';

    return fstat(fd, &st) == 0 && st.st_size > 0 &&
           pread(fd, &last, 1, st.st_size - 1) == 1 && last != '\n';
}

static void line_of_keeper(struct td_buf *out, const char *boot, uint64_t start)
{
    struct td_json_writer w = td_json_writer(out);

    td_json_object(&w, NULL);
    td_json_put_u64(&w, "keeper", 1);
    td_json_put_i64(&w, "pid", getpid());
    td_json_put_u64(&w, "start", start);
    td_json_put_text(&w, "boot", boot);
    td_json_object_end(&w);
    (void)td_json_line(&w);
}

enum td_code keep_ledger_open(struct keep_ledger *ledger, int dir,
                              const char *boot, uint64_t start,
                              struct td_error *err)
{
    enum td_code code;

    *ledger = (struct keep_ledger){
        .fd = openat(dir, NAME, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600),
        .must_sync = true,
        .sync_at = TD_NEVER};
    if (ledger->fd < 0)
        return failed(err, "cannot open");
    if (is_torn(ledger->fd))
        (void)td_buf_add_byte(&ledger->lines, '\n');
    line_of_keeper(&ledger->lines, boot, start);
    keep_ledger_pace(ledger, false, 0);
    code = keep_ledger_flush(ledger, 0, err);
    if (!code)
        code = td_fs_sync(dir, "the keeper's folder", err);
    return code;
}

void keep_ledger_spawned(struct keep_ledger *ledger, const char *id,
                         int64_t pid, uint64_t start)
{
    struct td_json_writer w = td_json_writer(&ledger->lines);

    td_json_object(&w, NULL);
    td_json_put_text(&w, "spawned", id);
    td_json_put_i64(&w, "pid", pid);
    td_json_put_u64(&w, "start", start);
    td_json_object_end(&w);
    (void)td_json_line(&w);
}

void keep_ledger_ended(struct keep_ledger *ledger, const char *id, int status)
{
    struct td_json_writer w = td_json_writer(&ledger->lines);

    td_json_object(&w, NULL);
    td_json_put_text(&w, "ended", id);
    td_json_put_i64(&w, "status", status);
    td_json_object_end(&w);
    (void)td_json_line(&w);
    ledger->must_sync = true;
}

void keep_ledger_failed(struct keep_ledger *ledger, const char *id,
                        const struct td_error *why)
{
    struct td_json_writer w = td_json_writer(&ledger->lines);

    td_json_object(&w, NULL);
    td_json_put_text(&w, "failed", id);
    td_json_put_i64(&w, "errnum", why->errnum);
    td_json_put_text(&w, "why", why->text);
    td_json_object_end(&w);
    (void)td_json_line(&w);
}

static enum td_code write_lines(struct keep_ledger *ledger,
                                struct td_error *err)
{
    struct stat before;
    enum td_code code;

    if (!ledger->lines.len)
        return TD_OK;
    if (fstat(ledger->fd, &before) != 0)
        return failed(err, "cannot look at it");
    code = td_fs_write(ledger->fd, td_buf_bytes(&ledger->lines), NAME, err);
    if (code)
        (void)!ftruncate(ledger->fd, before.st_size);
    else
        td_buf_clear(&ledger->lines);
    return code;
}

void keep_ledger_pace(struct keep_ledger *ledger, bool lazily, uint64_t now)
{
    uint64_t at = lazily ? now + KEEP_SYNC_NS : now;

    if (ledger->must_sync && at < ledger->sync_at)
        ledger->sync_at = at;
}

enum td_code keep_ledger_flush(struct keep_ledger *ledger, uint64_t now,
                               struct td_error *err)
{
    enum td_code code = write_lines(ledger, err);

    if (code || !ledger->must_sync || now < ledger->sync_at)
        return code;
    if (fdatasync(ledger->fd) != 0 && errno != EINVAL)
        return failed(err, "cannot sync");
    ledger->must_sync = false;
    ledger->sync_at = TD_NEVER;
    return TD_OK;
}

/* The integer of a member; false: there is none. */
static bool member_number(const struct td_json_doc *doc, const char *name,
                          int64_t *n)
{
    uint32_t at = td_json_member(doc, 0, td_text(name));
    struct td_bytes raw = td_json_raw(doc, at);
    bool minus = raw.len && raw.ptr[0] == '-';
    uint64_t digits;

    if (!at || doc->values[at].kind != TD_JSON_NUMBER ||
        doc->values[at].flags & TD_JSON_NOT_INT)
        return false;
    raw = minus ? td_bytes(raw.ptr + 1, raw.len - 1) : raw;
    if (!td_take_number(&raw, &digits) || digits > INT64_MAX)
        return false;
    *n = minus ? -(int64_t)digits : (int64_t)digits;
    return true;
}

/* The text of a member, of at most KEEP_ID_MAX bytes. */
static bool member_id(const struct td_json_doc *doc, const char *name,
                      struct td_buf *id)
{
    uint32_t at = td_json_member(doc, 0, td_text(name));

    td_buf_clear(id);
    return at && doc->values[at].kind == TD_JSON_STRING &&
           !td_json_unescape(id, td_json_inner(doc, at)) && id->len > 0 &&
           !memchr(id->ptr, 0, id->len);
}

static bool read_line(const struct td_json_doc *doc, struct td_buf *id,
                      struct keep_record *r)
{
    int64_t start = 0;
    int64_t status = 0;

    *r = (struct keep_record){.ended = member_id(doc, "ended", id)};
    if (r->ended) {
        if (!member_number(doc, "status", &status) || status < -128 ||
            status > 255)
            return false;
        r->status = (int)status;
    } else if (member_id(doc, "failed", id)) {
        r->failed = true;
    } else if (!member_id(doc, "spawned", id) ||
               !member_number(doc, "pid", &r->pid) ||
               !member_number(doc, "start", &start) || start < 0) {
        return false;
    }
    r->start = (uint64_t)start;
    return true;
}

void keep_ledger_read(struct td_bytes text,
                      void (*each)(void *ctx, const struct keep_record *),
                      void *ctx)
{
    struct td_buf id = {.max = KEEP_ID_MAX + 1};
    struct td_json_doc doc = {0};

    while (text.len > 0) {
        const uint8_t *end = memchr(text.ptr, '\n', text.len);
        struct td_bytes line =
            td_bytes(text.ptr, end ? (size_t)(end - text.ptr) : text.len);
        struct keep_record r;

        /* What has no end may be the beginning of something else. */
        if (end && !td_json_parse(&doc, line, DEPTH, NULL) &&
            read_line(&doc, &id, &r) && id.len <= KEEP_ID_MAX) {
            r.id = td_buf_str(&id);
            each(ctx, &r);
        }
        line.len += end ? 1 : 0;
        text = td_bytes(text.ptr + line.len, text.len - line.len);
    }
    td_json_release(&doc);
    td_buf_release(&id);
}

enum td_code keep_recall(const char *dir,
                         void (*each)(void *ctx, const struct keep_record *),
                         void *ctx, struct td_error *err)
{
    struct td_buf path = {0};
    struct td_buf text = {.max = LEDGER_MAX};
    enum td_code code = TD_OK;

    (void)td_buf_addf(&path, "%s/" NAME, dir);
    if (access(td_buf_str(&path), F_OK) == 0 || errno != ENOENT)
        code = td_fs_read(&text, td_buf_str(&path), err);
    if (!code)
        keep_ledger_read(td_buf_bytes(&text), each, ctx);
    td_buf_release(&text);
    td_buf_release(&path);
    return code;
}
