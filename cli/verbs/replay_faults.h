/* cli/verbs/replay_faults.h - `replay --fault`; part of cmd_replay. */
#ifndef CLI_VERBS_REPLAY_FAULTS_H
#define CLI_VERBS_REPLAY_FAULTS_H

#include "cli/options/command.h"
#include "replayer/fault_rules.h"

/* *out is NULL without --fault. TD_USAGE. */
TD_MUST_CHECK enum td_code cli_replay_faults(struct play_fault_rules **out,
                                             const struct cli_args *args,
                                             struct td_error *err);

/* Say what came of them; rules may be NULL. */
void cli_replay_say_faults(const struct cli_args *args,
                           const struct play_fault_rules *rules);

#endif
