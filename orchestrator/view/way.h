/* orchestrator/view/way.h - rows of tasks, one after the other. */
#ifndef ORCHESTRATOR_VIEW_WAY_H
#define ORCHESTRATOR_VIEW_WAY_H

#include "orchestrator/view/view_internal.h"

/* Append words, broken between them where a line is full; the lines after the
 * first begin with so many spaces. A line feed ends it. The line that it goes
 * on with begins at `from`. */
void way_wrap(struct td_buf *out, size_t from, const char *text,
              unsigned indent, const struct view_style *style);

/* "fetch_a 1.2 s > clean_a 30 s > ... 7 more ... > eval 2 s" */
void way_text(const struct view *v, const uint32_t *tasks, uint32_t count,
              struct td_buf *out);

/* A member: [{"id":"fetch_a","takes_ms":1200}, ..] */
void way_json(const struct view *v, const char *key, const uint32_t *tasks,
              uint32_t count, struct td_json_writer *w);

#endif
