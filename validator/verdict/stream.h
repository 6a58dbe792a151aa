/* validator/verdict/stream.h - the verdict about a stream as a gate of a
 * document.
 */
#ifndef VALIDATOR_VERDICT_STREAM_H
#define VALIDATOR_VERDICT_STREAM_H

#include "validator/verdict/document.h"

/* Add what the check of a stream has to say as a gate of that name, with its
 * rules and findings, and with what the lens of the check saw.
 */
struct verdict_gate *verdict_add_stream(struct verdict_document *doc,
                                        const char *name,
                                        const struct check_verdict *v);

#endif
