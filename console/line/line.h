/* console/line/line.h - the line that is being typed.
 *
 * Bytes of a terminal go in, a text and the cursor's place in it come out.
 * Pure: it draws nothing and waits for nothing, so that the loop stays the
 * verb's own, which no editor library of Debian 12 with a free enough license
 * allows (docs/dependencies.md). Keys are those of Emacs and of other shells;
 * sequences that are not known (ECMA-48 CSI, SS3), and answers of the terminal
 * (OSC, DCS, APC), are swallowed whole. A paste
 * in brackets is one piece, and never ends the line.
 */
#ifndef CONSOLE_LINE_LINE_H
#define CONSOLE_LINE_LINE_H

#include "core/buf.h"

#include <stdbool.h>

#define LINE_MAX_BYTES ((size_t)64 << 10)
#define LINE_HISTORY   1000

struct line;

enum line_key {
    LINE_NONE,    /* a byte within a sequence */
    LINE_EDITED,  /* the text or the cursor changed, or could have */
    LINE_ENTERED, /* line_text() is to be done; then line_clear() */
    LINE_STOPPED, /* Ctrl-C */
    LINE_ENDED,   /* Ctrl-D on an empty line */
    LINE_SUSPEND, /* Ctrl-Z */
    LINE_REDRAW,  /* Ctrl-L */
    LINE_TAB,
    LINE_TOO_LONG, /* the byte, or the paste, was not taken */
    LINE_F1,
    LINE_F2,
    /* On an empty line only. */
    LINE_LEFT,
    LINE_RIGHT,
    LINE_FAR_LEFT, /* with Shift */
    LINE_FAR_RIGHT,
    LINE_HOME,
    LINE_LAST, /* End */
    LINE_SIGN, /* a character that begins no command: line_sign() */
};

/* Empty, without a history. */
struct line *line_new(void);
void line_free(struct line *line);

/* One byte that the terminal sent. */
enum line_key line_feed(struct line *line, uint8_t byte);

/* What may begin an answer of the terminal has come, and nothing of it yet:
 * Alt-P, Alt-] and Alt-_ are the same bytes. Where nothing follows it is let
 * go. */
bool line_waits(const struct line *line);
void line_alone(struct line *line);

/* Signs that are keys of their own on an empty line, as " .+-". */
void line_signs(struct line *line, const char *signs);
char line_sign(const struct line *line);

/* UTF-8; a line end within a paste is shown and done as a blank. */
struct td_bytes line_text(const struct line *line);
size_t line_cursor(const struct line *line); /* bytes in front of it */
void line_clear(struct line *line);
/* In the place of the text; the cursor is behind it. */
void line_set(struct line *line, struct td_bytes text);
/* The n-th line that was remembered, the newest first; NULL: there is none. */
const char *line_earlier(const struct line *line, size_t n);
/* What comes is a paste: its bytes are no keys. */
bool line_is_pasting(const struct line *line);
/* Remember the text, unless it is empty, the same as the last one, or begins
 * with a blank. */
void line_remember(struct line *line, struct td_bytes text);

#endif
