/* core/json_shape.h - documents that look like ones before.
 *
 * A stream has few kinds of events, and those of a kind have the same members
 * in the same order; what changes are the strings, numbers and words. The text
 * between these is remembered, as a tree: compared, not parsed, again. So
 * td_json_shapes_parse() gives what td_json_parse() gives, for a fraction of
 * the work where the stream repeats itself.
 *
 * Documents of one shape have equal text around their scalars. So they have as
 * many values, and value i has the same `next`, `count` and, if it is a
 * container, a key, a string or a number, the same `kind`; where one has true,
 * false or null, the other has one of these. Equal keys stand at equal places.
 * What follows from these alone can be kept by the number of the shape.
 *
 *     {"a":[1,true]}  and  {"a":[-2.50,null]}  are of one shape,
 *     {"a":[1,"x"]}   and  {"b":[1,true]}      of two others
 *
 * One thread's. Memory is bounded: when there are too many shapes all are
 * forgotten, and where documents hardly repeat fewer are tried.
 */
#ifndef CORE_JSON_SHAPE_H
#define CORE_JSON_SHAPE_H

#include "core/json.h"

#define TD_JSON_SHAPE_VALUES 1024             /* values of one document */
#define TD_JSON_SHAPE_BYTES  ((size_t)65536)  /* its text around scalars */
#define TD_JSON_SHAPES_BYTES ((size_t)524288) /* text that is remembered */

struct td_json_shapes;

/* Documents may have max_depth levels, as td_json_parse() takes it. */
struct td_json_shapes *td_json_shapes_new(unsigned max_depth);
/* NULL is fine. */
void td_json_shapes_free(struct td_json_shapes *shapes);

/* td_json_parse() in every respect. doc->shape is the number of the document's
 * shape, or 0 if it is not known.
 */
TD_MUST_CHECK enum td_code td_json_shapes_parse(struct td_json_shapes *shapes,
                                                struct td_json_doc *doc,
                                                struct td_bytes text,
                                                struct td_error *err);

/* The same without a reason, and whether the text suits a tape line:
 * td_json_suits_line(). Fastest where max_depth is TD_JSON_DEPTH_ALL.
 */
TD_MUST_CHECK enum td_code
td_json_shapes_parse_line(struct td_json_shapes *shapes,
                          struct td_json_doc *doc, struct td_bytes text,
                          bool *suits);

/* td_json_suits_line() in every respect, along the same shapes. doc is scratch.
 * *distinct: it is known that no two members of the outermost object have the
 * same name.
 */
bool td_json_shapes_suit_line(struct td_json_shapes *shapes,
                              struct td_json_doc *doc, struct td_bytes text,
                              bool *distinct);

#endif
