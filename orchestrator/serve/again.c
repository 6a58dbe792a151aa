#include "orchestrator/serve/again.h"

#include "core/digest.h"
#include "core/mem.h"
#include "orchestrator/serve/args.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct kept {
    char *session;
    char *request; /* NULL: nothing is kept here */
    char hash[RUN_HASH_SIZE];
    int status;
    struct td_buf output;
    struct td_buf data;
};

struct serve_again {
    struct kept ring[SERVE_AGAIN];
    size_t next; /* the oldest */
};

static struct td_bytes request_of(const struct serve_call *call)
{
    return serve_arg(call, SERVE_ARG_REQUEST);
}

/* Of the command and its args as they came. */
static void hash_of(const struct serve_call *call, char hash[RUN_HASH_SIZE])
{
    struct td_buf text = {0};

    (void)td_buf_addf(&text, "%s ", call->command);
    (void)td_buf_add_bytes(&text, td_json_raw(call->doc, call->args));
    td_sha256_hex(hash, td_buf_bytes(&text));
    td_buf_release(&text);
}

struct run_asked serve_asked(const struct serve_call *call,
                             char hash[RUN_HASH_SIZE])
{
    struct run_asked asked = {.session = call->session};

    if (request_of(call).len == 0)
        return asked;
    hash_of(call, hash);
    asked.request = request_of(call);
    asked.hash = hash;
    return asked;
}

/* ---- what was asked before ---- */

/* False: it was another command, and so the answer says. */
static bool is_same(const struct serve_call *call, const char *hash)
{
    char mine[RUN_HASH_SIZE];

    hash_of(call, mine);
    if (!strcmp(mine, hash))
        return true;
    serve_fail(call->answer, 409,
               SERVE_ARG_REQUEST " %.*s was that of another command",
               (int)request_of(call).len, (const char *)request_of(call).ptr);
    return false;
}

static const struct kept *find_kept(const struct serve_call *call)
{
    const struct serve_again *again = call->serve->again;

    for (size_t i = 0; again && i < SERVE_AGAIN; i++)
        if (again->ring[i].request &&
            td_bytes_is(request_of(call), again->ring[i].request) &&
            !strcmp(call->session, again->ring[i].session))
            return &again->ring[i];
    return NULL;
}

static void answer_kept(const struct serve_call *call, const struct kept *kept)
{
    if (!is_same(call, kept->hash))
        return;
    call->answer->status = kept->status;
    (void)td_buf_add_bytes(&call->answer->output, td_buf_bytes(&kept->output));
    (void)td_buf_add_bytes(&call->answer->data, td_buf_bytes(&kept->data));
}

/* The execution that it began before this server did. */
static struct serve_exec *find_begun(const struct serve_call *call)
{
    const struct serve *serve = call->serve;

    for (size_t i = serve->exec_count; i > 0; i--)
        if (*serve->execs[i - 1]->known.request &&
            td_bytes_is(request_of(call), serve->execs[i - 1]->known.request) &&
            !strcmp(call->session, serve->execs[i - 1]->known.session))
            return serve->execs[i - 1];
    return NULL;
}

static void answer_begun(const struct serve_call *call,
                         const struct serve_exec *exec)
{
    if (!is_same(call, exec->known.request_hash))
        return;
    call->answer->status = strcmp(call->command, "retry") != 0 ? 201 : 202;
    (void)td_buf_add_text(&call->answer->output, exec->id);
    serve_call_put(call, exec);
}

bool serve_again_answer(const struct serve_call *call)
{
    const struct kept *kept;
    const struct serve_exec *exec;

    if (request_of(call).len == 0)
        return false;
    kept = find_kept(call);
    exec = kept ? NULL : find_begun(call);
    if (kept)
        answer_kept(call, kept);
    else if (exec)
        answer_begun(call, exec);
    return kept || exec;
}

/* ---- what is asked ---- */

static void forget(struct kept *kept)
{
    free(kept->session);
    free(kept->request);
    td_buf_release(&kept->output);
    td_buf_release(&kept->data);
    *kept = (struct kept){.request = NULL};
}

void serve_again_keep(const struct serve_call *call)
{
    const struct serve_answer *answer = call->answer;
    struct td_bytes id = request_of(call);
    struct serve_again *again = call->serve->again;
    struct kept *kept;

    if (id.len == 0 || !answer->success || answer->later ||
        answer->output.len + answer->data.len > SERVE_AGAIN_MAX)
        return;
    if (!again)
        again = call->serve->again = td_calloc(1, sizeof(*again));
    kept = &again->ring[again->next];
    again->next = (again->next + 1) % SERVE_AGAIN;
    forget(kept);
    kept->session = td_strdup(call->session);
    kept->request = td_strndup((const char *)id.ptr, id.len);
    hash_of(call, kept->hash);
    kept->status = answer->status;
    (void)td_buf_add_bytes(&kept->output, td_buf_bytes(&answer->output));
    (void)td_buf_add_bytes(&kept->data, td_buf_bytes(&answer->data));
}

void serve_again_free(struct serve *serve)
{
    for (size_t i = 0; serve->again && i < SERVE_AGAIN; i++)
        forget(&serve->again->ring[i]);
    free(serve->again);
    serve->again = NULL;
}
