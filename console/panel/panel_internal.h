/* console/panel/panel_internal.h - what views are made of. */
#ifndef CONSOLE_PANEL_PANEL_INTERNAL_H
#define CONSOLE_PANEL_PANEL_INTERNAL_H

#include "console/panel/panel.h"
#include "core/clock.h"

#define PANEL_NARROW 60  /* columns: below, what is short is said shorter */
#define PANEL_WIDE   110 /* from here on more is said */

/* "0.9s", "31.0s", "10m32s", "2h03m"; "" for what was not told. */
const char *panel_took(char out[PANEL_SHORT], double ms);
/* "6s", "2m10s": how long something goes on; "?" while it cannot be known. */
const char *panel_age(char out[PANEL_SHORT], const struct panel *v,
                      uint64_t since_ns);
/* "02:13", "1:02:13" since the beginning. */
const char *panel_clock(char out[PANEL_SHORT], const struct panel *v,
                        uint64_t at_ns);
/* "37.5%" */
const char *panel_percent(char out[PANEL_SHORT], unsigned thousandths);

/* Cells of a bar with a name before it and numbers behind. */
size_t panel_bar_cells(const struct panel *v);

/* A new line of this view. */
struct text_line panel_line(struct td_buf *out, const struct panel *v);
/* Ends it. */
void panel_end(struct text_line *line);
/* Ends it with this text in its last columns; the line was begun with
 * panel_line_for(), which leaves room for it. */
struct text_line panel_line_for(struct td_buf *out, const struct panel *v,
                                const char *right);
void panel_end_right(struct text_line *line, const struct panel *v,
                     enum text_role role, const char *right);

/* The view tells facts as grave as this one. */
bool panel_is_told(const struct panel *v, const struct seen_fact *fact);

/* How a phase or a wave in this state looks. */
enum text_role panel_role(enum seen_state state);
enum text_sign panel_sign(enum seen_state state);
/* How a task looks: one that was skipped not as one that failed. */
enum text_role panel_task_role(const struct seen_task *task);
void panel_put_sign(struct text_line *line, const struct seen_task *task);
/* It was skipped, or cancelled before it began: it had no attempt. */
bool panel_never_ran(const struct seen_task *task);

/* A name from outside. Where the line has no room for it, a path at its end
 * loses its folders first. */
void panel_put_name(struct text_line *line, const char *name);
/* "T045 compile src/order.c"; one word where the name is the id. */
void panel_put_task(struct text_line *line, const struct seen_task *task);
/* The row of the block of a task that something goes on with: it runs, comes
 * again or asks. In the last columns `more` tasks that have no row. */
void panel_put_row(struct td_buf *out, const struct panel *v,
                   const struct seen_task *task, uint32_t more);
/* "attempt 2 of 4" of one that comes again, "attempt 2" of one that does not.
 */
void panel_add_attempt(struct td_buf *out, const struct seen_task *task);
/* "  3 ✓20  4 ▶5/18  5 ·16": the waves that were told, "✗18/20" of one of
 * which not all ended well, and those that are planned. */
bool panel_has_waves(const struct seen *s);
void panel_put_waves(struct text_line *line, const struct seen *s);
/* How a phase stands. */
enum seen_state panel_phase_state(const struct seen_phase *phase);
/* What its gates have come to so far, a line each; and one line of its log
 * that is of a gate. */
void panel_gates(struct td_buf *out, const struct panel *v);
void panel_log_gate(struct td_buf *out, const struct panel *v,
                    const struct seen_log *log);
/* What is done there: "task", or "gate". */
const char *panel_thing(const struct seen *s);
/* "✓ Analysis 15/15", a bar and its percentage; the phase has tasks. */
void panel_phase_row(struct td_buf *out, const struct panel *v,
                     const struct seen_phase *phase, const char *margin,
                     size_t cells);
/* What is known of an execution by name: its plan, or else its id. */
const char *panel_title(const struct seen *s);
/* The color of a budget of which this much is used. */
enum text_role panel_used_role(const struct panel *v, uint64_t percent);
/* How much of the budget is used, in percent; 0 without one. */
uint64_t panel_tokens_percent(const struct seen *s);
uint64_t panel_cost_percent(const struct seen *s);
/* A budget that is used up so far: "tokens 75,003/100,000 (75%)", "cost
 * $1.50/$2.00 (75%)", "time 75% of 10m"; used is what was by then. */
void panel_add_alert(struct td_buf *out, const struct seen *s,
                     const struct seen_alert *alert);
/* The name and "67,450/100,000 (67%)", with the percentage in its color; of a
 * cost that was not told nothing. cells: of a bar in front of the numbers, if
 * there is a budget. */
void panel_put_tokens(struct text_line *line, const struct panel *v,
                      const char *name, size_t cells);
void panel_put_cost(struct text_line *line, const struct panel *v,
                    const char *name, size_t cells);

/* "2.7 of 3 workers busy", on the average of the run so far; "" where neither
 * workers nor times are known. */
const char *panel_busy(char out[PANEL_SHORT * 2], const struct panel *v);

/* How long the whole plan takes by what its tasks took before, and of how many
 * that is known. */
double panel_estimate(const struct panel *v, uint32_t *known);
/* The first wave that has not ended. */
uint32_t panel_wave_now(const struct seen *s);

/* "eta ~4m", "waits for you", or "" where it cannot be known. */
const char *panel_eta(char out[PANEL_SHORT], const struct panel *v);

/* What follows is a link to the file, if it is one of the workspace and the
 * terminal shows links: whether it is; panel_link_end() ends it. It takes no
 * columns. */
bool panel_link_begin(struct text_line *line, const struct panel *v,
                      const char *path);
void panel_link_end(struct text_line *line, bool begun);

#endif
