/* tests/support/same_doc.h - what core/json_shape.h promises, checked. */
#ifndef TESTS_SUPPORT_SAME_DOC_H
#define TESTS_SUPPORT_SAME_DOC_H

#include "core/json_shape.h"

/* Both parse the text: they say the same of it, error and values and whether it
 * fits a line, or false. *shape is what shapes say.
 */
bool same_doc(struct td_json_shapes *shapes, unsigned max_depth,
              struct td_bytes text, uint64_t *shape);

#endif
