#include "reports/show.h"

#include <inttypes.h>

bool report_show(struct td_buf *out, const struct check_verdict *v,
                 const struct check_finding *f)
{
    uint64_t seq = f->seq;

    if (seq == 0 && f->related_len > 0)
        seq = f->related[0].seq;
    if (seq == 0 || !v->show_before)
        return false;
    (void)td_buf_addf(out, "%s%" PRIu64 "%s", v->show_before, seq,
                      v->show_after);
    return true;
}
