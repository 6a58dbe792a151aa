/* tape/writer.h - events in, a tape out.
 *
 * Open, put events, close. The file is a readable tape at every moment: after
 * kill -9 it holds everything up to the last flush. Members are deflated on
 * worker threads; when they cannot keep up, a patient writer lets its caller
 * wait, another stores members instead, so that compression is never the reason
 * for a loss. Source: docs/tape-format.md.
 */
#ifndef TAPE_WRITER_H
#define TAPE_WRITER_H

#include "core/error.h"
#include "core/event.h"
#include "tape/options.h"

#include <stdbool.h>

struct tape_writer;

/* Create path ("-" = stdout) and take a lock on it. Errors: TD_IO (exists,
 * read-only directory, locked by another writer, ...).
 */
TD_MUST_CHECK enum td_code tape_writer_open(struct tape_writer **out,
                                            const char *path,
                                            const struct tape_options *options,
                                            struct td_error *err);

/* Write one event: ev->seq is ignored (the writer counts), ev->at_ns is raised
 * to the time of the event before if it is lower. A payload of form JSON must
 * pass td_json_fits_line(): the writer trusts it. Text that is not valid UTF-8
 * is written as bytes. TD_LIMIT: the payload is longer than TAPE_PAYLOAD_MAX
 * (unless options.copies) or its line than TAPE_LINE_MAX (tape/line.h); nothing
 * was written. TD_IO:
 * the disk failed; final.
 */
TD_MUST_CHECK enum td_code tape_writer_put(struct tape_writer *writer,
                                           const struct td_event *ev,
                                           struct td_error *err);

/* Write an event whose line is there already, as it stands, its sequence number
 * included; *ev is what tape_line_parse() made of it. For copies of tapes.
 */
TD_MUST_CHECK enum td_code tape_writer_put_line(struct tape_writer *writer,
                                                const struct td_event *ev,
                                                struct td_bytes line,
                                                struct td_error *err);

/* Count events that were lost before they reached the writer: the total goes
 * to FEXTRA and the end line. The caller also puts an event of kind "lost".
 */
void tape_writer_lost(struct tape_writer *writer, uint64_t count);

/* To be called once a loop turn or timer tick with the time on the tape:
 * flushes or closes the open member when its time has come.
 */
TD_MUST_CHECK enum td_code tape_writer_tick(struct tape_writer *writer,
                                            uint64_t at_ns,
                                            struct td_error *err);

/* Flush what is written so far to the file now. */
TD_MUST_CHECK enum td_code tape_writer_flush(struct tape_writer *writer,
                                             struct td_error *err);

/* Begin to flush what was put so far. Any number may be under way; several that
 * wait for the disk share one sync. Waits only where a put would
 * (tape_writer_ready()). tape_writer_close() comes back when all are done, with
 * `done` called for each.
 */
void tape_writer_flush_begin(struct tape_writer *writer,
                             struct tape_flush *flush);

/* False while so much waits for deflate and the disk that a put might wait for
 * them too. May be asked at any time, at the price of a lock.
 */
bool tape_writer_ready(const struct tape_writer *writer);

/* What was written so far. */
struct tape_totals tape_writer_totals(const struct tape_writer *writer);

/* Write the end line, index and footer, sync (unless fsync is never) and close.
 * The writer is gone also on error. NULL is fine. `why` (may be NULL) is a
 * sentence for the end line.
 */
TD_MUST_CHECK enum td_code tape_writer_close(struct tape_writer *writer,
                                             enum tape_ending ending,
                                             const char *why,
                                             struct td_error *err);

#endif
