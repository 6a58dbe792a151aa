/* Who has a session open: a process by its number and start time, so that a
 * number that is used again is not taken for it.
 */
#include "console/store/store_internal.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STAT_START 20 /* the start time is this field behind the name */

/* In ticks since the machine began; 0: no such process. */
static uint64_t start_of(pid_t pid)
{
    char path[48];
    char text[1024];
    ssize_t len;
    const char *at;
    int fd;

    (void)snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    len = read(fd, text, sizeof(text) - 1);
    (void)close(fd);
    text[len > 0 ? len : 0] = '\0';
    at = strrchr(text, ')'); /* a name may hold blanks */
    for (int field = 0; at && field < STAT_START; field++) {
        at = strchr(at, ' ');
        at += at != NULL;
    }
    return at ? strtoull(at, NULL, 10) : 0;
}

void store_owner(char out[STORE_OWNER_SIZE], pid_t pid)
{
    (void)snprintf(out, STORE_OWNER_SIZE, "%ld %" PRIu64, (long)pid,
                   start_of(pid));
}

pid_t store_owner_alive(const char *owner)
{
    char lives[STORE_OWNER_SIZE];
    long pid = strtol(owner, NULL, 10);

    if (pid <= 0)
        return 0;
    store_owner(lives, (pid_t)pid);
    return !strcmp(lives, owner) ? (pid_t)pid : 0;
}

enum td_code store_bury(const struct store *s, const char *id,
                        struct td_error *err)
{
    enum td_code code = store_do(s, err,
                                 "UPDATE command SET status = 'lost'"
                                 " WHERE session = ?1 AND status = 'running'",
                                 "t", id);

    if (code)
        return code;
    return store_do(s, err, "UPDATE session SET owner = NULL WHERE id = ?1",
                    "t", id);
}
