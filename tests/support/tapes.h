/* tests/support/tapes.h - small tapes to break, and files to keep them in. */
#ifndef TESTS_SUPPORT_TAPES_H
#define TESTS_SUPPORT_TAPES_H

#include "core/buf.h"
#include "tape/reader.h"
#include "tape/writer.h"

/* A path for a file of that name in a directory that is removed with all it
 * holds when the process ends. Static storage, good for 8 calls.
 */
const char *test_path(const char *name);

/* The whole file; abort if it cannot be read. Release *out. */
void test_read_file(const char *path, struct td_buf *out);
void test_write_file(const char *path, struct td_bytes bytes);

/* Options under which equal input gives equal bytes: fixed id and start,
 * a clock that stands still, no thread.
 */
struct tape_options test_tape_options(void);

/* A plain JSON event {"n":N,...} named "tick" at N ms; its bytes live until the
 * next call.
 */
struct td_event test_tick(uint64_t n);

/* A tape of ticks 1 .. count at path, members of member_text bytes. */
void test_tape(const char *path, uint64_t count, size_t member_text);

/* Events that can be read from path, first to last; *state (may be NULL) is
 * what the reader says at the end. Checks that ticks are what they were.
 */
uint64_t test_count_events(const char *path, struct tape_state *state);

#endif
