/* orchestrator/work/record.h - lists of files and parts of keys as JSON, in the
 * state folder.
 *
 *     {"path":"a.csv","mode":"-","size":6,"sha256":"2cf2.."}
 *     {"name":"env PATH","mode":" ","sha256":"5e88.."}
 *
 * The reader believes nothing: paths meet the rules of place.h, lists are
 * sorted.
 */
#ifndef ORCHESTRATOR_WORK_RECORD_H
#define ORCHESTRATOR_WORK_RECORD_H

#include "core/json.h"
#include "core/json_writer.h"
#include "orchestrator/work/key.h"

/* Write as the member `key` of an object. */
void work_put_files(struct td_json_writer *w, const char *key,
                    const struct work_files *files);
void work_put_parts(struct td_json_writer *w, const char *key,
                    const struct work_key *parts);

/* Read value `at`. False: it is no such list. */
bool work_take_files(const struct td_json_doc *doc, uint32_t at,
                     struct work_files *out);
bool work_take_parts(const struct td_json_doc *doc, uint32_t at,
                     struct work_key *out);

/* Members of object `at`; NULL, false: there is none of that name and kind. */
const char *work_take_text(const struct td_json_doc *doc, uint32_t at,
                           const char *name, struct td_arena *arena);
bool work_take_number(const struct td_json_doc *doc, uint32_t at,
                      const char *name, uint64_t *out);

/* 64 digits. False: they are not. */
bool work_take_hex(const char *hex, uint8_t sha256[WORK_SHA256]);

#endif
