/* orchestrator/view/draw.h - words, columns and bars, for what is drawn. */
#ifndef ORCHESTRATOR_VIEW_DRAW_H
#define ORCHESTRATOR_VIEW_DRAW_H

#include "core/buf.h"
#include "orchestrator/sched/sched.h"

#define VIEW_WIDTH_MIN 40
#define VIEW_WIDTH_MAX 1000

struct view_style {
    unsigned width; /* columns, from VIEW_WIDTH_MIN; what is too long is cut */
    bool color;
    bool ascii; /* only ASCII for bars, marks and lines of trees */
};

/* "waits" "ready" "approve" "running" "stopping" "verifying" "retry" "done"
 * "cached" "failed" "skipped" "cancelled". */
const char *view_state_word(enum sched_state state);
/* "discovery" .. "validation". */
const char *view_phase_word(unsigned phase);

/* Columns that clean text takes on a terminal (core/width.h), in which changes
 * of color take none. */
unsigned draw_columns(struct td_bytes text);

/* Append text, cleaned and cut to so many columns; "..." ends what was cut. It
 * is filled up with spaces on the right, if fill. How many columns it takes. */
unsigned draw_cell(struct td_buf *out, const char *text, unsigned columns,
                   bool fill);

/* End a line that begins at `from` of the buffer: spaces at its end go, and
 * what does not fit; then a line feed. */
void draw_end(struct td_buf *out, size_t from, const struct view_style *style);

/* A bar: done of all, in whole cells, rounded down; an empty one of nothing. */
void draw_bar(struct td_buf *out, const struct view_style *style,
              unsigned cells, uint64_t done, uint64_t all);

/* "1,204" */
void draw_number(struct td_buf *out, uint64_t n);
/* "4.1 s"; "0 s" of nothing; "for ever" of UINT64_MAX. */
void draw_time(struct td_buf *out, uint64_t ns);
/* done / all in percent, with one decimal, rounded down: 100.0 is all. */
double draw_percent(uint64_t done, uint64_t all);

/* One column, in color if the style has it: how a task stands. */
void draw_colored_mark(struct td_buf *out, enum sched_state state,
                       const struct view_style *style);

/* "s" of any number but 1. */
static inline const char *draw_s(uint64_t n)
{
    return n == 1 ? "" : "s";
}

#endif
