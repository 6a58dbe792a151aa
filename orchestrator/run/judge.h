/* orchestrator/run/judge.h - the events of an execution, held to the execution
 * contract as they are told, and what its validate phase came to.
 *
 * The contract is fixtures/contracts/execution.contract.yaml, which is compiled
 * in. The verdict is one of docs/verdict.md: the gates of the workspace, if it
 * has any, and behind them the gate "execution", which is the stream itself.
 */
#ifndef ORCHESTRATOR_RUN_JUDGE_H
#define ORCHESTRATOR_RUN_JUDGE_H

#include "core/event.h"
#include "validator/verdict/document.h"

#define RUN_STREAM_GATE "execution"

struct run_judge;

/* input: what the stream is called. TD_USAGE: the contract is none. */
TD_MUST_CHECK enum td_code
run_judge_new(struct run_judge **out, const char *input, struct td_error *err);
/* NULL is fine. */
void run_judge_free(struct run_judge *judge);

/* Before the first event: what is open at the end is no fault, for the stream
 * may go on; why: what its gate says then. */
void run_judge_cut(struct run_judge *judge, const char *why);

/* The next execution event; its number and time are taken as they are. */
void run_judge_hear(struct run_judge *judge, const struct td_event *ev);

/* What a run of gates wrote (validate --report json=PATH). TD_IO, TD_USAGE. */
TD_MUST_CHECK enum td_code
run_judge_load(struct run_judge *judge, const char *path, struct td_error *err);
/* Gates that could not be run: why, as one line. */
void run_judge_error(struct run_judge *judge, const char *why);

/* Tests that passed and tests in all, lines that were run and lines in all, of
 * the gates; 0 of 0 where none says. */
struct run_judge_sums {
    uint64_t tests[2];
    uint64_t lines[2];
};
struct run_judge_sums run_judge_sums(const struct run_judge *judge);

/* Nothing more is heard: decide. id: of the execution. Lives as long as the
 * judge. */
const struct verdict_document *run_judge_end(struct run_judge *judge,
                                             const char *id, bool cancelled);

/* The same once more; NULL before the end. */
const struct verdict_document *run_judge_verdict(const struct run_judge *judge);

#endif
