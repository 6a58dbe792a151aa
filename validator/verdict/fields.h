/* validator/verdict/fields.h - which fields the events of a stream have, of
 * which types, how often, with samples; in memory that does not grow with it.
 *
 *     verdict_fields_put(fields, name, &doc, at);            for each event
 *     gate->names = verdict_fields_make(fields, &doc->arena);
 *
 * Of each name the first VERDICT_FIELDS_ALL events are looked at, behind them
 * one of VERDICT_FIELDS_EVERY; how many were is told. Elements of arrays are
 * one field, "*". What is deeper than VERDICT_FIELDS_DEEP counts as what holds
 * it.
 */
#ifndef VALIDATOR_VERDICT_FIELDS_H
#define VALIDATOR_VERDICT_FIELDS_H

#include "core/json.h"
#include "validator/verdict/document.h"

#define VERDICT_FIELDS_NAMES   32  /* the first; more are not kept */
#define VERDICT_FIELDS_MOST    100 /* fields of a name */
#define VERDICT_FIELDS_ALL     1000
#define VERDICT_FIELDS_EVERY   32
#define VERDICT_FIELDS_DEEP    6
#define VERDICT_FIELDS_SAMPLES 3
#define VERDICT_FIELDS_TEXT    40 /* bytes of a sample */

struct verdict_fields;

/* Never NULL; verdict_fields_free() takes it, NULL too. */
struct verdict_fields *verdict_fields_new(void);
void verdict_fields_free(struct verdict_fields *fields);

/* An event of that name; its payload is value `at` of doc, or doc is NULL: it
 * has none.
 */
void verdict_fields_put(struct verdict_fields *fields, struct td_bytes name,
                        const struct td_json_doc *doc, uint32_t at);

/* All events were put: the contract speaks of events of that name, and of this
 * field in their payload (NULL: of none). It is added if it was not seen, as
 * long as there is room. kinds has a bit for each enum td_json_kind that it may
 * be; 0: any.
 */
void verdict_fields_expect(struct verdict_fields *fields, struct td_bytes name,
                           const char *path, unsigned kinds);

/* What was seen, the most frequent names first; NULL if there was no event. */
struct verdict_name *verdict_fields_make(const struct verdict_fields *fields,
                                         struct td_arena *arena);

#endif
