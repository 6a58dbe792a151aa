/* orchestrator/blueprint/sample.h - values of a field that tests can use. */
#ifndef ORCHESTRATOR_BLUEPRINT_SAMPLE_H
#define ORCHESTRATOR_BLUEPRINT_SAMPLE_H

#include "core/json_writer.h"
#include "orchestrator/spec/entities.h"

/* Members "sample" and "other", JSON values that fit the field; "wrong", one of
 * another type; "beyond", one of its type that does not fit, or "" if all do.
 * Each is the JSON text of the value, so that a template may put it into JSON;
 * "sample_c" and so on are the same texts as the body of a string of C,
 * "sample_text" the value as plain text, which has no quotes and backslashes in
 * it.
 */
void blue_sample_put(struct td_json_writer *w, const struct spec_field *field);

#endif
