/* Frames of any bytes: what is taken is put back the same, and so is a job.
 * Then the same bytes as keeper.log, as /proc/PID/stat and as an environment.
 */
#include "orchestrator/keeper/frame.h"
#include "orchestrator/keeper/ledger.h"
#include "orchestrator/keeper/process.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void job_again(const struct keep_frame *f)
{
    struct keep_job job;
    struct td_buf out = {0};
    struct td_bytes in;
    struct keep_frame back;
    char id[KEEP_ID_MAX + 1];

    if (keep_job_take(f, &job, id, NULL))
        return;
    if (!keep_job_put(&out, &job, NULL)) {
        in = td_buf_bytes(&out);
        if (keep_frame_take(&in, &back, NULL) ||
            !td_bytes_equal(back.id, f->id) || back.n[7] != f->n[7])
            abort();
    }
    keep_job_release(&job);
    td_buf_release(&out);
}

static void frames(struct td_bytes in)
{
    struct keep_frame f;
    struct td_error err;

    for (;;) {
        struct td_bytes rest = in;
        struct td_buf out = {0};

        if (keep_frame_take(&rest, &f, NULL))
            return;
        if (keep_frame_put(&out, &f) ||
            !td_bytes_equal(td_buf_bytes(&out),
                            td_bytes(in.ptr, in.len - rest.len)))
            abort();
        td_buf_release(&out);
        job_again(&f);
        keep_error_take(&f, &err);
        in = rest;
    }
}

static void each(void *ctx, const struct keep_record *r)
{
    (void)ctx;
    if (!*r->id || strlen(r->id) > KEEP_ID_MAX)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct td_bytes in = td_bytes(data, size);
    struct keep_process process;
    struct td_buf task = {0};

    frames(in);
    keep_ledger_read(in, each, NULL);
    (void)keep_process_parse(&process, in);
    (void)keep_environ_get(&task, in, KEEP_TASK_NAME);
    td_buf_release(&task);
    return 0;
}
