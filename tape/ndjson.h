/* tape/ndjson.h - plain lines of a file, gzipped or not, one at a time. A byte
 * order mark at the start is none of the first one.
 */
#ifndef TAPE_NDJSON_H
#define TAPE_NDJSON_H

#include "tape/input.h"

/* Lines that are being read. */
struct tape_ndjson;

/* Read the lines of an input from which nothing was taken. Takes over *in. */
struct tape_ndjson *tape_ndjson_new(struct tape_input *in);

/* NULL is fine. */
void tape_ndjson_close(struct tape_ndjson *in);

/* The next line without its LF, also the last one without one; it lives until
 * the next call. TD_END; TD_LIMIT longer than TAPE_LINE_MAX; TD_FORMAT the gzip
 * stream is broken or cut; TD_IO.
 */
TD_MUST_CHECK enum td_code tape_ndjson_next(struct tape_ndjson *in,
                                            struct td_bytes *line,
                                            struct td_error *err);

/* Whether the line of the last call ended with a LF, which the last one of a
 * file may lack.
 */
bool tape_ndjson_has_lf(const struct tape_ndjson *in);

#endif
