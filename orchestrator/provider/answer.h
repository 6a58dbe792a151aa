/* orchestrator/provider/answer.h - the answer of a model out of the messages it
 * came in. No I/O.
 *
 *     data: {"choices":[{"delta":{"content":"Hel"},"finish_reason":null}]}
 *     data: {"choices":[{"delta":{"content":"lo"},"finish_reason":"stop"}]}
 *     data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2}}
 *     data: [DONE]
 *
 * or, of a server that does not stream, one body with "message" in the place of
 * "delta" and no [DONE]. Keys that are not named here are passed over. Only the
 * first choice is read.
 */
#ifndef ORCHESTRATOR_PROVIDER_ANSWER_H
#define ORCHESTRATOR_PROVIDER_ANSWER_H

#include "core/json.h"
#include "orchestrator/provider/provider.h"

#define PROV_ANSWER_MAX ((size_t)64 << 20) /* bytes of an answer's text */
#define PROV_MESSAGE_MAX                                                       \
    ((size_t)4 << 20) /* bytes of a message of a stream                        \
                       */

/* All zeroes is valid and empty. */
struct prov_answer {
    struct td_buf text; /* so far */
    uint64_t tokens_in; /* as the server counted them */
    uint64_t tokens_out;
    bool has_usage;
    bool has_choice;
    bool done;      /* [DONE], or the body of one that does not stream */
    bool cut;       /* at max_tokens */
    bool refused;   /* content_filter, or the model said so */
    bool failed;    /* the server told an error in the stream */
    char note[200]; /* what the server said of it; may hold any bytes */
    struct td_json_doc doc;
};

void prov_answer_release(struct prov_answer *answer);

/* Take one message; what it adds to the text is behind the text so far.
 * TD_FORMAT: it is none; TD_LIMIT: the text is too long.
 */
TD_MUST_CHECK enum td_code prov_answer_take(struct prov_answer *answer,
                                            struct td_bytes message,
                                            struct td_error *err);

/* Take the body of an answer that is not streamed. Errors as above. */
TD_MUST_CHECK enum td_code prov_answer_whole(struct prov_answer *answer,
                                             struct td_bytes body,
                                             struct td_error *err);

/* No more comes: how it ended. True: it is whole and good. */
bool prov_answer_judge(const struct prov_answer *answer, struct prov_end *end);

/* What a server says in {"error":{"message":".."}}, or "error":"..": appended,
 * if there is any.
 */
void prov_answer_error(struct td_buf *out, struct td_bytes body);

/* The n-th (from 0) block of code that is fenced, without its fences. False:
 * there is none.
 */
bool prov_answer_block(struct td_bytes text, uint32_t n, struct td_bytes *out);

#endif
