/* tests/web/page_scenes.h - what the scenes of td_page are made of. */
#ifndef TESTS_WEB_PAGE_SCENES_H
#define TESTS_WEB_PAGE_SCENES_H

#include "validator/verdict/document.h"

struct verdict_gate *page_gate(struct verdict_document *doc, const char *name,
                               enum verdict_kind kind,
                               enum check_outcome outcome, const char *reason);

/* A count that may be at most limit. */
struct verdict_measure *page_measure(struct verdict_document *doc,
                                     struct verdict_gate *g, const char *id,
                                     double value, double limit);

struct verdict_finding *page_find(struct verdict_document *doc, const char *of,
                                  const char *rule, const char *message);

/* Events in waves, with pauses and some names that come seldom. */
void page_draw(struct verdict_document *doc, struct verdict_gate *g,
               uint64_t events);

/* The gate "stream", with one finding. */
void page_stream(struct verdict_document *doc);

#endif
