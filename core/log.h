/* core/log.h - talk on stderr: one line, one write, nothing that could steer
 * a terminal.
 */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include "core/buf.h"
#include "core/error.h"

#include <stdbool.h>

enum td_log_level {
    TD_LOG_NONE,  /* silence; not a level of a line */
    TD_LOG_ERROR, /* the work stops or is damaged */
    TD_LOG_WARN,  /* the user should know */
    TD_LOG_INFO,  /* what is going on; the level at the start */
    TD_LOG_DEBUG, /* for finding a fault */
};

/* Lines above this level are not written. One setting a process. */
void td_log_set_level(enum td_log_level level);

/* Whether the beginnings of errors and warnings are in color; off at the start.
 * One setting a process.
 */
void td_log_set_color(bool on);

/* Write "tapedeck: text\n" to stderr (warn and debug lines say so). What
 * td_text_clean() would change is changed; a line longer than 4 KiB is cut.
 */
void td_log(enum td_log_level level, const char *fmt, ...) TD_PRINTF(2, 3);

/* Append text fit for a terminal, with nothing hidden: line breaks and tabs
 * become a space; other control characters (C0, DEL, C1), line separators
 * and the marks that turn the direction of writing (U+061C, U+200E, U+200F,
 * U+2028 to U+202E, U+2066 to U+2069) are shown as \u009b, and bytes that are
 * not UTF-8 as \x9b. TD_OK or TD_LIMIT.
 */
enum td_code td_text_clean(struct td_buf *out, struct td_bytes text);

/* The same of several lines, which stay apart. */
enum td_code td_text_clean_lines(struct td_buf *out, struct td_bytes text);

#endif
