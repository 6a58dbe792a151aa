/* Files of the state folder, by the first byte: hashes, what is known of a
 * task, a snapshot. Whatever stands in them, only paths in the workspace come
 * out, sorted.
 */
#include "core/digest.h"
#include "orchestrator/work/hashes.h"
#include "orchestrator/work/snapshot_internal.h"
#include "orchestrator/work/store_internal.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_files(const struct work_files *files)
{
    for (uint32_t i = 0; i < files->count; i++) {
        const char *path = files->list[i].path;

        if (*path == '/' || strstr(path, "/../") || !strncmp(path, "../", 3) ||
            (i && strcmp(path, files->list[i - 1].path) <= 0))
            abort();
    }
}

static void check_past(struct td_bytes text)
{
    struct work_past past = {.took_count = 0};

    if (!work_past_parse(text, &past))
        return;
    check_files(&past.outputs);
    if (past.took_count > WORK_TOOK)
        abort();
    (void)work_past_took(&past);
    work_past_release(&past);
}

static void check_snapshot(struct td_bytes text)
{
    struct work_snapshot s = {.name = NULL};

    if (!work_snapshot_parse(text, &s))
        return;
    check_files(&s.files);
    if (!*s.name || strchr(s.name, '/'))
        abort();
    work_snapshot_release(&s);
}

/* As it is, and with the sum that it would need. */
static void check_hashes(struct td_bytes text)
{
    struct td_buf summed = {0};
    uint8_t sum[WORK_SHA256];
    struct work_hashes *h = work_hashes_parse(text);

    work_hashes_free(h);
    (void)td_buf_add_bytes(&summed, text);
    td_sha256(sum, text);
    (void)td_buf_add(&summed, sum, sizeof(sum));
    h = work_hashes_parse(td_buf_bytes(&summed));
    work_hashes_free(h);
    td_buf_release(&summed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const checks[])(struct td_bytes) = {check_hashes, check_past,
                                                      check_snapshot};

    if (size > 0)
        checks[data[0] % 3](td_bytes(data + 1, size - 1));
    return 0;
}
