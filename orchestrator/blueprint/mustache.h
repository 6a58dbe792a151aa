/* orchestrator/blueprint/mustache.h - texts with names in them (mustache(5)).
 *
 *     {{a.b}}   the value; of a name that nobody knows: an error
 *     {{.}}     the value at hand
 *     {{#x}} {{/x}}   once for each element of a list; once inside an object;
 *                     once if x is true, a number or a text
 *     {{^x}} {{/x}}   once if x is false, null, "" or an empty list
 *     {{! }}    nothing
 *
 * A name's first part is looked for from the innermost section outwards, the
 * others in what was found. Tags of sections and comments that stand alone on a
 * line take the line with them. Values are put as they are: there is no
 * escaping, so {{{x}}} and {{&x}} are refused, and so are partials, lambdas and
 * other delimiters, each by name. A brace before a tag is written with a space
 * or a line between them.
 */
#ifndef ORCHESTRATOR_BLUEPRINT_MUSTACHE_H
#define ORCHESTRATOR_BLUEPRINT_MUSTACHE_H

#include "core/json.h"

#define BLUE_TEMPLATE_MAX ((size_t)1 << 20) /* bytes of a template */
#define BLUE_OUTPUT_MAX   ((size_t)8 << 20) /* bytes that come of one */
#define BLUE_NESTING_MAX  32                /* sections in each other */
#define BLUE_STEPS_MAX    2000000           /* tags that are looked at */

struct blue_view {
    const struct td_json_doc *doc;
    uint32_t root;  /* value of doc that is the outermost */
    uint32_t inner; /* one inside it that is looked in first; 0: none */
};

/* Append to *out what comes of the template. name is what errors call it:
 * TD_USAGE with "NAME:LINE:COLUMN", or TD_LIMIT.
 */
TD_MUST_CHECK enum td_code blue_mustache(struct td_buf *out, const char *name,
                                         struct td_bytes text,
                                         const struct blue_view *view,
                                         struct td_error *err);

#endif
