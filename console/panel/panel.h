/* console/panel/panel.h - what has been seen of an execution, as lines.
 *
 * Every view is a function of the fold, the time and the terminal's size: live
 * and from a tape they are the same. Each appends whole lines, none wider than
 * columns - 1, each ended by \n. Words and places are those of
 * docs/console.md.
 */
#ifndef CONSOLE_PANEL_PANEL_H
#define CONSOLE_PANEL_PANEL_H

#include "console/seen/seen.h"
#include "console/text/text.h"
#include "core/clock.h"
#include "core/json.h"

#define PANEL_SHORT TD_AMOUNT_SIZE /* room for a number as text */

/* "67,450" */
const char *panel_count(char out[PANEL_SHORT], uint64_t n);

enum panel_mode {
    PANEL_LIVE,
    PANEL_TAPE,
    PANEL_LOST, /* the server is gone: nothing has an age */
};

/* Which facts are told: those of a level and of the graver ones. */
enum panel_told {
    PANEL_TOLD_INFO,
    PANEL_TOLD_DEBUG, /* beginnings and each line of the log, too */
    PANEL_TOLD_WARN,
    PANEL_TOLD_ERROR, /* failures, questions and the end */
};

struct panel {
    const struct seen *seen;
    const struct text_style *style;
    size_t columns;
    size_t rows;
    uint64_t now_ns; /* by the clock of the events */
    enum panel_mode mode;
    enum panel_told told;
    const char *server;  /* its URL; or NULL */
    const char *session; /* the part of its id that is its own; or NULL */
    /* Of PANEL_LOST: by the same clock, when it was lost (0: not told), how
     * often in a row it could not be reached, and when it is tried again. */
    uint64_t lost_ns;
    unsigned lost_tries;
    uint64_t lost_in_ns;
    uint64_t warn, critical; /* percent of a budget from which on it is yellow
                                and red; 0: 75, 90 */
    const char *workspace;   /* its real path, if its files are on this machine;
                                or NULL */
};

/* ---- as it happens ---- */

/* What an event has said, for the scrollback of a terminal; nothing where the
 * live block alone shows it, or less is to be told. */
void panel_fact(struct td_buf *out, const struct panel *v,
                const struct seen_fact *fact);

/* The same where there is no terminal: one line a fact, no color, no width.
 * "[ 45/120] ok      T045 compile src/order.c 0.9s" */
void panel_plain(struct td_buf *out, const struct panel *v,
                 const struct seen_fact *fact);

/* The live block: at most rows / 2 lines; the most needed stay. */
void panel_block(struct td_buf *out, const struct panel *v);

/* ---- asked for ---- */

/* How the whole stands. */
void panel_status(struct td_buf *out, const struct panel *v);
/* The tasks that have ended since then, or failed and come again: the last
 * `limit` of them by their end, the newest last, and how many there are. */
void panel_since(struct td_buf *out, const struct panel *v, uint64_t since_ns,
                 size_t limit);
/* What the plan is, and where it stands. */
void panel_overview(struct td_buf *out, const struct panel *v);
/* What it has come to, when it has ended. */
void panel_results(struct td_buf *out, const struct panel *v);
/* Tasks that failed, or will be tried again, and why; the newest last. */
void panel_errors(struct td_buf *out, const struct panel *v, size_t limit);
/* What a task waits to be told. */
void panel_question(struct td_buf *out, const struct panel *v,
                    const struct seen_task *task);

struct panel_tree {
    uint32_t from;  /* the task that it begins with; SEEN_NONE: all roots */
    uint64_t depth; /* levels below the first */
    size_t limit;   /* rows */
};
/* Tasks below those that they need, each once. */
void panel_tree(struct td_buf *out, const struct panel *v,
                const struct panel_tree *which);

/* The graph of what tasks need, in DOT and in Mermaid, as `plan show --format`
 * of the plan itself writes it. No width is kept to. */
void panel_dot(struct td_buf *out, const struct panel *v);
void panel_mermaid(struct td_buf *out, const struct panel *v);

