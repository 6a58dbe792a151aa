/* orchestrator/spec/answer.h - answers, from texts to what they say.
 *
 * Understood are: lists ("a, b and c"); none, password, token, oauth, by words
 * that mean them; an amount ("2k", "50 req/s", "1.5 million users"), of several
 * the largest, or small, medium, large, massive; asap, "6 weeks", a date;
 * entities (orchestrator/spec/entities.h). All else is refused.
 */
#ifndef ORCHESTRATOR_SPEC_ANSWER_H
#define ORCHESTRATOR_SPEC_ANSWER_H

#include "orchestrator/spec/types.h"

/* Fill *answer, whose strings are put into arena. TD_USAGE; then it is not to
 * be used.
 */
TD_MUST_CHECK enum td_code spec_understand(struct spec_answer *answer,
                                           struct td_arena *arena,
                                           enum spec_category category,
                                           struct td_bytes text,
                                           struct td_error *err);

#endif
