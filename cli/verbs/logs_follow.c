#include "cli/verbs/logs_follow.h"

#include "core/fs.h"
#include "core/json.h"
#include "core/mem.h"
#include "orchestrator/keeper/keeper.h"
#include "orchestrator/run/folder.h"
#include "orchestrator/run/look.h"
#include "tape/reader.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOOK_MS 100 /* between two looks */
#define HELD    10  /* looks between two at who runs it */
#define PART    1024
#define CUT     "\n[tapedeck: " /* where the middle is left out */
#define PIECE   ((size_t)64 * 1024)
#define LOG_MAX ((size_t)1 << 30)

struct follower {
    char name[PLAN_TASK_NAME]; /* of the task, in events */
    char *path;                /* of the log */
    char *journal;
    struct tape_reader *tape;
    struct td_json_doc doc;
    int fd; /* of the log; -1: it is not there yet */
    ino_t inode;
    uint64_t at;        /* bytes of it that were printed, */
    uint8_t head[PART]; /* the first and the last of them */
    uint8_t tail[PART];
    size_t tail_len;
    bool over;
    bool left; /* nobody runs it */
};

/* ---- the log ---- */

static void keep_tail(struct follower *f, struct td_bytes piece)
{
    size_t kept = f->tail_len;

    if (piece.len >= PART)
        kept = 0;
    else if (kept + piece.len > PART)
        kept = PART - piece.len;
    memmove(f->tail, f->tail + f->tail_len - kept, kept);
    if (piece.len > PART) {
        piece.ptr += piece.len - PART;
        piece.len = PART;
    }
    memcpy(f->tail + kept, piece.ptr, piece.len);
    f->tail_len = kept + piece.len;
}

static enum td_code print_new(struct follower *f, struct td_error *err)
{
    static uint8_t piece[PIECE];
    ssize_t got;

    while (f->fd >= 0 && (got = pread(f->fd, piece, PIECE, (off_t)f->at)) > 0) {
        struct td_bytes bytes = td_bytes(piece, (size_t)got);

        if (td_fs_write(STDOUT_FILENO, bytes, "stdout", err))
            return err->code;
        if (f->at < PART)
            memcpy(f->head + f->at, piece,
                   bytes.len < PART - f->at ? bytes.len : PART - f->at);
        f->at += bytes.len;
        keep_tail(f, bytes);
    }
    return TD_OK;
}

/* Behind what was printed last, or where its middle is left out, if that has
 * gone with it. */
static size_t place_in(const struct follower *f, struct td_bytes text)
{
    for (size_t at = text.len; at > PART; at--)
        if (!memcmp(text.ptr + at - PART, f->tail, PART))
            return at;
    for (size_t at = text.len; at > sizeof(CUT); at--)
        if (!memcmp(text.ptr + at - sizeof(CUT), CUT, sizeof(CUT) - 1))
            return at - sizeof(CUT) + (f->tail[f->tail_len - 1] == '\n');
    return 0;
}

/* A log that became long has lost its middle (orchestrator/keeper/joblog.h).
 * That of another attempt is new. */
static void find_place(struct follower *f)
{
    struct td_buf text = {.max = LOG_MAX};
    struct td_error ignored; /* it has gone again */
    bool was_long = f->at >= KEEP_LOG_MIN;

    f->at = 0;
    if (was_long && !td_fs_read(&text, f->path, &ignored) && text.len > PART &&
        !memcmp(text.ptr, f->head, PART))
        f->at = place_in(f, td_buf_bytes(&text));
    td_buf_release(&text);
}

static enum td_code look_at_log(struct follower *f, struct td_error *err)
{
    struct stat st;
    int fd;

    if (print_new(f, err))
        return err->code;
    fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        if (fd >= 0)
            (void)close(fd);
        return TD_OK;
    }
    if (f->fd >= 0)
        (void)close(f->fd);
    f->fd = fd;
    if (f->inode != st.st_ino)
        find_place(f);
    else if ((uint64_t)st.st_size < f->at)
        f->at = 0;
    f->inode = st.st_ino;
    return print_new(f, err);
}

/* ---- the end of it ---- */

static bool is_end(struct follower *f, const struct td_event *ev)
{
    uint32_t at;

    if (td_bytes_is(ev->name, "execution_completed"))
        return true;
    if (td_json_parse(&f->doc, ev->payload, TD_JSON_DEPTH_ALL, NULL))
        return false;
    at = td_json_member(&f->doc, 0, td_text("data"));
    at = at && f->doc.values[at].kind == TD_JSON_OBJECT
             ? td_json_member(&f->doc, at, td_text("task_id"))
             : 0;
    return at && td_json_string_is(&f->doc, at, td_text(f->name));
}

static enum td_code look_at_journal(struct follower *f, struct td_error *err)
{
    struct td_event ev;
    enum td_code code;

    while (!(code = tape_reader_next(f->tape, &ev, err)))
        f->over |= is_end(f, &ev);
    return code == TD_AGAIN || code == TD_END ? TD_OK : code;
}

/* Who has run it may have said the last between two looks. */
static enum td_code look(struct follower *f, unsigned round,
                         struct td_error *err)
{
    bool left = round % HELD == 0 && run_holder(f->journal) == 0;

    if (look_at_journal(f, err))
        return err->code;
    f->left = left && !f->over;
    f->over |= left;
    return look_at_log(f, err);
}

static enum td_code follow(struct follower *f, struct td_error *err)
{
    static const struct tape_read_options how = {.follow = true};
    const struct td_bytes names[] = {td_text("progress_update"),
                                     td_text("execution_completed")};
    enum td_code code = tape_reader_open(&f->tape, f->journal, &how, err);

    if (code)
        return code;
    tape_reader_select(f->tape, names, 2, NULL, 0);
    for (unsigned round = 0; !code && !f->over; round++) {
        code = look(f, round, err);
        if (!code && !f->over)
            (void)poll(NULL, 0, LOOK_MS);
    }
    return code;
}

enum td_code cli_logs_task(char name[PLAN_TASK_NAME], const char *journal,
                           const char *id, const char *task,
                           struct td_error *err)
{
    struct run_past past = {.finished = false};
    uint32_t index = UINT32_MAX;
    enum td_code code;

    if (access(journal, F_OK) != 0)
        return td_error_set(err, TD_USAGE, journal, 0,
                            "there is no execution %s", id);
    code = run_past_read(&past, journal, err);
    if (!code)
        index = plan_find(&past.plan, td_text(task));
    if (!code && index == UINT32_MAX)
        code = td_error_set(err, TD_USAGE, task, 0,
                            "there is no such task in %s", id);
    else if (!code)
        (void)plan_task_name(name, past.plan.tasks[index].place);
    run_past_release(&past);
    return code;
}

enum td_code cli_logs_follow(const struct cli_args *args, const char *state,
                             const char *id, const char *task,
                             struct td_error *err)
{
    struct follower f = {.fd = -1, .journal = run_journal_of(state, id)};
    struct td_buf path = {0};
    enum td_code code;

    (void)td_buf_addf(&path, "%s/%s/logs/%s.log", state, id, task);
    f.path = td_strdup(td_buf_str(&path));
    td_buf_release(&path);
    code = cli_logs_task(f.name, f.journal, id, task, err);
    if (!code)
        code = follow(&f, err);
    if (!code && f.left)
        cli_say(args, "%s: nobody runs %s; that is all so far", task, id);
    if (f.fd >= 0)
        (void)close(f.fd);
    tape_reader_close(f.tape);
    td_json_release(&f.doc);
    free(f.path);
    free(f.journal);
    return code;
}
