/* cli/verbs/diff_show.h - what `tapedeck diff` says, as text or as JSON. */
#ifndef CLI_VERBS_DIFF_SHOW_H
#define CLI_VERBS_DIFF_SHOW_H

#include "validator/diff/fetch.h"
#include "validator/diff/tree.h"

#define DIFF_SHOWN   10   /* differences in text without -v */
#define DIFF_DETAILS 1000 /* differences that are looked into */

/* What is written about, and with. */
struct cli_diff_page {
    const struct diff *diff;
    const struct diff_fetch *fetch;
    struct diff_trees *trees;
    struct td_buf *out;
    const char *golden; /* in JSON, whose differences they are; or NULL */
    bool verbose;
    bool color;
};

/* Append the verdict, the first differences, and how many more there are. */
void cli_diff_text(struct cli_diff_page *page);

/* The same without the verdict. */
void cli_diff_findings(const struct cli_diff_page *page);

/* Append one line of JSON for each difference, and a summary. */
void cli_diff_json(struct cli_diff_page *page);

/* Append the lines of differences alone. */
void cli_diff_json_findings(const struct cli_diff_page *page);

/* Append the first line: "differ: 2 of 54 events (...)". */
void cli_diff_verdict(const struct diff *diff, struct td_buf *out);

/* Append what a message is called, or, if it was not kept, its name. */
void cli_diff_title(const struct cli_diff_page *page, int side, uint32_t item);

#endif
