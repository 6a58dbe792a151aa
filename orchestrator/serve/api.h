/* orchestrator/serve/api.h - a request of HTTP as those see it that answer it.
 */
#ifndef ORCHESTRATOR_SERVE_API_H
#define ORCHESTRATOR_SERVE_API_H

#include "orchestrator/serve/serve_internal.h"

#define SERVE_FILE_BYTES ((size_t)64 << 20) /* of a file in one answer */

struct serve_ask {
    struct serve *serve;
    struct wire_request *request;
    const struct wire_request_info *info;
    struct td_bytes method;
    struct serve_exec *exec; /* that the path names */
    struct td_bytes rest;    /* of the path behind it and its slash */
};

/* Why not, as JSON. */
void serve_ask_refuse(const struct serve_ask *ask, int status, const char *why);
/* *json as the body; it is released. */
void serve_ask_json(const struct serve_ask *ask, int status,
                    struct td_buf *json);

/* What was asked, once more, when its answer is there (later.h). */
struct serve_later;
struct serve_ask serve_ask_again(const struct serve_later *later);
/* Its answer is worked out beside the loop: data of `later` as JSON. Taken
 * over.
 */
void serve_ask_later(const struct serve_ask *ask, struct serve_later *later);

/* Lists of an execution (api_lists.c). */
void serve_ask_tasks(const struct serve_ask *ask);
void serve_ask_artifacts(const struct serve_ask *ask);

/* What is asked for of a file: all of it, or a part. */
struct serve_range {
    uint64_t first;
    uint64_t count;
    bool part;
};
bool serve_read_range(struct td_bytes field, uint64_t size,
                      struct serve_range *out);
void serve_send_range(const struct serve_ask *ask,
                      const struct serve_range *range, uint64_t size,
                      struct wire_response *response, const char *type);

/* Files of an execution (api_files.c, api_artifacts.c): its journal; the log of
 * a task; what it has made, and one of it by its path, percent-encoded, or
 * "sha256:HEX", as long as it is what the journal says of it: else 409. Nothing
 * else of the workspace is told. One range of bytes may be asked for.
 */
void serve_ask_tape(const struct serve_ask *ask);
void serve_ask_log(const struct serve_ask *ask, struct td_bytes task);
void serve_ask_artifact(const struct serve_ask *ask, struct td_bytes path);

#endif
