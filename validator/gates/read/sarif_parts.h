/* validator/gates/read/sarif_parts.h - parts of SARIF that are read by
 * themselves.
 */
#ifndef VALIDATOR_GATES_READ_SARIF_PARTS_H
#define VALIDATOR_GATES_READ_SARIF_PARTS_H

#include "validator/gates/read/reader.h"

/* Messages that results name by an id instead of telling them (3.11.7), as
 * BinSkim does.
 */
struct sarif_texts;

struct sarif_texts *read_sarif_texts_new(void);
void read_sarif_texts_free(struct sarif_texts *texts);
/* Another run begins: its tool has texts of its own. */
void read_sarif_texts_clear(struct sarif_texts *texts);

/* Keep the texts of an object of messages by their ids, as of the rule of that
 * hash; 0: of the tool itself. Long ones are cut, and what exceeds
 * 16 MiB is left out. */
void read_sarif_texts_add(struct sarif_texts *texts, uint64_t rule,
                          struct read_reader *reader,
                          const struct td_json_doc *doc, uint32_t object);

/* The message of a result, in slot `kept`: its text, or the one of that rule or
 * of the tool that it names, with its arguments in their places; "": it has
 * none, or that is not known. */
struct td_bytes read_sarif_message(const struct sarif_texts *texts,
                                   uint64_t rule, struct read_reader *reader,
                                   unsigned kept,
                                   const struct td_json_doc *doc);

/* Does a result name a message that is not known (yet)? */
bool read_sarif_lacks_text(const struct sarif_texts *texts, uint64_t rule,
                           struct read_reader *reader,
                           const struct td_json_doc *doc);

/* Is a result suppressed: is one of its suppressions accepted, as those without
 * a status are? One that is under review or was rejected does not count
 * (3.35.3).
 */
bool read_sarif_is_suppressed(struct read_reader *reader,
                              const struct td_json_doc *doc);

/* An invocation; one that failed is told. */
void read_sarif_invocation(struct read_reader *reader, unsigned kept,
                           const struct td_json_doc *doc);

#endif
