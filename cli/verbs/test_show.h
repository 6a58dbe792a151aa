/* cli/verbs/test_show.h - golden tests as text, JSON and a verdict. */
#ifndef CLI_VERBS_TEST_SHOW_H
#define CLI_VERBS_TEST_SHOW_H

#include "cli/verbs/test_case.h"

struct test_page {
    const char *dir;
    struct td_buf *out;
    bool verbose;
    bool color;
    bool brief; /* its differences are not shown: another tape is nearer */
    bool ci;
};

/* Append the line of a golden, and what differs. */
void cli_test_show_text(const struct test_page *page, struct test_case *c);

/* Append a line of JSON for each difference, and one for the golden. */
void cli_test_show_json(const struct test_page *page, struct test_case *c);

/* Append "3 goldens: 2 same, 1 differs", or the summary line of JSON. */
void cli_test_show_sum(const struct test_page *page,
                       const struct test_case *cases, uint32_t len);
void cli_test_show_sum_json(const struct test_page *page,
                            const struct test_case *cases, uint32_t len);

/* Add a golden as a gate. */
void cli_test_show_gate(struct verdict_document *doc, struct test_case *c);

#endif
