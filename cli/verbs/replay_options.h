/* cli/verbs/replay_options.h - the options of `replay`, and what they ask for.
 */
#ifndef CLI_VERBS_REPLAY_OPTIONS_H
#define CLI_VERBS_REPLAY_OPTIONS_H

#include "cli/shared/connect_options.h"
#include "cli/verbs/replay_expect.h"
#include "replayer/run.h"

extern const struct cli_option cli_replay_options[];

struct cli_replay {
    struct play_run_options run;
    struct play_select *select;
    struct play_shift *shift; /* of --shift-time, or NULL */
    const char **paths;       /* the tapes, NULL-terminated */
    char *host;               /* of --serve */
    char *unix_path;
    struct td_buf token;         /* of --token-file */
    struct wire_tls_options tls; /* of --serve */
    struct cli_dial dial;
    struct cli_expect *expect; /* NULL: what comes back is not checked */
    uint64_t max_late_ns;      /* TD_NEVER = no gate */
};

/* Read and check all options; opens tapes only to find places on them. TD_USAGE
 * and the errors of the tapes. Release also after an error.
 */
TD_MUST_CHECK enum td_code cli_replay_read(struct cli_replay *replay,
                                           const struct cli_args *args,
                                           struct td_error *err);
void cli_replay_release(struct cli_replay *replay);

#endif
