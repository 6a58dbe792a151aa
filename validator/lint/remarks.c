/* What lint has to say, put in the order of the lines. */
#include "core/mem.h"
#include "validator/lint/lint_internal.h"

#include <stdlib.h>
#include <string.h>

struct check_remark {
    bool elsewhere; /* in another file */
    unsigned long line;
    unsigned long column;
    uint32_t number; /* in the order they were made */
    struct td_error what;
};

/* "NAME:LINE:COLUMN" is how every place in a document is written. */
static void read_place(struct check_remark *r, const char *name)
{
    const char *where = r->what.where;
    const char *column = strrchr(where, ':');
    const char *line = column;
    size_t len;

    while (line && line > where && line[-1] != ':')
        line--;
    len = line && line > where ? (size_t)(line - where) - 1 : 0;
    r->elsewhere = !name || strlen(name) < len || len == 0 ||
                   memcmp(name + strlen(name) - len, where, len) != 0;
    if (r->elsewhere)
        return;
    r->line = strtoul(line, NULL, 10);
    r->column = strtoul(column + 1, NULL, 10);
}

void check_remark_add(struct check_remarks *all, const char *name,
                      const struct td_error *what)
{
    struct check_remark *r;

    if (all->len == CHECK_REMARKS_MAX) {
        all->more++;
        return;
    }
    all->list = td_list_room(all->list, all->len, sizeof(*all->list));
    r = &all->list[all->len];
    *r = (struct check_remark){.number = all->len++, .what = *what};
    read_place(r, name);
}

static int order(unsigned long a, unsigned long b)
{
    return a < b ? -1 : a > b;
}

static int compare(const void *a, const void *b)
{
    const struct check_remark *x = a;
    const struct check_remark *y = b;
    int by = order(x->elsewhere, y->elsewhere);

    by = by ? by : order(x->line, y->line);
    by = by ? by : order(x->column, y->column);
    return by ? by : order(x->number, y->number);
}

void check_remarks_tell(struct check_remarks *all, bool doubts,
                        const struct check_linter *linter)
{
    struct td_error more = {0};

    if (all->len > 0)
        qsort(all->list, all->len, sizeof(*all->list), compare);
    for (uint32_t i = 0; i < all->len; i++)
        linter->report(linter->self, doubts, &all->list[i].what);
    if (all->more > 0) {
        more = all->list[all->len - 1].what;
        (void)td_error_set(&more, more.code, more.where, 0, "there are %u more",
                           all->more);
        (void)td_error_hint(&more, "mend these first");
        linter->report(linter->self, doubts, &more);
    }
    free(all->list);
    *all = (struct check_remarks){0};
}
