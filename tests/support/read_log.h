/* tests/support/read_log.h - what a reader of a foreign report tells, as text.
 *
 *     pass  SUITE | CLASS | NAME  12ms  FILE:LINE  MESSAGE
 *     line  FILE:LINE  HITS
 *     branch FILE:LINE BLOCK/BRANCH  TAKEN
 *     warn  RULE  FILE:LINE:COLUMN  MESSAGE
 *     end   ok
 */
#ifndef TESTS_SUPPORT_READ_LOG_H
#define TESTS_SUPPORT_READ_LOG_H

#include "validator/gates/read/read.h"

/* Read text in pieces of so many bytes and append what was told to out; the
 * last line is about the end. READ_OK and so on.
 */
enum read_state read_log(struct td_buf *out, const struct read_format *format,
                         struct td_bytes text, size_t piece);

#endif
