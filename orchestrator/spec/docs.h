/* orchestrator/spec/docs.h - three documents out of a specification, for people
 * (Markdown) and for programs (JSON).
 *
 * What was answered is told as it was understood; what follows from it follows
 * by rules that stand here as tables, and says from what. What was not answered
 * is an open question or a named assumption, never a guess.
 */
#ifndef ORCHESTRATOR_SPEC_DOCS_H
#define ORCHESTRATOR_SPEC_DOCS_H

#include "orchestrator/spec/spec.h"

enum spec_doc {
    SPEC_SPECIFICATION, /* what was said and asked */
    SPEC_REQUIREMENTS, /* what it must do and keep, what is assumed, open, risky
                        */
    SPEC_ARCHITECTURE, /* parts, data, capacity: a sketch */
    SPEC_DOCS
};

/* "specification", "requirements", "architecture": of files as well. */
const char *spec_doc_name(enum spec_doc which);

/* One object on a line. */
void spec_doc_json(const struct spec *spec, enum spec_doc which,
                   struct td_buf *out);

/* The same facts, and pictures of them as Mermaid draws them. */
void spec_doc_markdown(const struct spec *spec, enum spec_doc which,
                       struct td_buf *out);

#endif
