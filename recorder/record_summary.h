/* recorder/record_summary.h - the numbers of a recording for people and
 * programs. Pure: numbers in, text out.
 */
#ifndef RECORDER_RECORD_SUMMARY_H
#define RECORDER_RECORD_SUMMARY_H

#include "core/json_writer.h"
#include "recorder/recorder.h"

/* Append "12,345 events, 3.4k/s, lag 0 ns, 1.2 MiB" for a progress line. rate
 * is events a second of late.
 */
void rec_summary_progress(struct td_buf *out, const struct rec_stats *stats,
                          double rate);

/* Append what is said at the end, one line without LF:
 * "12,345 events (4.6 MiB) in 2.1 s, 5.9k/s, 0 lost; all sources have ended;
 * run.tape.gz, 350 KiB". With exchanges: "7 exchanges, 412 events (96 KiB) in
 * 18 s, 0 lost; ...". ended stands for why it ended, if not NULL.
 */
void rec_summary_text(struct td_buf *out, const struct rec_result *result,
                      const char *ended);

/* Write the same as members of the object at hand:
 * {"events":..,"payload_bytes":..,"lost":..,"redacted":..,"connections":..,
 * "seconds":..,"ended":"..","file":".."|null,"files":..,"files_removed":..,
 * "file_bytes":..,"lines":..}, "exchanges":..,"cut":.. if there were any, and
 * "error":".." if one ended it.
 */
void rec_summary_json(struct td_json_writer *w, const struct rec_result *result,
                      const int *child_status);

#endif
