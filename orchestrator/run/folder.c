#include "orchestrator/run/folder.h"

#include "core/buf.h"
#include "core/fs.h"
#include "core/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENDING   ".tape.gz"
#define ID_TRIES 1000 /* folders that others take in between */

/* The number of "x7" or "x7.tape.gz"; 0: it is none. */
static uint32_t number_of(const char *name, const char *ending)
{
    unsigned long long n = 0;
    const char *at = name + 1;

    if (name[0] != 'x' || *at < '1' || *at > '9')
        return 0;
    for (; *at >= '0' && *at <= '9' && n <= UINT32_MAX; at++)
        n = n * 10 + (unsigned)(*at - '0');
    return strcmp(at, ending) == 0 && n <= UINT32_MAX ? (uint32_t)n : 0;
}

bool run_is_id(const char *text)
{
    return number_of(text, "") > 0;
}

enum td_code run_id_check(const char *text, struct td_error *err)
{
    return run_is_id(text) ? TD_OK
                           : td_error_set(err, TD_USAGE, text, 0,
                                          "an execution is named as x7 is");
}

static char *path_of(const char *state, const char *id, const char *ending)
{
    struct td_buf path = {0};

    (void)td_buf_addf(&path, "%s/%s%s", state, id, ending);
    (void)td_buf_str(&path);
    return (char *)path.ptr;
}

char *run_folder_of(const char *state, const char *id)
{
    return path_of(state, id, "");
}

char *run_journal_of(const char *state, const char *id)
{
    return path_of(state, id, ENDING);
}

/* The highest number that is taken, by a folder or a journal. */
static enum td_code highest(const char *state, uint32_t *top,
                            struct td_error *err)
{
    DIR *dir = opendir(state);
    const struct dirent *entry;

    *top = 0;
    if (!dir)
        return td_error_errno(err, TD_IO, state, errno, "cannot be read");
    while ((entry = readdir(dir))) {
        uint32_t n = number_of(entry->d_name, "");

        if (n == 0)
            n = number_of(entry->d_name, ENDING);
        *top = n > *top ? n : *top;
    }
    (void)closedir(dir);
    return TD_OK;
}

static enum td_code make(const char *path, bool *taken, struct td_error *err)
{
    *taken = mkdir(path, 0777) == 0;
    if (*taken || errno == EEXIST)
        return TD_OK;
    return td_error_errno(err, TD_IO, path, errno, "cannot be made");
}

static enum td_code make_logs(const char *folder, struct td_error *err)
{
    char *logs = path_of(folder, "logs", "");
    bool taken;
    enum td_code code = make(logs, &taken, err);

    free(logs);
    return code;
}

enum td_code run_take_id(char id[RUN_ID_SIZE], const char *state,
                         struct td_error *err)
{
    uint32_t top;
    bool taken;

    if (make(state, &taken, err) || highest(state, &top, err))
        return err->code;
    for (unsigned i = 1; i <= ID_TRIES && top <= UINT32_MAX - i; i++) {
        char *folder;
        enum td_code code;

        (void)snprintf(id, RUN_ID_SIZE, "x%u", top + i);
        folder = run_folder_of(state, id);
        code = make(folder, &taken, err);
        if (!code && taken)
            code = make_logs(folder, err);
        free(folder);
        if (code || taken)
            return code;
    }
    return td_error_set(err, TD_LIMIT, state, 0, "no id is free any more");
}

struct ids {
    uint32_t *list;
    size_t count;
};

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static void collect(struct ids *ids, DIR *dir)
{
    const struct dirent *entry;

    while ((entry = readdir(dir))) {
        uint32_t n = number_of(entry->d_name, ENDING);

        if (n == 0)
            continue;
        ids->list = td_realloc(ids->list, (ids->count + 1) * sizeof(n));
        ids->list[ids->count++] = n;
    }
}

enum td_code run_ids(const char *state, void (*each)(void *ctx, const char *id),
                     void *ctx, struct td_error *err)
{
    DIR *dir = opendir(state);
    struct ids ids = {0};
    char id[RUN_ID_SIZE];

    if (!dir && errno == ENOENT)
        return TD_OK;
    if (!dir)
        return td_error_errno(err, TD_IO, state, errno, "cannot be read");
    collect(&ids, dir);
    (void)closedir(dir);
    if (ids.count)
        qsort(ids.list, ids.count, sizeof(*ids.list), by_number);
    for (size_t i = 0; i < ids.count; i++) {
        (void)snprintf(id, sizeof(id), "x%u", ids.list[i]);
        each(ctx, id);
    }
    free(ids.list);
    return TD_OK;
}

/* Who has an execution holds the lock in its folder. */
long run_holder(const char *journal)
{
    size_t len = strlen(journal);
    size_t ending = strlen(ENDING);
    struct td_buf lock = {0};
    long pid;
    int fd;

    (void)td_buf_addf(&lock, "%.*s/lock",
                      (int)(len > ending ? len - ending : 0), journal);
    fd = open(td_buf_str(&lock), O_RDWR | O_CLOEXEC);
    pid = fd < 0 ? 0 : td_fs_holder(fd);
    if (fd >= 0)
        (void)close(fd);
    td_buf_release(&lock);
    return pid;
}

struct idle {
    const char *state;
    char busy[RUN_ID_SIZE]; /* the first that is run; "" */
    long pid;
};

static void look_at(void *ctx, const char *id)
{
    struct idle *idle = ctx;
    char *journal = run_journal_of(idle->state, id);
    long pid = *idle->busy ? 0 : run_holder(journal);

    if (pid > 0) {
        (void)snprintf(idle->busy, sizeof(idle->busy), "%s", id);
        idle->pid = pid;
    }
    free(journal);
}

enum td_code run_idle(const char *state, struct td_error *err)
{
    struct idle idle = {.state = state};

    if (run_ids(state, look_at, &idle, err))
        return err->code;
    if (!*idle.busy)
        return TD_OK;
    (void)td_error_set(err, TD_USAGE, idle.busy, 0, "it is run by pid %ld",
                       idle.pid);
    return td_error_hint(err, "wait for its end, or stop it first");
}
