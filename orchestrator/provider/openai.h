/* orchestrator/provider/openai.h - the provider that asks a model, over the
 * chat completions of OpenAI, which most servers of models speak.
 *
 * What is asked and where the answer goes stands in the task's `with`
 * (orchestrator/provider/ask.h). The answer is asked for as a stream. In the
 * journal (`streamed`, kind "stream", conn: the task's place) are
 *     "request"  before anything is sent: what a tape finds it by (recording.h)
 *     "message"  each message of the stream as it came
 *     "answer"   the body, of a server that does not stream
 *
 *     what happens                                  how the attempt ends
 *     429                                           rate_limited
 *     408, 5xx, an error in the stream              server_error
 *     no connection, reset, `idle` without a byte,
 *     the stream ends without [DONE]                disconnected
 *     bad JSON, an answer cut off at max_tokens     malformed
 *     401, 403, content_filter, a refusal,
 *     a certificate that is not trusted             refused
 *     404; prompt_file is not there                 not_found
 *     another status                                bad_request
 *
 * Retry-After is read as seconds and as a date. A 400 that speaks of
 * stream_options is asked again without, once and in the same attempt.
 * Redirects are not followed. A proxy is taken from the environment, as curl
 * does, but for an endpoint on this machine.
 */
#ifndef ORCHESTRATOR_PROVIDER_OPENAI_H
#define ORCHESTRATOR_PROVIDER_OPENAI_H

#include "orchestrator/provider/config.h"
#include "orchestrator/provider/provider.h"

#define PROV_OPENAI_VERSION "1" /* as provider_ops has it */

/* config (which must outlive it) is not looked at before it is needed. clock
 * tells what a date in Retry-After means. TD_IO: no descriptor is to be had.
 */
TD_MUST_CHECK enum td_code prov_openai_open(struct provider *out,
                                            struct wire_net *net,
                                            const struct prov_config *config,
                                            const struct td_clock *clock,
                                            struct td_error *err);

/* Will the cost of the task be known? TD_USAGE: its model has no price. */
TD_MUST_CHECK enum td_code
prov_openai_check_price(const struct prov_config *config,
                        const struct plan_task *task, struct td_error *err);

#endif
