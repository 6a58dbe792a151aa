/* cli/verbs/compat_show.h - which messages one side takes and the other not. */
#ifndef CLI_VERBS_COMPAT_SHOW_H
#define CLI_VERBS_COMPAT_SHOW_H

#include "core/json_writer.h"
#include "validator/compat/compat.h"

/* Append the class, and for each direction what proves it; all proofs, or the
 * first few.
 */
void cli_compat_text(struct td_buf *out, const struct compat *compat, bool all);

/* Append "compatibility": {"class","backward","forward"}. */
void cli_compat_json(struct td_json_writer *w, const struct compat *compat);

#endif
