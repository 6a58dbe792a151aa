/* cli/verbs/convert_laid.h - a contract over the events that are converted. */
#ifndef CLI_VERBS_CONVERT_LAID_H
#define CLI_VERBS_CONVERT_LAID_H

#include "cli/options/command.h"
#include "converter/options.h"

#define CONVERT_FINDINGS 200 /* kept of a rule */

struct cli_laid;

/* Read the contract of --contract; *out is NULL without one. start_wall_ns: the
 * wall clock at the events' time 0. TD_USAGE, TD_IO, TD_LIMIT. Close also after
 * an error.
 */
TD_MUST_CHECK enum td_code cli_laid_open(struct cli_laid **out,
                                         const struct cli_args *args,
                                         uint64_t start_wall_ns,
                                         struct td_error *err);
/* NULL is fine, in all of these. */
void cli_laid_close(struct cli_laid *check);

/* One event, in its order. */
void cli_laid_event(struct cli_laid *check, const struct td_event *ev);

/* All events were there: what was found, which lives until it is closed. */
void cli_laid_tell(struct cli_laid *check, struct conv_told *told);

#endif
