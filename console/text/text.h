/* console/text/text.h - text for a terminal: safe, of a known width, cut where
 * it may be cut.
 *
 * What comes from outside is cleaned first: control bytes, bytes that are not
 * UTF-8 and characters that change the direction of what follows are shown as
 * escapes, so that no sequence of a peer ever reaches the terminal. Widths are
 * those of core/width.h.
 */
#ifndef CONSOLE_TEXT_TEXT_H
#define CONSOLE_TEXT_TEXT_H

#include "core/buf.h"

#include <stdbool.h>

/* What a piece of a line says; its color follows from it and the theme. */
enum text_role {
    TEXT_PLAIN,
    TEXT_GOOD,
    TEXT_BAD,
    TEXT_WARN,
    TEXT_RUN,
    TEXT_DIM,
    TEXT_ACCENT,
};

enum text_theme { TEXT_AUTO, TEXT_DARK, TEXT_LIGHT, TEXT_CONTRAST };

enum text_bars {
    TEXT_BARS_FILLED,   /* blocks on a shaded ground */
    TEXT_BARS_MINIMAL,  /* a line, and nothing behind its end */
    TEXT_BARS_DETAILED, /* blocks, the last one in eighths; without UTF-8 as
                          filled */
};

enum text_sign {
    TEXT_DONE,   /* ✓ or ok */
    TEXT_FAILED, /* ✗ or x */
    TEXT_RUNS,   /* ▶ or > */
    TEXT_AGAIN,  /* ↻ or ~ */
    TEXT_WAITS,  /* · or . */
    TEXT_ASKS,   /* ? */
    TEXT_CUT,    /* … or ... */
    TEXT_FULL,   /* █ or # */
    TEXT_EMPTY,  /* ░ or - */
    TEXT_RULE,   /* ─ or - */
    TEXT_FORK,   /* ├─ or +- */
    TEXT_LAST,   /* └─ or `- */
    TEXT_PIPE,   /* │ or | */
    TEXT_PAUSED, /* ❚❚ or || */
    TEXT_END,    /* ■ or = */
};

struct text_style {
    bool utf8;  /* the terminal shows UTF-8; else every byte is ASCII */
    bool color; /* SGR sequences may be written */
    bool links; /* OSC 8 too */
    bool faded; /* all of it is told by the way: every role is TEXT_DIM */
    enum text_theme theme;
    enum text_bars bars;
};

/* The sign's bytes in this style. */
const char *text_sign(const struct text_style *style, enum text_sign sign);

/* Append what is safe to show of bytes from outside: a control byte as \x1b,
 * what is not UTF-8 as \xff, a direction control or another format character
 * that is no joiner as \u202e. Without utf8 each character above ASCII is
 * \u5546 or \U0001f600. Line ends are control bytes too.
 */
void text_clean(struct td_buf *out, struct td_bytes bytes,
                const struct text_style *style);

/* How many line ends there are. */
size_t text_lines(struct td_bytes text);

/* ---- lines ---- */

/* A line that is being written: pieces side by side, never beyond its columns.
 * What does not fit any more is cut, with TEXT_CUT in its last column. All
 * zeroes but `out`, `style` and `max` is a new line.
 */
struct text_line {
    struct td_buf *out; /* gets the bytes */
    const struct text_style *style;
    size_t max;  /* columns that it may take */
    size_t used; /* columns that it takes */
    bool cut;    /* something was left out: nothing more is taken */
};

/* Append clean text. */
void text_put(struct text_line *line, enum text_role role, const char *text);
void text_put_bytes(struct text_line *line, enum text_role role,
                    struct td_bytes text);
void text_putf(struct text_line *line, enum text_role role, const char *fmt,
               ...) TD_PRINTF(3, 4);
/* Append text from outside: text_clean() first. */
void text_put_foreign(struct text_line *line, enum text_role role,
                      struct td_bytes bytes);
void text_put_sign(struct text_line *line, enum text_role role,
                   enum text_sign sign);
/* Blanks up to this column, counted from 0; none if it is behind already. */
void text_tab(struct text_line *line, size_t column);

/* A bar of so many cells: floor(cells x thousandths / 1000) are filled, in the
 * way that the style wants; of a detailed one the next may be in part. */
void text_bar(struct text_line *line, enum text_role role, size_t cells,
              unsigned thousandths);

/* Append clean text so that it takes at most `columns`: a path loses the
 * folders at its front first, and its name last.
 */
void text_cut_path(struct td_buf *out, struct td_bytes path, size_t columns,
                   const struct text_style *style);

#endif
