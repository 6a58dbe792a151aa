/* reports/pick.h - what of a document belongs together, and in what order. */
#ifndef REPORTS_PICK_H
#define REPORTS_PICK_H

#include "core/json_writer.h"
#include "validator/verdict/document.h"

/* Pointers in an order; to be freed. */
struct report_gates {
    const struct verdict_gate **list;
    size_t len;
};
struct report_findings {
    const struct verdict_finding **list;
    size_t len;
};

/* All gates, the worst first. */
struct report_gates report_pick_gates(const struct verdict_document *doc);

/* The findings of a gate (NULL: of all): first those that count, that is errors
 * before warnings before information, then those that are known, then those
 * that are fixed. Alike ones stay in their order.
 */
struct report_findings report_pick_findings(const struct verdict_document *doc,
                                            const struct verdict_gate *gate);

/* The gate of that name; NULL: there is none. */
const struct verdict_gate *report_gate(const struct verdict_document *doc,
                                       const char *name);

/* "FILE:LINE" of the contract that has the rule of a finding; NULL: none. */
const char *report_rule_place(const struct verdict_document *doc,
                              const struct verdict_finding *f);

/* "FILE:LINE:COLUMN", as far as it is known; "" if nothing is. */
void report_add_place(struct td_buf *out, const struct verdict_finding *f);

/* A path as services that show a change of the repository know it: with the
 * project's folder in front, without "./". An absolute one stays.
 */
void report_add_file(struct td_buf *out, const struct verdict_document *doc,
                     const char *path);

/* What a finding is about, and what it says: "TEST: message", "event 12:
 * message", or the message alone where a line of a file says it all.
 */
void report_add_message(struct td_buf *out, const struct verdict_finding *f);

/* The flaky tests of a gate (NULL: of all) that no finding is about, as
 * findings of a rule "flaky"; texts are borrowed. To be freed.
 */
struct report_flaky {
    struct verdict_finding *list;
    size_t len;
};
struct report_flaky report_pick_flaky(const struct verdict_document *doc,
                                      const struct verdict_gate *gate);

/* Which time a text comes: 1, then 2... Zeroes are empty; release frees. */
struct report_twins {
    struct report_twin *slots;
    size_t cap;
    size_t len;
};
unsigned report_twin(struct report_twins *twins, const char *text);
void report_twins_release(struct report_twins *twins);

/* A member whose control characters are shown (td_text_clean()). */
void report_put_clean(struct td_json_writer *w, const char *key,
                      const char *text);

#endif
