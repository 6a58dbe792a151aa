/* validator/verdict/lens.h - what a report shows of a stream beside what is
 * wrong with it, gathered while it is read: its timeline, its fields, and the
 * events around those that findings are about.
 *
 * Memory does not grow with the stream.
 */
#ifndef VALIDATOR_VERDICT_LENS_H
#define VALIDATOR_VERDICT_LENS_H

#include "validator/verdict/around.h"
#include "validator/verdict/fields.h"
#include "validator/verdict/timeline.h"

struct verdict_lens;

/* Never NULL; verdict_lens_free() takes it, NULL too. */
struct verdict_lens *verdict_lens_new(void);
void verdict_lens_free(struct verdict_lens *lens);

/* The next event; its payload is value `at` of doc, or doc is NULL. */
void verdict_lens_put(struct verdict_lens *lens,
                      const struct verdict_around_event *event,
                      const struct td_json_doc *doc, uint32_t at);

/* A finding was made. */
void verdict_lens_want(struct verdict_lens *lens,
                       const struct check_finding *finding);

/* All events were put: as verdict_fields_expect(). */
void verdict_lens_expect(struct verdict_lens *lens, struct td_bytes name,
                         const char *path, unsigned kinds);

/* Fill in what the gate of the stream, and its findings from `first` on, have
 * of it.
 */
void verdict_lens_tell(struct verdict_lens *lens, struct verdict_document *doc,
                       struct verdict_gate *gate,
                       struct verdict_finding *first);

#endif
