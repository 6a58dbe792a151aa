/* orchestrator/provider/model.h - what attempts at a question to a model share,
 * whoever answers: the question, the answer, its log, where it goes.
 *
 * The answer's text goes to the job's log while it comes. Of an answer longer
 * than the task's log_max the log has the first and the last half, and a line
 * between that says how many bytes are missing. Inner to this folder.
 */
#ifndef ORCHESTRATOR_PROVIDER_MODEL_H
#define ORCHESTRATOR_PROVIDER_MODEL_H

#include "orchestrator/provider/answer.h"
#include "orchestrator/provider/ask.h"
#include "orchestrator/provider/attempt.h"

/* All zeroes but log, which is -1, is valid and empty. */
struct prov_model {
    struct plan_ask ask;
    struct prov_answer answer;
    int log;       /* a descriptor, or -1 */
    size_t logged; /* bytes of the text that are in it */
};

/* Read `with` and make the log anew (a job without a path has none). TD_USAGE,
 * TD_IO; then it is empty. */
TD_MUST_CHECK enum td_code prov_model_open(struct prov_model *model,
                                           const struct prov_job *job,
                                           const char *name, bool with_tape,
                                           struct td_error *err);
void prov_model_release(struct prov_model *model);

/* Read the prompt; false: the attempt ends, not_found or bad_request. */
bool prov_model_read(struct prov_model *model, struct prov_run *run);

/* Take a message, or the whole body of an answer that is not streamed; log what
 * it adds. False: the attempt ends, malformed or infrastructure_error. */
bool prov_model_take(struct prov_model *model, struct prov_run *run,
                     struct td_bytes message, bool whole);

/* No more comes: judge the answer, put it where it goes, end the attempt. */
void prov_model_finish(struct prov_model *model, struct prov_run *run);

#endif
