/* orchestrator/serve/dialect.h - the execution events as others say them.
 *
 * Journals have the dialect "emitter". The two others are the same events under
 * older names (fixtures/contracts/execution.contract.yaml, dialects); what an
 * older one has no word for is left out. What extends them all (execution_id,
 * seq, schema) stays.
 */
#ifndef ORCHESTRATOR_SERVE_DIALECT_H
#define ORCHESTRATOR_SERVE_DIALECT_H

#include "core/buf.h"
#include "core/event.h"

enum serve_dialect { SERVE_EMITTER, SERVE_SEED, SERVE_DOC };

#define SERVE_DIALECTS "emitter|seed|doc"

/* By its name; "emitter" if it is none of the others. */
enum serve_dialect serve_dialect_of(const char *name);

/* The envelope, appended to *out, in that dialect; as it stands if it is none
 * of the six. */
void serve_dialect_put(enum serve_dialect dialect, struct td_bytes envelope,
                       struct td_buf *out);

#endif
