/* converter/har_read.h - a HAR 1.2 as the events of a tape.
 *
 * The file is mapped, not read into memory. What is held: the log without its
 * entries (64 MiB at most), the entry at hand, 24 bytes for each entry, and 24
 * bytes for each event; the events themselves wait in a temporary file for
 * their turn, as entries overlap and a tape goes forward in time.
 */
#ifndef CONVERTER_HAR_READ_H
#define CONVERTER_HAR_READ_H

#include "converter/har_entry.h"
#include "core/error.h"
#include "core/event.h"

#define CONV_HAR_ENTRY_MAX ((size_t)512 << 20) /* bytes of one entry */

struct conv_har;

/* text stays the caller's until conv_har_close(); name is for errors.
 * TD_FORMAT: it is no HAR; TD_LIMIT; TD_IO: no room for the temporary file.
 */
TD_MUST_CHECK enum td_code conv_har_open(struct conv_har **out,
                                         struct td_bytes text, const char *name,
                                         struct td_error *err);
void conv_har_close(struct conv_har *har); /* NULL is fine */

/* The wall clock of the first event, time 0; what was made of it; the log
 * without its entries, a JSON object.
 */
uint64_t conv_har_start_wall(const struct conv_har *har);
const struct conv_har_counts *conv_har_counts(const struct conv_har *har);
struct td_bytes conv_har_log(const struct conv_har *har);

/* "41 exchanges, 2 WebSockets (318 messages), 1 event stream (55 events); left
 * out: 12 bodies that the HAR does not hold"; and the same as members.
 */
void conv_har_say(const struct conv_har_counts *counts, struct td_buf *out);
void conv_har_json(const struct conv_har_counts *counts,
                   struct td_json_writer *w);

/* The next event in order of time. Its bytes live until the next call. TD_END.
 */
TD_MUST_CHECK enum td_code
conv_har_next(struct conv_har *har, struct td_event *ev, struct td_error *err);

#endif
