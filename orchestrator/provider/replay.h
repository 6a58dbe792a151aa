/* orchestrator/provider/replay.h - the provider that answers from a tape.
 *
 * The tape is the journal of an earlier execution. An answer is found by the
 * job's key, else by what was asked (recording.h); of several that fit the last
 * one. Only whole answers count. A miss is `not_recorded`, and says which
 * recorded question comes nearest and what differs in it. The stream is told
 * again, the answer goes where `with` says, usage is what it was and costs
 * nothing.
 *
 * A tape is read when it is first asked, once.
 */
#ifndef ORCHESTRATOR_PROVIDER_REPLAY_H
#define ORCHESTRATOR_PROVIDER_REPLAY_H

#include "orchestrator/provider/provider.h"

#define PROV_REPLAY_VERSION "1" /* as provider_ops has it */

/* path: the tape of tasks whose `with` has no `tape`; NULL: they must have one.
 * model: of tasks that name none (prov_config.model); may be NULL.
 */
struct provider prov_replay(struct wire_net *net, const char *path,
                            const char *model);

#endif