/* Phases with bars, and the waves. */
void panel_timeline(struct td_buf *out, const struct panel *v);
/* Counts and times of tasks, and what they have used. */
void panel_stats(struct td_buf *out, const struct panel *v);
/* Tokens and cost, against their budgets where these were told. */
void panel_tokens(struct td_buf *out, const struct panel *v);

/* What a task is called by its state: "waits", "done", "skipped". */
const char *panel_task_word(const struct seen_task *task);

struct panel_tasks {
    const char *phase; /* NULL: all */
    const char *state; /* NULL: all */
    size_t limit;
};
/* Tasks in the order in which they were told, and how many there are. */
void panel_tasks(struct td_buf *out, const struct panel *v,
                 const struct panel_tasks *which);

/* The newest artifacts, or how many there are of each type. */
void panel_artifacts(struct td_buf *out, const struct panel *v, bool stats,
                     size_t limit);

struct panel_logs {
    enum seen_level level; /* this and above */
    const char *task;      /* NULL: all */
    const char *source;    /* "task", "gate" or "run"; NULL: all */
    const char *query;     /* NULL: all */
    uint64_t since_ns;     /* not older */
    size_t limit;          /* the newest */
    bool bare;             /* no line about how many there are */
};
/* The newest lines that are wanted, the newest last. */
void panel_logs(struct td_buf *out, const struct panel *v,
                const struct panel_logs *which);
/* The newest line alone. */
void panel_log_last(struct td_buf *out, const struct panel *v);
/* Those that are wanted of the lines behind the first `told` of all that came.
 */
void panel_logs_from(struct td_buf *out, const struct panel *v,
                     const struct panel_logs *which, uint64_t told);
/* Lines that are wanted, the newest first: the n-th (of 0) alone. False: there
 * is none. */
bool panel_log_found(struct td_buf *out, const struct panel *v,
                     const struct panel_logs *which, size_t n);
/* How many there are of each level and source. */
void panel_logs_stats(struct td_buf *out, const struct panel *v);

/* ---- of answers of a server: `at` is the place of an object in doc ---- */

/* "  x7  running  3/8  shop"; one that another session has begun says so. */
void panel_execution(struct td_buf *out, const struct panel *v,
                     const struct td_json_doc *doc, uint32_t at, bool own);
/* "  1  before-cart  42 files, 1.1 MiB  2026-11-28T19:02:00Z" */
void panel_snapshot(struct td_buf *out, const struct panel *v,
                    const struct td_json_doc *doc, uint32_t at);
/* "  41:3  cycle: T3 -> T9 -> T3" */
void panel_mistake(struct td_buf *out, const struct panel *v,
                   const struct td_json_doc *doc, uint32_t at);

/* A gate of a verdict, and a finding (docs/verdict.md). */
void panel_gate(struct td_buf *out, const struct panel *v,
                const struct td_json_doc *doc, uint32_t at);
void panel_finding(struct td_buf *out, const struct panel *v,
                   const struct td_json_doc *doc, uint32_t at);
/* The sign of a verdict or of a test's result. */
void panel_verdict_sign(struct text_line *line, const char *word);

/* A text of a file with its language's colors, from line `from` (of 1) on, at
 * most `lines` of them; each with its number. from 0: the last ones. */
struct panel_text {
    const char *path; /* its ending tells the language */
    struct td_bytes text;
    uint64_t from, lines;
    bool raw; /* no numbers and no colors */
};
void panel_text(struct td_buf *out, const struct panel *v,
                const struct panel_text *which);

/* What stands above it. */
void panel_artifact_head(struct td_buf *out, const struct panel *v,
                         const struct seen_artifact *a);
void panel_text_head(struct td_buf *out, const struct panel *v,
                     const char *path, double size);

/* While there is no connection: how it stands with it. The last attempt has
 * failed for `why`. */
void panel_waiting(struct td_buf *out, const struct panel *v, const char *why);
/* The beginning of a line of what has happened to the connection: "! 02:14 ",
 * the time by the clock of the run, if it has begun. */
void panel_notice(struct td_buf *out, const struct panel *v, uint64_t at_ns);

/* A line of a view, for those that write their own. */
struct text_line panel_row(struct td_buf *out, const struct panel *v);
void panel_row_end(struct text_line *line);

#endif
