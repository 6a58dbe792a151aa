#include "console/proof.h"

#include "core/mem.h"
#include "tape/audit.h"
#include "tape/damage.h"
#include "tape/reader.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>

#define LOOK_EVERY 1024 /* events between two looks at `stop` */

struct console_proof {
    char *path;
    pthread_t thread;
    bool threaded;
    atomic_bool stop;
    atomic_int state;
    struct tape_audit *audit;
    struct tape_reader *reader;
    struct td_buf why; /* of the thread until state is no longer open */
};

static void on_other(void *ctx, enum tape_line_kind kind, struct td_bytes line)
{
    const struct console_proof *proof = ctx;
    const struct tape_state state =
        proof->reader ? tape_reader_state(proof->reader)
                      : (struct tape_state){.torn_at = TAPE_NO_DAMAGE};

    tape_audit_other(proof->audit, &state, kind, line);
}

static enum td_code read_all(struct console_proof *proof)
{
    struct td_event ev;
    enum td_code code = TD_OK;

    for (uint64_t n = 1; code == TD_OK; n++) {
        if (n % LOOK_EVERY == 0 && atomic_load(&proof->stop))
            return TD_CANCELLED;
        code = tape_reader_next(proof->reader, &ev, NULL);
        if (code == TD_OK)
            tape_audit_event(proof->audit, &ev,
                             tape_reader_line(proof->reader));
    }
    return code;
}

static enum console_proof_state judge(struct console_proof *proof)
{
    struct tape_state state = tape_reader_state(proof->reader);
    struct tape_audited found = tape_audit_finish(proof->audit);

    if (state.growing || state.members == 0)
        return CONSOLE_PROOF_NONE;
    state.wrong_index = 0; /* the audit knows more of it */
    tape_damage_say(&proof->why, 0, &state);
    if (state.torn)
        (void)td_buf_addf(&proof->why, "%storn", proof->why.len ? ", " : "");
    if (found.first)
        (void)td_buf_addf(&proof->why, "%s%s", proof->why.len ? ", " : "",
                          found.first);
    return proof->why.len ? CONSOLE_PROOF_BROKEN : CONSOLE_PROOF_WHOLE;
}

static void *work(void *ctx)
{
    struct console_proof *proof = ctx;
    const struct tape_read_options how = {
        .audit = proof->audit, .other = on_other, .ctx = proof};
    enum console_proof_state state = CONSOLE_PROOF_NONE;

    if (tape_reader_open(&proof->reader, proof->path, &how, NULL) == TD_OK &&
        read_all(proof) == TD_END)
        state = judge(proof);
    tape_reader_close(proof->reader);
    proof->reader = NULL;
    atomic_store(&proof->state, (int)state);
    return NULL;
}

/* Bytes of a file; UINT64_MAX: it is none, and would be eaten by being read. */
static uint64_t size_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode) ? (uint64_t)st.st_size
                                                       : UINT64_MAX;
}

struct console_proof *console_proof_begin(const char *path)
{
    struct console_proof *proof = td_calloc(1, sizeof(*proof));
    uint64_t size = size_of(path);

    proof->path = td_strdup(path);
    proof->audit = tape_audit_new();
    if (size <= CONSOLE_PROOF_AT_ONCE)
        (void)work(proof);
    else if (size != UINT64_MAX &&
             pthread_create(&proof->thread, NULL, work, proof) == 0)
        proof->threaded = true;
    else
        atomic_store(&proof->state, (int)CONSOLE_PROOF_NONE);
    return proof;
}

enum console_proof_state console_proof_state(const struct console_proof *proof)
{
    return (enum console_proof_state)atomic_load(&proof->state);
}

void console_proof_say(const struct console_proof *proof, struct td_buf *out)
{
    (void)td_buf_add_bytes(out, td_buf_bytes(&proof->why));
}

void console_proof_end(struct console_proof *proof)
{
    if (!proof)
        return;
    atomic_store(&proof->stop, true);
    if (proof->threaded)
        (void)pthread_join(proof->thread, NULL);
    tape_audit_free(proof->audit);
    td_buf_release(&proof->why);
    free(proof->path);
    free(proof);
}
