/* tape/header.h - the first and the last line of a segment, built.
 *
 *     {"tape":1,"id":"...","start":"2026-01-31T12:00:00.000000000Z",
 *      "clock":"monotonic","source":"...",...}
 *     {"end":{"how":"clean","events":N,"last":NS,"lost":N,"text":BYTES,
 *      "names":{"ping":3},"kinds":{"open":1},"why":"..."}}
 *
 * Source: docs/tape-format.md, section 2.
 */
#ifndef TAPE_HEADER_H
#define TAPE_HEADER_H

#include "core/buf.h"
#include "core/json_writer.h"
#include "tape/name_counts.h"
#include "tape/options.h"

/* Begin the object of line 1: "tape", "id" (a fresh UUID if id is NULL),
 * "start" and "clock". What follows and the end are the caller's.
 */
void tape_header_begin(struct td_json_writer *w, const char *id,
                       uint64_t start_wall_ns);

/* Append line 1 with its LF. TD_USAGE: a "key=value" without "="; TD_LIMIT. */
TD_MUST_CHECK enum td_code tape_header_write(struct td_buf *out,
                                             const struct tape_options *options,
                                             struct td_error *err);

struct tape_end {
    enum tape_ending ending;
    const char *why; /* or NULL */
    const struct tape_totals *totals;
    const struct tape_counts *names;
    const struct tape_counts *kinds;
};

/* Append the end line with its LF. TD_OK or TD_LIMIT. */
enum td_code tape_end_write(struct td_buf *out, const struct tape_end *end);

#endif
