/* cli/verbs/audit_show.h - what an audit has found, as text and as JSON. */
#ifndef CLI_VERBS_AUDIT_SHOW_H
#define CLI_VERBS_AUDIT_SHOW_H

#include "validator/audit/remark.h"
#include "validator/compat/compat.h"
#include "validator/contract/contract.h"

struct cli_audit_page {
    const struct audit_profile *profile;
    const struct audit_tapes *tapes;
    const struct audit_profile *old; /* or NULL */
    const struct audit_tapes *old_tapes;
    const struct audit_profile *declared;  /* of the contract, or NULL */
    const struct check_contract *contract; /* or NULL */
    const struct audit_remarks *remarks;
    const struct compat *compat; /* with the old side, or NULL */
    struct td_buf *out;
    bool verbose;
    bool color;
};

/* Append the page: findings, notes and a table of the events; all fields with
 * -v.
 */
void cli_audit_text(const struct cli_audit_page *page);

/* Append a line of JSON: {"tapes","events","remarks","left_out"}. */
void cli_audit_json(const struct cli_audit_page *page);

/* The tape that shows a remark; NULL: none does. */
const char *cli_audit_tape(const struct cli_audit_page *page,
                           const struct audit_remark *remark);

/* Whose remark it is: its event, or what stands for one. */
const char *cli_audit_whose(const struct audit_remark *remark);

/* Append when the tape that shows it began, and of whom it is; nothing if there
 * is one tape only.
 */
void cli_audit_origin(struct td_buf *out, const struct cli_audit_page *page,
                      const struct audit_remark *remark);

#endif
