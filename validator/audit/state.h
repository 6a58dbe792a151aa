/* validator/audit/state.h - a profile as a file, for a later audit to be put
 * beside.
 *
 * Lines of JSON: a head with the version and the tapes, one for each event, and
 * behind it one for each of its places from the top down; a last one with how
 * many lines there are, without which the file is torn.
 *
 *     {"audit":1,"messages":3,"left_out":[0,0,0],"tapes":[{"path":"a.ndjson"}]}
 *     {"event":"file","seen":[2,0,1,0,2,[0,0]],"bytes":[148,75,0,2],"plain":0}
 *     {"depth":0,"seen":[...],"types":{"object":[...]}}
 *     {"depth":1,"name":"path","seen":[...],"types":{...},"values":{...}}
 *     {"end":5}
 *
 * `seen` is how often, first tape and event, last tape and event, and from
 * where to where the tapes are that have it. Values that may be secrets are not
 * in it. Statistics of several files are merged.
 */
#ifndef VALIDATOR_AUDIT_STATE_H
#define VALIDATOR_AUDIT_STATE_H

#include "validator/audit/gather.h"

#define AUDIT_STATE_VERSION 1

/* Append a profile and its tapes. */
void audit_state_write(struct td_buf *out, const struct audit_profile *profile,
                       const struct audit_tapes *tapes);

/* A file that is taken in line by line. */
struct audit_state_reader;

/* What is read is added to both, the tapes behind those that are there. */
struct audit_state_reader *audit_state_begin(struct audit_profile *profile,
                                             struct audit_tapes *tapes);
/* TD_FORMAT: it is no such line; TD_LIMIT: too many tapes. */
TD_MUST_CHECK enum td_code audit_state_take(struct audit_state_reader *reader,
                                            struct td_bytes line,
                                            struct td_error *err);
/* All lines were taken; frees it. TD_FORMAT: the last one is missing. code: of
 * the last take; an error is passed on.
 */
TD_MUST_CHECK enum td_code audit_state_end(struct audit_state_reader *reader,
                                           enum td_code code,
                                           struct td_error *err);

/* Read a file and add it, as above; the profile is to be closed after the last.
 * Also TD_IO; errors name the file and the line.
 */
TD_MUST_CHECK enum td_code audit_state_load(const char *path,
                                            struct audit_profile *profile,
                                            struct audit_tapes *tapes,
                                            struct td_error *err);

#endif
