/* recorder/output.h - the tape, or the row of tapes, a recording goes to.
 *
 * Without a split it is one file at the path. With one it is NAME.0001.tape.gz,
 * NAME.0002.tape.gz, ...; each is a whole tape whose times count from its own
 * first moment and whose header carries that moment (start of the recording
 * plus the monotonic time since), so that merged they lie as they were. Only
 * max_files of them are kept: the oldest of this recording go first.
 */
#ifndef RECORDER_OUTPUT_H
#define RECORDER_OUTPUT_H

#include "core/buf.h"
#include "tape/writer.h"

struct rec_output;

struct rec_output_options {
    const char *path;         /* "-" = stdout; a split needs a file */
    struct tape_options tape; /* what it points to outlives the output */
    uint64_t split_bytes;     /* of one file; 0 = no split by size */
    uint64_t split_ns;        /* of one file; 0 = no split by time */
    unsigned max_files;       /* 0 = keep all */
    uint64_t min_free;        /* bytes of free space; 0 = do not look */
};

struct rec_output_stats {
    uint64_t lines; /* written, of all files */
    uint64_t file_bytes;
    uint64_t lost;
    unsigned files;   /* written */
    unsigned removed; /* of them, by max_files */
};

/* TD_IO, TD_USAGE (split or several files on stdout), TD_FORMAT (append to what
 * is no tape). */
TD_MUST_CHECK enum td_code
rec_output_open(struct rec_output **out,
                const struct rec_output_options *options, struct td_error *err);

/* As tape_writer_put(); begins the next file first when its time has come. */
TD_MUST_CHECK enum td_code rec_output_put(struct rec_output *output,
                                          const struct td_event *ev,
                                          struct td_error *err);

/* There is something to record: with tape.overwrite the tape takes the place of
 * the file that was there, which stays until then (recorder/file_replace.h).
 * Told once, before or behind the first event. TD_IO.
 */
TD_MUST_CHECK enum td_code rec_output_begin(struct rec_output *output,
                                            struct td_error *err);

/* As tape_writer_lost(). */
void rec_output_lost(struct rec_output *output, uint64_t count);

/* As tape_writer_tick(), of the file that is written now. */
TD_MUST_CHECK enum td_code rec_output_tick(struct rec_output *output,
                                           uint64_t at_ns,
                                           struct td_error *err);

/* True if the tape takes events at once; false while so much waits for deflate
 * and the disk that a put might wait too.
 */
bool rec_output_ready(struct rec_output *output);

/* True if the disk has less than min_free bytes left. */
bool rec_output_disk_low(const struct rec_output *output);

/* Totals of all files by now. */
struct rec_output_stats rec_output_stats(const struct rec_output *output);

/* Path of the file that is written now (or was last); lives as long as the
 * output.
 */
const char *rec_output_path(const struct rec_output *output);

/* End the tape and free the output, also on error; NULL is fine. discard
 * leaves all as it was found instead: nothing was recorded. *stats (may be
 * NULL) gets the final numbers.
 */
TD_MUST_CHECK enum td_code rec_output_close(struct rec_output *output,
                                            enum tape_ending ending,
                                            const char *why,
                                            struct rec_output_stats *stats,
                                            struct td_error *err);
void rec_output_discard(struct rec_output *output);

/* Append the path of file n (from 1) of a row: "a/run.tape.gz", 2 gives
 * "a/run.0002.tape.gz".
 */
void rec_output_part(struct td_buf *out, const char *path, unsigned n);

#endif
