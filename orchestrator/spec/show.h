/* orchestrator/spec/show.h - a specification as it is shown, in text and in
 * JSON: the same to who types and to who is served.
 */
#ifndef ORCHESTRATOR_SPEC_SHOW_H
#define ORCHESTRATOR_SPEC_SHOW_H

#include "core/json_writer.h"
#include "orchestrator/spec/spec.h"

/* "api_backend (API); 0 %; Which resources?" and a LF. */
void spec_show_line(const struct spec *spec, struct td_buf *out);

/* Everything that is known and what is still asked. */
void spec_show_text(const struct spec *spec, struct td_buf *out);

/* The same as an object. */
void spec_show_json(const struct spec *spec, struct td_json_writer *w,
                    const char *key);

/* What an answer was understood as: "2 entities; 20 %" and a LF. */
void spec_show_answer(const struct spec *spec, enum spec_category category,
                      struct td_buf *out);

/* Names of the required categories that are not answered; "" if none. */
void spec_show_missing(const struct spec *spec, struct td_buf *out);

#endif
