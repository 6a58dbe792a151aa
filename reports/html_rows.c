/* reports/html_rows.c - the events of a finding: those it rests on, the one it
 * is about, and their neighbours.
 */
#include "reports/html_internal.h"

#include <stdlib.h>

static uint64_t seq_of(const struct report_row *row, uint64_t own)
{
    if (row->witness)
        return row->witness->seq;
    return row->event ? row->event->seq : own;
}

/* Put in where its number belongs; a neighbour that stands there already, not.
 */
static size_t insert(struct report_row *rows, size_t len, struct report_row row,
                     uint64_t own)
{
    uint64_t seq = seq_of(&row, own);
    size_t at = len;

    while (at > 0 && seq_of(&rows[at - 1], own) > seq)
        at--;
    if (row.event && at > 0 && seq_of(&rows[at - 1], own) == seq)
        return len;
    for (size_t i = len; i > at; i--)
        rows[i] = rows[i - 1];
    rows[at] = row;
    return len + 1;
}

size_t report_rows(const struct verdict_finding *f, struct report_row *rows)
{
    size_t len = 0;
    size_t beside = 0;

    if (f->seq)
        rows[len++] = (struct report_row){NULL, NULL};
    for (size_t i = 0; i < f->witness_len; i++)
        if (!f->seq || f->witness[i].seq != f->seq)
            len = insert(rows, len, (struct report_row){&f->witness[i], NULL},
                         f->seq);
    for (const struct verdict_event *e = f->around;
         e && beside < REPORT_AROUND_MAX; e = e->next, beside++)
        len = insert(rows, len, (struct report_row){NULL, e}, f->seq);
    return len;
}
